"""What we send to change the account: positions' settings, margin, protection, loans, transfers, savings.

A field that is `None` is left out, and decimals are strings.

Source: Bybit V5 "Position", "Account", "Spot Margin Trade (UTA)", "Asset" and "Earn".
"""

from __future__ import annotations

import msgspec


class SetLeverage(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True, forbid_unknown_fields=True
):
    """Leverage of a symbol, as decimal strings; both sides are equal in one-way mode."""

    category: str
    symbol: str
    buy_leverage: str
    sell_leverage: str


class SwitchPositionMode(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True, forbid_unknown_fields=True
):
    """Position mode (a number of `PositionMode`) of a symbol, or of all symbols settled in a coin."""

    category: str
    mode: int
    symbol: str | None = None
    coin: str | None = None


class SetTradingStop(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True, forbid_unknown_fields=True
):
    """Exits of a position; `"0"` removes one.

    Attributes
    ----------
    category, symbol, position_idx : str, str, int
        Which position; the last a number of `PositionIdx`.
    tpsl_mode : str
        `Full` for the whole position, `Partial` to add exits of a size.
    take_profit, stop_loss, active_price : str or None
        Trigger prices in the quote coin; the last starts the trailing stop.
    trailing_stop : str or None
        Distance in the quote coin.
    tp_trigger_by, sl_trigger_by : str or None
        Words of `TriggerBy`; by default the last price.
    tp_size, sl_size : str or None
        With `Partial`: base coins, for inverse USD; equal where both are given.
    tp_order_type, sl_order_type, tp_limit_price, sl_limit_price : str or None
        `Market` or `Limit`, and limit prices in the quote coin.
    """

    category: str
    symbol: str
    tpsl_mode: str
    position_idx: int
    take_profit: str | None = None
    stop_loss: str | None = None
    trailing_stop: str | None = None
    tp_trigger_by: str | None = None
    sl_trigger_by: str | None = None
    active_price: str | None = None
    tp_size: str | None = None
    sl_size: str | None = None
    tp_limit_price: str | None = None
    sl_limit_price: str | None = None
    tp_order_type: str | None = None
    sl_order_type: str | None = None


class SetAutoAddMargin(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True, forbid_unknown_fields=True
):
    """Whether an isolated position gets margin by itself: 1 or 0."""

    category: str
    symbol: str
    auto_add_margin: int
    position_idx: int | None = None


class AddMargin(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True, forbid_unknown_fields=True
):
    """Margin for an isolated position, in the settlement coin; negative takes some back."""

    category: str
    symbol: str
    margin: str
    position_idx: int | None = None


class SetMarginMode(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """A word of `MarginMode`."""

    set_margin_mode: str


class SetHedgingMode(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Whether spot hedges derivatives in portfolio margin: `ON` or `OFF`."""

    set_hedging_mode: str


class SetCollateral(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Whether a coin backs positions: `ON` or `OFF`."""

    coin: str
    collateral_switch: str


class SetCollaterals(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether each of several coins backs positions."""

    request: list[SetCollateral]


class SetDeltaMode(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Whether the account is delta neutral: `"1"` or `"0"`."""

    delta_enable: str


class SetLimitPriceAction(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True
):
    """Whether a price beyond its limit is moved to it: for `spot`, or for `linear` and `inverse` together."""

    category: str
    modify_enable: bool


class Borrow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A loan: `amount` in units of `coin`."""

    coin: str
    amount: str


class Repay(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True, forbid_unknown_fields=True
):
    """A repayment: of a coin or all, `amount` in units of the coin or all of it.

    `repayment_type` is `FLEXIBLE`, `FIXED` or `ALL`.
    """

    coin: str | None = None
    amount: str | None = None
    repayment_type: str | None = None


class SetDcp(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Disconnect protection of `SPOT`, `DERIVATIVES` or `OPTIONS`: its delay in seconds, 3 to 300."""

    product: str
    time_window: int


class SetMmp(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True, forbid_unknown_fields=True
):
    """Market-maker protection of the options on a base coin.

    `window` and `frozen_period` are milliseconds in strings; `qty_limit` counts base coins, `delta_limit` net
    delta in base coins, `vega_limit` net vega.
    """

    base_coin: str
    window: str
    frozen_period: str
    qty_limit: str
    delta_limit: str
    vega_limit: str | None = None


class ResetMmp(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """The base coin whose market-maker protection is to let orders pass again."""

    base_coin: str


class SwitchSpotMargin(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Whether spot may borrow: `"1"` or `"0"`."""

    spot_margin_mode: str


class SetSpotMarginLeverage(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True, forbid_unknown_fields=True
):
    """Leverage of spot, a multiple from 2 to 10: of a coin or of all."""

    leverage: str
    currency: str | None = None


class SetAutoRepay(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True, forbid_unknown_fields=True
):
    """Whether the venue repays by itself, `"1"` or `"0"`: a coin or all."""

    auto_repay_mode: str
    currency: str | None = None


class Transfer(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """A transfer between two wallets of the account.

    `transfer_id` is a UUID of ours: the same one never transfers twice. `amount` is in units of `coin`, the
    account types are words of `AccountType`.
    """

    transfer_id: str
    coin: str
    amount: str
    from_account_type: str
    to_account_type: str


class InterestCard(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """A coupon to use with a stake, by the venue's ids."""

    award_id: str
    spec_code: str


class PlaceEarnOrder(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True, forbid_unknown_fields=True
):
    """A stake or a redemption.

    Attributes
    ----------
    category, product_id, coin : str
        `FlexibleSaving` or `OnChain`, the product's id and coin.
    order_type : str
        `Stake` or `Redeem`.
    account_type : str
        Where the coins come from: a word of `AccountType`, for `OnChain` always `FUND`.
    amount : str
        In units of the coin.
    order_link_id : str
        Our id, at most 36 characters, not to be used again within 30 minutes.
    redeem_position_id : str or None
        The position to redeem (`OnChain` without a staking token).
    to_account_type : str or None
        Where a staking token goes.
    interest_card : InterestCard or None
        A coupon for a flexible stake.
    """

    category: str
    order_type: str
    account_type: str
    amount: str
    coin: str
    product_id: str
    order_link_id: str
    redeem_position_id: str | None = None
    to_account_type: str | None = None
    interest_card: InterestCard | None = None


class ModifyEarnPosition(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True
):
    """Whether an on-chain position reinvests its yield: 1 or 0."""

    product_id: int
    position_id: int
    auto_reinvest: int
    category: str = "OnChain"
