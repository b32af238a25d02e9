"""Exponential averages over irregular times: the only memory the features have, with the windows they replace."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(slots=True)
class DecayingSum:
    """A sum whose terms fade: each counts ``exp(-age / tau)``.

    Parameters
    ----------
    tau_secs : float
        Time constant, seconds.

    """

    tau_secs: float
    total: float = 0.0

    def advance(self, secs: float) -> None:
        """Let time pass, seconds above 0."""
        self.total *= math.exp(-secs / self.tau_secs)

    def add(self, term: float) -> None:
        """Add a term that counts fully now."""
        self.total += term

    def after(self, secs: float) -> float:
        """Return what the sum is some seconds later (0 or more), without letting them pass."""
        return self.total * math.exp(-secs / self.tau_secs) if secs > 0 else self.total


@dataclass(slots=True)
class SampledAverage:
    """An average of samples, each weighted by the time it closes: free of a start value from the first sample on.

    With ``d = exp(-secs / tau)`` a sample moves ``weighted`` to ``d * weighted + (1 - d) * x`` and ``weight`` to
    ``d * weight + (1 - d)``; the average is their quotient.

    Parameters
    ----------
    tau_secs : float
        Time constant, seconds.

    """

    tau_secs: float
    weighted: float = 0.0
    weight: float = 0.0

    def add(self, sample: float, secs: float) -> None:
        """Take a sample that closes a span of seconds above 0."""
        decay = math.exp(-secs / self.tau_secs)
        self.weighted = decay * self.weighted + (1.0 - decay) * sample
        self.weight = decay * self.weight + (1.0 - decay)

    def value(self, otherwise: float) -> float:
        """Return the average, or the given number before the first sample."""
        return self.weighted / self.weight if self.weight > 0 else otherwise


@dataclass(slots=True)
class HeldAverage:
    """The average over the past of a value that holds between its changes.

    Parameters
    ----------
    tau_secs : float
        Time constant, seconds.
    average : float
        The average up to the last change.

    """

    tau_secs: float
    average: float

    def hold(self, value: float, secs: float) -> None:
        """Let `value` have held for some seconds above 0."""
        self.average = self.after(value, secs)

    def after(self, value: float, secs: float) -> float:
        """Return the average once `value` has held for some seconds (0 or more), without letting them pass."""
        if secs <= 0:
            return self.average
        decay = math.exp(-secs / self.tau_secs)
        return value + decay * (self.average - value)
