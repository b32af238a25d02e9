"""Curvature of the depth surface at every sample: looked at in the ablation, not in the coefficients.

The surface is ``log(1 + D(x, t) / D0)``: `D` the size of the side an order takes within an offset of its best price,
`x` the log of that offset in volatilities over one second, in steps of 0.5 around 0, `D0` the average of ``D(0)`` over
10 s. Time counts in seconds, and its differences look back only.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from nautilus_bybit_adapter._ext import surface_curvature
from nautilus_bybit_adapter.warden.averages import SampledAverage

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from nautilus_bybit_adapter.warden.depth import Levels

SURFACE = ("gaussian_curvature", "mean_curvature")
_STEP_X = 0.5
_AVERAGE_SECS = 10.0
_ROWS = 4
_BPS = 1e4


class SurfaceRows:
    """The surface of one side, row by row."""

    def __init__(self, step_secs: float) -> None:
        self._step_secs = step_secs
        self._average = SampledAverage(_AVERAGE_SECS)
        self._rows: list[list[float]] = []

    def add(self, side: Levels, volatility: float) -> None:
        """Take a side as it is at the next sample, and the volatility, bps per square root of a second."""
        unit = side[0][0] * volatility / _BPS if side else 0.0
        depths = [_within(side, unit * math.exp(x)) for x in (-_STEP_X, 0.0, _STEP_X)]
        self._average.add(depths[1], self._step_secs)
        base = self._average.value(0.0)
        self._rows.append([math.log(1.0 + depth / base) if base > 0 else math.nan for depth in depths])

    def curvatures(self) -> NDArray[np.float64]:
        """Return Gaussian and mean curvature of every row, shape (rows, 2), damped by ``sign log(1 + |x|)``.

        0 where there is none: before the fourth row, or without depth.
        """
        found = np.zeros((len(self._rows), len(SURFACE)))
        if len(self._rows) >= _ROWS:
            grid = np.array(self._rows)
            for column, values in enumerate(surface_curvature(grid, _STEP_X, self._step_secs)):
                raw = np.nan_to_num(np.asarray(values)[:, 0])
                found[_ROWS - 1 :, column] = np.sign(raw) * np.log1p(np.abs(raw))
        return found


def _within(side: Levels, offset: float) -> float:
    total = 0.0
    for price, size in side:
        if abs(price - side[0][0]) > offset:
            break
        total += size
    return total
