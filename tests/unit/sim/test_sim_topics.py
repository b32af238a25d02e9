"""What the sockets of each family say: acknowledgements, refusals, pushes that only some categories have."""

from __future__ import annotations

from typing import Any

import pytest
from venue_requests import INVERSE, LINEAR, OPTION, SPOT
from venue_walk import WalkedVenue, Wire

MINUTE_MS = 60_000


@pytest.fixture
def venue() -> WalkedVenue:
    return WalkedVenue()


def subscribe(wire: Wire, *topics: str) -> dict[str, Any]:
    return wire.send(op="subscribe", args=list(topics))[0]


def test_the_option_socket_takes_the_good_topics_and_names_the_others(venue: WalkedVenue) -> None:
    wire = venue.socket("option")
    good, bad = f"tickers.{OPTION['symbol']}", "orderbook.50.BTC-30OCT26-94500-C-USDT"
    answer = subscribe(wire, good, bad, good)
    assert answer["data"] == {"failTopics": [bad], "successTopics": [good]}
    assert answer["type"] == "COMMAND_RESP"
    assert not {"req_id", "op"} & answer.keys()
    assert subscribe(wire, good)["success"] is False
    (ended,) = wire.send(op="unsubscribe", args=[good, bad])
    assert ended["data"] == {"failTopics": [bad], "successTopics": [good]}
    assert wire.connection.topics == set()


@pytest.mark.parametrize(
    ("path", "topic"),
    [
        ("option", "kline.1.BTC-30OCT26-94500-C-USDT"),
        ("option", "orderbook.1.BTC-30OCT26-94500-C-USDT"),
        ("linear", "orderbook.full.BTCUSDT"),
        ("linear", "orderbook.25.BTCUSDT"),
        ("linear", "kline.2.BTCUSDT"),
        ("linear", "kline.1"),
        ("linear", "insurance.inverse"),
        ("inverse", "insurance.USDT"),
        ("inverse", "tickers.BTCUSDT"),
        ("linear", "order"),
        ("linear", "system.status"),
        ("misc/status", "tickers.BTCUSDT"),
    ],
)
def test_topics_a_socket_does_not_have(venue: WalkedVenue, path: str, topic: str) -> None:
    answer = subscribe(venue.socket(path), topic)
    assert answer["success"] is False
    if path != "option":
        assert answer["ret_msg"] == f"error:handler not found,topic:{topic}"


@pytest.mark.parametrize(
    "topic", ["allLiquidation.BTCUSDT", "insurance.USDT", "adlAlert.USDT", "orderbook.full.BTCUSDT"]
)
def test_topics_spot_does_not_share(venue: WalkedVenue, topic: str) -> None:
    served = subscribe(venue.socket("spot"), topic)["success"]
    assert served is topic.startswith("orderbook.full")


def test_the_topics_of_a_connection_have_a_longest_length(venue: WalkedVenue) -> None:
    wire = venue.socket("linear")
    answer = subscribe(wire, *(f"publicTrade.{'X' * 1000}{i}" for i in range(21)))
    assert (answer["success"], "21000" in answer["ret_msg"]) == (False, True)


def test_a_topic_is_watched_while_somebody_is_subscribed(venue: WalkedVenue) -> None:
    wires = [venue.socket("linear") for _ in range(2)]
    for wire in wires:
        subscribe(wire, "tickers.BTCUSDT")
    market = venue.exchange.markets["linear", "BTCUSDT"]
    assert market.watchers == 1
    for wire in wires:
        wire.send(op="unsubscribe", args=["tickers.BTCUSDT"])
    assert market.watchers == 0


@pytest.mark.parametrize(
    ("interval", "minutes"), [("1", 1), ("60", 60), ("D", 1440), ("W", 7 * 1440), ("M", 31 * 1440)]
)
def test_each_candle_is_confirmed_once(venue: WalkedVenue, interval: str, minutes: int) -> None:
    wire = venue.socket("linear")
    subscribe(wire, f"kline.{interval}.BTCUSDT")
    venue.after(1000)
    (forming,) = wire.read()
    started = forming["data"][0]["start"]
    for _ in range(3):
        venue.after(minutes * MINUTE_MS)
        rows = [row for frame in wire.read() for row in frame["data"]]
        assert [(row["start"], row["confirm"]) for row in rows] == [
            (started, True),
            (rows[-1]["start"], False),
        ]
        assert rows[-1]["start"] == rows[0]["end"] + 1
        started = rows[-1]["start"]


def test_a_candle_of_the_socket_is_the_one_of_the_path(venue: WalkedVenue) -> None:
    wire = venue.socket("linear")
    subscribe(wire, "kline.D.BTCUSDT")
    venue.after(1000)
    (row,) = wire.read()[-1]["data"]
    (first, *_) = venue.result("GET /v5/market/kline", **LINEAR, interval="D")["list"]
    names = ("open", "high", "low", "close", "volume", "turnover")
    assert first == [str(row["start"]), *(row[name] for name in names)]


