"""The venue's clock: wall time, or another clock, moved ahead on demand."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_NS_PER_MS = 1_000_000


def wall_ms() -> int:
    """Return the wall time, ms since the epoch."""
    return time.time_ns() // _NS_PER_MS


@dataclass(slots=True)
class VirtualClock:
    """A clock that stands still until it is moved.

    A venue on it does nothing between two calls of `SimVenue.step`, so a run with one seed and the same
    commands repeats byte for byte.

    Parameters
    ----------
    now_ms : int
        Where it stands, ms since the epoch.
    """

    now_ms: int = 1_750_000_000_000

    def __call__(self) -> int:
        """Return where it stands, ms."""
        return self.now_ms


@dataclass(slots=True)
class VenueClock:
    """A clock that can be ahead of the one it follows.

    Parameters
    ----------
    base : callable
        The clock it follows, ms.
    ahead_ms : int
        How far it is ahead.
    """

    base: Callable[[], int] = wall_ms
    ahead_ms: int = 0

    def now_ms(self) -> int:
        """Return the venue's time, ms."""
        return self.base() + self.ahead_ms
