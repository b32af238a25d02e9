"""One WebSocket that comes back by itself, driven by `state.session`.

The link owns the connection, the heartbeat and the waits; what is sent and what frames mean is its
handler's business. Frames reach the handler in the loop turn that read them, with one time stamp each.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from typing import TYPE_CHECKING, Protocol

from picows import WSCloseCode, WSFrame, WSMsgType, WSTransport, ws_connect

from nautilus_bybit_adapter.errors import BybitConnectionError, BybitDecodeError, BybitError, Outcome
from nautilus_bybit_adapter.state.heartbeat import Beat, Heartbeat
from nautilus_bybit_adapter.state.session import (
    Announce,
    Close,
    Input,
    Open,
    Row,
    Session,
    Wait,
)
from nautilus_bybit_adapter.transport.frame_listener import FrameListener

if TYPE_CHECKING:
    from collections.abc import Callable

    from nautilus_bybit_adapter.state.session import Authenticate, Recover, Subscribe
    from nautilus_bybit_adapter.transport.options import Log, SocketOptions

# How often overdue acks are looked for, in seconds.
_TICK_SECS = 1.0
_CLOSE_TIMEOUT_SECS = 1.0
_CONNECTED = frozenset({Row.AUTHENTICATING, Row.SUBSCRIBING, Row.RECOVERING, Row.LIVE})


class LinkHandler(Protocol):
    """What a link calls; every call comes from the event loop and must not block."""

    def on_step(self, step: Authenticate | Subscribe | Recover | Announce) -> None:
        """Do a step of the session."""

    def on_payload(self, payload: bytes, ts_init: int) -> None:
        """Take a frame; `ts_init` is epoch nanoseconds."""

    def on_lost(self, reason: str) -> None:
        """Learn that the connection is gone."""

    def on_tick(self, now: float) -> None:
        """Look for what is overdue at monotonic time `now`, in seconds."""


class WebSocketLink:
    """A WebSocket with a session.

    Parameters
    ----------
    url : callable
        Gives the address each time a connection is opened.
    handler : LinkHandler
        Who sends and reads.
    session : Session
        The session's table.
    name : str
        What to call the socket in messages.
    options : SocketOptions
        Waits and limits.
    logger : Log
        Where to report.
    clock_ns : callable
        Epoch nanoseconds, for the time stamp of each frame.

    Attributes
    ----------
    connection_count : int
        How often a connection was opened.
    bad_frame_count : int
        Frames that could not be read, or whose reader failed.
    """

    def __init__(
        self,
        url: Callable[[], str],
        handler: LinkHandler,
        session: Session,
        *,
        name: str,
        options: SocketOptions,
        logger: Log,
        clock_ns: Callable[[], int],
    ) -> None:
        self._url = url
        self.name = name
        self.journal = logger
        self.connection_count = 0
        self.bad_frame_count = 0
        self._handler = handler
        self._session = session
        self._options = options
        self._clock_ns = clock_ns
        self._heartbeat = Heartbeat(options.ping_interval_secs, options.pong_timeout_secs)
        self._listener: FrameListener | None = None
        self._transport: WSTransport | None = None
        self._task: asyncio.Task[None] | None = None
        self._first_live: asyncio.Future[None] | None = None
        self._changed = asyncio.Event()
        self._step_deadline: float | None = None
        self._wait_secs = 0.0
        self._last_failure = "the venue has not answered yet"

    @property
    def url(self) -> str:
        """Where the next connection goes."""
        return self._url()

    @property
    def is_live(self) -> bool:
        """Whether the session is live and the connection can be written to."""
        return self._session.is_live and self._can_write()

    @property
    def is_connected(self) -> bool:
        """Whether there is a connection, whatever the session's row."""
        return self._can_write()

    def start(self) -> None:
        """Begin to connect, and keep trying until closed; does nothing when that is under way already."""
        if self._task is None:
            self._first_live = asyncio.get_running_loop().create_future()
            self.feed(Input.START)
            self._task = asyncio.create_task(self._run(), name=f"{self.name} link")

    async def connect(self, timeout_secs: float) -> None:
        """Connect, and return when the session is live.

        Parameters
        ----------
        timeout_secs : float
            How long to keep trying, in seconds.

        Raises
        ------
        BybitConnectionError
            If the session is not live in time; the attempts end then.
        BybitAuthError
            If the venue refuses the credentials.
        """
        self.start()
        if self._first_live is None:
            return
        try:
            async with asyncio.timeout(timeout_secs):
                await asyncio.shield(self._first_live)
        except TimeoutError:
            reason = self._last_failure
            await self.close()
            raise BybitConnectionError(
                f"The {self.name} socket at {self.url} was not live within {timeout_secs:g} s: {reason}.",
                Outcome.NOT_SENT,
            ) from None
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Close the connection and end all attempts; does nothing when that is done already."""
        transport = self._transport
        self.feed(Input.STOP, "closed by us")
        task, self._task = self._task, None
        if task is not None and task is not asyncio.current_task():
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self.give_up(BybitConnectionError(f"The {self.name} socket was closed.", Outcome.NOT_SENT))
        self._first_live = None
        if transport is not None:
            await _wait_disconnected(transport)

    def send(self, payload: bytes) -> bool:
        """Write a text frame at once, and return whether there was a connection to write to."""
        if not self._can_write():
            return False
        assert self._transport is not None  # noqa: S101 - what _can_write has just found out
        self._transport.send(WSMsgType.TEXT, payload)
        return True

    def feed(self, event: Input, reason: str = "") -> None:
        """Give the session an input and do what it asks for."""
        if reason:
            self._last_failure = reason
        before = self._session.row
        now = time.monotonic()
        outputs = self._session.on(event, now, random.random())  # noqa: S311 - spreads reconnects, guards nothing
        after = self._session.row
        if after is not before:
            self._step_deadline = (
                now + self._options.step_timeout_secs
                if after in {Row.AUTHENTICATING, Row.SUBSCRIBING}
                else None
            )
            self._changed.set()
        for output in outputs:
            match output:
                case Open():
                    pass  # the task sees the row
                case Close():
                    self._let_go()
                case Wait(secs):
                    self._wait_secs = secs
                case _:
                    self._call(self._handler.on_step, output)
        if before in _CONNECTED and after not in _CONNECTED:
            if after is Row.BACKOFF:
                self.journal.warning(f"The {self.name} socket was lost: {self._last_failure}.")
            self._call(self._handler.on_lost, self._last_failure)
        if after is Row.LIVE and before is not Row.LIVE:
            self._on_live()

    def give_up(self, error: BybitError) -> None:
        """End a `connect` that is under way with an error, instead of trying again."""
        if self._first_live is not None and not self._first_live.done():
            self._first_live.set_exception(error)
            # Nobody may be waiting, which is no leak.
            self._first_live.exception()

    def on_pong(self) -> None:
        """Note that the venue answered a ping."""
        self._heartbeat.on_pong()

    def on_connected(self, listener: FrameListener, transport: WSTransport) -> None:
        """Begin the session on a fresh connection."""
        self._listener, self._transport = listener, transport
        self.connection_count += 1
        self._heartbeat.on_open(time.monotonic())
        self.feed(Input.OPENED)

    def on_frame(self, listener: FrameListener, transport: WSTransport, frame: WSFrame) -> None:
        """Put fragments together and see to what is no whole text message."""
        ts_init = self._clock_ns()
        kind = frame.msg_type
        if kind in {WSMsgType.TEXT, WSMsgType.BINARY}:
            payload = frame.get_payload_as_bytes()
            if frame.fin:
                self._deliver(payload, ts_init)
            else:
                listener.partial = bytearray(payload)
        elif kind == WSMsgType.CONTINUATION and listener.partial is not None:
            listener.partial += frame.get_payload_as_bytes()
            if len(listener.partial) > self._options.max_frame_size:
                self.feed(Input.LOST, f"a message exceeded {self._options.max_frame_size} bytes")
            elif frame.fin:
                whole, listener.partial = bytes(listener.partial), None
                self._deliver(whole, ts_init)
        elif kind == WSMsgType.CLOSE:
            listener.farewell = f"the venue closed it ({frame.get_close_code()} {frame.get_close_reason()})"
            transport.send_close(WSCloseCode.OK)
            transport.disconnect()

    def on_disconnected(self, listener: FrameListener, transport: WSTransport) -> None:
        """Lose the session, unless another connection has taken over."""
        if transport is self._transport:
            self.feed(Input.LOST, listener.farewell or "the connection broke")

    def _deliver(self, payload: bytes, ts_init: int) -> None:
        try:
            self._handler.on_payload(payload, ts_init)
        except Exception as exc:  # noqa: BLE001 - one consumer's failure must not cost the connection
            self.report_failure(exc, payload)

    def report_failure(self, exc: Exception, payload: bytes) -> None:
        """Count a frame whose reader raised, and report it."""
        if isinstance(exc, BybitDecodeError):
            self.report_bad_frame(str(exc))
        else:
            self.report_bad_frame(f"{type(exc).__name__}: {exc}, while handling {payload[:80]!r}")

    def _call[T](self, callback: Callable[[T], None], value: T) -> None:
        try:
            callback(value)
        except Exception as exc:  # noqa: BLE001 - a consumer's failure must not end the session
            self.journal.error(f"The {self.name} socket's consumer failed: {type(exc).__name__}: {exc}")

    def report_bad_frame(self, what: str) -> None:
        """Count a frame that could not be read or whose reader failed, and report it."""
        self.bad_frame_count += 1
        count = self.bad_frame_count
        # A broken feed repeats itself thousands of times a second.
        if count <= 10 or count % 1000 == 0:  # noqa: PLR2004 - the first ten, then every thousandth
            self.journal.error(f"Frame {count} of the {self.name} socket went unread: {what}")

    async def _run(self) -> None:
        while self._session.row is not Row.CLOSED:
            self._changed.clear()
            if self._session.row is Row.CONNECTING:
                await self._open()
            elif self._session.row is Row.BACKOFF:
                await self._pause(self._wait_secs)
                self.feed(Input.TIMER)
            else:
                await self._watch()

    async def _open(self) -> None:
        listener = FrameListener(self, self._handler.on_payload, self._clock_ns)
        try:
            async with asyncio.timeout(self._options.connect_timeout_secs):
                await ws_connect(
                    lambda: listener,
                    self.url,
                    websocket_handshake_timeout=self._options.connect_timeout_secs,
                    disconnect_on_exception=False,
                    max_frame_size=self._options.max_frame_size,
                    proxy=self._options.proxy_url,
                    ssl_context=self._options.tls,
                    max_redirects=0,
                )
        except Exception as exc:  # noqa: BLE001 - whatever the network or a proxy does, the next attempt is due
            listener.link = None
            if self._session.row is Row.CONNECTING:
                reason = f"cannot connect ({type(exc).__name__}: {str(exc).strip() or 'no answer in time'})"
                self.journal.warning(f"The {self.name} socket at {self.url}: {reason}.")
                self.feed(Input.LOST, reason)
        except asyncio.CancelledError:
            listener.link = None
            raise

    async def _watch(self) -> None:
        """Keep the heartbeat and the deadlines until the row changes."""
        while not self._changed.is_set():
            now = time.monotonic()
            if self._step_deadline is not None and now >= self._step_deadline:
                self.feed(Input.TIMER, f"no answer while {self._session.row.value}")
                return
            beat = self._heartbeat.poll(now)
            if beat is Beat.DEAD:
                self.feed(Input.LOST, f"no pong within {self._options.pong_timeout_secs:g} s")
                return
            if beat is Beat.PING:
                self.send(b'{"op":"ping"}')
            self._call(self._handler.on_tick, now)
            due = [now + _TICK_SECS, self._heartbeat.next_at(), self._step_deadline]
            await self._pause(max(0.0, min(at for at in due if at is not None) - now))

    async def _pause(self, secs: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(secs):
                await self._changed.wait()

    def _on_live(self) -> None:
        self.journal.info(f"The {self.name} socket is live.")
        if self._first_live is not None and not self._first_live.done():
            self._first_live.set_result(None)

    def _let_go(self) -> None:
        self._heartbeat.on_lost()
        listener, self._listener = self._listener, None
        transport, self._transport = self._transport, None
        if listener is not None:
            listener.link = None
        if transport is not None and not transport.is_disconnected:
            transport.send_close(WSCloseCode.OK)
            transport.disconnect()
            # A peer that reads no more would hold a graceful close up for minutes.
            asyncio.get_running_loop().call_later(_CLOSE_TIMEOUT_SECS, _abort, transport)

    def _can_write(self) -> bool:
        transport = self._transport
        return transport is not None and not (transport.is_disconnected or transport.is_close_frame_sent)


def _abort(transport: WSTransport) -> None:
    if not transport.is_disconnected:
        transport.disconnect(graceful=False)


async def _wait_disconnected(transport: WSTransport) -> None:
    try:
        async with asyncio.timeout(_CLOSE_TIMEOUT_SECS):
            await transport.wait_disconnected()
    except TimeoutError:
        transport.disconnect(graceful=False)
    except Exception:  # noqa: BLE001, S110 - picows re-raises what ended the connection, and it was reported then
        pass
