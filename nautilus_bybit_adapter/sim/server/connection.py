"""One WebSocket connection: a queue to write from and an abrupt end."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

import msgspec
from aiohttp import WSMsgType, web

from .codec import dumps
from .context import CONTEXT
from .fault_gate import FaultGate

if TYPE_CHECKING:
    from collections.abc import Callable

_STALL_LOOK_S = 0.02


class Connection:
    """A client of one socket family.

    Parameters
    ----------
    conn_id : str
        What acknowledgements call it.
    """

    def __init__(self, conn_id: str) -> None:
        self.conn_id = conn_id
        self.address = ""
        self.topics: set[str] = set()
        self.authenticated = False
        self.request_ids: dict[str, None] = {}
        self._waiting: asyncio.Queue[str] = asyncio.Queue()
        self._waiting_chars = 0
        self._most_waiting = 0
        self._transport: asyncio.BaseTransport | None = None
        self._gate: FaultGate | None = None
        self._is_dropped = False

    def send(self, text: str) -> None:
        """Send a frame, through whatever goes wrong on purpose."""
        if self._gate is not None and self._gate.is_armed:
            self._gate.outgoing(text)
        else:
            self.queue(text)

    def send_json(self, value: object) -> None:
        """Send a JSON frame."""
        self.send(dumps(value))

    def queue(self, text: str) -> None:
        """Queue a frame; who does not read is cut off."""
        if self._is_dropped:
            return
        self._waiting_chars += len(text)
        if self._waiting_chars > self._most_waiting and self._transport is not None:
            self.drop()
            return
        self._waiting.put_nowait(text)

    def drop(self) -> None:
        """Cut the connection without a goodbye."""
        self._is_dropped = True
        self._waiting = asyncio.Queue()
        if isinstance(self._transport, asyncio.WriteTransport):
            self._transport.abort()

    async def serve(
        self, request: web.Request, on_text: Callable[[Connection, str], None]
    ) -> web.WebSocketResponse:
        """Run the connection until either side ends it."""
        context = request.app[CONTEXT]
        self.address = request.remote or ""
        if not context.addresses.sockets.allows(self.address, context.exchange.now_ms()):
            raise web.HTTPForbidden(text="too many connections")
        self._most_waiting = context.bounds.waiting_bytes
        socket = web.WebSocketResponse(max_msg_size=context.bounds.frame_bytes, autoping=False)
        await socket.prepare(request)
        self._transport = request.transport
        self._gate = gate = FaultGate(context, request.path.split("/")[2], self)
        writer = asyncio.create_task(self._write(socket))
        try:
            await self._read(socket, gate, on_text)
        finally:
            gate.close()
            writer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await writer
        return socket

    async def _read(
        self, socket: web.WebSocketResponse, gate: FaultGate, on_text: Callable[[Connection, str], None]
    ) -> None:
        async for message in socket:
            await self._sit_out(gate)
            if message.type is WSMsgType.PING:
                with contextlib.suppress(ConnectionError):
                    await socket.pong(message.data)
            elif message.type is WSMsgType.TEXT and gate.incoming(message.data):
                on_text(self, message.data)

    async def _sit_out(self, gate: FaultGate) -> None:
        """Read nothing while the connection is stalled; once the fault is gone the connection ends."""
        while gate.is_stalled and self._transport is not None and not self._transport.is_closing():
            if not gate.is_armed_with_stall():
                self.drop()
            await asyncio.sleep(_STALL_LOOK_S)

    async def _write(self, socket: web.WebSocketResponse) -> None:
        with contextlib.suppress(ConnectionError, RuntimeError):
            while True:
                text = await self._waiting.get()
                await socket.send_str(text)
                self._waiting_chars -= len(text)


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
