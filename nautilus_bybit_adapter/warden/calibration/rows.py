"""All markets' samples for one horizon and size, as one table in scaled units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from nautilus_bybit_adapter.warden.calibration.dataset import MarketSamples


@dataclass(frozen=True, slots=True)
class CellRows:
    """Rows of one cell, n of them, sorted by time; those without a forecast or an outcome are left out.

    Parameters
    ----------
    horizon_ms : int
    notional : float
    markets : tuple of str
    market, side : int64 arrays, shape (n,)
        Index into `markets`; 0 for a buy, 1 for a sell.
    times_ns : int64 array, shape (n,)
    features : float64 array, shape (n, f)
    surface : float64 array, shape (n, 2)
    scale_bps : float64 array, shape (n,)
        `u` of the horizon, bps.
    deviation : float64 array, shape (n,)
        ``(cost - walk) / u``.

    """

    horizon_ms: int
    notional: float
    markets: tuple[str, ...]
    market: NDArray[np.int64]
    side: NDArray[np.int64]
    times_ns: NDArray[np.int64]
    features: NDArray[np.float64]
    surface: NDArray[np.float64]
    scale_bps: NDArray[np.float64]
    deviation: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.times_ns)


def cell_rows(
    markets: Sequence[MarketSamples], size: int, horizon: int, horizon_ms: int, notional: float
) -> CellRows:
    """Gather a cell's rows.

    Parameters
    ----------
    markets : Sequence[MarketSamples]
    size, horizon : int
        Indices of the cell in the samples.
    horizon_ms, notional
        What the cell is for.

    """
    parts: list[tuple[NDArray[np.float64], ...]] = []
    for index, samples in enumerate(markets):
        for side in range(samples.walk_bps.shape[1]):
            at = (slice(None), side, size)
            scale = (
                samples.volatility[at] * np.sqrt(horizon_ms / 1_000.0)
                + 0.25 * samples.stray_bps[at]
                + 0.02 * samples.half_spread_bps[at]
            )
            deviation = (samples.cost_bps[(*at, horizon)] - samples.walk_bps[at]) / scale
            known = np.isfinite(deviation)
            count = int(known.sum())
            parts.append(
                (
                    np.full(count, index),
                    np.full(count, side),
                    samples.times_ns[known],
                    samples.features[at][known],
                    samples.surface[:, side][known],
                    scale[known],
                    deviation[known],
                )
            )
    market, side_of, times, features, surface, scales, deviations = (
        np.concatenate(column) for column in zip(*parts, strict=True)
    )
    order = np.lexsort((side_of, market, times))
    return CellRows(
        horizon_ms,
        notional,
        tuple(samples.name for samples in markets),
        market[order],
        side_of[order],
        times[order],
        features[order],
        surface[order],
        scales[order],
        deviations[order],
    )
