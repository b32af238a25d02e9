"""Walks, gaps, walls and shares of one side."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nautilus_bybit_adapter.warden.depth import (
    depth_shares,
    depth_within,
    fisher_rao,
    impact_exponent,
    largest_gap,
    median_gap,
    strongest_wall,
    take,
)

ASKS = [(100.5, 2.0), (101.0, 1.0), (103.0, 4.0), (103.5, 1.0)]
BIDS = [(99.5, 2.0), (99.0, 1.0)]


def test_a_walk_pays_level_by_level() -> None:
    taken = take(ASKS, 1, 5.0, 100.0)
    assert taken is not None
    assert taken.cost_bps == pytest.approx(((2 * 100.5 + 101 + 2 * 103) / 5 - 100) / 100 * 1e4)
    assert taken.fill == 2
    assert taken.room == pytest.approx(2.0)
    sold = take(BIDS, -1, 3.0, 100.0)
    assert sold is not None
    assert sold.cost_bps == pytest.approx((100 - (2 * 99.5 + 99) / 3) / 100 * 1e4)
    assert (sold.fill, sold.room) == (1, 0.0)


def test_the_last_lot_of_a_level_is_no_more_than_the_level() -> None:
    # 0.1 + 0.2 is a hair less than 0.30000000000000004.
    taken = take([(1.0, 0.1), (2.0, 0.2), (3.0, 5.0)], 1, 0.1 + 0.2, 0.5)
    assert taken is not None
    assert taken.fill == 1


def test_without_depth_there_is_no_walk() -> None:
    assert take(ASKS, 1, 8.1, 100.0) is None
    assert take([], 1, 1.0, 100.0) is None


def test_the_impact_exponent_of_known_books() -> None:
    assert impact_exponent([(101.0, 4.0)], 1, 1.0, 100.0) == 0.0
    assert impact_exponent([(101.0, 1.0), (103.0, 1.0)], 1, 1.0, 100.0) == pytest.approx(1.0)
    assert impact_exponent([(101.0, 1.0)], 1, 1.0, 100.0) == 1.0
    assert impact_exponent([(101.0, 1.0)], 1, 2.0, 100.0) == 0.0
    assert impact_exponent([(99.0, 9.0)], 1, 1.0, 100.0) == 0.0


def test_depth_and_gaps() -> None:
    assert depth_within(ASKS, 100.0, 100.0) == 3.0
    assert depth_within(ASKS, 100.0, 10.0) == 0.0
    assert median_gap(ASKS, 50) == pytest.approx(0.5)
    assert median_gap(ASKS, 3) == pytest.approx(1.25)
    assert median_gap(ASKS[:1], 50) == 0.0
    assert largest_gap(ASKS, 0) == 0.0
    assert largest_gap(ASKS, 3) == pytest.approx(2.0)


def bars_by_flooding(values: list[float]) -> list[tuple[int, float]]:
    """Return (birth index, persistence) by lowering a water level and joining islands."""
    order = sorted(range(len(values)), key=lambda i: (-values[i], i))
    rank = {index: place for place, index in enumerate(order)}
    island: dict[int, set[int]] = {}
    bars = []
    for index in order:
        merged = {index}
        births = [index]
        for other in (index - 1, index + 1):
            if other in island:
                births.append(min(island[other], key=rank.__getitem__))
                merged |= island[other]
        births.sort(key=rank.__getitem__)
        bars += [(birth, values[birth] - values[index]) for birth in births[1:]]
        for member in merged:
            island[member] = merged
    return [*bars, (order[0], values[order[0]] - min(values))]


@given(st.lists(st.integers(1, 6), min_size=1, max_size=25), st.integers(0, 30))
def test_walls_are_bars_of_superlevel_persistence(sizes: list[int], fill: int) -> None:
    side = [(100.0 + i, float(size)) for i, size in enumerate(sizes)]
    bars = bars_by_flooding([math.log(1.0 + size / 2.0) for size in sizes])
    expected = max((persistence for birth, persistence in bars if birth < fill), default=0.0)
    assert strongest_wall(side, fill, 2.0) == expected


def test_fisher_rao_is_the_angle_on_a_sphere_of_radius_two() -> None:
    assert fisher_rao([1.0, 0.0], [0.0, 1.0]) == pytest.approx(math.pi)
    assert fisher_rao([0.5, 0.5], [0.5, 0.5]) == 0.0
    assert fisher_rao([0.5, 0.5], [1.0, 0.0]) == pytest.approx(math.pi / 2)


def test_shares_name_missing_levels_by_zero() -> None:
    shares = depth_shares(BIDS, ASKS)
    assert len(shares) == 20
    assert sum(shares) == pytest.approx(1.0)
    assert shares[0] == pytest.approx(2 / 11)
    assert shares[2:10] == [0.0] * 8
