"""What `orderbook.rpi` shows: at each price the size of normal orders and that of retail price improvement orders.

Retail price improvement orders stand in a book of their own, which no other topic shows. Those that the other side
of the normal book has reached are not shown. Source: Bybit V5 WebSocket RPI Orderbook and Place Order.
"""

from __future__ import annotations

from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from .book import BUY, SELL, opposite

if TYPE_CHECKING:
    from .book import Book

RPI_DEPTH, RPI_INTERVAL_MS = 50, 100
Levels = dict[int, "RpiLots"]


class RpiLots(NamedTuple):
    """Lots of one price: of normal orders and of retail price improvement orders."""

    normal: int
    rpi: int


GONE = RpiLots(0, 0)


class RpiChanges(NamedTuple):
    """Changed levels by ticks; two zeros mean that the level left the window."""

    bids: Levels
    asks: Levels


class RpiFeed:
    """The state of the topic as its subscribers know it.

    Parameters
    ----------
    book : Book
        The book to look at.

    Attributes
    ----------
    u : int
        Number of the last push, from 1.
    live : bool
        Whether anybody is subscribed.
    bids, asks : dict
        Visible lots by ticks as of the last push, best first.
    """

    depth = RPI_DEPTH
    interval_ms = RPI_INTERVAL_MS

    def __init__(self, book: Book) -> None:
        self.u = 0
        self.live = False
        self.bids: Levels = {}
        self.asks: Levels = {}
        self._book = book
        self._version = -1

    def advance(self) -> RpiChanges | None:
        """Move the window to the present book; None (and no new `u`) when nothing in it changed."""
        if self._version == self._book.version:
            return None
        self._version = self._book.version
        bids, asks = rpi_window(self._book, BUY), rpi_window(self._book, SELL)
        changes = RpiChanges(_difference(self.bids, bids), _difference(self.asks, asks))
        if self.u and not changes.bids and not changes.asks:
            return None
        self.bids, self.asks = bids, asks
        self.u += 1
        return changes

    def refresh(self) -> None:
        """Move on unless subscribers follow the pushes: what they have not been sent must not be seen."""
        if not self.live:
            self.advance()


def rpi_window(book: Book, side: str) -> Levels:
    """Levels of one side by ticks, best first."""
    normal, hidden = book.side(side), book.rpi_side(side)
    reached = book.side(opposite(side)).best
    shown = [ticks for ticks in hidden.prices() if reached is None or hidden.is_better(reached, ticks)]
    sign = -1 if side == BUY else 1
    keys = merge(sorted(sign * ticks for ticks in shown), (sign * t for t in normal.top(RPI_DEPTH)))
    prices = islice(dict.fromkeys(sign * key for key in keys), RPI_DEPTH)
    kept = set(shown)
    return {
        ticks: RpiLots(normal.lots_at(ticks), hidden.lots_at(ticks) if ticks in kept else 0)
        for ticks in prices
    }


def _difference(old: Levels, new: Levels) -> Levels:
    changed = {ticks: GONE for ticks in old if ticks not in new}
    changed.update((ticks, lots) for ticks, lots in new.items() if old.get(ticks) != lots)
    return changed
