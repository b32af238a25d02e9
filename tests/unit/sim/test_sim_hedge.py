"""Hedge mode: a long and a short leg of one symbol."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from nautilus_bybit_adapter.sim import VenueError
from nautilus_bybit_adapter.sim.exchange import queries

if TYPE_CHECKING:
    from tests.unit.sim.conftest import Desk

LINEAR = {"category": "linear", "symbol": "BTCUSDT"}
MARKET = {"orderType": "Market"}
LONG, SHORT = {"positionIdx": 1}, {"positionIdx": 2}
D = Decimal


def hedge(desk: Desk) -> None:
    desk.exchange.switch_mode(LINEAR | {"mode": 3})
    desk.told.clear()


def slots(desk: Desk) -> list[tuple[int, str, str]]:
    page = queries.positions(desk.exchange, LINEAR)
    return [(item["positionIdx"], item["side"], item["size"]) for item in page["list"]]


def test_two_legs_stand_side_by_side(desk: Desk) -> None:
    hedge(desk)
    assert slots(desk) == [(1, "", "0"), (2, "", "0")]
    desk.place(**MARKET, **LONG, qty="0.5")
    desk.place(**MARKET, **SHORT, side="Sell", qty="0.3")
    assert slots(desk) == [(1, "Buy", "0.5"), (2, "Sell", "0.3")]
    assert {row["positionIdx"] for row in desk.rows("position")} == {1, 2}
    assert [row["positionIdx"] for row in desk.rows("order")] == [1, 2]
    desk.place(**MARKET, **LONG, side="Sell", qty="0.9")
    assert slots(desk) == [(1, "", "0"), (2, "Sell", "0.3")]
    page = queries.positions(desk.exchange, {"category": "linear", "settleCoin": "USDT"})
    assert [item["positionIdx"] for item in page["list"]] == [2]
    desk.exchange.check()


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, 10001),
        ({"positionIdx": 0}, 10001),
        ({"positionIdx": 3}, 10001),
        ({"positionIdx": 2}, 110017),
        ({"positionIdx": 1, "side": "Sell"}, 110017),
        ({"positionIdx": 1, "reduceOnly": True}, 110017),
    ],
)
def test_refused_orders(desk: Desk, fields: dict[str, Any], code: int) -> None:
    hedge(desk)
    with pytest.raises(VenueError) as refused:
        desk.place(**MARKET, **({"qty": "0.1"} | fields))
    assert refused.value.ret_code == code


def test_stops_belong_to_their_leg(desk: Desk) -> None:
    hedge(desk)
    desk.place(**MARKET, **LONG, qty="0.5", stopLoss="85000")
    desk.place(**MARKET, **SHORT, side="Sell", qty="0.5")
    desk.exchange.trading_stop(LINEAR | SHORT | {"stopLoss": "87000"})
    rows = {row["positionIdx"]: row["stopLoss"] for row in desk.rows("position")}
    assert rows == {1: "85000", 2: "87000"}
    desk.market.set_book([("84990", "5")], [("84990.1", "5")])
    desk.market.trade("Sell", "84990", "0.1")
    assert slots(desk) == [(1, "", "0"), (2, "Sell", "0.5")]
    desk.exchange.check()


def test_switching(desk: Desk) -> None:
    for request, code in (
        ({"category": "linear", "symbol": "BTCUSDT", "mode": 0}, 110025),
        ({"category": "linear", "symbol": "BTCUSDT", "mode": 1}, 10001),
        ({"category": "linear", "symbol": "NOPE", "mode": 3}, 10001),
        ({"category": "inverse", "symbol": "BTCUSD", "mode": 3}, 10001),
    ):
        with pytest.raises(VenueError) as refused:
            desk.exchange.switch_mode(request)
        assert refused.value.ret_code == code
    order = desk.place(price="80000")
    with pytest.raises(VenueError) as refused:
        desk.exchange.switch_mode(LINEAR | {"mode": 3})
    assert refused.value.ret_code == 110028
    desk.exchange.cancel(LINEAR | {"orderId": order.order_id})
    desk.place(**MARKET, qty="0.1")
    with pytest.raises(VenueError) as refused:
        desk.exchange.switch_mode({"category": "linear", "coin": "USDT", "mode": 3})
    assert refused.value.ret_code == 110024


def test_a_dated_future_has_no_hedge_mode(desk: Desk) -> None:
    dated = next(
        key[1] for key, m in desk.exchange.markets.items() if key[0] == "linear" and m.instrument.delivery_ms
    )
    with pytest.raises(VenueError) as refused:
        desk.exchange.switch_mode({"category": "linear", "symbol": dated, "mode": 3})
    assert refused.value.ret_code == 110029


def test_leverage_of_the_legs_differs_only_in_isolated_margin(desk: Desk) -> None:
    hedge(desk)
    request = LINEAR | {"buyLeverage": "5", "sellLeverage": "6"}
    with pytest.raises(VenueError):
        desk.exchange.set_leverage(request)
    assert desk.exchange.set_margin_mode({"setMarginMode": "ISOLATED_MARGIN"}) == []
    desk.exchange.set_leverage(request)
    assert [row["leverage"] for row in desk.rows("position")] == ["5", "6"]
    with pytest.raises(VenueError) as refused:
        desk.exchange.set_leverage(request)
    assert refused.value.ret_code == 110043
