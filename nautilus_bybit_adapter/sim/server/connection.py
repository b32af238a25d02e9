"""One WebSocket connection: a queue to write from and an abrupt end."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

import msgspec
from aiohttp import WSMsgType, web

from .codec import dumps

if TYPE_CHECKING:
    from collections.abc import Callable

# A client that reads slower than this many frames behind is cut off.
MOST_WAITING = 20_000
_MAX_MESSAGE_BYTES = 1 << 20


class Connection:
    """A client of one socket family.

    Parameters
    ----------
    conn_id : str
        What acknowledgements call it.
    """

    def __init__(self, conn_id: str) -> None:
        self.conn_id = conn_id
        self.topics: set[str] = set()
        self.authenticated = False
        self.request_ids: set[str] = set()
        self._waiting: asyncio.Queue[str] = asyncio.Queue()
        self._transport: asyncio.BaseTransport | None = None

    def send(self, text: str) -> None:
        """Queue a frame; a client that does not read is cut off."""
        if self._waiting.qsize() >= MOST_WAITING:
            self.drop()
            return
        self._waiting.put_nowait(text)

    def send_json(self, value: object) -> None:
        """Queue a JSON frame."""
        self.send(dumps(value))

    def drop(self) -> None:
        """Cut the connection without a goodbye."""
        if isinstance(self._transport, asyncio.WriteTransport):
            self._transport.abort()

    async def serve(
        self, request: web.Request, on_text: Callable[[Connection, str], None]
    ) -> web.WebSocketResponse:
        """Run the connection until either side ends it."""
        socket = web.WebSocketResponse(max_msg_size=_MAX_MESSAGE_BYTES)
        await socket.prepare(request)
        self._transport = request.transport
        writer = asyncio.create_task(self._write(socket))
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    on_text(self, message.data)
        finally:
            writer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await writer
        return socket

    async def _write(self, socket: web.WebSocketResponse) -> None:
        with contextlib.suppress(ConnectionError, RuntimeError):
            while True:
                await socket.send_str(await self._waiting.get())


def read_message(text: str) -> dict[str, Any] | None:
    """Decode a client's frame; None when it is no JSON object."""
    try:
        message = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return None
    if not isinstance(message, dict):
        return None
    if not isinstance(message.get("op", ""), str):
        message["op"] = ""
    return message


def with_request_id(message: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    """Put the `req_id` of the request first, as whatever JSON type it came."""
    return {"req_id": message["req_id"], **answer} if "req_id" in message else answer
