"""A venue without sockets that has traded a little, and clients of its sockets."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from venue_requests import INVERSE, LINEAR, OPTION, SPOT, START_MS

from nautilus_bybit_adapter.sim.exchange.exchange import Exchange, ExchangeConfig
from nautilus_bybit_adapter.sim.exchange.instruments import default_catalogue
from nautilus_bybit_adapter.sim.server.app import VenueServer
from nautilus_bybit_adapter.sim.server.auth import Credentials
from nautilus_bybit_adapter.sim.server.codec import dumps
from nautilus_bybit_adapter.sim.server.connection import Connection
from nautilus_bybit_adapter.sim.server.context import Context
from nautilus_bybit_adapter.sim.server.limits import Quota, RateWindows
from nautilus_bybit_adapter.sim.server.rest import ENDPOINTS

if TYPE_CHECKING:
    from nautilus_bybit_adapter.sim.exchange.events import Event
    from nautilus_bybit_adapter.sim.server.endpoint import Reply

KEY = Credentials("sim-key", "sim-secret")


@dataclass
class WalkedVenue:
    """A venue without sockets whose account has done a little of everything."""

    now_ms: int = START_MS
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        balances = {"USDT": Decimal(1_000_000), "BTC": Decimal(5), "ETH": Decimal(50), "SOL": Decimal(100)}
        config = ExchangeConfig(instruments=default_catalogue(START_MS), balances=balances)
        self.exchange = Exchange(config, lambda: self.now_ms, self._told)
        self.context = Context(self.exchange, KEY, RateWindows(enforced=False))
        self.server = VenueServer(self.context)
        for market in self.exchange.markets.values():
            ticks = market.start_ticks
            market.set_levels(
                {ticks - i: 100_000 for i in range(3) if ticks > i},
                {ticks + 1 + i: 100_000 for i in range(3)},
                replace=True,
            )
        self._trade_a_little()

    def ask(self, route: str, **params: Any) -> Reply:
        """Answer of a path, without HTTP around it."""
        method, _, path = route.partition(" ")
        endpoint = ENDPOINTS[method, path]
        return endpoint.handler(self.context, params, Quota(10, 9, self.now_ms, 20))

    def result(self, route: str, **params: Any) -> Any:
        """`result` of an answer as a client decodes it."""
        return json.loads(dumps(self.ask(route, **params).result))

    def socket(self, path: str) -> Wire:
        """Return a client of a public, the private or the trade socket."""
        return Wire(self, path)

    def after(self, ms: int) -> None:
        """Let time pass and push what is due."""
        self.now_ms += ms
        self.exchange.advance(self.now_ms)
        self.server.pump(self.now_ms)

    def order(self, **fields: Any) -> dict[str, Any]:
        """Place an order."""
        return dict(self.result("POST /v5/order/create", **fields))

    def _told(self, event: Event) -> None:
        self.server.on_event(event)

    def _trade_a_little(self) -> None:
        market = {"orderType": "Market"}
        for where, qty in ((LINEAR, "0.1"), (SPOT, "100"), (INVERSE, "100"), (OPTION, "0.1")):
            link = {"orderLinkId": "first"} if where is OPTION else {}
            self.order(**where, **market, side="Buy", qty=qty, **link)
            self.now_ms += 10
        self.order(**LINEAR, **market, side="Sell", qty="0.05")
        self.order(**OPTION, **market, side="Sell", qty="0.05", orderLinkId="second")
        self.now_ms += 10


class Wire:
    """One client of one socket, read from its queue."""

    def __init__(self, venue: WalkedVenue, path: str) -> None:
        server = venue.server
        sockets: dict[str, Any] = {**server.public, "private": server.private, "trade": server.trade}
        self.venue = venue
        self.socket = sockets[path]
        self.connection = Connection("conn")
        self.socket.connections.add(self.connection)

    def send(self, **message: Any) -> list[dict[str, Any]]:
        """Frames that answer a message."""
        self.socket._on_text(self.connection, json.dumps(message))
        return self.read()

    def read(self) -> list[dict[str, Any]]:
        """Frames queued since the last look."""
        return [json.loads(frame) for frame in self.connection.take()]

    def login(self) -> list[dict[str, Any]]:
        """Answer to a login."""
        expires = self.venue.now_ms + 1000
        return self.send(op="auth", args=[KEY.api_key, expires, KEY.sign(f"GET/realtime{expires}")])
