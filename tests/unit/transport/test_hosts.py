from __future__ import annotations

import asyncio

import pytest

from nautilus_bybit_adapter.errors import BybitRateLimitError, BybitUnavailableError, Outcome
from nautilus_bybit_adapter.state.breaker import BreakerPolicy, CircuitBreaker
from nautilus_bybit_adapter.state.endpoints import Endpoint, EndpointChoice
from nautilus_bybit_adapter.state.limiter import Purpose
from nautilus_bybit_adapter.transport.hosts import HostGate, Passage
from nautilus_bybit_adapter.transport.options import DEFAULT_LOG
from nautilus_bybit_adapter.transport.signal import Signal

CANCEL, ORDER, READ = Purpose


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def hosts_of(clock: Clock, *names: str) -> HostGate:
    endpoints = [Endpoint(name, f"https://{name}") for name in names]
    choice = EndpointChoice(endpoints, BreakerPolicy(failures=2, open_secs=60.0))
    return HostGate(choice, DEFAULT_LOG, monotonic=clock)


def passage(gate: HostGate, purpose: Purpose = READ, deadline: float = 1e9) -> Passage:
    found = gate.admit(purpose, deadline)
    assert found is not None
    return found


def break_it(gate: HostGate) -> None:
    for each in [passage(gate), passage(gate)]:
        gate.on_failure(each, "it failed")


def test_a_broken_host_is_left_and_the_next_one_used() -> None:
    gate = hosts_of(Clock(), "a", "b")
    break_it(gate)
    assert (gate.endpoint.name, gate.switch_count) == ("b", 1)
    assert not passage(gate, ORDER).is_probe
    a, b = gate.metrics()
    assert (a.name, a.breaker, a.retry_in_secs, a.opened_count, a.is_current) == ("a", "open", 60.0, 1, False)
    assert (b.breaker, b.retry_in_secs, b.is_current) == ("closed", 0.0, True)


def test_a_host_without_name_or_certificate_is_left_at_once() -> None:
    gate = hosts_of(Clock(), "a", "b")
    gate.on_failure(passage(gate), "no such name", is_unreachable=True)
    assert gate.endpoint.name == "b"


def test_an_order_fails_at_once_and_what_can_wait_is_told_when_that_is_no_use() -> None:
    async def scenario() -> None:
        gate = hosts_of(Clock(), "a")
        break_it(gate)
        for purpose, deadline in ((ORDER, 1e9), (CANCEL, 130.0), (READ, 130.0)):
            with pytest.raises(
                BybitUnavailableError, match=r"a failed 2 times in a row .* another 60 s"
            ) as caught:
                await gate.ready(purpose, deadline)
            assert caught.value.outcome is Outcome.NOT_SENT
            assert caught.value.retry_in_secs == 60.0

    asyncio.run(scenario())


def test_the_cancel_that_waits_makes_the_probe_and_the_reads_follow() -> None:
    async def scenario() -> None:
        clock, done = Clock(), list[str]()
        gate = hosts_of(clock, "a")
        break_it(gate)

        async def ask(name: str, purpose: Purpose) -> Passage:
            await gate.ready(purpose, 1e9)
            found = passage(gate, purpose)
            done.append(name)
            return found

        read, cancel = asyncio.create_task(ask("read", READ)), asyncio.create_task(ask("cancel", CANCEL))
        await asyncio.sleep(0)
        assert not gate.is_probe_due
        clock.now += 60.0
        gate._changes.notify()
        probe = await cancel
        assert (probe.is_probe, done) == (True, ["cancel"])
        gate.on_answer(probe)
        assert not (await read).is_probe
        assert done == ["cancel", "read"]

    asyncio.run(scenario())


def test_a_probe_is_due_when_orders_alone_come() -> None:
    clock = Clock()
    gate = hosts_of(clock, "a")
    break_it(gate)
    assert not gate.is_probe_due
    clock.now += 60.0
    assert gate.is_probe_due
    probe = passage(gate)
    assert not gate.is_probe_due
    gate.on_abandoned(probe)
    assert gate.is_probe_due


def test_a_ban_stops_the_host_and_changes_none() -> None:
    async def scenario() -> None:
        clock = Clock()
        gate = hosts_of(clock, "a", "b")
        gate.on_banned(passage(gate))
        for purpose in Purpose:
            with pytest.raises(BybitRateLimitError, match=r"HTTP 403.* another 600 s") as caught:
                await gate.ready(purpose, 200.0)
            assert caught.value.retry_in_secs == 600.0
        assert gate.metrics()[0].is_banned
        clock.now += 600.0
        await gate.ready(ORDER, 1e9)
        assert gate.endpoint.name == "a"

    asyncio.run(scenario())


def test_switching_is_told_and_done() -> None:
    gate = hosts_of(Clock(), "a", "b")
    assert gate.switch_to(None)
    assert gate.endpoint.name == "b"
    assert not gate.switch_to("b")


def test_clients_that_share_a_host_find_out_together() -> None:
    async def scenario() -> None:
        clock, changes = Clock(), Signal()
        breakers: dict[tuple[str, BreakerPolicy], CircuitBreaker] = {}
        one, other = (
            HostGate(
                EndpointChoice(
                    [Endpoint("a", "https://a")], BreakerPolicy(failures=2, open_secs=60.0), None, breakers
                ),
                DEFAULT_LOG,
                changes=changes,
                monotonic=clock,
            )
            for _ in range(2)
        )
        one.on_failure(passage(one), "it failed")
        other.on_failure(passage(other), "it failed")
        for gate in (one, other):
            with pytest.raises(BybitUnavailableError):
                gate.admit(ORDER, 1e9)
        clock.now += 60.0
        probe = passage(one, CANCEL)
        assert probe.is_probe
        waiting = asyncio.create_task(other.ready(READ, 1e9))
        await asyncio.sleep(0)
        assert not waiting.done()
        one.on_answer(probe)
        await asyncio.wait_for(waiting, 5.0)
        assert not passage(other, ORDER).is_probe

    asyncio.run(scenario())


def test_a_client_with_other_figures_keeps_to_its_own() -> None:
    clock = Clock()
    breakers: dict[tuple[str, BreakerPolicy], CircuitBreaker] = {}
    patient, hasty, usual, unsaid = (
        HostGate(
            EndpointChoice([Endpoint("a", "https://a")], policy, None, breakers), DEFAULT_LOG, monotonic=clock
        )
        for policy in (
            BreakerPolicy(failures=3, open_secs=60.0),
            BreakerPolicy(failures=1, open_secs=5.0),
            BreakerPolicy(),
            None,
        )
    )
    assert len(breakers) == 3
    hasty.on_failure(passage(hasty), "it failed")
    with pytest.raises(BybitUnavailableError) as caught:
        hasty.admit(ORDER, 1e9)
    assert caught.value.retry_in_secs == 5.0
    patient.on_failure(passage(patient), "it failed")
    for gate in (patient, usual, unsaid):
        assert not passage(gate, ORDER).is_probe
    usual.on_failure(passage(usual), "it failed")
    assert [each.metrics()[0].failures for each in (patient, hasty, usual, unsaid)] == [1, 1, 1, 1]
