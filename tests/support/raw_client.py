"""A client of the local venue written from Bybit's documentation alone: it signs, and keeps what it is sent."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from yarl import URL

from nautilus_bybit_adapter.sim import SimConfig, SimVenue

BTC = {"category": "linear", "symbol": "BTCUSDT"}
LIMIT = BTC | {"side": "Buy", "orderType": "Limit", "qty": "0.1", "price": "80000"}
MARKET = BTC | {"side": "Buy", "orderType": "Market", "qty": "0.1"}
ENDED = {
    aiohttp.WSMsgType.CLOSE,
    aiohttp.WSMsgType.CLOSED,
    aiohttp.WSMsgType.CLOSING,
    aiohttp.WSMsgType.ERROR,
}


class RawClient:
    """Requests and sockets of one session; `urls` of a venue anywhere."""

    def __init__(self, session: aiohttp.ClientSession, urls: Any, api_key: str, api_secret: str) -> None:
        self.session = session
        self.urls = urls
        self.api_key = api_key
        self.api_secret = api_secret
        self.sockets: list[aiohttp.ClientWebSocketResponse] = []

    def sign(self, text: str) -> str:
        return hmac.new(self.api_secret.encode(), text.encode(), hashlib.sha256).hexdigest()

    def headers(self, payload: str) -> dict[str, str]:
        now = str(time.time_ns() // 1_000_000)
        return {
            "X-BAPI-API-KEY": self.api_key,
            "X-BAPI-TIMESTAMP": now,
            "X-BAPI-RECV-WINDOW": "5000",
            "X-BAPI-SIGN": self.sign(f"{now}{self.api_key}5000{payload}"),
        }

    async def raw(self, method: str, path: str, query: str = "", body: Any = None) -> tuple[int, str]:
        text = json.dumps(body) if body is not None else ""
        url = URL(f"{self.urls.rest}{path}?{query}", encoded=True)
        headers = self.headers(text or query)
        async with self.session.request(method, url, data=text or None, headers=headers) as response:
            return response.status, await response.text()

    async def get(self, path: str, query: str = "") -> dict[str, Any]:
        status, text = await self.raw("GET", path, query)
        assert status == 200, text
        return dict(json.loads(text))

    async def post(self, path: str, body: Any) -> dict[str, Any]:
        status, text = await self.raw("POST", path, body=body)
        assert status == 200, text
        return dict(json.loads(text))

    async def socket(self, url: str, *topics: str, login: bool = False) -> aiohttp.ClientWebSocketResponse:
        patience = aiohttp.ClientWSTimeout(ws_close=0.2)
        socket = await self.session.ws_connect(url, autoping=False, timeout=patience)
        self.sockets.append(socket)
        if login:
            expires = time.time_ns() // 1_000_000 + 5000
            args = [self.api_key, expires, self.sign(f"GET/realtime{expires}")]
            await socket.send_json({"op": "auth", "args": args})
            answer = await socket.receive_json()
            assert answer.get("success") or answer.get("retCode") == 0
        if topics:
            await socket.send_json({"op": "subscribe", "args": list(topics)})
            assert (await socket.receive_json())["success"]
        return socket

    async def private(self, *topics: str) -> aiohttp.ClientWebSocketResponse:
        return await self.socket(self.urls.ws_private, *topics, login=True)

    async def public(self, *topics: str, category: str = "linear") -> aiohttp.ClientWebSocketResponse:
        return await self.socket(f"{self.urls.ws_public}/{category}", *topics)

    async def trade(self) -> aiohttp.ClientWebSocketResponse:
        return await self.socket(self.urls.ws_trade, login=True)


def order_request(op: str, req_id: str, **fields: Any) -> dict[str, Any]:
    header = {"X-BAPI-TIMESTAMP": str(time.time_ns() // 1_000_000)}
    return {"reqId": req_id, "header": header, "op": op, "args": [fields]}


async def until(condition: Callable[[], Any]) -> None:
    """Wait until something holds that nothing announces; the scenario's time limit ends it."""
    while not condition():  # noqa: ASYNC110 - see above
        await asyncio.sleep(0.005)


@asynccontextmanager
async def raw_client(venue: SimVenue) -> AsyncIterator[RawClient]:
    async with aiohttp.ClientSession() as session:
        client = RawClient(session, venue.urls, venue.api_key, venue.api_secret)
        yield client
        for socket in client.sockets:
            await socket.close()


def on_venue(scenario: Callable[[SimVenue, RawClient], Awaitable[None]], **config: Any) -> None:
    """Run a scenario on a quiet venue; afterwards the account has to add up."""

    settings: dict[str, Any] = {"market": "quiet", "rate_limits": False, **config}

    async def main() -> None:
        async with (
            asyncio.timeout(30),
            SimVenue(SimConfig(**settings)) as venue,
            raw_client(venue) as client,
        ):
            await scenario(venue, client)
            venue.exchange.check()

    asyncio.run(main())
