"""Every refused request carries Bybit's code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from nautilus_bybit_adapter.sim import VenueError

if TYPE_CHECKING:
    from tests.unit.sim.conftest import Desk

SPOT = {"category": "spot"}


@pytest.mark.parametrize(
    ("fields", "code", "text"),
    [
        ({"category": "bad"}, 10001, "Illegal category"),
        ({"category": None}, 10001, "Category is required"),
        ({"category": ["linear"]}, 10001, "Illegal category"),
        ({"category": "inverse"}, 10001, "symbol invalid BTCUSDT"),
        ({"symbol": "NOPEUSDT"}, 10001, "params error: symbol invalid NOPEUSDT"),
        ({"symbol": {}}, 10001, "symbol invalid"),
        ({"side": "buy"}, 10001, "params error: side invalid"),
        ({"side": []}, 10001, "params error: side invalid"),
        ({"orderType": "Stop"}, 10001, "orderType invalid"),
        ({"timeInForce": "GTD"}, 10001, "timeInForce invalid"),
        ({"qty": "0.0005"}, 10001, "Qty invalid"),
        ({"qty": "0"}, 10001, "Qty invalid"),
        ({"qty": "-1"}, 10001, "Qty invalid"),
        ({"qty": "NaN"}, 10001, "Qty invalid"),
        ({"qty": "1e3"}, 10001, "Qty invalid"),
        ({"qty": 1}, 10001, "Qty invalid"),
        ({"qty": None}, 10001, "Qty invalid"),
        ({"qty": "1190.001"}, 10001, "maximum limit"),
        ({"orderType": "Market", "qty": "500.001"}, 10001, "maximum limit"),
        ({"price": "85000.05"}, 10001, "Price invalid"),
        ({"side": "Sell", "price": "1999999.9"}, 110003, "out of permissible range"),
        ({"price": ""}, 10001, "price invalid"),
        ({"price": None}, 10001, "price invalid"),
        ({"price": "10", "qty": "0.4"}, 110094, "Order does not meet minimum order value 5USDT"),
        ({"positionIdx": 1}, 10001, "position idx not match position mode"),
        ({"positionIdx": "2"}, 10001, "position idx not match position mode"),
        ({"orderLinkId": "x" * 46}, 10001, "order link id is longer than 45"),
        ({"orderLinkId": "a b"}, 10001, "OrderLinkId invalid"),
        ({"orderLinkId": "used"}, 110072, "OrderLinkedID is duplicate"),
        ({"reduceOnly": "maybe"}, 10001, "reduceOnly invalid"),
        ({"reduceOnly": {}}, 10001, "reduceOnly invalid"),
        ({"reduceOnly": "true"}, 110017, "current position is zero"),
        ({"smpType": "All"}, 10001, "smpType invalid"),
        ({"takeProfit": ["1"]}, 10001, "takeProfit"),
        ({"qty": "40"}, 110007, "ab not enough for new order"),
        ({"orderType": "Market", "slippageToleranceType": "TickSize", "slippageTolerance": "0"}, 110108, "1"),
        (
            {"orderType": "Market", "slippageToleranceType": "Percent", "slippageTolerance": "11"},
            110109,
            "10",
        ),
        (SPOT | {"qty": "0.0000001"}, 170137, "decimals"),
        (SPOT | {"qty": "10.1"}, 170341, "upper limit"),
        (SPOT | {"price": "85000.05"}, 170134, "decimals"),
        (SPOT | {"price": "85000", "qty": "0.00005"}, 170140, "lower limit"),
        (SPOT | {"orderType": "Market", "qty": "4"}, 170140, "lower limit"),
        (SPOT | {"orderType": "Market", "qty": "10.00000001"}, 170148, "decimals"),
        (SPOT | {"qty": "2"}, 170131, "Insufficient balance."),
        (SPOT | {"side": "Sell", "qty": "2"}, 170131, "Insufficient balance."),
        (SPOT | {"orderType": "Market", "qty": "100001"}, 170131, "Insufficient balance."),
        (SPOT | {"orderLinkId": "used"}, 170141, "Duplicate"),
        (SPOT | {"orderFilter": "OcoOrder"}, 170201, "filter"),
        (SPOT | {"side": "Sell", "price": "70000"}, 170194, "lower"),
    ],
)
def test_refused_orders(desk: Desk, fields: dict[str, Any], code: int, text: str) -> None:
    for category in ("linear", "spot"):
        desk.place(category=category, price="80000", qty="0.001", orderLinkId="used")
    desk.topics()
    with pytest.raises(VenueError) as refused:
        desk.place(**{"price": "85000"} | fields)
    assert refused.value.ret_code == code
    assert text in refused.value.ret_msg
    assert desk.topics() == []
    desk.exchange.check()


def test_a_link_id_is_spent_even_after_the_order_ended(desk: Desk) -> None:
    desk.place(orderType="Market", qty="0.1", orderLinkId="once")
    with pytest.raises(VenueError) as refused:
        desk.place(orderType="Market", qty="0.1", orderLinkId="once")
    assert refused.value.ret_code == 110072


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, 10001),
        ({"qty": "1"}, 10001),
        ({"price": "85000"}, 10001),
        ({"qty": "0.2"}, 110064),
        ({"qty": "0.5005"}, 10001),
        ({"price": "85000.01"}, 10001),
        ({"qty": "100"}, 110007),
    ],
)
def test_refused_amends(desk: Desk, change: dict[str, str], code: int) -> None:
    order = desk.place(price="85000", qty="1")
    desk.market.set_book([("84000", "1")], [("86000", "1")])
    desk.market.trade("Sell", "85000", "0.3")
    ids = {"category": "linear", "symbol": "BTCUSDT", "orderId": order.order_id}
    with pytest.raises(VenueError) as refused:
        desk.exchange.amend(ids | change)
    assert refused.value.ret_code == code
    assert (order.status, order.ticks, order.lots) == ("PartiallyFilled", 850000, 1000)


@pytest.mark.parametrize(
    ("category", "ended_by", "code"),
    [
        ("linear", "never", 110001),
        ("linear", "fill", 110001),
        ("linear", "cancel", 110001),
        ("spot", "never", 170213),
        ("spot", "fill", 170139),
        ("spot", "cancel", 170142),
    ],
)
def test_orders_that_are_gone(desk: Desk, category: str, ended_by: str, code: int) -> None:
    ids = {"category": category, "symbol": "BTCUSDT", "orderLinkId": "mine"}
    if ended_by == "fill":
        desk.place(**ids, price="86000.1", qty="0.1")
    elif ended_by == "cancel":
        desk.place(**ids, price="80000", qty="0.1")
        desk.exchange.cancel(ids)
    for attempt in (desk.exchange.cancel, desk.exchange.amend):
        with pytest.raises(VenueError) as refused:
            attempt(ids)
        assert refused.value.ret_code == code


def test_cancel_needs_an_id(desk: Desk) -> None:
    with pytest.raises(VenueError) as refused:
        desk.exchange.cancel({"category": "linear", "symbol": "BTCUSDT"})
    assert refused.value.ret_msg == "params error: OrderId or orderLinkId is required"


def test_cancel_all_selects(desk: Desk) -> None:
    btc = desk.place(price="80000", qty="0.1")
    eth = desk.place(symbol="ETHUSDT", price="2000", qty="0.1")
    spot = desk.place(category="spot", price="80000", qty="0.1")
    with pytest.raises(VenueError):
        desk.exchange.cancel_all({"category": "linear"})
    assert desk.exchange.cancel_all({"category": "linear", "symbol": "BTCUSDT"}) == [btc]
    assert desk.exchange.cancel_all({"category": "linear", "settleCoin": "USDT"}) == [eth]
    assert desk.exchange.cancel_all({"category": "linear", "settleCoin": "USDT"}) == []
    assert desk.exchange.cancel_all({"category": "spot"}) == [spot]
    assert not desk.exchange.open_orders


@pytest.mark.parametrize(
    ("buy", "sell", "code"),
    [
        ("10", "10", 110043),
        ("5", "6", 10001),
        ("151", "151", 110013),
        ("0.5", "0.5", 10001),
        ("x", "x", 10001),
    ],
)
def test_refused_leverage(desk: Desk, buy: str, sell: str, code: int) -> None:
    request = {"category": "linear", "symbol": "BTCUSDT", "buyLeverage": buy, "sellLeverage": sell}
    with pytest.raises(VenueError) as refused:
        desk.exchange.set_leverage(request)
    assert refused.value.ret_code == code


def test_at_most_500_open_orders(desk: Desk) -> None:
    for _ in range(500):
        desk.place(price="50000", qty="0.001")
    with pytest.raises(VenueError) as refused:
        desk.place(price="50000", qty="0.001")
    assert refused.value.ret_code == 110020
