"""The whole forecast in plain Python: probes, gates and blend of cells around the references of each."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from warden_twin import Message, Trade, Twin

from nautilus_bybit_adapter.warden.depth import take
from nautilus_bybit_adapter.warden.features import FEATURES, FeatureVector, feature_vector
from nautilus_bybit_adapter.warden.model import (
    LOG_HORIZON,
    LOG_HORIZON_SQUARED,
    Cell,
    FillModel,
    Linear,
    Model,
    Provenance,
)
from nautilus_bybit_adapter.warden.online import PROBE_MS, MeanGate, QuantileGate, Quantiles

_MS_NS = 1_000_000
_LEVELS = (0.9, 0.95)


def made_model(
    seed: int, horizons_ms: tuple[int, ...] = (100, 500), notionals: tuple[float, ...] = (500.0, 3_000.0)
) -> Model:
    """Return a model with coefficients of chance."""
    chance = np.random.default_rng(seed)
    count = len(FEATURES)

    def linear(intercept: float) -> Linear:
        return Linear(intercept, chance.normal(0.0, 0.15, count))

    cells = tuple(
        Cell(
            horizon_ms=horizon,
            notional=notional,
            samples=1,
            means=chance.normal(0.0, 1.0, count),
            scales=chance.uniform(0.3, 2.0, count),
            mean=linear(0.1),
            q90=linear(1.0),
            q95=linear(1.5),
            naive_q90=1.1,
            naive_q95=1.6,
        )
        for horizon in horizons_ms
        for notional in notionals
    )
    inputs = (*FEATURES[::3], LOG_HORIZON, LOG_HORIZON_SQUARED)
    fill = FillModel(
        inputs=inputs,
        means=chance.normal(0.0, 1.0, len(inputs)),
        scales=chance.uniform(0.3, 2.0, len(inputs)),
        coefficients=chance.normal(0.0, 0.3, len(inputs)),
        intercept=0.2,
        shortest_ms=500,
        longest_ms=10_000,
    )
    return Model(cells, fill, Provenance("2026-01-01", "test", "made", ()))


@dataclass
class Gates:
    """The gates of a cell."""

    mean: MeanGate
    q90: QuantileGate
    q95: QuantileGate


@dataclass
class Saying:
    """What a cell says of an order."""

    model: float
    used: float
    q90: Quantiles
    q95: Quantiles
    scale_bps: float


@dataclass
class Waiting:
    """A probe that waits for its outcome."""

    due_ns: int
    cell: int
    sign: int
    quantity: float
    mid: float
    walk_bps: float
    said: Saying


@dataclass
class Expected:
    """A forecast, bps against the mid."""

    mean: float
    q90: float
    q95: float
    uses_model: bool
    fill: float


@dataclass
class ForecastTwin(Twin):
    """A twin that forecasts; feed it after `start`."""

    waiting: list[Waiting] = field(default_factory=list)
    probed_ns: int | None = None
    outcomes: int = 0

    def start(self, model: Model) -> None:
        """Load a model on both sides."""
        self.model = model
        self.warden.load_model(model)
        self.gates = [
            Gates(
                MeanGate(cell.horizon_ms),
                QuantileGate(_LEVELS[0], cell.horizon_ms),
                QuantileGate(_LEVELS[1], cell.horizon_ms),
            )
            for cell in model.cells
        ]

    def on_event(self, event: Message | Trade) -> None:
        """Feed both; judge what was due before, and probe after."""
        is_book = isinstance(event, Message)
        if is_book:
            self._mature(event.ts_ns)
        super().on_event(event)
        if is_book:
            self._probe()

    def expected(self, sign: int, quantity: float, horizon_ms: float) -> Expected | None:
        """Return the forecast of the references."""
        vector = feature_vector(self.state, sign, quantity)
        if vector is None or self.state.mid is None:
            return None
        u = vector.scale.over(horizon_ms / 1_000.0)
        sums = np.zeros(3)
        uses = False
        for cell, weight in self.model.blend(horizon_ms, self.state.notional(quantity, self.state.mid)):
            said = self._say(next(i for i, known in enumerate(self.model.cells) if known is cell), vector)
            sums += weight * np.array([said.used, said.q90.used, said.q95.used])
            uses = uses or said.used != 0.0
        mean, q90, q95 = (vector.walk_bps + u * sums).tolist()
        q90 = max(q90, mean)
        fill = math.nan if self.model.fill is None else self.model.fill.probability(vector.values, horizon_ms)
        return Expected(mean, q90, max(q95, q90), uses, fill)

    def _say(self, index: int, vector: FeatureVector) -> Saying:
        cell, gates = self.model.cells[index], self.gates[index]
        standardised: NDArray[np.float64] = cell.standardise(np.array(vector.values))
        scale = vector.scale.over(cell.horizon_ms / 1_000.0)
        model = cell.mean.at(standardised)
        return Saying(
            model,
            gates.mean.apply(model, scale),
            gates.q90.apply(cell.q90.at(standardised), cell.naive_q90, scale),
            gates.q95.apply(cell.q95.at(standardised), cell.naive_q95, scale),
            scale,
        )

    def _probe(self) -> None:
        now, mid = self.state.last_ns, self.state.mid
        if mid is None or now is None:
            return
        if self.probed_ns is not None and now - self.probed_ns < PROBE_MS * _MS_NS:
            return
        self.probed_ns = now
        for index, cell in enumerate(self.model.cells):
            quantity = self.state.quantity_of(cell.notional, mid)
            for sign in (1, -1):
                vector = feature_vector(self.state, sign, quantity)
                if vector is not None:
                    due = now + cell.horizon_ms * _MS_NS
                    said = self._say(index, vector)
                    self.waiting.append(Waiting(due, index, sign, quantity, mid, vector.walk_bps, said))

    def _mature(self, now_ns: int) -> None:
        due = [probe for probe in self.waiting if probe.due_ns < now_ns]
        self.waiting = [probe for probe in self.waiting if probe.due_ns >= now_ns]
        for probe in due:
            side = self.state.asks if probe.sign > 0 else self.state.bids
            taken = take(side, probe.sign, probe.quantity, probe.mid)
            if taken is None:
                continue
            said, gates = probe.said, self.gates[probe.cell]
            deviation = (taken.cost_bps - probe.walk_bps) / said.scale_bps
            gates.mean.on_outcome(said.model, said.used, deviation, said.scale_bps)
            gates.q90.on_outcome(said.q90, deviation, said.scale_bps)
            gates.q95.on_outcome(said.q95, deviation, said.scale_bps)
            self.outcomes += 1
