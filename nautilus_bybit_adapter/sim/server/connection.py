"""One WebSocket connection: frames that are written together, and an abrupt end."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, Any

import msgspec
from aiohttp import WSMsgType, web

from .codec import encoded, text_header
from .context import CONTEXT
from .fault_gate import FaultGate
from .idle import DEFAULT_S, read_active_time

if TYPE_CHECKING:
    from collections.abc import Callable

_STALL_LOOK_S = 0.02
# Frames of one turn of the event loop go out in one write, or in several of this many bytes.
_WRITE_BYTES = 1 << 16


class Connection:
    """A client of one socket family.

    Parameters
    ----------
    conn_id : str
        What acknowledgements call it.
    wall_s : callable
        Real time, s.

    Attributes
    ----------
    waiting : list of bytes
        Frames of this turn of the event loop, not yet written.
    active_s : float
        Real time of the last frame in either direction, s.
    idle_s : float
        How long it may be without one, s.
    """

    def __init__(self, conn_id: str, wall_s: Callable[[], float] = time.monotonic) -> None:
        self.conn_id = conn_id
        self.active_s = wall_s()
        self.idle_s: float = DEFAULT_S
        self._wall_s = wall_s
        self.address = ""
        self.topics: set[str] = set()
        self.authenticated = False
        self.request_ids: dict[str, None] = {}
        self.waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._most_waiting = 0
        self._transport: asyncio.Transport | None = None
        self._gate: FaultGate | None = None
        self._is_over = False

    def send(self, payload: bytes) -> None:
        """Send a text frame, through whatever goes wrong on purpose."""
        if self._gate is not None and self._gate.is_armed:
            self._gate.outgoing(payload.decode())
        else:
            self.queue(payload)

    def send_json(self, value: object) -> None:
        """Send a JSON frame."""
        self.send(encoded(value))

    def queue(self, payload: bytes) -> None:
        """Write a text frame with the others of this turn of the event loop; who does not read is cut off."""
        if self._is_over:
            return
        if not self.waiting and self._transport is not None:
            asyncio.get_running_loop().call_soon(self._write)
        self.waiting.append(payload)
        self._waiting_bytes += len(payload)
        if self._waiting_bytes >= _WRITE_BYTES:
            self._write()

    def take(self) -> list[bytes]:
        """Take the frames that are waiting, in place of a socket."""
        frames, self.waiting, self._waiting_bytes = self.waiting, [], 0
        return frames

    @property
    def unread_bytes(self) -> int:
        """What was queued and the client's side has not taken."""
        written = self._transport.get_write_buffer_size() if self._transport is not None else 0
        return self._waiting_bytes + written

    def drop(self) -> None:
        """Cut the connection without a goodbye."""
        self._end()
        if self._transport is not None:
            self._transport.abort()

    async def serve(
        self, request: web.Request, on_text: Callable[[Connection, str], None]
    ) -> web.WebSocketResponse:
        """Run the connection until either side ends it."""
        context = request.app[CONTEXT]
        self.address = request.remote or ""
        self.idle_s = read_active_time(request.query.get("max_active_time", ""))
        if not context.addresses.sockets.allows(self.address, context.exchange.now_ms()):
            raise web.HTTPForbidden(text="too many connections")
        self._most_waiting = context.bounds.waiting_bytes
        # Without compression, so that one encoding of a frame serves every connection.
        socket = web.WebSocketResponse(
            max_msg_size=context.bounds.frame_bytes, autoping=False, compress=False
        )
        await socket.prepare(request)
        self._transport = request.transport
        self._gate = gate = FaultGate(context, request.path.split("/")[2], self)
        try:
            await self._read(socket, gate, on_text)
        finally:
            gate.close()
            self._end()
        return socket

    async def _read(
        self, socket: web.WebSocketResponse, gate: FaultGate, on_text: Callable[[Connection, str], None]
    ) -> None:
        async for message in socket:
            await self._sit_out(gate)
            self.active_s = self._wall_s()
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

    def _write(self) -> None:
        if self._transport is None or not self.waiting:
            return
        if self._transport.is_closing():
            self._end()
            return
        self.active_s = self._wall_s()
        frames, self.waiting, self._waiting_bytes = self.waiting, [], 0
        self._transport.write(
            b"".join([part for frame in frames for part in (text_header(len(frame)), frame)])
        )
        if self.unread_bytes > self._most_waiting:
            self.drop()

    def _end(self) -> None:
        self._is_over = True
        self.waiting, self._waiting_bytes = [], 0


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
