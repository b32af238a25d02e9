"""The shipped coefficients load by themselves, and do no harm in markets nothing like those they come from."""

from __future__ import annotations

import math

import numpy as np
import pytest
from thin_market import Thin, thin_events

from nautilus_bybit_adapter.warden.calibration.dataset import Sampling, sample_market
from nautilus_bybit_adapter.warden.calibration.rows import cell_rows
from nautilus_bybit_adapter.warden.calibration.study import study_cell
from nautilus_bybit_adapter.warden.features import FEATURES
from nautilus_bybit_adapter.warden.model import default_model

SIZES = (500.0, 3_000.0)
HORIZONS = (100, 1_000)
THIN = [
    Thin(seed=1, lean=1.0),
    Thin(seed=2, lean=-1.0),
    Thin(seed=3, lean=-1.0, rate=0.7, secs=240.0),
    Thin(seed=4, jump=0.3, rate=10.0, secs=100.0),
    Thin(seed=5, tick=0.5, middle=120_000, rate=3.0),
]


def test_the_default_model_is_complete_and_says_where_it_comes_from() -> None:
    model = default_model()
    assert model.horizons_ms == (100, 500, 1_000)
    assert model.notionals[:2] == (1e4, 1e5)
    assert len(model.provenance.sources) == 5
    assert all(len(source.sha256) == 64 for source in model.provenance.sources)
    assert "Binance" in model.provenance.note
    for cell in model.cells:
        for linear in (cell.mean, cell.q90, cell.q95):
            assert linear.coefficients[FEATURES.index("volatility")] == 0.0
    assert model.fill is not None


def test_more_time_fills_more() -> None:
    fill = default_model().fill
    assert fill is not None
    features = np.zeros(len(FEATURES)).tolist()
    chances = [fill.probability(features, ms) for ms in (100, 1_000, 10_000)]
    assert 0 < chances[0] < chances[1] < chances[2] < 1


@pytest.mark.parametrize("setting", THIN, ids=lambda setting: f"seed{setting.seed}")
def test_in_a_thin_market_the_gate_keeps_every_loss_below_one_percent(setting: Thin) -> None:
    samples = sample_market("thin", thin_events(setting), Sampling(SIZES, HORIZONS))
    checked = 0
    for z, notional in enumerate(SIZES):
        for h, horizon in enumerate(HORIZONS):
            found = study_cell(cell_rows([samples], z, h, horizon, notional), 1, model=default_model()).pooled
            if math.isnan(found.r2_gated):
                continue
            assert min(found.r2_gated, found.gain90_gated, found.gain95_gated) >= -0.01
            checked += 1
    assert checked
