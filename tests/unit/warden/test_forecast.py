"""The forecast is the walk of the book until a model has earned more, and no number where the depth ends."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from forecast_twin import made_model
from warden_twin import feed_warden, flow_of

from nautilus_bybit_adapter._ext import FEATURE_COUNT
from nautilus_bybit_adapter.warden import (
    FastWarden,
    Forecast,
    Side,
    UnknownBookError,
    forecast,
    shipped_model,
)
from nautilus_bybit_adapter.warden.model import Model

ID = "BTCUSDT-LINEAR.BYBIT"
ROOT = Path(__file__).resolve().parents[3]


def ints(*values: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array(values, dtype=np.int64)


@pytest.fixture
def warden() -> FastWarden:
    warden = FastWarden()
    warden.apply_snapshot(ID, ints(1000, 990), ints(5, 20), ints(1001, 1002, 1010), ints(1, 2, 7), 1, 0, 42)
    return warden


def test_a_buy_within_the_depth(warden: FastWarden) -> None:
    result = forecast(warden, ID, Side.BUY, 2.0)
    assert result.sufficient_depth
    assert not result.is_insufficient
    assert result.average_price == pytest.approx(100.15, rel=1e-15)
    assert result.worst_price == 100.2
    assert result.levels_used == 2
    assert result.mid == 100.05
    assert result.expected_slippage_mid_bps == pytest.approx((100.15 - 100.05) / 100.05 * 1e4, rel=1e-9)
    assert result.expected_slippage_touch_bps == pytest.approx((100.15 - 100.1) / 100.1 * 1e4, rel=1e-9)
    assert result.spread_bps == pytest.approx(0.1 / 100.05 * 1e4, rel=1e-9)
    assert result.impact_exponent == pytest.approx(math.log2((100.375 - 100.05) / 0.1), rel=1e-9)
    assert (result.instrument_id, result.side, result.quantity) == (ID, Side.BUY, 2.0)
    assert result.book_ts_ns == 42


def test_a_sell_walks_the_bids(warden: FastWarden) -> None:
    result = forecast(warden, ID, Side.SELL, 25.0)
    assert result.average_price == pytest.approx(99.2, rel=1e-15)
    assert result.expected_slippage_mid_bps == pytest.approx((100.05 - 99.2) / 100.05 * 1e4, rel=1e-9)
    assert math.isnan(result.impact_exponent)


def test_insufficient_depth_is_no_number(warden: FastWarden) -> None:
    result = forecast(warden, ID, Side.BUY, 10.5)
    assert result.is_insufficient
    assert result.visible_quantity == 10.0
    assert result.levels_used == 3
    for value in (
        result.expected_slippage_mid_bps,
        result.expected_slippage_touch_bps,
        result.average_price,
        result.worst_price,
        result.impact_exponent,
    ):
        assert math.isnan(value)
    assert result.mid == 100.05


def test_a_crossed_book_says_so(warden: FastWarden) -> None:
    assert not forecast(warden, ID, Side.BUY, 1.0).is_crossed
    warden.apply_levels(ID, ints(1003), ints(1), ints(), ints(), 1, 0, 43)
    crossed = forecast(warden, ID, Side.BUY, 1.0)
    assert crossed.is_crossed
    assert crossed.spread_bps < 0


def test_an_empty_book_is_insufficient_not_an_error(warden: FastWarden) -> None:
    warden.clear(ID)
    result = forecast(warden, ID, Side.SELL, 1.0)
    assert result.is_insufficient
    assert result.visible_quantity == 0.0
    assert math.isnan(result.spread_bps)
    assert not result.is_crossed


def test_an_unknown_instrument_is_an_error(warden: FastWarden) -> None:
    with pytest.raises(UnknownBookError, match=r"no book for ETHUSDT-LINEAR.BYBIT"):
        forecast(warden, "ETHUSDT-LINEAR.BYBIT", Side.BUY, 1.0)


def played(model: Model | None, messages: int = 400) -> FastWarden:
    warden = FastWarden(use_default_model=False)
    if model is not None:
        warden.load_model(model)
    for event in flow_of(11, messages):
        feed_warden(warden, event)
    return warden


def test_without_a_model_the_cost_is_the_walk_and_the_quantiles_are_normal_ones() -> None:
    warden = played(None)
    told = forecast(warden, ID, Side.BUY, 0.8, horizon_ns=250_000_000)
    assert not warden.has_model
    assert not told.uses_model
    assert told.horizon_ns == 250_000_000
    assert told.expected_slippage_mid_bps == told.walk_slippage_mid_bps
    q90, q95 = (
        (quantile - told.walk_slippage_mid_bps)
        for quantile in (told.q90_slippage_mid_bps, told.q95_slippage_mid_bps)
    )
    assert q95 / q90 == pytest.approx(1.6448536 / 1.2815516, rel=1e-6)
    assert q90 > 0
    assert math.isnan(told.passive_fill_probability)
    assert told.features.shape == (FEATURE_COUNT,)
    assert told.features.tolist() == warden.features(ID, Side.BUY, 0.8).tolist()


def test_a_model_starts_shut_and_moves_all_costs_alike_once_open() -> None:
    model = made_model(3)
    fresh = played(model, 1).forecast(ID, Side.BUY, 0.8)
    assert not fresh.uses_model
    assert fresh.expected_slippage_mid_bps == fresh.walk_slippage_mid_bps
    assert 0.0 <= fresh.passive_fill_probability <= 1.0
    warden = played(model)
    moved = 0
    for side, sign in ((Side.BUY, 1), (Side.SELL, -1)):
        told, walked = warden.forecast(ID, side, 0.8), warden.walk(ID, side, 0.8)
        shift = told.expected_slippage_mid_bps - told.walk_slippage_mid_bps
        moved += told.uses_model
        assert told.average_price - walked.average_price == pytest.approx(
            sign * shift / 1e4 * told.mid, abs=1e-9
        )
        touch = told.best_ask if sign > 0 else told.best_bid
        assert told.expected_slippage_touch_bps == pytest.approx(
            sign * (told.average_price - touch) / touch * 1e4, abs=1e-7
        )
    assert moved > 0


def test_a_model_that_misleads_falls_silent() -> None:
    # Coefficients of chance say nothing of the market: what they may lose is half a percent of the walk's own loss.
    warden = played(made_model(5), 1)
    squared = {"walk": 0.0, "used": 0.0}
    asked: list[tuple[int, float, Forecast]] = []
    for event in flow_of(11, 3_000):
        while asked and asked[0][0] < event.ts_ns:
            _, mid, told = asked.pop(0)
            walk = warden.walk(ID, Side.BUY, 0.8)
            cost = (walk.average_price - mid) / mid * 1e4
            squared["walk"] += (cost - told.walk_slippage_mid_bps) ** 2
            squared["used"] += (cost - told.expected_slippage_mid_bps) ** 2
        feed_warden(warden, event)
        told = warden.forecast(ID, Side.BUY, 0.8)
        asked.append((event.ts_ns + told.horizon_ns, told.mid, told))
    assert squared["walk"] > 0
    assert squared["used"] < 1.01 * squared["walk"]


def test_loading_a_model_forgets_what_was_learned_and_learning_can_be_switched_off() -> None:
    warden = played(made_model(3))
    assert warden.forecast(ID, Side.BUY, 0.8).uses_model or warden.forecast(ID, Side.SELL, 0.8).uses_model
    warden.load_model(made_model(3))
    assert not warden.forecast(ID, Side.BUY, 0.8).uses_model
    warden.learns = False
    for event in flow_of(12, 400):
        feed_warden(warden, event)
    assert not warden.forecast(ID, Side.BUY, 0.8).uses_model
    assert not FastWarden.restore(warden.snapshot()).learns


def test_a_new_warden_starts_with_the_shipped_model_where_there_is_one() -> None:
    assert FastWarden().has_model is (shipped_model() is not None)
    assert not FastWarden(use_default_model=False).has_model


def test_new_wardens_take_the_default_model() -> None:
    script = (
        "import sys; sys.path.insert(0, 'tests/support')\n"
        "from forecast_twin import made_model\n"
        "from nautilus_bybit_adapter._ext import FastWarden, set_default_model\n"
        "set_default_model(lambda: made_model(1))\n"
        "assert FastWarden().has_model and not FastWarden(use_default_model=False).has_model\n"
        "set_default_model(None)\n"
        "assert not FastWarden().has_model\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60, cwd=ROOT)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        (
            {"cells": made_model(1).cells[:3]},
            ValueError,
            "model is no grid of cells; it must hold every horizon",
        ),
        ({"horizons_ms": (500, 100)}, ValueError, "model is no grid of cells"),
        ({"notionals": ()}, ValueError, "model is no grid of cells"),
        ({"cells": (None,)}, AttributeError, "horizon_ms"),
    ],
)
def test_what_is_no_model_is_refused_and_the_old_one_stays(
    changes: dict[str, Any], error: type[Exception], message: str
) -> None:
    good = made_model(1)
    fields = {name: getattr(good, name) for name in ("horizons_ms", "notionals", "cells", "fill")}
    warden = played(good, 30)
    before = warden.snapshot()
    with pytest.raises(error, match=message):
        warden.load_model(SimpleNamespace(**{**fields, **changes}))
    assert warden.snapshot() == before


@pytest.mark.parametrize("horizon_ns", [0, -1])
def test_a_horizon_lies_ahead(warden: FastWarden, horizon_ns: int) -> None:
    with pytest.raises(ValueError, match=rf"horizon_ns is {horizon_ns}; it must be at least 1 ns"):
        forecast(warden, ID, Side.BUY, 1.0, horizon_ns=horizon_ns)


def test_one_side_alone_has_a_touch_and_no_mid() -> None:
    warden = FastWarden()
    warden.apply_snapshot(ID, ints(), ints(), ints(1001), ints(5), 1, 0, 1)
    told = warden.forecast(ID, Side.BUY, 2.0)
    assert told.sufficient_depth
    assert told.expected_slippage_touch_bps == 0.0
    for value in (told.expected_slippage_mid_bps, told.q90_slippage_mid_bps, told.passive_fill_probability):
        assert math.isnan(value)
    assert "expected_slippage_mid_bps=nan" in repr(told)
