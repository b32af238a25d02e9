from __future__ import annotations

from typing import Any

import pytest

from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.state.breaker import Admission, BreakerPolicy, BreakerState, CircuitBreaker
from nautilus_bybit_adapter.state.limiter import Purpose

CLOSED, OPEN, HALF_OPEN = BreakerState
SEND, PROBE, WAIT, REFUSE = Admission
CANCEL, ORDER, READ = Purpose

# (event, time) -> (action, state)
type Step = tuple[str | Purpose, float, Any, BreakerState]

FAIL_TWICE: list[Step] = [("fail", 0.0, False, CLOSED), ("fail", 0.0, True, OPEN)]

TABLES: dict[str, list[Step]] = {
    "closed lets all through": [
        (ORDER, 0.0, SEND, CLOSED),
        (CANCEL, 0.0, SEND, CLOSED),
        (READ, 0.0, SEND, CLOSED),
    ],
    "a success between failures starts the count anew": [
        ("fail", 0.0, False, CLOSED),
        ("succeed", 1.0, None, CLOSED),
        ("fail", 2.0, False, CLOSED),
        ("fail", 3.0, True, OPEN),
    ],
    "open refuses orders and makes the rest wait": [
        *FAIL_TWICE,
        (ORDER, 1.0, REFUSE, OPEN),
        (CANCEL, 1.0, WAIT, OPEN),
        (READ, 59.9, WAIT, OPEN),
    ],
    "half-open lets one cancel through": [
        *FAIL_TWICE,
        (CANCEL, 60.0, PROBE, HALF_OPEN),
        (CANCEL, 60.0, WAIT, HALF_OPEN),
        (READ, 61.0, WAIT, HALF_OPEN),
        (ORDER, 61.0, REFUSE, HALF_OPEN),
        ("probe succeeds", 62.0, None, CLOSED),
        (ORDER, 62.0, SEND, CLOSED),
        ("fail", 63.0, False, CLOSED),
    ],
    "half-open never probes with an order": [
        *FAIL_TWICE,
        (ORDER, 60.0, REFUSE, HALF_OPEN),
        (READ, 60.0, PROBE, HALF_OPEN),
    ],
    "a probe that fails opens it for another while": [
        *FAIL_TWICE,
        (READ, 70.0, PROBE, HALF_OPEN),
        ("probe fails", 75.0, True, OPEN),
        (READ, 134.9, WAIT, OPEN),
        (READ, 135.0, PROBE, HALF_OPEN),
    ],
    "a probe that says nothing leaves the place to another": [
        *FAIL_TWICE,
        (READ, 60.0, PROBE, HALF_OPEN),
        ("probe abandoned", 61.0, None, HALF_OPEN),
        (CANCEL, 61.0, PROBE, HALF_OPEN),
    ],
    "late answers of requests from before change nothing": [
        *FAIL_TWICE,
        ("fail", 1.0, False, OPEN),
        ("succeed", 2.0, None, OPEN),
        (READ, 60.0, PROBE, HALF_OPEN),
        ("succeed", 60.5, None, HALF_OPEN),
        ("fail", 60.5, False, HALF_OPEN),
        (READ, 61.0, WAIT, HALF_OPEN),
    ],
}


@pytest.mark.parametrize("name", TABLES)
def test_table(name: str) -> None:
    breaker = CircuitBreaker(BreakerPolicy(failures=2, open_secs=60.0))
    for event, now, action, state in TABLES[name]:
        did: object = None
        match event:
            case Purpose():
                assert breaker.look(now, event) is action
                did = breaker.admit(now, event)
            case "fail" | "probe fails":
                did = breaker.on_failure(now, is_probe=event == "probe fails")
            case "succeed" | "probe succeeds":
                breaker.on_success(is_probe=event == "probe succeeds")
            case _:
                breaker.on_abandoned(is_probe=True)
        assert (did, breaker.state(now)) == (action, state), (event, now)


def test_five_failures_and_a_minute_by_default() -> None:
    breaker = CircuitBreaker()
    assert [breaker.on_failure(7.0, is_probe=False) for _ in range(5)] == [False] * 4 + [True]
    assert (breaker.retry_at, breaker.failures, breaker.opened_count) == (67.0, 5, 1)


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        ({"failures": 0}, "breaker_failures must be at least 1; it is 0"),
        ({"open_secs": 0.0}, "breaker_open_secs must be above 0; it is 0.0"),
        ({"open_secs": float("nan")}, "breaker_open_secs must be above 0; it is nan"),
    ],
)
def test_a_policy_that_cannot_be(policy: dict[str, Any], message: str) -> None:
    with pytest.raises(BybitConfigError, match=message):
        BreakerPolicy(**policy)
