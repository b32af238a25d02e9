from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from scripted_venue import ScriptedVenue, Socket, scripted_venue

from nautilus_bybit_adapter.errors import (
    BybitApiError,
    BybitAuthError,
    BybitConfigError,
    BybitConnectionError,
    BybitTimeoutError,
    Outcome,
)
from nautilus_bybit_adapter.state import Backoff
from nautilus_bybit_adapter.state.limiter import NO_LIMITS
from nautilus_bybit_adapter.transport import BybitTradeWebSocket, SocketOptions
from nautilus_bybit_adapter.transport.gate import RateGate
from nautilus_bybit_adapter.wire import (
    AmendOrder,
    BybitEnvironment,
    CancelOrder,
    Credentials,
    OrderAck,
    PlaceOrder,
)

QUICK = SocketOptions(backoff=Backoff(base_secs=0.01, cap_secs=0.02))


def request(link_id: str = "mine-1") -> PlaceOrder:
    return PlaceOrder(
        category="linear",
        symbol="BTCUSDT",
        side="Buy",
        order_type="Limit",
        qty="0.001",
        price="100",
        order_link_id=link_id,
    )


def trade_socket(venue: ScriptedVenue, **extra: Any) -> BybitTradeWebSocket:
    return BybitTradeWebSocket(
        credentials=Credentials("key", "secret"),
        base_url=venue.ws_url("/v5/trade"),
        options=QUICK,
        **extra,
    )


def orders(venue: ScriptedVenue) -> list[dict[str, Any]]:
    return [message for _, message in venue.messages if message["op"].startswith("order.")]


def test_the_three_requests_and_their_answers() -> None:
    async def scenario() -> None:
        async with scripted_venue() as venue:
            socket = trade_socket(venue, recv_window_ms=8000, server_time_ms=lambda: 1711001595207)
            await socket.connect()
            assert (await socket.place_order(request())).order_id == "venue-1"
            amend = AmendOrder(category="linear", symbol="BTCUSDT", order_link_id="mine-1", price="101")
            assert (await socket.amend_order(amend)).order_link_id == "mine-1"
            await socket.cancel_order(CancelOrder(category="linear", symbol="BTCUSDT", order_id="venue-1"))
            create, amended, cancelled = orders(venue)
            assert create["header"] == {
                "X-BAPI-TIMESTAMP": "1711001595207",
                "X-BAPI-RECV-WINDOW": "8000",
            }
            assert create["args"] == [
                {
                    "category": "linear",
                    "symbol": "BTCUSDT",
                    "side": "Buy",
                    "orderType": "Limit",
                    "qty": "0.001",
                    "price": "100",
                    "orderLinkId": "mine-1",
                }
            ]
            assert (amended["op"], cancelled["op"]) == ("order.amend", "order.cancel")
            ids = {message["reqId"] for message in orders(venue)}
            assert len(ids) == 3
            assert all(len(req_id) <= 36 for req_id in ids)
            assert socket.in_flight_count == 0
            await socket.disconnect()

    asyncio.run(scenario())


def test_the_order_is_written_before_anything_is_awaited() -> None:
    async def scenario() -> None:
        async with scripted_venue() as venue:
            socket = trade_socket(venue)
            await socket.connect()
            step = socket.place_order(request())
            step.send(None)
            assert socket.in_flight_count == 1
            # Nobody drives the coroutine any further, and the venue has the order.
            await venue.until(lambda: len(orders(venue)) == 1)
            step.close()
            await socket.disconnect()

    asyncio.run(scenario())


def test_not_live_means_not_sent() -> None:
    async def scenario() -> None:
        async with scripted_venue() as venue:
            socket = trade_socket(venue)
            with pytest.raises(BybitConnectionError) as caught:
                await socket.place_order(request())
            assert caught.value.outcome is Outcome.NOT_SENT
            assert not venue.messages

    asyncio.run(scenario())


def test_an_order_taken_and_a_socket_cut_is_unknown() -> None:
    async def scenario() -> None:
        async with scripted_venue() as venue:

            async def take_and_cut(socket: Socket, message: dict[str, Any]) -> bool:
                if message["op"] == "order.create":
                    socket.cut()
                    return True
                return False

            venue.reply = take_and_cut
            socket = trade_socket(venue)
            await socket.connect()
            with pytest.raises(
                BybitConnectionError, match=r"before order\.create was acknowledged"
            ) as caught:
                await socket.place_order(request())
            assert caught.value.outcome is Outcome.UNKNOWN
            assert socket.in_flight_count == 0
            await venue.until(lambda: venue.connections["/v5/trade"] == 2)
            assert len(orders(venue)) == 1
            await socket.disconnect()

    asyncio.run(scenario())


