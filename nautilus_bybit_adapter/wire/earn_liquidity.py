"""Liquidity mining: coins lent to the pools of an automated market.

Source: Bybit V5 "Liquidity Mining".
"""

from __future__ import annotations

import msgspec


class YieldApy(msgspec.Struct, frozen=True, kw_only=True):
    """Yield per year that is paid in a coin."""

    coin: str = ""
    apy: str = ""


class BybitLiquidityPool(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A pool of two coins.

    Attributes
    ----------
    product_id, base_coin, quote_coin : str
        The pool's id and coins.
    status : str
        `Available` or `NotAvailable`.
    max_leverage : int
        The highest multiple.
    min_investment_quote, min_investment_base, max_investment_quote, max_investment_base : str
        Bounds of what is put in, in units of the coin.
    min_withdrawal_amount, min_reinvest_amount, pool_liquidity_value, daily_yield : str
        In quote coins.
    base_coin_precision, quote_coin_precision : int
        Decimals.
    yield_coins : list of str
        What it pays in.
    apy_e8, apy7d_e8 : str
        Yield per year now and over seven days, fractions times 1e8; parted by coin in `apy_breakdown` and
        `apy7d_breakdown`.
    slippage_levels, slippage_rate_e8_list : list of str
        Amounts from which a rate of slippage holds, and the rates, fractions times 1e8.
    """

    product_id: str
    base_coin: str
    quote_coin: str
    status: str = ""
    max_leverage: int = 0
    min_investment_quote: str = ""
    min_investment_base: str = ""
    max_investment_quote: str = ""
    max_investment_base: str = ""
    min_withdrawal_amount: str = ""
    min_reinvest_amount: str = ""
    base_coin_precision: int = 0
    quote_coin_precision: int = 0
    yield_coins: list[str] = []
    apy_e8: str = ""
    apy7d_e8: str = ""
    pool_liquidity_value: str = ""
    daily_yield: str = ""
    slippage_levels: list[str] = msgspec.field(name="slippage_levels", default_factory=list)
    slippage_rate_e8_list: list[str] = msgspec.field(name="slippageRateE8List", default_factory=list)
    apy_breakdown: list[YieldApy] = []
    apy7d_breakdown: list[YieldApy] = []


class BybitLiquidityPosition(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What the account has in a pool.

    Attributes
    ----------
    position_id, product_id, base_coin, quote_coin : str
        Ids of the position and the pool, and its coins.
    quote_amount, base_amount, principal_quote_amount, principal_base_amount : str
        What it holds with its leverage, and what was put in, in units of the coins.
    principal_liquidity_value, leveraged_value, loan, margin : str
        In quote coins.
    claimable_yield : str
        What can be claimed.
    current_apr : str
        Yield per year, a fraction times 1e8.
    leverage : str
        The multiple.
    liquidation_price, current_price_y : str
        Quote coins per base coin.
    status : str
        `Active` or `Liquidating`.
    created_time : str
        Epoch milliseconds.
    """

    position_id: str
    product_id: str
    base_coin: str = ""
    quote_coin: str = ""
    quote_amount: str = ""
    base_amount: str = ""
    principal_quote_amount: str = ""
    principal_base_amount: str = ""
    principal_liquidity_value: str = ""
    leveraged_value: str = ""
    loan: str = ""
    claimable_yield: str = ""
    current_apr: str = ""
    leverage: str = ""
    margin: str = ""
    liquidation_price: str = ""
    current_price_y: str = ""
    status: str = ""
    created_time: str = ""


class BybitLiquidityOrder(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Liquidity added or removed: amounts are in units of their coins.

    Attributes
    ----------
    order_id, order_link_id, product_id : str
        Ids of the order, ours, and the pool's.
    order_type : str
        `AddLiquidity`, `RemoveLiquidity`, `Reinvest` or `AddMargin`.
    status : str
        `Success`, `Processing` or `Fail`.
    base_coin, quote_coin, base_amount, quote_amount : str
        What was put in or taken out.
    remove_type, remove_rate : str, int
        `Normal`, `SingleQuoteCoin` or `SingleBaseCoin`, and how many percent were removed.
    leverage, slippage_value : str
        The multiple, and what slippage took in quote coins.
    created_time : str
        Epoch milliseconds.
    """

    order_id: str
    order_link_id: str
    order_type: str
    status: str
    product_id: str = ""
    base_coin: str = ""
    quote_coin: str = ""
    quote_amount: str = ""
    base_amount: str = ""
    remove_type: str = ""
    remove_rate: int = 0
    leverage: str = ""
    slippage_value: str = ""
    created_time: str = ""


class BybitLiquidityYield(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A yield that was claimed (`Manual`) or paid with a removal (`RemoveLiquidity`), in units of `coin`.

    `status` is `Complete` or `Processing`, `created_time` epoch milliseconds in a string.
    """

    coin: str
    amount: str
    created_time: str
    base_coin: str = ""
    quote_coin: str = ""
    type: str = ""
    status: str = ""


class BybitLiquidityLiquidation(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A position that was liquidated: what came back, in units of the coins.

    `liquidation_price` is quote coins per base coin, `liquidation_time` epoch milliseconds in a string.
    """

    base_coin: str
    quote_coin: str
    liquidation_time: str
    base_amount: str = ""
    quote_amount: str = ""
    liquidation_price: str = ""
