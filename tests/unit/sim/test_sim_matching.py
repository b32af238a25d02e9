"""What happens to an order, as tables: side, type and book in, status and fills out."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from nautilus_bybit_adapter.sim import VenueError
from nautilus_bybit_adapter.sim.exchange.events import PrivateEvent

if TYPE_CHECKING:
    from tests.unit.sim.conftest import Desk

MARKET = {"orderType": "Market"}


def fills(order: Any, desk: Desk) -> list[tuple[int, int, bool]]:
    return [(f.ticks, f.lots, f.is_maker) for f in desk.exchange.account.executions if f.order is order]


@pytest.mark.parametrize(
    ("fields", "status", "reason", "expected"),
    [
        ({**MARKET, "qty": "0.4"}, "Filled", "EC_NoError", [(860001, 400, False)]),
        ({**MARKET, "qty": "2"}, "Filled", "EC_NoError", [(860001, 1000, False), (860002, 1000, False)]),
        (
            {**MARKET, "qty": "5"},
            "Cancelled",
            "EC_NoImmediateQtyToFill",
            [(860001, 1000, False), (860002, 2000, False)],
        ),
        ({"price": "85000"}, "New", "EC_NoError", []),
        ({"price": "86000.1"}, "Filled", "EC_NoError", [(860001, 1000, False)]),
        ({"price": "86000.1", "qty": "1.5"}, "PartiallyFilled", "EC_NoError", [(860001, 1000, False)]),
        (
            {"price": "86000.1", "qty": "1.5", "timeInForce": "IOC"},
            "Cancelled",
            "EC_NoImmediateQtyToFill",
            [(860001, 1000, False)],
        ),
        ({"price": "86000.1", "qty": "1.5", "timeInForce": "FOK"}, "Cancelled", "EC_NoEnoughQtyToFill", []),
        ({"price": "86000.1", "timeInForce": "FOK"}, "Filled", "EC_NoError", [(860001, 1000, False)]),
        (
            {"price": "86000.1", "timeInForce": "PostOnly"},
            "Cancelled",
            "EC_PostOnlyWillTakeLiquidity",
            [],
        ),
        ({"price": "86000", "timeInForce": "PostOnly"}, "New", "EC_NoError", []),
        ({**MARKET, "side": "Sell", "qty": "1"}, "Filled", "EC_NoError", [(860000, 1000, False)]),
    ],
)  # fmt: skip
def test_linear_orders(
    desk: Desk, fields: dict[str, str], status: str, reason: str, expected: list[tuple[int, int, bool]]
) -> None:
    order = desk.place(**fields)
    assert (order.status, order.reject_reason) == (status, reason)
    assert fills(order, desk) == expected
    desk.exchange.check()


@pytest.mark.parametrize(
    ("fields", "status", "filled"),
    [
        ({"price": "86000.1", "timeInForce": "PostOnly"}, "Rejected", "0"),
        ({"price": "86000.1", "qty": "1.1", "timeInForce": "IOC"}, "PartiallyFilledCanceled", "1"),
        ({**MARKET, "qty": "43000.05"}, "Filled", "0.5"),
        ({**MARKET, "qty": "8600.02"}, "Filled", "0.1"),  # 0.01 left, less than the cost of the least lot
        ({**MARKET, "qty": "0.5", "marketUnit": "baseCoin"}, "Filled", "0.5"),
        ({**MARKET, "qty": "0.5", "side": "Sell"}, "Filled", "0.5"),
        ({**MARKET, "qty": "43000", "side": "Sell", "marketUnit": "quoteCoin"}, "Filled", "0.5"),
    ],
)
def test_spot_orders(desk: Desk, fields: dict[str, str], status: str, filled: str) -> None:
    order = desk.place(category="spot", **({"qty": "1"} | fields))
    assert (order.status, desk.spot.instrument.qty(order.filled)) == (status, Decimal(filled))
    desk.exchange.check()


def test_a_market_order_stops_at_its_protection_price(desk: Desk) -> None:
    desk.market.set_book([("86000.0", "1")], [("86000.1", "1"), ("87000", "5")])
    order = desk.place(orderType="Market", qty="2")
    assert order.status == "Cancelled"
    assert desk.market.instrument.price(order.ticks) <= desk.market.instrument.price(870000)
    assert fills(order, desk) == [(860001, 1000, False)]


@pytest.mark.parametrize(
    ("kind", "tolerance", "side", "limit"),
    [
        ("TickSize", "3", "Buy", 860004),
        ("TickSize", "3", "Sell", 859997),
        ("Percent", "0.5", "Buy", 864301),
        ("Percent", "0.5", "Sell", 855700),
    ],
)
def test_slippage_tolerance_sets_the_limit(
    desk: Desk, kind: str, tolerance: str, side: str, limit: int
) -> None:
    order = desk.place(
        orderType="Market", side=side, qty="0.1", slippageToleranceType=kind, slippageTolerance=tolerance
    )
    assert order.ticks == limit


def test_an_aggressive_linear_limit_is_moved_to_the_band_and_spot_refuses(desk: Desk) -> None:
    order = desk.place(price="99000", qty="0.5")
    assert desk.market.instrument.price(order.ticks) < 87000
    with pytest.raises(VenueError) as refused:
        desk.place(category="spot", price="99000", qty="0.5")
    assert refused.value.ret_code == 170193


def test_trades_shorten_the_queue_and_then_fill(desk: Desk) -> None:
    mine = desk.place(price="86000", qty="0.5")
    assert mine.ahead == 1000
    desk.market.trade("Sell", "86000", "0.6")
    assert (mine.ahead, mine.filled) == (400, 0)
    desk.market.trade("Sell", "86000", "0.5")
    assert (mine.ahead, mine.filled, mine.status) == (0, 100, "PartiallyFilled")
    desk.market.trade("Sell", "86000", "9")
    assert mine.status == "Filled"
    assert [f.is_maker for f in desk.exchange.account.executions] == [True, True]
    desk.exchange.check()


def test_a_trade_beyond_the_price_fills_the_better_order_first(desk: Desk) -> None:
    mine = desk.place(price="86000", qty="0.5")
    desk.told.clear()
    desk.market.trade("Sell", "85999.9", "0.7")
    assert mine.status == "Filled"
    assert desk.trades() == [("Sell", 860000, 500), ("Sell", 859999, 200)]
    assert desk.market.book.bids.anonymous_at(859999) == 1800


def test_size_that_locks_or_crosses_an_order_trades_with_it(desk: Desk) -> None:
    mine = desk.place(price="86000", qty="0.5")
    desk.market.set_book([("85999", "1")], [("86000", "0.2"), ("86000.5", "1")])
    assert mine.filled == 200
    assert desk.market.book.asks.best == 860005
    desk.market.set_book([("85999", "1")], [("85999.5", "3")])
    assert mine.status == "Filled"
    assert desk.market.book.asks.anonymous_at(859995) == 2700
    desk.exchange.check()


def test_taken_size_stays_away(desk: Desk) -> None:
    desk.place(orderType="Market", qty="1")
    assert desk.market.book.asks.best == 860002


def test_own_size_is_on_top_of_the_shown_size(desk: Desk) -> None:
    desk.place(price="86000", qty="0.5")
    assert desk.market.book.bids.top(1) == {860000: 1500}


@pytest.mark.parametrize(
    ("smp_type", "taker", "maker", "traded"),
    [
        ("None", "Filled", "Filled", True),
        ("CancelMaker", "New", "Cancelled", False),
        ("CancelTaker", "Cancelled", "New", False),
        ("CancelBoth", "Cancelled", "Cancelled", False),
    ],
)
def test_own_orders_meeting(desk: Desk, smp_type: str, taker: str, maker: str, traded: bool) -> None:
    desk.market.set_book([("85000", "1")], [("87000", "1")])
    resting = desk.place(side="Sell", price="86000", qty="0.3")
    coming = desk.place(price="86000", qty="0.3", smpType=smp_type)
    assert (coming.status, resting.status) == (taker, maker)
    assert bool(desk.exchange.account.executions) is traded
    if not traded:
        cancelled = resting if maker == "Cancelled" else coming
        assert (cancelled.cancel_type, bool(cancelled.smp_order_id)) == ("CancelBySmp", True)
    desk.exchange.check()


def test_reduce_only_truncates_and_never_opens(desk: Desk) -> None:
    with pytest.raises(VenueError) as refused:
        desk.place(side="Sell", price="87000", reduceOnly=True)
    assert refused.value.ret_code == 110017
    desk.place(orderType="Market", qty="0.4")
    with pytest.raises(VenueError):
        desk.place(side="Buy", price="85000", reduceOnly=True)
    closing = desk.place(side="Sell", orderType="Market", qty="3", reduceOnly=True)
    assert (closing.status, closing.lots) == ("Filled", 400)
    assert desk.exchange.account.position("BTCUSDT").size == 0


def test_resting_reduce_only_orders_shrink_with_the_position(desk: Desk) -> None:
    desk.place(orderType="Market", qty="0.4")
    resting = desk.place(side="Sell", price="86500", qty="0.4", reduceOnly=True)
    desk.place(side="Sell", orderType="Market", qty="0.3")
    assert (resting.lots, resting.status) == (100, "New")
    desk.place(side="Sell", orderType="Market", qty="0.1")
    assert (resting.status, resting.cancel_type) == ("Cancelled", "CancelByReduceOnly")
    desk.exchange.check()


@pytest.mark.parametrize(
    ("change", "ahead"),
    [({"qty": "0.5"}, 400), ({"qty": "2"}, 1000), ({"price": "85999.9"}, 2000), ({"price": "85990"}, 0)],
)
def test_amending_keeps_the_place_only_when_the_quantity_falls(
    desk: Desk, change: dict[str, str], ahead: int
) -> None:
    mine = desk.place(price="86000", qty="1")
    desk.market.trade("Sell", "86000", "0.6")
    desk.market.set_book([("86000.0", "1"), ("85999.9", "2")], [("86000.1", "1")])
    ids = {"category": "linear", "symbol": "BTCUSDT", "orderId": mine.order_id}
    amended = desk.exchange.amend(ids | change)
    assert amended is mine
    assert (mine.status, mine.ahead) == ("New", ahead)
    desk.exchange.check()


def test_amending_across_the_spread_takes(desk: Desk) -> None:
    mine = desk.place(price="85999", qty="1")
    desk.exchange.amend(
        {"category": "linear", "symbol": "BTCUSDT", "orderId": mine.order_id, "price": "86000.1"}
    )
    assert mine.status == "Filled"
    assert fills(mine, desk) == [(860001, 1000, False)]


def test_one_sweep_is_one_execution_frame(desk: Desk) -> None:
    desk.place(orderType="Market", qty="2")
    frames = [e for e in desk.told if isinstance(e, PrivateEvent) and e.topic == "execution"]
    assert len(frames) == 1
    rows = frames[0].rows
    assert [row["leavesQty"] for row in rows] == ["1", "0"]
    assert len({(row["seq"], row["execTime"], row["orderId"]) for row in rows}) == 1


def test_spot_fee_is_in_the_coin_received(desk: Desk) -> None:
    bought = desk.place(category="spot", orderType="Market", qty="0.5", marketUnit="baseCoin")
    sold = desk.place(category="spot", orderType="Market", side="Sell", qty="0.5")
    assert bought.fees == {"BTC": Decimal("0.00050000")}
    assert sold.fees == {"USDT": Decimal("43.00000000")}
    assert desk.exchange.account.balances["BTC"] == Decimal("0.99950000")
