from __future__ import annotations

import pytest

from nautilus_bybit_adapter.sim import VenueError
from nautilus_bybit_adapter.sim.server.limits import RateWindows

CREATE = "/v5/order/create"


def test_the_window_rolls() -> None:
    windows = RateWindows(enforced=True)
    quotas = [windows.take(CREATE, "linear", 1000 + i) for i in range(11)]
    assert [q.granted for q in quotas] == [1] * 10 + [0]
    assert [q.remaining for q in quotas[:3]] == [9, 8, 7]
    assert quotas[10].headers() == {
        "X-Bapi-Limit": "10",
        "X-Bapi-Limit-Status": "0",
        "X-Bapi-Limit-Reset-Timestamp": "2000",
    }
    with pytest.raises(VenueError) as refused:
        quotas[10].require()
    assert refused.value.ret_code == 10006
    assert windows.take(CREATE, "linear", 1999).granted == 0
    assert windows.take(CREATE, "linear", 2000).granted == 1


def test_spot_and_linear_and_batches_have_their_own_windows() -> None:
    windows = RateWindows(enforced=True)
    assert windows.take(CREATE, "linear", 0, 30).granted == 10
    assert windows.take(CREATE, "spot", 0, 30).granted == 20
    assert windows.take("/v5/order/create-batch", "linear", 0, 8).granted == 8
    assert windows.take("/v5/order/create-batch", "linear", 0, 8).granted == 2


def test_headers_are_told_when_limits_are_off() -> None:
    windows = RateWindows(enforced=False)
    quotas = [windows.take(CREATE, "linear", 0) for _ in range(40)]
    assert {q.granted for q in quotas} == {1}
    assert quotas[-1].headers()["X-Bapi-Limit-Status"] == "0"
