"""Run a venue on a virtual clock and print every topic frame of every socket, a line each.

Two runs with one seed print the same bytes, whatever the hash seed of the interpreter.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import sys
from typing import Any

import aiohttp

from nautilus_bybit_adapter.sim import SimConfig, SimVenue, VenueError
from nautilus_bybit_adapter.sim.clock import VirtualClock

STEPS, STEP_MS = 40, 250
BOOKS = {"option": ("25", "100")}
PRIVATE = ["order", "execution", "position", "wallet", "greeks"]


def topics(category: str, symbol: str) -> list[str]:
    books = [f"orderbook.{depth}.{symbol}" for depth in BOOKS.get(category, ("1", "50", "200", "1000"))]
    if category == "option":
        return [*books, f"tickers.{symbol}", f"publicTrade.{symbol.partition('-')[0]}"]
    return [*books, f"tickers.{symbol}", f"publicTrade.{symbol}", f"kline.1.{symbol}"]


def orders(symbols: dict[str, str], number: int) -> list[dict[str, str]]:
    """Orders of one step: takers of every category in turn and resting ones."""
    category = list(symbols)[number % len(symbols)]
    order = {"category": category, "symbol": symbols[category], "orderLinkId": f"run-{number}"}
    qty = {"linear": "0.05", "spot": "0.01", "inverse": "500", "option": "0.1"}[category]
    side = "Buy" if number // len(symbols) % 2 == 0 else "Sell"
    taker = order | {"side": side, "orderType": "Market", "qty": qty}
    if category == "spot":
        taker["marketUnit"] = "baseCoin"
    return [taker]


class Socket:
    """One client whose topic frames are collected."""

    def __init__(self, name: str, ws: aiohttp.ClientWebSocketResponse) -> None:
        self.name = name
        self._ws = ws

    async def ask(self, message: dict[str, Any], frames: list[str]) -> None:
        """Send a command and collect what comes before its answer."""
        await self._ws.send_str(json.dumps(message))
        while True:
            text = await self._ws.receive_str()
            if '"topic"' not in text:
                return
            frames.append(f"{self.name} {text}")


async def main(seed: int) -> None:
    config = SimConfig(seed=seed, clock=VirtualClock(), rate_limits=False)
    async with SimVenue(config) as venue, aiohttp.ClientSession() as session:
        options = [key[1] for key in venue.exchange.markets if key[0] == "option"]
        symbols = {"linear": "BTCUSDT", "spot": "BTCUSDT", "inverse": "BTCUSD", "option": options[1]}
        frames: list[str] = []
        sockets = []
        for category, symbol in symbols.items():
            socket = Socket(category, await session.ws_connect(f"{venue.urls.ws_public}/{category}"))
            await socket.ask({"op": "subscribe", "args": topics(category, symbol)}, frames)
            sockets.append(socket)
        private = Socket("private", await session.ws_connect(venue.urls.ws_private))
        expires = config.clock() + 10_000 if config.clock else 0
        signed = hmac.new(venue.api_secret.encode(), f"GET/realtime{expires}".encode(), hashlib.sha256)
        await private.ask({"op": "auth", "args": [venue.api_key, expires, signed.hexdigest()]}, frames)
        await private.ask({"op": "subscribe", "args": PRIVATE}, frames)
        for number in range(STEPS):
            venue.step(STEP_MS)
            for order in orders(symbols, number):
                try:
                    venue.exchange.place(order)
                except VenueError as e:
                    frames.append(f"refused {e}")
            for socket in (*sockets, private):
                await socket.ask({"op": "ping"}, frames)
        venue.exchange.check()
    sys.stdout.write("\n".join(frames))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
