"""Candles of any interval over any time: history, then the tape, then the candle still forming.

Source: Bybit V5 Get Kline.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from .candles import DAY_MS, INTERVAL_MS, MINUTE_MS, Candle, candle_start
from .history import LENGTHS_MS, history_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .exchange import Exchange
    from .market import Market

_MONTHS = 12


def next_start(start_ms: int, interval: str) -> int:
    """Start of the candle after the one that begins at `start_ms`, ms."""
    if interval != "M":
        return start_ms + INTERVAL_MS[interval]
    month = datetime.fromtimestamp(start_ms / 1000, UTC)
    year, number = (month.year + 1, 1) if month.month == _MONTHS else (month.year, month.month + 1)
    return int(datetime(year, number, 1, tzinfo=UTC).timestamp() * 1000)


def earlier_start(start_ms: int, interval: str, count: int) -> int:
    """Start of the candle `count` before the one that begins at `start_ms`, ms."""
    if interval != "M":
        return start_ms - count * INTERVAL_MS[interval]
    for _ in range(count):
        start_ms = candle_start(start_ms - 1, interval)
        if start_ms <= 0:
            return 0
    return start_ms


def candles(
    exchange: Exchange, market: Market, interval: str, start_ms: int, end_ms: int
) -> dict[int, Candle]:
    """Candles that begin from `start_ms` to `end_ms`, by start in ms, oldest first.

    The last one may still be forming; minutes without a trade are flat at the price before them.
    """
    last = min(end_ms, exchange.now_ms())
    begin, until = candle_start(start_ms, interval), next_start(candle_start(last, interval), interval) - 1
    rows: dict[int, Candle] = {}
    for at_ms, part in _parts(exchange, market, interval, begin, min(until, exchange.now_ms())):
        key = candle_start(at_ms, interval)
        rows[key] = rows[key].then(part) if key in rows else part
    return {at_ms: row for at_ms, row in rows.items() if start_ms <= at_ms <= last}


def candle_at(exchange: Exchange, market: Market, interval: str, start_ms: int) -> Candle:
    """Return the candle of `interval` that begins at `start_ms`."""
    found = candles(exchange, market, interval, start_ms, start_ms)
    price = market.last_ticks
    return found.get(start_ms, Candle(price, price, price, price, 0, 0))


def _parts(
    exchange: Exchange, market: Market, interval: str, start_ms: int, end_ms: int
) -> Iterator[tuple[int, Candle]]:
    history = history_of(exchange, market)
    whole = DAY_MS if interval in {"D", "W", "M"} else INTERVAL_MS[interval]
    length = next(length for length in LENGTHS_MS if whole % length == 0)
    found = history.parts(length, start_ms, end_ms)
    yield from (row for row in found if start_ms <= row[0] <= end_ms)
    if end_ms >= history.end_ms:
        yield from _traded(market, history.end_ms, start_ms, end_ms)


def _traded(market: Market, from_ms: int, start_ms: int, end_ms: int) -> Iterator[tuple[int, Candle]]:
    first = max(from_ms, start_ms // MINUTE_MS * MINUTE_MS)
    before = market.candles.before(first)
    price = market.start_ticks if before is None else before.close
    for at_ms in range(first, end_ms + 1, MINUTE_MS):
        minute = market.candles.at(at_ms) or Candle(price, price, price, price, 0, 0)
        price = minute.close
        yield at_ms, minute
