"""Conditional orders: what waits, what releases it, and the exact frames on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from nautilus_bybit_adapter.sim import VenueError
from nautilus_bybit_adapter.sim.exchange import queries

if TYPE_CHECKING:
    from tests.unit.sim.conftest import Desk

LINEAR = {"category": "linear", "symbol": "BTCUSDT"}
SPOT = {"category": "spot", "symbol": "BTCUSDT"}
RISE = {"triggerDirection": 1}
FALL = {"triggerDirection": 2}
MARKET = {"orderType": "Market"}
FIELDS = ("orderStatus", "cancelType", "rejectReason", "stopOrderType", "createType")


def frames(desk: Desk, *names: str) -> list[tuple[Any, ...]]:
    """Order rows told since the last call."""
    rows = [tuple(row.get(name) for name in names or FIELDS) for row in desk.rows("order")]
    desk.told.clear()
    return rows


def stop(status: str, cancel: str = "UNKNOWN", reason: str = "EC_NoError") -> tuple[str, ...]:
    return (status, cancel, reason, "Stop", "CreateByStopOrder")


def move(desk: Desk, price: str, category: str = "linear") -> None:
    """Print a trade at `price` that fills nobody."""
    market = desk.exchange.markets[category, "BTCUSDT"]
    market.trade("Buy", price, "0.001")


@pytest.mark.parametrize(
    ("fields", "at", "expected"),
    [
        (
            MARKET | RISE | {"triggerPrice": "86010"},
            "86010",
            [stop("Untriggered"), stop("Triggered"), stop("Filled")],
        ),
        (
            MARKET | FALL | {"side": "Sell", "triggerPrice": "85990"},
            "85989.9",
            [stop("Untriggered"), stop("Triggered"), stop("Filled")],
        ),
        (
            RISE | {"price": "85000", "triggerPrice": "86010"},
            "86020",
            [stop("Untriggered"), stop("Triggered"), stop("New")],
        ),
        (
            RISE | {"price": "86000.1", "qty": "1.5", "triggerPrice": "86010"},
            "86010",
            [stop("Untriggered"), stop("Triggered"), stop("PartiallyFilled")],
        ),
        (
            MARKET | RISE | {"qty": "5", "triggerPrice": "86010"},
            "86010",
            [
                stop("Untriggered"),
                stop("Triggered"),
                stop("Cancelled", reason="EC_NoImmediateQtyToFill"),
            ],
        ),
        (
            RISE | {"price": "86010", "timeInForce": "PostOnly", "triggerPrice": "86010"},
            "86010",
            [
                stop("Untriggered"),
                stop("Triggered"),
                stop("Cancelled", reason="EC_PostOnlyWillTakeLiquidity"),
            ],
        ),
        (
            MARKET | FALL | {"side": "Sell", "reduceOnly": True, "triggerPrice": "85990"},
            "85990",
            [
                stop("Untriggered"),
                stop("Triggered"),
                stop("Cancelled", "CancelByReduceOnly", "EC_Others"),
            ],
        ),
        (MARKET | RISE | {"triggerPrice": "86010"}, "86009.9", [stop("Untriggered")]),
    ],
)
def test_status_sequences(
    desk: Desk, fields: dict[str, Any], at: str, expected: list[tuple[str, ...]]
) -> None:
    order = desk.place(**fields)
    move(desk, at)
    assert frames(desk) == expected
    desk.exchange.check()
    page = queries.open_orders(desk.exchange, LINEAR | {"orderId": order.order_id})
    assert page["list"][0]["orderStatus"] == expected[-1][0]


def test_the_frames_of_a_market_stop_carry_the_captured_figures(desk: Desk) -> None:
    desk.place(**MARKET, **FALL, side="Sell", qty="0.01", triggerPrice="85990", orderLinkId="down")
    move(desk, "85990")
    names = ("orderStatus", "price", "avgPrice", "leavesQty", "leavesValue", "cumExecQty", "triggerPrice")
    (execution,) = desk.rows("execution")
    untriggered, triggered, filled = frames(desk, *names)
    assert untriggered == ("Untriggered", "0", "0", "0.01", "0", "0", "85990")
    assert triggered == ("Triggered", "0", "0", "0.01", "0", "0", "85990")
    assert filled[:1] + filled[2:] == ("Filled", "86000", "0", "0", "0.01", "85990")
    assert filled[1] != "0"
    assert (execution["stopOrderType"], execution["createType"]) == ("Stop", "CreateByStopOrder")
    assert (execution["orderLinkId"], execution["orderPrice"]) == ("down", filled[1])


@pytest.mark.parametrize("by", ["LastPrice", "MarkPrice", "IndexPrice"])
def test_each_kind_of_price_releases_only_its_orders(desk: Desk, by: str) -> None:
    order = desk.place(**MARKET, **RISE, qty="0.1", triggerPrice="86050", triggerBy=by)
    if by == "LastPrice":
        desk.market.set_book([("86060", "1")], [("86060.1", "1")])
        assert order.status == "Untriggered"
        move(desk, "86050")
    else:
        move(desk, "86055")
        assert order.status == "Untriggered"
        desk.market.set_book([("86060", "1")], [("86060.1", "1")])
    assert order.status == "Filled"


@pytest.mark.parametrize(
    ("fields", "code", "text"),
    [
        (
            RISE | {"triggerPrice": "85941.1"},
            110092,
            "expect Rising, but trigger_price[859411000] <= current[860000000]??LastPrice",
        ),
        (
            FALL | {"triggerPrice": "86000", "triggerBy": "LastPrice"},
            110093,
            "expect Falling, but trigger_price[860000000] >= current[860000000]??LastPrice",
        ),
        (
            FALL | {"triggerPrice": "86001", "triggerBy": "MarkPrice"},
            110093,
            "expect Falling, but trigger_price[860010000] >= current[860001000]??MarkPrice",
        ),
        ({"triggerPrice": "87000"}, 10001, "params error: triggerDirection invalid"),
        (RISE | {"triggerPrice": "87000.05"}, 10001, "params error: triggerPrice invalid"),
        (RISE | {"triggerPrice": "x"}, 10001, "params error: triggerPrice invalid"),
        (RISE | {"triggerPrice": "87000", "triggerBy": "Last"}, 10001, "params error: triggerBy invalid"),
    ],
)
def test_refused(desk: Desk, fields: dict[str, Any], code: int, text: str) -> None:
    with pytest.raises(VenueError) as refused:
        desk.place(**MARKET, **fields)
    assert (refused.value.ret_code, refused.value.ret_msg) == (code, text)
    assert not desk.told


def test_ten_conditional_orders_of_a_symbol(desk: Desk) -> None:
    for _ in range(10):
        desk.place(**MARKET, **RISE, triggerPrice="87000")
    with pytest.raises(VenueError) as refused:
        desk.place(**MARKET, **RISE, triggerPrice="87000")
    assert refused.value.ret_code == 110009
    desk.place(symbol="ETHUSDT", **MARKET, **RISE, triggerPrice="2800")
    assert len(desk.exchange.cancel_all(LINEAR)) == 10


def test_no_margin_before_the_price_and_cancelled_when_it_is_short_then(desk: Desk) -> None:
    order = desk.place(**MARKET, **RISE, qty="2.5", triggerPrice="86010")
    assert desk.exchange.risk.orders_im() == 0
    margin = type(desk.market.mark)("8039.6")  # of one coin bought at 80000
    desk.place(price="80000", qty=str(int(desk.exchange.risk.available() / margin)))
    frames(desk)
    move(desk, "86010")
    assert frames(desk) == [stop("Triggered"), stop("Cancelled", reason="EC_Others")]
    assert order.filled == 0
    desk.exchange.check()


def test_a_waiting_order_is_amended_and_withdrawn(desk: Desk) -> None:
    order = desk.place(**RISE, price="86020", qty="0.5", triggerPrice="86010")
    ids = LINEAR | {"orderId": order.order_id}
    desk.exchange.amend(ids | {"triggerPrice": "86030", "price": "86040", "qty": "0.7"})
    assert frames(desk, "orderStatus", "triggerPrice", "price", "qty")[-1] == (
        "Untriggered",
        "86030",
        "86040",
        "0.7",
    )
    for change, code in (({"triggerPrice": "86030"}, 10001), ({"triggerPrice": "85000"}, 110092)):
        with pytest.raises(VenueError) as refused:
            desk.exchange.amend(ids | change)
        assert refused.value.ret_code == code
    move(desk, "86010")
    assert order.is_waiting
    desk.told.clear()
    desk.exchange.cancel(ids)
    assert frames(desk) == [stop("Deactivated", "CancelByUser")]
    with pytest.raises(VenueError) as refused:
        desk.exchange.cancel(ids)
    assert refused.value.ret_code == 110001
    page = queries.order_history(desk.exchange, LINEAR)
    assert [item["orderStatus"] for item in page["list"]] == ["Deactivated"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["plain", "stop"]),
        ({"orderFilter": "Order"}, ["plain"]),
        ({"orderFilter": "StopOrder"}, ["stop"]),
        ({"orderFilter": "tpslOrder"}, []),
    ],
)
def test_order_filter(desk: Desk, query: dict[str, str], expected: list[str]) -> None:
    desk.place(price="80000", qty="0.1", orderLinkId="plain")
    desk.place(**MARKET, **RISE, triggerPrice="87000", orderLinkId="stop")
    page = queries.open_orders(desk.exchange, LINEAR | query)
    assert sorted(item["orderLinkId"] for item in page["list"]) == expected
    cancelled = desk.exchange.cancel_all(LINEAR | query)
    assert sorted(order.link_id for order in cancelled) == expected
    desk.exchange.check()


@pytest.mark.parametrize(("kind", "locked"), [("tpslOrder", 43000), ("StopOrder", 0)])
def test_spot_conditional_orders_lock_now_or_at_the_price(desk: Desk, kind: str, locked: int) -> None:
    order = desk.place(**SPOT, price="86000", qty="0.5", triggerPrice="86100", orderFilter=kind)
    assert desk.exchange.risk.locked("USDT") == locked
    row = desk.rows("order")[0]
    assert (row["orderStatus"], row["stopOrderType"]) == (
        "Untriggered",
        "tpslOrder" if kind == "tpslOrder" else "Stop",
    )
    assert "createType" not in row
    frames(desk)
    move(desk, "86100", "spot")
    assert [f[0] for f in frames(desk)] == ["Triggered", "New"]
    assert desk.exchange.risk.locked("USDT") == 43000
    desk.exchange.check()
    assert desk.exchange.cancel_all(SPOT) == [order]


def test_a_waiting_order_that_holds_funds_grows_no_further_than_they_reach(desk: Desk) -> None:
    held = desk.exchange.account.balances["BTC"]
    terms = {"price": "86000", "side": "Sell", "triggerPrice": "85000"}
    order = desk.place(**SPOT, **terms, qty=str(held / 2), orderFilter="tpslOrder")
    ids = SPOT | {"orderId": order.order_id}
    with pytest.raises(VenueError) as refused:
        desk.exchange.amend(ids | {"qty": str(held + order.instrument.qty(1))})
    assert refused.value.ret_code == 170131
    assert desk.exchange.risk.locked("BTC") == held / 2
    desk.exchange.amend(ids | {"qty": str(held)})
    assert desk.exchange.risk.locked("BTC") == held
    desk.exchange.check()


def test_spot_orders_need_their_filter_to_be_cancelled(desk: Desk) -> None:
    order = desk.place(
        **SPOT, **MARKET, side="Sell", qty="0.5", triggerPrice="85000", orderFilter="tpslOrder"
    )
    assert desk.exchange.risk.locked("BTC") == order.held_qty
    ids = SPOT | {"orderId": order.order_id}
    for kind in ("", "Order", "StopOrder"):
        with pytest.raises(VenueError) as refused:
            desk.exchange.cancel(ids | {"orderFilter": kind})
        assert refused.value.ret_code == 170213
        assert desk.exchange.cancel_all(SPOT | {"orderFilter": kind}) == []
    desk.exchange.cancel(ids | {"orderFilter": "tpslOrder"})
    assert order.status == "Deactivated"
    assert desk.exchange.risk.locked("BTC") == 0


def test_a_trigger_price_without_filter_is_ignored_on_spot(desk: Desk) -> None:
    assert desk.place(**SPOT, price="80000", qty="0.1", triggerPrice="90000").status == "New"
