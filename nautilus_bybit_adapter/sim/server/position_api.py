"""Private REST answers about positions.

Source: Bybit V5 Position.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nautilus_bybit_adapter.sim.exchange import queries
from nautilus_bybit_adapter.sim.exchange.amounts import plain
from nautilus_bybit_adapter.sim.exchange.closed_pnl import closed_parts
from nautilus_bybit_adapter.sim.exchange.errors import VenueError, bad_param
from nautilus_bybit_adapter.sim.exchange.requests import Params, read_category, read_text
from nautilus_bybit_adapter.sim.exchange.wire import position_item

from .amount import read_needed
from .endpoint import Routes, private
from .paging import DAY_MS, page, window

if TYPE_CHECKING:
    from nautilus_bybit_adapter.sim.exchange.exchange import Exchange


def set_leverage(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/position/set-leverage`."""
    exchange.set_leverage(params)
    return {}


def switch_mode(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/position/switch-mode`."""
    exchange.switch_mode(params)
    return {}


def add_margin(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/position/add-margin`; answers what the position is then."""
    _derivative(params)
    position = exchange.add_margin(params)
    market = exchange.market(params)
    stops = exchange.stops.of(market.instrument.key, position.index)
    item = position_item(market, position, exchange.risk, stops)
    return {"category": market.instrument.category, **item}


def set_auto_add_margin(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/position/set-auto-add-margin`."""
    _derivative(params)
    exchange.set_auto_add_margin(params)
    return {}


def trading_stop(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/position/trading-stop`."""
    exchange.trading_stop(params)
    return {}


def closed_pnl(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/position/closed-pnl`, newest first."""
    category = _derivative(params)
    start, end = window(params, exchange.now_ms())
    symbol = read_text(params, "symbol")
    parts = [
        part
        for part in reversed(closed_parts(exchange.account, category))
        if start <= part.last_ms <= end and symbol in {"", part.order.instrument.symbol}
    ]
    found, cursor = page(parts, params, lambda part: f"{part.order.order_id}:{part.last_ms}", 50, 100)
    return {"category": category, "list": [part.row() for part in found], "nextPageCursor": cursor}


def closed_options(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/position/get-closed-positions`: options closed by trading, the last day by default."""
    if read_category(params) != "option":
        raise bad_param("Illegal category")
    start, end = window(params, exchange.now_ms(), default_ms=DAY_MS)
    symbol = read_text(params, "symbol")
    parts = [
        part
        for part in reversed(closed_parts(exchange.account, "option"))
        if start <= part.last_ms <= end and symbol in {"", part.order.instrument.symbol}
    ]
    found, cursor = page(parts, params, lambda part: part.order.order_id, 50, 100)
    rows = []
    for part in found:
        row = part.row()
        rows.append(
            {
                "symbol": row["symbol"],
                "side": "Buy" if row["side"] == "Sell" else "Sell",
                "totalOpenFee": row["openFee"],
                "deliveryFee": "0",
                "totalCloseFee": row["closeFee"],
                "qty": row["closedSize"],
                "closeTime": part.last_ms,
                "avgExitPrice": row["avgExitPrice"],
                "deliveryPrice": "",
                "openTime": part.first_ms,
                "avgEntryPrice": row["avgEntryPrice"],
                "totalPnl": row["closedPnl"],
            }
        )
    return {"category": "option", "list": rows, "nextPageCursor": cursor}


def symbol_info(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/position/symbol-info`: leverage, whether or not there is a position."""
    _derivative(params)
    read_needed(params, "symbol")
    market = exchange.market(params)
    rows = [
        {
            "symbol": market.instrument.symbol,
            "leverage": plain(slot.leverage),
            "side": slot.side,
            "positionIdx": slot.index,
        }
        for slot in exchange.settings.slots(market.instrument)
    ]
    return {"category": market.instrument.category, "list": rows}


def confirm_pending(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/position/confirm-pending-mmr`: no change of risk limits waits for confirmation."""
    _derivative(params)
    exchange.market(params)
    return {}


def abandoned(exchange: Exchange, params: Params) -> dict[str, Any]:
    """Paths that Bybit keeps and that change nothing any more."""
    _derivative(params)
    exchange.market(params)
    return {}


def switch_isolated(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/position/switch-isolated`: the margin mode belongs to the whole account."""
    del exchange, params
    raise VenueError(100028, "The API cannot be accessed by unified account users.")


def _derivative(params: Params) -> str:
    category = read_category(params)
    if category == "spot":
        raise bad_param("Illegal category")
    return category


ROUTES: Routes = {
    ("GET", "/v5/position/list"): private(queries.positions),
    ("POST", "/v5/position/set-leverage"): private(set_leverage),
    ("POST", "/v5/position/switch-mode"): private(switch_mode),
    ("POST", "/v5/position/set-auto-add-margin"): private(set_auto_add_margin),
    ("POST", "/v5/position/add-margin"): private(add_margin),
    ("POST", "/v5/position/trading-stop"): private(trading_stop),
    ("GET", "/v5/position/closed-pnl"): private(closed_pnl),
    ("GET", "/v5/position/get-closed-positions"): private(closed_options),
    ("GET", "/v5/position/symbol-info"): private(symbol_info),
    ("POST", "/v5/position/confirm-pending-mmr"): private(confirm_pending),
    ("POST", "/v5/position/switch-isolated"): private(switch_isolated),
    ("POST", "/v5/position/set-tpsl-mode"): private(abandoned),
    ("POST", "/v5/position/set-risk-limit"): private(abandoned),
}
