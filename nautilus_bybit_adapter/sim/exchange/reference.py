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
from typing import TYPE_CHECKING, Any

from .amounts import coin_amount

if TYPE_CHECKING:
    from collections.abc import Callable

    from .book import Book
    from .inputs import Inputs
    from .instruments import Instrument

BASIS_SPAN_MS = 30_000
FUNDING_SPAN_MS = 600_000
OWN_INDEX_SPAN_MS = 5_000
INTEREST_PER_8H = 0.0001
FUNDING_DAMPING = 0.0005
_MINUTES_PER_8H = 480
_FLAT_WINDOW_MS = 100


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
    inputs : Inputs
        Keeps what is read of the outside index.

    Attributes
    ----------
    last_outside : float or None
        The outside index as it was read last, ticks.
    """

    def __init__(self, it: Instrument, book: Book, start_ticks: int, inputs: Inputs) -> None:
        self.last_outside: float | None = None
        self._inputs = inputs
        self._outside: Callable[[], float] | None = None
        self._has_outside = self._is_own = False
        self._it = it
        self._book = book
        self._middle = start_ticks
        self._version = -1
        # What a dated future is away from its index where the catalogue starts it.
        self._first_basis = 0.0 if it.is_option else float(it.reference_price / it.index_price) - 1
        self._smooth: float | None = None
        self._basis: float | None = None
        self._premium = 0.0
        self._funding = 0.0
        self._observed_ms = 0

    @property
    def source(self) -> Callable[[], float] | None:
        """Returns the index in ticks; None while the middle is the index."""
        if self._is_own:
            return self._smoothed
        return self._read if self._has_outside else None

    @source.setter
    def source(self, outside: Callable[[], float] | None) -> None:
        self._outside, self._is_own = outside, False
        self._has_outside = outside is not None

    def follow_middle(self) -> None:
        """Take the own middle, five seconds smoothed, for the index."""
        self._is_own = True

    def is_due(self, now_ms: int) -> bool:
        """Whether there is something to observe."""
        return self.source is not None and now_ms - self._observed_ms >= _FLAT_WINDOW_MS

    def _smoothed(self) -> float:
        return float(self.middle_ticks) if self._smooth is None else self._smooth

    def _read(self) -> float:
        self.last_outside = self._inputs.reading(f"{self._it.category}/{self._it.symbol}", self._look)
        return self.last_outside

    def _look(self) -> float:
        if self._outside is not None:
            return self._outside()
        return float(self.middle_ticks) if self.last_outside is None else self.last_outside

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_outside": None}

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
        return self.middle_ticks if self.source is None else max(1, round(self.source()))

    @property
    def mark_ticks(self) -> int:
        """Mark price, ticks."""
        if self.source is None:
            return self.middle_ticks
        index = self.source()
        basis = index * self._first_basis if self._basis is None else self._basis
        most = index * float(self._it.ratio_x)
        return max(1, round(index + min(most, max(-most, basis))))

    @property
    def premium_ticks(self) -> float:
        """Average of `middle - mark` over 30 s, ticks; 0 while the market is its own index."""
        return 0.0 if self.source is None else self._premium

    def observe(self, now_ms: int) -> None:
        """Let the averages follow the book up to `now_ms`."""
        if self.source is None or not self.is_due(now_ms):
            return
        elapsed = now_ms - self._observed_ms
        middle = self.middle_ticks
        if self._smooth is None:
            self._smooth = float(middle)
        self._smooth += (middle - self._smooth) * (1 - math.exp(-elapsed / OWN_INDEX_SPAN_MS))
        index = self.source()
        if self._basis is None:
            self._basis = middle - index
        else:
            fast = 1 - math.exp(-elapsed / BASIS_SPAN_MS)
            self._basis += (middle - index - self._basis) * fast
            self._premium += (middle - self.mark_ticks - self._premium) * fast
            self._funding += ((middle - index) / index - self._funding) * (
                1 - math.exp(-elapsed / FUNDING_SPAN_MS)
            )
        self._observed_ms = now_ms

    def funding_rate(self) -> Decimal:
        """Rate of the next funding, a fraction of the position's value; 0 without funding."""
        it = self._it
        if not it.funding_minutes:
            return Decimal(0)
        interest = INTEREST_PER_8H * it.funding_minutes / _MINUTES_PER_8H
        rate = self._funding + min(FUNDING_DAMPING, max(-FUNDING_DAMPING, interest - self._funding))
        cap = float(it.funding_cap)
        return coin_amount(Decimal(f"{min(cap, max(-cap, rate)):.8f}"))
