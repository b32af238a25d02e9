from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nautilus_bybit_adapter.state.positions import LONGEST_DIFFERENCE_MS, AdlRanks, PositionSizes
from nautilus_bybit_adapter.wire.orders import BybitExecution
from nautilus_bybit_adapter.wire.positions import BybitPosition

KEY = ("linear", "BTCUSDT", 0)


def position(size: str, seq: int, **changes: Any) -> BybitPosition:
    side = "" if size == "0" else ("Sell" if size.startswith("-") else "Buy")
    fields: dict[str, Any] = {"symbol": "BTCUSDT", "category": "linear", "side": side}
    return BybitPosition(size=size.removeprefix("-"), seq=seq, **fields | changes)


def fill(quantity: str, seq: int, side: str = "Buy") -> BybitExecution:
    return BybitExecution(
        symbol="BTCUSDT", category="linear", order_id="v", order_link_id="", exec_id=f"e-{seq}", exec_type="Trade",
        side=side, exec_price="1", exec_qty=quantity, exec_time="1", seq=seq,
    )  # fmt: skip


def is_short(sizes: PositionSizes, at_ms: int = 0) -> bool:
    """Look twice, so far apart that a difference is named."""
    return bool(sizes.overdue(at_ms + 1) or sizes.overdue(at_ms + 1 + LONGEST_DIFFERENCE_MS))


def test_a_position_its_fills_add_up_to_is_whole() -> None:
    sizes = PositionSizes()
    sizes.on_position(position("0.5", 10))
    sizes.on_fill(fill("0.5", 10), 0)  # in the first word already
    sizes.on_fill(fill("0.25", 11), 0)
    sizes.on_fill(fill("1", 12, "Sell"), 0)
    sizes.on_position(position("-0.25", 12))
    assert not is_short(sizes)


def test_a_fill_that_was_missed_is_noticed_once() -> None:
    sizes = PositionSizes()
    sizes.on_position(position("0", 10))
    sizes.on_position(position("0.5", 11))
    assert sizes.overdue(1_000) == []
    assert sizes.overdue(999 + LONGEST_DIFFERENCE_MS) == []
    assert sizes.overdue(1_000 + LONGEST_DIFFERENCE_MS) == [KEY]
    assert not is_short(sizes, 10_000)
    # The missed fill that is fetched then is in what the venue said.
    sizes.on_fill(fill("0.5", 11), 0)
    assert not is_short(sizes, 20_000)


def test_a_fill_that_comes_after_the_position_makes_it_whole() -> None:
    sizes = PositionSizes()
    sizes.on_position(position("0", 10))
    sizes.on_position(position("0.5", 11))
    assert sizes.overdue(1_000) == []
    sizes.on_fill(fill("0.5", 11), 0)
    assert sizes.overdue(1_000 + LONGEST_DIFFERENCE_MS) == []


def test_a_position_older_than_the_newest_fill_says_nothing() -> None:
    sizes = PositionSizes()
    sizes.on_position(position("0", 10))
    sizes.on_fill(fill("0.5", 12), 0)
    assert not is_short(sizes)
    sizes.on_position(position("0.25", 11))
    assert not is_short(sizes)


def test_a_push_overtaken_by_a_newer_one_is_passed_over() -> None:
    sizes = PositionSizes()
    sizes.on_position(position("0", 10))
    sizes.on_fill(fill("0.5", 12), 0)
    sizes.on_position(position("0.5", 12))
    sizes.on_position(position("0", 11))
    assert not is_short(sizes)


def test_once_all_positions_are_told_a_new_one_starts_at_nothing() -> None:
    sizes = PositionSizes()
    sizes.on_whole()
    sizes.on_position(position("0.5", 11))
    assert is_short(sizes)
    whole = PositionSizes()
    whole.on_whole()
    whole.on_fill(fill("0.5", 11), 0)
    assert not is_short(whole)
    whole.on_position(position("0.5", 11))
    assert not is_short(whole)


def test_the_legs_of_a_hedged_symbol_are_apart() -> None:
    sizes = PositionSizes()
    sizes.on_position(position("0", 10, position_idx=1))
    sizes.on_position(position("0", 10, position_idx=2))
    sizes.on_fill(fill("1", 11), 1)
    sizes.on_fill(fill("2", 12, "Sell"), 2)
    sizes.on_position(position("1", 12, position_idx=1))
    sizes.on_position(position("-2", 12, position_idx=2))
    assert not is_short(sizes)


@given(st.data())
def test_in_any_order_of_pushes_a_whole_account_is_never_asked_for(data: st.DataObject) -> None:
    total = 0
    frames: list[BybitExecution | BybitPosition] = []
    for seq in range(1, data.draw(st.integers(1, 6)) + 1):
        change = data.draw(st.integers(-3, 3).filter(bool))
        total += change
        frames += [fill(str(abs(change)), seq, "Buy" if change > 0 else "Sell"), position(str(total), seq)]
    sizes = PositionSizes()
    sizes.on_position(position("0", 0))
    for frame in data.draw(st.permutations(frames)):
        if isinstance(frame, BybitPosition):
            sizes.on_position(frame)
        else:
            sizes.on_fill(frame, 0)
    assert not is_short(sizes)


@given(st.lists(st.integers(-3, 3).filter(bool), min_size=1, max_size=6), st.data())
def test_whichever_fill_is_missed_it_is_noticed(changes: list[int], data: st.DataObject) -> None:
    missed = data.draw(st.integers(0, len(changes) - 1))
    sizes = PositionSizes()
    sizes.on_position(position("0", 0))
    for seq, change in enumerate(changes, 1):
        if seq - 1 != missed:
            sizes.on_fill(fill(str(abs(change)), seq, "Buy" if change > 0 else "Sell"), 0)
        sizes.on_position(position(str(sum(changes[:seq])), seq))
    assert is_short(sizes)


@pytest.mark.parametrize(
    ("ranks", "told"),
    [
        ([1, 2, 3, 2], []),
        ([4, 4, 4], [4]),
        ([2, 4, 5, 5, 3, 3, 0, 4], [4, 5, 3, 4]),
    ],
)
def test_a_dangerous_rank_is_told_once_per_change(ranks: list[int], told: list[int]) -> None:
    machine = AdlRanks()
    answers = [machine.on_position(position("1", 1, adl_rank_indicator=rank)) for rank in ranks]
    assert [answer for answer in answers if answer is not None] == told
