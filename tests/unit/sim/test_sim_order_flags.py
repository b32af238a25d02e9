"""Flags of order requests: what they do to the order and what refuses them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from nautilus_bybit_adapter.sim import VenueError
from nautilus_bybit_adapter.sim.exchange import queries
from nautilus_bybit_adapter.sim.server.trade_api import batch

if TYPE_CHECKING:
    from tests.unit.sim.conftest import Desk

LINEAR = {"category": "linear", "symbol": "BTCUSDT"}
SPOT = {"category": "spot", "symbol": "BTCUSDT"}
MARKET = {"orderType": "Market"}


@pytest.mark.parametrize(
    ("side", "kind", "level", "price"),
    [
        ("Buy", "Queue", "1", "86000"),
        ("Buy", "Queue", "2", "85999.9"),
        ("Buy", "Queue", "5", "85999.9"),
        ("Sell", "Queue", 1, "86000.1"),
        ("Sell", "Counterparty", "2", "85999.9"),
        ("Buy", "Counterparty", None, "86000.1"),
    ],
)
def test_best_level_orders(desk: Desk, side: str, kind: str, level: Any, price: str) -> None:
    desk.place(side=side, qty="0.1", bboSideType=kind, bboLevel=level)
    row = desk.rows("order")[0]
    assert (row["price"], row["createType"]) == (price, "CreateByBboOrder")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"bboSideType": "Other"}, 10001),
        ({"bboSideType": "Queue", "bboLevel": "6"}, 10001),
        ({"price": "85000", "timeInForce": "RPI"}, 110119),
        (SPOT | {"price": "85000", "timeInForce": "RPI"}, 170355),
        (SPOT | {"price": "85000", "isLeverage": 2}, 10001),
        (MARKET | {"closeOnTrigger": True, "qty": "1"}, 110017),
    ],
)
def test_refused(desk: Desk, fields: dict[str, Any], code: int) -> None:
    with pytest.raises(VenueError) as refused:
        desk.place(**fields)
    assert refused.value.ret_code == code


def test_an_empty_side_has_no_best_level(desk: Desk) -> None:
    desk.market.set_book([], [("86000.1", "1")])
    with pytest.raises(VenueError) as refused:
        desk.place(qty="0.1", bboSideType="Queue")
    assert refused.value.ret_code == 110118


def test_rpi_taker_access_is_shown(desk: Desk) -> None:
    desk.place(price="85000", rpiTakerAccess=True)
    assert desk.rows("order")[0]["rpiTakerAccess"] is True


@pytest.mark.parametrize(("size", "closed"), [("0.5", "0.5"), ("2.5", "2.5")])
def test_quantity_zero_closes_everything(desk: Desk, size: str, closed: str) -> None:
    desk.place(**MARKET, qty=size)
    close = {"side": "Sell", "qty": "0", "reduceOnly": True, "closeOnTrigger": True}
    order = desk.place(**MARKET, **close)
    assert (order.status, order.instrument.qty(order.filled)) == ("Filled", Decimal(closed))
    with pytest.raises(VenueError) as refused:
        desk.place(**MARKET, **close)
    assert refused.value.ret_code == 110017


def test_a_conditional_close_closes_what_is_open_at_its_price(desk: Desk) -> None:
    order = desk.place(
        **MARKET, side="Sell", qty="0", reduceOnly=True, closeOnTrigger=True, triggerPrice="85990",
        triggerDirection=2,
    )  # fmt: skip
    assert (order.status, desk.rows("order")[0]["qty"]) == ("Untriggered", "0")
    desk.place(**MARKET, qty="0.7")
    desk.market.trade("Sell", "85990", "0.001")
    assert not desk.exchange.account.position("BTCUSDT").size
    assert order.status == "Filled"


def test_reduce_only_needs_no_least_value(desk: Desk) -> None:
    desk.place(**MARKET, qty="0.5")
    assert desk.place(side="Sell", price="100000", qty="0.001", reduceOnly=True).status == "New"


SMP = [
    ("CancelMaker", ("Cancelled", "CancelBySmp", "EC_BySelfMatch"), ("New", "UNKNOWN", "EC_NoError")),
    ("CancelTaker", ("New", "UNKNOWN", "EC_NoError"), ("Cancelled", "CancelBySmp", "EC_BySelfMatch")),
    (
        "CancelBoth",
        ("Cancelled", "CancelBySmp", "EC_BySelfMatch"),
        ("Cancelled", "CancelBySmp", "EC_BySelfMatch"),
    ),
]


@pytest.mark.parametrize(("kind", "maker_ends", "taker_ends"), SMP)
def test_self_match(desk: Desk, kind: str, maker_ends: tuple[str, ...], taker_ends: tuple[str, ...]) -> None:
    desk.market.set_book([("85000", "1")], [("87000", "1")])
    maker = desk.place(price="86000", qty="0.5")
    desk.told.clear()
    taker = desk.place(side="Sell", price="86000", qty="0.5", smpType=kind)
    rows = {row["orderId"]: row for row in desk.rows("order")}
    for order, other, ends in ((maker, taker, maker_ends), (taker, maker, taker_ends)):
        assert (order.status, order.cancel_type, order.reject_reason) == ends
        if order.status == "Cancelled":
            row = rows[order.order_id]
            assert (row["cancelType"], row["rejectReason"]) == ends[1:]
            assert row["smpOrderId"] == other.order_id
    assert not desk.exchange.account.executions


@pytest.mark.parametrize(
    ("category", "side", "price", "modify", "code"),
    [
        ("linear", "Buy", "99000", True, 0),
        ("linear", "Sell", "70000", True, 0),
        ("linear", "Buy", "99000", False, 110121),
        ("linear", "Sell", "70000", False, 110120),
        ("linear", "Buy", "70000", False, 0),
        ("spot", "Buy", "99000", True, 0),
        ("spot", "Buy", "99000", False, 170193),
        ("spot", "Sell", "70000", False, 170194),
    ],
)
def test_limit_price_action(
    desk: Desk, category: str, side: str, price: str, modify: bool, code: int
) -> None:
    desk.exchange.set_limit_px_action(category, modify=modify)
    request = {"category": category, "side": side, "price": price, "qty": "0.1"}
    if not code:
        assert desk.place(**request).status == ("New" if (side, price) == ("Buy", "70000") else "Filled")
        return
    with pytest.raises(VenueError) as refused:
        desk.place(**request)
    assert refused.value.ret_code == code


def test_a_price_beyond_the_band_is_moved_to_it_unless_the_account_says_otherwise(desk: Desk) -> None:
    most, least = desk.market.band()
    assert desk.place(price="99000", qty="0.1").ticks == most
    assert desk.place(side="Sell", price="70000", qty="0.1").ticks == least


def test_a_batch_fails_in_part(desk: Desk) -> None:
    good = {"symbol": "BTCUSDT", "side": "Buy", "orderType": "Limit", "qty": "0.1", "price": "80000"}
    stop = good | {"triggerPrice": "87000", "triggerDirection": 1, "orderLinkId": "c"}
    bad = good | {"positionIdx": 1, "orderLinkId": "b"}
    reply = batch(desk.exchange, "create", {"category": "linear", "request": [good, bad, stop]}, 3)
    assert [item["code"] for item in reply.ext["list"]] == [0, 10001, 0]
    assert reply.ext["list"][1]["msg"] == "position idx not match position mode"
    rows = reply.result["list"]
    assert (rows[1]["orderId"], rows[1]["orderLinkId"], rows[1]["createAt"]) == ("", "b", "")
    page = queries.open_orders(desk.exchange, LINEAR)
    assert sorted(item["orderStatus"] for item in page["list"]) == ["New", "Untriggered"]


def test_conditional_orders_take_no_slippage(desk: Desk) -> None:
    order = desk.place(
        **MARKET, qty="0.1", triggerPrice="87000", triggerDirection=1, slippageToleranceType="TickSize",
        slippageTolerance="5",
    )  # fmt: skip
    assert (order.slippage_type, order.slippage) == ("UNKNOWN", "0")


def test_an_option_is_priced_by_its_volatility(desk: Desk) -> None:
    symbol = next(key[1] for key in desk.exchange.markets if key[0] == "option")
    market = desk.exchange.markets["option", symbol]
    mark = market.mark_ticks
    market.set_book([], [])
    request = {"category": "option", "symbol": symbol, "side": "Buy", "qty": "0.1", "orderLinkId": "iv"}
    order = desk.place(**request, orderIv=str(market.instrument.volatility))
    row = desk.rows("order")[0]
    assert abs(order.ticks - mark) <= 1
    assert (row["orderStatus"], row["orderIv"]) == ("New", str(market.instrument.volatility))
    for iv in ("0", "11", "x"):
        with pytest.raises(VenueError) as refused:
            desk.place(**request | {"orderLinkId": "other"}, orderIv=iv)
        assert refused.value.ret_code == 10001


def test_less_leverage_needs_the_margin_for_it(desk: Desk) -> None:
    desk.place(**MARKET, qty="3")
    request = LINEAR | {"buyLeverage": "1", "sellLeverage": "1"}
    with pytest.raises(VenueError) as refused:
        desk.exchange.set_leverage(request)
    assert refused.value.ret_code == 110044
    assert desk.exchange.account.position("BTCUSDT").leverage == 10
    desk.exchange.set_leverage(LINEAR | {"buyLeverage": "9", "sellLeverage": "9"})


def crowded(desk: Desk, *qtys: str) -> list[Any]:
    """Open a long of 1 and rest sells that take all margin the account has beside it."""
    desk.place(orderType="Market", qty="1")
    orders = [desk.place(side="Sell", price="87000", qty=qty) for qty in qtys]
    desk.exchange.account.balances["USDT"] -= desk.exchange.risk.available() - 1
    return orders


@pytest.mark.parametrize("waits", [False, True])
def test_what_closes_on_its_trigger_takes_margin_from_other_orders(desk: Desk, waits: bool) -> None:
    older, newer = crowded(desk, "2", "0.4")
    close = {"side": "Sell", "orderType": "Market", "qty": "1"}
    if not waits:
        with pytest.raises(VenueError, match="ab not enough"):
            desk.place(**close)
    trigger = {"triggerPrice": "85990", "triggerDirection": 2} if waits else {}
    order = desk.place(**close, **trigger, closeOnTrigger=True)
    if waits:
        assert order.status == "Untriggered"
        desk.market.trade("Sell", "85990", "0.001")
    assert (order.status, order.filled) == ("Filled", 1000)
    assert (newer.status, newer.cancel_type) == ("Cancelled", "CancelByAdmin")
    assert (older.status, older.lots) == ("New", 1400)
    assert not desk.exchange.account.position("BTCUSDT").size


def test_with_margin_to_spare_nothing_gives_way(desk: Desk) -> None:
    desk.place(orderType="Market", qty="0.1")
    other = desk.place(side="Sell", price="87000", qty="0.2")
    order = desk.place(side="Sell", orderType="Market", qty="0.1", closeOnTrigger=True)
    assert (order.status, other.status, other.lots) == ("Filled", "New", 200)
