from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from nautilus_bybit_adapter.errors import (
    BybitApiError,
    BybitConnectionError,
    BybitRateLimitError,
    BybitStatusError,
    BybitTimeoutError,
    Outcome,
)
from nautilus_bybit_adapter.state.limiter import Demand, RateLimits
from nautilus_bybit_adapter.state.rate_table import rate_table
from nautilus_bybit_adapter.transport.gate import RateGate

CREATE, CANCEL, READ = (
    Demand(f"/v5/order/{name}", "linear", is_rest=False) for name in ("create", "cancel", "realtime")
)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def gate_of(clock: Clock, **per_second: int) -> RateGate:
    limits = RateLimits(
        0, 0, rate_table(overrides={f"/v5/order/{name}": n for name, n in per_second.items()})
    )
    return RateGate(limits, monotonic=clock)


def first_yield(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine up to its first yield, and return what it returned if there was none."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value
    finally:
        coroutine.close()
    return None


def test_a_free_unit_costs_no_turn_of_the_loop() -> None:
    async def scenario() -> None:
        gate = gate_of(Clock(), create=1)
        assert first_yield(gate.enter(CREATE, 200.0)) is not None
        assert first_yield(gate.enter(CREATE, 200.0)) is None
        # The one that was closed while it waited left the queue.
        assert gate.waiting_count == 0

    asyncio.run(scenario())


def test_cancels_go_before_orders_and_orders_before_reads() -> None:
    async def scenario() -> None:
        clock, done = Clock(), list[str]()
        gate = RateGate(RateLimits(0, 1), monotonic=clock)
        ticket = await gate.enter(READ, 200.0)

        async def send(name: str, demand: Demand) -> None:
            mine = await gate.enter(demand, 200.0)
            done.append(name)
            gate.settle(mine)
            clock.now += 1.0
            gate.give_back(mine)  # makes it look again

        tasks = [
            asyncio.create_task(send(name, demand))
            for name, demand in (("read", READ), ("order", CREATE), ("order 2", CREATE), ("cancel", CANCEL))
        ]
        await asyncio.sleep(0)
        assert gate.waiting_count == 4
        gate.settle(ticket)
        clock.now += 1.0
        gate.give_back(ticket)  # makes it look again
        await asyncio.gather(*tasks)
        assert done == ["cancel", "order", "order 2", "read"]
        assert (gate.waits.count, gate.waits.given_up) == (4, 0)
        assert gate.waits.longest_secs == 4.0

    asyncio.run(scenario())


def test_who_comes_while_others_wait_takes_nothing_from_them() -> None:
    async def scenario() -> None:
        clock = Clock()
        gate = gate_of(clock, create=1)
        await gate.enter(CREATE, 200.0)
        waiting = asyncio.create_task(gate.enter(CREATE, 200.0))
        await asyncio.sleep(0)
        clock.now += 2.0
        # Its own limit is free, and so is the other's since now, before its timer has told.
        assert first_yield(gate.enter(CANCEL, 200.0)) is not None
        assert await waiting

    asyncio.run(scenario())


def test_who_finds_no_room_in_time_is_told_that_nothing_was_sent() -> None:
    async def scenario() -> None:
        gate = gate_of(Clock(), create=1)
        await gate.enter(CREATE, 200.0)
        with pytest.raises(
            BybitRateLimitError, match=r"/v5/order/create waited 0.01 s .* not sent"
        ) as caught:
            await gate.enter(CREATE, 100.01)
        assert caught.value.outcome is Outcome.NOT_SENT
        assert (gate.waits.given_up, gate.waiting_count) == (1, 0)

    asyncio.run(scenario())


def test_a_cancelled_caller_leaves_its_unit_to_the_next() -> None:
    async def scenario() -> None:
        clock = Clock()
        gate = gate_of(clock, create=1)
        ticket = await gate.enter(CREATE, 200.0)
        first, second = (asyncio.create_task(gate.enter(CREATE, 200.0)) for _ in range(2))
        await asyncio.sleep(0)
        gate.give_back(ticket)
        # Let through and cancelled in the same turn: it was not sent.
        first.cancel()
        assert await second
        assert first.cancelled()

    asyncio.run(scenario())


def test_a_refusal_names_the_time_until_which_all_wait() -> None:
    async def scenario() -> None:
        clock = Clock()
        gate = gate_of(clock)
        for headers, secs in (
            ({"X-Bapi-Limit-Reset-Timestamp": "1000700"}, 0.7),
            ({"X-Bapi-Limit-Reset-Timestamp": "999000"}, 0.25),
            ({}, 0.25),
            ({"X-Bapi-Limit-Reset-Timestamp": "soon"}, 0.25),
            ({"X-Bapi-Limit-Reset-Timestamp": "9999999999999"}, 60.0),
        ):
            gate.on_refused(CREATE, headers, 1_000_000)
            clock.now += secs - 0.01
            assert first_yield(gate.enter(CREATE, 1e9)) is None
            clock.now += 0.02
            ticket = await gate.enter(CREATE, 1e9)
            gate.give_back(ticket)

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("failure", "free_after"),
    [
        (BybitApiError("order.create", 110007, ""), 1.0),
        (BybitStatusError("", 503), 1.0),
        (BybitTimeoutError(""), 2.0),
        (BybitConnectionError(""), 2.0),
        (asyncio.CancelledError(), 2.0),
        (BybitConnectionError("", Outcome.NOT_SENT), 0.0),
    ],
)
def test_a_failure_frees_the_unit_when_the_venue_can_count_it_no_more(
    failure: BaseException, free_after: float
) -> None:
    async def scenario() -> None:
        clock = Clock()
        gate = gate_of(clock, create=1)
        gate.release(await gate.enter(CREATE, 1e9), failure)
        if free_after:
            clock.now += free_after - 0.01
            assert first_yield(gate.enter(CREATE, 1e9)) is None
            clock.now += 0.02
        assert first_yield(gate.enter(CREATE, 1e9)) is not None

    asyncio.run(scenario())
