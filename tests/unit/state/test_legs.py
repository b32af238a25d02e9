from __future__ import annotations

from typing import Any

import pytest

from nautilus_bybit_adapter.state import legs as legs_module
from nautilus_bybit_adapter.state.legs import PositionLegs
from nautilus_bybit_adapter.wire.orders import BybitExecution, BybitOrder


def execution(**changes: Any) -> BybitExecution:
    fields: dict[str, Any] = {
        "symbol": "BTCUSDT", "category": "linear", "order_id": "v-1", "order_link_id": "c-1", "exec_id": "e-1",
        "exec_type": "Trade", "side": "Buy", "exec_price": "1", "exec_qty": "1", "exec_time": "1",
    }  # fmt: skip
    return BybitExecution(**fields | changes)


def order(**changes: Any) -> BybitOrder:
    fields: dict[str, Any] = {
        "symbol": "BTCUSDT", "category": "linear", "order_id": "v-1", "order_link_id": "c-1", "order_status": "New",
        "side": "Buy", "order_type": "Limit", "qty": "1",
    }  # fmt: skip
    return BybitOrder(**fields | changes)


@pytest.mark.parametrize(
    ("side", "closed", "leg"),
    [("Buy", "", 1), ("Buy", "0", 1), ("Buy", "0.010", 2), ("Sell", "0.000", 2), ("Sell", "10", 1)],
)
def test_a_fill_of_an_order_nobody_told_of_tells_its_leg_by_what_it_closed(
    side: str, closed: str, leg: int
) -> None:
    legs = PositionLegs()
    legs.set_mode("linear", "BTCUSDT", hedged=True)
    assert legs.leg_of(execution(side=side, closed_size=closed)) == leg


def test_a_fill_has_the_leg_of_its_order() -> None:
    legs = PositionLegs()
    legs.set_mode("linear", "BTCUSDT", hedged=True)
    legs.on_sent("c-1", 2)
    assert legs.leg_of(execution()) == 2
    # What the venue says of the order goes before what it was sent for.
    legs.on_order(order(position_idx=1))
    assert legs.leg_of(execution()) == 1


def test_in_one_way_mode_there_are_no_legs() -> None:
    legs = PositionLegs()
    legs.on_sent("c-1", 0)
    legs.on_sent("c-2", None)
    legs.on_order(order())
    legs.on_slot("linear", "BTCUSDT", 0)
    assert not legs.is_hedged("linear", "BTCUSDT")
    assert legs.leg_of(execution(closed_size="1")) == 0


def test_a_row_that_names_a_leg_tells_of_hedge_mode_and_a_setting_ends_it() -> None:
    legs = PositionLegs()
    legs.on_slot("linear", "BTCUSDT", 2)
    legs.on_order(order(symbol="ETHUSDT", position_idx=1))
    assert legs.is_hedged("linear", "BTCUSDT")
    assert legs.is_hedged("linear", "ETHUSDT")
    legs.set_mode("linear", "BTCUSDT", hedged=False)
    assert not legs.is_hedged("linear", "BTCUSDT")


def test_the_oldest_orders_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(legs_module, "REMEMBERED_ORDERS", 2)
    legs = PositionLegs()
    legs.set_mode("linear", "BTCUSDT", hedged=True)
    for name in ("a", "b", "c"):
        legs.on_sent(name, 2)
    told = [legs.leg_of(execution(order_id="", order_link_id=name)) for name in ("a", "b", "c")]
    assert told == [1, 2, 2]
