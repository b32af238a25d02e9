"""A venue that lists the rows a test gives it, as Bybit's instruments-info does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from aiohttp import web
from scripted_venue import ScriptedVenue, ok, scripted_venue

from nautilus_bybit_adapter.wire.instruments import BybitInstrument

type Row = BybitInstrument | dict[str, Any]

PAGE = 2
OPTION_STATUSES = {"PreLaunch", "Trading", "Delivering"}


class CatalogueVenue:
    """The rows of each category, fee rates by symbol or base coin, risk tiers, and what to refuse.

    `coins` are the decimals of each coin on its chains; a path of `silent` is never answered.
    """

    def __init__(self, scripted: ScriptedVenue) -> None:
        self.scripted = scripted
        self.rows: dict[str, list[Row]] = {}
        self.fees: dict[str, tuple[str, str]] = {}
        self.tiers: dict[str, list[dict[str, Any]]] = {}
        self.coins: dict[str, list[str]] = {}
        self.silent: set[str] = set()
        self.refusals: dict[str, tuple[int, str]] = {}
        self.statuses: dict[str, int] = {}
        scripted.rest = self._answer

    @property
    def url(self) -> str:
        return self.scripted.url

    def asked(self, path: str) -> list[str]:
        """Return the queries of the requests of a path."""
        return [query for _, where, query, _ in self.scripted.requests if where == path]

    async def _answer(self, request: web.Request) -> web.StreamResponse | None:
        if request.path in self.silent:
            await asyncio.Event().wait()
        if status := self.statuses.get(request.path):
            return web.Response(status=status, text="no")
        if refusal := self.refusals.get(request.path):
            return ok({}, *refusal)
        query = dict(request.query)
        if request.path == "/v5/market/instruments-info":
            return self._instruments(query)
        if request.path == "/v5/market/option-base-coins":
            coins = sorted({str(plain(row)["baseCoin"]) for row in self.rows.get("option", [])})
            return ok({"list": [{"baseCoin": coin} for coin in coins]})
        return self._terms(request.path, query)

    def _terms(self, path: str, query: dict[str, str]) -> web.Response | None:
        if path == "/v5/market/risk-limit":
            tiers = self.tiers.get(query["category"], [])
            return ok({"list": [tier for tier in tiers if query.get("symbol") in {None, tier["symbol"]}]})
        if path == "/v5/account/fee-rate":
            name = "baseCoin" if query["category"] == "option" else "symbol"
            rows = [
                {"symbol": "", name: key, "makerFeeRate": maker, "takerFeeRate": taker}
                for key, (maker, taker) in self.fees.items()
                if query.get(name) in {None, key}
            ]
            return ok({"list": rows})
        if path == "/v5/asset/coin/query-info":
            coins = [
                {
                    "coin": coin,
                    "chains": [{"chain": str(n), "minAccuracy": each} for n, each in enumerate(told)],
                }
                for coin, told in self.coins.items()
            ]
            return ok({"rows": coins})
        return None

    def _instruments(self, query: dict[str, str]) -> web.Response:
        category, symbol, status = query["category"], query.get("symbol"), query.get("status")
        base = query.get("baseCoin")
        if category == "option" and not symbol:
            base = base or "BTC"
        together = base is not None and category in {"linear", "inverse"}
        found = [
            row
            for each in (("linear", "inverse") if together else (category,))
            for row in map(plain, self.rows.get(each, []))
            if symbol in {None, row.get("symbol")}
            and base in {None, row.get("baseCoin")}
            and _is_listed(category, str(row.get("status")), status)
        ]
        if category == "spot":
            return ok({"category": category, "list": found})
        start = int(query.get("cursor", "0"))
        more = str(start + PAGE) if start + PAGE < len(found) else ""
        return ok({"category": category, "list": found[start : start + PAGE], "nextPageCursor": more})


def _is_listed(category: str, status: str, asked: str | None) -> bool:
    if asked is not None:
        return status == asked
    return status in OPTION_STATUSES if category == "option" else status == "Trading"


def plain(row: Row) -> dict[str, Any]:
    """Return a row as the object the venue sends."""
    if isinstance(row, dict):
        return row
    built: dict[str, Any] = msgspec.to_builtins(row)
    return built


@asynccontextmanager
async def catalogue_venue() -> AsyncIterator[CatalogueVenue]:
    """Serve a catalogue until the block ends."""
    async with scripted_venue() as scripted:
        yield CatalogueVenue(scripted)
