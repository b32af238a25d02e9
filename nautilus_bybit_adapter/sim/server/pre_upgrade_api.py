"""REST answers about the time before the account was unified: it always was, so nothing is there.

Source: Bybit V5 Pre-upgrade.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nautilus_bybit_adapter.sim.exchange.queries import read_limit
from nautilus_bybit_adapter.sim.exchange.requests import Params, read_category

from .endpoint import Routes, private
from .paging import window

if TYPE_CHECKING:
    from nautilus_bybit_adapter.sim.exchange.exchange import Exchange


def nothing(exchange: Exchange, params: Params) -> dict[str, Any]:
    """Orders, fills, closed positions, deliveries and settlements of a category."""
    category = read_category(params)
    window(params, exchange.now_ms())
    read_limit(params, 20, 100)
    return {"category": category, "list": [], "nextPageCursor": ""}


def no_entries(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/pre-upgrade/account/transaction-log`."""
    read_category(params)
    window(params, exchange.now_ms())
    read_limit(params, 20, 50)
    return {"list": [], "nextPageCursor": ""}


ROUTES: Routes = {
    ("GET", "/v5/pre-upgrade/order/history"): private(nothing),
    ("GET", "/v5/pre-upgrade/execution/list"): private(nothing),
    ("GET", "/v5/pre-upgrade/position/closed-pnl"): private(nothing),
    ("GET", "/v5/pre-upgrade/account/transaction-log"): private(no_entries),
    ("GET", "/v5/pre-upgrade/asset/delivery-record"): private(nothing),
    ("GET", "/v5/pre-upgrade/asset/settlement-record"): private(nothing),
}
