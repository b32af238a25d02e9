from __future__ import annotations

import pytest

from nautilus_bybit_adapter.state import trade_ids
from nautilus_bybit_adapter.state.trade_ids import CountedFills, TradeIds

UUID = "1c7ea2a9-2b3c-5d4e-8f60-718293a4b5c6"
NUMBER = "2100000000007764263"


@pytest.mark.parametrize("exec_id", [UUID, NUMBER])
def test_a_fill_has_one_id_and_each_side_of_a_trade_with_oneself_its_own(exec_id: str) -> None:
    ids = TradeIds()
    first, second = ids.of(exec_id, "v-1"), ids.of(exec_id, "v-2")
    assert first == exec_id
    assert second not in {first, ids.of(exec_id, "v-3")}
    assert len(second) <= 36  # as many as the framework's ids hold
    assert (ids.of(exec_id, "v-1"), ids.of(exec_id, "v-2")) == (first, second)


def test_ids_of_an_earlier_run_stay_with_their_fills() -> None:
    before, after = TradeIds(), TradeIds()
    booked = {order_id: before.of(UUID, order_id) for order_id in ("v-1", "v-2")}
    for order_id in ("v-2", "v-1"):
        after.on_booked(booked[order_id], order_id)
    assert {order_id: after.of(UUID, order_id) for order_id in ("v-2", "v-1")} == booked


def test_the_oldest_of_very_many_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trade_ids, "REMEMBERED_FILLS", 2)
    counted = CountedFills()
    for name in ("a", "b", "c"):
        counted.add((name, "v-1"))
    assert [(name, "v-1") in counted for name in ("a", "b", "c")] == [False, True, True]
    counted.discard(("c", "v-1"))
    assert ("c", "v-1") not in counted


def test_the_fills_of_open_orders_are_not_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trade_ids, "REMEMBERED_FILLS", 4)
    open_orders = {"v-1", "v-2"}
    counted = CountedFills(open_orders.__contains__)
    for number in range(3):
        counted.add((f"early {number}", f"v-{number + 1}"))
    for number in range(40):
        counted.add((f"late {number}", "v-9"))
    assert [(f"early {number}", f"v-{number + 1}") in counted for number in range(3)] == [True, True, False]
    assert sum((f"late {number}", "v-9") in counted for number in range(40)) <= 4
    open_orders.clear()
    for number in range(40, 60):
        counted.add((f"late {number}", "v-9"))
    assert [(f"late {number}", "v-9") in counted for number in range(54, 60)] == [False] * 2 + [True] * 4
    assert counted.total == 63
