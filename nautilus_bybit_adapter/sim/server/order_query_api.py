"""Private REST answers about orders and executions, and checks before an order.

Source: Bybit V5 Trade.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nautilus_bybit_adapter.sim.exchange import queries
from nautilus_bybit_adapter.sim.exchange.amounts import ZERO, plain
from nautilus_bybit_adapter.sim.exchange.errors import bad_param
from nautilus_bybit_adapter.sim.exchange.requests import Params, read_category

from .amount import read_choice
from .endpoint import Routes, private

if TYPE_CHECKING:
    from nautilus_bybit_adapter.sim.exchange.exchange import Exchange


def spot_borrow_check(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/order/spot-borrow-check`: what one could trade; borrowing adds nothing here yet."""
    if read_category(params) != "spot":
        raise bad_param("Illegal category")
    market = exchange.market(params)
    it, side = market.instrument, read_choice(params, "side", ("Buy", "Sell"))
    pays = it.quote if side == "Buy" else it.base
    free = max(ZERO, exchange.risk.spendable(pays))
    price = it.price(market.touch_price(side) or market.last_ticks)
    qty = free / price if side == "Buy" else free
    qty -= qty % it.lot
    amount = free if side == "Buy" else free * price
    return {
        "symbol": it.symbol,
        "side": side,
        "maxTradeQty": plain(qty),
        "maxTradeAmount": plain(amount),
        "spotMaxTradeQty": plain(qty),
        "spotMaxTradeAmount": plain(amount),
        "borrowCoin": pays,
    }


ROUTES: Routes = {
    ("GET", "/v5/order/realtime"): private(queries.open_orders),
    ("GET", "/v5/order/history"): private(queries.order_history),
    ("GET", "/v5/execution/list"): private(queries.executions),
    ("GET", "/v5/order/spot-borrow-check"): private(spot_borrow_check),
}
