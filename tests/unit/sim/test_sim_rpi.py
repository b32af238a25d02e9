"""Retail price improvement orders: who may place them, who meets them, and where they are shown."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from venue_walk import WalkedVenue

from nautilus_bybit_adapter.sim import SimConfig, SimVenue, VenueError
from nautilus_bybit_adapter.sim.clock import VirtualClock
from nautilus_bybit_adapter.sim.exchange.exchange import ExchangeConfig
from nautilus_bybit_adapter.sim.exchange.wire import order_history_item
from nautilus_bybit_adapter.sim.server import market_api, settings_api
from tests.unit.sim.conftest import Desk

LINEAR = {"category": "linear", "symbol": "BTCUSDT"}
SPOT = {"category": "spot", "symbol": "BTCUSDT"}
RPI = {"timeInForce": "RPI"}
D = Decimal


def maker_desk() -> Desk:
    desk = Desk(ExchangeConfig(rpi_maker=True))
    for market in (desk.market, desk.spot):
        market.set_book([("86000.0", "1")], [("86000.5", "1")])
    desk.told.clear()
    return desk


def rpi_book(desk: Desk, **where: str) -> dict[str, Any]:
    return market_api.rpi_orderbook(desk.exchange, {**LINEAR, "limit": "5", **where})


@pytest.mark.parametrize(("where", "code"), [(LINEAR, 110119), (SPOT, 170355)])
def test_an_account_without_approval_is_refused(desk: Desk, where: dict[str, str], code: int) -> None:
    with pytest.raises(VenueError) as refused:
        desk.place(**where, **RPI, price="86000", qty="0.1")
    assert refused.value.ret_code == code
    rows = settings_api.account_instruments(desk.exchange, where)["list"]
    assert {(row["isPublicRpi"], row["myRpiPermission"]) for row in rows} == {(True, False)}


def test_it_stands_in_the_retail_book_and_in_no_other() -> None:
    desk = maker_desk()
    order = desk.place(**RPI, price="86000.2", qty="0.3")
    assert (order.status, order.tif) == ("New", "RPI")
    plain = market_api.orderbook(desk.exchange, LINEAR)
    assert plain["b"] == [["86000.00", "1.000"]]
    shown = rpi_book(desk)
    assert shown["b"] == [["86000.20", "0", "0.300"], ["86000.00", "1.000", "0"]]
    assert shown["a"] == [["86000.50", "1.000", "0"]]
    same = desk.place(**RPI, price="86000.0", qty="0.2")
    assert rpi_book(desk)["b"][1] == ["86000.00", "1.000", "0.200"]
    desk.exchange.cancel({**LINEAR, "orderId": order.order_id})
    assert rpi_book(desk)["b"] == [["86000.00", "1.000", "0.200"]]
    desk.exchange.amend({**LINEAR, "orderId": same.order_id, "price": "86000.1"})
    assert rpi_book(desk)["b"][0] == ["86000.10", "0", "0.200"]
    desk.exchange.check()


def test_only_retail_flow_meets_it_and_normal_orders_come_first() -> None:
    desk = maker_desk()
    better = desk.place(**RPI, price="86000.2", qty="0.3")
    level = desk.place(**RPI, price="86000.0", qty="0.3")
    desk.market.take("Sell", 500)
    assert (better.filled, level.filled) == (0, 0)
    desk.told.clear()
    desk.market.take_retail("Sell", 400)
    assert (better.status, level.filled) == ("Filled", 0)
    trades = [(t.ticks, t.lots, t.is_rpi) for t in list(desk.market.tape)[-2:]]
    assert trades == [(860002, 300, True), (860000, 100, False)]
    newest = market_api.recent_trades(desk.exchange, {**LINEAR, "limit": "2"})["list"]
    assert [row["isRPITrade"] for row in newest] == [False, True]
    desk.market.take_retail("Sell", 500)
    assert level.filled == 100, "the normal size of its price was taken before it"
    (fill,) = (row for row in desk.rows("execution") if row["orderId"] == better.order_id)
    assert fill["isMaker"] is True
    desk.exchange.check()


def test_a_taker_with_access_is_told_what_it_matched() -> None:
    desk = maker_desk()
    desk.market.lay_rpi({}, {860_003: 200})
    without = desk.place(orderType="Market", qty="0.1")
    assert (without.rpi_matched, without.value) == (0, D("8600.05"))
    order = desk.place(orderType="Market", qty="0.5", rpiTakerAccess=True)
    assert order.status == "Filled"
    assert order.value == D("86000.3") * D("0.2") + D("86000.5") * D("0.3")
    assert desk.rows("order")[-1]["rpiMatchedQty"] == "0.2"
    assert order_history_item(order, 0)["rpiMatchedQty"] == "0.2"
    desk.market.lay_rpi({}, {860_003: 200})
    filled = desk.place(timeInForce="FOK", price="86000.3", qty="0.2", rpiTakerAccess=True)
    assert filled.status == "Filled"
    desk.exchange.check()


@pytest.mark.parametrize(("where", "status"), [(LINEAR, "Cancelled"), (SPOT, "Rejected")])
def test_it_never_takes(where: dict[str, str], status: str) -> None:
    desk = maker_desk()
    order = desk.place(**where, **RPI, price="86000.5", qty="0.1")
    assert (order.status, order.reject_reason) == (status, "EC_PostOnlyWillTakeLiquidity")
    desk.exchange.check()


def test_the_topic_tells_both_sizes_and_removes_a_level_when_both_are_gone() -> None:
    venue = WalkedVenue()
    market = venue.exchange.markets["linear", "BTCUSDT"]
    market.set_book([("86000", "1")], [("86000.5", "1")])
    market.lay_rpi({860_001: 300}, {})
    wire = venue.socket("linear")
    frames = wire.send(op="subscribe", args=["orderbook.rpi.BTCUSDT"])
    (snapshot,) = (frame for frame in frames if "topic" in frame)
    assert snapshot["data"]["b"] == [["86000.10", "0", "0.300"], ["86000.00", "1.000", "0"]]
    market.lay_rpi({860_000: 100}, {})
    venue.after(120)
    (delta,) = (frame for frame in wire.read() if "topic" in frame)
    assert delta["type"] == "delta"
    assert delta["data"]["b"] == [["86000.10", "0", "0"], ["86000.00", "1.000", "0.100"]]
    assert delta["data"]["u"] == snapshot["data"]["u"] + 1


def test_what_the_other_side_has_reached_is_not_shown() -> None:
    desk = maker_desk()
    desk.place(**RPI, price="86000.2", qty="0.3")
    desk.market.set_book([("85999", "1")], [("86000.1", "1")])
    assert rpi_book(desk)["b"] == [["85999.00", "1.000", "0"]]
    assert rpi_book(desk)["a"] == [["86000.10", "1.000", "0"]]


def test_the_synthetic_flow_has_retail_quotes_and_trades() -> None:
    venue = SimVenue(SimConfig(seed=5, clock=VirtualClock()))
    market = venue.exchange.markets["linear", "BTCUSDT"]
    market.asked()
    seen = []
    for _ in range(60):
        venue.step(500)
        market.asked()
        seen.append(bool(market.book.rpi_bids.anonymous()) and bool(market.book.rpi_asks.anonymous()))
    assert any(seen)
    prints = [trade.is_rpi for trade in market.tape]
    assert any(prints)
    assert not all(prints)
    venue.exchange.check()
