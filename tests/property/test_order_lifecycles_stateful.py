"""Several orders of every kind at once, a venue that works them, and frames that come late, twice, or not at all."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from nautilus_bybit_adapter.state.order_events import (
    Accepted,
    Canceled,
    Filled,
    ForeignFill,
    ForeignOrder,
    NotAFill,
    OrderEvent,
    Phase,
    Query,
    Rejected,
    Sized,
    Triggered,
    Updated,
)
from nautilus_bybit_adapter.state.orders import LONGEST_WAIT_MS, OrderLifecycles
from nautilus_bybit_adapter.wire.orders import BybitExecution, BybitOrder

T0 = 1_791_270_738_610
QUANTITY = 10
PRICE = Decimal(100)
TRIGGER = Decimal(110)
Frame = BybitOrder | BybitExecution


@dataclass
class VenueOrder:
    """What the venue knows of one order."""

    link_id: str
    kind: str
    status: str
    quantity: Decimal = Decimal(QUANTITY)
    price: Decimal = PRICE
    filled: Decimal = Decimal(0)
    reason: str = "EC_NoError"
    updated_ms: int = T0
    executions: list[BybitExecution] = field(default_factory=list)

    @property
    def is_live(self) -> bool:
        return self.status in {"New", "PartiallyFilled", "Untriggered", "Triggered"}

    @property
    def is_working(self) -> bool:
        return self.is_live and self.status != "Untriggered"

    def row(self) -> BybitOrder:
        return BybitOrder(
            symbol="BTCUSDT", order_id=f"v-{self.link_id}", order_link_id=self.link_id,
            order_status=self.status, side="Buy", order_type="Market" if self.kind == "quote" else "Limit",
            qty="1000" if self.kind == "quote" else str(self.quantity), price=str(self.price),
            trigger_price=str(TRIGGER) if self.kind == "stop_limit" else "", cum_exec_qty=str(self.filled),
            created_time=str(T0), updated_time=str(self.updated_ms), reject_reason=self.reason,
        )  # fmt: skip

    def fill(self, quantity: Decimal) -> BybitExecution:
        self.filled += quantity
        execution = BybitExecution(
            symbol="BTCUSDT", order_id=f"v-{self.link_id}", order_link_id=self.link_id, exec_type="Trade",
            exec_id=f"e-{self.link_id}-{len(self.executions)}", side="Buy", exec_price="100",
            exec_qty=str(quantity), exec_time=str(self.updated_ms), order_qty=str(self.quantity),
            order_type="Market" if self.kind == "quote" else "Limit",
        )  # fmt: skip
        self.executions.append(execution)
        return execution


class Lifecycles(RuleBasedStateMachine):
    """Rules are what the venue does, and what becomes of what it says."""

    orders = Bundle("orders")
    frames = Bundle("frames")

    def __init__(self) -> None:
        super().__init__()
        self.machine = OrderLifecycles()
        self.venue: dict[str, VenueOrder] = {}
        self.kinds: dict[str, str] = {}
        self.told: dict[str, list[OrderEvent]] = {}
        self.now_ms = T0

    # -- what we do ----------------------------------------------------------------------------------------

    @rule(target=orders, kind=st.sampled_from(["limit", "stop_limit", "quote", "post_only", "never_arrives"]))
    def submit(self, kind: str) -> str:
        link_id = f"c-{len(self.kinds)}"
        self.kinds[link_id], self.told[link_id] = kind, []
        self.machine.on_submitted(
            link_id,
            Decimal(1000 if kind == "quote" else QUANTITY),
            None if kind == "quote" else PRICE,
            TRIGGER if kind == "stop_limit" else None,
            quote_quantity=kind == "quote",
            submitted_ms=T0,
        )
        return link_id

    @rule(target=frames, link_id=orders)
    def arrives(self, link_id: str) -> Frame | None:
        kind = self.kinds[link_id]
        if link_id in self.venue or kind == "never_arrives":
            return None
        status = "Untriggered" if kind == "stop_limit" else "New"
        order = self.venue[link_id] = VenueOrder(link_id, kind, status)
        if kind == "post_only":
            order.status, order.reason = "Cancelled", "EC_PostOnlyWillTakeLiquidity"
        return order.row()

    @rule(link_id=orders)
    def is_acknowledged(self, link_id: str) -> None:
        if link_id in self.venue:
            self.machine.on_acknowledged(link_id, f"v-{link_id}")

    @rule(link_id=orders)
    def answer_is_lost(self, link_id: str) -> None:
        self.take(self.machine.on_unknown(link_id, "no answer"))

    # -- what the venue does -------------------------------------------------------------------------------

    @rule(target=frames, link_id=orders)
    def triggers(self, link_id: str) -> Frame | None:
        return self.changed(link_id, "Untriggered", "New")

    @rule(target=frames, link_id=orders, part=st.integers(1, QUANTITY))
    def fills(self, link_id: str, part: int) -> Frame | None:
        order = self.venue.get(link_id)
        if order is None or not order.is_working:
            return None
        self.pass_time(order)
        left = order.quantity - order.filled
        execution = order.fill(min(Decimal(part), left))
        order.status = "Filled" if order.filled == order.quantity else "PartiallyFilled"
        return execution

    @rule(target=frames, link_id=orders)
    def is_pushed(self, link_id: str) -> Frame | None:
        order = self.venue.get(link_id)
        return order.row() if order is not None else None

    @rule(target=frames, link_id=orders, quantity=st.integers(1, QUANTITY + 5), step=st.integers(0, 2))
    def is_amended(self, link_id: str, quantity: int, step: int) -> Frame | None:
        order = self.venue.get(link_id)
        if order is None or not order.is_live or order.kind == "quote" or order.filled >= quantity:
            return None
        self.pass_time(order)
        order.quantity, order.price = Decimal(quantity), PRICE + step
        return order.row()

    @rule(target=frames, link_id=orders)
    def is_canceled(self, link_id: str) -> Frame | None:
        order = self.venue.get(link_id)
        if order is None or not order.is_live:
            return None
        status = "PartiallyFilledCanceled" if order.filled and order.kind == "quote" else "Cancelled"
        return self.changed(link_id, order.status, status)

    def changed(self, link_id: str, before: str, after: str) -> Frame | None:
        order = self.venue.get(link_id)
        if order is None or order.status != before:
            return None
        self.pass_time(order)
        order.status = after
        return order.row()

    def pass_time(self, order: VenueOrder) -> None:
        self.now_ms += 1
        order.updated_ms = self.now_ms

    # -- what becomes of what it says ----------------------------------------------------------------------

    @rule(frame=frames)
    def comes(self, frame: Frame | None) -> None:
        self.feed(frame)

    @rule(frame=consumes(frames))
    def is_lost(self, frame: Frame | None) -> None:
        """It never comes."""

    @rule(link_id=orders, is_whole=st.booleans())
    def is_asked_for(self, link_id: str, is_whole: bool) -> None:
        order = self.venue.get(link_id)
        if order is None:
            return
        for execution in order.executions if is_whole else order.executions[:-1]:
            self.feed(execution)
        self.feed(order.row())

    def feed(self, frame: Frame | None) -> None:
        if isinstance(frame, BybitOrder):
            self.take(self.machine.on_order(frame))
        elif frame is not None:
            self.take(self.machine.on_execution(frame))

    def take(self, events: list[OrderEvent]) -> None:
        for event in events:
            assert not isinstance(event, ForeignFill | ForeignOrder | NotAFill)
            if not isinstance(event, Query):
                self.told[event.client_order_id].append(event)

    # -- what has to hold ----------------------------------------------------------------------------------

    @invariant()
    def every_event_is_legal(self) -> None:
        for link_id, events in self.told.items():
            kinds = [type(event) for event in events]
            assert kinds.count(Accepted) <= 1
            assert kinds.count(Triggered) <= (self.kinds[link_id] == "stop_limit")
            assert kinds.count(Sized) <= (self.kinds[link_id] == "quote")
            fills = [event.execution.exec_id for event in events if isinstance(event, Filled)]
            assert len(fills) == len(set(fills))
            if Rejected in kinds:
                assert kinds == [Rejected]
            elif kinds:
                assert kinds[0] is Accepted
            if Canceled in kinds:
                assert kinds.index(Canceled) == len(kinds) - 1
            if Triggered in kinds and Filled in kinds:
                assert kinds.index(Triggered) < kinds.index(Filled)
            if self.kinds[link_id] == "quote" and Filled in kinds:
                assert kinds.index(Sized) < kinds.index(Filled)

    @invariant()
    def the_framework_takes_every_fill(self) -> None:
        """It refuses a fill beyond an order's quantity, and any event after a fill that completes it."""
        for link_id, events in self.told.items():
            quantity, filled = Decimal(1000 if self.kinds[link_id] == "quote" else QUANTITY), Decimal(0)
            for event in events:
                if isinstance(event, Filled):
                    assert filled < quantity, "after it was filled"
                    filled += Decimal(event.execution.exec_qty)
                    assert filled <= quantity, "beyond its quantity"
                elif isinstance(event, Updated | Sized):
                    quantity = event.quantity
                    assert quantity >= filled, "less than it has filled"
                elif isinstance(event, Canceled):
                    assert filled < quantity or self.is_resized_to(events, filled)

    def is_resized_to(self, events: list[OrderEvent], filled: Decimal) -> bool:
        """Tell whether an order was amended to what it had filled, which no fill can end any more."""
        return isinstance(events[-2], Updated) and events[-2].quantity == filled

    @invariant()
    def no_fill_is_counted_beyond_the_venue(self) -> None:
        for link_id in self.kinds:
            record = self.machine.record(link_id)
            assert record is not None
            order = self.venue.get(link_id)
            assert record.filled <= (order.filled if order is not None else 0)

    def teardown(self) -> None:
        for link_id, order in self.venue.items():
            self.is_behind_or_asks(link_id, order)
            self.is_asked_for(link_id, is_whole=True)
        for link_id, kind in self.kinds.items():
            if link_id not in self.venue:
                assert not self.told[link_id], kind
                self.take(self.machine.on_absent(link_id, "not there", T0))
                assert [type(event) for event in self.told[link_id]] == [Rejected]
        self.every_event_is_legal()
        for link_id, order in self.venue.items():
            self.is_the_truth(link_id, order)

    def is_behind_or_asks(self, link_id: str, order: VenueOrder) -> None:
        """An order that is told of and whose fills are not there is asked for after a while."""
        record = self.machine.record(link_id)
        assert record is not None
        if record.phase is not Phase.CLOSED and record.filled < record.reported:
            self.machine.overdue(self.now_ms)
            self.now_ms += LONGEST_WAIT_MS
            asked = self.machine.overdue(self.now_ms)
            assert link_id in {event.client_order_id for event in asked if isinstance(event, Query)}, order

    def is_the_truth(self, link_id: str, order: VenueOrder) -> None:
        record, events = self.machine.record(link_id), self.told[link_id]
        assert record is not None
        fills = sorted(event.execution.exec_id for event in events if isinstance(event, Filled))
        is_held = order.kind == "quote" and order.is_live
        assert fills == ([] if is_held else sorted(row.exec_id for row in order.executions))
        if order.is_live:
            assert record.phase is Phase.ACCEPTED
            if order.kind != "quote":
                assert (record.quantity, record.price) == (order.quantity, order.price)
                last = [event for event in events if isinstance(event, Updated)]
                if last:
                    assert (last[-1].quantity, last[-1].price) == (order.quantity, order.price)
        else:
            assert record.phase is Phase.CLOSED
            # The framework's order is closed, too: by its last fill or by an event.
            ended = any(isinstance(event, Canceled | Rejected) for event in events)
            sizes = [event.quantity for event in events if isinstance(event, Updated | Sized)]
            assert ended or order.filled == (sizes[-1] if sizes else QUANTITY)


TestLifecycles = Lifecycles.TestCase
TestLifecycles.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
