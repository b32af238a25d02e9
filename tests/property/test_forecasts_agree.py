"""The whole forecast of the C++ is that of the Python references: probes, gates, blend of cells and fills."""

from __future__ import annotations

import math

import pytest
from forecast_twin import Expected, ForecastTwin, made_model
from hypothesis import given, settings
from hypothesis import strategies as st
from warden_twin import ID, flow_of

from nautilus_bybit_adapter._ext import Forecast
from nautilus_bybit_adapter.warden import FastWarden, Side

MS = 1_000_000
SIDES = {Side.BUY: 1, Side.SELL: -1}


def same(got: Forecast, expected: Expected | None) -> None:
    if expected is None:
        assert math.isnan(got.q90_slippage_mid_bps)
        assert math.isnan(got.q95_slippage_mid_bps)
        assert not got.uses_model
        return
    assert got.expected_slippage_mid_bps == pytest.approx(expected.mean, rel=1e-7, abs=1e-7)
    assert got.q90_slippage_mid_bps == pytest.approx(expected.q90, rel=1e-7, abs=1e-7)
    assert got.q95_slippage_mid_bps == pytest.approx(expected.q95, rel=1e-7, abs=1e-7)
    assert got.passive_fill_probability == pytest.approx(expected.fill, rel=1e-7, nan_ok=True)
    assert got.uses_model is expected.uses_model


@given(
    seed=st.integers(0, 10_000),
    horizons=st.sampled_from([(100,), (50, 100, 1_000), (250, 2_000)]),
    notionals=st.sampled_from([(500.0,), (100.0, 2_000.0, 9e9)]),
    asked_ms=st.sampled_from([1, 100, 170, 600, 1_999, 60_000]),
    quantity=st.floats(1e-3, 30.0),
)
@settings(deadline=None, max_examples=40)
def test_any_flow_gives_the_forecast_of_the_references(
    seed: int, horizons: tuple[int, ...], notionals: tuple[float, ...], asked_ms: int, quantity: float
) -> None:
    twin = ForecastTwin((1, 3))
    twin.start(made_model(seed, horizons, notionals))
    for count, event in enumerate(flow_of(seed, 60)):
        twin.on_event(event)
        if count % 4 == 0:
            for side, sign in SIDES.items():
                got = twin.warden.forecast(ID, side, quantity, asked_ms * MS)
                same(got, twin.expected(sign, quantity, asked_ms))
    assert twin.outcomes > 0


def test_gates_open_and_a_restored_warden_keeps_them() -> None:
    twin = ForecastTwin((1, 3))
    twin.start(made_model(3))
    used = 0
    for count, event in enumerate(flow_of(3, 900)):
        if count == 450:
            twin.warden = FastWarden.restore(twin.warden.snapshot())
        twin.on_event(event)
        if count % 10 == 0:
            got = twin.warden.forecast(ID, Side.BUY, 0.8, 100 * MS)
            same(got, twin.expected(1, 0.8, 100))
            used += got.uses_model and count > 450
    assert used > 10
    assert twin.outcomes > 1_000
