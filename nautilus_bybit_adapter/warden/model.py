"""Fitted coefficients: read strictly, blended between sizes and horizons.

A file (TOML) holds cells, each fitted for one horizon and one notional, and a model of passive fills. Between cells a
result is taken linearly in the log of the horizon and the log of the notional; beyond the outermost ones the outermost
counts (the scale `u` still grows with the horizon). Each cell's own gate is applied before the blend.
"""

from __future__ import annotations

import bisect
import math
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from nautilus_bybit_adapter.warden.features import FEATURES
from nautilus_bybit_adapter.warden.model_fields import Fields, ModelError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = [
    "FORMAT_VERSION",
    "Cell",
    "FillModel",
    "Linear",
    "Model",
    "ModelError",
    "Provenance",
    "Source",
    "default_model",
    "parse_model",
    "read_model",
]

FORMAT_VERSION = 1
CLIP = 5.0
"""A standardised feature is clipped to so many of its standard deviations."""
LOG_HORIZON, LOG_HORIZON_SQUARED = "log_horizon", "log_horizon_squared"
"""Inputs of the fill model beside features: the natural log of the horizon in seconds, and its square."""
DEFAULT = "default.toml"


class Linear(NamedTuple):
    """``intercept + coefficients . standardised features``, in scales `u`."""

    intercept: float
    coefficients: NDArray[np.float64]

    def at(self, standardised: NDArray[np.float64]) -> float:
        """Return the value for one standardised vector."""
        return float(self.intercept + self.coefficients @ standardised)


