"""The gate lets through what earns it, bounds what a misleading model costs, and keeps quantiles covered."""

from __future__ import annotations

from collections import deque

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nautilus_bybit_adapter.warden.online import (
    LARGEST_SHIFT,
    PROBE_MS,
    MeanGate,
    QuantileGate,
    Quantiles,
    pinball_loss,
)

Array = np.ndarray[tuple[int], np.dtype[np.float64]]


def replay_mean(model: Array, real: Array, scale: Array, late: int) -> tuple[float, float]:
    """Return the squared error used and the walk's, of outcomes that are known so many probes late."""
    gate = MeanGate((late - 1) * PROBE_MS / 2)
    waiting: deque[tuple[float, float, float, float]] = deque()
    lost = walk = 0.0
    for m, z, u in zip(model.tolist(), real.tolist(), scale.tolist(), strict=True):
        if len(waiting) > late:
            gate.on_outcome(*waiting.popleft())
        used = gate.apply(m, u)
        waiting.append((m, used, z, u))
        lost += (u * (z - used)) ** 2
        walk += (u * z) ** 2
    return lost, walk


@pytest.mark.parametrize("late", [1, 10, 20])
@pytest.mark.parametrize("seed", range(6))
def test_a_misleading_model_costs_less_than_one_percent(late: int, seed: int) -> None:
    chance = np.random.default_rng(seed)
    real = chance.standard_t(3, 6000)
    scale = np.exp(0.5 * chance.standard_normal(6000))
    for model in (-real, chance.standard_normal(6000), np.full(6000, 1.5), np.where(real > 3, -2.0, 2.0)):
        lost, walk = replay_mean(model, real, scale, late)
        assert lost <= 1.01 * walk


def test_a_good_model_is_let_through() -> None:
    chance = np.random.default_rng(1)
    model = 0.5 * chance.standard_normal(6000)
    lost, walk = replay_mean(model, model + chance.standard_normal(6000), np.ones(6000), 2)
    best = 0.25 / 1.25
    assert 1 - lost / walk > 0.7 * best


def test_a_model_that_turns_bad_falls_silent() -> None:
    gate = MeanGate(100)
    chance = np.random.default_rng(2)
    for k in range(8000):
        model = float(chance.standard_normal())
        real = (model if k < 4000 else -model) + float(chance.standard_normal())
        if k == 4000:
            assert gate.apply(1.0, 1.0) > 0.5
        gate.on_outcome(model, gate.apply(model, 1.0), real, 1.0)
    assert gate.shrinkage() == 0.0
    assert gate.apply(1.0, 1.0) == 0.0


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6))
def test_a_gate_starts_shut(model: float, scale: float) -> None:
    assert MeanGate(100).apply(model, scale) == 0.0
    found = QuantileGate(0.9, 100).apply(model, 1.25, scale)
    assert (found.naive, found.used) == (1.25, 1.25)
    assert found.model >= 0.0


def test_a_shift_is_never_larger_than_allowed() -> None:
    gate = MeanGate(100)
    for _ in range(3000):
        gate.on_outcome(50.0, gate.apply(50.0, 1.0), 50.0, 1.0)
    assert gate.apply(50.0, 1.0) == LARGEST_SHIFT


@pytest.mark.parametrize("level", [0.9, 0.95])
@pytest.mark.parametrize("bias", [-1.0, 0.0, 2.0])
def test_coverage_holds_however_the_model_is_off(level: float, bias: float) -> None:
    chance = np.random.default_rng(3)
    gate = QuantileGate(level, 500)
    waiting: deque[tuple[Quantiles, float, float]] = deque()
    inside = 0
    total = 6000
    lost = naive = 0.0
    for k in range(total):
        width = 1.0 if k < total / 2 else 3.0
        if len(waiting) > 10:
            gate.on_outcome(*waiting.popleft())
        given_now = gate.apply(1.3 * width + bias, 1.3, 1.0)
        real = width * float(chance.standard_normal())
        waiting.append((given_now, real, 1.0))
        inside += real <= given_now.used
        lost += pinball_loss(real, given_now.used, level)
        naive += pinball_loss(real, given_now.naive, level)
    assert inside / total == pytest.approx(level, abs=0.02)
    assert lost <= 1.01 * naive


def test_pinball_loss() -> None:
    assert pinball_loss(3.0, 1.0, 0.9) == pytest.approx(1.8)
    assert pinball_loss(1.0, 3.0, 0.9) == pytest.approx(0.2)
    assert pinball_loss(1.0, 1.0, 0.9) == 0.0
