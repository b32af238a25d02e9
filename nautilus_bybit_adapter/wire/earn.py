"""Flexible savings and on-chain staking.

Source: Bybit V5 "Get Product Info", "Stake / Redeem", "Get Stake/Redeem Order History", "Get Staked Position",
"Get Yield History", "Get Hourly Yield History", "Get APR History".
"""

from __future__ import annotations

import msgspec


class EarnBonus(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A bonus on top of a product's yield: `apr` as text with a percent sign, paid in `coin`."""

    apr: str = ""
    coin: str = ""
    announcement: str = ""


class BybitEarnProduct(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A product to put coins into; amounts are in units of `coin`.

    Attributes
    ----------
    category, product_id, coin : str
        `FlexibleSaving` or `OnChain`, the product's id and coin.
    status : str
        `Available` or `NotAvailable`.
    estimate_apr : str
        Yield per year as text with a percent sign, such as `3%`.
    min_stake_amount, max_stake_amount, min_redeem_amount, max_redeem_amount : str
        Bounds of an order.
    precision, swap_coin_precision : str
        Decimals of the coin and of the staking token.
    bonus_events : list of EarnBonus
        Bonuses on top.
    duration, term : str, int
        `Fixed` or `Flexible`, and days where fixed.
    swap_coin, stake_exchange_rate, redeem_exchange_rate : str
        Token received for the stake, and tokens per coin at staking and redeeming.
    reward_distribution_type, reward_interval_minute : str, int
        `Simple`, `Compound` or `Other`, and minutes between rewards.
    redeem_processing_minute : str
        Minutes a redemption takes.
    stake_time, interest_calculation_time : str
        When a stake made now starts, and when it starts to earn; epoch milliseconds.
    """

    category: str
    product_id: str
    coin: str
    status: str
    estimate_apr: str = ""
    min_stake_amount: str = ""
    max_stake_amount: str = ""
    precision: str = ""
    bonus_events: list[EarnBonus] = []
    min_redeem_amount: str = ""
    max_redeem_amount: str = ""
    duration: str = ""
    term: int = 0
    swap_coin: str = ""
    swap_coin_precision: str = ""
    stake_exchange_rate: str = ""
    redeem_exchange_rate: str = ""
    reward_distribution_type: str = ""
    reward_interval_minute: int = 0
    redeem_processing_minute: str = ""
    stake_time: str = ""
    interest_calculation_time: str = ""


class BybitEarnOrder(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A stake or a redemption.

    `order_type` is `Stake` or `Redeem`, `status` `Success`, `Fail` or `Pending`. `order_value` is in units of
    `coin`, `swap_order_value` in staking tokens; times are epoch milliseconds in strings.
    """

    order_id: str
    order_link_id: str
    order_type: str
    status: str
    coin: str
    order_value: str
    product_id: str = ""
    created_at: str = ""
    updated_at: str = ""
    swap_order_value: str = ""
    estimate_redeem_time: str = ""
    estimate_stake_time: str = ""


class FrozenAmount(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a stake that cannot be redeemed, in units of the coin, and why."""

    amount: str = ""
    description: str = ""


class BybitEarnPosition(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What lies in a product, in units of `coin`; fully redeemed flexible positions are listed with amount 0.

    Attributes
    ----------
    coin, product_id, id, order_id : str
        The coin, and ids of the product, the position and the order.
    amount, available_amount : str
        What is staked, and what of it can be redeemed.
    total_pnl, claimable_yield : str
        Yield so far, and what of it was not paid out yet.
    status : str
        `Processing` or `Active`.
    auto_reinvest : str
        `Enable` or `Disable`.
    freeze_details : list of FrozenAmount
        Parts that cannot be redeemed.
    estimate_redeem_time, estimate_stake_time, estimate_interest_calculation_time, settlement_time : str
        Epoch milliseconds; `""` or `"0"` for none.
    """

    coin: str
    product_id: str
    amount: str
    total_pnl: str = ""
    claimable_yield: str = ""
    id: str = ""
    status: str = ""
    order_id: str = ""
    estimate_redeem_time: str = ""
    estimate_stake_time: str = ""
    estimate_interest_calculation_time: str = ""
    settlement_time: str = ""
    auto_reinvest: str = ""
    available_amount: str = ""
    freeze_details: list[FrozenAmount] = []


class BybitEarnYield(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A yield that was paid out; amounts are in units of `coin`, `created_at` is epoch ms in a string.

    `yield_type` is `Normal` or `Bonus`, `distribution_mode` `Auto`, `Manual` or `Reinvest`.
    """

    product_id: str
    coin: str
    id: str
    amount: str
    created_at: str
    yield_type: str = ""
    distribution_mode: str = ""
    effective_staking_amount: str = ""
    order_id: str = ""
    status: str = ""


class BybitEarnHourlyYield(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The yield of one hour; amounts are in units of `coin`, times are epoch milliseconds in strings."""

    product_id: str
    coin: str
    amount: str
    hourly_date: str
    id: str = ""
    effective_staking_amount: str = ""
    status: str = ""
    created_at: str = ""


class BybitEarnApr(msgspec.Struct, frozen=True, kw_only=True):
    """Yield per year of a product at `timestamp` (epoch ms in a string), a fraction or text with a percent sign."""

    timestamp: str
    apr: str
