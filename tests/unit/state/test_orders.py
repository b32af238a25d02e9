from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from nautilus_bybit_adapter.state.orders import (
    Accepted,
    Canceled,
    Filled,
    ForeignFill,
    ForeignOrder,
    NotAFill,
    OrderEvent,
    OrderLifecycles,
    OrderRecord,
    Phase,
    Query,
    Rejected,
    Updated,
)
from nautilus_bybit_adapter.wire.orders import BybitExecution, BybitOrder

T0 = 1_791_270_738_610


def order(status: str, **changes: Any) -> BybitOrder:
    fields: dict[str, Any] = {
        "symbol": "BTCUSDT",
        "order_id": "v-1",
        "order_link_id": "c-1",
        "order_status": status,
        "side": "Buy",
        "order_type": "Limit",
        "qty": "0.010",
        "price": "100.0",
        "cum_exec_qty": "0",
        "created_time": str(T0),
        "updated_time": str(T0 + 5),
        "reject_reason": "EC_NoError",
    }
    return BybitOrder(**fields | changes)


def execution(exec_id: str, quantity: str, **changes: Any) -> BybitExecution:
    fields: dict[str, Any] = {
        "symbol": "BTCUSDT",
        "order_id": "v-1",
        "order_link_id": "c-1",
        "exec_id": exec_id,
        "exec_type": "Trade",
        "side": "Buy",
        "exec_price": "100.0",
        "exec_qty": quantity,
        "exec_time": str(T0 + 7),
    }
    return BybitExecution(**fields | changes)


def submitted(quantity: str = "0.010") -> OrderLifecycles:
    machine = OrderLifecycles()
    machine.on_submitted("c-1", Decimal(quantity), Decimal("100.0"), submitted_ms=T0)
    return machine


def kinds(events: list[OrderEvent]) -> list[type]:
    return [type(event) for event in events]


def run(machine: OrderLifecycles, frames: list[BybitOrder | BybitExecution]) -> list[type]:
    found: list[OrderEvent] = []
    for frame in frames:
        found += machine.on_order(frame) if isinstance(frame, BybitOrder) else machine.on_execution(frame)
    return kinds(found)


POST_ONLY = "EC_PostOnlyWillTakeLiquidity"
PARTIAL = {"cum_exec_qty": "0.004"}
FULL = {"cum_exec_qty": "0.010"}


@pytest.mark.parametrize(
    ("frames", "expected", "phase"),
    [
        ([order("New")], [Accepted], Phase.ACCEPTED),
        ([order("New"), order("New")], [Accepted], Phase.ACCEPTED),
        ([order("Filled", **FULL), execution("e1", "0.010")], [Accepted, Query, Filled], Phase.CLOSED),
        ([execution("e1", "0.010"), order("Filled", **FULL)], [Accepted, Filled], Phase.CLOSED),
        ([execution("e1", "0.010"), execution("e1", "0.010")], [Accepted, Filled], Phase.CLOSED),
        ([execution("e1", "0.004"), order("PartiallyFilled", **PARTIAL)], [Accepted, Filled], Phase.ACCEPTED),
        (
            [order("New"), execution("e1", "0.004"), order("Cancelled", **PARTIAL)],
            [Accepted, Filled, Canceled],
            Phase.CLOSED,
        ),
        # A cancel that speaks of a fill which has not arrived waits for it.
        (
            [order("New"), order("Cancelled", **PARTIAL), execution("e1", "0.004")],
            [Accepted, Query, Filled, Canceled],
            Phase.CLOSED,
        ),
        ([order("New"), order("PartiallyFilledCanceled", **PARTIAL)], [Accepted, Query], Phase.CLOSING),
        ([order("Cancelled")], [Accepted, Canceled], Phase.CLOSED),
        ([order("Deactivated")], [Accepted, Canceled], Phase.CLOSED),
        ([order("Cancelled", reject_reason=POST_ONLY)], [Rejected], Phase.CLOSED),
        ([order("Rejected", reject_reason=POST_ONLY)], [Rejected], Phase.CLOSED),
        ([order("New"), order("Cancelled", reject_reason=POST_ONLY)], [Accepted, Canceled], Phase.CLOSED),
        ([order("Rejected", **PARTIAL), execution("e1", "0.004")], [Accepted, Query, Filled, Canceled], Phase.CLOSED),
        ([order("New"), order("New", price="101.0", updated_time=str(T0 + 9))], [Accepted, Updated], Phase.ACCEPTED),
        (
            [order("New"), order("PartiallyFilled", qty="0.020", updated_time=str(T0 + 9), **PARTIAL)],
            [Accepted, Updated],
            Phase.ACCEPTED,
        ),
        # An older row that came late changes nothing.
        ([order("New"), order("New", price="99.0", updated_time=str(T0 + 1))], [Accepted], Phase.ACCEPTED),
        ([order("Strange")], [Query], Phase.SUBMITTED),
        ([order("New"), order("Filled", **FULL), order("Filled", **FULL)], [Accepted, Query, Query], Phase.CLOSING),
        ([execution("f1", "0.010", exec_type="Funding")], [NotAFill], Phase.SUBMITTED),
        ([execution("f1", "0.010", exec_type="CorporateAction")], [NotAFill], Phase.SUBMITTED),
        ([execution("a1", "0.010", exec_type="AdlTrade")], [Accepted, Filled], Phase.CLOSED),
        # Executions of a maker carry no link id on the fast stream: the venue's id is enough.
        ([order("New"), execution("e1", "0.010", order_link_id="")], [Accepted, Filled], Phase.CLOSED),
        ([execution("e1", "0.004"), order("Cancelled", **PARTIAL), execution("e2", "0.001")],
         [Accepted, Filled, Canceled, Filled], Phase.CLOSED),
    ],
)  # fmt: skip
def test_frames_give_events(
    frames: list[BybitOrder | BybitExecution], expected: list[type], phase: Phase
) -> None:
    machine = submitted()
    assert run(machine, frames) == expected
    record = machine.record("c-1")
    assert record is not None
    assert record.phase is phase


