"""The venue serves every path that Bybit documents for trading clients, and no other."""

from __future__ import annotations

import pytest
from bybit_paths import FAMILIES, documented

from nautilus_bybit_adapter.sim.server.rest import ENDPOINTS

SERVED = {f"{method} {path}" for method, path in ENDPOINTS}


@pytest.mark.parametrize("family", FAMILIES)
def test_every_documented_path_is_served(family: str) -> None:
    assert documented(family) - SERVED == set()


def test_nothing_else_is_served() -> None:
    assert SERVED - set().union(*map(documented, FAMILIES)) == set()
