"""The average of an index over the last half hour, at which dated contracts and options are delivered.

Source: Bybit's delivery price, the average index price of the 30 minutes before delivery.
"""

from __future__ import annotations

from collections import deque

SPAN_MINUTES = 30
_MINUTE_MS = 60_000


class IndexAverage:
    """Average by time of an index that is told now and then; it stands between two tellings."""

    def __init__(self) -> None:
        # Of each minute: its number, the sum of index times ms, and the ms.
        self._minutes: deque[tuple[int, float, int]] = deque(maxlen=SPAN_MINUTES + 1)
        self._index: float | None = None
        self._at_ms = 0

    def note(self, index: float, now_ms: int) -> None:
        """Take the index as it is from `now_ms` on."""
        self._stand_until(now_ms)
        self._index = index

    def at(self, now_ms: int) -> float | None:
        """Return the average of the half hour before `now_ms`; None when no index was told."""
        self._stand_until(now_ms)
        first = now_ms // _MINUTE_MS - SPAN_MINUTES
        kept = [(weighted, ms) for minute, weighted, ms in self._minutes if minute >= first]
        whole = sum(ms for _, ms in kept)
        return sum(weighted for weighted, _ in kept) / whole if whole else self._index

    def _stand_until(self, now_ms: int) -> None:
        """Let the present index count up to a time, minute by minute."""
        if self._index is None or now_ms <= self._at_ms:
            self._at_ms = max(self._at_ms, now_ms)
            return
        at_ms = max(self._at_ms, now_ms - (SPAN_MINUTES + 1) * _MINUTE_MS)
        while at_ms < now_ms:
            minute = at_ms // _MINUTE_MS
            ms = min(now_ms, (minute + 1) * _MINUTE_MS) - at_ms
            weighted = self._index * ms
            if self._minutes and self._minutes[-1][0] == minute:
                _, before, had = self._minutes.pop()
                weighted, ms = weighted + before, ms + had
            self._minutes.append((minute, weighted, ms))
            at_ms = min(now_ms, (minute + 1) * _MINUTE_MS)
        self._at_ms = now_ms
