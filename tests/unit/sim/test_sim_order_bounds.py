"""Bounds of orders: quantities, bands, tolerances, splits, and the coin of a rebate."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from nautilus_bybit_adapter.sim import VenueError
from nautilus_bybit_adapter.sim.exchange.exchange import ExchangeConfig
from nautilus_bybit_adapter.sim.exchange.fees import FeeRates, default_fees
from nautilus_bybit_adapter.sim.exchange.instruments import default_catalogue
from tests.unit.sim.conftest import START_MS, Desk

LINEAR = {"category": "linear", "symbol": "BTCUSDT"}
SPOT = {"category": "spot", "symbol": "BTCUSDT"}
MARKET = {"orderType": "Market"}
D = Decimal


def code_of(desk: Desk, **fields: Any) -> int:
    with pytest.raises(VenueError) as refused:
        desk.place(**fields)
    return refused.value.ret_code


def small_desk() -> Desk:
    """Return a venue whose linear BTCUSDT takes at most 2 at the market and 3 at a price."""
    instruments = tuple(
        replace(it, max_qty=D(3), max_market_qty=D(2)) if it.key == ("linear", "BTCUSDT") else it
        for it in default_catalogue(START_MS)
    )
    desk = Desk(ExchangeConfig(instruments=instruments, balances={"USDT": D(10**6)}))
    desk.market.set_book([("86000.0", "20")], [("86000.1", "20")])
    return desk


def test_a_reduce_only_order_beyond_the_largest_quantity_is_split() -> None:
    desk = small_desk()
    assert code_of(desk, **MARKET, qty="2.1") == 10001
    for _ in range(4):
        desk.place(**MARKET, qty="1.5")
    desk.told.clear()
    first = desk.place(**MARKET, side="Sell", qty="5", reduceOnly=True, orderLinkId="close")
    rows = [row for row in desk.rows("order") if row["orderStatus"] == "Filled"]
    assert [(row["qty"], row["orderLinkId"]) for row in rows] == [("2", "close"), ("2", ""), ("1", "")]
    assert rows[0]["orderId"] == first.order_id
    assert desk.exchange.account.position("BTCUSDT").size == D(1)
    limit = desk.place(side="Sell", price="87000", qty="9", reduceOnly=True)
    assert limit.lots == 1000, "no more than the position, which needs no split"
    desk.exchange.check()


def test_a_position_can_be_closed_in_resting_parts() -> None:
    desk = small_desk()
    for _ in range(4):
        desk.place(**MARKET, qty="2")
    desk.place(side="Sell", price="86100", qty="8", reduceOnly=True)
    assert sorted(order.lots for order in desk.exchange.open_orders.values()) == [2000, 3000, 3000]
    desk.market.trade("Buy", "86100", "10")
    assert not desk.exchange.account.position("BTCUSDT").size
    desk.exchange.check()


def test_orders_that_never_take_have_an_upper_limit_of_their_own_on_spot(desk: Desk) -> None:
    it = desk.spot.instrument
    most, passive = it.max_qty, it.listing.post_only_max_qty
    assert passive is not None
    assert passive > most
    beyond = str(most + 1)
    request = {**SPOT, "side": "Buy", "price": "10", "qty": beyond}
    assert code_of(desk, **request) == 170341
    assert desk.place(**request, timeInForce="PostOnly").status == "New"
    assert code_of(desk, **{**request, "qty": str(passive + 1)}, timeInForce="PostOnly") == 170341
    desk.exchange.check()


def test_spot_checks_the_value_and_not_the_least_quantity(desk: Desk) -> None:
    assert code_of(desk, **SPOT, price="86000", qty="0.000001") == 170140


@pytest.mark.parametrize(
    ("side", "kind", "size", "price"),
    [
        ("Buy", "TickSize", "5", "86000.6"),
        ("Sell", "TickSize", "5", "85999.5"),
        ("Buy", "Percent", "0.01", "86008.7"),
        ("Sell", "Percent", "0.01", "85991.4"),
    ],
)
def test_a_tolerance_is_measured_from_the_best_price(
    desk: Desk, side: str, kind: str, size: str, price: str
) -> None:
    desk.place(**MARKET, side=side, qty="0.1", slippageToleranceType=kind, slippageTolerance=size)
    assert desk.rows("order")[-1]["price"] == price


@pytest.mark.parametrize("side", ["Buy", "Sell"])
@pytest.mark.parametrize(("kind", "size"), [("TickSize", "10000"), ("Percent", "10")])
def test_no_tolerance_reaches_beyond_the_band(desk: Desk, side: str, kind: str, size: str) -> None:
    highest, lowest = desk.market.band()
    desk.place(**MARKET, side=side, qty="0.1", slippageToleranceType=kind, slippageTolerance=size)
    order = list(desk.exchange.orders.values())[-1]
    assert order.ticks == (highest if side == "Buy" else lowest)


@pytest.mark.parametrize(
    ("kind", "size", "code"),
    [
        ("TickSize", "0", 110108), ("TickSize", "10001", 110108), ("TickSize", "1.5", 110108),
        ("Percent", "0.001", 110109), ("Percent", "10.01", 110109), ("Percent", "x", 110109), ("Other", "1", 10001),
    ],
)  # fmt: skip
def test_a_tolerance_out_of_range(desk: Desk, kind: str, size: str, code: int) -> None:
    fields = {"slippageToleranceType": kind, "slippageTolerance": size}
    assert code_of(desk, **MARKET, qty="0.1", **fields) == code


def test_the_band_of_spot_follows_the_premium_of_two_minutes_whichever_its_sign(desk: Desk) -> None:
    market = desk.spot
    index = float(market.instrument.to_ticks(D(86000)) or 0)
    for middle in (86100, 85900):
        market.set_book([(str(middle), "1")], [(str(middle + 1), "1")])
        for _ in range(800):
            desk.now_ms += 1000
            market.follow_index(index)
        premium = D(f"{market.reference.spot_premium_ticks:.2f}") * market.instrument.tick
        assert abs(premium - (middle - 86000)) < 2
        highest, lowest = market.band()
        x, y = market.instrument.ratio_x, market.instrument.ratio_y
        tick = market.instrument.tick
        most = min(86000 * (1 + y), max(D(86000), 86000 * (1 + x) + premium))
        least = max(86000 * (1 - y), min(D(86000), 86000 * (1 - x) + premium))
        assert abs(highest * tick - most) <= tick
        assert abs(lowest * tick - least) <= tick


def test_a_rebate_on_spot_is_paid_in_the_coin_that_was_given() -> None:
    fees = {**default_fees(), "spot": FeeRates(D("0.001"), D("-0.0001"))}
    desk = Desk(ExchangeConfig(fees=fees))
    desk.spot.set_book([("86000", "1")], [("86000.1", "1")])
    buy = desk.place(**SPOT, price="85999", qty="0.1")
    sell = desk.place(**SPOT, side="Sell", price="86001", qty="0.1")
    desk.spot.trade("Sell", "85999", "0.5")
    desk.spot.trade("Buy", "86001", "0.5")
    desk.spot.take("Sell", 10**6)
    desk.spot.take("Buy", 10**6)
    assert buy.status == sell.status == "Filled"
    assert buy.fees == {"USDT": D("-0.85999")}
    assert sell.fees == {"BTC": D("-0.00001")}
    desk.spot.set_book([("86000", "1")], [("86000.1", "1")])
    taker = desk.place(**SPOT, **MARKET, side="Buy", qty="1000")
    assert list(taker.fees) == ["BTC"]
    assert taker.fees["BTC"] > 0
    desk.exchange.check()
