"""A fresh venue for each test of a foreign client."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ccxt_client
import pytest
from venue_thread import VenueThread

from nautilus_bybit_adapter.sim import SimConfig

# What a network takes. pybit notes what it asked for after asking: an answer within the same microseconds, which
# only a venue in the same process can give, finds nobody waiting for it.
NETWORK = tuple(f"delay:ms=20,family={family}" for family in ("public", "private", "trade"))


@pytest.fixture
def venue() -> Iterator[VenueThread]:
    """A quiet venue: its books move only when the test moves them; its account has to add up at the end."""
    with VenueThread(faults=NETWORK) as running:
        yield running


@pytest.fixture
def lively() -> Iterator[VenueThread]:
    """Two markets with seeded order flow."""
    bitcoin = tuple(
        it for it in SimConfig().instruments if it.key in {("linear", "BTCUSDT"), ("spot", "BTCUSDT")}
    )
    with VenueThread(market="synthetic", seed=7, faults=NETWORK, instruments=bitcoin) as running:
        yield running


@pytest.fixture
def exchange(venue: VenueThread) -> Iterator[Any]:
    """Blocking ccxt on the quiet venue."""
    client = ccxt_client.rest(venue)
    yield client
    client.session.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the tests of foreign clients run again: these have races of their own between their threads."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.flaky(reruns=2))
