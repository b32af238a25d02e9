"""Logistic model of a complete passive fill within a horizon, scored by Brier and by its calibration curve."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.optimize import minimize

from nautilus_bybit_adapter.warden.calibration.passive import LONGEST_MS
from nautilus_bybit_adapter.warden.calibration.regression import Standard, one_thread
from nautilus_bybit_adapter.warden.calibration.walk_forward import TooFewRowsError, folds
from nautilus_bybit_adapter.warden.features import FEATURES
from nautilus_bybit_adapter.warden.model import LOG_HORIZON, LOG_HORIZON_SQUARED, FillModel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from nautilus_bybit_adapter.warden.calibration.passive import Fills

type Array = NDArray[np.float64]

HORIZONS_MS = (100, 500, 1_000, 2_000, 5_000, 10_000)
INPUTS = (
    "imbalance_1",
    "imbalance_5",
    "microprice",
    "order_flow_500ms",
    "order_flow_5s",
    "trade_flow_500ms",
    "trade_flow_5s",
    "return_1s",
    "return_5s",
    "half_spread",
    "own_queue",
    "far_queue",
    "volatility_ratio",
    "activity",
    "mid_age",
    "own_queue_life",
    "far_queue_life",
    LOG_HORIZON,
    LOG_HORIZON_SQUARED,
)
CURVE_BINS = 10
_PENALTY = 1e-3
_FEWEST_ROWS = 200


class FillRows(NamedTuple):
    """One row per order and horizon whose outcome is known."""

    market: NDArray[np.int64]
    times_ns: NDArray[np.int64]
    horizon_ms: NDArray[np.int64]
    inputs: Array
    filled: Array


class FillScore(NamedTuple):
    """Out-of-sample score for one horizon (0 for all): Brier of the model, and of the rate in its training."""

    horizon_ms: int
    rows: int
    rate: float
    brier: float
    brier_base: float


class CurvePoint(NamedTuple):
    """One bin of the calibration curve: mean forecast, share filled, rows."""

    forecast: float
    filled: float
    rows: int


class FillReport(NamedTuple):
    """Scores per horizon (all of them first), per market, and the calibration curve, out of sample."""

    scores: tuple[FillScore, ...]
    by_market: tuple[FillScore, ...]
    curve: tuple[CurvePoint, ...]


def fill_rows(markets: Sequence[Fills]) -> FillRows:
    """Turn orders into rows; an order whose watch ended before a horizon has none for it."""
    columns = [FEATURES.index(name) for name in INPUTS[:-2]]
    parts = []
    for index, fills in enumerate(markets):
        for horizon in HORIZONS_MS:
            known = fills.watched_ms >= horizon
            count = int(known.sum())
            log_secs = np.full(count, math.log(horizon / 1_000.0))
            parts.append(
                (
                    np.full(count, index),
                    fills.times_ns[known],
                    np.full(count, horizon),
                    np.column_stack([fills.features[known][:, columns], log_secs, log_secs**2]),
                    (fills.fill_ms[known] <= horizon).astype(np.float64),
                )
            )
    return FillRows(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def fit_fill(rows: FillRows, train: NDArray[np.bool_]) -> FillModel:
    """Fit the logistic model on some rows.

    Raises
    ------
    TooFewRowsError
        If there are fewer than 200 of them, or all have one outcome.

    """
    filled = rows.filled[train]
    if len(filled) < _FEWEST_ROWS or filled.min() == filled.max():
        raise TooFewRowsError(
            f"{len(filled)} passive orders, {int(filled.sum())} of them filled;"
            f" a fit needs {_FEWEST_ROWS} with both outcomes"
        )
    standard = Standard.of(rows.inputs[train])
    design = np.column_stack([np.ones(len(filled)), standard.apply(rows.inputs[train])])

    def loss(solution: Array) -> tuple[float, Array]:
        logit = design @ solution
        value = np.logaddexp(0.0, logit) - filled * logit
        gradient = design.T @ (_sigmoid(logit) - filled) / len(filled)
        gradient[1:] += 2.0 * _PENALTY * solution[1:]
        return float(value.mean() + _PENALTY * (solution[1:] ** 2).sum()), gradient

    start = np.zeros(design.shape[1])
    with one_thread():
        found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 300}).x
    return FillModel(
        INPUTS, standard.means, standard.scales, found[1:], float(found[0]), HORIZONS_MS[0], LONGEST_MS
    )


def score_fill(
    rows: FillRows, count: int, markets: Sequence[str], model: FillModel | None = None
) -> FillReport:
    """Score the model on folds of the wall clock, each fitted on its past.

    Parameters
    ----------
    rows : FillRows
    count : int
        Of folds.
    markets : Sequence[str]
        Names, for how many there are.
    model : FillModel, optional
        Score this one instead; the base rate is still the past's.

    Raises
    ------
    TooFewRowsError
        As `fit_fill` does.

    """
    forecast, base = np.full(len(rows.filled), np.nan), np.full(len(rows.filled), np.nan)
    for train, test in folds(rows.times_ns, count, LONGEST_MS):
        fitted = fit_fill(rows, train) if model is None else model
        design = np.clip((rows.inputs[test] - fitted.means) / fitted.scales, -5.0, 5.0)
        forecast[test] = _sigmoid(fitted.intercept + design @ fitted.coefficients)
        for horizon in HORIZONS_MS:
            past = rows.filled[train & (rows.horizon_ms == horizon)]
            base[test & (rows.horizon_ms == horizon)] = past.mean() if len(past) else 0.5
    tested = np.isfinite(forecast)

    def scored(horizon: int, on: NDArray[np.bool_]) -> FillScore:
        real = rows.filled[on]
        if len(real) == 0:
            return FillScore(horizon, 0, math.nan, math.nan, math.nan)
        errors = [float(((p[on] - real) ** 2).mean()) for p in (forecast, base)]
        return FillScore(horizon, len(real), float(real.mean()), errors[0], errors[1])

    by_horizon = [scored(h, tested & (rows.horizon_ms == h)) for h in HORIZONS_MS]
    by_market = [scored(0, tested & (rows.market == m)) for m in range(len(markets))]
    return FillReport(
        (scored(0, tested), *by_horizon), tuple(by_market), _curve(forecast[tested], rows.filled[tested])
    )


def _curve(forecast: Array, filled: Array) -> tuple[CurvePoint, ...]:
    place = np.minimum((forecast * CURVE_BINS).astype(np.int64), CURVE_BINS - 1)
    points = []
    for index in range(CURVE_BINS):
        on = place == index
        if on.any():
            points.append(CurvePoint(float(forecast[on].mean()), float(filled[on].mean()), int(on.sum())))
    return tuple(points)


def _sigmoid(logit: Array) -> Array:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(logit, -50.0, 50.0))))