def test_full_deltas_continue_the_snapshot_of_the_path(venue: WalkedVenue) -> None:
    wire = venue.socket("spot")
    assert [frame.get("topic") for frame in wire.send(op="subscribe", args=["orderbook.full.BTCUSDT"])] == [
        None
    ]
    snapshot = venue.result("GET /v5/market/full_orderbook", **SPOT)
    market = venue.exchange.markets["spot", "BTCUSDT"]
    market.set_levels({market.start_ticks - 50: 5}, {})
    venue.after(200)
    (delta,) = wire.read()
    assert (delta["type"], delta["data"]["u"]) == ("delta", snapshot["u"] + 1)
    assert delta["data"]["b"] == [[market.instrument.price_text(market.start_ticks - 50), "0.000005"]]


def test_rpi_levels_have_a_third_column(venue: WalkedVenue) -> None:
    wire = venue.socket("linear")
    _, snapshot = wire.send(op="subscribe", args=["orderbook.rpi.BTCUSDT"])
    assert {len(level) for level in snapshot["data"]["b"]} == {3}
    assert snapshot["topic"] == "orderbook.rpi.BTCUSDT"


def test_a_liquidation_names_the_side_of_the_position(venue: WalkedVenue) -> None:
    wire = venue.socket("linear")
    subscribe(wire, "allLiquidation.BTCUSDT")
    venue.exchange.liquidate("BTCUSDT")
    (frame,) = wire.read()
    assert [(row["S"], row["v"]) for row in frame["data"]] == [("Buy", "0.05")]


def test_price_limits_are_told_when_they_move(venue: WalkedVenue) -> None:
    wire = venue.socket("linear")
    _, first = wire.send(op="subscribe", args=["priceLimit.BTCUSDT"])
    venue.after(300)
    assert wire.read() == []
    market = venue.exchange.markets["linear", "BTCUSDT"]
    ticks = market.start_ticks + 500
    market.set_levels({ticks: 5}, {ticks + 1: 5}, replace=True)
    venue.after(300)
    (second,) = wire.read()
    assert float(second["data"]["buyLmt"]) > float(first["data"]["buyLmt"])


def test_a_notice_is_published_and_kept(venue: WalkedVenue) -> None:
    wire = venue.socket("misc/status")
    assert subscribe(wire, "system.status")["success"]
    venue.server.announce({"id": "7", "state": "scheduled"})
    (frame,) = wire.read()
    assert frame["data"] == [{"id": "7", "state": "scheduled"}]
    assert venue.result("GET /v5/system/status", state="scheduled")["list"] == frame["data"]
    assert venue.result("GET /v5/system/status", state="completed")["list"] == []


def test_option_trades_are_subscribed_by_coin(venue: WalkedVenue) -> None:
    wire = venue.socket("option")
    assert subscribe(wire, "publicTrade.BTC")["success"]
    venue.order(**OPTION, side="Buy", orderType="Market", qty="0.1", orderLinkId="x")
    (frame,) = wire.read()
    assert (frame["topic"], frame["data"][0]["s"]) == ("publicTrade.BTC", OPTION["symbol"])


def test_a_long_sweep_is_told_in_messages_of_1024_trades(venue: WalkedVenue) -> None:
    wire = venue.socket("linear")
    subscribe(wire, "publicTrade.BTCUSDT")
    market = venue.exchange.markets["linear", "BTCUSDT"]
    ticks = market.start_ticks
    market.set_levels({ticks - 1: 1}, {ticks + 1 + i: 1 for i in range(1500)}, replace=True)
    market.take("Buy", 1500)
    assert [len(frame["data"]) for frame in wire.read()] == [1024, 476]


def test_greeks_follow_option_positions_only(venue: WalkedVenue) -> None:
    wire = venue.socket("private")
    wire.login()
    subscribe(wire, "greeks")
    venue.order(**INVERSE, side="Buy", orderType="Market", qty="100")
    assert wire.read() == []
    venue.order(**OPTION, side="Buy", orderType="Market", qty="0.1", orderLinkId="x")
    assert [row["baseCoin"] for frame in wire.read() for row in frame["data"]] == ["BTC"]


def leave(venue: WalkedVenue, wire: Wire) -> None:
    private = venue.server.private
    private.connections.discard(wire.connection)
    private._dcp.left(wire.connection.topics, private.connections)


def protected(venue: WalkedVenue, *, seconds: int = 10) -> Wire:
    venue.result("POST /v5/order/disconnected-cancel-all", product="DERIVATIVES", timeWindow=seconds)
    for where in (LINEAR, SPOT):
        venue.order(**where, side="Buy", orderType="Limit", price="80000", qty="0.001")
    wire = venue.socket("private")
    wire.login()
    assert subscribe(wire, "dcp.future")["success"]
    return wire


def test_orders_of_a_lost_client_are_cancelled_after_its_window(venue: WalkedVenue) -> None:
    wire = protected(venue)
    leave(venue, wire)
    venue.after(9_999)
    assert len(venue.exchange.open_orders) == 2
    venue.after(1)
    (left,) = venue.exchange.open_orders.values()
    assert left.instrument.category == "spot"
    page = venue.result("GET /v5/order/realtime", **LINEAR, openOnly="1")
    assert page["list"][0]["cancelType"] == "CancelByDCP"


