"""Frames of the public topics.

Key order follows the captures: spot and level 1 put `ts` before `type`, other derivatives levels after it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nautilus_bybit_adapter.sim.exchange.amounts import plain
from nautilus_bybit_adapter.sim.exchange.chart import next_start
from nautilus_bybit_adapter.sim.exchange.instruments import SPOT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nautilus_bybit_adapter.sim.exchange.candles import Candle
    from nautilus_bybit_adapter.sim.exchange.depth import Changes, DepthFeed
    from nautilus_bybit_adapter.sim.exchange.floor import TradedMarket
    from nautilus_bybit_adapter.sim.exchange.market import Market
    from nautilus_bybit_adapter.sim.exchange.orders import PublicTrade
    from nautilus_bybit_adapter.sim.exchange.rpi import RpiChanges, RpiFeed, RpiLots


def book_frame(market: TradedMarket, feed: DepthFeed, changes: Changes | None, now_ms: int) -> dict[str, Any]:
    """Delta of `changes`, or a snapshot of the feed's window when there are none."""
    kind = "delta" if changes is not None else "snapshot"
    bids, asks = (feed.bids, feed.asks) if changes is None else changes
    rows = _levels(market, bids), _levels(market, asks)
    return _book_frame(market, feed, (str(feed.depth), kind), rows, now_ms)


def full_frame(market: TradedMarket, changes: Changes, now_ms: int) -> dict[str, Any]:
    """Frame of `orderbook.full`, which has deltas only."""
    rows = _levels(market, changes.bids), _levels(market, changes.asks)
    return _book_frame(market, market.full_feed, ("full", "delta"), rows, now_ms)


def rpi_frame(market: TradedMarket, changes: RpiChanges | None, now_ms: int) -> dict[str, Any]:
    """Frame of `orderbook.rpi`: price, size of normal orders, size of retail price improvement orders."""
    feed = market.rpi_feed
    kind = "delta" if changes is not None else "snapshot"
    bids, asks = (feed.bids, feed.asks) if changes is None else changes
    rows = rpi_levels(market, bids), rpi_levels(market, asks)
    return _book_frame(market, feed, ("rpi", kind), rows, now_ms)


def rpi_levels(market: TradedMarket, levels: Mapping[int, RpiLots]) -> list[list[str]]:
    """Levels with a third column, the size of retail price improvement orders."""
    it = market.instrument
    return [
        [it.price_text(ticks), it.qty_text(lots.normal), it.qty_text(lots.rpi)]
        for ticks, lots in levels.items()
    ]


def _levels(market: TradedMarket, levels: Mapping[int, int]) -> list[list[str]]:
    it = market.instrument
    return [[it.price_text(ticks), it.qty_text(lots)] for ticks, lots in levels.items()]


def _book_frame(
    market: TradedMarket,
    feed: DepthFeed | RpiFeed,
    name_kind: tuple[str, str],
    rows: tuple[list[list[str]], list[list[str]]],
    now_ms: int,
) -> dict[str, Any]:
    it, (name, kind) = market.instrument, name_kind
    head: dict[str, Any] = {"topic": f"orderbook.{name}.{it.symbol}"}
    if it.category != SPOT and feed.depth > 1:
        head |= {"type": kind, "ts": now_ms}
    else:
        head |= {"ts": now_ms, "type": kind}
    data = {"s": it.symbol, "b": rows[0], "a": rows[1], "u": feed.u, "seq": market.seq}
    return head | {"data": data, "cts": market.changed_ms}


def trades_frame(market: Market, trades: list[PublicTrade], now_ms: int) -> dict[str, Any]:
    """Frame of `publicTrade`; that of options is named by the base coin."""
    it = market.instrument
    if it.is_option:
        topic = f"publicTrade.{it.base}"
        rows = [_option_trade(market, trade) for trade in trades]
        ident = f"{topic}-{trades[-1].seq}-{now_ms}"
        return {"id": ident, "topic": topic, "ts": now_ms, "data": rows, "type": "snapshot"}
    topic = f"publicTrade.{it.symbol}"
    if it.is_derivative:
        rows = [_linear_trade(market, trade) for trade in trades]
        return {"topic": topic, "type": "snapshot", "ts": now_ms, "data": rows}
    rows = [_spot_trade(market, trade) for trade in trades]
    return {"topic": topic, "ts": now_ms, "type": "snapshot", "data": rows}


def ticker_frame(market: TradedMarket, kind: str, data: dict[str, Any], now_ms: int) -> dict[str, Any]:
    """Frame of `tickers`."""
    it = market.instrument
    topic = f"tickers.{it.symbol}"
    if it.is_option:
        ident = f"{topic}-{market.seq}-{now_ms}"
        return {"id": ident, "topic": topic, "ts": now_ms, "data": data, "type": kind}
    if it.is_derivative:
        return {"topic": topic, "type": kind, "data": data, "cs": market.seq, "ts": now_ms}
    return {"topic": topic, "ts": now_ms, "type": kind, "cs": market.seq, "data": data}


def kline_frame(
    market: TradedMarket, interval: str, start_ms: int, candle: Candle, now_ms: int, *, confirm: bool
) -> dict[str, Any]:
    """Frame of `kline` with one candle."""
    it = market.instrument
    row = {
        "start": start_ms,
        "end": next_start(start_ms, interval) - 1,
        "interval": interval,
        "open": it.price_text(candle.open),
        "close": it.price_text(candle.close),
        "high": it.price_text(candle.high),
        "low": it.price_text(candle.low),
        "volume": it.qty_text(candle.volume),
        "turnover": f"{it.turnover(candle.turnover):f}",
        "confirm": confirm,
        "timestamp": now_ms,
    }
    return {"topic": f"kline.{interval}.{it.symbol}", "data": [row], "ts": now_ms, "type": "snapshot"}


def _linear_trade(market: Market, trade: PublicTrade) -> dict[str, Any]:
    it = market.instrument
    return {
        "T": trade.at_ms,
        "s": it.symbol,
        "S": trade.side,
        "v": it.qty_text(trade.lots),
        "p": it.price_text(trade.ticks),
        "L": trade.tick_direction,
        "i": trade.trade_id,
        "BT": False,
        "RPI": trade.is_rpi,
        "seq": trade.seq,
    }


def _spot_trade(market: Market, trade: PublicTrade) -> dict[str, Any]:
    it = market.instrument
    return {
        "i": trade.trade_id,
        "T": trade.at_ms,
        "p": it.price_text(trade.ticks),
        "v": it.qty_text(trade.lots),
        "S": trade.side,
        "seq": trade.seq,
        "s": it.symbol,
        "BT": False,
        "RPI": trade.is_rpi,
    }


def _option_trade(market: Market, trade: PublicTrade) -> dict[str, Any]:
    it = market.instrument
    return {
        "p": it.price_text(trade.ticks),
        "v": it.qty_text(trade.lots),
        "i": trade.trade_id,
        "T": trade.at_ms,
        "BT": False,
        "s": it.symbol,
        "S": trade.side,
        **option_prices(market, trade.ticks),
        "seq": trade.seq,
    }


def option_prices(market: Market, ticks: int) -> dict[str, str]:
    """Mark and index price and the volatilities that a trade of an option tells."""
    figures = market.option_figures(ticks)
    return {
        "mP": plain(market.mark),
        "iP": figures.index_price,
        "mIv": figures.mark_iv,
        "iv": figures.trade_iv,
    }
