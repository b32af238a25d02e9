"""A price-time book of anonymous size with the client's orders in the queue.

A level holds anonymous lots and the client's resting orders. Each resting order knows how many anonymous
lots stand before it (`ahead`); orders of one level keep the order of their arrival, so `ahead` never falls
along the queue.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from .change_log import ChangeLog

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .orders import Order

BUY = "Buy"
SELL = "Sell"
RPI = "RPI"


def opposite(side: str) -> str:
    """Return the other side."""
    return SELL if side == BUY else BUY


class BookError(Exception):
    """A book that contradicts itself: a defect of the venue."""


@dataclass(slots=True)
class Level:
    """Anonymous lots and resting client orders at one price."""

    anonymous: int = 0
    queue: list[Order] = field(default_factory=list)

    @property
    def total(self) -> int:
        """All visible lots."""
        if not self.queue:
            return self.anonymous
        return self.anonymous + sum(order.leaves for order in self.queue)


class Front(NamedTuple):
    """What a taker meets first: `order` is None for anonymous lots; `is_rpi` names the book it stands in."""

    ticks: int
    order: Order | None
    lots: int
    is_rpi: bool = False


class BookSide:
    """One side of the book, best price first.

    Parameters
    ----------
    side : str
        `Buy` for bids, `Sell` for asks.

    Attributes
    ----------
    log : ChangeLog
        Prices at which something changed; what a client's order is filled by or amended to is not told here.
    """

    def __init__(self, side: str) -> None:
        self.side = side
        self._sign = -1 if side == BUY else 1
        self._keys: list[int] = []
        self._levels: dict[int, Level] = {}
        self._own: list[int] = []
        self.log = ChangeLog()

    def __len__(self) -> int:
        return len(self._keys)

    @property
    def best(self) -> int | None:
        """Best price in ticks, None when empty."""
        return self._sign * self._keys[0] if self._keys else None

    def prices(self) -> list[int]:
        """Prices in ticks, best first."""
        return [self._sign * key for key in self._keys]

    def nth(self, index: int) -> int:
        """Price in ticks of the level `index`, best first; negative counts from the worst."""
        return self._sign * self._keys[index]

    def at(self, ticks: int) -> Level | None:
        """Level at `ticks`, None when there is none."""
        return self._levels.get(ticks)

    def anonymous_at(self, ticks: int) -> int:
        """Anonymous lots at `ticks`."""
        level = self._levels.get(ticks)
        return level.anonymous if level else 0

    def anonymous(self) -> dict[int, int]:
        """Anonymous lots by price."""
        return {ticks: level.anonymous for ticks, level in self._levels.items() if level.anonymous}

    def best_anonymous(self) -> int | None:
        """Best price in ticks at which somebody else stands."""
        for key in self._keys:
            if self._levels[self._sign * key].anonymous:
                return self._sign * key
        return None

    def top(self, depth: int) -> dict[int, int]:
        """Visible lots by price of the `depth` best levels, best first."""
        sign, levels = self._sign, self._levels
        return {sign * key: levels[sign * key].total for key in self._keys[:depth]}

    def lots_at(self, ticks: int) -> int:
        """Visible lots at `ticks`."""
        level = self._levels.get(ticks)
        return level.total if level else 0

    def ordered(self, prices: Iterable[int]) -> list[int]:
        """Prices in ticks, best first."""
        return sorted(prices, reverse=self._sign < 0)

    def worst_of(self, depth: int) -> int | None:
        """Worst of the `depth` best prices in ticks, None when there are no more levels than that."""
        return self._sign * self._keys[depth - 1] if len(self._keys) > depth else None

    def between(self, one: int, other: int) -> list[int]:
        """Prices in ticks of the levels beyond the better of two prices, up to the worse of them."""
        better, worse = sorted((self._sign * one, self._sign * other))
        keys = self._keys
        return [self._sign * key for key in keys[bisect_right(keys, better) : bisect_right(keys, worse)]]

    def own_prices(self, worst: int | None) -> list[int]:
        """Prices in ticks at which the client has an order, best first and no worse than `worst`."""
        last = len(self._own) if worst is None else bisect_right(self._own, self._sign * worst)
        return [self._sign * key for key in self._own[:last]]

    def reaches(self, ticks: int, limit: int | None) -> bool:
        """Whether a taker limited to `limit` may trade at `ticks` of this side."""
        return limit is None or self._sign * ticks <= self._sign * limit

    def is_better(self, ticks: int, than: int) -> bool:
        """Whether `ticks` has price priority over `than` on this side."""
        return self._sign * ticks < self._sign * than

    def set_anonymous(self, ticks: int, lots: int) -> None:
        """State the anonymous size of a level.

        A rise joins behind every order of the client. Of a fall, the part before a client order is taken
        in proportion to the share that stood before it, rounded down, so a queue position is never flattered.
        """
        level = self._levels.get(ticks)
        if level is None:
            if lots:
                self._open(ticks).anonymous = lots
                self.log.note(ticks)
            return
        if lots == level.anonymous:
            return
        self.log.note(ticks)
        fall = level.anonymous - lots
        if fall > 0:
            for order in level.queue:
                order.ahead = min(order.ahead - fall * order.ahead // level.anonymous, lots)
        level.anonymous = lots
        self._drop_if_empty(ticks, level)

    def rest(self, order: Order) -> None:
        """Queue `order` behind everything shown at its price."""
        level = self._levels.get(order.ticks) or self._open(order.ticks)
        order.ahead = level.anonymous
        if not level.queue:
            insort(self._own, self._sign * order.ticks)
        level.queue.append(order)
        self.log.note(order.ticks)

    def remove(self, order: Order) -> None:
        """Take a resting order out of its queue."""
        level = self._levels[order.ticks]
        level.queue.remove(order)
        if not level.queue:
            self._own.remove(self._sign * order.ticks)
        self.log.note(order.ticks)
        self._drop_if_empty(order.ticks, level)

    def front(self, limit: int | None = None) -> Front | None:
        """Return what a taker limited to `limit` ticks meets next."""
        best = self.best
        if best is None or not self.reaches(best, limit):
            return None
        return self.front_at(best)

    def front_at(self, ticks: int) -> Front | None:
        """Return what stands first in the queue at `ticks`."""
        level = self._levels.get(ticks)
        if level is None:
            return None
        if not level.queue:
            return Front(ticks, None, level.anonymous)
        first = level.queue[0]
        if first.ahead:
            return Front(ticks, None, first.ahead)
        return Front(ticks, first, first.leaves)

    def take_anonymous(self, ticks: int, lots: int) -> None:
        """Consume anonymous lots from the head of the queue at `ticks`."""
        level = self._levels[ticks]
        level.anonymous -= lots
        self.log.note(ticks)
        for order in level.queue:
            order.ahead = max(0, order.ahead - lots)
        self._drop_if_empty(ticks, level)

    @property
    def has_orders(self) -> bool:
        """Whether the client has an order on this side."""
        return bool(self._own)

    @property
    def best_own(self) -> int | None:
        """Best price in ticks at which the client has an order."""
        return self._sign * self._own[0] if self._own else None

    def orders(self) -> Iterable[Order]:
        """Resting client orders, best price first, in queue order."""
        for key in self._own:
            yield from self._levels[self._sign * key].queue

    def check(self) -> None:
        """Prove the order of the queues and the index of the client's prices.

        Raises
        ------
        BookError
            Naming the level that is wrong.
        """
        for ticks, level in self._levels.items():
            ahead = [order.ahead for order in level.queue]
            known = (self._sign * ticks in self._own) == bool(level.queue)
            if not level.total or level.anonymous < 0 or not known:
                raise BookError(f"level {ticks} of {self.side} is inconsistent")
            if ahead != sorted(ahead) or (ahead and not 0 <= ahead[0] <= ahead[-1] <= level.anonymous):
                raise BookError(f"queue at {ticks} of {self.side} is out of order: {ahead}")
        if self._keys != sorted(self._sign * ticks for ticks in self._levels):
            raise BookError(f"prices of {self.side} are out of order")

    def _open(self, ticks: int) -> Level:
        level = self._levels[ticks] = Level()
        insort(self._keys, self._sign * ticks)
        return level

    def _drop_if_empty(self, ticks: int, level: Level) -> None:
        if level.anonymous or level.queue:
            return
        del self._levels[ticks]
        del self._keys[bisect_left(self._keys, self._sign * ticks)]


class Book:
    """Bids and asks of one market, with a version that rises at every change.

    `rpi_bids` and `rpi_asks` hold retail price improvement orders, which only retail orders meet.
    """

    def __init__(self) -> None:
        self.bids = BookSide(BUY)
        self.asks = BookSide(SELL)
        self.rpi_bids = BookSide(BUY)
        self.rpi_asks = BookSide(SELL)
        self.version = 0

    def side(self, side: str) -> BookSide:
        """Side where orders of `side` rest."""
        return self.bids if side == BUY else self.asks

    def against(self, side: str) -> BookSide:
        """Side a taker of `side` trades with."""
        return self.asks if side == BUY else self.bids

    def rpi_side(self, side: str) -> BookSide:
        """Side where retail price improvement orders of `side` rest."""
        return self.rpi_bids if side == BUY else self.rpi_asks

    def rpi_against(self, side: str) -> BookSide:
        """Side of retail price improvement orders a taker of `side` may trade with."""
        return self.rpi_asks if side == BUY else self.rpi_bids

    def home(self, order: Order) -> BookSide:
        """Side an order rests on."""
        return self.rpi_side(order.side) if order.tif == RPI else self.side(order.side)

    def sides(self) -> tuple[BookSide, ...]:
        """Every side on which the client's orders may rest."""
        return (self.bids, self.asks, self.rpi_bids, self.rpi_asks)

    def front_for(self, side: str, limit: int | None, *, retail: bool) -> Front | None:
        """Return what a taker meets next; a retail one meets the better of both books, normal orders first."""
        front = self.against(side).front(limit)
        if not retail:
            return front
        hidden = self.rpi_against(side)
        other = hidden.front(limit)
        if other is None or (front is not None and not hidden.is_better(other.ticks, front.ticks)):
            return front
        return other._replace(is_rpi=True)

    def replace_anonymous(self, bids: Mapping[int, int], asks: Mapping[int, int]) -> None:
        """State all anonymous size at once, as lots by ticks."""
        for side, wanted in ((self.bids, bids), (self.asks, asks)):
            for ticks in side.anonymous():
                if ticks not in wanted:
                    side.set_anonymous(ticks, 0)
            for ticks, lots in wanted.items():
                side.set_anonymous(ticks, lots)
        self.version += 1

    def mid_twice(self) -> int | None:
        """Twice the middle of the anonymous book in ticks, None while a side is empty."""
        bid, ask = self.bids.best_anonymous(), self.asks.best_anonymous()
        return None if bid is None or ask is None else bid + ask
