"""Public REST answers.

Source: Bybit V5 Market.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from nautilus_bybit_adapter.sim.exchange.depth import RPI_DEPTH
from nautilus_bybit_adapter.sim.exchange.errors import bad_param
from nautilus_bybit_adapter.sim.exchange.queries import read_limit
from nautilus_bybit_adapter.sim.exchange.requests import Params, read_category, read_text

from .endpoint import Routes, public
from .frames import rpi_levels
from .tickers import rest_ticker

if TYPE_CHECKING:
    from nautilus_bybit_adapter.sim.exchange.exchange import Exchange
    from nautilus_bybit_adapter.sim.exchange.floor import TradedMarket
    from nautilus_bybit_adapter.sim.exchange.orders import PublicTrade

# Levels by default and at most.
_BOOK_LIMITS = {"spot": (1, 1000), "linear": (25, 1000), "inverse": (25, 1000), "option": (1, 25)}


def server_time(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/market/time`."""
    del params
    now_ms = exchange.now_ms()
    return {"timeSecond": str(now_ms // 1000), "timeNano": str(now_ms * 1_000_000)}


def instruments(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/market/instruments-info`; linear pages, spot does not."""
    category, symbol = read_category(params), read_text(params, "symbol")
    base = read_text(params, "baseCoin")
    limit = read_limit(params, 500, 1000)
    trading = read_text(params, "status") in {"", "Trading"}
    found = sorted(
        (
            market.instrument
            for key, market in exchange.markets.items()
            if key[0] == category
            and symbol in {"", key[1]}
            and base in {"", market.instrument.base}
            and trading
        ),
        key=lambda it: it.symbol,
    )
    if category == "spot":
        return {"category": category, "list": [it.wire() for it in found]}
    after = read_text(params, "cursor").replace("%26", "&").replace("%3D", "=").rpartition("last=")[2]
    page = [it for it in found if it.symbol > after]
    more = len(page) > limit
    page = page[:limit]
    cursor = f"first%3D{page[0].symbol}%26last%3D{page[-1].symbol}" if more else ""
    return {"category": category, "list": [it.wire() for it in page], "nextPageCursor": cursor}


def orderbook(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/market/orderbook`, cut from the deepest topic's present window."""
    market = exchange.market(params)
    default, most = _BOOK_LIMITS[market.instrument.category]
    limit = read_limit(params, default, most)
    feed = market.feeds[max(market.feeds)]
    feed.refresh()
    bids, asks = _window(market, feed.bids, limit), _window(market, feed.asks, limit)
    return _book(exchange, market, feed.u, (bids, asks))


def rpi_orderbook(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/market/rpi_orderbook`: price, size of normal orders, size of retail price improvement orders."""
    market = _traded_as(exchange, params, ("spot", "linear", "inverse"))
    if not params.get("limit"):
        raise bad_param("params error: limit is required")
    limit, feed = read_limit(params, RPI_DEPTH, RPI_DEPTH), market.rpi_feed
    feed.refresh()
    sides = [rpi_levels(market, dict(islice(side.items(), limit))) for side in (feed.bids, feed.asks)]
    return _book(exchange, market, feed.u, (sides[0], sides[1]))


def full_orderbook(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/market/full_orderbook`: the snapshot that the deltas of `orderbook.full` continue."""
    market = _traded_as(exchange, params, ("spot",))
    feed = market.full_feed
    feed.refresh()
    depth = feed.depth
    sides = _window(market, feed.bids, depth), _window(market, feed.asks, depth)
    return _book(exchange, market, feed.u, sides)


def _traded_as(exchange: Exchange, params: Params, categories: tuple[str, ...]) -> TradedMarket:
    if read_category(params) not in categories:
        raise bad_param("Illegal category")
    return exchange.market(params)


def _window(market: TradedMarket, levels: dict[int, int], limit: int) -> list[list[str]]:
    it = market.instrument
    return [[it.price_text(ticks), it.qty_text(lots)] for ticks, lots in islice(levels.items(), limit)]


def _book(
    exchange: Exchange, market: TradedMarket, u: int, sides: tuple[list[list[str]], list[list[str]]]
) -> dict[str, Any]:
    return {
        "s": market.instrument.symbol,
        "b": sides[0],
        "a": sides[1],
        "ts": exchange.now_ms(),
        "u": u,
        "seq": market.seq,
        "cts": market.changed_ms,
    }


def tickers(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/market/tickers`."""
    category = read_category(params)
    if params.get("symbol"):
        markets = [exchange.market(params)]
    else:
        markets = [market for key, market in sorted(exchange.markets.items()) if key[0] == category]
    return {"category": category, "list": [rest_ticker(market, exchange.now_ms()) for market in markets]}


def recent_trades(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/market/recent-trade`, newest first."""
    market = exchange.market(params)
    linear = market.instrument.is_linear
    limit = read_limit(params, 500 if linear else 60, 1000 if linear else 60)
    newest = list(market.tape)[-limit:]
    return {
        "category": market.instrument.category,
        "list": [_trade_item(market, trade) for trade in reversed(newest)],
    }


def _trade_item(market: TradedMarket, trade: PublicTrade) -> dict[str, Any]:
    it = market.instrument
    return {
        "execId": trade.trade_id,
        "symbol": it.symbol,
        "price": it.price_text(trade.ticks),
        "size": it.qty_text(trade.lots),
        "side": trade.side,
        "time": str(trade.at_ms),
        "isBlockTrade": False,
        "isRPITrade": False,
        "seq": str(trade.seq),
    }


ROUTES: Routes = {
    ("GET", "/v5/market/time"): public(server_time),
    ("GET", "/v5/market/instruments-info"): public(instruments),
    ("GET", "/v5/market/orderbook"): public(orderbook),
    ("GET", "/v5/market/rpi_orderbook"): public(rpi_orderbook),
    ("GET", "/v5/market/full_orderbook"): public(full_orderbook),
    ("GET", "/v5/market/tickers"): public(tickers),
    ("GET", "/v5/market/recent-trade"): public(recent_trades),
}
