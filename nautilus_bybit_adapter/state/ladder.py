"""The levels of a book, as far as it takes to see a crossed book and to know the best levels.

Prices are binary floats for comparing only; the venue's own texts are what is kept.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nautilus_bybit_adapter.wire.market import Level


class BookLadder:
    """Both sides of one order-book topic.

    The best price of a side is looked up again only after it has been deleted.
    """

    __slots__ = ("_asks", "_best_ask", "_best_bid", "_bids")

    def __init__(self) -> None:
        self._bids: dict[float, Level] = {}
        self._asks: dict[float, Level] = {}
        self._best_bid: float | None = None
        self._best_ask: float | None = None

    @property
    def is_crossed(self) -> bool:
        """Whether somebody bids as much as somebody else asks, which no book of the venue's shows."""
        bid, ask = self._best_bid, self._best_ask
        return bid is not None and ask is not None and bid >= ask

    def clear(self) -> None:
        """Forget every level."""
        self._bids.clear()
        self._asks.clear()
        self._best_bid = self._best_ask = None

    def replace(self, bids: Iterable[Level], asks: Iterable[Level]) -> None:
        """Take a snapshot."""
        self.clear()
        self.apply(bids, asks)

    def apply(self, bids: Iterable[Level], asks: Iterable[Level]) -> None:
        """Take changes; size zero deletes a level.

        Raises
        ------
        ValueError
            If a price or size is no number.
        """
        bid, ask = self._best_bid, self._best_ask
        for level in bids:
            price = float(level[0])
            if float(level[1]):
                self._bids[price] = level
                if bid is None or price > bid:
                    bid = price
            elif self._bids.pop(price, None) is not None and price == bid:
                bid = max(self._bids, default=None)
        for level in asks:
            price = float(level[0])
            if float(level[1]):
                self._asks[price] = level
                if ask is None or price < ask:
                    ask = price
            elif self._asks.pop(price, None) is not None and price == ask:
                ask = min(self._asks, default=None)
        self._best_bid, self._best_ask = bid, ask

    def best_bids(self, count: int) -> Sequence[Level]:
        """Return the best bids, highest first."""
        return [self._bids[price] for price in heapq.nlargest(count, self._bids)]

    def best_asks(self, count: int) -> Sequence[Level]:
        """Return the best asks, lowest first."""
        return [self._asks[price] for price in heapq.nsmallest(count, self._asks)]
