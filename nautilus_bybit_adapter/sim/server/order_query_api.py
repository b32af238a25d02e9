"""Private REST answers about orders and executions, and checks before an order.

Source: Bybit V5 Trade.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nautilus_bybit_adapter.sim.exchange import queries
from nautilus_bybit_adapter.sim.exchange.amounts import ZERO, coin_amount, plain
from nautilus_bybit_adapter.sim.exchange.errors import bad_param
from nautilus_bybit_adapter.sim.exchange.requests import Params, read_category

from .amount import read_choice
from .endpoint import Routes, private

if TYPE_CHECKING:
    from decimal import Decimal

    from nautilus_bybit_adapter.sim.exchange.exchange import Exchange


def spot_borrow_check(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/order/spot-borrow-check`: what one could trade with and without borrowing."""
    if read_category(params) != "spot":
        raise bad_param("Illegal category")
    market = exchange.market(params)
    it, side = market.instrument, read_choice(params, "side", ("Buy", "Sell"))
    pays = it.quote if side == "Buy" else it.base
    free = max(ZERO, exchange.risk.spendable(pays))
    price = it.price(market.touch_price(side) or market.last_ticks)
    lent = exchange.loans.borrowable(pays) if exchange.loans.enabled else ZERO
    result = {"symbol": it.symbol, "side": side}
    for prefix, pay in (("maxTrade", free + lent), ("spotMaxTrade", free)):
        qty = pay / price if side == "Buy" else pay
        amount = pay if side == "Buy" else pay * price
        result[f"{prefix}Qty"] = plain(qty - qty % it.lot)
        result[f"{prefix}Amount"] = plain(coin_amount(amount))
    return result | {"borrowCoin": pays}


def pre_check(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/order/pre-check`: margin rates of the account before and after an order, in 1/10000."""
    if read_category(params) not in {"linear", "inverse", "option"}:
        raise bad_param("Illegal category")
    if params.get("triggerPrice"):
        raise bad_param("params error: conditional orders are not supported")
    if exchange.settings.margin_mode == "ISOLATED_MARGIN":
        raise bad_param("params error: isolated margin is not supported")
    order = exchange.rehearse(params)
    it, risk = order.instrument, exchange.risk
    totals = risk.totals()
    added = risk.order_margins.reckon(it.symbol, extra=order) - risk.order_margins.known(it.key)
    initial, maintenance = totals.initial, totals.maintenance
    after = initial + risk.usd_value(it.settle, added)
    backing = totals.backing
    return {
        "orderId": order.order_id,
        "orderLinkId": order.link_id,
        "preImrE4": _e4(initial, backing),
        "preMmrE4": _e4(maintenance, backing),
        "postImrE4": _e4(after, backing),
        "postMmrE4": _e4(maintenance + risk.usd_value(it.settle, added * it.mmr), backing),
    }


def _e4(part: Decimal, whole: Decimal) -> int:
    return round(part / whole * 10_000) if whole > 0 else 0


ROUTES: Routes = {
    ("GET", "/v5/order/realtime"): private(queries.open_orders),
    ("GET", "/v5/order/history"): private(queries.order_history),
    ("GET", "/v5/execution/list"): private(queries.executions),
    ("POST", "/v5/order/pre-check"): private(pre_check),
    ("GET", "/v5/order/spot-borrow-check"): private(spot_borrow_check),
}
