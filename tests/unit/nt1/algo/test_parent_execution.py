from __future__ import annotations

from decimal import Decimal

import pytest
from smart_limit_fills import fill_of

from nautilus_bybit_adapter.nt1.algo.execution import (
    ChildKind,
    ChildStatus,
    OverAllocationError,
    ParentExecution,
)

D = Decimal


def working(total: str = "1.000", quantity: str = "1.000") -> ParentExecution:
    execution = ParentExecution(D(total))
    execution.add_child("E1", ChildKind.PEG, D(quantity), D(100), 0)
    execution.on_accepted("E1")
    return execution


def test_what_a_child_works_is_not_left_to_allocate() -> None:
    execution = working(quantity="0.400")
    assert execution.working == D("0.400")
    assert execution.unallocated == D("0.600")


def test_a_canceled_child_gives_back_what_it_left() -> None:
    execution = working()
    execution.on_fill(fill_of("E1", "t1", D("0.300"), D(100)))
    assert execution.unallocated == 0
    execution.on_closed("E1")
    assert execution.unallocated == D("0.700")


def test_the_same_trade_counts_once() -> None:
    execution = working()
    assert execution.on_fill(fill_of("E1", "t1", D("0.300"), D(100), D("0.006")))
    assert not execution.on_fill(fill_of("E1", "t1", D("0.300"), D(100), D("0.006")))
    assert execution.filled == D("0.300")
    assert execution.commissions == {"USDT": D("0.006")}


def test_the_same_trade_id_on_another_child_is_another_trade() -> None:
    execution = working()
    execution.on_fill(fill_of("E1", "t1", D("0.300"), D(100)))
    execution.on_closed("E1")
    execution.add_child("E2", ChildKind.CROSS, D("0.700"), D(101), 0)
    assert execution.on_fill(fill_of("E2", "t1", D("0.700"), D(101)))
    assert execution.unfilled == 0
    assert execution.average_price == D("100.7")


def test_a_child_that_is_full_is_closed() -> None:
    execution = working()
    execution.on_fill(fill_of("E1", "t1", D("1.000"), D(100)))
    assert execution.open_child is None
    assert execution.children["E1"].status is ChildStatus.CLOSED


def test_a_fill_before_the_acknowledgement_counts() -> None:
    execution = ParentExecution(D(1))
    execution.add_child("E1", ChildKind.PEG, D(1), D(100), 0)
    execution.on_fill(fill_of("E1", "t1", D("0.5"), D(100)))
    execution.on_accepted("E1")
    assert execution.children["E1"].status is ChildStatus.WORKING
    assert execution.working == D("0.5")


def test_a_late_fill_of_a_closed_child_shows_as_excess_over_what_is_worked_by_the_next() -> None:
    execution = working()
    execution.on_closed("E1")
    execution.add_child("E2", ChildKind.PEG, D(1), D(100), 0)
    execution.on_fill(fill_of("E1", "t1", D("0.2"), D(100)))
    assert execution.filled == D("0.2")
    assert execution.excess == D("0.2")
    assert execution.unallocated == 0


@pytest.mark.parametrize("quantity", ["0", "-0.1", "0.601"])
def test_no_child_gets_more_than_is_left(quantity: str) -> None:
    execution = working()
    execution.on_fill(fill_of("E1", "t1", D("0.400"), D(100)))
    execution.on_closed("E1")
    with pytest.raises(OverAllocationError, match=r"it must be above 0 and at most 0\.600"):
        execution.add_child("E2", ChildKind.CROSS, D(quantity), D(101), 0)


def test_no_child_is_sent_while_another_is_open() -> None:
    execution = working(quantity="0.400")
    with pytest.raises(OverAllocationError, match="E2 cannot be sent while E1 is open"):
        execution.add_child("E2", ChildKind.PEG, D("0.1"), D(100), 0)


def test_only_amendments_asked_for_are_counted() -> None:
    execution = working()
    execution.on_amended("E1", D(99), D(1))
    assert execution.amends == 0
    execution.children["E1"].amend_pending = True
    execution.on_amended("E1", D(98), D(1))
    assert execution.amends == 1
    assert execution.children["E1"].price == D(98)
