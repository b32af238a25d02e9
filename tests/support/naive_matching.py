"""A second matching model, naive on purpose: one list of everything that rests, in order of arrival.

It knows prices in ticks and sizes in lots, nothing of money. Every question is answered by looking through the
whole list. It follows the venue's documented rules: price, then time; crowd size that falls without a trade leaves
an order its proportional share, rounded down; a print beyond an order's price reaches the order first; crowd size
that locks or crosses an order trades with it. Retail price improvement (RPI) orders rest unseen; only retail flow and
takers with access meet them, behind what is seen at their price. A conditional order of a contract is released by the
first print at or beyond its price, once whatever printed it is over; the oldest first.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple


class Fill(NamedTuple):
    """One fill of a client order."""

    name: str
    ticks: int
    lots: int
    is_maker: bool


@dataclass(eq=False)
class Item:
    """Something that rests: crowd size when `order` is None."""

    side: str
    ticks: int
    lots: int
    order: ClientOrder | None = None
    rpi: bool = False


@dataclass(eq=False)
class ClientOrder:
    """A client order; `budget` (ticks times lots) instead of `lots` for a buy worth an amount."""

    name: str
    side: str
    ticks: int
    lots: int
    tif: str
    smp: str = "None"
    reduce_only: bool = False
    budget: Fraction | None = None
    retail: bool = False
    trigger: int | None = None
    rises: bool = False
    filled: int = 0
    spent: int = 0
    status: str = "New"

    @property
    def leaves(self) -> int:
        return self.lots - self.filled


@dataclass
class NaiveMarket:
    """One symbol; `linear` decides how a post-only order ends and whether there is a position."""

    linear: bool
    items: list[Item] = field(default_factory=list)
    fills: list[Fill] = field(default_factory=list)
    position: int = 0
    waiting: list[ClientOrder] = field(default_factory=list)
    met: deque[ClientOrder] = field(default_factory=deque)
    # The price of a released market order is the venue's protection, a matter of the band and not of matching.
    protection: Callable[[str], int] = field(default=lambda _name: 0)

    def book(self) -> dict[tuple[str, int], int]:
        """All visible lots by side and price."""
        found: dict[tuple[str, int], int] = {}
        for item in self.items:
            if item.rpi:
                continue
            found[item.side, item.ticks] = found.get((item.side, item.ticks), 0) + item.lots
        return found

    def queue(self, side: str, ticks: int, *, rpi: bool = False) -> list[tuple[str, int]]:
        """Names and crowd lots ahead of the client orders at a price, first in time first."""
        ahead, found = 0, []
        for item in self.items:
            if (item.side, item.ticks, item.rpi) == (side, ticks, rpi):
                if item.order is None:
                    ahead += item.lots
                else:
                    found.append((item.order.name, ahead))
        return found

    # What the client does.

    def submit(self, order: ClientOrder) -> None:
        """Match an order and let the rest stand or lapse."""
        opposite = self._first(other(order.side), order.ticks)
        if order.tif in {"PostOnly", "RPI"} and opposite is not None:
            order.status = "Cancelled" if self.linear else "Rejected"
            return
        if (
            order.tif == "FOK"
            and self._within(other(order.side), order.ticks, retail=order.retail) < order.lots
        ):
            order.status = "Cancelled"
            return
        self._take(order)
        if order.status not in {"New", "PartiallyFilled"}:
            return
        if order.budget is not None:
            self._end_of_budget(order)
        elif order.tif in {"IOC", "FOK"}:
            self._lapse(order)
        else:
            order.status = "PartiallyFilled" if order.filled else "New"
            self.items.append(Item(order.side, order.ticks, order.leaves, order, rpi=order.tif == "RPI"))

    def hold(self, order: ClientOrder) -> None:
        """Let an order wait for its price."""
        order.status = "Untriggered"
        self.waiting.append(order)

    def drop_waiting(self, order: ClientOrder) -> None:
        """Take a waiting order away."""
        order.status = "Deactivated"
        self.waiting.remove(order)

    def follow(self) -> None:
        """Release what the prints have met, and what the prints of that meet."""
        while self.met:
            order = self.met.popleft()
            if order.status == "Untriggered":
                self.waiting.remove(order)
                self._release(order)

    def _release(self, order: ClientOrder) -> None:
        if order.reduce_only:
            closable = self._closable(order.side)
            if not closable:
                order.status = "Cancelled"
                return
            order.lots = min(order.lots, closable)
        if order.tif == "Market":
            order.tif, order.ticks = "IOC", self.protection(order.name)
        order.status = "New"
        self.submit(order)

    def _print(self, ticks: int) -> None:
        for order in self.waiting:
            assert order.trigger is not None
            reached = ticks >= order.trigger if order.rises else ticks <= order.trigger
            if reached and order not in self.met:
                self.met.append(order)

    def cancel(self, order: ClientOrder) -> None:
        """Take an order away."""
        self._drop(order)
        self._lapse(order)

    def amend(self, order: ClientOrder, ticks: int, lots: int) -> None:
        """Give an order another price or total; only a smaller total at the same price keeps its place."""
        if order.reduce_only:
            lots = min(lots, order.filled + self._closable(order.side))
        if ticks == order.ticks and lots < order.lots:
            self._item(order).lots -= order.lots - lots
            order.lots = lots
            return
        self._drop(order)
        order.ticks, order.lots = ticks, lots
        self.submit(order)

    # What everybody else does.

    def crowd(self, side: str, ticks: int, lots: int) -> None:
        """State the crowd's size at a price."""
        if lots > self._crowd_at(side, ticks):
            lots = self._pass_through(side, ticks, lots, touching=True)
        self._set_crowd(side, ticks, lots)

    def printed(self, side: str, ticks: int, lots: int) -> None:
        """Let others trade at a price; better client orders come first."""
        lots = self._pass_through(side, ticks, lots, touching=False)
        while lots:
            queue = [i for i in self.items if i.side == other(side) and i.ticks == ticks and not i.rpi]
            if not queue:
                self._print(ticks)
                return
            lots -= self._hit(queue[0], lots, side)

    def taken(self, side: str, lots: int, limit: int | None = None, *, retail: bool = False) -> int:
        """Let somebody else, perhaps a retail trader, take; return what is left."""
        while lots and (item := self._first(other(side), limit, retail=retail)) is not None:
            lots -= self._hit(item, lots, side)
        return lots

    def added(self, side: str, ticks: int, lots: int) -> None:
        """Let somebody else place a limit order."""
        left = self.taken(side, lots, ticks)
        if left:
            self.items.append(Item(side, ticks, left))
            self._merge_crowd(side, ticks)

    # How.

    def _take(self, order: ClientOrder) -> None:
        while order.status in {"New", "PartiallyFilled"}:
            item = self._first(other(order.side), order.ticks, retail=order.retail)
            if item is None:
                return
            wanted = order.leaves
            if order.budget is not None:
                wanted = int((order.budget - order.spent) / item.ticks)
            if not wanted:
                return
            if item.order is not None and order.smp != "None":
                self._keep_apart(order, item.order)
            else:
                self._hit(item, wanted, order.side, order)

    def _keep_apart(self, taker: ClientOrder, maker: ClientOrder) -> None:
        if taker.smp in {"CancelMaker", "CancelBoth"}:
            self.cancel(maker)
        if taker.smp in {"CancelTaker", "CancelBoth"}:
            self._lapse(taker)

    def _hit(self, item: Item, lots: int, side: str, taker: ClientOrder | None = None) -> int:
        lots = min(lots, item.lots)
        item.lots -= lots
        self._print(item.ticks)
        if not item.lots:
            self.items.remove(item)
            self._merge_crowd(item.side, item.ticks)
        if taker is not None:
            self._fill(taker, item.ticks, lots, is_maker=False)
        if item.order is not None:
            assert item.order.side == other(side)
            self._fill(item.order, item.ticks, lots, is_maker=True)
        if self.linear:
            self._shrink_reduce_only()
        return lots

    def _fill(self, order: ClientOrder, ticks: int, lots: int, *, is_maker: bool) -> None:
        order.filled += lots
        order.spent += lots * ticks
        if order.budget is None:
            order.status = "PartiallyFilled" if order.leaves else "Filled"
        self.position += lots if order.side == "Buy" else -lots
        self.fills.append(Fill(order.name, ticks, lots, is_maker))

    def _shrink_reduce_only(self) -> None:
        for item in list(self.items):
            order = item.order
            if order is None or not order.reduce_only:
                continue
            closable = self._closable(order.side)
            if not closable:
                self.cancel(order)
            elif closable < order.leaves:
                order.lots = order.filled + closable
                item.lots = closable

    def _closable(self, side: str) -> int:
        return max(0, self.position if side == "Sell" else -self.position)

    def _end_of_budget(self, order: ClientOrder) -> None:
        item = self._first(other(order.side), order.ticks)
        if order.filled and (item is None or order.budget - order.spent < item.ticks):  # type: ignore[operator] # has one
            # With nothing left to buy from, money left over means the book ran out.
            if item is None and order.budget != order.spent:
                self._lapse(order)
                return
            order.lots, order.status = order.filled, "Filled"
            return
        self._lapse(order)

    def _lapse(self, order: ClientOrder) -> None:
        order.status = "Cancelled" if self.linear or not order.filled else "PartiallyFilledCanceled"

    def _pass_through(self, side: str, ticks: int, lots: int, *, touching: bool) -> int:
        """Trade with the client orders at or before `ticks`, best first, whatever crowd stands between."""
        mine = [i for i in self.items if i.order is not None and i.side == other(side) and not i.rpi]
        mine.sort(key=lambda item: item.ticks if side == "Buy" else -item.ticks)
        for item in mine:
            within = item.ticks <= ticks if side == "Buy" else item.ticks >= ticks
            if not lots or not within or (item.ticks == ticks and not touching):
                break
            if item in self.items:
                lots -= self._hit(item, lots, side)
        return lots

    def _set_crowd(self, side: str, ticks: int, lots: int) -> None:
        level = [i for i in self.items if (i.side, i.ticks) == (side, ticks) and not i.rpi]
        before = sum(i.lots for i in level if i.order is None)
        if lots >= before:
            if lots > before:
                self.items.append(Item(side, ticks, lots - before))
                self._merge_crowd(side, ticks)
            return
        shown, placed = 0, 0
        for item in level:
            if item.order is None:
                shown += item.lots
                # Whoever stands behind `shown` keeps this much of it before him.
                keeps = min(shown - (before - lots) * shown // before, lots)
                item.lots = keeps - placed
                placed = keeps
        for item in [i for i in level if i.order is None and not i.lots]:
            self.items.remove(item)

    def _crowd_at(self, side: str, ticks: int) -> int:
        return sum(i.lots for i in self.items if i.order is None and (i.side, i.ticks) == (side, ticks))

    def _first(self, side: str, limit: int | None, *, retail: bool = False) -> Item | None:
        best: Item | None = None
        for item in [i for i in self.items if not i.rpi] + [i for i in self.items if i.rpi and retail]:
            reached = limit is None or (item.ticks <= limit if side == "Sell" else item.ticks >= limit)
            better = best is None or (item.ticks < best.ticks if side == "Sell" else item.ticks > best.ticks)
            if item.side == side and reached and better:
                best = item
        return best

    def _within(self, side: str, limit: int, *, retail: bool = False) -> int:
        return sum(
            i.lots
            for i in self.items
            if i.side == side
            and (retail or not i.rpi)
            and (i.ticks <= limit if side == "Sell" else i.ticks >= limit)
        )

    def _item(self, order: ClientOrder) -> Item:
        return next(item for item in self.items if item.order is order)

    def _drop(self, order: ClientOrder) -> None:
        self.items.remove(self._item(order))
        self._merge_crowd(order.side, order.ticks)

    def _merge_crowd(self, side: str, ticks: int) -> None:
        """Nobody can tell two crowds apart that stand one behind the other."""
        level = [i for i in self.items if (i.side, i.ticks) == (side, ticks) and not i.rpi]
        for first, second in reversed(list(pairwise(level))):
            if first.order is None and second.order is None:
                first.lots += second.lots
                self.items.remove(second)


def other(side: str) -> str:
    """Return the other side."""
    return "Sell" if side == "Buy" else "Buy"
