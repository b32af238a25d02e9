"""One rolling window of a rate limit.

Source: Bybit V5 "Rate Limit Rules".
"""

from __future__ import annotations

import heapq


class RateWindow:
    """How many units were used within a rolling time span.

    The venue counts a request when it arrives there: after it was sent, and before its answer came. So a
    unit is held until one window after the answer, and no window of the venue's ever holds more than
    `limit`. A request without an answer counts as arrived one window after it was sent.

    Times are monotonic seconds and must not go back.

    Parameters
    ----------
    limit : int
        Units per window.
    window_secs : float
        Length of the window, in seconds.
    """

    __slots__ = ("_blocked_until", "_released", "_sent", "_used", "limit", "window_secs")

    def __init__(self, limit: int, window_secs: float = 1.0) -> None:
        self.limit = limit
        self.window_secs = window_secs
        # Units of requests without an answer, by ticket: (sent at, units); the oldest first.
        self._sent: dict[int, tuple[float, int]] = {}
        # Units of answered requests: (free again at, units).
        self._released: list[tuple[float, int]] = []
        self._used = 0
        self._blocked_until = 0.0

    def used(self, now: float) -> int:
        """Return the units that are in use."""
        self._forget(now)
        return self._used

    def has_room(self, now: float, units: int = 1) -> bool:
        """Return whether `units` may be used now; more than the window holds may when it is empty."""
        self._forget(now)
        return now >= self._blocked_until and self._used + min(units, self.limit) <= self.limit

    def ready_at(self, now: float, units: int = 1) -> float:
        """Return when `units` are free if no answer comes before."""
        self._forget(now)
        missing = self._used + min(units, self.limit) - self.limit
        at = now
        if missing > 0:
            coming = [(sent + 2 * self.window_secs, held) for sent, held in self._sent.values()]
            for free_at, held in sorted([*self._released, *coming]):
                at, missing = free_at, missing - held
                if missing <= 0:
                    break
        return max(at, self._blocked_until)

    def take(self, ticket: int, now: float, units: int = 1) -> None:
        """Use units for the request `ticket`, which is sent now."""
        self._sent[ticket] = (now, units)
        self._used += units

    def settle(self, ticket: int, now: float) -> None:
        """Note that a request is answered; its units are free one window later."""
        held = self._sent.pop(ticket, None)
        if held is not None:
            heapq.heappush(self._released, (now + self.window_secs, held[1]))

    def give_back(self, ticket: int) -> None:
        """Free the units of a request that was not sent after all."""
        held = self._sent.pop(ticket, None)
        if held is not None:
            self._used -= held[1]

    def block_until(self, at: float) -> None:
        """Let nothing pass before `at`, as the venue told."""
        self._blocked_until = max(self._blocked_until, at)

    def observe(self, now: float, limit: int, remaining: int) -> None:
        """Take over what the venue's answer says about the window.

        Parameters
        ----------
        now : float
            When the answer came.
        limit : int
            The venue's units per window.
        remaining : int
            Units it has left. Where these are fewer than our own count leaves, another program uses
            the account, and its units are counted here.
        """
        self._forget(now)
        others = (limit - remaining) - self._used
        if others > 0:
            heapq.heappush(self._released, (now + self.window_secs, others))
            self._used += others

    def _forget(self, now: float) -> None:
        window = self.window_secs
        while self._sent:
            ticket = next(iter(self._sent))
            sent, held = self._sent[ticket]
            if sent + window > now:
                break
            del self._sent[ticket]
            heapq.heappush(self._released, (sent + 2 * window, held))
        released = self._released
        while released and released[0][0] <= now:
            self._used -= heapq.heappop(released)[1]
