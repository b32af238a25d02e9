"""Edge cases of order lifecycles that need no venue, by their numbers in the list of requirements."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from nautilus_bybit_adapter.state.order_events import (
    Accepted,
    Canceled,
    Filled,
    OrderEvent,
    Query,
    Rejected,
    Triggered,
    Updated,
)
from nautilus_bybit_adapter.state.orders import LONGEST_WAIT_MS, OrderLifecycles
from nautilus_bybit_adapter.wire.orders import BybitExecution, BybitOrder

T0 = 1_791_270_738_610


def row(status: str, **changes: Any) -> BybitOrder:
    fields: dict[str, Any] = {
        "symbol": "BTCUSDT", "order_id": "v-1", "order_link_id": "c-1", "order_status": status, "side": "Buy",
        "order_type": "Limit", "qty": "10", "price": "100", "cum_exec_qty": "0", "created_time": str(T0),
        "updated_time": str(T0 + 5), "reject_reason": "EC_NoError",
    }  # fmt: skip
    return BybitOrder(**fields | changes)


def fill(exec_id: str, quantity: int) -> BybitExecution:
    return BybitExecution(
        symbol="BTCUSDT", order_id="v-1", order_link_id="c-1", exec_id=exec_id, exec_type="Trade", side="Buy",
        exec_price="100", exec_qty=str(quantity), exec_time=str(T0 + 6),
    )  # fmt: skip


def submitted(price: int | None = 100, trigger: int | None = None) -> OrderLifecycles:
    machine = OrderLifecycles()
    machine.on_submitted(
        "c-1",
        Decimal(10),
        None if price is None else Decimal(price),
        None if trigger is None else Decimal(trigger),
        submitted_ms=T0,
    )
    return machine


def kinds(*parts: list[OrderEvent]) -> list[type]:
    return [type(event) for part in parts for event in part]


def test_edge_1_an_amend_that_changes_nothing_updates_nothing() -> None:
    machine = submitted()
    machine.on_order(row("New"))
    assert machine.on_order(row("New", updated_time=str(T0 + 9))) == []


def test_edge_2_an_amend_of_a_partly_filled_order_updates_it() -> None:
    machine = submitted()
    machine.on_order(row("New"))
    machine.on_execution(fill("e1", 4))
    (updated,) = machine.on_order(
        row("PartiallyFilled", cum_exec_qty="4", price="101", updated_time=str(T0 + 9))
    )
    assert updated == Updated("c-1", "v-1", Decimal(10), Decimal(101), None, T0 + 9)


def test_edge_3_an_order_at_the_venues_price_is_accepted_before_it_is_updated() -> None:
    assert kinds(submitted().on_order(row("New", price="100.5"))) == [Accepted, Updated]


def test_edge_4_rejected_after_fills_is_canceled() -> None:
    machine = submitted()
    told = kinds(machine.on_execution(fill("e1", 4)), machine.on_order(row("Rejected", cum_exec_qty="4")))
    assert told == [Accepted, Filled, Canceled]


def test_edge_5_partially_filled_canceled_keeps_its_fills() -> None:
    machine = submitted()
    # The end arrives before the fill it speaks of.
    told = kinds(
        machine.on_order(row("PartiallyFilledCanceled", cum_exec_qty="4")),
        machine.on_execution(fill("e1", 4)),
    )
    assert told == [Accepted, Query, Filled, Canceled]


def test_edge_6_a_post_only_order_that_would_take_is_rejected_as_such() -> None:
    (rejected,) = submitted().on_order(row("Cancelled", reject_reason="EC_PostOnlyWillTakeLiquidity"))
    assert rejected == Rejected("c-1", "EC_PostOnlyWillTakeLiquidity", due_post_only=True, ts_ms=T0 + 5)


def test_edge_7_a_market_order_behind_a_trigger_is_never_triggered() -> None:
    machine = submitted(price=None, trigger=110)
    told = kinds(
        machine.on_order(row("Untriggered", order_type="Market", trigger_price="110")),
        machine.on_order(row("Triggered", order_type="Market", trigger_price="110")),
        machine.on_execution(fill("e1", 10)),
    )
    assert told == [Accepted, Filled]
    assert Triggered in kinds(submitted(trigger=110).on_order(row("New", trigger_price="110")))


def test_edge_8_a_trigger_price_in_the_row_of_a_plain_limit_order_is_ignored() -> None:
    assert kinds(submitted().on_order(row("New", trigger_price="90"))) == [Accepted]


def test_edge_22_an_execution_counts_once_whatever_brings_it() -> None:
    machine = submitted()
    machine.on_order(row("New"))
    assert kinds(machine.on_execution(fill("e1", 4)), machine.on_execution(fill("e1", 4))) == [Filled]


def test_both_sides_of_a_trade_with_oneself_count() -> None:
    machine = submitted()
    machine.on_submitted("c-2", Decimal(10), Decimal(100), submitted_ms=T0)
    other = msgspec.structs.replace(fill("e1", 4), order_id="v-2", order_link_id="c-2")
    assert kinds(machine.on_execution(fill("e1", 4)), machine.on_execution(other)) == [
        Accepted, Filled, Accepted, Filled
    ]  # fmt: skip


def test_edge_23_a_fill_before_the_acknowledgement_is_applied() -> None:
    machine = submitted()
    assert kinds(machine.on_execution(fill("e1", 4))) == [Accepted, Filled]
    machine.on_acknowledged("c-1", "v-1")
    assert kinds(machine.on_order(row("PartiallyFilled", cum_exec_qty="4"))) == []


def test_a_resting_order_whose_reported_fill_does_not_come_is_asked_for() -> None:
    machine = submitted()
    machine.on_order(row("PartiallyFilled", cum_exec_qty="4"))
    assert machine.overdue(T0) == []
    assert kinds(machine.overdue(T0 + LONGEST_WAIT_MS)) == [Query]
    assert kinds(machine.on_execution(fill("e1", 4))) == [Filled]
    assert machine.overdue(T0 + 3 * LONGEST_WAIT_MS) == []
