"""Wallet, account settings and fees.

Source: Bybit V5 "Get Wallet Balance", "Get Account Info", "Get Fee Rate", "Get Account Trading Config".
"""

from __future__ import annotations

import msgspec

from nautilus_bybit_adapter.errors import Reason
from nautilus_bybit_adapter.wire.rows import decode_row
from nautilus_bybit_adapter.wire.words import MarginModeText


class BybitWalletCoin(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One coin of a wallet, in units of the coin.

    Attributes
    ----------
    coin : str
        Such as `USDT`.
    wallet_balance, equity : str
        What is there, without and with open profit.
    usd_value : str
        Worth of the equity, in USD.
    locked : str
        Bound by open spot orders.
    unrealised_pnl, cum_realised_pnl : str
        Open and realised profit of derivatives.
    borrow_amount, spot_borrow, accrued_interest : str
        Owed in all, owed by spot trading, interest still to be paid.
    available_to_withdraw, available_to_borrow : str
        The venue no longer fills these.
    total_order_im, total_position_im, total_position_mm : str
        Initial margin of orders and positions, maintenance margin of positions.
    spot_hedging_qty : str
        Spot that hedges derivatives in portfolio margin.
    bonus : str
        Of it a bonus.
    col_res : str
        The venue's number for the limits of the coin as collateral; -1 for none.
    collateral_switch, margin_collateral : bool
        Whether the user and the venue let it back positions.
    """

    coin: str
    wallet_balance: str
    equity: str = ""
    usd_value: str = ""
    locked: str = ""
    unrealised_pnl: str = ""
    cum_realised_pnl: str = ""
    borrow_amount: str = ""
    spot_borrow: str = ""
    accrued_interest: str = ""
    available_to_withdraw: str = ""
    available_to_borrow: str = ""
    total_order_im: str = msgspec.field(name="totalOrderIM", default="")
    total_position_im: str = msgspec.field(name="totalPositionIM", default="")
    total_position_mm: str = msgspec.field(name="totalPositionMM", default="")
    spot_hedging_qty: str = ""
    bonus: str = ""
    col_res: str = ""
    collateral_switch: bool = False
    margin_collateral: bool = False


class BybitWallet(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A wallet; account-wide numbers are USD, and `""` in isolated margin mode.

    A WebSocket push holds only the coins that changed.

    Attributes
    ----------
    coins : list of BybitWalletCoin
        What it holds.
    account_type : str
        `UNIFIED`.
    total_equity, total_wallet_balance, total_margin_balance, total_available_balance : str
        Worth with and without open profit, what backs positions, and what may back more; USD.
    total_initial_margin, total_maintenance_margin : str
        Margin in use, USD; the `_by_mp` pair by mark price.
    total_perp_upl : str
        Open profit of perpetuals and futures, USD.
    account_im_rate, account_mm_rate, account_ltv : str
        Margin rates and loan-to-value, fractions; the `_by_mp` pair by mark price.
    """

    coins: list[BybitWalletCoin] = msgspec.field(name="coin")
    account_type: str = ""
    total_equity: str = ""
    total_wallet_balance: str = ""
    total_margin_balance: str = ""
    total_available_balance: str = ""
    total_initial_margin: str = ""
    total_initial_margin_by_mp: str = ""
    total_maintenance_margin: str = ""
    total_maintenance_margin_by_mp: str = ""
    total_perp_upl: str = msgspec.field(name="totalPerpUPL", default="")
    account_im_rate: str = msgspec.field(name="accountIMRate", default="")
    account_im_rate_by_mp: str = msgspec.field(name="accountIMRateByMp", default="")
    account_mm_rate: str = msgspec.field(name="accountMMRate", default="")
    account_mm_rate_by_mp: str = msgspec.field(name="accountMMRateByMp", default="")
    account_ltv: str = msgspec.field(name="accountLTV", default="")


class BybitAccountInfo(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Settings of the account.

    Attributes
    ----------
    margin_mode : str
        A word of `MarginMode`.
    unified_margin_status : int
        1 classic, 3 and 4 UTA 1.0, 5 and 6 UTA 2.0.
    is_master_trader : bool
        Whether others copy it.
    spot_hedging_status : str
        `ON` or `OFF`.
    updated_time : str
        Epoch milliseconds.
    dcp_status, time_window : str, int
        Disconnect protection, `ON` or `OFF`, and its delay in seconds; see `get_dcp_info`.
    smp_group : int
        Group of self-match prevention, 0 for none.
    """

    margin_mode: MarginModeText
    unified_margin_status: int = 0
    is_master_trader: bool = False
    spot_hedging_status: str = ""
    updated_time: str = ""
    dcp_status: str = ""
    time_window: int = 0
    smp_group: int = 0


class BybitFeeRate(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Fee rates of a symbol, as fractions; options carry `base_coin` and no symbol."""

    taker_fee_rate: str
    maker_fee_rate: str
    symbol: str = ""
    base_coin: str = ""


class BybitTradingSettings(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Switches of the account.

    `lpa_spot` and `lpa_perp` say whether a price beyond the limit is moved to it instead of refused,
    `delta_enable` whether delta-neutral mode is on; what `smsef` and `fmsef` switch the venue does not say.
    """

    lpa_spot: bool = False
    lpa_perp: bool = False
    delta_enable: bool = False
    smsef: bool = False
    fmsef: bool = False


class BybitSmpGroup(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The account's group of self-match prevention; 0 for none."""

    smp_group: int


class MarginModeReason(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Why the margin mode cannot be changed."""

    reason_code: str = ""
    reason_msg: str = ""


class BybitMarginModeChange(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The answer to a change of the margin mode; `reasons` is empty where it was made."""

    reasons: list[MarginModeReason] = []


def refusal_reasons(result: msgspec.Raw) -> tuple[Reason, ...]:
    """Return the reasons in the `result` of a refusal; few have any."""
    try:
        given = decode_row(result, BybitMarginModeChange).reasons
    except msgspec.DecodeError:
        return ()
    return tuple(Reason(each.reason_code, each.reason_msg) for each in given)


class BybitWithdrawable(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What can be transferred out of the unified wallet, by coin and in units of the coin."""

    available_withdrawal: str = ""
    available_withdrawal_map: dict[str, str] = {}


class BybitOptionAssets(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What options on a base coin are worth and hold.

    Attributes
    ----------
    coin : str
        The base coin.
    total_delta : str
        In base coins.
    total_rpl, total_upl : str
        Realised and unrealised profit, in USD.
    asset_im, asset_mm : str
        Initial and maintenance margin, in USD.
    send_time : int
        Epoch milliseconds.
    """

    coin: str
    total_delta: str = ""
    total_rpl: str = msgspec.field(name="totalRPL", default="")
    total_upl: str = msgspec.field(name="totalUPL", default="")
    asset_im: str = msgspec.field(name="assetIM", default="")
    asset_mm: str = msgspec.field(name="assetMM", default="")
    send_time: int = 0
