"""Regressions find what is there; folds look at the past alone; scores and gates say what they claim."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import linprog

from nautilus_bybit_adapter.warden.calibration.regression import (
    Standard,
    pinball,
    quantile_regression,
    ridge,
)
from nautilus_bybit_adapter.warden.calibration.rows import CellRows
from nautilus_bybit_adapter.warden.calibration.scores import block_t, run_gates, score
from nautilus_bybit_adapter.warden.calibration.study import (
    GEOMETRY,
    GROUPS,
    PLACEBO,
    study_cell,
    with_late_geometry,
)
from nautilus_bybit_adapter.warden.calibration.walk_forward import (
    EMBARGO_MS,
    Forecasts,
    TooFewRowsError,
    fit_cell,
    folds,
    leave_one_out,
    walk_forward,
)
from nautilus_bybit_adapter.warden.features import FEATURES

STEP_NS = 100_000_000
ABLATED = ["flow", "all", "flow + mean_curvature", PLACEBO]


def made_rows(secs: int = 120, *, strength: float = 0.8, markets: int = 2, seed: int = 0) -> CellRows:
    """Rows whose deviation follows one flow feature; both sides of each market."""
    chance = np.random.default_rng(seed)
    times = np.repeat(np.arange(secs * 10) * STEP_NS, 2 * markets)
    count = len(times)
    features = chance.standard_normal((count, len(FEATURES)))
    noise = chance.standard_t(4, count)
    deviation = strength * features[:, FEATURES.index("order_flow_500ms")] + noise
    pairs = np.arange(count) % (2 * markets)
    scale = np.exp(0.3 * chance.standard_normal(count))
    return CellRows(
        100,
        1e4,
        tuple(f"m{k}" for k in range(markets)),
        pairs // 2,
        pairs % 2,
        times,
        features,
        chance.standard_normal((count, 2)),
        scale,
        deviation,
    )


def test_ridge_is_least_squares_shrunk() -> None:
    chance = np.random.default_rng(1)
    design = chance.standard_normal((4_000, 3))
    target = 2.0 + design @ np.array([1.0, -0.5, 0.0]) + 0.1 * chance.standard_normal(4_000)
    loose, tight = ridge(design, target, 0.0), ridge(design, target, 1.0)
    assert loose.intercept == pytest.approx(2.0, abs=0.01)
    np.testing.assert_allclose(loose.coefficients, [1.0, -0.5, 0.0], atol=0.01)
    np.testing.assert_allclose(tight.coefficients, [0.5, -0.25, 0.0], atol=0.02)


@pytest.mark.parametrize("level", [0.9, 0.95])
def test_quantile_regression_is_the_linear_program(level: float) -> None:
    chance = np.random.default_rng(2)
    design = chance.standard_normal((400, 2))
    target = design @ np.array([0.7, -0.2]) + (1 + 0.3 * np.abs(design[:, 0])) * chance.standard_normal(400)
    weights = chance.uniform(0.5, 2.0, 400)
    found = quantile_regression(design, target, level, weights, 0.0)
    ones = np.ones((400, 1))
    exact = linprog(
        np.concatenate([np.zeros(3), weights * level, weights * (1 - level)]),
        A_eq=np.hstack([ones, design, np.eye(400), -np.eye(400)]),
        b_eq=target,
        bounds=[(None, None)] * 3 + [(0, None)] * 800,
    )
    ours = pinball(target, found.intercept + design @ found.coefficients, level)
    assert float((weights * ours).sum()) <= 1.005 * exact.fun


def test_standards_clip_and_survive_a_constant() -> None:
    features = np.column_stack([np.arange(100.0), np.full(100, 3.0)])
    standard = Standard.of(features)
    applied = standard.apply(np.array([[1e9, 3.0], [-1e9, 4.0]]))
    np.testing.assert_array_equal(applied, [[5.0, 0.0], [-5.0, 1.0]])


def test_folds_leave_an_embargo_and_cover_the_rest_once() -> None:
    times = np.arange(1_000, dtype=np.int64) * STEP_NS
    tested = np.zeros(1_000, dtype=int)
    for train, test in folds(times, 4, 5_100):
        tested += test
        assert times[test].min() - times[train].max() > 5_100 * 1_000_000
    assert tested[400:].tolist() == [1] * 600
    assert tested[:399].sum() == 0


def test_a_walk_forward_finds_what_is_there() -> None:
    rows = made_rows()
    forecasts = walk_forward(rows, 3)
    gated = run_gates(rows, forecasts)
    found = score(rows, forecasts, gated)
    assert found.r2 == pytest.approx(0.64 / (0.64 + 2.0), abs=0.06)
    assert found.r2_t > 4
    assert found.gain90 > 0.03
    assert found.r2_gated > 0.5 * found.r2
    assert found.coverage90_gated == pytest.approx(0.9, abs=0.015)
    assert found.coverage95_gated == pytest.approx(0.95, abs=0.015)
    halves = [score(rows, forecasts, gated, rows.market[forecasts.rows] == m) for m in (0, 1)]
    assert halves[0].rows + halves[1].rows == found.rows == len(forecasts.rows)


def test_training_never_sees_its_test() -> None:
    rows = made_rows(60)
    spoiled = replace(rows, deviation=np.where(rows.times_ns > 40e9, 1e6, rows.deviation))
    plain, other = walk_forward(rows, 3), walk_forward(spoiled, 3)
    early = rows.times_ns[plain.rows] < 40e9
    assert early.any()
    np.testing.assert_array_equal(plain.mean[early], other.mean[early])
    np.testing.assert_array_equal(plain.quantiles[early], other.quantiles[early])


def test_noise_forecasts_nothing_and_the_gate_says_so() -> None:
    rows = made_rows(strength=0.0, seed=5)
    found = study_cell(rows, 3)
    assert abs(found.pooled.r2) < 0.02
    for scores in found.by_market:
        assert scores.r2_gated > -0.01
        assert scores.gain90_gated > -0.01


def test_a_left_out_market_is_forecast_from_the_others() -> None:
    rows = made_rows(60)
    forecasts = leave_one_out(rows)
    assert sorted(forecasts.rows.tolist()) == list(range(len(rows)))
    np.testing.assert_array_equal(forecasts.fold, rows.market[forecasts.rows])
    spoiled = replace(rows, deviation=np.where(rows.market == 1, 1e6, rows.deviation))
    again = leave_one_out(spoiled)
    np.testing.assert_array_equal(forecasts.mean[forecasts.fold == 1], again.mean[again.fold == 1])


def test_a_placebo_has_the_geometry_of_a_minute_before() -> None:
    rows = made_rows(90)
    late = with_late_geometry(rows)
    columns = [FEATURES.index(name) for name in GEOMETRY]
    rest = [k for k in range(len(FEATURES)) if k not in columns]
    np.testing.assert_array_equal(late.features[:, rest], rows.features[:, rest])
    at = len(rows) - 3
    source = at - 600 * 4
    assert rows.times_ns[at] - rows.times_ns[source] == 60_000_000_000
    np.testing.assert_array_equal(late.features[at, columns], rows.features[source, columns])


def test_an_ablation_compares_with_its_first_line() -> None:
    found = study_cell(made_rows(60), 2, ablation=ABLATED).ablation
    assert [one.name for one in found] == ABLATED
    assert np.isnan(found[0].r2_t) or found[0].r2_t == 0
    assert found[1].r2 == pytest.approx(found[0].r2, abs=0.05)
    assert set(GROUPS["flow"]) < set(GROUPS["all"])


def test_blocks_count_once() -> None:
    times = np.repeat(np.arange(10, dtype=np.int64) * 10_000_000_000, 50)
    gains = np.repeat(np.arange(10.0), 50)
    sums = np.arange(10.0) * 50
    assert block_t(gains, times) == pytest.approx(sums.mean() / (sums.std(ddof=1) / np.sqrt(10)))
    assert np.isnan(block_t(gains[:50], times[:50]))


def test_outcomes_reach_a_gate_only_when_they_are_known() -> None:
    rows = replace(made_rows(30, markets=1), horizon_ms=20_000)
    count = len(rows)
    perfect = Forecasts(
        np.arange(count), np.zeros(count, dtype=int), rows.deviation, np.ones((count, 2)), np.ones((count, 2))
    )
    gated = run_gates(rows, perfect)
    early = rows.times_ns <= 20e9
    assert not gated.mean[early].any()
    assert gated.mean[~early].any()


def test_too_few_rows_are_refused() -> None:
    rows = made_rows(3)
    with pytest.raises(TooFewRowsError, match="a fit needs 200"):
        fit_cell(rows, rows.times_ns >= 0)
    short = made_rows((EMBARGO_MS + 100) // 1_000, markets=8)
    with pytest.raises(TooFewRowsError, match="too short"):
        fit_cell(short, short.times_ns >= 0)