def test_post_only_rejection_is_flagged() -> None:
    (event,) = submitted().on_order(order("Cancelled", reject_reason=POST_ONLY))
    assert event == Rejected("c-1", POST_ONLY, due_post_only=True, ts_ms=T0 + 5)


def test_the_protection_price_of_a_market_order_is_no_update() -> None:
    machine = OrderLifecycles()
    machine.on_submitted("c-1", Decimal("0.010"), submitted_ms=T0)
    assert kinds(machine.on_order(order("New", order_type="Market", price="105.0"))) == [Accepted]


def test_an_acknowledgement_is_not_acceptance() -> None:
    machine = submitted()
    machine.on_acknowledged("c-1", "v-1")
    record = machine.record("c-1")
    assert record is not None
    assert (record.phase, record.venue_order_id) == (Phase.SUBMITTED, "v-1")


def test_refused_before_anything_was_seen_is_rejected() -> None:
    assert submitted().on_refused("c-1", "no balance", T0) == [
        Rejected("c-1", "no balance", due_post_only=False, ts_ms=T0)
    ]


def test_refused_after_it_was_seen_working_is_asked_for() -> None:
    machine = submitted()
    machine.on_order(order("New"))
    assert kinds(machine.on_refused("c-1", "no balance", T0)) == [Query]


def test_unknown_stays_open_until_the_venue_answers() -> None:
    machine = submitted()
    assert kinds(machine.on_unknown("c-1", "timeout")) == [Query]
    assert machine.open_ids() == ["c-1"]
    assert kinds(machine.on_absent("c-1", "never received", T0)) == [Rejected]
    assert machine.open_ids() == []
    assert machine.on_absent("c-1", "never received", T0) == []


def test_absent_after_it_was_accepted_is_canceled() -> None:
    machine = submitted()
    machine.on_order(order("New"))
    assert kinds(machine.on_absent("c-1", "gone", T0)) == [Canceled]


def test_an_older_order_under_the_same_link_id_is_not_ours() -> None:
    machine = submitted()
    events = machine.on_order(order("Filled", created_time=str(T0 - 3_600_000), **FULL))
    assert kinds(events) == [Rejected]


def test_orders_nobody_told_of_are_foreign() -> None:
    machine = OrderLifecycles()
    assert kinds(machine.on_order(order("New"))) == [ForeignOrder]
    assert kinds(machine.on_execution(execution("e1", "0.010"))) == [ForeignFill]
    assert machine.on_execution(execution("e1", "0.010")) == []


def test_an_adopted_order_goes_on_where_it_was() -> None:
    machine = OrderLifecycles()
    record = OrderRecord(
        "c-1", Decimal("0.010"), Decimal("100.0"), None, venue_order_id="v-1", phase=Phase.ACCEPTED,
        filled=Decimal("0.004"), reported=Decimal("0.004"),
    )  # fmt: skip
    machine.adopt(record, ["e1"])
    assert machine.on_execution(execution("e1", "0.004")) == []
    assert kinds(machine.on_execution(execution("e2", "0.006"))) == [Filled]
    assert machine.open_ids() == []


def test_closed_orders_are_forgotten_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nautilus_bybit_adapter.state.orders.REMEMBERED_CLOSED_ORDERS", 2)
    monkeypatch.setattr("nautilus_bybit_adapter.state.orders.REMEMBERED_EXECUTIONS", 2)
    machine = OrderLifecycles()
    for number in range(4):
        client_order_id = f"c-{number}"
        machine.on_submitted(client_order_id, Decimal("0.010"), Decimal("100.0"))
        machine.on_execution(
            execution(f"e{number}", "0.010", order_link_id=client_order_id, order_id=f"v-{number}")
        )
    assert machine.record("c-0") is None
    assert machine.record("c-3") is not None
    assert not machine.knows("", "v-0")
