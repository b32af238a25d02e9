"""The price of a call auction.

It is the one at which most is traded, of several the one that leaves least over, then the one nearest to the
reference price; Bybit publishes no more of its rule than that all trade at one price.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from .book import Book, BookSide


class Crossing(NamedTuple):
    """Where an auction would match: price in ticks and lots, 0 while nothing meets."""

    ticks: int
    lots: int


def find_crossing(book: Book, reference: int) -> Crossing:
    """Return the price of an auction; `reference` is it when nothing meets."""
    best_bid, best_ask = book.bids.best, book.asks.best
    if best_bid is None or best_ask is None or best_bid < best_ask:
        return Crossing(reference, 0)
    prices = sorted(
        {p for side in (book.bids, book.asks) for p in side.prices() if best_ask <= p <= best_bid}
    )
    found = []
    for ticks in prices:
        bought, sold = _reaching(book.bids, ticks), _reaching(book.asks, ticks)
        found.append((-min(bought, sold), abs(bought - sold), abs(ticks - reference), ticks))
    traded, _, _, ticks = min(found)
    return Crossing(ticks, -traded)


def _reaching(side: BookSide, limit: int) -> int:
    return sum(side.lots_at(ticks) for ticks in side.prices() if side.reaches(ticks, limit))
