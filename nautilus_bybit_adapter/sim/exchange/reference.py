"""Index and mark price of one market, and the premium between them and its book.

Without an outside index a perpetual and a spot market are their own index: index and mark are the middle of
the anonymous book, and there is no premium. With one, the mark is the index plus the moving average of
`middle - index`, at most the first price limit ratio away from it. The averages are exponential; Bybit
averages over a window of 30 s and does not publish the rest. Source: Bybit V5 Get Tickers and Get Order Price
Limit; funding by the published formula with the premium averaged over ten minutes instead of the interval.
"""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING

from .amounts import coin_amount
from .index_average import IndexAverage

if TYPE_CHECKING:
    from .book import Book
    from .instruments import Instrument

BASIS_SPAN_MS = 30_000
SPOT_SPAN_MS = 120_000
FUNDING_SPAN_MS = 600_000
OWN_INDEX_SPAN_MS = 5_000
INTEREST_PER_8H = 0.0001
FUNDING_DAMPING = 0.0005
_MINUTES_PER_8H = 480


class Reference:
    """Where a market's prices are measured from.

    Parameters
    ----------
    it : Instrument
        What is traded.
    book : Book
        Its book.
    start_ticks : int
        Where it starts, ticks.

    Attributes
    ----------
    outside : float or None
        The outside index in ticks as it was last told.
    average : IndexAverage
        The outside index of the last half hour, ticks.
    """

    def __init__(self, it: Instrument, book: Book, start_ticks: int) -> None:
        self.outside: float | None = None
        self._it = it
        self._book = book
        self._middle = start_ticks
        self._version = -1
        # What a dated future is away from its index where the catalogue starts it.
        self._first_basis = 0.0 if it.is_option else float(it.reference_price / it.index_price) - 1
        self._basis: float | None = None
        self._premium = self._spot_premium = 0.0
        self._funding = 0.0
        self._observed_ms = 0
        self.average = IndexAverage()

    @property
    def middle_ticks(self) -> int:
        """Middle of the anonymous book, rounded up; the last one while a side is empty."""
        if self._version != self._book.version:
            self._version = self._book.version
            twice = self._book.mid_twice()
            if twice is not None:
                self._middle = (twice + 1) // 2
        return self._middle

    @property
    def index_ticks(self) -> int:
        """Index price, ticks."""
        return self.middle_ticks if self.outside is None else max(1, round(self.outside))

    @property
    def mark_ticks(self) -> int:
        """Mark price, ticks."""
        index = self.outside
        if index is None:
            return self.middle_ticks
        basis = index * self._first_basis if self._basis is None else self._basis
        most = index * float(self._it.ratio_x)
        return max(1, round(index + min(most, max(-most, basis))))

    @property
    def premium_ticks(self) -> float:
        """Average of `middle - mark` over 30 s, ticks; 0 while the market is its own index."""
        return 0.0 if self.outside is None else self._premium

    @property
    def spot_premium_ticks(self) -> float:
        """Average of `middle - index` over 2 minutes, ticks; 0 while the market is its own index."""
        return 0.0 if self.outside is None else self._spot_premium

    def follow(self, index: float | None, now_ms: int) -> None:
        """Take an outside index in ticks, or the own middle smoothed when it is None, and average up to now."""
        elapsed, self._observed_ms = now_ms - self._observed_ms, now_ms
        middle = self.middle_ticks
        if index is None:
            last = middle if self.outside is None else self.outside
            index = last + (middle - last) * _share(elapsed, OWN_INDEX_SPAN_MS)
        self.outside = index
        self.average.note(index, now_ms)
        if self._basis is None:
            self._basis = middle - index
            return
        fast = _share(elapsed, BASIS_SPAN_MS)
        self._basis += (middle - index - self._basis) * fast
        self._premium += (middle - self.mark_ticks - self._premium) * fast
        slow = _share(elapsed, SPOT_SPAN_MS)
        self._spot_premium += (middle - index - self._spot_premium) * slow
        self._funding += ((middle - index) / index - self._funding) * _share(elapsed, FUNDING_SPAN_MS)

    def jump(self, index: float, now_ms: int) -> None:
        """Take an outside index in ticks for a market whose book stood still; its averages start anew."""
        self.average.note(index, now_ms)
        self.outside, self._basis, self._premium, self._spot_premium = index, None, 0.0, 0.0

    def funding_rate(self) -> Decimal:
        """Rate of the next funding, a fraction of the position's value; 0 without funding."""
        it = self._it
        if not it.funding_minutes:
            return Decimal(0)
        interest = INTEREST_PER_8H * it.funding_minutes / _MINUTES_PER_8H
        rate = self._funding + min(FUNDING_DAMPING, max(-FUNDING_DAMPING, interest - self._funding))
        cap = float(it.funding_cap)
        return coin_amount(Decimal(f"{min(cap, max(-cap, rate)):.8f}"))


def _share(elapsed_ms: int, span_ms: int) -> float:
    """Weight of the newest value in an exponential average."""
    return 1 - math.exp(-max(0, elapsed_ms) / span_ms)
