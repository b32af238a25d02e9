"""Public REST answers.

Source: Bybit V5 Market.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from nautilus_bybit_adapter.sim.exchange.errors import bad_param
from nautilus_bybit_adapter.sim.exchange.queries import read_limit
from nautilus_bybit_adapter.sim.exchange.requests import Params, read_category, read_text
from nautilus_bybit_adapter.sim.exchange.rpi import RPI_DEPTH

from .endpoint import Routes, public
from .frames import option_prices, rpi_levels
from .tickers import rest_ticker

if TYPE_CHECKING:
    from nautilus_bybit_adapter.sim.exchange.exchange import Exchange
    from nautilus_bybit_adapter.sim.exchange.floor import TradedMarket
    from nautilus_bybit_adapter.sim.exchange.orders import PublicTrade

_STATUSES = ("PreLaunch", "Trading", "Delivering", "Closed")
# Levels by default and at most.
_BOOK_LIMITS = {"spot": (1, 1000), "linear": (25, 1000), "inverse": (25, 1000), "option": (1, 25)}


def server_time(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/market/time`."""
    del params
    now_ms = exchange.now_ms()
    return {"timeSecond": str(now_ms // 1000), "timeNano": str(now_ms * 1_000_000)}


def instruments(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/market/instruments-info`; spot has no pages, and a base coin names linear and inverse together."""
    category, symbol = read_category(params), read_text(params, "symbol")
    base, kind = read_text(params, "baseCoin"), read_text(params, "symbolType")
    if category == "option" and not symbol:
        base = base or "BTC"
    categories = {"linear", "inverse"} if base and category in {"linear", "inverse"} else {category}
    statuses = _statuses(category, read_text(params, "status"))
    found = sorted(
        (
            market
            for key, market in exchange.markets.items()
            if key[0] in categories
            and symbol in {"", key[1]}
            and base in {"", market.instrument.base}
            and kind in {"", market.instrument.listing.symbol_type}
            and market.status in statuses
        ),
        key=lambda market: market.instrument.symbol,
    )
    if category == "spot":
        return {"category": category, "list": [market.listed() for market in found]}
    limit = read_limit(params, 500, 1000)
    after = unquote(read_text(params, "cursor")).rpartition("last=")[2]
    page = [market for market in found if market.instrument.symbol > after]
    more = len(page) > limit
    page = page[:limit]
    ends = [market.instrument.symbol for market in (page[0], page[-1])] if more else []
    cursor = quote(f"first={ends[0]}&last={ends[1]}", safe="") if more else ""
    return {"category": category, "list": [market.listed() for market in page], "nextPageCursor": cursor}


def _statuses(category: str, asked: str) -> set[str]:
    if asked and asked not in _STATUSES:
        raise bad_param("params error: status invalid")
    if asked:
        return {asked}
    return {"PreLaunch", "Trading", "Delivering"} if category == "option" else {"Trading"}


def option_base_coins(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/market/option-base-coins`."""
    del params
    bases = sorted({m.instrument.base for key, m in exchange.markets.items() if key[0] == "option"})
    return {"list": [{"baseCoin": base} for base in bases]}


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
    if market.is_silent:
        return []
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
    elif category == "option":
        if not read_text(params, "baseCoin"):
            raise bad_param("params error: baseCoin or symbol is required")
        markets = _options(exchange, params)
    else:
        markets = [market for key, market in sorted(exchange.markets.items()) if key[0] == category]
    return {"category": category, "list": [rest_ticker(market, exchange.now_ms()) for market in markets]}


def recent_trades(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/market/recent-trade`, newest first."""
    category = read_category(params)
    default, most = (60, 60) if category == "spot" else (500, 1000)
    limit = read_limit(params, default, most)
    if category == "option" and not params.get("symbol"):
        markets = _options(exchange, params)
    else:
        markets = [exchange.market(params)]
    trades = [(trade, market) for market in markets for trade in market.tape]
    if len(markets) > 1:
        trades.sort(key=lambda pair: (pair[0].at_ms, pair[0].seq))
    newest = reversed(trades[-limit:])
    return {"category": category, "list": [_trade_item(market, trade) for trade, market in newest]}


def _options(exchange: Exchange, params: Params) -> list[TradedMarket]:
    base, kind = read_text(params, "baseCoin") or "BTC", read_text(params, "optionType")
    expiry = read_text(params, "expDate")
    return [
        market
        for key, market in sorted(exchange.markets.items())
        if key[0] == "option"
        and market.instrument.base == base
        and kind in {"", market.instrument.contract}
        and (not expiry or f"-{expiry}-" in key[1])
    ]


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
        "isRPITrade": trade.is_rpi,
        **(option_prices(market, trade.ticks) if it.is_option else {}),
        "seq": str(trade.seq),
    }


ROUTES: Routes = {
    ("GET", "/v5/market/time"): public(server_time),
    ("GET", "/v5/market/instruments-info"): public(instruments),
    ("GET", "/v5/market/option-base-coins"): public(option_base_coins),
    ("GET", "/v5/market/orderbook"): public(orderbook),
    ("GET", "/v5/market/rpi_orderbook"): public(rpi_orderbook),
    ("GET", "/v5/market/full_orderbook"): public(full_orderbook),
    ("GET", "/v5/market/tickers"): public(tickers),
    ("GET", "/v5/market/recent-trade"): public(recent_trades),
}
