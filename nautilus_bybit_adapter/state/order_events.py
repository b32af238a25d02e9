"""What an order's lifecycle says, and what it knows: plain values.

Source: Bybit V5 "Private: Order" and "Private: Execution".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nautilus_bybit_adapter.wire.orders import BybitExecution, BybitOrder


class Phase(Enum):
    """Where an order stands."""

    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    CLOSING = "closing"  # the venue closed it, fills it reported are still to come
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Accepted:
    """The venue works the order."""

    client_order_id: str
    venue_order_id: str
    ts_ms: int


@dataclass(frozen=True, slots=True)
class Rejected:
    """The venue refused the order, or never received it."""

    client_order_id: str
    reason: str
    due_post_only: bool
    ts_ms: int


@dataclass(frozen=True, slots=True)
class Updated:
    """Quantity, price or trigger are others than before; ``None`` where the order has none."""

    client_order_id: str
    venue_order_id: str
    quantity: Decimal
    price: Decimal | None
    trigger_price: Decimal | None
    ts_ms: int


@dataclass(frozen=True, slots=True)
class Triggered:
    """The limit order behind a trigger is in the book."""

    client_order_id: str
    venue_order_id: str
    ts_ms: int


@dataclass(frozen=True, slots=True)
class Sized:
    """An order over an amount of the quote coin is done, and this is its quantity in the base coin."""

    client_order_id: str
    venue_order_id: str
    quantity: Decimal
    ts_ms: int


@dataclass(frozen=True, slots=True)
class Canceled:
    """The order is closed with what it had filled."""

    client_order_id: str
    venue_order_id: str
    ts_ms: int


@dataclass(frozen=True, slots=True)
class Filled:
    """One execution, seen for the first time; `trade_id` names it among all, see `TradeIds`."""

    client_order_id: str
    execution: BybitExecution
    trade_id: str


@dataclass(frozen=True, slots=True)
class Query:
    """The venue is to be asked for this order and its executions."""

    client_order_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class ForeignOrder:
    """An order this machine was never told of."""

    order: BybitOrder


@dataclass(frozen=True, slots=True)
class ForeignFill:
    """A first-seen execution of an order this machine was never told of."""

    execution: BybitExecution


@dataclass(frozen=True, slots=True)
class NotAFill:
    """A first-seen execution row that moves no position (funding) or whose type is unknown."""

    execution: BybitExecution


OwnOrderEvent = Accepted | Rejected | Triggered | Updated | Sized | Canceled | Filled | Query
OrderEvent = OwnOrderEvent | ForeignOrder | ForeignFill | NotAFill


@dataclass(slots=True)
class OrderRecord:
    """What is known of one order. Quantities in the venue's order unit.

    `awaits_trigger` is whether a limit order lies behind a trigger that has not been seen to go off;
    `held` are fills that wait until the quantity they are measured against is known; `refused` is whether the
    framework was told, or has decided by itself, that there is no such order.
    """

    client_order_id: str
    quantity: Decimal
    price: Decimal | None
    trigger_price: Decimal | None
    quote_quantity: bool = False
    awaits_trigger: bool = False
    venue_order_id: str = ""
    phase: Phase = Phase.SUBMITTED
    refused: bool = False
    filled: Decimal = Decimal(0)
    reported: Decimal = Decimal(0)
    submitted_ms: int = 0
    updated_ms: int = 0
    waiting_since_ms: int = 0
    closing: Canceled | None = field(default=None)
    held: list[Filled] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        """Whether it has ended, and every fill that was told of has come."""
        return self.phase is Phase.CLOSED and self.filled >= self.reported

    @property
    def missing(self) -> str:
        """What an order that is under way still lacks, in words; a resting one lacks nothing."""
        if self.phase is Phase.SUBMITTED:
            return "no push has told of it"
        if self.phase is Phase.CLOSING or (self.phase is Phase.ACCEPTED and self.filled < self.reported):
            return "fills it reported have not arrived"
        return "its end has not been told" if self.phase is Phase.ACCEPTED and self.held else ""
