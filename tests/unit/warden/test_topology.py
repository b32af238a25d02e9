"""What the scores of a side say at books one can read, and that every odd book has a defined answer."""

from __future__ import annotations

import math

import numpy as np
import pytest

from nautilus_bybit_adapter.warden import (
    FastWarden,
    Side,
    sublevel_persistence,
    superlevel_persistence,
    surface_curvature,
)
from nautilus_bybit_adapter.warden.features import FEATURES

ID = "BTCUSDT-LINEAR.BYBIT"
SECOND = 1_000_000_000
START = 1_700_000_000 * SECOND

type Rows = list[tuple[int, int]]


def ladder(best: int, sign: int, sizes: list[int]) -> Rows:
    return [(best + sign * i, size) for i, size in enumerate(sizes)]


def book_of(bids: Rows, asks: Rows, at_ns: int = START) -> FastWarden:
    warden = FastWarden()
    snapshot(warden, bids, asks, at_ns)
    return warden


def snapshot(warden: FastWarden, bids: Rows, asks: Rows, at_ns: int) -> None:
    sides = [np.array(rows, dtype=np.int64).reshape(-1, 2).T.copy() for rows in (bids, asks)]
    warden.apply_snapshot(ID, sides[0][0], sides[0][1], sides[1][0], sides[1][1], 1, 0, at_ns)


EVEN = ladder(1000, -1, [5] * 20)


