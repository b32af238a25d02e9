"""A fresh venue for each test of a foreign client."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from venue_thread import VenueThread

# What a network takes. pybit notes what it asked for after asking: an answer within the same microseconds, which
# only a venue in the same process can give, finds nobody waiting for it.
NETWORK = tuple(f"delay:ms=2,family={family}" for family in ("public", "private", "trade"))


@pytest.fixture
def venue() -> Iterator[VenueThread]:
    """A quiet venue: its books move only when the test moves them; its account has to add up at the end."""
    with VenueThread(faults=NETWORK) as running:
        yield running


@pytest.fixture
def lively() -> Iterator[VenueThread]:
    """A venue with seeded order flow."""
    with VenueThread(market="synthetic", seed=7, faults=NETWORK) as running:
        yield running