def test_no_ack_in_time_is_unknown_and_a_late_ack_is_told() -> None:
    async def scenario() -> None:
        late: asyncio.Queue[OrderAck] = asyncio.Queue()
        async with scripted_venue() as venue:
            held: list[tuple[Socket, dict[str, Any]]] = []

            async def hold(socket: Socket, message: dict[str, Any]) -> bool:
                if message["op"] == "order.create":
                    held.append((socket, message))
                    return True
                return False

            venue.reply = hold
            socket = trade_socket(venue, timeout_secs=0.05, on_late_ack=late.put_nowait)
            await socket.connect()
            with pytest.raises(BybitTimeoutError) as caught:
                await socket.place_order(request())
            assert caught.value.outcome is Outcome.UNKNOWN
            ((connection, message),) = held
            data = {"orderId": "late-1", "orderLinkId": "mine-1"}
            await connection.send(
                {"reqId": message["reqId"], "retCode": 0, "retMsg": "OK", "op": "order.create", "data": data}
            )
            async with asyncio.timeout(10):
                assert (await late.get()).data.order_id == "late-1"
            assert socket.is_live
            await socket.disconnect()

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("code", "outcome"), [(110007, Outcome.REJECTED), (10016, Outcome.UNKNOWN), (110072, Outcome.UNKNOWN)]
)
def test_a_code_is_an_error_with_its_outcome(code: int, outcome: Outcome) -> None:
    async def scenario() -> None:
        async with scripted_venue() as venue:

            async def refuse(socket: Socket, message: dict[str, Any]) -> bool:
                if message["op"] == "order.create":
                    ack = {"retCode": code, "retMsg": "no", "op": "order.create", "data": {}}
                    await socket.send({"reqId": message["reqId"], **ack})
                    return True
                return False

            venue.reply = refuse
            socket = trade_socket(venue)
            await socket.connect()
            with pytest.raises(BybitApiError) as caught:
                await socket.place_order(request())
            assert (caught.value.ret_code, caught.value.outcome) == (code, outcome)
            assert caught.value.operation == "order.create"
            await socket.disconnect()

    asyncio.run(scenario())


def test_acks_without_an_id_go_by_the_orders_own() -> None:
    async def scenario() -> None:
        async with scripted_venue() as venue:
            waiting: list[dict[str, Any]] = []

            async def answer_in_reverse(socket: Socket, message: dict[str, Any]) -> bool:
                if not message["op"].startswith("order."):
                    return False
                waiting.append(message)
                if len(waiting) == 3:
                    for held in reversed(waiting):
                        link_id = held["args"][0]["orderLinkId"]
                        data = {"orderId": f"venue-{link_id}", "orderLinkId": link_id}
                        await socket.send({"retCode": 0, "retMsg": "OK", "op": held["op"], "data": data})
                return True

            venue.reply = answer_in_reverse
            socket = trade_socket(venue)
            await socket.connect()
            answers = await asyncio.gather(*(socket.place_order(request(name)) for name in "abc"))
            assert [answer.order_id for answer in answers] == ["venue-a", "venue-b", "venue-c"]
            await socket.disconnect()

    asyncio.run(scenario())


def test_a_refusal_without_any_id_belongs_to_the_only_request() -> None:
    async def scenario() -> None:
        async with scripted_venue() as venue:

            async def refuse(socket: Socket, message: dict[str, Any]) -> bool:
                if message["op"].startswith("order."):
                    await socket.send({"retCode": 110001, "retMsg": "x", "op": message["op"], "data": {}})
                    return True
                return False

            venue.reply = refuse
            socket = trade_socket(venue)
            await socket.connect()
            with pytest.raises(BybitApiError, match="110001"):
                await socket.cancel_order(CancelOrder(category="linear", symbol="X", order_id="1"))
            await socket.disconnect()

    asyncio.run(scenario())


def test_many_orders_in_one_turn_keep_their_order() -> None:
    async def scenario() -> None:
        async with scripted_venue() as venue:
            socket = trade_socket(venue, gate=RateGate(NO_LIMITS))
            await socket.connect()
            names = [f"n{number}" for number in range(100)]
            answers = await asyncio.gather(*(socket.place_order(request(name)) for name in names))
            assert [answer.order_link_id for answer in answers] == names
            assert [message["args"][0]["orderLinkId"] for message in orders(venue)] == names
            await socket.disconnect()

    asyncio.run(scenario())


def test_refused_credentials_end_the_first_connect(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        async with scripted_venue() as venue:

            async def refuse(socket: Socket, message: dict[str, Any]) -> bool:
                if message["op"] == "auth":
                    await socket.send({"retCode": 10004, "retMsg": "invalid sign", "op": "auth"})
                    return True
                return False

            venue.reply = refuse
            with pytest.raises(BybitAuthError) as caught:
                await trade_socket(venue).connect()
            assert caught.value.ret_code == 10004

    with caplog.at_level(logging.DEBUG):
        asyncio.run(scenario())
    assert "secret" not in caplog.text


def test_disconnecting_with_an_order_in_flight_is_unknown() -> None:
    async def scenario() -> None:
        async with scripted_venue() as venue:

            async def never(_socket: Socket, message: dict[str, Any]) -> bool:
                return bool(message["op"].startswith("order."))

            venue.reply = never
            socket = trade_socket(venue)
            await socket.connect()
            placing = asyncio.create_task(socket.place_order(request()))
            await venue.until(lambda: len(orders(venue)) == 1)
            await socket.disconnect()
            with pytest.raises(BybitConnectionError) as caught:
                await placing
            assert caught.value.outcome is Outcome.UNKNOWN

    asyncio.run(scenario())


def test_the_demo_environment_has_no_trade_socket() -> None:
    with pytest.raises(BybitConfigError, match="over REST"):
        BybitTradeWebSocket(environment=BybitEnvironment.DEMO, credentials=Credentials("key", "secret"))
