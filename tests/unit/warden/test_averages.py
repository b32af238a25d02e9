"""The averages are what a reader with all the history would work out."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nautilus_bybit_adapter.warden.averages import DecayingSum, HeldAverage, SampledAverage

steps = st.lists(
    st.tuples(st.floats(0.001, 5.0), st.floats(-100.0, 100.0)),
    min_size=1,
    max_size=20,
)


@given(steps, st.floats(0.05, 10.0))
def test_a_decaying_sum_counts_every_term_by_its_age(history: list[tuple[float, float]], tau: float) -> None:
    flow = DecayingSum(tau)
    for secs, term in history:
        flow.advance(secs)
        flow.add(term)
    ages = [sum(secs for secs, _ in history[i + 1 :]) for i in range(len(history))]
    expected = sum(term * math.exp(-age / tau) for age, (_, term) in zip(ages, history, strict=True))
    assert flow.total == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert flow.after(0.0) == flow.total
    assert flow.after(tau) == pytest.approx(flow.total / math.e)


@given(steps, st.floats(0.05, 10.0))
def test_a_sampled_average_has_no_start_value(history: list[tuple[float, float]], tau: float) -> None:
    average = SampledAverage(tau)
    assert average.value(7.5) == 7.5
    for secs, sample in history:
        average.add(sample, secs)
    weights = [
        (1 - math.exp(-secs / tau)) * math.exp(-sum(s for s, _ in history[i + 1 :]) / tau)
        for i, (secs, _) in enumerate(history)
    ]
    expected = sum(w * x for w, (_, x) in zip(weights, history, strict=True)) / sum(weights)
    assert average.value(0.0) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_a_constant_is_its_own_average_from_the_first_sample() -> None:
    average = SampledAverage(10.0)
    average.add(3.25, 0.05)
    assert average.value(0.0) == pytest.approx(3.25, rel=1e-12)


@given(steps, st.floats(0.05, 10.0))
def test_a_held_average_is_an_integral_over_the_past(history: list[tuple[float, float]], tau: float) -> None:
    average = HeldAverage(tau, 1.0)
    for secs, value in history:
        average.hold(value, secs)
    total = sum(secs for secs, _ in history)
    expected, passed = math.exp(-total / tau) * 1.0, 0.0
    for secs, value in history:
        passed += secs
        left = total - passed
        expected += value * (math.exp(-left / tau) - math.exp(-(left + secs) / tau))
    assert average.average == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert average.after(5.0, 0.0) == average.average
