"""Savings for a fixed time.

Source: Bybit V5 "Fixed Saving".
"""

from __future__ import annotations

import msgspec


class ApyTier(msgspec.Struct, frozen=True, kw_only=True):
    """Yield per year, a fraction, of an amount between two bounds in units of the coin; `-1` for no bound."""

    min: str = ""
    max: str = ""
    apy: str = ""


class CoinApy(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Yield per year, a fraction, that is paid in a coin.

    `expect_unit_earning` counts that coin per unit put in at `current_price`, its price in USDT.
    """

    coin: str = ""
    apy: str = ""
    expect_unit_earning: str = ""
    current_price: str = ""


class BybitFixedTermProduct(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A product to put coins into for a fixed time; amounts are in units of `coin`.

    Attributes
    ----------
    product_id, category, coin : str
        The product's id, `FixedTermSaving`, `FundPool` or `FundPoolPremium`, and its coin.
    status : str
        `Available`, `SoldOut` or `NotStarted`.
    duration, redemption_limit_duration : str
        Days, such as `30d`: until it matures, and in which it cannot be given back.
    tiered_apy_list : list of ApyTier
        Yield per year by amount.
    interest_coin_apy_list : list of CoinApy
        Yield per year that is paid in other coins.
    min_stake_amount, max_stake_amount : str
        Bounds of a stake.
    precision : int
        Decimals of an amount.
    subscribe_start_at, subscribe_end_at, credit_time : str
        When it can be bought, and when it pays; epoch milliseconds.
    allow_early_redemption, early_redemption_apy : bool, str
        Whether it can be given back early, and the yield per year then.
    allow_auto_reinvest : bool
        Whether a position may be bought again when it matures.
    is_vip, special_user_group_required, special_user_group_info : bool, bool, str
        For whom it is.
    """

    product_id: str
    category: str
    coin: str
    status: str
    duration: str = ""
    tiered_apy_list: list[ApyTier] = []
    min_stake_amount: str = ""
    max_stake_amount: str = ""
    precision: int = 0
    subscribe_start_at: str = ""
    subscribe_end_at: str = ""
    allow_early_redemption: bool = False
    early_redemption_apy: str = ""
    redemption_limit_duration: str = ""
    allow_auto_reinvest: bool = False
    interest_coin_apy_list: list[CoinApy] = []
    is_vip: bool = False
    credit_time: str = ""
    special_user_group_required: bool = False
    special_user_group_info: str = ""


class EarlyRedemption(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Whether a stake can be given back now, and what it would have earned in units of `return_coin`."""

    allow_early_redeem: bool = False
    early_redeem_earning: str = ""
    return_coin: str = ""
    redemption_limit_duration: str = ""


class PositionApy(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Yield per year, a fraction, that a stake pays in a coin, what that comes to, and the coin's locked price."""

    coin: str = ""
    apy: str = ""
    expect_return_earning: str = ""
    price: str = ""


class BybitFixedTermPosition(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A stake that has not matured; amounts are in units of `coin`.

    Attributes
    ----------
    position_id, product_id, order_id, category, coin : str
        Ids of the stake, its product and its order, and the product's category and coin.
    amount, effective_amount : str
        What was put in, and what of it earns already.
    status : str
        `Active` or `EarlyRedemptionProcessing`.
    duration, created_at, settlement_time : str
        Such as `30d`, and when it was made and matures; epoch milliseconds.
    interest_coin_apy_list, apy, est_earnings : list of PositionApy, str, str
        What it pays: by coin, or in all.
    auto_reinvest, auto_invest, allow_auto_reinvest : str, str, bool
        Whether it is bought again (`Enable` or `Disable`, under either name), and may be.
    early_redeem_info : EarlyRedemption or None
        What it would give back now.
    """

    position_id: str
    product_id: str
    category: str
    coin: str
    amount: str
    status: str = ""
    apy: str = ""
    duration: str = ""
    est_earnings: str = ""
    auto_invest: str = ""
    effective_amount: str = ""
    order_id: str = ""
    early_redeem_info: EarlyRedemption | None = None
    allow_auto_reinvest: bool = False
    auto_reinvest: str = ""
    interest_coin_apy_list: list[PositionApy] = []
    created_at: str = ""
    settlement_time: str = ""


class FixedTermYield(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A yield in units of `coin`: `status` `Pending`, `Distributed` or `Fail`, `apy` per year as a fraction."""

    coin: str = ""
    amount: str = ""
    status: str = ""
    created_at: str = ""
    apy: str = ""


class BybitFixedTermOrder(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A stake or what ended it: `order_type` `Stake`, `Redeem` or `Reinvest`.

    `status` is `Processing`, `Active`, `Complete` or `Failed`, or `Success`; `amount` is in units of `coin`,
    `yield_info_list` what was paid. Times are epoch milliseconds in strings.
    """

    order_id: str
    order_link_id: str
    order_type: str
    status: str
    coin: str
    amount: str
    product_id: str = ""
    category: str = ""
    account_type: str = ""
    position_id: str = ""
    duration: str = ""
    settlement_time: str = ""
    created_at: str = ""
    updated_at: str = ""
    yield_info_list: list[FixedTermYield] = []


class BybitFixedTermRedemption(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What an early redemption gives back, and what of it was earned, in units of the coin."""

    redeem_amount: str
    est_earnings: str = ""
