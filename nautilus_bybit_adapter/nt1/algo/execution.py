"""The books of one parent order: what its children executed, what they still work, what is left to place.

Knows nothing of the framework. Quantities are `Decimal` base units, prices `Decimal` quote units.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum

from nautilus_bybit_adapter.nt1.algo.course import SmartLimitFill, SmartLimitStep

ZERO = Decimal(0)


class ChildKind(Enum):
    """What a child order is for."""

    PEG = "peg"
    CROSS = "cross"
    MARKET = "market"


class ChildStatus(Enum):
    """What is known of a child order."""

    SENT = "sent"
    WORKING = "working"
    CLOSED = "closed"


class Outcome(Enum):
    """How an execution ended.

    FILLED: all of it. PARTIAL: a part, and it ended by itself. UNFILLED: nothing, though orders were at the
    venue. CANCELED: the strategy ended it, whatever was filled by then. DENIED: refused before anything was
    at the venue.
    """

    FILLED = "filled"
    PARTIAL = "partial"
    UNFILLED = "unfilled"
    CANCELED = "canceled"
    DENIED = "denied"


class OverAllocationError(ValueError):
    """A child order was to be given more than its parent has left to place."""


@dataclass(slots=True)
class Child:
    """One order that executes a part of the parent.

    Parameters
    ----------
    child_id : str
        Client order id.
    kind : ChildKind
    quantity : Decimal
        What it was sent for, base units.
    price : Decimal or None
        Its limit as last confirmed; None for a market order.
    sent_ns : int
        When it was sent, or its last amendment; UNIX nanoseconds.

    """

    child_id: str
    kind: ChildKind
    quantity: Decimal
    price: Decimal | None
    sent_ns: int
    status: ChildStatus = ChildStatus.SENT
    filled: Decimal = ZERO
    amend_pending: bool = False
    amend_rejections: int = 0
    cancel_pending: bool = False
    cancel_requested: bool = False
    cancel_sent_ns: int = 0
    cancel_rejections: int = 0
    cancel_not_before_ns: int = 0
    events_seen: int = 0

    @property
    def is_open(self) -> bool:
        """Whether it may still fill."""
        return self.status is not ChildStatus.CLOSED

    @property
    def leaves(self) -> Decimal:
        """What it may still fill, base units; 0 when closed."""
        return max(self.quantity - self.filled, ZERO) if self.is_open else ZERO


@dataclass(slots=True)
class ParentExecution:
    """Accounts for every fill of a parent's children exactly once, and allocates what is left.

    Holds ``filled + working <= total`` for whatever it allocates itself. A venue that fills an order it has
    reported as closed can break that; `excess` then says by how much, so that working quantity can be
    withdrawn.

    Parameters
    ----------
    total : Decimal
        Quantity of the parent order, base units, above 0; `revise` changes it.

    """

    total: Decimal
    filled: Decimal = ZERO
    most: Decimal = ZERO
    turnover: Decimal = ZERO
    amends: int = 0
    reached_venue: bool = False
    fills: list[SmartLimitFill] = field(default_factory=list)
    steps: list[SmartLimitStep] = field(default_factory=list)
    children: dict[str, Child] = field(default_factory=dict)
    _trades: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.most = self.total

    @property
    def working(self) -> Decimal:
        """What open children may still fill, base units."""
        return sum((child.leaves for child in self.children.values()), ZERO)

    @property
    def unfilled(self) -> Decimal:
        """What is not executed, base units; never negative."""
        return max(self.total - self.filled, ZERO)

    @property
    def unallocated(self) -> Decimal:
        """What is neither executed nor worked, base units; never negative."""
        return max(self.total - self.filled - self.working, ZERO)

    @property
    def excess(self) -> Decimal:
        """By how much executed plus working quantity is above the total, base units."""
        return max(self.filled + self.working - self.total, ZERO)

    @property
    def average_price(self) -> Decimal | None:
        """Volume-weighted price of the fills; None without any."""
        return self.turnover / self.filled if self.filled else None

    @property
    def commissions(self) -> dict[str, Decimal]:
        """What was paid, by currency code; negative for rebates."""
        paid: dict[str, Decimal] = {}
        for fill in self.fills:
            paid[fill.currency] = paid.get(fill.currency, ZERO) + fill.commission
        return paid

    def revise(self, total: Decimal) -> None:
        """Take over another quantity of the parent, base units."""
        self.total = total
        self.most = max(self.most, total)

    @property
    def settled_total(self) -> Decimal:
        """The quantity of the parent as far as it could be had.

        Fills that were on their way when the parent was made smaller count into it, up to what it was at most.
        """
        return max(self.total, min(self.filled, self.most))

    def restore_child(
        self, child_id: str, kind: ChildKind, quantity: Decimal, price: Decimal | None, sent_ns: int
    ) -> Child:
        """Take a child over that was sent before a restart; its events tell the rest."""
        child = Child(child_id, kind, quantity, price, sent_ns)
        self.children[child_id] = child
        # The parent may have been made smaller since it was sent: what it was at most is no less than its children.
        self.most = max(self.most, sum((each.quantity for each in self.children.values()), ZERO))
        self.note(child, "sent", sent_ns, price=price, quantity=quantity)
        return child

    def filled_as(self, *, is_maker: bool) -> Decimal:
        """Return what was executed as maker, or as taker; base units."""
        return sum((fill.quantity for fill in self.fills if fill.is_maker is is_maker), ZERO)

    @property
    def was_sent_itself(self) -> bool:
        """Whether the parent went to the venue as it is, now or before a restart."""
        return any(child.kind is ChildKind.MARKET for child in self.children.values())

    @property
    def open_child(self) -> Child | None:
        """The child that may still fill; at most one is allocated at a time."""
        return next((child for child in self.children.values() if child.is_open), None)

    def add_child(
        self, child_id: str, kind: ChildKind, quantity: Decimal, price: Decimal | None, now_ns: int
    ) -> Child:
        """Allocate quantity to a new child.

        Raises
        ------
        OverAllocationError
            If `quantity` is not above 0 or is more than `unallocated`, or another child is open.

        """
        if self.open_child is not None:
            raise OverAllocationError(f"{child_id} cannot be sent while {self.open_child.child_id} is open")
        if not 0 < quantity <= self.unallocated:
            raise OverAllocationError(
                f"{child_id} was to be sent for {quantity}; it must be above 0 and at most {self.unallocated}"
            )
        child = Child(child_id, kind, quantity, price, now_ns)
        self.children[child_id] = child
        self.note(child, "sent", now_ns, price=price, quantity=quantity)
        return child

    def on_accepted(self, child_id: str) -> None:
        """Note that the venue has the child."""
        self.reached_venue = True
        child = self.children[child_id]
        if child.status is ChildStatus.SENT:
            child.status = ChildStatus.WORKING

    def on_fill(self, fill: SmartLimitFill) -> bool:
        """Account for a fill, on an open child as on a closed one.

        Returns
        -------
        bool
            Whether it was new: a second fill of the child with the same trade id is ignored.

        """
        if (fill.child_id, fill.trade_id) in self._trades:
            return False
        self._trades.add((fill.child_id, fill.trade_id))
        child = self.children[fill.child_id]
        self.reached_venue = True
        child.filled += fill.quantity
        self.filled += fill.quantity
        self.turnover += fill.quantity * fill.price
        self.fills.append(fill)
        if child.is_open:
            child.status = ChildStatus.CLOSED if child.filled >= child.quantity else ChildStatus.WORKING
        return True

    def on_amended(self, child_id: str, price: Decimal | None, quantity: Decimal) -> None:
        """Note the venue's confirmation of a new price or quantity, whoever asked for it."""
        child = self.children[child_id]
        if child.amend_pending:
            self.amends += 1
        child.amend_pending = False
        child.amend_rejections = 0
        child.price = price if price is not None else child.price
        child.quantity = quantity

    def on_amend_rejected(self, child_id: str) -> None:
        """Note that the child stays as it was."""
        child = self.children[child_id]
        child.amend_pending = False
        child.amend_rejections += 1

    def on_cancel_rejected(self, child_id: str, retry_ns: int) -> None:
        """Note that a cancel was refused, and when to ask again (UNIX nanoseconds)."""
        child = self.children[child_id]
        child.cancel_pending = False
        child.cancel_rejections += 1
        child.cancel_not_before_ns = retry_ns

    def on_closed(self, child_id: str) -> None:
        """Note that the child fills no more; what it left becomes unallocated."""
        self.children[child_id].status = ChildStatus.CLOSED

    def note(self, child: Child, event: str, ts_ns: int, *, price: Decimal | None, quantity: Decimal) -> None:
        """Write a step of a child down for the report."""
        self.steps.append(SmartLimitStep(ts_ns, child.child_id, child.kind.value, event, price, quantity))
