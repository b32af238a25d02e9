"""Fits on the past, forecasts the future: folds on the wall clock with an embargo between them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from nautilus_bybit_adapter.warden.calibration.regression import (
    MEAN_PENALTIES,
    QUANTILE_PENALTIES,
    Standard,
    one_thread,
    pinball,
    quantile_regression,
    ridge,
)
from nautilus_bybit_adapter.warden.calibration.surface import SURFACE
from nautilus_bybit_adapter.warden.features import FEATURES
from nautilus_bybit_adapter.warden.model import Cell, Linear

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from nautilus_bybit_adapter.warden.calibration.rows import CellRows

type Array = NDArray[np.float64]
type Mask = NDArray[np.bool_]

FITTED = tuple(name for name in FEATURES if name != "volatility")
"""What is fitted: the volatility alone has a unit of its own, and a level of one market says nothing in another."""
_COLUMNS = FEATURES + SURFACE
LEVELS = (0.9, 0.95)
EMBARGO_MS = 5_000
"""Beyond the horizon, so that no row's outcome or memory reaches into what it is tested on."""
_FIRST_TRAIN = 0.4
_INNER_TRAIN = 0.7
_MS_NS = 1_000_000
_FEWEST_ROWS = 200


class TooFewRowsError(ValueError):
    """A fold has too few rows to fit anything."""


@dataclass(frozen=True, slots=True)
class Forecasts:
    """Out-of-sample forecasts of the rows under test, in scales; `rows` are their indices in the cell.

    Quantiles have shape (n, 2), for 0.9 and 0.95.
    """

    rows: NDArray[np.int64]
    fold: NDArray[np.int64]
    mean: Array
    quantiles: Array
    naive: Array


def folds(times_ns: NDArray[np.int64], count: int, gap_ms: int) -> Iterator[tuple[Mask, Mask]]:
    """Yield (train, test) masks: the first fold trains on 40 % of the clock, each next one on all before it.

    Parameters
    ----------
    times_ns : int64 array, shape (n,)
    count : int
    gap_ms : int
        Between the last row of a training and the first of its test.

    """
    start, end = int(times_ns.min()), int(times_ns.max()) + 1
    edges = [start + int((end - start) * share) for share in np.linspace(_FIRST_TRAIN, 1.0, count + 1)]
    for first, last in pairwise(edges):
        yield times_ns < first - gap_ms * _MS_NS, (times_ns >= first) & (times_ns < last)


def fit_cell(rows: CellRows, train: Mask, names: Sequence[str] = FITTED) -> Cell:
    """Fit a cell on some rows, penalties chosen by an inner split in time.

    Parameters
    ----------
    rows : CellRows
    train : bool array, shape (n,)
    names : Sequence[str]
        Features to use, of `FEATURES` or, where the rows have them as further columns, `SURFACE`; the others get
        coefficients of 0.

    Raises
    ------
    TooFewRowsError
        If the training has fewer than 200 rows, or the inner split none on a side.

    """
    if train.sum() < _FEWEST_ROWS:
        raise TooFewRowsError(
            f"{int(train.sum())} rows for {rows.horizon_ms} ms and {rows.notional:g}; a fit needs {_FEWEST_ROWS}"
        )
    used = np.array([_COLUMNS.index(name) for name in names])
    width = rows.features.shape[1]
    standard = Standard.of(rows.features[train])
    design = standard.apply(rows.features)[:, used]
    times = rows.times_ns[train]
    cut = int(np.quantile(times, _INNER_TRAIN))
    gap = (rows.horizon_ms + EMBARGO_MS) * _MS_NS
    early, late = train & (rows.times_ns < cut - gap), train & (rows.times_ns >= cut)
    if not early.any() or not late.any():
        raise TooFewRowsError("the recordings are too short for a split in time with an embargo")
    with one_thread():
        mean = _spread(_fit_mean(rows, design, train, early, late), used, width)
        q90, q95 = (
            _spread(_fit_quantile(rows, design, level, train, early, late), used, width) for level in LEVELS
        )
    naive90, naive95 = (float(np.quantile(rows.deviation[train], level)) for level in LEVELS)
    return Cell(
        horizon_ms=rows.horizon_ms,
        notional=rows.notional,
        samples=int(train.sum()),
        means=standard.means,
        scales=standard.scales,
        mean=mean,
        q90=q90,
        q95=q95,
        naive_q90=naive90,
        naive_q95=naive95,
    )


def walk_forward(rows: CellRows, count: int, names: Sequence[str] = FITTED) -> Forecasts:
    """Forecast every fold from its past.

    Parameters
    ----------
    rows : CellRows
    count : int
        Of folds.
    names : Sequence[str]
        Features to use.

    Raises
    ------
    TooFewRowsError
        As `fit_cell` does.

    """
    return _forecasts(rows, folds(rows.times_ns, count, rows.horizon_ms + EMBARGO_MS), names)


def leave_one_out(rows: CellRows) -> Forecasts:
    """Forecast every market from all the others: how coefficients carry over to a market nobody has seen.

    The times are the same, so what moves all markets at once is seen in training; the walk-forward is not so lenient.

    Raises
    ------
    TooFewRowsError
        As `fit_cell` does.

    """
    markets = range(len(rows.markets))
    return _forecasts(rows, ((rows.market != m, rows.market == m) for m in markets), FITTED)


def _forecasts(rows: CellRows, splits: Iterable[tuple[Mask, Mask]], names: Sequence[str]) -> Forecasts:
    parts = []
    for index, (train, test) in enumerate(splits):
        cell = fit_cell(rows, train, names)
        design = cell.standardise(rows.features[test])
        mean, q90, q95 = (
            linear.intercept + design @ linear.coefficients for linear in (cell.mean, cell.q90, cell.q95)
        )
        found = np.flatnonzero(test)
        naive = np.tile([cell.naive_q90, cell.naive_q95], (len(found), 1))
        parts.append((found, np.full(len(found), index), mean, np.column_stack([q90, q95]), naive))
    return Forecasts(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _fit_mean(rows: CellRows, design: Array, train: Mask, early: Mask, late: Mask) -> Linear:
    def lost(penalty: float) -> float:
        linear = ridge(design[early], rows.deviation[early], penalty)
        error = rows.deviation[late] - linear.intercept - design[late] @ linear.coefficients
        return float(((rows.scale_bps[late] * error) ** 2).mean())

    return ridge(design[train], rows.deviation[train], min(MEAN_PENALTIES, key=lost))


def _fit_quantile(
    rows: CellRows, design: Array, level: float, train: Mask, early: Mask, late: Mask
) -> Linear:
    def fit(on: Mask, penalty: float) -> Linear:
        return quantile_regression(design[on], rows.deviation[on], level, rows.scale_bps[on], penalty)

    def lost(penalty: float) -> float:
        linear = fit(early, penalty)
        quantile = linear.intercept + design[late] @ linear.coefficients
        return float((rows.scale_bps[late] * pinball(rows.deviation[late], quantile, level)).mean())

    return fit(train, min(QUANTILE_PENALTIES, key=lost))


def _spread(linear: Linear, used: NDArray[np.int64], width: int) -> Linear:
    coefficients = np.zeros(width)
    coefficients[used] = linear.coefficients
    return Linear(linear.intercept, coefficients)
