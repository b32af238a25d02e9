"""Frames as they were seen on the wire, and what becomes of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nautilus_bybit_adapter.errors import BybitDecodeError
from nautilus_bybit_adapter.wire import (
    ControlKind,
    ControlMessage,
    ExecutionMessage,
    OrderAck,
    OrderbookMessage,
    OrderMessage,
    PositionMessage,
    TickerMessage,
    TradesMessage,
    UnknownMessage,
    WalletMessage,
    decode_private,
    decode_public,
    decode_trade,
)

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "wire"


def frame(name: str) -> bytes:
    return (FIXTURES / f"{name}.json").read_bytes()


def private_frame(topic: str, *rows: Any) -> bytes:
    return json.dumps({"id": "x", "topic": topic, "creationTime": 7, "data": list(rows)}).encode()


def reordered(payload: bytes) -> bytes:
    """Return the same frame with its rows first, which is not how the venue writes it."""
    whole = json.loads(payload)
    return compact({"data": whole.pop("data"), **whole})


def compact(frame: dict[str, Any]) -> bytes:
    return json.dumps(frame, separators=(",", ":")).encode()


@pytest.mark.parametrize("name", ["order_push", "execution_push"])
def test_a_private_frame_reads_the_same_in_any_order_of_its_keys(name: str) -> None:
    payload = compact(json.loads(frame(name)) | {"topic": name.removesuffix("_push")})
    message = decode_private(payload)
    assert isinstance(message, OrderMessage | ExecutionMessage)
    assert (len(message.data), message.bad) == (1, ())
    assert decode_private(reordered(payload)) == message


@pytest.mark.parametrize("topic", ["order", "execution"])
@pytest.mark.parametrize("odd", [{"qty": "many", "execQty": "many"}, {"symbol": None}, {"category": "swap"}])
def test_an_odd_row_is_told_apart_in_any_order_of_its_keys(topic: str, odd: dict[str, Any]) -> None:
    whole = json.loads(frame(f"{topic}_push")) | {"topic": topic}
    whole["data"].append(whole["data"][0] | odd)
    payload = compact(whole)
    message = decode_private(payload)
    assert isinstance(message, OrderMessage | ExecutionMessage)
    assert (len(message.data), len(message.bad)) == (1, 1)
    assert message == decode_private(reordered(payload))


def test_a_topic_within_another_is_not_the_frames_own() -> None:
    whole = json.loads(private_frame("position", json.loads(frame("position_push"))))
    payload = compact(whole | {"id": {"topic": "order"}})
    assert b'"topic":"order"' in payload[:80]
    assert isinstance(decode_private(payload), PositionMessage)


def test_a_book_delta() -> None:
    message = decode_public(frame("book_delta"), "linear")
    assert isinstance(message, OrderbookMessage)
    assert (message.topic, message.is_snapshot, message.depth) == ("orderbook.50.BTCUSDT", False, 50)
    assert message.data.b == [("30247.20", "30.028"), ("30245.40", "0")]
    assert (message.data.a, message.data.u, message.data.seq) == ([], 177400507, 66544703342)
    assert (message.ts, message.cts) == (1687940967466, 1687940967464)


def test_a_touch_snapshot() -> None:
    message = decode_public(frame("book_touch"), "linear")
    assert isinstance(message, OrderbookMessage)
    assert (message.depth, message.is_snapshot) == (1, True)


def test_a_memoryview_reads_the_same() -> None:
    for name in ("book_delta", "trade_linear", "ticker_snapshot"):
        assert decode_public(memoryview(frame(name)), "linear") == decode_public(frame(name), "linear")


def test_trades_of_both_families() -> None:
    linear = decode_public(frame("trade_linear"), "linear")
    spot = decode_public(frame("trade_spot"), "spot")
    assert isinstance(linear, TradesMessage)
    assert isinstance(spot, TradesMessage)
    (trade,) = linear.data
    assert (trade.S, trade.p, trade.v, trade.T) == ("Sell", "86346.90", "0.004", 1791240109704)
    assert (trade.L, trade.seq) == ("ZeroMinusTick", 9688536088)
    assert spot.data[0].i == "2100000000190003853"


def test_a_ticker_delta_holds_only_what_changed() -> None:
    message = decode_public(frame("ticker_delta"), "linear")
    assert isinstance(message, TickerMessage)
    assert not message.is_snapshot
    assert (message.data.bid1_price, message.data.bid1_size) == ("86346.80", "0.012")
    assert message.data.ask1_price is None
    assert message.data.volume_24h == "683.0460"


def test_a_ticker_snapshot_reads_every_name() -> None:
    message = decode_public(frame("ticker_snapshot"), "linear")
    assert isinstance(message, TickerMessage)
    ticker = message.data
    assert (ticker.price_24h_pcnt, ticker.prev_price_24h, ticker.high_price_24h) == (
        "-0.029481",
        "88969.90",
        "178611.20",
    )
    assert (ticker.prev_price_1h, ticker.turnover_24h, ticker.funding_rate) == (
        "87568.40",
        "97449674.1698",
        "0.0001",
    )


def test_an_order_push() -> None:
    message = decode_private(frame("order_push"))
    assert isinstance(message, OrderMessage)
    (order,) = message.data
    assert (message.topic, message.creation_time, message.bad) == ("order.linear", 1791270738651, ())
    assert (order.order_id, order.order_link_id) == ("39bbc94a-2310-4324-9996-707881007fd5", "rec-rest-1")
    assert (order.order_status, order.price, order.leaves_qty) == ("New", "77392.3", "0.001")
    assert (order.position_idx, order.reduce_only, order.smp_group) == (0, False, "106763425")


def test_an_execution_push() -> None:
    message = decode_private(frame("execution_push"))
    assert isinstance(message, ExecutionMessage)
    (execution,) = message.data
    assert (execution.exec_type, execution.exec_fee, execution.fee_currency) == (
        "Trade",
        "0.01095836",
        "USDT",
    )
    assert (execution.exec_time, execution.is_maker, execution.seq) == ("1791270948650", False, 12078223981)


def test_a_position_push_names_the_entry_price_its_own_way() -> None:
    message = decode_private(private_frame("position", json.loads(frame("position_push"))))
    assert isinstance(message, PositionMessage)
    (position,) = message.data
    assert (position.avg_price, position.entry_price, position.entry) == ("", "66473.5", "66473.5")
    assert position.position_im == "6.70702815"


def test_a_wallet_push() -> None:
    wallet = json.loads(frame("wallet_rest"))["list"][0]
    message = decode_private(private_frame("wallet", wallet))
    assert isinstance(message, WalletMessage)
    assert message.data[0].total_equity == "19993.54"
    assert message.data[0].coins[0].coin == "USDT"


def test_a_row_that_defies_reading_leaves_its_siblings() -> None:
    good = json.loads(frame("order_push"))["data"][0]
    message = decode_private(private_frame("order", good, {"symbol": "BTCUSDT"}, good))
    assert isinstance(message, OrderMessage)
    assert len(message.data) == 2
    assert len(message.bad) == 1
    assert "orderId" in message.bad[0].error


@pytest.mark.parametrize("word", ["FutureSpread", "SomethingNew"])
def test_a_new_word_costs_no_row(word: str) -> None:
    row = json.loads(frame("execution_push"))["data"][0]
    message = decode_private(private_frame("execution", {**row, "execType": word}, row))
    assert isinstance(message, ExecutionMessage)
    assert [execution.exec_type for execution in message.data] == [word, "Trade"]


@pytest.mark.parametrize(
    "payload",
    [
        b'{"topic":"greeks.BTCUSDT","data":[],"ts":1,"type":"snapshot"}',
        b'{"topic":"orderbook.full.BTCUSDT","ts":1,"data":{}}',
    ],
)
def test_other_topics_are_told_apart(payload: bytes) -> None:
    assert isinstance(decode_public(payload, "linear"), UnknownMessage)


def test_fast_executions_are_not_mistaken_for_whole_ones() -> None:
    assert isinstance(decode_private(private_frame("execution.fast", {"execId": "1"})), UnknownMessage)


PONGS = [
    b'{"success":true,"ret_msg":"pong","conn_id":"465772b1","req_id":"","op":"ping"}',
    b'{"success":true,"ret_msg":"pong","conn_id":"0970e817","op":"ping"}',
    b'{"args":["1672916271846"],"op":"pong"}',
    b'{"req_id":"test","op":"pong","args":["1675418560633"],"conn_id":"cfcb-1b"}',
    b'{"retCode":0,"retMsg":"OK","op":"pong","data":["1711002002529"],"connId":"cnt5"}',
    b'{"req_id":7,"op":"pong","args":["1"]}',
    b"pong",
    b'"pong"',
]


@pytest.mark.parametrize("payload", PONGS)
def test_every_familys_pong(payload: bytes) -> None:
    for message in (decode_public(payload, "spot"), decode_private(payload), decode_trade(payload)):
        assert isinstance(message, ControlMessage)
        assert message.kind is ControlKind.PONG


@pytest.mark.parametrize(
    ("payload", "kind", "success", "req_id"),
    [
        (
            b'{"success":true,"ret_msg":"","conn_id":"c","req_id":"1","op":"subscribe"}',
            ControlKind.SUBSCRIBE,
            True,
            "1",
        ),
        (
            b'{"success":true,"ret_msg":"subscribe","conn_id":"c","req_id":"1","op":"subscribe"}',
            ControlKind.SUBSCRIBE,
            True,
            "1",
        ),
        (
            b'{"success":true,"ret_msg":"","conn_id":"c","req_id":"2","op":"unsubscribe"}',
            ControlKind.UNSUBSCRIBE,
            True,
            "2",
        ),
        (
            b'{"success":false,"ret_msg":"args size \\u003e10","conn_id":"c","req_id":"3","op":"subscribe"}',
            ControlKind.SUBSCRIBE,
            False,
            "3",
        ),
        (b'{"success":false,"ret_msg":"error:invalid op","conn_id":"c"}', ControlKind.ERROR, False, ""),
        (
            b'{"success":true,"ret_msg":"","op":"auth","conn_id":"cejreaspqfh3sjdnldmg-p"}',
            ControlKind.AUTH,
            True,
            "",
        ),
        (
            b'{"success":false,"ret_msg":"Params Error","op":"auth","conn_id":"c"}',
            ControlKind.AUTH,
            False,
            "",
        ),
        (b'{"retCode":0,"retMsg":"OK","op":"auth","connId":"cnt5"}', ControlKind.AUTH, True, ""),
        (b'{"retCode":20001,"retMsg":"Repeat auth","op":"auth","connId":"c"}', ControlKind.AUTH, True, ""),
        (b'{"retCode":10004,"retMsg":"invalid sign","op":"auth","connId":"c"}', ControlKind.AUTH, False, ""),
    ],
)
def test_answers(payload: bytes, kind: ControlKind, *, success: bool, req_id: str) -> None:
    message = decode_private(payload)
    assert isinstance(message, ControlMessage)
    assert (message.kind, message.success, message.req_id) == (kind, success, req_id)


def test_an_option_ack_names_topics() -> None:
    payload = (
        b'{"success":true,"conn_id":"c","data":{"failTopics":["tickers.X"],'
        b'"successTopics":["orderbook.100.BTC-6JAN23-18000-C"]},"type":"COMMAND_RESP"}'
    )
    message = decode_public(payload, "option")
    assert isinstance(message, ControlMessage)
    assert not message.success
    assert message.failed_topics == ("tickers.X",)
    assert message.succeeded_topics == ("orderbook.100.BTC-6JAN23-18000-C",)


def test_an_order_ack() -> None:
    message = decode_trade(
        b'{"reqId":"test-005","retCode":0,"retMsg":"OK","op":"order.create","data":{"orderId":"a4c1718e",'
        b'"orderLinkId":"mine"},"retExtInfo":{},"header":{"X-Bapi-Limit":"10","Timenow":"1711001595209"},'
        b'"connId":"cnt5"}'
    )
    assert isinstance(message, OrderAck)
    assert (message.req_id, message.ret_code, message.op) == ("test-005", 0, "order.create")
    assert (message.data.order_id, message.data.order_link_id) == ("a4c1718e", "mine")
    assert message.headers["Timenow"] == "1711001595209"


@pytest.mark.parametrize("data", [b"{}", b"null", b'""'])
def test_a_refused_order_has_no_ids(data: bytes) -> None:
    message = decode_trade(
        b'{"reqId":"1","retCode":110007,"retMsg":"ab not enough","op":"order.create","data":' + data + b"}"
    )
    assert isinstance(message, OrderAck)
    assert (message.ret_code, message.data.order_id) == (110007, "")


@pytest.mark.parametrize(
    "payload",
    [b"", b"{", b"[]", b"pang", b'{"topic":"orderbook.50.BTCUSDT","type":"delta"}', b'{"topic":5}'],
)
def test_rubbish_is_an_error_with_its_beginning(payload: bytes) -> None:
    with pytest.raises(BybitDecodeError) as caught:
        decode_public(payload, "linear")
    assert caught.value.excerpt == payload[:80]
    with pytest.raises(BybitDecodeError):
        decode_trade(payload)


def test_a_broken_market_frame_names_its_topic() -> None:
    with pytest.raises(BybitDecodeError, match=r"topic orderbook\.50\.BTCUSDT of the linear socket"):
        decode_public(b'{"topic":"orderbook.50.BTCUSDT","type":"delta","ts":1}', "linear")


def test_a_frame_that_is_nothing_is_refused_on_the_trade_socket() -> None:
    with pytest.raises(BybitDecodeError, match="neither data nor an answer"):
        decode_trade(b'{"hello":1}')
