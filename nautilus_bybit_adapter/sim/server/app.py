"""REST and the WebSockets on one port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from nautilus_bybit_adapter.sim.exchange.events import Event, PrivateEvent
from nautilus_bybit_adapter.sim.exchange.instruments import CATEGORIES, SPOT

from .context import CONTEXT
from .fault_http import fault_middleware
from .liquidations import liquidation_frames
from .private import PrivateSocket
from .public import BARE_PATHS, PublicSocket
from .rest import RestServer
from .topics import STATUS_PATH, STATUS_TOPIC
from .trade import TradeSocket

if TYPE_CHECKING:
    from .connection import Connection
    from .context import Context

FAMILIES = ("public", "private", "trade")


class VenueServer:
    """Routes of the venue and the distribution of its events.

    Parameters
    ----------
    context : Context
        The exchange and its surroundings.
    """

    def __init__(self, context: Context) -> None:
        self.public = {path: PublicSocket(context, path) for path in (*CATEGORIES, STATUS_PATH, *BARE_PATHS)}
        self.private = PrivateSocket(context)
        self.trade = TradeSocket(context)
        self._rest = RestServer(context)
        self._context = context

    def app(self) -> web.Application:
        """Return the aiohttp application."""
        app = web.Application(
            middlewares=[fault_middleware], client_max_size=self._context.bounds.request_bytes
        )
        app[CONTEXT] = self._context
        for category, socket in self.public.items():
            app.router.add_get(f"/v5/public/{category}", socket.handle)
        app.router.add_get("/v5/private", self.private.handle)
        app.router.add_get("/v5/trade", self.trade.handle)
        app.router.add_route("*", "/{path:.*}", self._rest.handle)
        return app

    def on_event(self, event: Event) -> None:
        """Pass an event of the exchange to its subscribers."""
        if isinstance(event, PrivateEvent):
            self.private.push(event)
            if event.topic == "execution" and event.category != SPOT:
                socket = self.public[event.category]
                if socket.serves("allLiquidation."):
                    socket.push(liquidation_frames(event))
        else:
            self.public[event.market.instrument.category].on_trades(event)

    def pump(self, now_ms: int) -> None:
        """Push the public topics that are due and carry out what else time brings."""
        for socket in self.public.values():
            socket.pump(now_ms)
        self.private.pump(now_ms)
        self.trade.pump()
        self._context.earn.advance(now_ms)

    def announce(self, notice: dict[str, Any]) -> None:
        """Publish a maintenance notice, an item of `/v5/system/status`, and keep it."""
        self._context.notices.append(notice)
        now_ms = self._context.exchange.now_ms()
        self.public[STATUS_PATH].push([{"topic": STATUS_TOPIC, "ts": now_ms, "data": [notice]}])

    def connections(self, family: str) -> set[Connection]:
        """Open connections of `public`, `private` or `trade`.

        Raises
        ------
        ValueError
            For another word.
        """
        if family == "public":
            return {connection for socket in self.public.values() for connection in socket.connections}
        if family == "private":
            return set(self.private.connections)
        if family == "trade":
            return set(self.trade.connections)
        raise ValueError(f"family must be one of {', '.join(FAMILIES)}, got {family!r}")
