"""Where an execution stands, how its children end, and what it does after setbacks."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nautilus_bybit_adapter.nt1.algo.execution import Child
    from nautilus_bybit_adapter.nt1.algo.moves import Terms

_CANCEL_RETRY_NS = 500_000_000
# After so many doublings a pause grows no further.
_MOST_DOUBLINGS = 5
_MOST_BACK_OFF_TICKS = 5


class Phase(Enum):
    """Where an execution stands."""

    WAITING = "waiting for a book"
    MARKET = "market order"
    CROSSING = "crossing up to the cap"
    PASSIVE = "resting at the touch"
    LAST_CROSSING = "crossing up to the cap after the deadline"
    ENDING = "withdrawing what is open"
    DONE = "done"


class Closed(Enum):
    """How a child order closed."""

    FILLED = "filled"
    CANCELED = "canceled"
    EXPIRED = "expired"
    REJECTED = "rejected by the venue"
    REJECTED_POST_ONLY = "rejected by the venue as it would have taken"
    DENIED = "denied before it was sent"


class Setbacks:
    """Counts what went wrong, and says how long to wait and how far to stay behind.

    Parameters
    ----------
    terms : Terms

    """

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self.cross_attempts = 0
        self.reposts = 0
        self.rejections = 0
        self._post_only_in_a_row = 0

    @property
    def back_off_ticks(self) -> int:
        """How far behind the touch to post: a tick for each rejection in a row after the first.

        The first one is a market that moved while the order was on its way; more of them say that what is seen here
        runs behind.
        """
        return min(max(self._post_only_in_a_row - 1, 0), _MOST_BACK_OFF_TICKS)

    def on_resting(self) -> None:
        """Note that a post-only child was accepted."""
        self._post_only_in_a_row = 0

    def on_taken_off(self, how: Closed) -> int:
        """Note that the venue took a post-only child off; return the pause before the next, nanoseconds."""
        self.reposts += 1
        if how is not Closed.REJECTED_POST_ONLY:
            return self._terms.reprice_ns
        self._post_only_in_a_row += 1
        return _doubled(self._terms.reprice_ns, self._post_only_in_a_row - 1)

    def on_refused(self) -> int:
        """Note that a child was refused for another reason; return the pause before the next, nanoseconds."""
        self.rejections += 1
        return _doubled(self._terms.reprice_ns, self.rejections - 1)

    @property
    def is_out_of_reposts(self) -> bool:
        """Whether to give up posting."""
        return self.reposts > self._terms.max_reposts

    @property
    def is_out_of_rejections(self) -> bool:
        """Whether to give up sending."""
        return self.rejections > self._terms.max_rejections


def _doubled(length_ns: int, times: int) -> int:
    return length_ns << min(times, _MOST_DOUBLINGS)


def retry_cancel_ns(child: Child, now_ns: int) -> int:
    """Return when to ask again after a refused cancel (UNIX nanoseconds): twice as long after each."""
    return now_ns + _doubled(_CANCEL_RETRY_NS, child.cancel_rejections)