def test_a_still_and_even_book_is_whole() -> None:
    asks = ladder(1001, 1, [5] * 20)
    warden = book_of(EVEN, asks)
    for step in range(1, 6):
        snapshot(warden, EVEN, asks, START + step * SECOND // 10)
    score = warden.topology(ID, Side.BUY, 40.0)
    assert score.stability == pytest.approx(1.0, abs=1e-7)
    assert score.connectivity == pytest.approx(1.0)
    assert math.isfinite(score.curvature)
    assert not score.is_disconnected
    assert (score.wall_count, score.hole_count, score.wall_entropy) == (0, 0, 0.0)


def test_a_book_that_swaps_its_sides_is_unstable() -> None:
    warden = book_of([(1000, 999)], [(1001, 1)])
    snapshot(warden, [(1000, 1)], [(1001, 999)], START + 300_000_000)
    score = warden.topology(ID, Side.BUY, 1.0)
    assert 0.0 <= score.stability < 0.1


def test_a_wide_gap_before_the_fill_disconnects() -> None:
    asks = [(1001 + i, 5) for i in range(5)] + [(1100 + i, 5) for i in range(15)]
    warden = book_of(EVEN, asks)
    near, far = warden.topology(ID, Side.BUY, 20.0), warden.topology(ID, Side.BUY, 30.0)
    assert near.connectivity == pytest.approx(1.0)
    assert not near.is_disconnected
    assert far.connectivity == pytest.approx(1 / 95)
    assert far.is_disconnected
    assert not warden.topology(ID, Side.SELL, 30.0).is_disconnected


def test_walls_and_holes_are_the_bars_of_the_kernels() -> None:
    sizes = [3, 9, 1, 7, 2, 2, 8, 5, 6, 1]
    warden = book_of(EVEN, ladder(1001, 1, sizes))
    unit = (5 + 3) / 2
    values = np.log1p(np.array(sizes) / unit)
    score = warden.topology(ID, Side.BUY, 13.0)  # ends at the level of size 7
    walls = superlevel_persistence(values)
    lengths = walls[:, 0] - walls[:, 1]
    shares = lengths / lengths.sum()
    assert score.wall_count == len(walls)
    assert score.wall_persistence == pytest.approx(lengths.sum())
    assert score.wall_entropy == pytest.approx(-(shares * np.log(shares)).sum())
    assert score.strongest_wall == pytest.approx(max(lengths[walls[:, 2] < 3]))
    holes = sublevel_persistence(values)
    assert score.hole_count == len(holes)
    assert score.hole_persistence == pytest.approx((holes[:, 1] - holes[:, 0]).sum())
    assert score.hole_entropy > 0


def test_the_curvature_is_the_feature_of_that_name() -> None:
    warden = book_of(EVEN, ladder(1001, 1, [1, 2, 4, 8, 16, 32]))
    score = warden.topology(ID, Side.BUY, 9.0)
    features = dict(zip(FEATURES, warden.features(ID, Side.BUY, 9.0), strict=True))
    assert score.curvature == pytest.approx(features["impact_exponent_change"])


ODD: list[tuple[str, Rows, Rows]] = [
    ("empty", [], []),
    ("no asks", EVEN, []),
    ("no bids", [], EVEN),
    ("one level a side", [(1000, 1)], [(1001, 1)]),
    ("locked", [(1000, 5)], [(1000, 5)]),
    ("crossed", ladder(1010, -1, [5] * 20), ladder(1001, 1, [5] * 20)),
]


@pytest.mark.parametrize(("bids", "asks"), [row[1:] for row in ODD], ids=[row[0] for row in ODD])
@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("quantity", [1e-16, 1.0, 1e9, 1e30, 1e308])
def test_every_odd_book_has_a_defined_answer(bids: Rows, asks: Rows, side: Side, quantity: float) -> None:
    warden = book_of(bids, asks)
    score = warden.topology(ID, side, quantity)
    taken = asks if side is Side.BUY else bids
    enough = bool(bids) and bool(asks) and sum(size for _, size in taken) >= quantity
    assert score.is_disconnected is (not enough)
    assert (score.connectivity == 0.0) is (not enough)
    assert math.isnan(score.curvature) is (not enough)
    assert math.isnan(score.stability) is not (bool(bids) and bool(asks))
    features = warden.features(ID, side, quantity)
    assert np.isfinite(features).all() if enough else np.isnan(features).all()
    assert all(map(math.isnan, warden.depth_surface_curvature(ID, side)))


def test_the_depth_surface_is_that_of_the_kernel() -> None:
    # Depths at the three offsets, row by row; the volatility of a mid that never moved is 0.001 bps.
    best = 100_000_000
    reach = best * 0.001 / 1e4
    offsets = [0, int(reach * 0.8), int(reach * 1.5), int(reach * 3)]
    rows = [[4, 3, 2, 90], [4, 5, 2, 90], [4, 9, 7, 90], [4, 2, 1, 90], [4, 8, 8, 90]]
    warden = FastWarden()
    for step, sizes in enumerate([*rows, rows[-1]]):
        asks = [(best + offset, size) for offset, size in zip(offsets, sizes, strict=True)]
        snapshot(warden, [(best - 1, 5)], asks, START + step * SECOND // 10)
    depths = np.array([[row[0], row[0] + row[1], sum(row[:3])] for row in rows], dtype=np.float64)
    assert offsets[1] < reach < offsets[2] < reach * math.exp(0.5) < offsets[3]
    assert offsets[1] > reach * math.exp(-0.5)
    decay = math.exp(-0.01)
    average = np.average(depths[:, 1], weights=[decay ** (4 - i) for i in range(5)])
    gaussian, mean = surface_curvature(np.log1p(depths[1:] / average), 0.5, 0.1)
    assert warden.depth_surface_curvature(ID, Side.BUY) == pytest.approx(
        (gaussian[0, 0], mean[0, 0]), rel=1e-9
    )
    flat = warden.depth_surface_curvature(ID, Side.SELL)
    assert flat == pytest.approx((0.0, 0.0), abs=1e-12)


def test_the_surface_waits_through_a_pause() -> None:
    warden = book_of(EVEN, ladder(1001, 1, [5] * 20))
    snapshot(warden, EVEN, ladder(1001, 1, [9] * 20), START + 3_600 * SECOND)
    assert warden.depth_surface_curvature(ID, Side.BUY) == pytest.approx((0.0, 0.0), abs=1e-9)
