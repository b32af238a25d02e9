from __future__ import annotations

import dataclasses
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nautilus_bybit_adapter.warden.policy import (
    Outlook,
    Preferences,
    Route,
    RouteCosts,
    Urgency,
    decide,
    fill_probability,
    is_guarded,
    route_costs,
)

NAN = math.nan


def outlook(expected: float = 5.0, q95: float | None = None, **changes: Any) -> Outlook:
    q95 = expected if q95 is None else q95
    known = Outlook(
        sufficient_depth=True,
        expected_bps=expected,
        walk_bps=expected,
        q90_bps=q95,
        q95_bps=q95,
        spread_bps=1.0,
    )
    return dataclasses.replace(known, **changes)


def preferences(urgency: Urgency = Urgency.NOW, **changes: Any) -> Preferences:
    values: dict[str, Any] = {
        "urgency": urgency,
        "threshold": 0.01,
        "cap_bps": 10.0,
        "horizon_secs": 15.0,
        "maker_fee_bps": 2.0,
        "taker_fee_bps": 5.5,
        "tail_weight": 0.1,
    }
    return Preferences(**{**values, **changes})


WIDE = preferences(cap_bps=1e9)
THIN = outlook(NAN, sufficient_depth=False, filled_fraction=0.4)


@pytest.mark.parametrize(
    ("told", "is_out"),
    [
        (outlook(100.0), False),
        (outlook(100.0001), True),
        (outlook(5.0, q95=100.0), False),
        (outlook(5.0, q95=100.0001), True),
        (outlook(5.0, q95=NAN), True),
        (outlook(NAN), True),
        (outlook(math.inf), True),
        (outlook(0.0, sufficient_depth=False), True),
        (None, True),
    ],
)
def test_the_guard_is_held_by_depth_and_by_the_tail(told: Outlook | None, is_out: bool) -> None:
    assert is_guarded(told, 0.01) is is_out
    decision = decide(told, WIDE)
    assert decision.is_guarded is is_out
    assert decision.route is (Route.CAPPED if is_out else Route.MARKET)


@pytest.mark.parametrize("told", [outlook(), THIN, outlook(NAN), None])
def test_a_passive_order_rests_whatever_the_forecast(told: Outlook | None) -> None:
    assert decide(told, preferences(Urgency.PASSIVE)).route is Route.PEG


def test_the_costs_follow_their_formulas() -> None:
    costs = route_costs(
        outlook(2.0, q95=4.0, walk_bps=1.0, fill_probability=0.5, fill_horizon_ns=15 * 10**9), WIDE
    )
    assert costs.market == pytest.approx(2.0 + 5.5 + 0.4)
    assert costs.capped == pytest.approx(costs.market), "no cap, no difference"
    drift = math.sqrt(15.0)
    mean = 0.5 * (2.0 - 0.5) + 0.5 * (1.0 + drift + 5.5)
    tail = 0.5 * -0.5 + 0.5 * (1.0 + 2 * drift)
    assert costs.peg == pytest.approx(mean + 0.1 * tail)
    assert costs.fill_probability == 0.5


def test_a_cap_costs_what_is_missed_and_saves_the_tail() -> None:
    # The cap is where the mean is: half of the time it is not enough.
    told = outlook(10.5, q95=30.5)
    costs = route_costs(told, preferences(cap_bps=10.0))
    assert costs.capped == pytest.approx(0.5 * 10.5 + 0.5 * 30.5 + 5.5 + 0.1 * 10.5)
    assert costs.market == pytest.approx(10.5 + 5.5 + 0.1 * 30.5)


def test_a_book_that_is_too_thin_has_no_market_cost_and_a_capped_one() -> None:
    costs = route_costs(THIN, preferences())
    assert math.isnan(costs.market)
    assert costs.capped == pytest.approx(10.5 + 5.5 + 0.1 * 10.5)
    assert "fills 40% of the quantity" in decide(THIN, preferences()).reason


@pytest.mark.parametrize(
    ("changes", "route"),
    [
        # A taker fee above the maker fee: resting pays, given the time.
        ({}, Route.PEG),
        ({"maker_fee_bps": 10.0, "taker_fee_bps": 10.0, "horizon_secs": 15.0}, Route.PEG),
        ({"horizon_secs": 0.2}, Route.MARKET),
        ({"maker_fee_bps": 10.0, "taker_fee_bps": 5.0}, Route.MARKET),
    ],
)
def test_normal_takes_the_cheapest(changes: dict[str, float], route: Route) -> None:
    decision = decide(outlook(0.6), preferences(Urgency.NORMAL, **changes))
    assert decision.route is route


def test_normal_never_takes_the_market_past_the_guard() -> None:
    told = outlook(0.6, q95=101.0)
    assert decide(told, preferences(Urgency.NORMAL, horizon_secs=0.01)).route is not Route.MARKET


def test_without_any_number_normal_rests() -> None:
    assert decide(None, preferences(Urgency.NORMAL)).route is Route.PEG
    decision = decide(outlook(NAN, spread_bps=NAN), preferences(Urgency.NORMAL))
    assert (decision.route, decision.reason) == (Route.PEG, "no route has a known cost")
    assert decide(None, preferences(Urgency.NORMAL)).costs.market is RouteCosts().market


def test_the_fill_probability_of_a_model_counts_for_each_stretch() -> None:
    told = outlook(fill_probability=0.1, fill_horizon_ns=5 * 10**9)
    assert fill_probability(told, preferences(horizon_secs=15.0)) == pytest.approx(1 - 0.9**3)
    assert fill_probability(outlook(), preferences(horizon_secs=5.0)) == pytest.approx(0.79, abs=0.01)
    assert fill_probability(outlook(), preferences(horizon_secs=15.0)) == pytest.approx(0.99, abs=0.01)


@given(
    expected=st.floats(-50, 500),
    spread=st.floats(0, 50),
    tail=st.floats(0, 500),
    urgency=st.sampled_from(Urgency),
    horizon=st.floats(0.01, 3600),
)
def test_there_is_always_a_decision_and_never_one_beyond_the_guard(
    expected: float, spread: float, tail: float, urgency: Urgency, horizon: float
) -> None:
    told = outlook(expected, q95=expected + tail, spread_bps=spread)
    decision = decide(told, preferences(urgency, horizon_secs=horizon))
    costs = decision.costs
    assert all(math.isfinite(cost) for cost in (costs.market, costs.capped, costs.peg))
    assert 0 <= costs.fill_probability <= 1
    assert not (decision.is_guarded and decision.route is Route.MARKET)
