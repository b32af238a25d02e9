"""Order entry, shared by REST and the trade socket.

Source: Bybit V5 Trade.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nautilus_bybit_adapter.sim.exchange.errors import VenueError, bad_param
from nautilus_bybit_adapter.sim.exchange.exchange import Exchange
from nautilus_bybit_adapter.sim.exchange.instruments import SPOT
from nautilus_bybit_adapter.sim.exchange.requests import Params, read_category

from .endpoint import Endpoint, Reply, Routes

if TYPE_CHECKING:
    from collections.abc import Callable

    from nautilus_bybit_adapter.sim.exchange.orders import Order

BATCH_LIMIT = 20
SPOT_BATCH_LIMIT = 10
_OPERATIONS: dict[str, Callable[[Exchange, Params], Order]] = {
    "create": Exchange.place,
    "amend": Exchange.amend,
    "cancel": Exchange.cancel,
}


def single(exchange: Exchange, verb: str, params: Params) -> Reply:
    """Create, amend or cancel one order."""
    order = _OPERATIONS[verb](exchange, params)
    return Reply({"orderId": order.order_id, "orderLinkId": order.link_id})


def cancel_all(exchange: Exchange, params: Params) -> Reply:
    """`/v5/order/cancel-all`."""
    orders = exchange.cancel_all(params)
    rows = [{"orderId": order.order_id, "orderLinkId": order.link_id} for order in orders]
    return Reply({"list": rows, "success": "1"})


def batch_items(params: Params) -> list[Params]:
    """Items of a batch with the category put into each.

    Raises
    ------
    VenueError
        When `request` is no list of objects, empty or too long.
    """
    category = read_category(params)
    items = params.get("request")
    if not isinstance(items, list) or not items or not all(isinstance(item, dict) for item in items):
        raise bad_param("params error: request invalid")
    most = SPOT_BATCH_LIMIT if category == SPOT else BATCH_LIMIT
    if len(items) > most:
        raise bad_param(f"params error: request length exceeds the limit of {most}")
    return [{**item, "category": category} for item in items]


def batch(exchange: Exchange, verb: str, params: Params, granted: int) -> Reply:
    """Create, amend or cancel several orders; items after the first `granted` fail with 10006."""
    rows, codes = [], []
    for index, item in enumerate(batch_items(params)):
        row, code = _batch_item(exchange, verb, item, refused=index >= granted)
        rows.append(row)
        codes.append(code)
    return Reply({"list": rows}, {"list": codes})


def _batch_item(
    exchange: Exchange, verb: str, item: Params, *, refused: bool
) -> tuple[dict[str, Any], dict[str, Any]]:
    row = {
        "category": item["category"],
        "symbol": item.get("symbol", ""),
        "orderId": "",
        "orderLinkId": item.get("orderLinkId") or "",
    }
    created = {"createAt": ""} if verb == "create" else {}
    if refused:
        return row | created, {"code": 10006, "msg": "Too many visits. Exceeded the API Rate Limit."}
    try:
        order = _OPERATIONS[verb](exchange, item)
    except VenueError as e:
        return row | created, {"code": e.ret_code, "msg": e.ret_msg}
    if created:
        created["createAt"] = str(order.created_ms)
    row |= {"orderId": order.order_id, "orderLinkId": order.link_id}
    return row | created, {"code": 0, "msg": "OK"}


def _order(verb: str) -> Endpoint:
    return Endpoint(lambda context, params, _quota: single(context.exchange, verb, params))


def _batch(verb: str) -> Endpoint:
    return Endpoint(lambda context, params, quota: batch(context.exchange, verb, params, quota.granted))


ROUTES: Routes = {
    ("POST", "/v5/order/create"): _order("create"),
    ("POST", "/v5/order/amend"): _order("amend"),
    ("POST", "/v5/order/cancel"): _order("cancel"),
    ("POST", "/v5/order/cancel-all"): Endpoint(
        lambda context, params, _quota: cancel_all(context.exchange, params)
    ),
    ("POST", "/v5/order/create-batch"): _batch("create"),
    ("POST", "/v5/order/amend-batch"): _batch("amend"),
    ("POST", "/v5/order/cancel-batch"): _batch("cancel"),
}
