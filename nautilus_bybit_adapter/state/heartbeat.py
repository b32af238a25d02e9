"""Finding out that a connected socket is dead.

Source: Bybit V5 "Connect: How to Send the Heartbeat Packet".
"""

from __future__ import annotations

from enum import Enum


class Beat(Enum):
    """What is due."""

    NOTHING = "nothing"
    PING = "ping"
    DEAD = "dead"


class Heartbeat:
    """Pings at an interval, and holds every ping's answer to a deadline.

    Only a pong counts as an answer: data may flow on a connection whose other direction is gone.

    Parameters
    ----------
    interval_secs : float
        Seconds between pings.
    timeout_secs : float
        Seconds from a ping to the latest pong.
    """

    def __init__(self, interval_secs: float, timeout_secs: float) -> None:
        self._interval = interval_secs
        self._timeout = timeout_secs
        self._next_ping: float | None = None
        self._waiting_since: float | None = None

    def on_open(self, now: float) -> None:
        """Begin with a fresh connection."""
        self._next_ping = now + self._interval
        self._waiting_since = None

    def on_lost(self) -> None:
        """Expect nothing any more."""
        self._next_ping = self._waiting_since = None

    def on_pong(self) -> None:
        """Take an answer."""
        self._waiting_since = None

    def poll(self, now: float) -> Beat:
        """Return what is due at `now`; a returned `PING` counts as sent."""
        if self._next_ping is None:
            return Beat.NOTHING
        if self._waiting_since is not None and now >= self._waiting_since + self._timeout:
            return Beat.DEAD
        if now >= self._next_ping:
            self._next_ping = now + self._interval
            if self._waiting_since is None:
                self._waiting_since = now
            return Beat.PING
        return Beat.NOTHING

    def next_at(self) -> float | None:
        """Return the monotonic time of the next call to `poll`, in seconds; `None` without a connection."""
        if self._next_ping is None or self._waiting_since is None:
            return self._next_ping
        return min(self._next_ping, self._waiting_since + self._timeout)
