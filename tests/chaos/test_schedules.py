"""A few schedules of the fault campaign; `make chaos` runs a thousand."""

from __future__ import annotations

import asyncio

import campaign
import pytest
import trading
from campaign import PRODUCTS, Run, run_all, run_schedule
from schedules import FAULTS, schedule_of

from nautilus_bybit_adapter.nt1 import factories
from nautilus_bybit_adapter.transport.options import SocketOptions

COUNT = 20
LANES = 10


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(factories, "SocketOptions", SocketOptions)  # put back afterwards
    monkeypatch.setattr(trading, "PATIENCE_SECS", trading.PATIENCE_SECS)
    monkeypatch.setattr(trading, "START_SECS", trading.START_SECS)
    campaign.impatient()


def test_after_each_schedule_node_and_venue_agree() -> None:
    runs: list[Run] = []
    asyncio.run(run_all(range(1, COUNT + 1), tuple(PRODUCTS), None, LANES, runs.append))
    assert {run.product for run in runs} == set(PRODUCTS)
    assert sum(run.fills for run in runs) > COUNT
    assert [run for run in runs if run.failure or not run.verdict.is_clean] == []


def test_a_schedule_is_its_seed() -> None:
    assert schedule_of(7, ("spot",)) == schedule_of(7, ("spot",))
    assert schedule_of(7, ("spot",)).steps != schedule_of(8, ("spot",)).steps
    drawn = {fault for seed in range(1, 300) for fault in schedule_of(seed, ("spot",)).faults}
    assert drawn == set(FAULTS)


def test_a_node_that_is_told_nothing_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the campaign calls agreement is not there by itself."""
    monkeypatch.setattr(
        "nautilus_bybit_adapter.nt1.execution.intake.RowIntake.take_execution", lambda *_: None
    )
    run = asyncio.run(run_schedule(schedule_of(1, ("linear",)), patience_secs=1.0))
    assert run.verdict.lost_fills
    assert run.verdict.wrong_positions
