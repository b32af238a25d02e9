"""How good out-of-sample forecasts are: against the walk, against a naive quantile, by market and by block of time."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from nautilus_bybit_adapter.warden.calibration.regression import pinball
from nautilus_bybit_adapter.warden.calibration.walk_forward import LEVELS
from nautilus_bybit_adapter.warden.online import LARGEST_SHIFT, MeanGate, QuantileGate, Quantiles

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from nautilus_bybit_adapter.warden.calibration.rows import CellRows
    from nautilus_bybit_adapter.warden.calibration.walk_forward import Forecasts

type Array = NDArray[np.float64]

BLOCK_SECS = 10
_SECOND_NS = 1_000_000_000
_MS_NS = 1_000_000


@dataclass(frozen=True, slots=True)
class Gated:
    """What would have been used live, row by row of the forecasts, in scales; quantiles of shape (n, 2).

    `conformal` and `naive` are the model's and the naive quantile, each with its own adaptive offset.
    """

    mean: Array
    quantiles: Array
    conformal: Array
    naive: Array


class Scores(NamedTuple):
    """Figures of one set of rows; gains and R2 are fractions, NaN without rows.

    Parameters
    ----------
    rows : int
    rmse_bps : float
        Of the walk.
    r2, r2_gated : float
        Share of the squared deviation from the walk that the mean explains, before and after the gate.
    r2_t : float
        Its t-statistic over blocks of 10 s.
    gain90, gain95 : float
        Less pinball loss than the naive quantile, the model's clipped at the walk.
    gain90_t : float
    gain90_gated, gain95_gated : float
        The same after the gate, against the naive quantile with its own conformal offset.
    coverage90, coverage95 : float
        Of the model as fitted.
    coverage90_gated, coverage95_gated : float
        Of what is used.

    """

    rows: int
    rmse_bps: float
    r2: float
    r2_t: float
    r2_gated: float
    gain90: float
    gain90_t: float
    gain95: float
    gain90_conformal: float
    gain90_gated: float
    gain95_gated: float
    coverage90: float
    coverage95: float
    coverage90_gated: float
    coverage95_gated: float


class _Waiting(NamedTuple):
    due_ns: int
    mean: float
    used: float
    quantiles: list[Quantiles]
    deviation: float
    scale_bps: float


def run_gates(rows: CellRows, forecasts: Forecasts) -> Gated:
    """Replay the gates over the forecasts, per market, starting shut, each outcome as late as it was known."""
    count = len(forecasts.rows)
    mean, quantiles, conformal, naive = (
        np.zeros(count),
        *(np.zeros((count, len(LEVELS))) for _ in range(3)),
    )
    for market in range(len(rows.markets)):
        mean_gate = MeanGate(rows.horizon_ms)
        gates = [QuantileGate(level, rows.horizon_ms) for level in LEVELS]
        waiting: deque[_Waiting] = deque()
        for i in np.flatnonzero(rows.market[forecasts.rows] == market):
            row = forecasts.rows[i]
            now, scale = int(rows.times_ns[row]), float(rows.scale_bps[row])
            while waiting and waiting[0].due_ns < now:
                done = waiting.popleft()
                mean_gate.on_outcome(done.mean, done.used, done.deviation, done.scale_bps)
                for gate, given in zip(gates, done.quantiles, strict=True):
                    gate.on_outcome(given, done.deviation, done.scale_bps)
            model = float(forecasts.mean[i])
            mean[i] = mean_gate.apply(model, scale)
            found = [
                gate.apply(float(forecasts.quantiles[i, k]), float(forecasts.naive[i, k]), scale)
                for k, gate in enumerate(gates)
            ]
            quantiles[i] = [one.used for one in found]
            conformal[i] = [one.model for one in found]
            naive[i] = [one.naive for one in found]
            due = now + rows.horizon_ms * _MS_NS
            waiting.append(_Waiting(due, model, mean[i], found, float(rows.deviation[row]), scale))
    return Gated(mean, quantiles, conformal, naive)


def score(rows: CellRows, forecasts: Forecasts, gated: Gated, on: NDArray[np.bool_] | None = None) -> Scores:
    """Score forecasts, or the part of them that a mask chooses."""
    chosen = np.ones(len(forecasts.rows), dtype=bool) if on is None else on
    at = forecasts.rows[chosen]
    if len(at) == 0:
        return Scores(0, *[math.nan] * (len(Scores._fields) - 1))
    scale, deviation, times = rows.scale_bps[at], rows.deviation[at], rows.times_ns[at]
    walk = (scale * deviation) ** 2

    def squared(mean: Array) -> Array:
        return np.asarray((scale * (deviation - mean)) ** 2)

    def lost(quantile: Array, level: int) -> Array:
        return np.asarray(scale * pinball(deviation, quantile, LEVELS[level]))

    model = squared(np.clip(forecasts.mean[chosen], -LARGEST_SHIFT, LARGEST_SHIFT))
    upper = np.maximum(forecasts.quantiles[chosen], 0.0)
    fixed = [lost(forecasts.naive[chosen, k], k) for k in range(len(LEVELS))]
    adapted = [lost(gated.naive[chosen, k], k) for k in range(len(LEVELS))]
    plain90 = lost(upper[:, 0], 0)
    inside = [
        [float((deviation <= quantile[:, k]).mean()) for k in range(len(LEVELS))]
        for quantile in (forecasts.quantiles[chosen], gated.quantiles[chosen])
    ]
    return Scores(
        rows=len(at),
        rmse_bps=math.sqrt(float(walk.mean())),
        r2=_gain(model, walk),
        r2_t=block_t(walk - model, times),
        r2_gated=_gain(squared(gated.mean[chosen]), walk),
        gain90=_gain(plain90, fixed[0]),
        gain90_t=block_t(fixed[0] - plain90, times),
        gain95=_gain(lost(upper[:, 1], 1), fixed[1]),
        gain90_conformal=_gain(lost(gated.conformal[chosen, 0], 0), fixed[0]),
        gain90_gated=_gain(lost(gated.quantiles[chosen, 0], 0), adapted[0]),
        gain95_gated=_gain(lost(gated.quantiles[chosen, 1], 1), adapted[1]),
        coverage90=inside[0][0],
        coverage95=inside[0][1],
        coverage90_gated=inside[1][0],
        coverage95_gated=inside[1][1],
    )


def block_t(gains: Array, times_ns: NDArray[np.int64]) -> float:
    """Return the t-statistic of a gain, from its sums over blocks of 10 s; NaN with fewer than three blocks.

    Rows of one block are far from independent; blocks are nearer to it (markets move together, so all markets of a
    block are one).
    """
    _, block = np.unique(times_ns // (BLOCK_SECS * _SECOND_NS), return_inverse=True)
    sums = np.bincount(block, weights=gains)
    if len(sums) < 3:  # noqa: PLR2004 - a spread of two is none
        return math.nan
    spread = float(sums.std(ddof=1)) / math.sqrt(len(sums))
    return float(sums.mean()) / spread if spread > 0 else math.nan


def _gain(loss: Array, baseline: Array) -> float:
    total = float(baseline.sum())
    return 1.0 - float(loss.sum()) / total if total > 0 else math.nan
