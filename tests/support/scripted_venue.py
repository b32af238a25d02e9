"""A venue on a real port that does what a test tells it to: well-behaved where nothing is told."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import WSMsgType, web

type Reply = Callable[["Socket", dict[str, Any]], Awaitable[bool]]
type Rest = Callable[[web.Request], Awaitable[web.StreamResponse | None]]


class Socket:
    """The venue's end of one connection."""

    def __init__(self, path: str, ws: web.WebSocketResponse, number: int) -> None:
        self.path = path
        self.ws = ws
        self.number = number

    async def send(self, message: Any) -> None:
        await self.ws.send_str(message if isinstance(message, str) else json.dumps(message))

    def cut(self) -> None:
        """Break the connection without a close frame."""
        transport = self.ws._req.transport if self.ws._req else None
        assert transport is not None
        transport.abort()


class ScriptedVenue:
    """What happened, and what is to happen.

    `reply` is asked first for every message and returns whether it has answered; `rest` is asked first for
    every request and returns `None` to leave it to the venue.
    """

    def __init__(self) -> None:
        self.url = ""
        self.sockets: list[Socket] = []
        self.connections: Counter[str] = Counter()
        self.messages: list[tuple[str, dict[str, Any]]] = []
        self.requests: list[tuple[str, str, str, dict[str, str]]] = []
        self.reply: Reply | None = None
        self.rest: Rest | None = None
        self.clock_ahead_ms = 0
        self.upgrade_status = 0
        self._changed = asyncio.Condition()

    def ws_url(self, path: str) -> str:
        return self.url.replace("http", "ws") + path

    def subscribed(self) -> list[list[str]]:
        return [message["args"] for _, message in self.messages if message.get("op") == "subscribe"]

    async def until(self, is_true: Callable[[], bool]) -> None:
        """Wait until something that a message or a connection changes is true."""
        async with asyncio.timeout(10), self._changed:
            await self._changed.wait_for(is_true)

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def handle_socket(self, request: web.Request) -> web.StreamResponse:
        if self.upgrade_status:
            self.connections[request.path] += 1
            await self._notify()
            return web.Response(status=self.upgrade_status, text="not now")
        ws = web.WebSocketResponse(autoping=True)
        await ws.prepare(request)
        self.connections[request.path] += 1
        socket = Socket(request.path, ws, self.connections[request.path])
        self.sockets.append(socket)
        await self._notify()
        async for frame in ws:
            if frame.type is not WSMsgType.TEXT:
                continue
            message = json.loads(frame.data)
            self.messages.append((request.path, message))
            if self.reply is None or not await self.reply(socket, message):
                await answer(socket, message)
            await self._notify()
        self.sockets.remove(socket)
        await self._notify()
        return ws

    async def handle_rest(self, request: web.Request) -> web.StreamResponse:
        body = await request.text()
        payload = body if request.method == "POST" else request.rel_url.raw_query_string
        self.requests.append((request.method, request.path, payload, dict(request.headers)))
        await self._notify()
        if self.rest is not None and (response := await self.rest(request)) is not None:
            return response
        if request.path == "/v5/market/time":
            now_ns = time.time_ns() + self.clock_ahead_ms * 1_000_000
            return ok({"timeSecond": str(now_ns // 10**9), "timeNano": str(now_ns)})
        return ok({"list": [], "nextPageCursor": ""})


def ok(result: Any, ret_code: int = 0, ret_msg: str = "OK", **headers: str) -> web.Response:
    envelope = {"retCode": ret_code, "retMsg": ret_msg, "result": result, "retExtInfo": {}, "time": 1}
    return web.json_response(envelope, headers=headers)


async def answer(socket: Socket, message: dict[str, Any]) -> None:
    op, req_id = message.get("op", ""), message.get("req_id")
    named = {} if req_id is None else {"req_id": req_id}
    if socket.path == "/v5/trade":
        await answer_trade(socket, message)
    elif op == "ping":
        await socket.send({"success": True, "ret_msg": "pong", "op": "ping", **named})
    else:
        await socket.send({"success": True, "ret_msg": "", "op": op, "conn_id": "c", **named})


async def answer_trade(socket: Socket, message: dict[str, Any]) -> None:
    op = message["op"]
    if op in {"ping", "auth"}:
        await socket.send({"retCode": 0, "retMsg": "OK", "op": op.replace("ping", "pong"), "connId": "c"})
        return
    data = {"orderId": "venue-1", "orderLinkId": message["args"][0].get("orderLinkId", "")}
    await socket.send({"reqId": message["reqId"], "retCode": 0, "retMsg": "OK", "op": op, "data": data})


@asynccontextmanager
async def scripted_venue(port: int = 0) -> AsyncIterator[ScriptedVenue]:
    venue = ScriptedVenue()
    app = web.Application()
    for path in ("/v5/public/{category}", "/v5/private", "/v5/trade"):
        app.router.add_get(path, venue.handle_socket)
    app.router.add_route("*", "/{path:.*}", venue.handle_rest)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    venue.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield venue
    finally:
        for socket in list(venue.sockets):
            socket.cut()
        await runner.cleanup()
