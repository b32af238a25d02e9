"""Finished purchases and sales of what is held in shares or tokens."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nautilus_bybit_adapter.sim.exchange.errors import VenueError

if TYPE_CHECKING:
    from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareOrder:
    """A finished purchase or sale of shares or tokens; `fee` is in the coin paid out."""

    order_id: str
    link_id: str
    kind: str
    product_id: str
    paid: Decimal
    received: Decimal
    fee: Decimal
    account: str
    at_ms: int


@dataclass(slots=True)
class Orders:
    """Orders by id, with `orderLinkId`s that come once."""

    prefix: str
    by_id: dict[str, ShareOrder] = field(default_factory=dict)

    def check(self, link_id: str) -> None:
        """Refuse a known `orderLinkId` with 180025."""
        if any(order.link_id == link_id for order in self.by_id.values()):
            raise VenueError(180025, "ORDER_ALREADY_EXISTS")

    def next_id(self) -> str:
        """Id of the next order."""
        return f"{self.prefix}{len(self.by_id) + 1:012d}"

    def note(self, order: ShareOrder) -> ShareOrder:
        """Keep an order."""
        self.by_id[order.order_id] = order
        return order
