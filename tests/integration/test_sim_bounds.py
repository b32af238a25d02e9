"""What one client may ask for: beyond the bounds it is refused or cut off, and the venue's memory stays flat."""

from __future__ import annotations

import asyncio
import gc
import json
import tracemalloc

import aiohttp
import pytest
from raw_client import BTC, ENDED, RawClient, on_venue, until

from nautilus_bybit_adapter.sim import SimConfig, SimVenue
from nautilus_bybit_adapter.sim.server.bounds import Bounds


def test_a_long_body_is_413_and_a_long_frame_ends_the_socket() -> None:
    async def scenario(_venue: SimVenue, client: RawClient) -> None:
        status, _ = await client.raw("POST", "/v5/order/create", body=BTC | {"orderLinkId": "x" * 5000})
        assert status == 413
        socket = await client.public()
        await socket.send_str(json.dumps({"op": "ping", "req_id": "x" * 3000}))
        message = await socket.receive()
        assert message.type in ENDED
        assert socket.close_code == aiohttp.WSCloseCode.MESSAGE_TOO_BIG
        assert (await client.get("/v5/market/time"))["retCode"] == 0

    on_venue(scenario, bounds=Bounds(request_bytes=4096, frame_bytes=2048))


def test_connections_beyond_the_bound_are_closed_and_a_free_place_is_given_again() -> None:
    async def scenario(_venue: SimVenue, client: RawClient) -> None:
        sockets = [await client.public() for _ in range(3)]
        with pytest.raises(aiohttp.ClientError):
            await client.public()
        await sockets[0].send_json({"op": "ping"})
        assert (await sockets[0].receive_json())["ret_msg"] == "pong"
        await sockets[1].close()
        for _ in range(100):
            try:
                sockets.append(await client.public())
                break
            except aiohttp.ClientError:
                await asyncio.sleep(0.02)
        assert len(sockets) == 4

    on_venue(scenario, bounds=Bounds(connections=3))


def test_topics_beyond_the_bound_are_refused() -> None:
    async def scenario(_venue: SimVenue, client: RawClient) -> None:
        socket = await client.public("tickers.BTCUSDT", "publicTrade.BTCUSDT")
        await socket.send_json({"op": "subscribe", "args": ["orderbook.1.BTCUSDT", "orderbook.50.BTCUSDT"]})
        while "success" not in (answer := await socket.receive_json()):
            pass
        assert answer["success"] is False
        assert "more than 3 topics" in answer["ret_msg"]

    on_venue(scenario, bounds=Bounds(topics=3))


def test_who_does_not_read_is_cut_off_and_memory_stays_flat() -> None:
    async def scenario(venue: SimVenue, client: RawClient) -> None:
        before = len(venue._server.connections("public"))
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", int(venue.urls.rest.rpartition(":")[2]), limit=1024
        )
        key = "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13"
        upgrade = f"Host: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n{key}"
        head = f"GET /v5/public/linear HTTP/1.1\r\n{upgrade}\r\n\r\n"
        writer.write(head.encode())
        await reader.readuntil(b"\r\n\r\n")
        topics = b'{"op":"subscribe","args":["orderbook.1000.BTCUSDT","orderbook.200.BTCUSDT","orderbook.50.BTCUSDT"]}'
        writer.write(bytes([0x81, 0x80 | len(topics)]) + bytes(4) + topics)
        await until(lambda: len(venue._server.connections("public")) > before)
        (slow,) = venue._server.connections("public")
        await until(lambda: slow.topics)
        market = venue.exchange.markets["linear", "BTCUSDT"]
        gc.collect()
        tracemalloc.start()
        turn = 0
        while venue._server.connections("public"):
            turn += 1
            low = 80_000 + turn % 2 * 300
            market.set_book(
                [(f"{low - i}", "1") for i in range(250)], [(f"{low + 1 + i}", "1") for i in range(250)]
            )
            venue.advance(200)
            await asyncio.sleep(0)
            assert slow.unread_bytes < 120_000 + 60_000
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 60_000_000
        other = await client.public("orderbook.50.BTCUSDT")
        assert (await other.receive_json())["type"] == "snapshot"
        writer.close()

    one = tuple(it for it in SimConfig().instruments if it.key == ("linear", "BTCUSDT"))
    on_venue(scenario, bounds=Bounds(waiting_bytes=120_000), instruments=one)


@pytest.mark.parametrize("name", ["request_bytes", "frame_bytes", "connections", "topics", "waiting_bytes"])
def test_bounds_are_positive(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} must be from 1 to 1073741824, got 0"):
        Bounds(**{name: 0})
