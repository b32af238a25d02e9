"""A fresh venue for each test of a foreign client."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from venue_thread import VenueThread


@pytest.fixture
def venue() -> Iterator[VenueThread]:
    """A quiet venue: its books move only when the test moves them; its account has to add up at the end."""
    with VenueThread() as running:
        yield running


@pytest.fixture
def lively() -> Iterator[VenueThread]:
    """A venue with seeded order flow."""
    with VenueThread(market="synthetic", seed=7) as running:
        yield running
