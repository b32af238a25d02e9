"""Fields, JSON types and order of messages against what was captured on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from nautilus_bybit_adapter.sim.exchange import queries
from nautilus_bybit_adapter.sim.exchange.instruments import default_catalogue
from nautilus_bybit_adapter.sim.exchange.wallet import wallet_row
from nautilus_bybit_adapter.sim.server.auth import Credentials
from nautilus_bybit_adapter.sim.server.frames import book_frame, ticker_frame, trades_frame
from nautilus_bybit_adapter.sim.server.tickers import linear_ticker
from nautilus_bybit_adapter.sim.server.user_api import api_key_info

if TYPE_CHECKING:
    from tests.unit.sim.conftest import Desk

Sample = dict[str, Any]
# The captured account's group is a string; the venue can answer either, see `smp_group`.
ONE_OF_TWO_TYPES = {"smpGroup"}


def types(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: types(item) for key, item in value.items() if key not in ONE_OF_TWO_TYPES}
    return [types(item) for item in value[:1]] if isinstance(value, list) else type(value).__name__


def test_instruments(captured: Sample) -> None:
    by_key = {it.key: it.wire() for it in default_catalogue()}
    assert by_key["linear", "BTCUSDT"] == captured["instrument_linear"]
    assert by_key["spot", "BTCUSDT"] == captured["instrument_spot"]


def test_order_item(desk: Desk, captured: Sample) -> None:
    desk.place(price="77392.3", qty="0.001")
    page = queries.open_orders(desk.exchange, {"category": "linear", "symbol": "BTCUSDT"})
    assert types(page["list"][0]) == types(captured["order_rest"])


def test_order_frame(desk: Desk, captured: Sample) -> None:
    desk.place(price="77392.3", qty="0.001", orderLinkId="rec-rest-1")
    (row,) = desk.rows("order")
    sample = captured["order_ws"]
    assert types(row) == types(sample)
    own = {"orderId", "smpGroup", "smpType", "createdTime", "updatedTime", "lastPriceOnCreated"}
    assert {k: v for k, v in row.items() if k not in own} == {k: v for k, v in sample.items() if k not in own}


def test_execution_frame_and_item(desk: Desk, captured: Sample) -> None:
    desk.place(orderType="Market", qty="0.01")
    (row,) = desk.rows("execution")
    assert types(row) == types(captured["execution_ws"])
    page = queries.executions(desk.exchange, {"category": "linear"})
    assert types(page["list"][0]) == types(captured["execution_rest"])


def test_position_frame_and_item(desk: Desk, captured: Sample) -> None:
    desk.place(orderType="Market", qty="0.158")
    (row,) = desk.rows("position")
    assert types(row) == types(captured["position_ws"])
    page = queries.positions(desk.exchange, {"category": "linear", "symbol": "BTCUSDT"})
    assert types(page["list"][0]) == types(captured["position_rest"])


def test_a_flat_slot(desk: Desk) -> None:
    page = queries.positions(desk.exchange, {"category": "linear", "symbol": "ETHUSDT"})
    item = page["list"][0]
    assert (item["side"], item["size"], item["avgPrice"], item["seq"], item["openTime"]) == (
        "",
        "0",
        "0",
        -1,
        0,
    )
    blank = ["positionValue", "positionIM", "positionMM", "unrealisedPnl", "breakEvenPrice", "liqPrice"]
    assert {item[name] for name in blank} == {""}
    assert queries.positions(desk.exchange, {"category": "linear", "settleCoin": "USDT"})["list"] == []


def test_wallet(desk: Desk, captured: Sample) -> None:
    row = wallet_row(desk.exchange.account, desk.exchange.risk, ["USDT"])
    assert types(row) == types(captured["wallet"])


def test_public_frames(desk: Desk, captured: Sample) -> None:
    market, spot = desk.market, desk.spot
    market.trade("Buy", "86000.1", "0.1")
    spot.trade("Buy", "86000.1", "0.1")
    now = desk.now_ms
    assert types(trades_frame(market, list(market.tape), now)) == types(captured["trade_linear_ws"])
    assert types(trades_frame(spot, list(spot.tape), now)) == types(captured["trade_spot_ws"])
    ticker = ticker_frame(market, "snapshot", linear_ticker(market, now), now)
    assert types(ticker) == types(captured["ticker_linear_ws"])
    for depth in (1, 50):
        feed = market.feeds[depth]
        changes = feed.advance()
        frame = book_frame(market, feed, None if depth == 1 else changes, now)
        sample = captured[f"book_{depth}_ws"]
        assert list(frame) == list(sample)
        assert types(frame) | {"data": 0} == types(sample) | {"data": 0}
        assert types(frame["data"]["b"]) == types(sample["data"]["b"])


def test_api_key(desk: Desk, captured: Sample) -> None:
    answer = api_key_info(desk.exchange, Credentials("k", "s"))
    assert {k: v for k, v in types(answer).items() if k != "permissions"} == {
        k: v for k, v in types(captured["api_key"]).items() if k != "permissions"
    }


def test_public_prices_are_padded_on_linear_and_stripped_on_spot(desk: Desk) -> None:
    assert desk.market.instrument.price_text(860000) == "86000.00"
    assert desk.market.instrument.qty_text(100) == "0.100"
    assert desk.spot.instrument.price_text(860000) == "86000"
    assert desk.spot.instrument.qty_text(3493) == "0.003493"


FILL = ["execution", "order", "position", "wallet"]
PLACE = ["order", "position", "wallet"]


def test_sequences_of_messages(desk: Desk) -> None:
    ids = {"category": "linear", "symbol": "BTCUSDT"}
    order = desk.place(price="86000")
    assert desk.topics() == PLACE
    desk.exchange.amend(ids | {"orderId": order.order_id, "qty": "0.8"})
    assert desk.topics() == PLACE
    desk.market.trade("Sell", "86000", "1.2")
    assert desk.rows("order")[0]["orderStatus"] == "PartiallyFilled"
    assert desk.rows("execution")[0]["isMaker"] is True
    assert desk.topics() == FILL
    desk.exchange.cancel(ids | {"orderId": order.order_id})
    (row,) = desk.rows("order")
    assert (row["orderStatus"], row["cancelType"], row["rejectReason"], row["leavesQty"]) == (
        "Cancelled",
        "CancelByUser",
        "EC_PerCancelRequest",
        "0",
    )
    assert desk.topics() == PLACE
    desk.place(orderType="Market", qty="1.5")
    assert desk.topics() == FILL
    desk.place(price="86000.2", timeInForce="PostOnly")
    assert desk.topics() == PLACE
    desk.place(side="Sell", orderType="Market", qty="5", reduceOnly=True)
    assert desk.rows("execution")[0]["closedSize"] != "0"
    assert desk.topics() == FILL


def test_spot_sequences_have_no_position(desk: Desk) -> None:
    desk.place(category="spot", orderType="Market", qty="1000")
    row = desk.rows("execution")[0]
    assert (row["closedSize"], row["execPnl"], row["markPrice"], row["feeCurrency"]) == ("", "", "", "BTC")
    order = desk.rows("order")[0]
    assert not {"createType", "tpslMode", "closedPnl"} & order.keys()
    coins = [coin["coin"] for coin in desk.rows("wallet")[0]["coin"]]
    assert coins == ["USDT", "BTC"]
    assert desk.topics() == ["execution", "order", "wallet"]


@pytest.mark.parametrize("category", ["linear", "spot"])
def test_rest_writes_absent_figures_as_blanks(desk: Desk, category: str) -> None:
    order = desk.place(category=category, price="80000", qty="0.1")
    ids = {"category": category, "symbol": "BTCUSDT", "orderId": order.order_id}
    desk.exchange.cancel(ids)
    item = queries.open_orders(desk.exchange, ids)["list"][0]
    assert (item["orderStatus"], item["leavesQty"], item["leavesValue"], item["avgPrice"]) == (
        "Cancelled",
        "",
        "",
        "",
    )


def test_set_leverage_tells_the_position(desk: Desk) -> None:
    request = {"category": "linear", "symbol": "BTCUSDT", "buyLeverage": "5", "sellLeverage": "5"}
    desk.exchange.set_leverage(request)
    assert desk.rows("position")[0]["leverage"] == "5"
