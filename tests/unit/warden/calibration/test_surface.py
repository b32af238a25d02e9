"""Curvatures of the depth surface at samples are those of the surface itself."""

from __future__ import annotations

import math

import numpy as np
import pytest

from nautilus_bybit_adapter.warden.calibration.surface import SurfaceRows


def side_of(depths: tuple[float, float, float]) -> list[tuple[float, float]]:
    """Return a side with such depths within e^-0.5, 1 and e^0.5 volatilities of 10 bps from a best price of 100."""
    near, middle, wide = depths
    return [(100.0, near), (100.09, middle - near), (100.12, wide - middle)]


def test_a_surface_that_stands_still_is_flat_in_time() -> None:
    rows = SurfaceRows(0.1)
    for _ in range(8):
        rows.add(side_of((1.0, 3.0, 4.0)), 10.0)
    found = rows.curvatures()
    f = [math.log(1 + depth / 3.0) for depth in (1.0, 3.0, 4.0)]
    slope, bend = f[2] - f[0], (f[2] - 2 * f[1] + f[0]) / 0.25
    mean = bend / (2 * (1 + slope**2) ** 1.5)
    np.testing.assert_array_equal(found[:3], np.zeros((3, 2)))
    assert found[-1, 0] == pytest.approx(0.0, abs=1e-9)
    assert found[-1, 1] == pytest.approx(math.copysign(math.log1p(abs(mean)), mean))


def test_without_depth_or_rows_there_is_none() -> None:
    rows = SurfaceRows(0.1)
    assert rows.curvatures().shape == (0, 2)
    for _ in range(5):
        rows.add([], 10.0)
    np.testing.assert_array_equal(rows.curvatures(), np.zeros((5, 2)))