@dataclass(frozen=True, slots=True)
class Cell:
    """What was fitted for one horizon and one notional.

    Parameters
    ----------
    horizon_ms : int
    notional : float
        Quote units.
    samples : int
    means, scales : float64 arrays, shape (f,)
        Of the features; scales above 0.
    mean, q90, q95 : Linear
    naive_q90, naive_q95 : float
        Quantiles of the deviation without features, in scales.

    """

    horizon_ms: int
    notional: float
    samples: int
    means: NDArray[np.float64]
    scales: NDArray[np.float64]
    mean: Linear
    q90: Linear
    q95: Linear
    naive_q90: float
    naive_q95: float

    def standardise(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return features standardised and clipped, of any shape (..., f)."""
        return np.clip((features - self.means) / self.scales, -CLIP, CLIP)


@dataclass(frozen=True, slots=True)
class FillModel:
    """Logistic model of a complete passive fill at the touch.

    Parameters
    ----------
    inputs : tuple of str
        Features, `LOG_HORIZON` and `LOG_HORIZON_SQUARED`.
    means, scales, coefficients : float64 arrays, shape (inputs,)
    intercept : float
    shortest_ms, longest_ms : int
        Horizons beyond these count as these.

    """

    inputs: tuple[str, ...]
    means: NDArray[np.float64]
    scales: NDArray[np.float64]
    coefficients: NDArray[np.float64]
    intercept: float
    shortest_ms: int
    longest_ms: int

    def probability(self, features: Sequence[float], horizon_ms: float) -> float:
        """Return the probability of a fill within a horizon, 0 to 1.

        Parameters
        ----------
        features : Sequence[float]
            As of `FEATURES`, of the order's own side.
        horizon_ms : float
            Above 0.

        """
        secs = min(max(horizon_ms, self.shortest_ms), self.longest_ms) / 1_000.0
        known = dict(zip(FEATURES, features, strict=True))
        known[LOG_HORIZON] = math.log(secs)
        known[LOG_HORIZON_SQUARED] = math.log(secs) ** 2
        values = np.array([known[name] for name in self.inputs])
        standardised = np.clip((values - self.means) / self.scales, -CLIP, CLIP)
        return float(1.0 / (1.0 + math.exp(-(self.intercept + self.coefficients @ standardised))))


@dataclass(frozen=True, slots=True)
class Source:
    """What a model was fitted on: a file's name, SHA-256 and span."""

    name: str
    sha256: str
    start: str
    end: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a model comes from."""

    fitted_at: str
    code_version: str
    note: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """Everything a forecast is made with.

    Parameters
    ----------
    cells : tuple of Cell
        A full grid: every horizon with every notional, sorted by horizon, then notional.
    fill : FillModel or None
    provenance : Provenance

    """

    cells: tuple[Cell, ...]
    fill: FillModel | None
    provenance: Provenance

    @property
    def horizons_ms(self) -> tuple[int, ...]:
        """Horizons of the grid, rising."""
        return tuple(sorted({cell.horizon_ms for cell in self.cells}))

    @property
    def notionals(self) -> tuple[float, ...]:
        """Notionals of the grid, rising."""
        return tuple(sorted({cell.notional for cell in self.cells}))

    def blend(self, horizon_ms: float, notional: float) -> list[tuple[Cell, float]]:
        """Return the one to four cells a result is made of, with weights above 0 of sum 1."""
        width = len(self.notionals)
        return [
            (self.cells[row * width + column], by_row * by_column)
            for row, by_row in _place(self.horizons_ms, horizon_ms)
            for column, by_column in _place(self.notionals, notional)
        ]


def _place(grid: Sequence[float], value: float) -> list[tuple[int, float]]:
    """Return the neighbours of a value in a rising grid with their weights, linear in the log, clamped."""
    above = bisect.bisect_left(grid, value)
    if above == 0:
        return [(0, 1.0)]
    if above == len(grid):
        return [(len(grid) - 1, 1.0)]
    low, high = math.log(grid[above - 1]), math.log(grid[above])
    share = (math.log(value) - low) / (high - low)
    return [(i, weight) for i, weight in ((above - 1, 1.0 - share), (above, share)) if weight > 0]


@cache
def default_model() -> Model:
    """Return the model that ships with the package."""
    resource = files("nautilus_bybit_adapter.warden") / "coefficients" / DEFAULT
    return parse_model(resource.read_text(encoding="utf-8"), DEFAULT)


def read_model(path: Path) -> Model:
    """Read a model from a file.

    Raises
    ------
    ModelError
        If the file is no such model; the message names the field, its value and what is allowed.
    OSError
        If it cannot be read.

    """
    return parse_model(path.read_text(encoding="utf-8"), path.name)


def parse_model(text: str, name: str) -> Model:
    """Read a model from TOML; `name` is for messages. Raises as `read_model` does."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as e:
        raise ModelError(f"{name} is no TOML: {e}") from e
    fields = Fields(name, table)
    version = fields.integer("format_version", least=1)
    if version != FORMAT_VERSION:
        raise ModelError(f"{name}: format_version is {version}; it must be {FORMAT_VERSION}")
    features = tuple(fields.texts("features"))
    if features != FEATURES:
        strange = [f for f in features if f not in FEATURES] + [f for f in FEATURES if f not in features]
        raise ModelError(
            f"{name}: features differ from this version's in {', '.join(strange) or 'their order'};"
            f" they must be the {len(FEATURES)} of FEATURES, in their order: calibrate anew"
        )
    cells = sorted(map(_cell, fields.tables("cells")), key=lambda cell: (cell.horizon_ms, cell.notional))
    fill = _fill(fields.table("fill")) if "fill" in table else None
    model = Model(tuple(cells), fill, _provenance(fields.table("provenance")))
    found = [(cell.horizon_ms, cell.notional) for cell in cells]
    if found != [(h, n) for h in model.horizons_ms for n in model.notionals]:
        raise ModelError(
            f"{name}: cells are for (horizon_ms, notional) {found}; they must hold every horizon with every"
            " notional once"
        )
    fields.close()
    return model


def _cell(fields: Fields) -> Cell:
    count = len(FEATURES)
    cell = Cell(
        horizon_ms=fields.integer("horizon_ms", least=1),
        notional=fields.number("notional", above=0.0),
        samples=fields.integer("samples", least=1),
        means=fields.numbers("means", count),
        scales=fields.numbers("scales", count, above=0.0),
        mean=_linear(fields.table("mean")),
        q90=_linear(fields.table("q90")),
        q95=_linear(fields.table("q95")),
        naive_q90=fields.number("naive_q90"),
        naive_q95=fields.number("naive_q95"),
    )
    fields.close()
    return cell


def _linear(fields: Fields) -> Linear:
    linear = Linear(fields.number("intercept"), fields.numbers("coefficients", len(FEATURES)))
    fields.close()
    return linear


def _fill(fields: Fields) -> FillModel:
    inputs = tuple(fields.texts("inputs"))
    allowed = {*FEATURES, LOG_HORIZON, LOG_HORIZON_SQUARED}
    for name in inputs:
        if name not in allowed:
            raise ModelError(
                f"{fields.where}inputs has {name!r}; each must be one of {', '.join(sorted(allowed))}"
            )
    shortest = fields.integer("shortest_ms", least=1)
    fill = FillModel(
        inputs=inputs,
        means=fields.numbers("means", len(inputs)),
        scales=fields.numbers("scales", len(inputs), above=0.0),
        coefficients=fields.numbers("coefficients", len(inputs)),
        intercept=fields.number("intercept"),
        shortest_ms=shortest,
        longest_ms=fields.integer("longest_ms", least=shortest),
    )
    fields.close()
    return fill


def _provenance(fields: Fields) -> Provenance:
    def source(one: Fields) -> Source:
        read = Source(*(one.text(key) for key in ("name", "sha256", "start", "end")))
        one.close()
        return read

    provenance = Provenance(
        fitted_at=fields.text("fitted_at"),
        code_version=fields.text("code_version"),
        note=fields.text("note"),
        sources=tuple(map(source, fields.tables("sources"))),
    )
    fields.close()
    return provenance
