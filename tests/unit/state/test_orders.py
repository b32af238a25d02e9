from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from nautilus_bybit_adapter.state import trade_ids
from nautilus_bybit_adapter.state.order_events import (
    Accepted,
    Canceled,
    Filled,
    ForeignFill,
    ForeignOrder,
    NotAFill,
    OrderEvent,
    OrderRecord,
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
    assert machine.open_ids() == {"c-1": ""}
    assert kinds(machine.on_absent("c-1", "never received", T0)) == [Rejected]
    assert machine.open_ids() == {}
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
    assert machine.open_ids() == {}


def test_closed_orders_are_forgotten_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nautilus_bybit_adapter.state.order_records.REMEMBERED_CLOSED_ORDERS", 2)
    monkeypatch.setattr("nautilus_bybit_adapter.state.trade_ids.REMEMBERED_FILLS", 2)
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


def sized(changes: dict[str, Any] | None = None) -> OrderLifecycles:
    machine = OrderLifecycles()
    machine.on_submitted("c-1", Decimal(100), quote_quantity=True, **(changes or {}))
    return machine


@pytest.mark.parametrize("status", ["Filled", "PartiallyFilledCanceled", "Cancelled"])
def test_fills_of_a_quote_amount_wait_for_the_quantity_it_bought(status: str) -> None:
    machine = sized()
    first, second = execution("x-1", "0.001"), execution("x-2", "0.0006")
    assert [type(event) for event in machine.on_execution(first)] == [Accepted]
    assert machine.on_execution(second) == []
    assert machine.on_order(
        order(status, qty="100", price="0", cum_exec_qty="0.0016", order_type="Market")
    ) == [
        Sized("c-1", "v-1", Decimal("0.0016"), T0 + 5),
        Filled("c-1", first, "x-1"),
        Filled("c-1", second, "x-2"),
    ]
    record = machine.record("c-1")
    assert record is not None
    assert record.phase is Phase.CLOSED


def test_the_end_of_a_quote_amount_waits_for_its_last_fill() -> None:
    machine = sized()
    only = execution("x-1", "0.0016")
    row = order("Filled", qty="100", price="0", cum_exec_qty="0.0016", order_type="Market")
    assert [type(event) for event in machine.on_order(row)] == [Accepted, Query]
    assert [type(event) for event in machine.on_execution(only)] == [Sized, Filled]


def test_a_quote_amount_that_bought_nothing_is_canceled() -> None:
    row = order("Cancelled", qty="100", price="0", cum_exec_qty="0", order_type="Market")
    assert [type(event) for event in sized().on_order(row)] == [Accepted, Canceled]


def triggering() -> OrderLifecycles:
    machine = OrderLifecycles()
    machine.on_submitted("c-1", Decimal("0.010"), Decimal(60_000), Decimal(59_000))
    return machine


UNTRIGGERED = {"price": "60000", "trigger_price": "59000"}


@pytest.mark.parametrize("status", ["Triggered", "New", "PartiallyFilled"])
def test_a_trigger_is_told_once(status: str) -> None:
    machine = triggering()
    assert [type(event) for event in machine.on_order(order("Untriggered", **UNTRIGGERED))] == [Accepted]
    assert [type(event) for event in machine.on_order(order(status, **UNTRIGGERED))] == [Triggered]
    assert machine.on_order(order("New", **UNTRIGGERED)) == []


def test_a_fill_of_a_limit_behind_a_trigger_tells_of_the_trigger_first() -> None:
    machine = triggering()
    events = machine.on_execution(execution("x-1", "0.010"))
    assert [type(event) for event in events] == [Accepted, Triggered, Filled]


def test_a_conditional_order_that_never_triggered_is_only_canceled() -> None:
    machine = triggering()
    machine.on_order(order("Untriggered", **UNTRIGGERED))
    assert [type(event) for event in machine.on_order(order("Deactivated", **UNTRIGGERED))] == [Canceled]


def test_a_market_order_behind_a_trigger_has_no_trigger_event() -> None:
    machine = OrderLifecycles()
    machine.on_submitted("c-1", Decimal("0.010"), None, Decimal(59_000))
    row = {"order_type": "Market", "price": "0", "trigger_price": "59000"}
    assert [type(event) for event in machine.on_order(order("Untriggered", **row))] == [Accepted]
    assert machine.on_order(order("Triggered", **row)) == []


def test_an_amended_trigger_is_an_update_and_a_lost_one_is_none() -> None:
    machine = triggering()
    machine.on_order(order("Untriggered", **UNTRIGGERED))
    later = {"updated_time": str(T0 + 8)}
    events = machine.on_order(order("Untriggered", **UNTRIGGERED | {"trigger_price": "58000"} | later))
    assert events == [Updated("c-1", "v-1", Decimal("0.010"), Decimal(60_000), Decimal(58_000), T0 + 8)]
    later = {"updated_time": str(T0 + 9)}
    assert [type(e) for e in machine.on_order(order("New", price="60000", trigger_price="", **later))] == [
        Triggered
    ]


@pytest.mark.parametrize(
    ("prepare", "reason"),
    [
        (lambda _machine: None, "no push has told of it"),
        (lambda machine: machine.on_acknowledged("c-1", "v-1"), "no push has told of it"),
        (
            lambda machine: machine.on_order(order("Filled", cum_exec_qty="0.010")),
            "fills it reported have not arrived",
        ),
    ],
)
def test_what_is_missing_for_too_long_is_asked_for_again_and_again(
    prepare: Callable[[OrderLifecycles], object], reason: str
) -> None:
    machine = OrderLifecycles()
    machine.on_submitted("c-1", Decimal("0.010"), Decimal(60_000))
    prepare(machine)
    assert machine.overdue(T0) == []
    assert machine.overdue(T0 + LONGEST_WAIT_MS - 1) == []
    assert machine.overdue(T0 + LONGEST_WAIT_MS) == [Query("c-1", reason)]
    assert machine.overdue(T0 + LONGEST_WAIT_MS + 1) == []
    assert machine.overdue(T0 + 2 * LONGEST_WAIT_MS) == [Query("c-1", reason)]


def test_a_resting_order_lacks_nothing() -> None:
    machine = OrderLifecycles()
    machine.on_submitted("c-1", Decimal("0.010"), Decimal(60_000))
    machine.overdue(T0)
    machine.on_order(order("New", price="60000"))
    assert machine.overdue(T0 + 10 * LONGEST_WAIT_MS) == []


def test_held_fills_are_asked_for_when_the_end_does_not_come() -> None:
    machine = sized()
    machine.on_execution(execution("x-1", "0.001"))
    machine.overdue(T0)
    assert machine.overdue(T0 + LONGEST_WAIT_MS) == [Query("c-1", "its end has not been told")]


LIMIT = {"order_type": "Limit"}
LATER = {"updated_time": str(T0 + 9)}


@pytest.mark.parametrize(
    ("frames", "expected", "phase"),
    [
        # The execution names the quantity of an amendment whose push was lost.
        ([execution("e1", "0.010", order_qty="0.014", **LIMIT), execution("e2", "0.004", order_qty="0.014", **LIMIT)],
         [Accepted, Updated, Filled, Filled], Phase.CLOSED),
        # Where it names none, what is beyond the quantity waits for the order's row.
        ([execution("e1", "0.004"), execution("e2", "0.010"), order("Filled", qty="0.014", cum_exec_qty="0.014")],
         [Accepted, Filled, Query, Updated, Filled], Phase.CLOSED),
        ([execution("e1", "0.004"), execution("e2", "0.008"), order("PartiallyFilled", qty="0.014", **LATER)],
         [Accepted, Filled, Query, Updated, Filled], Phase.ACCEPTED),
        ([execution("e1", "0.012"), order("Cancelled", qty="0.014", cum_exec_qty="0.012")],
         [Accepted, Query, Updated, Filled, Canceled], Phase.CLOSED),
        # An older quantity, of a fill that comes late, is none.
        ([order("New", updated_time=str(T0 + 9)), execution("e1", "0.010", order_qty="0.014", **LIMIT)],
         [Accepted, Filled], Phase.CLOSED),
        # Amended to less: the framework would wait for more.
        ([order("New"), execution("e1", "0.004"), order("Filled", qty="0.006", cum_exec_qty="0.006"),
          execution("e2", "0.002")], [Accepted, Filled, Updated, Query, Filled], Phase.CLOSED),
        ([order("New"), execution("e1", "0.006"), order("Filled", qty="0.006", cum_exec_qty="0.006")],
         [Accepted, Filled, Updated, Canceled], Phase.CLOSED),
    ],
)  # fmt: skip
def test_a_fill_is_measured_against_the_quantity_the_order_has(
    frames: list[BybitOrder | BybitExecution], expected: list[type], phase: Phase
) -> None:
    machine = submitted()
    assert run(machine, frames) == expected
    record = machine.record("c-1")
    assert record is not None
    assert record.phase is phase


def given_up() -> OrderLifecycles:
    machine = submitted()
    assert kinds(machine.on_absent("c-1", "no such order", T0 + 20)) == [Rejected]
    return machine


def refused() -> OrderLifecycles:
    machine = submitted()
    assert kinds(machine.on_refused("c-1", "certain", T0 + 20)) == [Rejected]
    return machine


def given_up_by_the_engine() -> OrderLifecycles:
    machine = submitted()
    machine.on_given_up("c-1")
    return machine


@pytest.mark.parametrize("make", [given_up, refused, given_up_by_the_engine])
def test_what_an_order_that_was_given_up_does_is_not_lost(make: Callable[[], OrderLifecycles]) -> None:
    frames: list[BybitOrder | BybitExecution] = [
        order("New"),
        execution("e1", "0.010"),
        execution("e1", "0.010"),
        order("Filled", **FULL),
    ]
    assert run(make(), frames) == [ForeignOrder, ForeignFill, ForeignOrder]


def test_the_end_of_an_order_that_never_worked_is_no_news() -> None:
    assert run(given_up(), [order("Rejected"), order("Cancelled")]) == []


def test_what_an_older_order_did_under_the_same_name_is_its_own() -> None:
    machine = submitted()
    old = str(T0 - 3_600_000)
    assert kinds(machine.on_order(order("Filled", created_time=old, order_id="v-0", **FULL))) == [Rejected]
    rows: list[BybitOrder | BybitExecution] = [
        order("Filled", created_time=old, order_id="v-0", **FULL),
        execution("e0", "0.010", exec_time=old, order_id="v-0"),
    ]
    assert run(machine, rows) == []


def test_a_fill_that_could_not_be_booked_counts_when_it_comes_again() -> None:
    machine = submitted()
    *_, fill = machine.on_execution(execution("e1", "0.010"))
    assert isinstance(fill, Filled)
    machine.on_unbookable(fill)
    assert kinds(machine.on_execution(execution("e1", "0.010"))) == [Filled]
    assert machine.on_execution(execution("e1", "0.010")) == []


def test_an_execution_that_cannot_be_read_does_not_count_as_seen() -> None:
    machine = submitted()
    with pytest.raises(ArithmeticError):
        machine.on_execution(execution("e1", ""))
    assert kinds(machine.on_execution(execution("e1", "0.010"))) == [Accepted, Filled]


def test_each_side_of_a_trade_with_oneself_has_an_id_of_its_own() -> None:
    machine = submitted()
    machine.on_submitted("c-2", Decimal("0.010"), Decimal("100.0"), submitted_ms=T0)
    sides = [
        execution("e1", "0.010"),
        execution("e1", "0.010", order_id="v-2", order_link_id="c-2", side="Sell"),
    ]
    fills = [event for side in sides for event in machine.on_execution(side) if isinstance(event, Filled)]
    assert [fill.client_order_id for fill in fills] == ["c-1", "c-2"]
    assert fills[0].trade_id == "e1"
    assert fills[1].trade_id != "e1"
    assert [machine.on_execution(side) for side in sides] == [[], []]
    # The next run books neither of them again.
    later = OrderLifecycles()
    for fill in fills:
        record = machine.record(fill.client_order_id)
        assert record is not None
        later.adopt(record, [fill.trade_id])
    assert [later.on_execution(side) for side in sides] == [[], []]


def test_an_old_fill_of_an_open_order_counts_once_however_many_came_since(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(trade_ids, "REMEMBERED_FILLS", 2)
    machine = OrderLifecycles()
    machine.on_submitted("c-1", Decimal("0.010"), Decimal(100), submitted_ms=T0)
    early = execution("e-1", "0.004")
    assert [type(event) for event in machine.on_execution(early)] == [Accepted, Filled]
    for number in range(20):
        machine.on_execution(execution(f"x-{number}", "1", order_id="v-9", order_link_id=""))
    assert machine.on_execution(early) == []
