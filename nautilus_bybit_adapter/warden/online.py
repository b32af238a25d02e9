"""How a fitted model is held against what came out, one matured forecast at a time: the do-no-harm gate.

Everything is in scaled units: a deviation ``z = (cost - walk) / u`` with the scale `u` in bps. One `CellGate` belongs
to one instrument, horizon and size; both sides feed it. It starts shut and opens as far as the model has earned it:

- The mean is shrunk by how well the model's deviations went along with the real ones here, and its influence is
  bounded by a *wealth*: half a percent of the squared error of the walk so far, plus what the model gained, less
  what it lost. A model that misleads spends its wealth and falls silent; what it can lose stays near that half.
- A quantile is moved by an adaptive conformal offset, and bounded by a wealth of pinball loss against the
  volatility-scaled naive quantile, which has an offset of its own.

Feedback is late by the horizon: an outcome is given when it is known, with what was used then.

References
----------
I. Gibbs, E. Candes, "Adaptive conformal inference under distribution shift" (2021).

"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

PROBE_MS = 100
"""Milliseconds between the forecasts a gate is fed with; one for each side."""
LARGEST_SHIFT = 2.0
"""The mean's deviation is clipped to so many scales."""
CONFORMAL_RATE = 0.02

_LARGEST_DEVIATION = 5.0
_PRIOR_WEIGHT, _PRIOR_SHRINKAGE = 5.0, 0.5
_RECENT = math.exp(-1.0 / 1_200.0)
"""What a shrinkage remembers per outcome: a minute of probes."""
_LASTING = math.exp(-1.0 / 72_000.0)
"""What a wealth remembers per outcome: an hour of probes."""
_ALLOWANCE = 0.005
"""Share of the baseline's loss that a model may lose."""
_ADVERSE_DEVIATION = 3.0
"""The deviation against which a shift is insured, in scales."""
_QUANTILE_INSURED = 0.5
"""Share of a quantile's largest loss that is insured."""


def pinball_loss(deviation: float, quantile: float, level: float) -> float:
    """Return the pinball loss of a quantile."""
    error = deviation - quantile
    return level * error if error >= 0 else (level - 1.0) * error


def _in_flight(horizon_ms: float) -> float:
    """Return how many forecasts may stand before the first of them is judged."""
    return 2.0 * (horizon_ms / PROBE_MS + 1.0)


@dataclass(slots=True)
class Wealth:
    """What a model may still lose against a baseline."""

    baseline: float = 0.0
    excess: float = 0.0

    def add(self, loss: float, baseline: float) -> None:
        """Take the loss of what was used and that of the baseline."""
        self.baseline = _LASTING * self.baseline + baseline
        self.excess = _LASTING * self.excess + (loss - baseline)

    def left(self) -> float:
        """Return the wealth; not below 0."""
        return max(_ALLOWANCE * self.baseline - self.excess, 0.0)


@dataclass(slots=True)
class MeanGate:
    """The gate of the mean.

    Parameters
    ----------
    horizon_ms : float

    """

    horizon_ms: float
    along: float = 0.0
    squared: float = 0.0
    wealth: Wealth = field(default_factory=Wealth)

    def shrinkage(self) -> float:
        """Return the factor of the model's deviation, 0 to 1."""
        factor = (_PRIOR_WEIGHT * _PRIOR_SHRINKAGE + self.along) / (_PRIOR_WEIGHT + self.squared)
        return min(max(factor, 0.0), 1.0)

    def apply(self, model: float, scale_bps: float) -> float:
        """Return the deviation to use, in scales.

        Parameters
        ----------
        model : float
            The model's deviation.
        scale_bps : float
            Above 0.

        """
        shift = self.shrinkage() * _clip(model, LARGEST_SHIFT)
        insured = 2.0 * _ADVERSE_DEVIATION * scale_bps * scale_bps * _in_flight(self.horizon_ms)
        return _clip(shift, self.wealth.left() / insured)

    def on_outcome(self, model: float, used: float, deviation: float, scale_bps: float) -> None:
        """Take what came out of a forecast: the model's deviation, the used one, and the real one."""
        shift = _clip(model, LARGEST_SHIFT)
        self.along = _RECENT * self.along + shift * _clip(deviation, _LARGEST_DEVIATION)
        self.squared = _RECENT * self.squared + shift * shift
        unit = scale_bps * scale_bps
        self.wealth.add(unit * (deviation - used) ** 2, unit * deviation * deviation)


@dataclass(frozen=True, slots=True)
class Quantiles:
    """A quantile as the model has it, as the naive one is, and as it is used; in scales."""

    model: float
    naive: float
    used: float


@dataclass(slots=True)
class QuantileGate:
    """The gate of a quantile.

    Parameters
    ----------
    level : float
        0.9 or 0.95.
    horizon_ms : float

    """

    level: float
    horizon_ms: float
    model_offset: float = 0.0
    naive_offset: float = 0.0
    wealth: Wealth = field(default_factory=Wealth)

    def apply(self, model: float, naive: float, scale_bps: float) -> Quantiles:
        """Return the quantile to use.

        Parameters
        ----------
        model, naive : float
            As fitted, in scales. An upper quantile of the model below the walk counts as the walk.
        scale_bps : float
            Above 0.

        """
        model = max(model, 0.0) + self.model_offset
        naive += self.naive_offset
        insured = _QUANTILE_INSURED * self.level * scale_bps * _in_flight(self.horizon_ms)
        return Quantiles(model, naive, naive + _clip(model - naive, self.wealth.left() / insured))

    def on_outcome(self, given: Quantiles, deviation: float, scale_bps: float) -> None:
        """Take what came out of a forecast, with the quantiles given then."""
        allowed = 1.0 - self.level
        self.model_offset += CONFORMAL_RATE * ((1.0 if deviation > given.model else 0.0) - allowed)
        self.naive_offset += CONFORMAL_RATE * ((1.0 if deviation > given.naive else 0.0) - allowed)
        self.wealth.add(
            scale_bps * pinball_loss(deviation, given.used, self.level),
            scale_bps * pinball_loss(deviation, given.naive, self.level),
        )


def _clip(value: float, most: float) -> float:
    return min(max(value, -most), most)
