"""The venue on uvloop, whose transports are none of asyncio's classes."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from nautilus_bybit_adapter.sim import SimConfig, SimVenue
from nautilus_bybit_adapter.sim.server.bounds import Bounds

uvloop = pytest.importorskip("uvloop", reason="uvloop does not exist for this system")


def test_frames_are_sent_and_sockets_are_cut_on_uvloop() -> None:
    async def scenario() -> None:
        config = SimConfig(market="quiet", bounds=Bounds(connections=1))
        async with SimVenue(config) as venue, aiohttp.ClientSession() as session:
            url = f"{venue.urls.ws_public}/linear"
            async with session.ws_connect(url) as socket:
                await socket.send_json({"op": "subscribe", "args": ["orderbook.50.BTCUSDT"]})
                assert (await socket.receive_json())["success"]
                assert (await socket.receive_json())["type"] == "snapshot"
                market = venue.exchange.markets["linear", "BTCUSDT"]
                market.set_levels({market.start_ticks: 7}, {})
                assert (await socket.receive_json())["type"] == "delta"
                with pytest.raises(aiohttp.ClientError):
                    await session.ws_connect(url)
                assert venue.disconnect("public") == 1
                assert (await socket.receive()).type in {aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR}

    uvloop.run(asyncio.wait_for(scenario(), 20))
