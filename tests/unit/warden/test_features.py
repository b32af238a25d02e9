"""The features: symmetric, without units, defined in every book, unchanged by being asked for."""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nautilus_bybit_adapter.warden.feature_state import FeatureState, best_level_flow
from nautilus_bybit_adapter.warden.features import FEATURES, FeatureVector, feature_vector

MS = 1_000_000
START = 1_700_000_000_000 * MS
Levels = list[tuple[float, float]]


@dataclass(frozen=True)
class Step:
    wait_ms: int
    is_trade: bool
    is_buy: bool
    offset: int
    size: int
    bids: tuple[tuple[int, int], ...]
    asks: tuple[tuple[int, int], ...]


levels = st.lists(st.tuples(st.integers(1, 40), st.integers(1, 50)), max_size=8, unique_by=lambda x: x[0])
step = st.builds(
    Step,
    wait_ms=st.sampled_from([0, 1, 20, 60, 400, 20_000]),
    is_trade=st.booleans(),
    is_buy=st.booleans(),
    offset=st.integers(-5, 5),
    size=st.integers(1, 20),
    bids=levels.map(lambda x: tuple(sorted(x))),
    asks=levels.map(lambda x: tuple(sorted(x))),
)


def play(steps: list[Step], *, mirror: int = 1, size: float = 1.0, multiplier: float = 1.0) -> FeatureState:
    state = FeatureState(multiplier=multiplier)
    now = START
    for one in steps:
        now += one.wait_ms * MS
        if one.is_trade:
            price = 1000.0 + mirror * one.offset
            state.on_trade(now, one.is_buy is (mirror > 0), price, one.size * size)
            continue
        bids: Levels = [(1000.0 - d, s * size) for d, s in one.bids]
        asks: Levels = [(1000.0 + d, s * size) for d, s in one.asks]
        if mirror < 0:
            bids, asks = [(2000.0 - p, s) for p, s in asks], [(2000.0 - p, s) for p, s in bids]
        state.on_book(now, bids, asks)
    return state


def values_of(vector: FeatureVector | None) -> list[float] | None:
    return None if vector is None else [*vector.values, vector.walk_bps, vector.scale.over(0.5)]


def named(vector: FeatureVector | None) -> dict[str, float]:
    assert vector is not None
    return dict(zip(FEATURES, vector.values, strict=True))


@given(st.lists(step, max_size=12), st.integers(1, 60), st.sampled_from([1, -1]), st.integers(0, 5000))
def test_every_feature_is_a_number_or_there_is_no_vector(
    steps: list[Step], quantity: int, sign: int, later_ms: int
) -> None:
    state = play(steps)
    before = copy.deepcopy(state)
    now = (state.last_ns or START) + later_ms * MS
    vector = feature_vector(state, sign, float(quantity), now)
    assert state == before
    books = [one for one in steps if not one.is_trade]
    far = () if not books else books[-1].asks if sign > 0 else books[-1].bids
    if books and books[-1].bids and books[-1].asks and sum(size for _, size in far) >= quantity:
        assert vector is not None
        assert len(vector.values) == len(FEATURES)
        assert all(math.isfinite(value) for value in vector.values)
        assert vector.scale.over(0.1) > 0
    else:
        assert vector is None


@given(st.lists(step, max_size=10), st.integers(1, 60), st.integers(0, 5000))
def test_sizes_have_no_unit(steps: list[Step], quantity: int, later_ms: int) -> None:
    plain, scaled = play(steps), play(steps, size=8.0, multiplier=0.125)
    now = (plain.last_ns or START) + later_ms * MS
    expected = values_of(feature_vector(plain, 1, float(quantity), now))
    found = values_of(feature_vector(scaled, 1, quantity * 8.0, now))
    assert (found is None) == (expected is None)
    assert found is None or found == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_a_buy_in_a_market_is_a_sell_in_its_mirror() -> None:
    steps = [
        Step(0, False, True, 0, 1, ((1, 5), (2, 3), (4, 9)), ((1, 2), (3, 8), (7, 4))),
        Step(70, True, True, 1, 2, (), ()),
        Step(10, False, True, 0, 1, ((1, 6), (2, 3)), ((2, 2), (3, 8), (7, 4))),
        Step(300, True, False, -1, 1, (), ()),
        Step(60, False, True, 0, 1, ((2, 6), (3, 3)), ((1, 1), (3, 8), (7, 4))),
        Step(10, True, True, 1, 3, (), ()),
    ]
    bought = values_of(feature_vector(play(steps), 1, 4.0, START + 600 * MS))
    sold = values_of(feature_vector(play(steps, mirror=-1), -1, 4.0, START + 600 * MS))
    # The mirror is one of prices, the features are ones of logs: equal to the order of one tick in the price.
    assert bought == pytest.approx(sold, rel=5e-3, abs=5e-3)


