"""What one `orderbook.{depth}` topic shows: a window on the book and the changes between two pushes.

Source: Bybit V5 WebSocket Orderbook.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .instruments import OPTION

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .book import Book, BookSide

# Push interval of each depth on spot, linear and inverse, ms.
PUSH_INTERVAL_MS = {1: 10, 50: 20, 200: 100, 1000: 200}
OPTION_PUSH_INTERVAL_MS = {25: 20, 100: 100}
# Fewer changes than this need no order.
_FEW = 2
FULL_DEPTH, FULL_INTERVAL_MS = 10_000, 200


def intervals(category: str) -> Iterable[tuple[int, int]]:
    """Depths of a category with the push interval of each, ms."""
    return (OPTION_PUSH_INTERVAL_MS if category == OPTION else PUSH_INTERVAL_MS).items()


class Changes(NamedTuple):
    """Changed levels as lots by ticks; 0 means the level left the window."""

    bids: dict[int, int]
    asks: dict[int, int]


class Window:
    """The best levels of one side as subscribers know them, moved on by what changed and not by looking at all.

    Parameters
    ----------
    side : BookSide
        The side to look at.
    depth : int
        Levels in the window.
    """

    def __init__(self, side: BookSide, depth: int) -> None:
        self._side = side
        self._depth = depth
        self._lots: dict[int, int] = {}
        # Changes of the side that are in the window, and the worst price in it while the side has more levels.
        self._seen = -1
        self._worst: int | None = None

    def levels(self) -> dict[int, int]:
        """Lots by ticks, best first."""
        return {ticks: self._lots[ticks] for ticks in self._side.ordered(self._lots)}

    def advance(self) -> dict[int, int]:
        """Move on and return what changed: levels that left, then the others, each best first."""
        side, worst = self._side, self._side.worst_of(self._depth)
        touched = side.log.since(self._seen)
        self._seen = side.log.count
        if touched is None or (worst is None) != (self._worst is None):
            changes = _difference(self._lots, side.top(self._depth))
        else:
            # A client's order changes without a word to the book.
            touched.update(side.own_prices(worst))
            if worst is not None and self._worst is not None and worst != self._worst:
                touched.update(side.between(worst, self._worst))
            changes = self._changes(touched, worst)
        self._worst = worst
        for ticks, lots in changes.items():
            if lots:
                self._lots[ticks] = lots
            else:
                del self._lots[ticks]
        if len(changes) < _FEW:
            return changes
        left = [ticks for ticks in changes if not changes[ticks]]
        stay = [ticks for ticks in changes if changes[ticks]]
        return {ticks: changes[ticks] for part in (left, stay) for ticks in side.ordered(part)}

    def _changes(self, touched: Iterable[int], worst: int | None) -> dict[int, int]:
        side, known, found = self._side, self._lots, {}
        for ticks in touched:
            lots = side.lots_at(ticks) if side.reaches(ticks, worst) else 0
            if lots != known.get(ticks, 0):
                found[ticks] = lots
        return found


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
    """

    def __init__(self, book: Book, depth: int, interval_ms: int) -> None:
        self.depth = depth
        self.interval_ms = interval_ms
        self.u = 0
        self.live = False
        self._bids, self._asks = Window(book.bids, depth), Window(book.asks, depth)
        self._book = book
        self._version = -1

    @property
    def bids(self) -> dict[int, int]:
        """Visible lots by ticks of the bids as of the last push, best first."""
        return self._bids.levels()

    @property
    def asks(self) -> dict[int, int]:
        """Visible lots by ticks of the asks as of the last push, best first."""
        return self._asks.levels()

    def advance(self) -> Changes | None:
        """Move the window to the present book; None (and no new `u`) when nothing in it changed."""
        if self._version == self._book.version:
            return None
        self._version = self._book.version
        changes = Changes(self._bids.advance(), self._asks.advance())
        if self.u and not changes.bids and not changes.asks:
            return None
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
