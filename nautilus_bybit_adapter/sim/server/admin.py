"""The admin side: faults, sockets, books and time over HTTP with JSON, on a port of its own.

Only this machine reaches it unless a token is set. A browser's page of another origin cannot use it: requests
that change something must be JSON, and the `Host` must be the address it listens on.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

import msgspec
from aiohttp import web

from nautilus_bybit_adapter.sim.exchange.floor import GridError, TradedMarket
from nautilus_bybit_adapter.sim.faults.kinds import KINDS
from nautilus_bybit_adapter.sim.faults.spec import FaultError

from .codec import dumps

if TYPE_CHECKING:
    from nautilus_bybit_adapter.sim.exchange.exchange import Exchange
    from nautilus_bybit_adapter.sim.faults.engine import FaultEngine

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
MOST_LEVELS = 1000
LONGEST_BODY = 1 << 18
LONGEST_ADVANCE_MS = 3_600_000
_ADVANCE_AT_ONCE_MS = 100
_LOCAL = ("127.0.0.1", "localhost", "[::1]")


class Venue(Protocol):
    """What the admin side may do with the venue."""

    @property
    def exchange(self) -> Exchange:
        """The exchange."""

    @property
    def faults(self) -> FaultEngine:
        """The faults."""

    def disconnect(self, family: str) -> int:
        """Cut every socket of a family."""

    def advance(self, ms: int) -> int:
        """Move the clock ahead."""


class BadRequestError(Exception):
    """A request that is refused with one sentence."""


class AdminServer:
    """Routes of the admin side.

    Parameters
    ----------
    venue : Venue
        What is administered.
    host : str
        Address it listens on.
    token : str
        What requests have to carry as `Authorization: Bearer`; `""` for nothing.
    """

    def __init__(self, venue: Venue, host: str, token: str) -> None:
        self._venue = venue
        self._hosts = {host, f"[{host}]", *_LOCAL}
        self._token = token

    def app(self) -> web.Application:
        """Return the aiohttp application."""
        app = web.Application(middlewares=[self._guard], client_max_size=LONGEST_BODY)
        app.router.add_get("/faults", self._list_faults)
        app.router.add_post("/faults", self._add_fault)
        app.router.add_delete("/faults", self._clear_faults)
        app.router.add_delete("/faults/{id}", self._remove_fault)
        app.router.add_get("/log", self._log)
        app.router.add_post("/disconnect", self._disconnect)
        app.router.add_post("/book", self._book)
        app.router.add_post("/trade", self._trade)
        app.router.add_post("/advance", self._advance)
        return app

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            self._check_origin(request)
            if not self._is_allowed(request):
                return _answer({"error": "an admin token is needed: Authorization: Bearer TOKEN"}, 401)
            return await handler(request)
        except (BadRequestError, FaultError, GridError) as e:
            return _answer({"error": str(e)}, 400)
        except web.HTTPException as e:
            return _answer({"error": f"{request.method} {request.path}: {e.reason}"}, e.status)

    def _check_origin(self, request: web.Request) -> None:
        host = request.host.rpartition(":")[0] if not request.host.endswith("]") else request.host
        if (host or request.host) not in self._hosts:
            raise BadRequestError(f"this side is not served as {request.host}")
        origin = request.headers.get("Origin")
        if origin is not None and origin != f"http://{request.host}":
            raise BadRequestError(f"pages of {origin} may not use this side")

    def _is_allowed(self, request: web.Request) -> bool:
        if not self._token or request.path in ("/", "/page.css", "/page.js"):
            return True
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if request.path == "/live":
            given = given or request.query.get("token", "")
        return hmac.compare_digest(given.encode(), self._token.encode())

    async def _list_faults(self, _request: web.Request) -> web.Response:
        active = [fault.to_json() for fault in self._venue.faults.active]
        kinds = [
            {"kind": kind.name, "effect": kind.effect, "families": kind.families, "options": kind.options}
            for kind in KINDS.values()
        ]
        return _answer({"active": active, "kinds": kinds})

    async def _add_fault(self, request: web.Request) -> web.Response:
        body = await _body(request)
        if isinstance(body.get("fault"), str) and len(body) == 1:
            ident = self._venue.faults.add(body["fault"])
        else:
            kind = body.pop("kind", "")
            ident = self._venue.faults.add_settings(kind, body)
        return _answer({"id": ident})

    async def _remove_fault(self, request: web.Request) -> web.Response:
        self._venue.faults.remove(request.match_info["id"])
        return _answer({})

    async def _clear_faults(self, _request: web.Request) -> web.Response:
        self._venue.faults.clear()
        return _answer({})

    async def _log(self, request: web.Request) -> web.Response:
        since = request.query.get("since", "0")
        if not since.isdecimal() or len(since) > 15:  # noqa: PLR2004 - any number there can be
            raise BadRequestError(f"since must be the number of a hit, got {since!r}")
        return _answer({"log": [firing.to_json() for firing in self._venue.faults.told(int(since))]})

    async def _disconnect(self, request: web.Request) -> web.Response:
        family = (await _body(request)).get("family")
        try:
            return _answer({"sockets": self._venue.disconnect(str(family))})
        except ValueError as e:
            raise BadRequestError(str(e)) from e

    async def _book(self, request: web.Request) -> web.Response:
        body = await _body(request)
        market = self._market(body)
        bids, asks = _levels(body, "bids"), _levels(body, "asks")
        if bids and asks and max(market.grid(bids)) >= min(market.grid(asks)):
            raise BadRequestError("the best bid must be below the best ask")
        market.set_book(bids, asks)
        return _answer({})

    async def _trade(self, request: web.Request) -> web.Response:
        body = await _body(request)
        market = self._market(body)
        side = body.get("side")
        if side not in {"Buy", "Sell"}:
            raise BadRequestError(f"side must be Buy or Sell, got {side!r}")
        ((price, qty),) = _levels({"trade": [[body.get("price"), body.get("qty")]]}, "trade")
        market.trade(str(side), price, qty)
        return _answer({})

    async def _advance(self, request: web.Request) -> web.Response:
        ms = (await _body(request)).get("ms")
        if not isinstance(ms, int) or isinstance(ms, bool):
            raise BadRequestError(f"ms must be a whole number, got {ms!r}")
        if not 1 <= ms <= LONGEST_ADVANCE_MS:
            raise BadRequestError(f"ms must be from 1 to {LONGEST_ADVANCE_MS}, got {ms}")
        now_ms = 0
        while ms > 0:
            # The venue answers others on the way.
            now_ms = self._venue.advance(min(ms, _ADVANCE_AT_ONCE_MS))
            ms -= _ADVANCE_AT_ONCE_MS
            await asyncio.sleep(0)
        return _answer({"time": now_ms})

    def _market(self, body: Mapping[str, Any]) -> TradedMarket:
        category, symbol = body.get("category"), body.get("symbol")
        if isinstance(category, str) and isinstance(symbol, str):
            market = self._venue.exchange.markets.get((category, symbol))
            if market is not None:
                return market
        raise BadRequestError(f"there is no market {category!r} {symbol!r}")


async def _body(request: web.Request) -> dict[str, Any]:
    if request.content_type != "application/json":
        raise BadRequestError("the body must be JSON, with Content-Type: application/json")
    try:
        body = msgspec.json.decode(await request.read())
    except (msgspec.DecodeError, RecursionError) as e:
        raise BadRequestError(f"the body is no JSON: {e}") from e
    if not isinstance(body, dict):
        raise BadRequestError("the body must be a JSON object")
    return body


def _levels(body: Mapping[str, Any], name: str) -> list[tuple[str, str]]:
    levels = body.get(name, [])
    if not isinstance(levels, list) or len(levels) > MOST_LEVELS:
        raise BadRequestError(f"{name} must be a list of at most {MOST_LEVELS} [price, size]")
    read = []
    for level in levels:
        if not isinstance(level, list) or len(level) != 2 or not all(map(_is_amount, level)):  # noqa: PLR2004 - a pair
            raise BadRequestError(
                f"{name} must hold [price, size] as text of positive numbers, got {level!r}"
            )
        read.append((level[0], level[1]))
    return read


def _is_amount(value: object) -> bool:
    if not isinstance(value, str) or len(value) > 32:  # noqa: PLR2004 - longer than any price
        return False
    whole, _, part = value.partition(".")
    digits = whole + part
    return (
        whole.isdecimal()
        and whole.isascii()
        and (not part or part.isdecimal())
        and any(d != "0" for d in digits)
    )


def _answer(value: object, status: int = 200) -> web.Response:
    return web.Response(text=dumps(value), status=status, content_type="application/json")
