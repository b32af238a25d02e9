"""Walls are the peaks of depth, by how far they stand out."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nautilus_bybit_adapter.warden.costs.walls import prominences


@pytest.mark.parametrize("sizes", [[], [0.0], [3.0], [2.0, 2.0, 2.0]])
def test_a_flat_book_has_no_walls(sizes: list[float]) -> None:
    assert prominences(sizes) == []


def test_the_highest_stands_out_of_all_and_others_of_the_dip_between() -> None:
    h = [math.log1p(size) for size in (5, 1, 9, 2, 4)]
    assert prominences([5, 1, 9, 2, 4]) == [(2, h[2] - h[1]), (0, h[0] - h[1]), (4, h[4] - h[3])]


@given(st.lists(st.integers(0, 50), min_size=1, max_size=40))
def test_there_is_one_wall_for_each_local_peak(sizes: list[int]) -> None:
    runs = [sizes[0]]
    for before, size in pairwise(sizes):
        if size != before:
            runs.append(size)
    ends = [-1, *runs, -1]
    peaks = sum(ends[i - 1] < ends[i] > ends[i + 1] for i in range(1, len(ends) - 1))
    found = prominences([float(size) for size in sizes])
    assert len(found) == (peaks if len(set(sizes)) > 1 else 0)
    assert all(strength > 0 for _, strength in found)
