"""Public topics on a hand-set clock, read from the queue of a connection without a socket."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from nautilus_bybit_adapter.sim.server.app import VenueServer
from nautilus_bybit_adapter.sim.server.auth import Credentials
from nautilus_bybit_adapter.sim.server.connection import Connection
from nautilus_bybit_adapter.sim.server.context import Context
from nautilus_bybit_adapter.sim.server.limits import RateWindows

if TYPE_CHECKING:
    from tests.unit.sim.conftest import Desk

KEY = Credentials("sim-key", "sim-secret")


class Wire:
    """A server and one client of it, both without a socket."""

    def __init__(self, desk: Desk, path: str = "linear") -> None:
        self.desk = desk
        self.server = VenueServer(Context(desk.exchange, KEY, RateWindows(enforced=True)))
        sockets: dict[str, Any] = {**self.server.public}
        sockets |= {"private": self.server.private, "trade": self.server.trade}
        self.socket = sockets[path]
        self.connection = Connection("conn")
        self.socket.connections.add(self.connection)

    def ask(self, *args: str, op: str = "subscribe", **more: Any) -> list[dict[str, Any]]:
        return self.send(json.dumps({"op": op, "args": list(args), **more}))

    def send(self, text: str) -> list[dict[str, Any]]:
        self.socket._on_text(self.connection, text)
        return self.read()

    def read(self) -> list[dict[str, Any]]:
        return [json.loads(frame) for frame in self.connection.take()]

    def login(self) -> list[dict[str, Any]]:
        expires = self.desk.now_ms + 1000
        return self.send(
            json.dumps({"op": "auth", "args": ["sim-key", expires, KEY.sign(f"GET/realtime{expires}")]})
        )

    def after(self, ms: int) -> list[dict[str, Any]]:
        self.desk.now_ms += ms
        for event in self.desk.told:
            self.server.on_event(event)
        self.desk.told.clear()
        self.server.pump(self.desk.now_ms)
        return self.read()


@pytest.mark.parametrize(
    ("path", "request_id", "answer"),
    [
        ("linear", {"req_id": "r"}, {"success": True, "ret_msg": "", "req_id": "r", "op": "subscribe"}),
        ("linear", {}, {"success": True, "ret_msg": "", "req_id": "", "op": "subscribe"}),
        ("spot", {"req_id": 7}, {"success": True, "ret_msg": "subscribe", "req_id": 7, "op": "subscribe"}),
        ("spot", {}, {"success": True, "ret_msg": "subscribe", "op": "subscribe"}),
    ],
)
def test_acks(desk: Desk, path: str, request_id: dict[str, Any], answer: dict[str, Any]) -> None:
    assert Wire(desk, path).ask("publicTrade.BTCUSDT", **request_id) == [answer | {"conn_id": "conn"}]


@pytest.mark.parametrize(
    ("path", "topics", "ret_msg"),
    [
        ("linear", ["orderbook.50.NOPEUSDT"], "error:handler not found,topic:orderbook.50.NOPEUSDT"),
        ("linear", ["orderbook.500.BTCUSDT"], "error:handler not found,topic:orderbook.500.BTCUSDT"),
        ("linear", ["orderbook.50.btcusdt"], "error:handler not found,topic:orderbook.50.btcusdt"),
        ("linear", ["orderbook.50"], "error:handler not found,topic:orderbook.50"),
        ("linear", ["order"], "error:handler not found,topic:order"),
        ("spot", ["tickers.NOPEUSDT"], "Invalid symbol :[tickers.NOPEUSDT]"),
        ("spot", ["orderbook.2.BTCUSDT"], "error:handler not found,topic:orderbook.2.BTCUSDT"),
        ("spot", ["tickers.BTCUSDT"] * 11, "args size >10"),
        ("inverse", ["tickers.BTCUSD"], "error:handler not found,topic:tickers.BTCUSD"),
    ],
)
def test_one_bad_topic_refuses_the_whole_request(
    desk: Desk, path: str, topics: list[str], ret_msg: str
) -> None:
    wire = Wire(desk, path)
    (answer,) = wire.ask("publicTrade.BTCUSDT", *topics) if path != "spot" else wire.ask(*topics)
    assert (answer["success"], answer["ret_msg"]) == (
        False,
        ret_msg if path in {"linear", "spot"} else "error:handler not found,topic:publicTrade.BTCUSDT",
    )
    assert wire.connection.topics == set()


def test_a_second_subscription_is_refused_and_the_first_goes_on(desk: Desk) -> None:
    wire = Wire(desk)
    wire.ask("publicTrade.BTCUSDT")
    (answer,) = wire.ask("publicTrade.BTCUSDT")
    assert answer["ret_msg"] == "error:already subscribed,topic:publicTrade.BTCUSDT"
    desk.market.trade("Buy", "86000.1", "0.1")
    assert [frame["topic"] for frame in wire.after(1)] == ["publicTrade.BTCUSDT"]


@pytest.mark.parametrize(
    ("path", "message", "answer"),
    [
        ("linear", {"op": "ping"}, {"success": True, "ret_msg": "pong", "req_id": "", "op": "ping"}),
        (
            "linear",
            {"op": "ping", "req_id": 3},
            {"success": True, "ret_msg": "pong", "req_id": 3, "op": "ping"},
        ),
        ("spot", {"op": "ping"}, {"success": True, "ret_msg": "pong", "op": "ping"}),
        (
            "linear",
            {"op": "dance"},
            {"success": False, "ret_msg": "error:invalid op", "req_id": "", "op": "dance"},
        ),
        ("private", {"op": "ping", "req_id": "t"}, {"req_id": "t", "op": "pong", "args": ["NOW"]}),
        ("private", {"op": "ping"}, {"op": "pong", "args": ["NOW"]}),
        ("trade", {"op": "ping"}, {"retCode": 0, "retMsg": "OK", "op": "pong", "data": ["NOW"]}),
    ],
)
def test_pings(desk: Desk, path: str, message: dict[str, Any], answer: dict[str, Any]) -> None:
    (got,) = Wire(desk, path).send(json.dumps(message))
    name = "connId" if path == "trade" else "conn_id"
    wanted = json.loads(json.dumps(answer).replace("NOW", str(desk.now_ms)))
    assert got == wanted | {name: "conn"}


@pytest.mark.parametrize("path", ["linear", "spot", "private", "trade"])
@pytest.mark.parametrize(
    "text", ["", "x", "[]", "[" * 5000, "1", '{"op":{}}', '{"op":"subscribe","args":{}}', "{}"]
)
def test_nonsense_is_answered(desk: Desk, path: str, text: str) -> None:
    (answer,) = Wire(desk, path).send(text)
    assert answer.get("success", False) is False
    assert answer.get("retCode", 10001) != 0


def test_a_snapshot_follows_the_ack_and_deltas_follow_the_snapshot(desk: Desk) -> None:
    wire = Wire(desk)
    ack, snapshot = wire.ask("orderbook.50.BTCUSDT")
    assert (ack["op"], snapshot["type"], snapshot["data"]["u"]) == ("subscribe", "snapshot", 1)
    assert snapshot["data"]["b"] == [["86000.00", "1.000"], ["85999.90", "2.000"]]
    desk.market.set_book([("86000.0", "3")], [("86000.1", "1"), ("86000.2", "2")])
    assert wire.after(19) == []
    (delta,) = wire.after(1)
    assert (delta["type"], delta["data"]["u"], delta["data"]["a"]) == ("delta", 2, [])
    assert sorted(delta["data"]["b"]) == [["85999.90", "0"], ["86000.00", "3.000"]]
    assert wire.after(20) == []


def test_level_1_is_repeated_after_three_seconds_with_the_same_u(desk: Desk) -> None:
    wire = Wire(desk)
    _, first = wire.ask("orderbook.1.BTCUSDT")
    desk.market.set_book([("85999.9", "2")], [("86000.1", "1")])
    (second,) = wire.after(10)
    assert [f["type"] for f in (first, second)] == ["snapshot", "snapshot"]
    assert wire.after(2999) == []
    (repeated,) = wire.after(1)
    assert repeated["data"] == second["data"] | {"seq": repeated["data"]["seq"]}
    assert repeated["data"]["u"] == 2


def test_a_second_subscriber_sees_the_window_of_the_last_push(desk: Desk) -> None:
    wire = Wire(desk)
    wire.ask("orderbook.50.BTCUSDT")
    desk.market.set_book([("85000", "1")], [("86000", "1")])
    late = Connection("late")
    wire.socket._on_text(late, '{"op":"subscribe","args":["orderbook.50.BTCUSDT"]}')
    frames = [json.loads(frame) for frame in late.waiting]
    assert (frames[1]["data"]["u"], frames[1]["data"]["b"][0]) == (1, ["86000.00", "1.000"])
    (delta,) = wire.after(20)
    assert delta["data"]["u"] == 2


def test_rest_shows_the_window_of_the_subscribed_stream(desk: Desk) -> None:
    from nautilus_bybit_adapter.sim.server.market_api import orderbook  # noqa: PLC0415 - this test alone

    wire = Wire(desk)
    params = {"category": "linear", "symbol": "BTCUSDT"}
    wire.ask("orderbook.1000.BTCUSDT")
    desk.market.set_book([("85000", "1")], [("86000", "1")])
    answer = orderbook(desk.exchange, params)
    assert (answer["u"], answer["b"][0][0]) == (1, "86000.00")
    (delta,) = wire.after(200)
    answer = orderbook(desk.exchange, params)
    assert (answer["u"], answer["b"][0][0]) == (delta["data"]["u"], "85000.00")


def test_a_lost_frame_is_a_gap_and_its_changes_are_gone(desk: Desk) -> None:
    wire = Wire(desk)
    wire.ask("orderbook.50.BTCUSDT")
    desk.market.set_book([("86000", "5")], [("86000.1", "1")])
    desk.market.feeds[50].lose_frame()
    desk.market.set_book([("86000", "5"), ("85999", "1")], [("86000.1", "1")])
    (delta,) = wire.after(20)
    assert (delta["data"]["u"], delta["data"]["b"]) == (3, [["85999.00", "1.000"]])


def test_tickers_are_deltas_on_linear_and_snapshots_on_spot(desk: Desk) -> None:
    linear, spot = Wire(desk), Wire(desk, "spot")
    snapshot = linear.ask("tickers.BTCUSDT")[1]
    assert (snapshot["type"], snapshot["data"]["bid1Price"]) == ("snapshot", "86000.00")
    assert "bid1Price" not in spot.ask("tickers.BTCUSDT")[1]["data"]
    assert linear.after(100) == []
    desk.market.set_book([("86000.0", "1.5"), ("85999.9", "2")], [("86000.1", "1"), ("86000.2", "2")])
    desk.spot.trade("Buy", "86000.1", "0.1")
    (delta,) = linear.after(100)
    assert delta["data"] == {"symbol": "BTCUSDT", "bid1Size": "1.500"}
    (again,) = spot.after(0)
    assert (again["type"], again["data"]["volume24h"]) == ("snapshot", "0.1")


def test_klines_close_once(desk: Desk) -> None:
    desk.now_ms = desk.now_ms // 60_000 * 60_000
    wire = Wire(desk)
    wire.ask("kline.1.BTCUSDT")
    desk.market.trade("Buy", "86000.1", "0.1")
    (open_frame,) = wire.after(1000)
    assert (open_frame["data"][0]["confirm"], open_frame["data"][0]["volume"]) == (False, "0.100")
    closed, fresh = wire.after(59_000)
    assert closed["data"][0]["confirm"] is True
    assert closed["data"][0] | {"confirm": False, "timestamp": 0} == open_frame["data"][0] | {"timestamp": 0}
    assert fresh["data"][0]["start"] == closed["data"][0]["end"] + 1


def test_unsubscribing_stops_the_topic(desk: Desk) -> None:
    wire = Wire(desk)
    wire.ask("publicTrade.BTCUSDT")
    (answer,) = wire.ask("publicTrade.BTCUSDT", op="unsubscribe")
    assert (answer["success"], answer["op"]) == (True, "unsubscribe")
    desk.market.trade("Buy", "86000.1", "0.1")
    assert wire.after(100) == []


def private_frames(wire: Wire) -> list[str]:
    return [frame["topic"] for frame in wire.after(0)]


def test_private_topics_need_a_login(desk: Desk) -> None:
    wire = Wire(desk, "private")
    assert wire.ask("order")[0]["ret_msg"] == "Request not authorized"
    assert wire.login() == [{"success": True, "ret_msg": "", "op": "auth", "conn_id": "conn"}]
    (ack,) = wire.ask("order", "wallet", req_id="s1")
    assert list(ack) == ["req_id", "success", "ret_msg", "op", "conn_id"]
    desk.place(price="80000", qty="0.1")
    (order, wallet) = wire.after(0)
    assert list(order) == ["id", "topic", "creationTime", "data"]
    assert order["id"] == f"386825804_BTCUSDT_{desk.market.seq}"
    assert wallet["id"] == f"386825804_wallet_{desk.now_ms}"


def test_private_topics_echo_the_subscribed_form(desk: Desk) -> None:
    wire = Wire(desk, "private")
    wire.login()
    wire.ask("order.linear", "position.linear")
    desk.place(price="80000", qty="0.1")
    desk.place(category="spot", price="80000", qty="0.1")
    assert private_frames(wire) == ["order.linear", "position.linear"]


@pytest.mark.parametrize(
    ("held", "asked"),
    [
        ([], ["order", "execution.linear"]),
        (["execution.linear"], ["execution"]),
        (["execution"], ["execution.spot"]),
        (["order"], ["order"]),
        ([], ["orders"]),
        ([], []),
    ],
)
def test_private_subscriptions_that_are_refused(desk: Desk, held: list[str], asked: list[str]) -> None:
    wire = Wire(desk, "private")
    wire.login()
    if held:
        wire.ask(*held)
    (answer,) = wire.ask(*asked)
    assert answer["success"] is False
    assert wire.connection.topics == set(held)


@pytest.mark.parametrize(
    ("held", "asked"),
    [
        (["order"], ["execution"]),
        (["execution"], ["execution.fast"]),
        (["wallet"], ["order.linear"]),
        ([], ["wallet", "order.linear", "dcp.future"]),
    ],
)
def test_private_subscriptions_that_go_together(desk: Desk, held: list[str], asked: list[str]) -> None:
    wire = Wire(desk, "private")
    wire.login()
    if held:
        wire.ask(*held)
    assert wire.ask(*asked)[0] == {"success": True, "ret_msg": "", "op": "subscribe", "conn_id": "conn"}


def test_fast_executions(desk: Desk) -> None:
    wire = Wire(desk, "private")
    wire.login()
    wire.ask("execution.fast")
    desk.place(price="86000", qty="0.1", orderLinkId="mine")
    desk.market.trade("Sell", "86000", "2")
    desk.place(orderType="Market", qty="0.1", orderLinkId="taker")
    maker, taker = wire.after(0)
    assert list(maker) == ["topic", "creationTime", "data"]
    assert (maker["data"][0]["orderLinkId"], taker["data"][0]["orderLinkId"]) == ("", "taker")


def request(desk: Desk, op: str = "order.create", **changes: Any) -> str:
    order = {"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "orderType": "Limit", "qty": "0.1"}
    message = {
        "reqId": "r1",
        "header": {"X-BAPI-TIMESTAMP": str(desk.now_ms)},
        "op": op,
        "args": [order | {"price": "80000"}],
    }
    return json.dumps(message | changes)


def test_trade_socket_answers(desk: Desk) -> None:
    wire = Wire(desk, "trade")
    assert wire.login() == [{"retCode": 0, "retMsg": "OK", "op": "auth", "connId": "conn"}]
    assert wire.login()[0]["retCode"] == 20001
    (answer,) = wire.send(request(desk))
    assert list(answer) == ["reqId", "retCode", "retMsg", "op", "data", "retExtInfo", "header", "connId"]
    assert answer["data"]["orderId"] in desk.exchange.open_orders
    assert answer["header"]["X-Bapi-Limit"] == "10"
    assert answer["header"]["X-Bapi-Limit-Status"] == "9"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"op": "order.dance"}, 10404),
        ({"op": None}, 10404),
        ({"header": {}}, 10001),
        ({"header": {"X-BAPI-TIMESTAMP": "1"}}, 10002),
        ({"header": {"X-BAPI-TIMESTAMP": 1, "X-BAPI-RECV-WINDOW": 8000}}, 10002),
        ({"args": []}, 10001),
        ({"args": [{}, {}]}, 10001),
        ({"args": [[]]}, 10001),
        ({"args": [{"category": "linear", "symbol": "BTCUSDT"}]}, 10001),
        ({"args": [{"category": "margin"}]}, 10404),
        ({"args": [{"category": {}}]}, 10404),
        ({"reqId": "x" * 37}, 10001),
        ({"reqId": "twice"}, 20006),
        ({"op": "order.create-batch", "args": [{"category": "linear", "request": []}]}, 10001),
        ({"op": "order.create-batch", "args": [{"category": "linear", "request": [{}] * 21}]}, 10001),
        ({"op": "order.create-batch", "args": [{"category": "spot", "request": [{}] * 11}]}, 10001),
    ],
)
def test_trade_socket_refuses(desk: Desk, changes: dict[str, Any], code: int) -> None:
    wire = Wire(desk, "trade")
    wire.login()
    wire.send(request(desk, reqId="twice"))
    (answer,) = wire.send(request(desk, **changes))
    assert (answer["retCode"], answer["data"]) == (code, {})


def test_trade_socket_before_login(desk: Desk) -> None:
    (answer,) = Wire(desk, "trade").send(request(desk))
    assert answer["retCode"] == 10005
    assert not desk.exchange.orders


def test_batches_fail_item_by_item(desk: Desk) -> None:
    wire = Wire(desk, "trade")
    wire.login()
    good = {"symbol": "BTCUSDT", "side": "Buy", "orderType": "Limit", "qty": "0.1", "price": "80000"}
    items = [good | {"orderLinkId": "a"}, good | {"orderLinkId": "b", "positionIdx": 1}]
    args = [{"category": "linear", "request": items}]
    (answer,) = wire.send(request(desk, op="order.create-batch", args=args))
    first, second = answer["data"]["list"]
    assert (first["orderLinkId"], first["createAt"]) == ("a", str(desk.now_ms))
    assert (second["orderLinkId"], second["orderId"], second["createAt"]) == ("b", "", "")
    assert answer["retExtInfo"]["list"] == [
        {"code": 0, "msg": "OK"},
        {"code": 10001, "msg": "position idx not match position mode"},
    ]
    args = [{"category": "linear", "request": [{"symbol": "BTCUSDT", "orderLinkId": "a"}]}]
    (answer,) = wire.send(request(desk, reqId="r2", op="order.cancel-batch", args=args))
    assert list(answer["data"]["list"][0]) == ["category", "symbol", "orderId", "orderLinkId"]
    assert not desk.exchange.open_orders


def test_a_batch_beyond_the_limit_fails_in_its_excess(desk: Desk) -> None:
    wire = Wire(desk, "trade")
    wire.login()
    good = {"symbol": "BTCUSDT", "side": "Buy", "orderType": "Limit", "qty": "0.1", "price": "80000"}
    args = [{"category": "linear", "request": [good] * 12}]
    (answer,) = wire.send(request(desk, op="order.create-batch", args=args))
    assert [item["code"] for item in answer["retExtInfo"]["list"]] == [0] * 10 + [10006] * 2
    assert len(desk.exchange.open_orders) == 10
