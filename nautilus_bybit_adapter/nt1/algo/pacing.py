"""Sizes and pauses of children, spread a little so that they do not tell what is behind them."""

from __future__ import annotations

import random
from collections import deque
from decimal import Decimal

_SECOND = 1_000_000_000
# Decimals of a drawn share: enough for any lot, and the same on every platform.
_PLACES = Decimal("1e-9")


class Pacing:
    """Draws sizes and pauses, the same ones for the same seed.

    A slice is its share of the parent, times a factor drawn evenly from ``1 - size_jitter`` to ``1 + size_jitter``; a
    pause is its length times one from 1 to ``1 + time_jitter``, so that it is never shorter than a rate limit allows.

    Parameters
    ----------
    slices : int
    size_jitter, time_jitter : float
        0 for none.
    seed : int

    """

    def __init__(self, slices: int, size_jitter: float, time_jitter: float, seed: int) -> None:
        self._slices = slices
        self._size_jitter = size_jitter
        self._time_jitter = time_jitter
        self._random = random.Random(seed)  # noqa: S311  (noise in sizes and times, not a secret)

    def slice_of(self, total: Decimal) -> Decimal | None:
        """Return the size of the next slice of a parent, base units; None for all there is."""
        if self._slices == 1:
            return None
        share = total / self._slices
        if not self._size_jitter:
            return share
        factor = self._random.uniform(1 - self._size_jitter, 1 + self._size_jitter)
        return share * Decimal(factor).quantize(_PLACES)

    def pause_ns(self, length_ns: int) -> int:
        """Return how long the next pause is, nanoseconds."""
        if not self._time_jitter:
            return length_ns
        return length_ns + int(length_ns * self._random.uniform(0, self._time_jitter))


class RateBudget:
    """Counts what is sent within any second.

    Parameters
    ----------
    most : int
        Requests within one second.

    """

    def __init__(self, most: int) -> None:
        self._sent: deque[int] = deque(maxlen=most)

    def on_sent(self, now_ns: int) -> None:
        """Note a request."""
        self._sent.append(now_ns)

    @property
    def free_from_ns(self) -> int:
        """From when the next request is within the budget, UNIX nanoseconds; 0 for at any time."""
        if len(self._sent) < (self._sent.maxlen or 0):
            return 0
        return self._sent[0] + _SECOND
