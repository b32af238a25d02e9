"""Frames of the public topics.

Key order follows the captures: spot and level 1 put `ts` before `type`, other derivatives levels after it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nautilus_bybit_adapter.sim.exchange.candles import INTERVAL_MS, Candle

if TYPE_CHECKING:
    from nautilus_bybit_adapter.sim.exchange.depth import Changes, DepthFeed
    from nautilus_bybit_adapter.sim.exchange.floor import TradedMarket
    from nautilus_bybit_adapter.sim.exchange.market import Market
    from nautilus_bybit_adapter.sim.exchange.orders import PublicTrade


def book_frame(market: TradedMarket, feed: DepthFeed, changes: Changes | None, now_ms: int) -> dict[str, Any]:
    """Delta of `changes`, or a snapshot of the feed's window when there are none."""
    it = market.instrument
    kind = "delta" if changes is not None else "snapshot"
    bids, asks = (feed.bids, feed.asks) if changes is None else changes
    head: dict[str, Any] = {"topic": f"orderbook.{feed.depth}.{it.symbol}"}
    if it.is_linear and feed.depth > 1:
        head |= {"type": kind, "ts": now_ms}
    else:
        head |= {"ts": now_ms, "type": kind}
    data = {
        "s": it.symbol,
        "b": [[it.price_text(ticks), it.qty_text(lots)] for ticks, lots in bids.items()],
        "a": [[it.price_text(ticks), it.qty_text(lots)] for ticks, lots in asks.items()],
        "u": feed.u,
        "seq": market.seq,
    }
    return head | {"data": data, "cts": market.changed_ms}


def trades_frame(market: Market, trades: list[PublicTrade], now_ms: int) -> dict[str, Any]:
    """Frame of `publicTrade`."""
    it = market.instrument
    topic = f"publicTrade.{it.symbol}"
    if it.is_linear:
        rows = [_linear_trade(market, trade) for trade in trades]
        return {"topic": topic, "type": "snapshot", "ts": now_ms, "data": rows}
    rows = [_spot_trade(market, trade) for trade in trades]
    return {"topic": topic, "ts": now_ms, "type": "snapshot", "data": rows}


def ticker_frame(market: TradedMarket, kind: str, data: dict[str, Any], now_ms: int) -> dict[str, Any]:
    """Frame of `tickers`."""
    topic = f"tickers.{market.instrument.symbol}"
    if market.instrument.is_linear:
        return {"topic": topic, "type": kind, "data": data, "cs": market.seq, "ts": now_ms}
    return {"topic": topic, "ts": now_ms, "type": kind, "cs": market.seq, "data": data}


def kline_frame(
    market: TradedMarket, interval: str, start_ms: int, candle: Candle, now_ms: int, *, confirm: bool
) -> dict[str, Any]:
    """Frame of `kline` with one candle."""
    it = market.instrument
    row = {
        "start": start_ms,
        "end": start_ms + INTERVAL_MS[interval] - 1,
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
        "RPI": False,
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
        "RPI": False,
    }
