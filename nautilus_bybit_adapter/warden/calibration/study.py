"""The whole examination of a set of markets: every cell walk-forward or under a given model, scored all ways."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from nautilus_bybit_adapter.warden.calibration.regression import pinball
from nautilus_bybit_adapter.warden.calibration.scores import Scores, block_t, run_gates, score
from nautilus_bybit_adapter.warden.calibration.surface import SURFACE
from nautilus_bybit_adapter.warden.calibration.walk_forward import (
    FITTED,
    LEVELS,
    Forecasts,
    TooFewRowsError,
    leave_one_out,
    walk_forward,
)
from nautilus_bybit_adapter.warden.features import CURVATURE, DEPTH, FEATURES, FLOW, TOPOLOGY
from nautilus_bybit_adapter.warden.online import LARGEST_SHIFT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from nautilus_bybit_adapter.warden.calibration.rows import CellRows
    from nautilus_bybit_adapter.warden.model import Model

type Array = NDArray[np.float64]

GEOMETRY = CURVATURE + TOPOLOGY
_FLOW = tuple(name for name in FLOW if name in FITTED)
GROUPS = {
    "flow": _FLOW,
    "flow + depth": _FLOW + DEPTH,
    "flow + curvature": _FLOW + CURVATURE,
    "flow + topology": _FLOW + TOPOLOGY,
    "all": FITTED,
}
SINGLES = {f"flow + {name}": (*_FLOW, name) for name in (*GEOMETRY, *SURFACE)}
PLACEBO = "all, geometry of 60 s before"
_PLACEBO_NS = 60_000_000_000
_DECILES = 10


class Ablation(NamedTuple):
    """What one set of features reaches, fractions; the t-statistics are of the difference to order flow alone."""

    name: str
    r2: float
    r2_t: float
    gain90: float
    gain90_t: float


class Decile(NamedTuple):
    """Rows of one decile of the forecast deviation: mean forecast and mean outcome, bps."""

    forecast_bps: float
    realised_bps: float


@dataclass(frozen=True, slots=True)
class CellStudy:
    """One cell: pooled scores, by market, by fold, by market left out, the ablation, and deciles of the forecast.

    Left-out markets and the ablation are empty where they were not asked for; the former also with one market alone.
    """

    horizon_ms: int
    notional: float
    pooled: Scores
    by_market: tuple[Scores, ...]
    by_fold: tuple[Scores, ...]
    left_out: tuple[Scores, ...]
    ablation: tuple[Ablation, ...]
    deciles: tuple[Decile, ...]


def study_cell(
    rows: CellRows,
    fold_count: int,
    *,
    model: Model | None = None,
    ablation: Sequence[str] = (),
    on_progress: Callable[[], None] | None = None,
) -> CellStudy:
    """Examine one cell.

    Parameters
    ----------
    rows : CellRows
    fold_count : int
    model : Model, optional
        Score this one on all rows instead of fitting.
    ablation : Sequence[str], default ()
        Names of `GROUPS`, `SINGLES`, or `PLACEBO`; the first is what the others are compared with. With any, markets
        are left out in turn too.
    on_progress : callable, optional
        Called after each fit.

    Raises
    ------
    TooFewRowsError
        If there are too few rows.

    """
    tick = on_progress or (lambda: None)
    if len(rows) == 0:
        raise TooFewRowsError(f"no rows for {rows.horizon_ms} ms and {rows.notional:g}")
    forecasts = walk_forward(rows, fold_count) if model is None else apply_model(rows, model)
    tick()
    gated = run_gates(rows, forecasts)
    of_market = rows.market[forecasts.rows]
    return CellStudy(
        rows.horizon_ms,
        rows.notional,
        score(rows, forecasts, gated),
        tuple(score(rows, forecasts, gated, of_market == m) for m in range(len(rows.markets))),
        tuple(
            score(rows, forecasts, gated, forecasts.fold == f) for f in range(int(forecasts.fold.max()) + 1)
        ),
        _left_out(rows) if ablation and len(rows.markets) > 1 else (),
        _ablate(rows, fold_count, ablation, tick),
        _deciles(rows, forecasts),
    )


def apply_model(rows: CellRows, model: Model) -> Forecasts:
    """Forecast all rows with a fitted model, as one fold."""
    count = len(rows)
    mean, upper, naive = np.zeros(count), np.zeros((count, 2)), np.zeros((count, 2))
    for cell, weight in model.blend(rows.horizon_ms, rows.notional):
        design = cell.standardise(rows.features)
        mean += weight * (cell.mean.intercept + design @ cell.mean.coefficients)
        for k, linear in enumerate((cell.q90, cell.q95)):
            upper[:, k] += weight * (linear.intercept + design @ linear.coefficients)
        naive += weight * np.array([cell.naive_q90, cell.naive_q95])
    return Forecasts(np.arange(count), np.zeros(count, dtype=np.int64), mean, upper, naive)


def with_late_geometry(rows: CellRows) -> CellRows:
    """Return rows whose geometry is that of 60 s before, in the same market and for the same side: a placebo."""
    columns = [FEATURES.index(name) for name in GEOMETRY]
    features = rows.features.copy()
    for market in range(len(rows.markets)):
        for side in (0, 1):
            at = np.flatnonzero((rows.market == market) & (rows.side == side))
            times = rows.times_ns[at]
            earlier = np.maximum(np.searchsorted(times, times - _PLACEBO_NS, side="right") - 1, 0)
            features[np.ix_(at, columns)] = rows.features[np.ix_(at[earlier], columns)]
    return replace(rows, features=features)


def _left_out(rows: CellRows) -> tuple[Scores, ...]:
    forecasts = leave_one_out(rows)
    gated = run_gates(rows, forecasts)
    return tuple(score(rows, forecasts, gated, forecasts.fold == m) for m in range(len(rows.markets)))


def _ablate(
    rows: CellRows, fold_count: int, names: Sequence[str], tick: Callable[[], None]
) -> tuple[Ablation, ...]:
    found: list[Ablation] = []
    first: tuple[Array, Array] | None = None
    rows = replace(rows, features=np.column_stack([rows.features, rows.surface]))
    for name in names:
        placebo = name == PLACEBO
        chosen = FITTED if placebo else (GROUPS | SINGLES)[name]
        forecasts = walk_forward(with_late_geometry(rows) if placebo else rows, fold_count, chosen)
        at = forecasts.rows
        scale, deviation, times = rows.scale_bps[at], rows.deviation[at], rows.times_ns[at]
        mean = np.clip(forecasts.mean, -LARGEST_SHIFT, LARGEST_SHIFT)
        squared = (scale * (deviation - mean)) ** 2
        level = LEVELS[0]
        lost = scale * pinball(deviation, np.maximum(forecasts.quantiles[:, 0], 0.0), level)
        naive = scale * pinball(deviation, forecasts.naive[:, 0], level)
        first = (squared, lost) if first is None else first
        found.append(
            Ablation(
                name,
                1.0 - float(squared.sum() / ((scale * deviation) ** 2).sum()),
                block_t(first[0] - squared, times),
                1.0 - float(lost.sum() / naive.sum()),
                block_t(first[1] - lost, times),
            )
        )
        tick()
    return tuple(found)


def _deciles(rows: CellRows, forecasts: Forecasts) -> tuple[Decile, ...]:
    scale = rows.scale_bps[forecasts.rows]
    forecast = scale * np.clip(forecasts.mean, -LARGEST_SHIFT, LARGEST_SHIFT)
    real = scale * rows.deviation[forecasts.rows]
    order = np.argsort(forecast, kind="stable")
    return tuple(
        Decile(float(forecast[part].mean()), float(real[part].mean()))
        for part in np.array_split(order, _DECILES)
        if len(part)
    )