def test_a_client_that_comes_back_in_time_keeps_its_orders(venue: WalkedVenue) -> None:
    leave(venue, protected(venue))
    venue.after(5_000)
    back = venue.socket("private")
    back.login()
    subscribe(back, "dcp.future")
    venue.after(60_000)
    assert len(venue.exchange.open_orders) == 2


def test_one_of_two_clients_that_leaves_changes_nothing(venue: WalkedVenue) -> None:
    other = protected(venue)
    wire = venue.socket("private")
    wire.login()
    subscribe(wire, "dcp.future")
    leave(venue, other)
    venue.after(60_000)
    assert len(venue.exchange.open_orders) == 2


@pytest.mark.parametrize(
    ("first", "second", "refused"),
    [
        (["order"], ["order.linear"], True),
        (["execution.linear"], ["execution"], True),
        (["execution"], ["execution.fast"], False),
        (["execution.fast"], ["execution.fast.option"], True),
        (["order.spot"], ["order.linear"], False),
        (["order", "position.linear"], ["wallet"], True),
        (["wallet", "order.linear", "dcp.spot"], ["greeks"], False),
        (["order.nope"], [], True),
        (["tickers.BTCUSDT"], [], True),
    ],
)
def test_forms_of_private_topics(
    venue: WalkedVenue, first: list[str], second: list[str], refused: bool
) -> None:
    wire = venue.socket("private")
    wire.login()
    answers = [subscribe(wire, *topics)["success"] for topics in (first, second) if topics]
    assert (False in answers) is refused


ORDER = {"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "orderType": "Limit", "qty": "0.001"}


def trade(wire: Wire, op: str, *args: Any, **message: Any) -> dict[str, Any]:
    header = {"X-BAPI-TIMESTAMP": str(wire.venue.now_ms)}
    return wire.send(op=op, args=list(args), **{"header": header, **message})[-1]


def test_the_trade_socket_refuses_by_code(venue: WalkedVenue) -> None:
    wire = venue.socket("trade")
    good = ORDER | {"price": "80000"}
    assert trade(wire, "order.create", good)["retCode"] == 10005
    wire.login()
    assert wire.login()[0]["retCode"] == 20001
    codes = {
        "unknown op": trade(wire, "order.replace", good)["retCode"],
        "unknown category": trade(wire, "order.create", good | {"category": "x"})["retCode"],
        "no args": trade(wire, "order.create")["retCode"],
        "two args": trade(wire, "order.create", good, good)["retCode"],
        "args of a wrong shape": trade(wire, "order.create", "x")["retCode"],
        "no timestamp": trade(wire, "order.create", good, header={})["retCode"],
        "late": trade(wire, "order.create", good, header={"X-BAPI-TIMESTAMP": 1})["retCode"],
        "long reqId": trade(wire, "order.create", good, reqId="x" * 37)["retCode"],
        "batch without items": trade(wire, "order.create-batch", {"category": "linear"})["retCode"],
    }
    assert codes == {
        "unknown op": 10404,
        "unknown category": 10404,
        "no args": 10001,
        "two args": 10001,
        "args of a wrong shape": 10001,
        "no timestamp": 10001,
        "late": 10002,
        "long reqId": 10001,
        "batch without items": 10001,
    }
    assert trade(wire, "order.create", good, reqId="r")["retCode"] == 0
    assert trade(wire, "order.create", good, reqId="r")["retCode"] == 20006


def test_an_acknowledged_order_tells_what_is_left_of_the_window(venue: WalkedVenue) -> None:
    wire = venue.socket("trade")
    wire.login()
    answer = trade(wire, "order.create", ORDER | {"price": "80000"}, reqId="r")
    assert answer["reqId"] == "r"
    assert answer["header"].keys() == {
        "X-Bapi-Limit",
        "X-Bapi-Limit-Status",
        "X-Bapi-Limit-Reset-Timestamp",
        "Traceid",
        "Timenow",
    }
    item = {"symbol": "BTCUSDT", "side": "Buy", "orderType": "Limit", "qty": "0.001"}
    request = [item | {"price": "80000"}, item | {"price": "x"}]
    batch = trade(wire, "order.create-batch", {"category": "linear", "request": request})
    assert [each["code"] for each in batch["retExtInfo"]["list"]] == [0, 10001]
    assert [bool(each["orderId"]) for each in batch["data"]["list"]] == [True, False]


@pytest.mark.parametrize("path", ["spread", "rfq", "fp"])
def test_sockets_of_products_that_are_not_traded_answer_and_know_no_topic(path: str) -> None:
    wire = WalkedVenue().socket(path)
    (pong,) = wire.send(op="ping")
    assert pong["op"] == ("pong" if path == "spread" else "ping")
    (refused,) = wire.send(op="subscribe", args=["orderbook.25.SOLUSDT_SOL/USDT"])
    assert refused["success"] is False
    assert wire.connection.topics == set()
