"""What a calibration found, as the report shows it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from nautilus_bybit_adapter.warden.calibration.fill import FillReport
from nautilus_bybit_adapter.warden.calibration.study import CellStudy
from nautilus_bybit_adapter.warden.model import Provenance


@dataclass(frozen=True, slots=True)
class MarketFacts:
    """A market: where it is from, its span, what it holds, and the notionals its orders had."""

    name: str
    source: str
    start: str
    end: str
    seconds: float
    books: int
    trades: int
    sizes: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class CalibrationResult:
    """
    Everything a report is made of.

    Parameters
    ----------
    markets : tuple of MarketFacts
    horizons_ms : tuple of int
    studies : tuple of CellStudy
    fill : FillReport or None
    provenance : Provenance
    is_given : bool
        Whether the coefficients were given, not fitted.
    note : str

    """

    markets: tuple[MarketFacts, ...]
    horizons_ms: tuple[int, ...]
    studies: tuple[CellStudy, ...]
    fill: FillReport | None
    provenance: Provenance
    is_given: bool
    note: str

    def worst_loss(self) -> float:
        """Return the largest loss to the walk or the naive quantile behind the gate, of any market and cell."""
        gains = [
            gain
            for study in self.studies
            for scores in study.by_market
            for gain in (scores.r2_gated, scores.gain90_gated, scores.gain95_gated)
            if math.isfinite(gain)
        ]
        return -min(gains, default=0.0)
