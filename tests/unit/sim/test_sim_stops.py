"""Take profit, stop loss and trailing stop: frames, positions and what ends what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from nautilus_bybit_adapter.sim import VenueError
from nautilus_bybit_adapter.sim.exchange import queries

if TYPE_CHECKING:
    from tests.unit.sim.conftest import Desk

LINEAR = {"category": "linear", "symbol": "BTCUSDT"}
SPOT = {"category": "spot", "symbol": "BTCUSDT"}
MARKET = {"orderType": "Market"}
BOTH = {"takeProfit": "86500", "stopLoss": "85500"}
NAMES = (
    "orderStatus",
    "stopOrderType",
    "createType",
    "triggerPrice",
    "triggerDirection",
    "qty",
    "cancelType",
)


def frames(desk: Desk, *names: str) -> list[tuple[Any, ...]]:
    rows = [tuple(row.get(name) for name in names or NAMES) for row in desk.rows("order")]
    desk.told.clear()
    return rows


def move(desk: Desk, price: str, category: str = "linear") -> None:
    """Lay the book around `price` and trade there."""
    market = desk.exchange.markets[category, "BTCUSDT"]
    ticks = market.instrument.to_ticks(type(market.mark)(price))
    assert ticks is not None
    market.set_levels({ticks: 10**6 if category == "spot" else 5000}, {ticks + 1: 5000}, replace=True)
    market.trade_lots("Sell", ticks, 1)


def long(desk: Desk, qty: str = "0.5", **fields: Any) -> Any:
    return desk.place(**MARKET, qty=qty, **fields)


def shown(desk: Desk) -> tuple[str, str, str]:
    item = queries.positions(desk.exchange, LINEAR)["list"][0]
    return item["takeProfit"], item["stopLoss"], item["trailingStop"]


def test_full_legs_belong_to_the_position(desk: Desk) -> None:
    long(desk, **BOTH)
    parent, take, stop = frames(desk, *NAMES, "takeProfit", "tpslMode", "orderLinkId")
    assert parent == ("Filled", "", "CreateByUser", "", 0, "0.5", "UNKNOWN", "86500", "Full", "")
    assert take == (
        "Untriggered", "TakeProfit", "CreateByTakeProfit", "86500", 1, "0.5", "UNKNOWN", "", "Full", "",
    )  # fmt: skip
    assert stop == (
        "Untriggered", "StopLoss", "CreateByStopLoss", "85500", 2, "0.5", "UNKNOWN", "", "Full", "",
    )  # fmt: skip
    assert shown(desk) == ("86500", "85500", "0")
    desk.exchange.check()


@pytest.mark.parametrize(
    ("price", "fired", "left"), [("86500", "TakeProfit", "StopLoss"), ("85500", "StopLoss", "TakeProfit")]
)
def test_one_leg_closes_and_the_other_is_cleared(desk: Desk, price: str, fired: str, left: str) -> None:
    long(desk, **BOTH)
    desk.told.clear()
    move(desk, price)
    row = desk.rows("execution")[0]
    assert (row["stopOrderType"], row["createType"], row["closedSize"], row["orderLinkId"]) == (
        fired,
        f"CreateBy{fired}",
        "0.5",
        "",
    )
    assert [(f[0], f[1], f[6]) for f in frames(desk)] == [
        ("Triggered", fired, "UNKNOWN"),
        ("Filled", fired, "UNKNOWN"),
        ("Deactivated", left, "CancelByTpSlTsClear"),
    ]
    assert shown(desk) == ("", "", "0")
    assert not desk.exchange.account.position("BTCUSDT").size
    desk.exchange.check()


def test_a_close_by_hand_clears_every_stop(desk: Desk) -> None:
    long(desk, **BOTH)
    desk.exchange.trading_stop(LINEAR | {"trailingStop": "100", "positionIdx": 0, "tpslMode": "Full"})
    desk.told.clear()
    desk.place(**MARKET, side="Sell", qty="0.5", reduceOnly=True)
    assert {(f[0], f[6]) for f in frames(desk)[1:]} == {("Deactivated", "CancelByTpSlTsClear")}
    assert not desk.exchange.register.waiting


def test_full_legs_follow_the_size(desk: Desk) -> None:
    long(desk, "0.5", **BOTH)
    long(desk, "0.3")
    assert {f[5] for f in frames(desk)[-2:]} == {"0.8"}
    desk.place(**MARKET, side="Sell", qty="0.6")
    assert {f[5] for f in frames(desk)[-2:]} == {"0.2"}
    desk.place(**MARKET, side="Sell", qty="0.5")
    assert {f[6] for f in frames(desk)[1:]} == {"CancelByTpSlTsClear"}
    desk.exchange.check()


def test_partial_legs_belong_to_the_order_and_end_each_other(desk: Desk) -> None:
    long(desk, "0.3")
    long(desk, "0.5", tpslMode="Partial", orderLinkId="mother", **BOTH)
    names = (*NAMES, "parentOrderLinkId", "tpslMode")
    take, stop = frames(desk, *names)[-2:]
    assert take == (
        "Untriggered", "PartialTakeProfit", "CreateByPartialTakeProfit", "86500", 1, "0.5", "UNKNOWN", "mother",
        "Partial",
    )  # fmt: skip
    assert stop[:3] == ("Untriggered", "PartialStopLoss", "CreateByPartialStopLoss")
    assert shown(desk) == ("", "", "0")
    move(desk, "86500")
    assert [(f[0], f[1], f[6]) for f in frames(desk)] == [
        ("Triggered", "PartialTakeProfit", "UNKNOWN"),
        ("Deactivated", "PartialStopLoss", "CancelByTpSlTsClear"),
        ("Filled", "PartialTakeProfit", "UNKNOWN"),
    ]
    assert desk.exchange.account.position("BTCUSDT").size == type(desk.market.mark)("0.3")
    desk.exchange.check()


def test_partial_legs_grow_with_the_fills(desk: Desk) -> None:
    desk.place(price="85900", qty="1", tpslMode="Partial", takeProfit="86500")
    desk.market.trade("Sell", "85899", "0.4")
    assert frames(desk)[-1][5] == "0.4"
    desk.market.trade("Sell", "85899", "0.6")
    assert frames(desk)[-1][5] == "1"
    assert len(desk.exchange.register.waiting["linear", "BTCUSDT"]) == 1


def test_a_limit_leg_rests(desk: Desk) -> None:
    long(desk, tpslMode="Partial", takeProfit="86500", tpOrderType="Limit", tpLimitPrice="86600")
    row = desk.rows("order")[0]
    assert (row["tpLimitPrice"], row["slLimitPrice"]) == ("86600", "0")
    move(desk, "86500")
    assert frames(desk, "orderStatus", "orderType", "price")[-1] == ("New", "Limit", "86600")


@pytest.mark.parametrize(
    ("side", "fields", "text"),
    [
        (
            "Buy",
            {"price": "85000", "takeProfit": "84999"},
            "TakeProfit:84999000000 set for Buy position should be higher than base_price:85000000000",
        ),
        (
            "Buy",
            {"orderType": "Market", "stopLoss": "86000.1"},
            "StopLoss:86000100000 set for Buy position should lower than base_price:86000000000??LastPrice",
        ),
        (
            "Sell",
            {"orderType": "Market", "takeProfit": "86000", "tpTriggerBy": "MarkPrice"},
            None,
        ),
        (
            "Sell",
            {"price": "87000", "takeProfit": "87000.1"},
            "TakeProfit:87000100000 set for Sell position should be lower than base_price:87000000000",
        ),
        ("Buy", {"reduceOnly": True, "price": "85000", "takeProfit": "86000"}, "params error: takeProfit"),
        (
            "Buy",
            {"price": "85000", "takeProfit": "86000", "tpOrderType": "Limit"},
            "params error: tpOrderType",
        ),
    ],
)
def test_legs_on_the_wrong_side(desk: Desk, side: str, fields: dict[str, Any], text: str | None) -> None:
    if text is None:
        assert desk.place(side=side, qty="0.1", **fields).status == "Filled"
        return
    with pytest.raises(VenueError) as refused:
        desk.place(side=side, qty="0.1", **fields)
    assert refused.value.ret_code == 10001
    assert refused.value.ret_msg.startswith(text)


def test_trading_stop_sets_changes_and_takes_away(desk: Desk) -> None:
    request = LINEAR | {"tpslMode": "Full", "positionIdx": 0}
    with pytest.raises(VenueError) as refused:
        desk.exchange.trading_stop(request | BOTH)
    assert refused.value.ret_msg == "can not set tp/sl/ts for zero position"
    long(desk)
    desk.told.clear()
    desk.exchange.trading_stop(request | BOTH)
    (position,) = desk.rows("position")
    assert (position["takeProfit"], position["stopLoss"]) == ("86500", "85500")
    assert [f[:4] for f in frames(desk)] == [
        ("Untriggered", "TakeProfit", "CreateByTakeProfit", "86500"),
        ("Untriggered", "StopLoss", "CreateByStopLoss", "85500"),
    ]
    with pytest.raises(VenueError) as refused:
        desk.exchange.trading_stop(request | BOTH)
    assert (refused.value.ret_code, refused.value.ret_msg) == (34040, "not modified")
    desk.told.clear()
    desk.exchange.trading_stop(request | {"takeProfit": "86600"})
    assert [f[:4] for f in frames(desk)] == [("Untriggered", "TakeProfit", "CreateByTakeProfit", "86600")]
    desk.exchange.trading_stop(request | {"takeProfit": "0", "stopLoss": "0"})
    assert {f[0] for f in frames(desk)} == {"Deactivated"}
    assert shown(desk) == ("", "", "0")
    with pytest.raises(VenueError) as refused:
        desk.exchange.trading_stop(request | {"stopLoss": "0"})
    assert refused.value.ret_code == 34040


def test_partial_trading_stop_only_adds(desk: Desk) -> None:
    long(desk)
    request = LINEAR | {"tpslMode": "Partial", "positionIdx": 0, "tpSize": "0.1", "slSize": "0.1"} | BOTH
    for _ in range(10):
        desk.exchange.trading_stop(request)
    with pytest.raises(VenueError) as refused:
        desk.exchange.trading_stop(request)
    assert refused.value.ret_code == 110061
    with pytest.raises(VenueError, match="must be equal"):
        desk.exchange.trading_stop(request | {"slSize": "0.2"})
    with pytest.raises(VenueError, match="tpSize"):
        desk.exchange.trading_stop(request | {"tpSize": "0.6", "slSize": "0.6"})


@pytest.mark.parametrize(
    ("active", "path", "fires_at"),
    [(None, ["86200", "86150"], "86100"), ("86300", ["85800", "86299", "86350", "86260"], "86250")],
)
def test_a_trailing_stop_follows(desk: Desk, active: str | None, path: list[str], fires_at: str) -> None:
    long(desk)
    request = LINEAR | {"positionIdx": 0, "tpslMode": "Full", "trailingStop": "100"}
    desk.exchange.trading_stop(request | ({"activePrice": active} if active else {}))
    assert shown(desk) == ("", "", "100")
    row = desk.rows("order")[-1]
    assert (row["stopOrderType"], row["createType"], row["orderLinkId"]) == (
        "TrailingStop",
        "CreateByTrailingStop",
        "",
    )
    assert row["triggerPrice"] == (active or "85900.1")
    for price in path:
        move(desk, price)
        assert desk.exchange.account.position("BTCUSDT").size
    move(desk, fires_at)
    assert not desk.exchange.account.position("BTCUSDT").size
    assert frames(desk)[-1][:2] == ("Filled", "TrailingStop")


def test_an_activation_price_that_has_passed_is_refused(desk: Desk) -> None:
    long(desk)
    with pytest.raises(VenueError, match="TrailingProfit:85000000000 set for Buy position should be higher"):
        desk.exchange.trading_stop(LINEAR | {"trailingStop": "100", "activePrice": "85000"})


def test_legs_of_a_resting_order_are_amended(desk: Desk) -> None:
    order = desk.place(price="85900", qty="0.5", **BOTH)
    ids = LINEAR | {"orderId": order.order_id}
    desk.exchange.amend(ids | {"takeProfit": "86700", "stopLoss": "0"})
    assert frames(desk, "takeProfit", "stopLoss")[-1] == ("86700", "")
    desk.market.trade("Sell", "85899", "0.5")
    assert shown(desk) == ("86700", "", "0")


def test_a_cancelled_child_leaves_the_position(desk: Desk) -> None:
    long(desk, **BOTH)
    take = desk.exchange.stops.full(desk.market, 0, "TakeProfit")
    assert take is not None
    desk.exchange.cancel(LINEAR | {"orderId": take.order_id})
    assert shown(desk) == ("", "85500", "0")
    plain_only = {"orderFilter": "StopOrder", "stopOrderType": "Stop"}
    assert desk.exchange.cancel_all(LINEAR | plain_only) == []
    assert len(desk.exchange.cancel_all(LINEAR)) == 1


def test_spot_legs_end_each_other(desk: Desk) -> None:
    desk.place(**SPOT, price="86000.1", qty="0.5", **BOTH)
    rows = frames(desk, "orderStatus", "side", "stopOrderType", "takeProfit", "triggerPrice")
    assert rows == [
        ("Filled", "Buy", "", "86500", "0.0"),
        ("Untriggered", "Sell", "BidirectionalTpslOrder", "0.0", "86500"),
        ("Untriggered", "Sell", "BidirectionalTpslOrder", "0.0", "85500"),
    ]
    assert desk.exchange.risk.locked("BTC") == type(desk.market.mark)("0.5")
    move(desk, "86500", "spot")
    assert [(f[0], f[6]) for f in frames(desk)] == [
        ("Triggered", "UNKNOWN"),
        ("Deactivated", "CancelByOCOSlCanceledByTpTriggered"),
        ("Filled", "UNKNOWN"),
    ]
    desk.exchange.check()
