"""The page a person can look at, and the socket that keeps it live."""

from __future__ import annotations

import asyncio
import contextlib
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import msgspec
from aiohttp import WSMsgType, web

from .codec import dumps
from .live_view import account_view, fault_view, market_view, markets_view

if TYPE_CHECKING:
    from collections.abc import Callable

    from .admin import Venue

_FILES = {
    "/": ("page.html", "text/html"),
    "/page.css": ("page.css", "text/css"),
    "/page.js": ("page.js", "text/javascript"),
}
_POLICY = (
    "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
_INTERVAL_S = 0.25
MOST_VIEWERS = 20
_LONGEST_FRAME = 4096


class WebPage:
    """Serves the page and its live data.

    Parameters
    ----------
    venue : Venue
        What is shown.
    sockets : callable
        Returns how many sockets each family has.
    """

    def __init__(self, venue: Venue, sockets: Callable[[], dict[str, int]]) -> None:
        self._venue = venue
        self._sockets = sockets
        self._viewers: set[web.WebSocketResponse] = set()

    def add_to(self, app: web.Application) -> None:
        """Add the routes."""
        for path in _FILES:
            app.router.add_get(path, self._file)
        app.router.add_get("/live", self._live)
        app.on_shutdown.append(self._close)

    async def _file(self, request: web.Request) -> web.Response:
        name, kind = _FILES[request.path]
        text = files(f"{__name__.rpartition('.server.')[0]}.web").joinpath(name).read_text()
        headers = {
            "Content-Security-Policy": _POLICY,
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        }
        return web.Response(text=text, content_type=kind, headers=headers)

    async def _live(self, request: web.Request) -> web.StreamResponse:
        if len(self._viewers) >= MOST_VIEWERS:
            return web.Response(status=503, text=f"more than {MOST_VIEWERS} pages are open")
        socket = web.WebSocketResponse(max_msg_size=_LONGEST_FRAME, heartbeat=20)
        await socket.prepare(request)
        self._viewers.add(socket)
        wanted = _Choice(next(iter(self._venue.exchange.markets)))
        writer = asyncio.create_task(self._write(socket, wanted))
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._choose(wanted, message.data)
        finally:
            self._viewers.discard(socket)
            writer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await writer
        return socket

    def _choose(self, wanted: _Choice, text: str) -> None:
        with contextlib.suppress(msgspec.DecodeError, RecursionError):
            choice = msgspec.json.decode(text)
            if isinstance(choice, dict):
                key = (str(choice.get("category")), str(choice.get("symbol")))
                wanted.key = key if key in self._venue.exchange.markets else wanted.key

    async def _write(self, socket: web.WebSocketResponse, wanted: _Choice) -> None:
        with contextlib.suppress(ConnectionError, RuntimeError):
            await socket.send_str(dumps({"markets": markets_view(self._venue.exchange)}))
            while True:
                await socket.send_str(dumps(self._picture(wanted)))
                await asyncio.sleep(_INTERVAL_S)

    def _picture(self, wanted: _Choice) -> dict[str, Any]:
        exchange = self._venue.exchange
        market = exchange.markets[wanted.key]
        market.asked()
        return {
            "time": exchange.now_ms(),
            "sockets": self._sockets(),
            "market": market_view(market),
            "account": account_view(exchange),
            **fault_view(self._venue.faults),
        }

    async def _close(self, _app: web.Application) -> None:
        for socket in list(self._viewers):
            await socket.close()


class _Choice:
    """The market one viewer looks at."""

    def __init__(self, key: tuple[str, str]) -> None:
        self.key = key
