"""Curvature of surfaces whose curvature is known, at the stated order; distances of shares at their ends."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from nautilus_bybit_adapter.warden import (
    fisher_rao_distance,
    sublevel_persistence,
    superlevel_persistence,
    surface_curvature,
)

type Grid = NDArray[np.float64]
type Surface = Callable[[Grid, Grid], Grid]


def around(x: float, t: float, step: float, surface: Surface) -> tuple[float, float]:
    """Return the curvature found at a point from a grid of the given step that ends there in time."""
    xs = x + step * np.arange(-1, 2)
    ts = t + step * np.arange(-3, 1)
    gaussian, mean = surface_curvature(surface(*np.meshgrid(xs, ts)), step, step)
    assert gaussian.shape == mean.shape == (1, 1)
    return float(gaussian[0, 0]), float(mean[0, 0])


def sphere(x: Grid, t: Grid) -> Grid:
    return -np.sqrt(9.0 - x**2 - t**2)


def saddle(x: Grid, t: Grid) -> Grid:
    return x**2 - 0.5 * t**2 + 0.25 * x * t


def saddle_curvature(x: float, t: float) -> tuple[float, float]:
    f_x, f_t, f_xx, f_tt, f_xt = 2 * x + 0.25 * t, 0.25 * x - t, 2.0, -1.0, 0.25
    w = 1 + f_x**2 + f_t**2
    mean = (1 + f_t**2) * f_xx - 2 * f_x * f_t * f_xt + (1 + f_x**2) * f_tt
    return (f_xx * f_tt - f_xt**2) / w**2, mean / (2 * w**1.5)


def cubic(x: Grid, t: Grid) -> Grid:
    return np.sin(x) * np.cos(2 * t)


def cubic_curvature(x: float, t: float) -> tuple[float, float]:
    f_x, f_t = math.cos(x) * math.cos(2 * t), -2 * math.sin(x) * math.sin(2 * t)
    f_xx, f_tt = -math.sin(x) * math.cos(2 * t), -4 * math.sin(x) * math.cos(2 * t)
    f_xt = -2 * math.cos(x) * math.sin(2 * t)
    w = 1 + f_x**2 + f_t**2
    mean = (1 + f_t**2) * f_xx - 2 * f_x * f_t * f_xt + (1 + f_x**2) * f_tt
    return (f_xx * f_tt - f_xt**2) / w**2, mean / (2 * w**1.5)


@pytest.mark.parametrize("point", [(0.0, 0.0), (0.7, -1.3), (-2.0, 5.0)])
def test_a_plane_is_flat(point: tuple[float, float]) -> None:
    found = around(*point, 0.01, lambda x, t: 3.0 + 2.0 * x - 0.5 * t)
    assert found == pytest.approx((0.0, 0.0), abs=1e-8)


@pytest.mark.parametrize("point", [(0.0, 0.0), (0.7, -1.3), (-2.0, 1.0)])
def test_a_quadratic_saddle_is_met_exactly(point: tuple[float, float]) -> None:
    assert around(*point, 0.05, saddle) == pytest.approx(saddle_curvature(*point), abs=1e-9)


@pytest.mark.parametrize(
    ("surface", "exact"), [(sphere, lambda _x, _t: (1 / 9, 1 / 3)), (cubic, cubic_curvature)]
)
@pytest.mark.parametrize("point", [(0.4, 0.3), (0.7, -0.9), (-1.1, 0.8)])
def test_the_error_falls_with_the_square_of_the_step(
    surface: Surface, exact: Callable[[float, float], tuple[float, float]], point: tuple[float, float]
) -> None:
    truth = exact(*point)
    coarse, fine = around(*point, 0.02, surface), around(*point, 0.01, surface)
    for at_coarse, at_fine, true in zip(coarse, fine, truth, strict=True):
        assert abs(at_fine - true) < 0.01 * max(1.0, abs(true))
        assert 1.8 < math.log2(abs(at_coarse - true) / abs(at_fine - true)) < 3.2


def test_every_point_of_a_grid_is_the_stencil_there() -> None:
    grid = np.random.default_rng(1).normal(size=(7, 9))
    gaussian, mean = surface_curvature(grid, 0.5, 0.25)
    assert gaussian.shape == mean.shape == (4, 7)
    for row in range(4):
        for column in range(7):
            alone = surface_curvature(
                np.ascontiguousarray(grid[row : row + 4, column : column + 3]), 0.5, 0.25
            )
            assert (gaussian[row, column], mean[row, column]) == (alone[0][0, 0], alone[1][0, 0])


def test_the_curvature_changes_with_the_scale_of_an_axis() -> None:
    grid = sphere(*np.meshgrid(0.1 * np.arange(3), 0.1 * np.arange(4)))
    assert surface_curvature(grid, 0.1, 0.1)[0][0, 0] == pytest.approx(1 / 9, rel=0.01)
    assert surface_curvature(grid, 0.1, 0.2)[0][0, 0] != pytest.approx(1 / 9, rel=0.1)


@pytest.mark.parametrize(
    ("grid", "dx", "dt", "message"),
    [
        (np.zeros((3, 3)), 1.0, 1.0, r"grid has shape \(3, 3\); it must have at least 4 rows and 3 columns"),
        (np.zeros((4, 2)), 1.0, 1.0, r"grid has shape \(4, 2\)"),
        (np.zeros(12), 1.0, 1.0, "grid has 1 dimensions; it must have 2"),
        (np.zeros((4, 3)), 0.0, 1.0, r"dx is 0.0; it must be a finite number above 0"),
        (np.zeros((4, 3)), 1.0, math.nan, "dt is nan; it must be"),
        (np.zeros((4, 3)), 1.0, math.inf, "dt is inf; it must be"),
    ],
)
def test_what_is_no_surface_is_refused(grid: Grid, dx: float, dt: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        surface_curvature(grid, dx, dt)


def test_distances_of_shares_know_their_ends() -> None:
    one, other = np.array([1.0, 3.0, 0.0]), np.array([0.0, 0.0, 5.0])
    assert fisher_rao_distance(one, 7.0 * one) == 0.0
    assert fisher_rao_distance(one, other) == pytest.approx(math.pi, rel=1e-14)
    halves, single = np.array([1.0, 1.0]), np.array([1.0, 0.0])
    assert fisher_rao_distance(halves, single) == pytest.approx(math.pi / 2, rel=1e-14)


def test_a_small_distance_keeps_its_digits() -> None:
    # Near each other the metric is sum(dp^2 / p), whose root the arc's cosine would lose.
    shift = 1e-9
    close = np.array([0.5 + shift, 0.5 - shift])
    assert fisher_rao_distance(np.array([0.5, 0.5]), close) == pytest.approx(2 * shift, rel=1e-6)


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ([1.0, 2.0], [1.0], "second has 1 entries; it must have as many as first, which has 2"),
        ([1.0, -2.0], [1.0, 1.0], r"first\[1\] is -2.0; it must be at least 0"),
        ([1.0, 1.0], [1.0, math.nan], r"second\[1\] is nan; it must be finite"),
        ([0.0, 0.0], [1.0, 1.0], "first adds up to nothing that can be shared"),
        ([], [], "first adds up to nothing"),
    ],
)
def test_what_cannot_be_shared_is_refused(first: list[float], second: list[float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        fisher_rao_distance(np.array(first), np.array(second))


def test_walls_and_holes_of_a_sequence_one_can_read() -> None:
    values = np.array([2.0, 5.0, 1.0, 1.0, 4.0, 3.0, 3.5])
    walls = superlevel_persistence(values)
    assert sorted(map(tuple, walls.tolist())) == [(3.5, 3.0, 6.0), (4.0, 1.0, 4.0), (5.0, 1.0, 1.0)]
    holes = sublevel_persistence(values)
    assert sorted(map(tuple, holes.tolist())) == [(1.0, 5.0, 2.0), (2.0, 5.0, 0.0), (3.0, 4.0, 5.0)]


def test_of_equal_peaks_the_nearer_one_lives_on() -> None:
    walls = superlevel_persistence(np.array([4.0, 1.0, 4.0, 0.0]))
    assert sorted(map(tuple, walls.tolist())) == [(4.0, 0.0, 0.0), (4.0, 1.0, 2.0)]


@pytest.mark.parametrize("values", [[], [3.0], [3.0, 3.0, 3.0]])
def test_without_ups_and_downs_there_are_no_walls(values: list[float]) -> None:
    assert superlevel_persistence(np.array(values)).shape == (0, 3)
    assert sublevel_persistence(np.array(values)).shape == (0, 3)


@pytest.mark.parametrize("function", [superlevel_persistence, sublevel_persistence])
def test_a_sequence_is_of_finite_numbers(function: Callable[[Grid], Grid]) -> None:
    with pytest.raises(ValueError, match=r"values\[1\] is nan; it must be finite"):
        function(np.array([1.0, math.nan]))
    with pytest.raises(ValueError, match="values has 2 dimensions; it must have 1"):
        function(np.zeros((2, 2)))
