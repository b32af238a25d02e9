from __future__ import annotations

import pytest

from nautilus_bybit_adapter.state.ticker import TickerState
from nautilus_bybit_adapter.wire.market import BybitTicker

WHOLE = BybitTicker(symbol="X", last_price="1", mark_price="2", funding_rate="0.0001")


def test_a_delta_changes_what_it_names_and_nothing_else() -> None:
    state = TickerState()
    first = state.on_frame(WHOLE, is_snapshot=True)
    assert first is not None
    assert (first.before, first.after) == (None, WHOLE)
    second = state.on_frame(BybitTicker(symbol="X", mark_price="3"), is_snapshot=False)
    assert second is not None
    assert second.before == WHOLE
    assert second.after == BybitTicker(symbol="X", last_price="1", mark_price="3", funding_rate="0.0001")
    third = state.on_frame(BybitTicker(symbol="X", last_price="4"), is_snapshot=False)
    assert third is not None
    assert (third.after.last_price, third.after.mark_price, third.after.funding_rate) == ("4", "3", "0.0001")


def test_an_empty_text_is_a_value() -> None:
    state = TickerState()
    state.on_frame(WHOLE, is_snapshot=True)
    change = state.on_frame(BybitTicker(symbol="X", funding_rate=""), is_snapshot=False)
    assert change is not None
    assert change.after.funding_rate == ""


def test_a_snapshot_replaces_everything() -> None:
    state = TickerState()
    state.on_frame(WHOLE, is_snapshot=True)
    change = state.on_frame(BybitTicker(symbol="X", last_price="9"), is_snapshot=True)
    assert change is not None
    assert change.after == BybitTicker(symbol="X", last_price="9")


@pytest.mark.parametrize("is_lost", [False, True])
def test_a_delta_that_nothing_precedes_is_dropped(is_lost: bool) -> None:
    state = TickerState()
    if is_lost:
        state.on_frame(WHOLE, is_snapshot=True)
        state.on_lost()
    assert state.on_frame(BybitTicker(symbol="X", last_price="1"), is_snapshot=False) is None
    assert state.ticker is None


def test_a_snapshot_that_does_not_come_is_overdue_after_five_seconds() -> None:
    state = TickerState()
    second = 1_000_000_000
    assert [state.is_overdue(at * second) for at in (0, 4, 5, 6, 10, 11)] == [
        False,
        False,
        True,
        False,
        False,
        True,
    ]
    state.is_overdue(12 * second)
    state.on_lost()
    assert not state.is_overdue(18 * second)
