"""Every row meets every input."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nautilus_bybit_adapter.state.session import (
    Announce,
    Authenticate,
    Backoff,
    Close,
    Input,
    Open,
    Output,
    Recover,
    Row,
    Session,
    Subscribe,
    Wait,
    backoff_secs,
)

WAIT = (Close(), Wait(0.375))

# What each row makes of each input; what is not listed changes nothing.
EXPECTED: dict[Row, dict[Input, tuple[Row, tuple[Output, ...]]]] = {
    Row.CLOSED: {Input.START: (Row.CONNECTING, (Open(),))},
    Row.CONNECTING: {
        Input.OPENED: (Row.AUTHENTICATING, (Authenticate(),)),
        Input.LOST: (Row.BACKOFF, WAIT),
        Input.TIMER: (Row.BACKOFF, WAIT),
        Input.STOP: (Row.CLOSED, (Close(),)),
    },
    Row.AUTHENTICATING: {
        Input.AUTH_OK: (Row.SUBSCRIBING, (Subscribe(),)),
        Input.AUTH_FAILED: (Row.BACKOFF, WAIT),
        Input.LOST: (Row.BACKOFF, WAIT),
        Input.TIMER: (Row.BACKOFF, WAIT),
        Input.STOP: (Row.CLOSED, (Close(),)),
    },
    Row.SUBSCRIBING: {
        Input.SUBSCRIBED: (Row.RECOVERING, (Recover(),)),
        Input.LOST: (Row.BACKOFF, WAIT),
        Input.TIMER: (Row.BACKOFF, WAIT),
        Input.STOP: (Row.CLOSED, (Close(),)),
    },
    Row.RECOVERING: {
        Input.RECOVERED: (Row.LIVE, (Announce(),)),
        Input.LOST: (Row.BACKOFF, WAIT),
        Input.TIMER: (Row.BACKOFF, WAIT),
        Input.STOP: (Row.CLOSED, (Close(),)),
    },
    Row.LIVE: {Input.LOST: (Row.BACKOFF, WAIT), Input.STOP: (Row.CLOSED, (Close(),))},
    Row.BACKOFF: {
        Input.TIMER: (Row.CONNECTING, (Open(),)),
        Input.STOP: (Row.CLOSED, (Close(),)),
    },
}


def session_in(row: Row) -> Session:
    session = Session(needs_auth=True, needs_recovery=True)
    path = [Input.START, Input.OPENED, Input.AUTH_OK, Input.SUBSCRIBED, Input.RECOVERED]
    if row is Row.BACKOFF:
        session.on(Input.START, 0.0)
        session.on(Input.LOST, 0.0)
        session.failures = 0
    for event in path:
        if session.row is row:
            break
        session.on(event, 0.0)
    assert session.row is row
    return session


@pytest.mark.parametrize("row", list(Row))
@pytest.mark.parametrize("event", list(Input))
def test_the_table(row: Row, event: Input) -> None:
    session = session_in(row)
    following, outputs = EXPECTED[row].get(event, (row, ()))
    assert session.on(event, 1.0, 0.5) == outputs
    assert session.row is following
    assert session.is_live is (following is Row.LIVE)


def test_steps_that_are_not_needed_are_skipped() -> None:
    public = Session()
    assert public.on(Input.START, 0.0) == (Open(),)
    assert public.on(Input.OPENED, 0.0) == (Subscribe(),)
    assert public.on(Input.SUBSCRIBED, 0.0) == (Announce(),)
    trade = Session(needs_auth=True)
    trade.on(Input.START, 0.0)
    assert trade.on(Input.OPENED, 0.0) == (Authenticate(),)
    assert trade.on(Input.AUTH_OK, 0.0) == (Subscribe(),)
    assert trade.on(Input.SUBSCRIBED, 0.0) == (Announce(),)


def test_waits_grow_until_a_session_was_live_for_a_while() -> None:
    session = Session(backoff=Backoff(base_secs=1.0, cap_secs=8.0, stable_secs=10.0))
    waits = []

    def live_for(secs: float) -> None:
        for event in (Input.OPENED, Input.SUBSCRIBED):
            session.on(event, 100.0)
        *_, wait = session.on(Input.LOST, 100.0 + secs, 1.0)
        assert isinstance(wait, Wait)
        waits.append(wait.secs)
        session.on(Input.TIMER, 200.0)

    session.on(Input.START, 0.0)
    for secs in (0.0, 9.9, 0.0, 0.0, 0.0, 10.0, 0.0):
        live_for(secs)
    assert waits == [1.0, 2.0, 4.0, 8.0, 8.0, 1.0, 2.0]


def test_a_fresh_start_forgets_old_failures() -> None:
    session = Session()
    session.on(Input.START, 0.0)
    session.on(Input.LOST, 0.0)
    session.on(Input.STOP, 0.0)
    assert session.failures == 0


@given(
    attempt=st.integers(min_value=0, max_value=10_000),
    jitter=st.floats(min_value=0.0, max_value=1.0, exclude_max=True),
)
def test_waits_lie_between_half_a_step_and_the_cap(attempt: int, jitter: float) -> None:
    backoff = Backoff(base_secs=0.5, cap_secs=30.0)
    secs = backoff_secs(attempt, jitter, backoff)
    assert 0.25 <= secs <= 30.0
    assert secs <= backoff_secs(attempt + 1, 0.999999, backoff) * 1.001
