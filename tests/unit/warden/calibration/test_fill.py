"""Passive orders wait at the back of the queue; the fill model is held against what became of them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from nautilus_bybit_adapter.warden.calibration.events import BookEvent, TradeEvent
from nautilus_bybit_adapter.warden.calibration.fill import (
    HORIZONS_MS,
    INPUTS,
    FillRows,
    fill_rows,
    fit_fill,
    score_fill,
)
from nautilus_bybit_adapter.warden.calibration.passive import Fills, PassiveOrders
from nautilus_bybit_adapter.warden.calibration.walk_forward import TooFewRowsError
from nautilus_bybit_adapter.warden.feature_state import FeatureState
from nautilus_bybit_adapter.warden.features import FEATURES

MS = 1_000_000
BOOK = ([(100.0, 5.0), (99.0, 5.0)], [(101.0, 5.0), (102.0, 50.0)])


def placed() -> PassiveOrders:
    state = FeatureState()
    state.on_book(0, *BOOK)
    orders = PassiveOrders(201.0)  # two units at the mid of 100.5
    orders.place(state, 0)
    return orders


def trade(ms: int, price: float, size: float, *, is_buy: bool) -> TradeEvent:
    return TradeEvent(ms * MS, ms * MS, is_buy, price, size)


def test_trades_at_the_price_eat_the_queue_and_then_the_order() -> None:
    orders = placed()
    orders.on_event(trade(100, 100.0, 6.9, is_buy=False))
    assert orders.fills().fill_ms.tolist() == [math.inf, math.inf]
    orders.on_event(trade(200, 100.0, 0.2, is_buy=False))
    orders.on_event(trade(300, 100.0, 9.0, is_buy=False))
    fills = orders.fills()
    assert fills.fill_ms.tolist() == [200.0, math.inf]
    assert fills.watched_ms.tolist() == [300.0, 300.0]


def test_buys_fill_the_sell_and_a_trade_through_fills_at_once() -> None:
    orders = placed()
    orders.on_event(trade(50, 102.0, 0.1, is_buy=True))
    orders.on_event(trade(60, 101.0, 7.0, is_buy=False))
    assert orders.fills().fill_ms.tolist() == [math.inf, 50.0]


def test_a_book_that_reaches_the_price_fills() -> None:
    orders = placed()
    orders.on_event(BookEvent(70 * MS, 70 * MS, [(98.0, 1.0)], [(100.0, 1.0)]))
    assert orders.fills().fill_ms.tolist() == [70.0, math.inf]


def test_after_ten_seconds_nobody_watches() -> None:
    orders = placed()
    orders.on_event(trade(10_001, 99.0, 1.0, is_buy=False))
    fills = orders.fills()
    assert fills.fill_ms.tolist() == [math.inf, math.inf]
    assert fills.watched_ms.tolist() == [10_000.0, 10_000.0]


def test_a_horizon_beyond_the_watch_has_no_row() -> None:
    fills = Fills(
        np.array([1, 2]),
        np.zeros((2, len(FEATURES))),
        np.array([300.0, math.inf]),
        np.array([700.0, 10_000.0]),
    )
    rows = fill_rows([fills])
    outcome = {(t, h): y for t, h, y in zip(rows.times_ns, rows.horizon_ms, rows.filled, strict=True)}
    assert outcome == {(1, 100): 0, (1, 500): 1, **{(2, h): 0 for h in HORIZONS_MS}}


def made_rows(count: int = 4_000) -> FillRows:
    chance = np.random.default_rng(0)
    inputs = chance.standard_normal((count, len(INPUTS)))
    horizon = chance.choice(HORIZONS_MS, count)
    inputs[:, -2] = np.log(horizon / 1_000.0)
    inputs[:, -1] = inputs[:, -2] ** 2
    logit = 0.5 * inputs[:, -2] - 1.5 * inputs[:, INPUTS.index("own_queue")]
    filled = (chance.random(count) < 1 / (1 + np.exp(-logit))).astype(float)
    return FillRows(np.arange(count) % 2, np.arange(count) * 50 * MS, horizon, inputs, filled)


def test_the_model_beats_the_base_rate_where_there_is_something_to_know() -> None:
    rows = made_rows()
    report = score_fill(rows, 3, ["a", "b"])
    whole = report.scores[0]
    assert whole.brier < 0.8 * whole.brier_base
    assert [one.horizon_ms for one in report.scores] == [0, *HORIZONS_MS]
    assert sum(one.rows for one in report.by_market) == whole.rows
    for point in report.curve:
        assert point.filled == pytest.approx(point.forecast, abs=4 * math.sqrt(0.25 / point.rows) + 0.02)
    model = fit_fill(rows, rows.filled >= 0)
    features = [0.0] * len(FEATURES)
    features[FEATURES.index("own_queue")] = -2.0
    assert model.probability(features, 1_000) > 0.85
    assert model.probability(features, 1_000) > model.probability(features, 100)


def test_one_outcome_alone_fits_nothing() -> None:
    rows = made_rows()._replace(filled=np.zeros(4_000))
    with pytest.raises(TooFewRowsError, match="both outcomes"):
        fit_fill(rows, rows.filled >= 0)
