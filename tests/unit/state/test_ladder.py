from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nautilus_bybit_adapter.state.ladder import BookLadder
from nautilus_bybit_adapter.state.rpi import RpiLadder

CHANGES = st.lists(st.tuples(st.integers(1, 12), st.integers(0, 3)), max_size=8)


@given(frames=st.lists(st.tuples(st.booleans(), CHANGES, CHANGES), max_size=15))
def test_it_is_a_plain_book(
    frames: list[tuple[bool, list[tuple[int, int]], list[tuple[int, int]]]],
) -> None:
    ladder = BookLadder()
    sides: tuple[dict[int, int], dict[int, int]] = ({}, {})
    for is_snapshot, *changes in frames:
        texts = [[(f"{price}.50", str(size)) for price, size in side] for side in changes]
        (ladder.replace if is_snapshot else ladder.apply)(*texts)
        for side, named in zip(sides, changes, strict=True):
            if is_snapshot:
                side.clear()
            side.update(named)
        bids, asks = ({price: size for price, size in side.items() if size} for side in sides)
        assert ladder.best_bids(3) == [(f"{p}.50", str(bids[p])) for p in sorted(bids, reverse=True)[:3]]
        assert ladder.best_asks(3) == [(f"{p}.50", str(asks[p])) for p in sorted(asks)[:3]]
        assert ladder.is_crossed == bool(bids and asks and max(bids) >= min(asks))


def test_a_price_is_the_same_however_it_is_written() -> None:
    ladder = BookLadder()
    ladder.replace([("100.10", "1")], [("100.20", "1")])
    ladder.apply([("100.1", "0")], [])
    assert ladder.best_bids(1) == []


@pytest.mark.parametrize("level", [("x", "1"), ("1", "")])
def test_what_is_no_number_is_refused(level: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match="could not convert"):
        BookLadder().apply([level], [])


def test_a_level_of_retail_orders_goes_when_both_sizes_are_zero() -> None:
    ladder = RpiLadder()
    ladder.replace([("2", "1", "0"), ("3", "0", "4")], [("5", "1", "1")])
    assert ladder.bids == [("3", "0", "4"), ("2", "1", "0")]
    ladder.apply([("3", "0", "0"), ("2", "0", "7")], [("4", "1", "0")])
    assert (ladder.bids, ladder.asks) == ([("2", "0", "7")], [("4", "1", "0"), ("5", "1", "1")])
    ladder.replace([], [])
    assert (ladder.bids, ladder.asks) == ([], [])
