"""Orders to borrow at a fixed rate.

Nobody lends at a fixed rate on this venue, so an order waits until it is cancelled, as it does on Bybit while
no offer matches it. Source: Bybit V5 Fixed-Rate Borrow.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nautilus_bybit_adapter.sim.exchange.errors import VenueError

if TYPE_CHECKING:
    from decimal import Decimal

MATCHING, CANCELLED = 1, 4
TERMS = ("7", "14", "30", "90", "180")


@dataclass(slots=True, kw_only=True)
class FixedBorrow:
    """One order."""

    order_id: str
    coin: str
    amount: Decimal
    rate: Decimal
    term: str
    repay_type: str
    created_ms: int
    state: int = MATCHING


@dataclass(slots=True)
class FixedBorrows:
    """All orders by id, oldest first."""

    orders: dict[str, FixedBorrow] = field(default_factory=dict)

    def place(self, order: FixedBorrow) -> None:
        """Let an order wait for an offer."""
        self.orders[order.order_id] = order

    def cancel(self, order_id: str) -> None:
        """Cancel an order that waits.

        Raises
        ------
        VenueError
            When it is unknown or has ended.
        """
        order = self.orders.get(order_id)
        if order is None or order.state != MATCHING:
            raise VenueError(34022061, "The order cannot be cancelled.")
        order.state = CANCELLED
