"""Whatever is lost, repeated or reordered: once the venue has been asked, each fill counted once, in a legal order."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from nautilus_bybit_adapter.state.order_events import (
    Accepted,
    Canceled,
    Filled,
    OrderEvent,
    Phase,
    Query,
    Rejected,
)
from nautilus_bybit_adapter.state.orders import OrderLifecycles
from nautilus_bybit_adapter.wire.orders import BybitExecution, BybitOrder

T0 = 1_791_270_738_610
QUANTITY = 10


def history(fill_sizes: list[int], final: str) -> tuple[list[BybitOrder], list[BybitExecution]]:
    """Return the frames a venue makes for an order of QUANTITY that fills so and then ends so."""
    orders: list[BybitOrder] = []
    executions: list[BybitExecution] = []

    def push(status: str, cumulative: int, reason: str = "EC_NoError") -> None:
        orders.append(
            BybitOrder(
                symbol="BTCUSDT", order_id="v-1", order_link_id="c-1", order_status=status, side="Buy",
                order_type="Limit", qty=str(QUANTITY), price="100", cum_exec_qty=str(cumulative),
                created_time=str(T0), updated_time=str(T0 + len(orders)), reject_reason=reason,
            )
        )  # fmt: skip

    if final == "post-only":
        push("Cancelled", 0, "EC_PostOnlyWillTakeLiquidity")
        return orders, executions
    push("New", 0)
    cumulative = 0
    for number, size in enumerate(fill_sizes):
        cumulative += size
        executions.append(
            BybitExecution(
                symbol="BTCUSDT", order_id="v-1", order_link_id="c-1", exec_id=f"e{number}", exec_type="Trade",
                side="Buy", exec_price="100", exec_qty=str(size), exec_time=str(T0 + len(orders)),
            )
        )  # fmt: skip
        push("Filled" if cumulative == QUANTITY else "PartiallyFilled", cumulative)
    if cumulative < QUANTITY and final == "canceled":
        push("Cancelled", cumulative, "EC_PerCancelRequest")
    return orders, executions


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[BybitOrder], list[BybitExecution]]:
    sizes: list[int] = []
    while sum(sizes) < QUANTITY and draw(st.booleans()):
        sizes.append(draw(st.integers(1, QUANTITY - sum(sizes))))
    return history(sizes, draw(st.sampled_from(["open", "canceled", "post-only"])))


@given(data=st.data(), truth=histories())
def test_every_interleaving_ends_in_the_truth(
    data: st.DataObject, truth: tuple[list[BybitOrder], list[BybitExecution]]
) -> None:
    orders, executions = truth
    machine = OrderLifecycles()
    machine.on_submitted("c-1", Decimal(QUANTITY), Decimal(100), submitted_ms=T0)
    frames: list[BybitOrder | BybitExecution] = [*orders, *executions]
    # Any selection of the frames arrives, some more than once, in any order.
    arriving = data.draw(st.lists(st.sampled_from(frames), max_size=2 * len(frames)))
    events: list[OrderEvent] = []
    for frame in arriving:
        events += machine.on_order(frame) if isinstance(frame, BybitOrder) else machine.on_execution(frame)
    # Then the venue is asked: its executions, and its newest row of the order.
    for row in executions:
        events += machine.on_execution(row)
    events += machine.on_order(orders[-1])

    told = [event for event in events if not isinstance(event, Query)]
    fills = [event.execution.exec_id for event in told if isinstance(event, Filled)]
    assert sorted(fills) == sorted(row.exec_id for row in executions)
    accepted = [index for index, event in enumerate(told) if isinstance(event, Accepted)]
    ended = [index for index, event in enumerate(told) if isinstance(event, Canceled | Rejected)]
    assert len(accepted) <= 1
    assert len(ended) <= 1
    if fills:
        assert accepted == [0]
    record = machine.record("c-1")
    assert record is not None
    status = orders[-1].order_status
    if status == "Filled":
        assert (record.phase, ended) == (Phase.CLOSED, [])
    elif status == "Cancelled":
        assert record.phase is Phase.CLOSED
        assert ended == [len(told) - 1], "the end comes after every fill"
    else:
        assert (record.phase, ended) == (Phase.ACCEPTED, [])
