"""Candles built from the tape since the venue started.

Source: Bybit V5 Get Kline.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from datetime import UTC, datetime
from typing import NamedTuple

MINUTE_MS = 60_000
DAY_MS = 86_400_000
INTERVAL_MS = {
    **{str(minutes): minutes * MINUTE_MS for minutes in (1, 3, 5, 15, 30, 60, 120, 240, 360, 720)},
    "D": DAY_MS,
    "W": 7 * DAY_MS,
}
INTERVALS = (*INTERVAL_MS, "M")
# 1970-01-05 was the first Monday; weeks start there.
_FIRST_MONDAY_MS = 4 * DAY_MS
_KEPT_MINUTES = 10_080


class Candle(NamedTuple):
    """Prices in ticks, volume in lots, turnover in the instrument's `turnover_units`."""

    open: int
    high: int
    low: int
    close: int
    volume: int
    turnover: int

    def then(self, later: Candle) -> Candle:
        """Return this candle continued by `later`."""
        return Candle(
            self.open,
            max(self.high, later.high),
            min(self.low, later.low),
            later.close,
            self.volume + later.volume,
            self.turnover + later.turnover,
        )


def candle_start(at_ms: int, interval: str) -> int:
    """Start of the candle of `interval` that holds `at_ms`, ms."""
    if interval == "M":
        return _month_start(at_ms)
    length = INTERVAL_MS[interval]
    offset = _FIRST_MONDAY_MS if interval == "W" else 0
    return (at_ms - offset) // length * length + offset


def _month_start(at_ms: int) -> int:
    moment = datetime.fromtimestamp(at_ms / 1000, UTC)
    return int(datetime(moment.year, moment.month, 1, tzinfo=UTC).timestamp() * 1000)


class Candles:
    """Minute candles of one market, at most a week of them."""

    def __init__(self) -> None:
        self._minutes: dict[int, Candle] = {}
        self._starts: deque[int] = deque()

    def add(self, at_ms: int, ticks: int, lots: int, turnover: int) -> None:
        """Count one trade."""
        start = at_ms // MINUTE_MS * MINUTE_MS
        trade = Candle(ticks, ticks, ticks, ticks, lots, turnover)
        known = self._minutes.get(start)
        self._minutes[start] = trade if known is None else known.then(trade)
        if known is None:
            self._starts.append(start)
        if len(self._minutes) > _KEPT_MINUTES:
            del self._minutes[self._starts.popleft()]

    def at(self, start_ms: int) -> Candle | None:
        """Candle of the minute that begins at `start_ms`; None when nothing was traded in it."""
        return self._minutes.get(start_ms)

    def before(self, start_ms: int) -> Candle | None:
        """Return the last candle that begins before `start_ms`."""
        index = bisect_left(self._starts, start_ms)
        return self._minutes[self._starts[index - 1]] if index else None
