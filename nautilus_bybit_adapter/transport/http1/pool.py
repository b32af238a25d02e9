"""A pool of HTTP/1.1 connections.

Source: RFC 9112, section 9 "Connection Management".
"""

from __future__ import annotations

import asyncio
import functools
import socket
import ssl
from collections import defaultdict, deque
from typing import TYPE_CHECKING

from nautilus_bybit_adapter.transport.exchange import ExchangeLost
from nautilus_bybit_adapter.transport.http1.connection import Connection
from nautilus_bybit_adapter.transport.http1.dialing import dial_straight
from nautilus_bybit_adapter.transport.http1.origin import Origin

if TYPE_CHECKING:
    from nautilus_bybit_adapter.transport.exchange import HttpAnswer, HttpRequest
    from nautilus_bybit_adapter.transport.http1.dialing import Dialler

# Servers keep idle connections longer than this; where one tells of less, that holds.
_KEEP_SECS = 15.0
# A connection is left alone this long before the other side would close it.
_KEEP_MARGIN_SECS = 1.0


class ConnectionPool:
    """Carries requests over connections that are kept between them; the `HttpTransport` without an HTTP proxy.

    A GET whose connection is closed without one byte of an answer is sent once more, on a new one; nothing else is
    sent twice. A caller that is cancelled, or whose time is over, takes its connection down with it.

    Parameters
    ----------
    tls : ssl.SSLContext or None
        What to verify certificates with; by default the system's authorities.
    limit : int
        The most connections at a time; beyond it a request waits, within its time.
    keep_secs : float
        How long an idle connection is used again, in seconds.
    dialler : Dialler
        What opens sockets.
    """

    def __init__(
        self,
        *,
        tls: ssl.SSLContext | None = None,
        limit: int = 100,
        keep_secs: float = _KEEP_SECS,
        dialler: Dialler = dial_straight,
    ) -> None:
        self._tls = tls
        self._dialler = dialler
        self._keep_secs = keep_secs
        self._free = limit
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._origins: dict[str, Origin] = {}
        self._idle: defaultdict[Origin, list[Connection]] = defaultdict(list)
        self._open: set[Connection] = set()
        self._all_lost = asyncio.Event()
        self._is_closed = False

    @property
    def open_count(self) -> int:
        """Connections that are open, busy or idle."""
        return len(self._open)

    async def exchange(self, base_url: str, request: HttpRequest, timeout_secs: float) -> HttpAnswer:
        """Send a request once and return the answer; see `HttpTransport`."""
        origin = self._origins.get(base_url)
        if origin is None:
            origin = self._origins[base_url] = Origin(base_url)
        raw = origin.request_bytes(request)
        now = asyncio.get_running_loop().time()
        deadline = now + timeout_secs
        if self._free:
            self._free -= 1
        else:
            await self._wait_for_slot(deadline)
        try:
            connection = self._kept(origin, now) or await self._dial(origin, deadline)
            try:
                return await self._ask(origin, connection, raw, deadline)
            except ExchangeLost as lost:
                if not lost.is_stale or request.method != "GET":
                    raise
            return await self._ask(origin, await self._dial(origin, deadline), raw, deadline)
        finally:
            self._free_slot()

    async def close(self) -> None:
        """Close all connections; exchanges under way are lost."""
        self._is_closed = True
        self._idle.clear()
        self._all_lost.clear()
        for connection in self._open:
            connection.abort()
        if self._open:
            await self._all_lost.wait()

    async def _wait_for_slot(self, deadline: float) -> None:
        """Wait until another exchange hands its slot over."""
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout_at(deadline):
                await turn
        except BaseException as exc:
            if turn.done() and not turn.cancelled():
                self._free_slot()
            if isinstance(exc, TimeoutError):
                raise ExchangeLost("all connections are busy", is_sent=False, is_timeout=True) from None
            raise

    def _free_slot(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1

    async def _ask(self, origin: Origin, connection: Connection, raw: bytes, deadline: float) -> HttpAnswer:
        answer = await connection.exchange(raw, deadline)
        told = connection.keep_secs
        keep = self._keep_secs if told is None else min(self._keep_secs, told - _KEEP_MARGIN_SECS)
        if keep <= 0 or self._is_closed:
            connection.abort()
        else:
            connection.idle_until = asyncio.get_running_loop().time() + keep
            self._idle[origin].append(connection)
        return answer

    def _kept(self, origin: Origin, now: float) -> Connection | None:
        """Return the connection that was used last, and close those that nobody used for long."""
        idle = self._idle[origin]
        while idle and idle[0].idle_until <= now:
            idle.pop(0).abort()
        while idle:
            connection = idle.pop()
            if connection.is_usable and connection.idle_until > now:
                return connection
            connection.abort()
        return None

    async def _dial(self, origin: Origin, deadline: float) -> Connection:
        try:
            async with asyncio.timeout_at(deadline):
                connection = await self._connected(origin)
        except TimeoutError as exc:
            raise ExchangeLost("no connection in time", is_sent=False, is_timeout=True) from exc
        except (OSError, UnicodeError) as exc:
            # A host's addresses may change; a name or certificate that is wrong stays so.
            origin.forget_addresses()
            is_unreachable = isinstance(exc, socket.gaierror | ssl.SSLError | UnicodeError)
            what = f"no connection to {origin.host}: {exc}"
            raise ExchangeLost(what, is_sent=False, is_unreachable=is_unreachable) from exc
        if self._is_closed:
            connection.abort()
            raise ExchangeLost("the client is closed", is_sent=False)
        if connection.is_usable:
            self._open.add(connection)
        return connection

    async def _connected(self, origin: Origin) -> Connection:
        raw = await self._dialler(origin)
        try:
            _, connection = await asyncio.get_running_loop().create_connection(
                lambda: Connection(self._on_lost),
                sock=raw,
                ssl=(self._tls or _system_tls()) if origin.is_secure else None,
                server_hostname=origin.host if origin.is_secure else None,
            )
        except BaseException:
            raw.close()
            raise
        return connection

    def _on_lost(self, connection: Connection) -> None:
        self._open.discard(connection)
        if not self._open:
            self._all_lost.set()


@functools.cache
def _system_tls() -> ssl.SSLContext:
    """Return what verifies by the system's authorities, which takes some milliseconds to load."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context
