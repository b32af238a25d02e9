"""Fills of a spot pair, summed.

Source: Bybit V5 "Get Trade Info For Analysis".
"""

from __future__ import annotations

import msgspec


class DailySums(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Fills of a UTC day (`YYYY-MM-DD`): quantities in base coins, values in quote coins."""

    day: str
    sum_buy_exec_value: str = ""
    sum_buy_exec_qty: str = ""
    sum_sell_exec_value: str = ""
    sum_sell_exec_qty: str = ""


class BybitTradeSums(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Fills of a spot pair over a window.

    Attributes
    ----------
    base_coin, settle_coin : str
        The pair.
    symbol_rnl : str
        Realised profit, in quote coins.
    net_exec_qty, sum_exec_qty, sum_exec_value : str
        Bought less sold and both together, in base coins, and what they were worth in quote coins.
    avg_buy_exec_price, sum_buy_exec_value, sum_buy_exec_qty, sum_buy_exec_fee, sum_buy_order_qty : str
        Of what was bought: mean price, value, quantity, fees, and the quantity of the orders.
    avg_sell_exec_price, sum_sell_exec_value, sum_sell_exec_qty, sum_sell_exec_fee, sum_sell_order_qty : str
        Of what was sold.
    max_margin_version : int
        The venue's own.
    sum_price_list : list of DailySums
        By the day.
    """

    base_coin: str
    settle_coin: str
    symbol_rnl: str = ""
    net_exec_qty: str = ""
    sum_exec_value: str = ""
    sum_exec_qty: str = ""
    avg_buy_exec_price: str = ""
    sum_buy_exec_value: str = ""
    sum_buy_exec_qty: str = ""
    sum_buy_exec_fee: str = ""
    sum_buy_order_qty: str = ""
    avg_sell_exec_price: str = ""
    sum_sell_exec_value: str = ""
    sum_sell_exec_qty: str = ""
    sum_sell_exec_fee: str = ""
    sum_sell_order_qty: str = ""
    max_margin_version: int = 0
    sum_price_list: list[DailySums] = []
