"""Public REST answers.

Source: Bybit V5 Market.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nautilus_bybit_adapter.sim.exchange.candles import INTERVALS
from nautilus_bybit_adapter.sim.exchange.errors import bad_param
from nautilus_bybit_adapter.sim.exchange.queries import read_limit, read_ms
from nautilus_bybit_adapter.sim.exchange.requests import Params, read_category, read_text

from .tickers import rest_ticker

if TYPE_CHECKING:
    from nautilus_bybit_adapter.sim.exchange.exchange import Exchange
    from nautilus_bybit_adapter.sim.exchange.floor import TradedMarket
    from nautilus_bybit_adapter.sim.exchange.orders import PublicTrade

DEEPEST = 1000


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
    """`/v5/market/orderbook`, cut from the 1000-level topic's present window."""
    market = exchange.market(params)
    limit = read_limit(params, 25 if market.instrument.is_linear else 1, DEEPEST)
    feed = market.feeds[DEEPEST]
    feed.refresh()
    it = market.instrument
    return {
        "s": it.symbol,
        "b": [[it.price_text(t), it.qty_text(lots)] for t, lots in list(feed.bids.items())[:limit]],
        "a": [[it.price_text(t), it.qty_text(lots)] for t, lots in list(feed.asks.items())[:limit]],
        "ts": exchange.now_ms(),
        "u": feed.u,
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


def kline(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/market/kline` from the trades since the venue started, newest first."""
    market = exchange.market({"category": "linear", **params})
    it = market.instrument
    interval = read_text(params, "interval")
    if interval not in INTERVALS:
        raise bad_param("params error: interval invalid")
    limit = read_limit(params, 200, 1000)
    start, end = read_ms(params, "start"), read_ms(params, "end")
    rows = [
        (at_ms, candle)
        for at_ms, candle in market.candles.rows(interval).items()
        if (start is None or at_ms >= start) and (end is None or at_ms <= end)
    ]
    rows = rows[:limit] if start is not None and end is None else rows[-limit:]
    table = [
        [
            str(at_ms),
            *(it.price_text(p) for p in c[:4]),
            it.qty_text(c.volume),
            f"{it.turnover(c.turnover):f}",
        ]
        for at_ms, c in reversed(rows)
    ]
    return {"symbol": it.symbol, "category": it.category, "list": table}


def funding_history(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/market/funding/history`: no funding has been settled here."""
    market = exchange.market(params)
    if not market.instrument.is_linear:
        raise bad_param("Illegal category")
    read_limit(params, 200, 200)
    if read_ms(params, "startTime") is not None and read_ms(params, "endTime") is None:
        raise bad_param("params error: endTime is required with startTime")
    return {"category": market.instrument.category, "list": []}


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
