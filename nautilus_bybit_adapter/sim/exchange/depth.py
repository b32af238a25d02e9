"""What one `orderbook.{depth}` topic shows: a window on the book and the changes between two pushes.

Source: Bybit V5 WebSocket Orderbook.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .instruments import OPTION

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .book import Book

# Push interval of each depth on spot, linear and inverse, ms.
PUSH_INTERVAL_MS = {1: 10, 50: 20, 200: 100, 1000: 200}
OPTION_PUSH_INTERVAL_MS = {25: 20, 100: 100}
FULL_DEPTH, FULL_INTERVAL_MS = 10_000, 200
RPI_DEPTH, RPI_INTERVAL_MS = 50, 100


def intervals(category: str) -> Iterable[tuple[int, int]]:
    """Depths of a category with the push interval of each, ms."""
    return (OPTION_PUSH_INTERVAL_MS if category == OPTION else PUSH_INTERVAL_MS).items()


class Changes(NamedTuple):
    """Changed levels as lots by ticks; 0 means the level left the window."""

    bids: dict[int, int]
    asks: dict[int, int]


class DepthFeed:
    """The state of one depth topic as its subscribers know it.

    Parameters
    ----------
    book : Book
        The book to look at.
    depth : int
        Levels per side in the window.
    interval_ms : int
        Least time between two pushes, ms.

    Attributes
    ----------
    u : int
        Number of the last push, from 1.
    live : bool
        Whether anybody is subscribed.
    bids, asks : dict of int to int
        Visible lots by ticks as of the last push, best first.
    """

    def __init__(self, book: Book, depth: int, interval_ms: int) -> None:
        self.depth = depth
        self.interval_ms = interval_ms
        self.u = 0
        self.live = False
        self.bids: dict[int, int] = {}
        self.asks: dict[int, int] = {}
        self._book = book
        self._version = -1

    def advance(self) -> Changes | None:
        """Move the window to the present book; None (and no new `u`) when nothing in it changed."""
        if self._version == self._book.version:
            return None
        self._version = self._book.version
        bids, asks = self._book.bids.top(self.depth), self._book.asks.top(self.depth)
        changes = Changes(_difference(self.bids, bids), _difference(self.asks, asks))
        if self.u and not changes.bids and not changes.asks:
            return None
        self.bids, self.asks = bids, asks
        self.u += 1
        return changes

    def refresh(self) -> None:
        """Move on unless subscribers follow the pushes: what they have not been sent must not be seen."""
        if not self.live:
            self.advance()

    def lose_frame(self) -> None:
        """Lose one push: its `u` and its changes never reach the subscribers."""
        if self.advance() is None:
            self.u += 1


def _difference(old: dict[int, int], new: dict[int, int]) -> dict[int, int]:
    changed = {ticks: 0 for ticks in old if ticks not in new}
    changed.update((ticks, lots) for ticks, lots in new.items() if old.get(ticks) != lots)
    return changed
