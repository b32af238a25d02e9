"""Ridge regression for a mean, smoothed quantile regression for an upper quantile, both on standardised features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize
from threadpoolctl import ThreadpoolController

from nautilus_bybit_adapter.warden.model import CLIP, Linear

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from numpy.typing import NDArray

type Array = NDArray[np.float64]

MEAN_PENALTIES = (1e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1.0)
QUANTILE_PENALTIES = (1e-4, 1e-3, 1e-2)
_LARGEST_TARGET = 30.0
"""Deviations beyond so many scales count as so many for the mean: one jump must not choose the coefficients."""
_SMOOTHING = 0.01
"""Width over which the kink of the pinball loss is rounded, in scales."""
_ITERATIONS = 300
_CONSTANT = 1e-9
_POOLS = ThreadpoolController()


@dataclass(frozen=True, slots=True)
class Standard:
    """Means and scales of features, shape (f,) each."""

    means: Array
    scales: Array

    @classmethod
    def of(cls, features: Array) -> Standard:
        """Measure features, shape (n, f); a constant one gets scale 1."""
        deviations = features.std(axis=0)
        return cls(features.mean(axis=0), np.where(deviations > _CONSTANT, deviations, 1.0))

    def apply(self, features: Array) -> Array:
        """Return features standardised and clipped, as a forecast does it."""
        return np.clip((features - self.means) / self.scales, -CLIP, CLIP)


def one_thread() -> AbstractContextManager[object]:
    """Keep linear algebra to one thread: on problems this small, threads wait for each other longer than they work."""
    limit: AbstractContextManager[object] = _POOLS.limit(limits=1)
    return limit


def ridge(standardised: Array, target: Array, penalty: float) -> Linear:
    """Fit a mean.

    Parameters
    ----------
    standardised : float64 array, shape (n, f)
    target : float64 array, shape (n,)
    penalty : float
        Of the squared coefficients (not the intercept), per row.

    """
    design = np.column_stack([np.ones(len(target)), standardised])
    clipped = np.clip(target, -_LARGEST_TARGET, _LARGEST_TARGET)
    weight = penalty * len(target) * np.ones(design.shape[1])
    weight[0] = 0.0
    solution = np.linalg.solve(
        design.T @ design + np.diag(weight) + 1e-9 * np.eye(len(weight)), design.T @ clipped
    )
    return Linear(float(solution[0]), solution[1:])


def quantile_regression(
    standardised: Array, target: Array, level: float, weights: Array, penalty: float
) -> Linear:
    """Fit a quantile by the weighted pinball loss, its kink rounded.

    Parameters
    ----------
    standardised : float64 array, shape (n, f)
    target, weights : float64 arrays, shape (n,)
    level : float
        Between 0 and 1.
    penalty : float
        Of the squared coefficients (not the intercept).

    """
    design = np.column_stack([np.ones(len(target)), standardised])
    weights = weights / weights.mean()

    def loss(solution: Array) -> tuple[float, Array]:
        error = target - design @ solution
        scaled = error / _SMOOTHING
        value = weights * (level * error + _SMOOTHING * np.logaddexp(0.0, -scaled))
        below = 1.0 / (1.0 + np.exp(np.clip(scaled, -50.0, 50.0)))
        gradient = -(design.T @ (weights * (level - below))) / len(target)
        gradient[1:] += 2.0 * penalty * solution[1:]
        return float(value.mean() + penalty * (solution[1:] ** 2).sum()), gradient

    start = np.zeros(design.shape[1])
    start[0] = np.quantile(target, level)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": _ITERATIONS}).x
    return Linear(float(found[0]), found[1:])


def pinball(target: Array, quantile: Array | float, level: float) -> Array:
    """Return the pinball loss of each row."""
    error = target - quantile
    return np.maximum(level * error, (level - 1.0) * error)
