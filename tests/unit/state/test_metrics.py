from __future__ import annotations

import sys

from hypothesis import given
from hypothesis import strategies as st

from nautilus_bybit_adapter.state.metrics import Latency, LatencyHistogram, RequestLog, Waits

SECS = st.floats(0.0001, 90.0)


@given(st.lists(SECS, min_size=1, max_size=300))
def test_quantiles_are_right_to_a_twentieth(durations: list[float]) -> None:
    histogram = LatencyHistogram()
    for secs in durations:
        histogram.add(secs)
    found = histogram.snapshot()
    ordered = sorted(secs * 1000 for secs in durations)
    assert (found.count, found.max_ms) == (len(ordered), ordered[-1])
    for share, value in ((0.5, found.p50_ms), (0.9, found.p90_ms), (0.99, found.p99_ms)):
        exact = ordered[-(-len(ordered) * round(share * 100) // 100) - 1]
        assert exact / 1.06 <= value <= exact * 1.06


def test_nothing_measured_is_no_latency() -> None:
    assert LatencyHistogram().snapshot() == Latency(0, 0.0, 0.0, 0.0, 0.0)
    extreme = LatencyHistogram()
    extreme.add(0.0)
    extreme.add(1e9)
    assert extreme.snapshot().max_ms == 1e12


def test_memory_does_not_grow_with_what_the_venue_says() -> None:
    log = RequestLog()
    for number in range(1000):
        log.on_answer(f"/v5/{number}", 0.01, number)
    assert (log.requests, len(log.paths()), len(log.ret_codes())) == (1000, 257, 256)
    assert log.paths()["other"].requests == 744
    assert sys.getsizeof(log.ret_codes()) < 100_000


def test_what_became_of_requests() -> None:
    log = RequestLog()
    log.on_answer("/a", 0.010, 0)
    log.on_answer("/a", 0.020, 10001)
    log.on_failure("/b", "timeout")
    assert (log.requests, log.ret_codes(), log.failures()) == (3, {0: 1, 10001: 1}, {"timeout": 1})
    a, b = log.paths()["/a"], log.paths()["/b"]
    assert (a.requests, a.refusals, a.failures, a.latency.count) == (2, 1, 0, 2)
    assert (b.requests, b.refusals, b.failures, b.latency.count) == (1, 0, 1, 0)


def test_waits_add_up() -> None:
    waits = Waits().plus(1.0, is_given_up=False).plus(3.0, is_given_up=True)
    assert waits == Waits(count=2, given_up=1, total_secs=4.0, longest_secs=3.0)
