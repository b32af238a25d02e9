"""All orders the venue has taken, by id, by client id and by what they are doing.

Orders that ended without a fill are forgotten after a day, as Bybit does, or when so many ended after them that
their memory would grow with every order. On derivatives the `orderLinkId` of a forgotten order stays spent.
Source: Bybit V5 Get Order History.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from .instruments import SPOT
from .orders import ENDED
from .spent_links import SpentLinks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .identity import Identity
    from .orders import Order

Key = tuple[str, str]
UNFILLED_KEPT_MS = 86_400_000
MOST_UNFILLED = 20_000


def is_kept(order: Order, now_ms: int) -> bool:
    """Whether the history still holds an ended order: a day without fills, as long as these with them."""
    return bool(order.filled) or order.updated_ms > now_ms - UNFILLED_KEPT_MS


class Register:
    """Orders from acceptance to the end of their retention; one with a fill goes with its fills.

    Parameters
    ----------
    identity : Identity
        Source of order ids.

    Attributes
    ----------
    orders, open_orders : dict of str to Order
        All orders, and those in a book, by `orderId`.
    open_in : dict
        The orders in each book by `orderId`, by `(category, symbol)`; only books that hold any.
    waiting : dict
        Orders that wait for a price, by `(category, symbol)` and `orderId`.
    by_link : dict
        The newest order of each `(category, orderLinkId)`.
    spent : SpentLinks
        Ids of forgotten orders of derivatives.
    entered : int
        How many orders there have been, the forgotten ones too.
    """

    def __init__(self, identity: Identity) -> None:
        self.orders: dict[str, Order] = {}
        self.open_orders: dict[str, Order] = {}
        self.open_in: dict[Key, dict[str, Order]] = {}
        self.waiting: dict[Key, dict[str, Order]] = {}
        self.by_link: dict[Key, Order] = {}
        self.spent = SpentLinks()
        self.entered = 0
        # Orders that ended without a fill, in the order of their ends.
        self._unfilled: OrderedDict[str, Order] = OrderedDict()
        self._identity = identity

    def enter(self, order: Order) -> None:
        """Give a new order its id and file it; what its time has made too old goes."""
        self._forget(order.created_ms)
        order.order_id = self._identity.order_id(order.instrument.category)
        self.entered += 1
        order.number = self.entered
        self.orders[order.order_id] = order
        if order.link_id:
            self.by_link[order.instrument.category, order.link_id] = order
        self.file(order)

    def file(self, order: Order) -> None:
        """Keep an order where its status puts it."""
        key = order.instrument.key
        if order.is_open:
            self.open_orders[order.order_id] = order
            self.open_in.setdefault(key, {})[order.order_id] = order
        elif self.open_orders.pop(order.order_id, None) is not None:
            del self.open_in[key][order.order_id]
            if not self.open_in[key]:
                del self.open_in[key]
        if order.is_waiting:
            self.waiting.setdefault(key, {})[order.order_id] = order
        elif order.order_id in self.waiting.get(key, {}):
            del self.waiting[key][order.order_id]
            if not self.waiting[key]:
                del self.waiting[key]

        if order.status in ENDED and not order.filled:
            self._unfilled[order.order_id] = order

    def _forget(self, now_ms: int) -> None:
        while self._unfilled:
            oldest = next(iter(self._unfilled.values()))
            if len(self._unfilled) <= MOST_UNFILLED and is_kept(oldest, now_ms):
                return
            del self._unfilled[oldest.order_id]
            self.drop(oldest)

    def drop(self, order: Order) -> None:
        """Forget an order that has ended."""
        del self.orders[order.order_id]
        link = (order.instrument.category, order.link_id)
        if self.by_link.get(link) is order:
            del self.by_link[link]
            if order.instrument.category != SPOT:
                self.spent.add(link)

    def is_spent(self, category: str, link_id: str) -> bool:
        """Whether an `orderLinkId` was used: ever on derivatives, as long as its order is kept on spot."""
        return (category, link_id) in self.by_link or (category, link_id) in self.spent

    def find(self, category: str, order_id: str, link_id: str) -> Order | None:
        """Order by `orderId`, else the newest by `orderLinkId`."""
        order = self.orders.get(order_id) if order_id else self.by_link.get((category, link_id))
        return order if order is not None and order.instrument.category == category else None

    def waiting_of(self, key: Key) -> list[Order]:
        """Orders of a market that wait for a price, oldest first."""
        return list(self.waiting.get(key, {}).values())

    def all_waiting(self) -> Iterator[Order]:
        """Every order that waits for a price."""
        for orders in list(self.waiting.values()):
            yield from list(orders.values())

    def holding(self) -> list[Order]:
        """Return waiting spot orders that hold funds; of two that end each other the older one holds."""
        return [
            order
            for order in self.all_waiting()
            if order.filter_kind == "tpslOrder"
            and not (order.sibling_id and order.order_id > order.sibling_id)
        ]

    def live(self, category: str) -> list[Order]:
        """Orders of a category that have not ended, oldest first."""
        found = [o for o in self.open_orders.values() if o.instrument.category == category]
        found += [o for o in self.all_waiting() if o.instrument.category == category]
        return sorted(found, key=lambda order: order.number)
