"""Sockets that nobody uses are cut off, those in use are not; real time is turned by hand."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest
from raw_client import ENDED, RawClient, on_venue, until

from nautilus_bybit_adapter.sim import SimVenue
from nautilus_bybit_adapter.sim.server import public
from nautilus_bybit_adapter.sim.server.idle import read_active_time


class Wall:
    """Real time as the venue sees it."""

    def __init__(self, venue: SimVenue) -> None:
        self.now_s = 1000.0
        self._venue = venue
        venue._server._context.wall_s = lambda: self.now_s

    async def after(self, seconds: float) -> None:
        """Let time pass and the venue look twice."""
        self.now_s += seconds
        before = self._venue.exchange.now_ms()
        await until(lambda: self._venue.exchange.now_ms() > before + 30)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30s", 30),
        ("1m", 60),
        ("10m", 600),
        ("600s", 600),
        ("29s", 600),
        ("11m", 600),
        ("", 600),
        ("x", 600),
        ("-30s", 600),
        ("1h", 600),
    ],
)
def test_the_time_a_client_asks_for(text: str, seconds: int) -> None:
    assert read_active_time(text) == seconds


async def is_cut(socket: aiohttp.ClientWebSocketResponse) -> bool:
    try:
        async with asyncio.timeout(0.3):
            while (await socket.receive()).type not in ENDED:
                pass
    except TimeoutError:
        return False
    return True


@pytest.mark.parametrize("family", ["private", "trade"])
def test_an_idle_private_socket_ends_after_its_time(family: str) -> None:
    async def scenario(venue: SimVenue, client: RawClient) -> None:
        wall = Wall(venue)
        url = venue.urls.ws_private if family == "private" else venue.urls.ws_trade
        short = await client.socket(f"{url}?max_active_time=60s", login=True)
        long = await client.socket(url, login=True)
        await wall.after(31)
        await short.send_json({"op": "ping"})
        assert (await short.receive_json())["op"] == "pong"
        await wall.after(45)
        assert not await is_cut(short)
        await wall.after(31)
        assert await is_cut(short)
        assert short.close_code == aiohttp.WSCloseCode.ABNORMAL_CLOSURE
        assert not await is_cut(long)
        await wall.after(600)
        assert await is_cut(long)

    on_venue(scenario)


def test_pushes_keep_a_private_socket() -> None:
    async def scenario(venue: SimVenue, client: RawClient) -> None:
        wall = Wall(venue)
        socket = await client.socket(f"{venue.urls.ws_private}?max_active_time=30s", "wallet", login=True)
        for _ in range(3):
            await wall.after(29)
            answer = await client.post("/v5/account/borrow", {"coin": "ETH", "amount": "0.1"})
            assert answer["retCode"] == 0
            assert (await socket.receive_json())["topic"] == "wallet"
        await wall.after(61)
        assert await is_cut(socket)

    on_venue(scenario)


def test_a_public_socket_without_a_topic_ends_after_a_minute() -> None:
    async def scenario(venue: SimVenue, client: RawClient) -> None:
        wall = Wall(venue)
        bare = await client.public()
        subscribed = await client.public("publicTrade.BTCUSDT")
        await wall.after(60)
        assert not await is_cut(bare)
        await wall.after(2)
        assert await is_cut(bare)
        await wall.after(3600)
        assert not await is_cut(subscribed)

    on_venue(scenario)


def test_one_address_has_so_many_connections_to_a_product(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(public, "MOST_PER_ADDRESS", 2)

    async def scenario(_venue: SimVenue, client: RawClient) -> None:
        sockets: list[Any] = [await client.public() for _ in range(2)]
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await client.public()
        assert refused.value.status == 403
        sockets.append(await client.public(category="spot"))
        assert not any([await is_cut(socket) for socket in sockets])

    on_venue(scenario)
