"""One limiter for REST and order entry, over real sockets."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import web
from scripted_venue import ScriptedVenue, Socket, ok, scripted_venue

from nautilus_bybit_adapter.errors import BybitRateLimitError, BybitStatusError, BybitUnavailableError
from nautilus_bybit_adapter.state.breaker import BreakerPolicy
from nautilus_bybit_adapter.state.limiter import RateLimits
from nautilus_bybit_adapter.transport import BybitHTTPClient, BybitTradeWebSocket
from nautilus_bybit_adapter.transport.gate import RateGate
from nautilus_bybit_adapter.wire import CancelOrder, Credentials, PlaceOrder

CREDENTIALS = Credentials("the-key", "the-secret")
HEADERS = {"X-Bapi-Limit": "10", "X-Bapi-Limit-Status": "0", "X-Bapi-Limit-Reset-Timestamp": "1"}


def order(number: int) -> PlaceOrder:
    return PlaceOrder(
        category="linear",
        symbol="BTCUSDT",
        side="Buy",
        order_type="Limit",
        qty="1",
        price="1",
        order_link_id=f"n{number}",
    )


def trade_socket(venue: ScriptedVenue, gate: RateGate, **extra: Any) -> BybitTradeWebSocket:
    return BybitTradeWebSocket(
        credentials=CREDENTIALS, base_url=venue.ws_url("/v5/trade"), gate=gate, **extra
    )


def sent(venue: ScriptedVenue) -> list[str]:
    return [m["args"][0]["orderLinkId"] for _, m in venue.messages if m["op"].startswith("order.")]


def test_the_trade_socket_and_rest_use_the_same_windows() -> None:
    async def scenario() -> None:
        async with scripted_venue() as venue:

            async def create(_request: web.Request) -> web.StreamResponse:
                return ok({"orderId": "v", "orderLinkId": ""})

            gate = RateGate(RateLimits(orders_per_second=0, requests_per_second=0))
            client = BybitHTTPClient(credentials=CREDENTIALS, base_url=venue.url, gate=gate)
            socket = trade_socket(venue, gate, order_wait_secs=0.05)
            await client.open()
            await socket.connect()
            venue.rest = create
            await asyncio.gather(*(socket.place_order(order(number)) for number in range(6)))
            await asyncio.gather(*(client.place_order(order(number)) for number in range(6, 10)))
            with pytest.raises(BybitRateLimitError, match=r"/v5/order/create waited 0\.05 s"):
                await socket.place_order(order(10))
            assert client.metrics().windows["/v5/order/create derivatives ***-key"] == (10, 10)
            # A cancel has a window of its own.
            await socket.cancel_order(CancelOrder(category="linear", symbol="BTCUSDT", order_link_id="n1"))
            assert sent(venue) == [*(f"n{number}" for number in range(6)), "n1"]
            await socket.disconnect()
            await client.close()

    asyncio.run(scenario())


def test_an_order_is_on_the_socket_before_its_caller_yields() -> None:
    async def scenario() -> None:
        async with scripted_venue() as venue:
            socket = trade_socket(venue, RateGate())
            await socket.connect()
            call = socket.place_order(order(1))
            waits_for = call.send(None)
            assert socket.in_flight_count == 1
            await venue.until(lambda: sent(venue) == ["n1"])
            assert waits_for is not None
            call.close()
            await socket.disconnect()

    asyncio.run(scenario())


def test_an_order_refused_for_its_rate_is_sent_again_and_only_once_more() -> None:
    async def scenario() -> None:
        async with scripted_venue() as venue:
            refusals = 1

            async def reply(socket: Socket, message: dict[str, Any]) -> bool:
                nonlocal refusals
                if message["op"] != "order.create" or not refusals:
                    return False
                refusals -= 1
                refusal = {
                    "reqId": message["reqId"],
                    "retCode": 10006,
                    "retMsg": "Too many visits!",
                    "op": message["op"],
                }
                await socket.send({**refusal, "data": {}, "header": HEADERS, "connId": "c"})
                return True

            venue.reply = reply
            socket = trade_socket(venue, RateGate())
            await socket.connect()
            assert (await socket.place_order(order(1))).order_link_id == "n1"
            assert sent(venue) == ["n1", "n1"]
            ids = [message["reqId"] for _, message in venue.messages if message["op"] == "order.create"]
            assert len(set(ids)) == 2
            await socket.disconnect()

    asyncio.run(scenario())


def test_what_an_ack_says_about_the_window_counts_for_rest_too() -> None:
    async def scenario() -> None:
        async with scripted_venue() as venue:

            async def reply(socket: Socket, message: dict[str, Any]) -> bool:
                if message["op"] != "order.create":
                    return False
                data = {"orderId": "v", "orderLinkId": message["args"][0]["orderLinkId"]}
                ack = {
                    "reqId": message["reqId"],
                    "retCode": 0,
                    "retMsg": "OK",
                    "op": message["op"],
                    "data": data,
                }
                await socket.send({**ack, "header": HEADERS, "connId": "c"})
                return True

            venue.reply = reply
            gate = RateGate()
            client = BybitHTTPClient(
                credentials=CREDENTIALS, base_url=venue.url, gate=gate, order_wait_secs=0.05
            )
            socket = trade_socket(venue, gate)
            await client.open()
            await socket.connect()
            # Nine of the ten units were used by another program.
            await socket.place_order(order(1))
            with pytest.raises(BybitRateLimitError):
                await client.place_order(order(2))
            assert not any(path == "/v5/order/create" for _, path, _, _ in venue.requests)
            await socket.disconnect()
            await client.close()

    asyncio.run(scenario())


def test_a_host_that_one_client_found_broken_gets_no_order_of_another() -> None:
    async def scenario() -> None:
        async with scripted_venue() as venue:
            gate = RateGate()
            reader, trader = (
                BybitHTTPClient(
                    credentials=CREDENTIALS,
                    base_url=venue.url,
                    gate=gate,
                    breaker=BreakerPolicy(failures=2, open_secs=0.2),
                    max_retries=0,
                )
                for _ in range(2)
            )
            await reader.open()
            await trader.open()

            async def fail(_request: web.Request) -> web.StreamResponse:
                return web.Response(status=503)

            venue.rest = fail
            for _ in range(2):
                with pytest.raises(BybitStatusError):
                    await reader.get_server_time()
            venue.rest = None
            asked = len(venue.requests)
            with pytest.raises(BybitUnavailableError):
                await trader.place_order(order(1))
            assert len(venue.requests) == asked
            # The reader waits for the host, and what it finds out holds for the trader.
            assert (await reader.get_server_time()).time_second
            assert [client.metrics().hosts[0].breaker for client in (reader, trader)] == ["closed"] * 2
            await trader.close()
            await reader.close()

    asyncio.run(scenario())
