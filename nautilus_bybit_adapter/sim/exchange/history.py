"""Prices before the venue started: a seeded walk that ends at the start price.

A day's candle comes from the walk and shorter ones are cut out of it, down to the minute, so candles of every
interval agree with each other, and a request for any stretch of years costs only that stretch.
"""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING

from .candles import DAY_MS, MINUTE_MS, Candle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .exchange import Exchange
    from .instruments import Instrument
    from .market import Market

HOUR_MS = 60 * MINUTE_MS
# A day is cut into these, each into the next.
LENGTHS_MS = (DAY_MS, 6 * HOUR_MS, 2 * HOUR_MS, HOUR_MS, 15 * MINUTE_MS, MINUTE_MS)
# Nothing is older than this day (2020-03-30).
FIRST_DAY = 18_351
# Standard deviation of a day's logarithmic return, and how strongly old prices return to the present one.
DAY_SIGMA = 0.02
REVERSION = 0.995
# Typical value traded in a day, in quote coin, and what of it falls on one option.
DAY_VALUE = 1_000_000_000
OPTION_DAY_VALUE = 100_000


class PriceHistory:
    """Candles of one market before `anchor_ms`.

    Parameters
    ----------
    seed : str
        Seed of the walk.
    anchor_ms : int
        Start of the venue; the minute that holds it is the first that is not history.
    anchor_ticks : int
        Price at the start, ticks.
    it : Instrument
        What is traded.
    day_lots : int
        Typical quantity traded in a day, lots.
    """

    def __init__(self, seed: str, anchor_ms: int, anchor_ticks: int, it: Instrument, day_lots: int) -> None:
        self.end_ms = anchor_ms // MINUTE_MS * MINUTE_MS
        self._seed = seed
        self._anchor_ticks = anchor_ticks
        self._it = it
        self._day_lots = day_lots
        self._last_day = (self.end_ms - 1) // DAY_MS
        # Opening prices of the last day, the day before it and so on; offsets are logarithms.
        self._opens: list[int] = []
        self._offset = 0.0

    def days(self, start_ms: int, end_ms: int) -> Iterator[tuple[int, Candle]]:
        """Day candles that begin in the days from `start_ms` to `end_ms`, oldest first."""
        first, last = max(FIRST_DAY, start_ms // DAY_MS), min(self._last_day, end_ms // DAY_MS)
        for day in range(first, last + 1):
            yield day * DAY_MS, self._day(day)

    def parts(self, length_ms: int, start_ms: int, end_ms: int) -> Iterator[tuple[int, Candle]]:
        """Candles of one of `LENGTHS_MS` around `start_ms` to `end_ms`, oldest first."""
        nodes = self.days(start_ms, end_ms)
        for longer, shorter in pairwise(LENGTHS_MS[: LENGTHS_MS.index(length_ms) + 1]):
            nodes = self._shorter(nodes, longer, shorter, start_ms, end_ms)
        return nodes

    def _shorter(
        self, nodes: Iterator[tuple[int, Candle]], longer: int, shorter: int, start_ms: int, end_ms: int
    ) -> Iterator[tuple[int, Candle]]:
        for at_ms, whole in nodes:
            if at_ms + longer <= start_ms or at_ms > end_ms:
                continue
            count = -(-(min(at_ms + longer, self.end_ms) - at_ms) // shorter)
            random = Random(f"{self._seed}/{at_ms}/{shorter}")  # noqa: S311 - no secret
            for i, part in enumerate(self._split(whole, count, random)):
                yield at_ms + i * shorter, part

    def _day(self, day: int) -> Candle:
        opened = self._open(day)
        closed = self._anchor_ticks if day == self._last_day else self._open(day + 1)
        random = Random(f"{self._seed}/{day}/day")  # noqa: S311 - no secret
        part = min(1.0, (self.end_ms - day * DAY_MS) / DAY_MS)
        reach = DAY_SIGMA / 2 * math.sqrt(part)
        high = int(max(opened, closed) * (1 + abs(random.gauss(0.0, reach))))
        low = max(1, int(min(opened, closed) * (1 - min(0.5, abs(random.gauss(0.0, reach))))))
        lots = max(1, int(self._day_lots * part * random.lognormvariate(0.0, 0.3)))
        return self._candle((opened, high, low, closed), lots)

    def _open(self, day: int) -> int:
        while len(self._opens) <= self._last_day - day:
            at = self._last_day - len(self._opens)
            part = min(1.0, (self.end_ms - at * DAY_MS) / DAY_MS)
            step = Random(f"{self._seed}/{at}/walk").gauss(0.0, DAY_SIGMA * math.sqrt(part))  # noqa: S311 - no secret
            self._offset = self._offset * REVERSION + step
            self._opens.append(max(1, round(self._anchor_ticks * math.exp(self._offset))))
        return self._opens[self._last_day - day]

    def _candle(self, prices: tuple[int, int, int, int], lots: int) -> Candle:
        mean = max(1, round(sum(prices) / 4))
        return Candle(*prices, lots, self._it.turnover_units(mean, lots))

    def _split(self, whole: Candle, count: int, random: Random) -> list[Candle]:
        """Cut a candle into `count` that together are it; both its extremes are touched."""
        width = whole.high - whole.low
        steps = [random.gauss(0.0, width / math.sqrt(4 * count)) for _ in range(count)]
        pull = (whole.close - whole.open - sum(steps)) / count
        weights = [random.expovariate(1.0) + 0.2 for _ in range(count)]
        highest, lowest = random.randrange(count), random.randrange(count)
        parts, at, exact, left = [], whole.open, float(whole.open), whole.volume
        for i in range(count):
            exact += steps[i] + pull
            last = i == count - 1
            closed = whole.close if last else min(whole.high, max(whole.low, round(exact)))
            wick = abs(random.gauss(0.0, width / (4 * count)))
            high = whole.high if i == highest else min(whole.high, round(max(at, closed) + wick))
            low = whole.low if i == lowest else max(whole.low, round(min(at, closed) - wick))
            lots = left if last else min(left, int(whole.volume * weights[i] / sum(weights)))
            parts.append(self._candle((at, high, low, closed), lots))
            at, left = closed, left - lots
        return parts


@lru_cache(maxsize=4096)
def _history(seed: str, anchor_ms: int, anchor_ticks: int, it: Instrument, day_lots: int) -> PriceHistory:
    return PriceHistory(seed, anchor_ms, anchor_ticks, it, day_lots)


def history_of(exchange: Exchange, market: Market) -> PriceHistory:
    """Return the prices of a market before the venue started, the same for the same seed and start."""
    it = market.instrument
    value = OPTION_DAY_VALUE if it.is_option else DAY_VALUE
    unit = it.lot if it.is_inverse else it.value(market.start_ticks, 1)
    return _history(
        f"{exchange.config.seed}/{it.category}/{it.symbol}",
        exchange.started_ms,
        market.start_ticks,
        it,
        max(1, int(value / unit)),
    )
