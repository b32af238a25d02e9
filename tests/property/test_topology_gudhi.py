"""Walls, holes and gaps of books are what GUDHI finds, in thousands of books."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import gudhi
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from recorded_data import FOLDER, RECORDINGS, apply_levels, book_sides, frames_of, needs_recordings

from nautilus_bybit_adapter.warden import sublevel_persistence, superlevel_persistence
from nautilus_bybit_adapter.warden.rips import rips_persistence

type Values = NDArray[np.float64]


def bars_of_gudhi(values: Values, sign: float) -> Counter[tuple[float, float]]:
    """Return the bars of ``sign * values`` by sublevels; the endless one ends at the greatest value."""
    cells = sign * values
    pairs = gudhi.CubicalComplex(top_dimensional_cells=cells).persistence(min_persistence=0.0)
    ended = [(birth, min(death, float(cells.max()))) for _, (birth, death) in pairs]
    return Counter((sign * birth, sign * death) for birth, death in ended if birth < death)


def bars_of_ours(table: Values) -> Counter[tuple[float, float]]:
    return Counter((float(birth), float(death)) for birth, death, _ in table)


def assert_same_bars(values: Values) -> None:
    assert bars_of_ours(superlevel_persistence(values)) == bars_of_gudhi(values, -1.0)
    assert bars_of_ours(sublevel_persistence(values)) == bars_of_gudhi(values, 1.0)


def random_sizes(chance: np.random.Generator, case: int) -> Values:
    count = int(chance.integers(1, 200))
    kinds: list[Values] = [
        chance.lognormal(0.0, 2.0, count),
        chance.integers(1, 4, count).astype(np.float64),
        chance.choice(np.array([0.001, 0.1, 5.0]), count).astype(np.float64),
        np.repeat(chance.integers(1, 9, count), 3)[:count].astype(np.float64),
        np.sort(chance.exponential(3.0, count)),
    ]
    return kinds[case % len(kinds)]


def test_random_books_have_the_bars_of_gudhi() -> None:
    chance = np.random.default_rng(7)
    with_ties = 0
    for case in range(2_500):
        sizes = random_sizes(chance, case)
        with_ties += len(np.unique(sizes)) < len(sizes)
        assert_same_bars(np.log1p(sizes))
    assert with_ties > 1_000


def recorded_books(name: str, step: int) -> Iterator[tuple[Values, Values]]:
    """Yield prices and sizes of both sides, best first, every `step` frames."""
    book = book_sides()
    frames = [frame for frame in frames_of(FOLDER / name) if "orderbook.200" in frame.message["topic"]]
    for number, frame in enumerate(frames[:4_000]):
        apply_levels(book, frame.message)
        if number % step == 0:
            for side, nearest in zip(book, (True, False), strict=True):
                levels = sorted(side.items(), reverse=nearest)
                table = np.array([(float(price), float(size)) for price, size in levels])
                yield table[:, 0], table[:, 1]


@needs_recordings
@pytest.mark.parametrize("name", RECORDINGS[::2])
def test_recorded_books_have_the_bars_of_gudhi(name: str) -> None:
    books = 0
    for prices, sizes in recorded_books(name, 10):
        assert_same_bars(np.log1p(sizes))
        books += 1
        if books % 40 == 0:
            assert_gaps_are_rips(prices)
    assert books > 650


def assert_gaps_are_rips(prices: Values) -> None:
    bars = rips_persistence(prices)
    assert all(bar.birth == 0.0 for bar in bars)
    deaths = [bar.death for bar in bars if bar.death < np.inf]
    gaps = np.diff(np.sort(prices))
    assert deaths == pytest.approx(sorted(gaps[gaps > 0]), rel=1e-12)
    assert [bar.death for bar in bars if bar.death == np.inf] == [np.inf]


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=40))
def test_rips_of_prices_is_their_sorted_gaps(ticks: list[int]) -> None:
    assert_gaps_are_rips(np.array(ticks, dtype=np.float64) * 0.5)


@given(st.lists(st.sampled_from([0.0, 0.5, 1.0, 2.0, 3.5]), min_size=1, max_size=60))
def test_any_sequence_has_the_bars_of_gudhi(values: list[float]) -> None:
    assert_same_bars(np.array(values))


def test_the_loop_of_a_circle_is_found() -> None:
    angles = np.linspace(0.0, 2 * np.pi, 12, endpoint=False)
    circle = np.column_stack([np.cos(angles), np.sin(angles)])
    loops = [bar for bar in rips_persistence(circle, loops=True) if bar.dimension == 1]
    assert len(loops) == 1
    assert loops[0].death > 1.5
    assert all(bar.dimension == 0 for bar in rips_persistence(circle))


@pytest.mark.parametrize(
    ("points", "message"),
    [
        ([], r"points has shape \(0,\); it must be"),
        (np.zeros((2, 2, 2)), r"points has shape \(2, 2, 2\)"),
        ([1.0, np.nan], "points holds a number that is not finite"),
    ],
)
def test_what_are_no_points_is_refused(points: Values, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        rips_persistence(points)
