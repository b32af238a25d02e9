from __future__ import annotations

import pytest

from nautilus_bybit_adapter.state.heartbeat import Beat, Heartbeat


@pytest.fixture
def heartbeat() -> Heartbeat:
    beating = Heartbeat(interval_secs=20.0, timeout_secs=10.0)
    beating.on_open(100.0)
    return beating


def test_pings_at_the_interval(heartbeat: Heartbeat) -> None:
    assert heartbeat.next_at() == 120.0
    assert heartbeat.poll(119.9) is Beat.NOTHING
    assert heartbeat.poll(120.0) is Beat.PING
    heartbeat.on_pong()
    assert heartbeat.next_at() == 140.0
    assert heartbeat.poll(139.9) is Beat.NOTHING
    assert heartbeat.poll(140.5) is Beat.PING


def test_an_unanswered_ping_is_death_at_its_deadline(heartbeat: Heartbeat) -> None:
    heartbeat.poll(120.0)
    assert heartbeat.next_at() == 130.0
    assert heartbeat.poll(129.9) is Beat.NOTHING
    assert heartbeat.poll(130.0) is Beat.DEAD


def test_a_later_ping_does_not_extend_the_deadline() -> None:
    slow = Heartbeat(interval_secs=5.0, timeout_secs=12.0)
    slow.on_open(0.0)
    assert [slow.poll(at) for at in (5.0, 10.0, 15.0)] == [Beat.PING] * 3
    assert slow.poll(17.0) is Beat.DEAD


def test_nothing_is_due_without_a_connection(heartbeat: Heartbeat) -> None:
    heartbeat.poll(120.0)
    heartbeat.on_lost()
    assert heartbeat.next_at() is None
    assert heartbeat.poll(1e9) is Beat.NOTHING


def test_a_fresh_connection_owes_nothing(heartbeat: Heartbeat) -> None:
    heartbeat.poll(120.0)
    heartbeat.on_open(125.0)
    assert heartbeat.poll(130.0) is Beat.NOTHING
    assert heartbeat.next_at() == 145.0