def test_features_point_to_where_the_price_goes() -> None:
    state = FeatureState()
    state.on_book(START, [(99.0, 1.0)], [(101.0, 9.0)])
    state.on_book(START + 100 * MS, [(99.0, 9.0)], [(101.0, 1.0)])
    state.on_trade(START + 110 * MS, True, 101.0, 1.0)
    buy, sell = (named(feature_vector(state, sign, 1.0)) for sign in (1, -1))
    for name in ("imbalance_1", "microprice", "order_flow_500ms", "trade_flow_500ms", "fresh_trade_price"):
        assert buy[name] > 0
        assert sell[name] == pytest.approx(-buy[name])
    # A book that follows has the trade in it.
    state.on_book(START + 120 * MS, [(99.0, 9.0)], [(101.0, 1.0)])
    fresh = named(feature_vector(state, 1, 1.0))
    assert (fresh["fresh_trade_price"], fresh["fresh_trade_flow"]) == (0.0, 0.0)
    assert fresh["trade_flow_500ms"] > 0


def test_the_first_book_has_no_past() -> None:
    state = FeatureState()
    assert feature_vector(state, 1, 1.0) is None
    state.on_book(START, [(99.0, 1.0)], [(101.0, 9.0)])
    first = named(feature_vector(state, 1, 1.0))
    silent = [
        name for name in FEATURES if name.startswith(("order_flow", "trade_flow", "return", "walk_less"))
    ]
    assert [first[name] for name in (*silent, "fisher_rao_speed")] == [0.0] * (len(silent) + 1)


def test_time_never_runs_backwards() -> None:
    books = [([(99.0, 1.0)], [(101.0, 9.0)]), ([(99.5, 4.0)], [(101.0, 2.0)])]
    late, on_time = FeatureState(), FeatureState()
    for state, second_ns in ((late, START - 5000 * MS), (on_time, START)):
        state.on_book(START, *books[0])
        state.on_book(second_ns, *books[1])
        state.on_trade(second_ns, False, 99.5, 1.0)
    assert late == on_time
    assert feature_vector(late, 1, 1.0, START - MS) == feature_vector(late, 1, 1.0, START)


def test_flow_fades_while_nothing_happens() -> None:
    state = FeatureState()
    state.on_book(START, [(99.0, 1.0)], [(101.0, 9.0)])
    state.on_trade(START, True, 101.0, 3.0)
    now, later = (named(feature_vector(state, 1, 1.0, START + ms * MS)) for ms in (0, 3000))
    assert now["trade_flow_100ms"] > 0.4
    assert later["trade_flow_100ms"] < 1e-9
    assert later["mid_age"] > now["mid_age"]


def test_an_inverse_quantity_is_its_own_notional() -> None:
    linear, inverse = FeatureState(multiplier=0.5), FeatureState(multiplier=10.0, is_inverse=True)
    assert linear.notional(3.0, 200.0) == 300.0
    assert inverse.notional(3.0, 200.0) == 30.0
    assert linear.quantity_of(300.0, 200.0) == 3.0
    assert inverse.quantity_of(30.0, 200.0) == 3.0


@pytest.mark.parametrize(
    ("before", "after", "flow"),
    [
        ([(10.0, 5.0)], [(10.0, 7.0)], 2.0),
        ([(10.0, 5.0)], [(11.0, 7.0)], 7.0),
        ([(10.0, 5.0)], [(9.0, 7.0)], -5.0),
        ([], [(9.0, 7.0)], 0.0),
        ([(9.0, 7.0)], [], 0.0),
    ],
)
def test_flow_of_a_best_level(before: Levels, after: Levels, flow: float) -> None:
    assert best_level_flow(before, after, 1) == flow
    before, after = ([(20.0 - p, s) for p, s in side] for side in (before, after))
    assert best_level_flow(before, after, -1) == flow
