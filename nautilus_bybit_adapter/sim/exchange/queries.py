"""Pages of orders, executions and positions, with Bybit's cursors.

Source: Bybit V5 Get Open & Closed Orders, Get Order History, Get Trade History, Get Position Info.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from .errors import bad_param
from .instruments import LINEAR, Instrument
from .register import is_kept
from .requests import Params, read_category, read_text
from .selection import matches_filter, read_filter
from .wire import execution_item, order_history_item, order_item, position_item

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .exchange import Exchange
    from .orders import Execution, Order

WEEK_MS = 7 * 86_400_000
LONGEST_MS_TEXT = 15
RECENT_CLOSED = 500
_EXEC_TYPES = [
    "Trade",
    "AdlTrade",
    "Funding",
    "BustTrade",
    "Delivery",
    "Settle",
    "BlockTrade",
    "MovePosition",
    "FutureSpread",
    "CorporateAction",
    "UNKNOWN",
]

Page = dict[str, Any]


def open_orders(exchange: Exchange, params: Params) -> Page:
    """Page of `/v5/order/realtime`."""
    category = read_category(params)
    if category == LINEAR and not _selects(params):
        raise bad_param("Missing some parameters that must be filled in, symbol or settleCoin or baseCoin")
    limit = read_limit(params, 20, 50)
    named = _by_id(exchange, params, category)
    closed_only = str(params.get("openOnly") or "0") == "1"
    orders: Iterable[Order]
    if named is not None:
        orders = named
    elif closed_only:
        closed = (
            order
            for order in reversed(exchange.orders.values())
            if not order.is_live and order.instrument.category == category
        )
        orders = list(islice(closed, RECENT_CLOSED))
    else:
        orders = exchange.register.live(category)
    rows = _page(_matching(orders, params, category), exchange, params, limit)
    return _order_page(category, rows, [order_item(order, exchange.config.smp_group) for order in rows])


def order_history(exchange: Exchange, params: Params) -> Page:
    """Page of `/v5/order/history`: orders that have ended."""
    category = read_category(params)
    limit = read_limit(params, 20, 50)
    start, end = read_window(params, exchange.now_ms())
    named = _by_id(exchange, params, category)
    wanted = read_text(params, "orderStatus")
    orders = [
        order
        for order in _matching(exchange.orders.values() if named is None else named, params, category)
        if not order.is_live
        and start <= order.created_ms <= end
        and wanted in {"", order.status}
        and is_kept(order, exchange.now_ms())
    ]
    rows = _page(orders, exchange, params, limit)
    return _order_page(
        category, rows, [order_history_item(order, exchange.config.smp_group) for order in rows]
    )


def executions(exchange: Exchange, params: Params) -> Page:
    """Page of `/v5/execution/list`, newest first."""
    category = read_category(params)
    limit = read_limit(params, 50, 100)
    start, end = read_window(params, exchange.now_ms())
    exec_type = read_text(params, "execType")
    if exec_type and exec_type not in _EXEC_TYPES:
        raise bad_param("params error: execType invalid")
    before = _last_number(params)
    rows: list[Execution] = []
    for fill in reversed(exchange.account.executions):
        if fill.number >= before or not start <= fill.at_ms <= end or exec_type not in {"", fill.exec_type}:
            continue
        if _is_of(fill.order, params, category) and _has_ids(fill.order, params):
            rows.append(fill)
            if len(rows) == limit:
                break
    cursor = _cursor(*(f"{fill.at_ms}:{fill.number}" for fill in (rows[0], rows[-1]))) if rows else ""
    return {"nextPageCursor": cursor, "category": category, "list": [execution_item(fill) for fill in rows]}


def positions(exchange: Exchange, params: Params) -> Page:
    """Page of `/v5/position/list`: a named symbol always has its slot, `settleCoin` shows open ones only."""
    category, symbol = read_category(params), read_text(params, "symbol")
    settle = read_text(params, "settleCoin")
    limit = read_limit(params, 20, 200)
    if category == "spot":
        raise bad_param("Illegal category")
    if category == LINEAR and not symbol and not settle:
        raise bad_param("Missing some parameters that must be filled in, symbol or settleCoin")
    after = unquote(read_text(params, "cursor")).split(",")[0]
    if symbol:
        markets = [] if after else [exchange.market(params)]
    else:
        markets = [
            market
            for key, market in sorted(exchange.markets.items())
            if key[0] == category
            and key[1] > after
            and market.instrument.settle == settle
            and any(slot.size for slot in exchange.settings.slots(market.instrument))
        ][:limit]
    rows = [
        position_item(market, slot, exchange.risk, exchange.stops.of(market.instrument.key, slot.index))
        for market in markets
        for slot in exchange.settings.slots(market.instrument)
        if symbol or slot.size
    ]
    cursor = (
        _cursor(rows[-1]["symbol"], rows[-1]["updatedTime"], str(rows[-1]["positionIdx"])) if rows else ""
    )
    return {"nextPageCursor": cursor, "category": category, "list": rows}


def read_limit(params: Params, default: int, most: int) -> int:
    """Return `limit`, from 1 to `most`."""
    text = str(params.get("limit") or default)
    if not text.isdecimal() or not 1 <= int(text) <= most:
        raise bad_param(f"params error: limit invalid, allowed range is [1,{most}]")
    return int(text)


def read_ms(params: Params, name: str) -> int | None:
    """Return a time in ms, None when it is absent."""
    text = str(params.get(name) or "")
    if not text:
        return None
    if not text.isdecimal() or len(text) > LONGEST_MS_TEXT:
        raise bad_param(f"params error: {name} invalid")
    return int(text)


def read_window(params: Params, now_ms: int) -> tuple[int, int]:
    """Return the inclusive time window in ms, at most 7 days; the last 7 days by default."""
    start, end = read_ms(params, "startTime"), read_ms(params, "endTime")
    if start is None and end is None:
        return now_ms - WEEK_MS, now_ms
    if start is None:
        return (end or 0) - WEEK_MS, end or 0
    if end is None:
        return start, start + WEEK_MS
    if end < start:
        raise bad_param("params error: endTime must not be before startTime")
    if end - start > WEEK_MS:
        raise bad_param("The time range between startTime and endTime cannot exceed 7 days")
    return start, end


def _by_id(exchange: Exchange, params: Params, category: str) -> list[Order] | None:
    order_id, link_id = read_text(params, "orderId"), read_text(params, "orderLinkId")
    if not order_id and not link_id:
        return None
    order = exchange.find(category, order_id, link_id)
    return [] if order is None else [order]


def _matching(orders: Iterable[Order], params: Params, category: str) -> list[Order]:
    kind = read_filter(params)
    return [order for order in orders if matches_filter(order, kind) and _is_of(order, params, category)]


def _is_of(order: Order, params: Params, category: str) -> bool:
    it: Instrument = order.instrument
    symbol, base, settle = (read_text(params, name) for name in ("symbol", "baseCoin", "settleCoin"))
    return (
        it.category == category
        and symbol in {"", it.symbol}
        and base in {"", it.base}
        and settle in {"", it.settle}
    )


def _has_ids(order: Order, params: Params) -> bool:
    order_id, link_id = read_text(params, "orderId"), read_text(params, "orderLinkId")
    return order_id in {"", order.order_id} and link_id in {"", order.link_id}


def _selects(params: Params) -> bool:
    return any(params.get(name) for name in ("symbol", "baseCoin", "settleCoin"))


def _page(orders: Iterable[Order], exchange: Exchange, params: Params, limit: int) -> list[Order]:
    newest_first = sorted(orders, key=lambda order: -order.number)
    last, _, created = unquote(read_text(params, "cursor")).rpartition(",")[2].partition(":")
    if not last:
        return newest_first[:limit]
    known = exchange.orders.get(last)
    if known is not None:
        return [order for order in newest_first if order.number < known.number][:limit]
    if not created.isdecimal() or len(created) > LONGEST_MS_TEXT:
        raise bad_param("params error: cursor invalid")
    # The last order of the page before has been forgotten since.
    return [order for order in newest_first if order.created_ms < int(created)][:limit]


def _order_page(category: str, orders: Sequence[Order], items: list[dict[str, Any]]) -> Page:
    ends = (orders[0], orders[-1]) if orders else ()
    cursor = _cursor(*(f"{order.order_id}:{order.created_ms}" for order in ends))
    return {"nextPageCursor": cursor, "category": category, "list": items}


def _last_number(params: Params) -> int:
    cursor = unquote(read_text(params, "cursor"))
    if not cursor:
        return 1 << 62
    number = cursor.rpartition(":")[2]
    if not number.isdecimal():
        raise bad_param("params error: cursor invalid")
    return int(number)


def _cursor(*parts: str) -> str:
    return quote(",".join(parts), safe="")
