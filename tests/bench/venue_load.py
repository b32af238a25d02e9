"""A local venue under a steady load, in a process of its own on one core.

``python venue_load.py serve SYMBOLS`` prints one JSON line with its address and then, for each line it reads, one with
its CPU seconds and its resident memory. ``python venue_load.py sleepless SYMBOLS MINUTES`` runs that much virtual time
under the same load, with connections but without sockets below them, and prints resident memory before and after each
minute.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

from order_load import ORDERS_PER_S, OrderLoad

from nautilus_bybit_adapter.sim import SimConfig, SimVenue
from nautilus_bybit_adapter.sim.clock import VirtualClock
from nautilus_bybit_adapter.sim.exchange.floor import TradedMarket
from nautilus_bybit_adapter.sim.exchange.generated import generated_catalogue
from nautilus_bybit_adapter.sim.exchange.instruments import LINEAR, Instrument
from nautilus_bybit_adapter.sim.market.flow import lay_quiet_book
from nautilus_bybit_adapter.sim.server.connection import Connection

FRAME_MS = 20
LEVELS_CHANGED = 6
STEP_MS = 10
CONNECTIONS = 4


class SteadyFlow:
    """Changes some levels near the touch of every market, once per push interval; a missed interval is gone."""

    def __init__(self, markets: list[TradedMarket]) -> None:
        self._markets = markets
        self._next_ms = 0
        self._number = 0
        for market in markets:
            lay_quiet_book(market, 60)

    def begin(self, now_ms: int) -> None:
        """Let time start."""
        self._next_ms = now_ms

    def advance(self, now_ms: int) -> None:
        """Change what is due."""
        if now_ms >= self._next_ms:
            self._next_ms = now_ms - now_ms % FRAME_MS + FRAME_MS
            self._number += 1
            for market in self._markets:
                self._change(market)

    def _change(self, market: TradedMarket) -> None:
        middle, number = market.start_ticks, self._number
        depths = [(number * 7 + step * 11) % 45 for step in range(LEVELS_CHANGED // 2)]
        bids = {middle - d: 1 + (number + d) % 97 for d in depths}
        asks = {middle + 1 + d: 1 + (number + 3 * d) % 89 for d in depths}
        market.set_levels(bids, asks)


def instruments(count: int) -> tuple[Instrument, ...]:
    """Return so many linear instruments."""
    found = [
        it
        for it in generated_catalogue(count * 3 + 100, 1_791_270_000_000).instruments
        if it.category == LINEAR
    ]
    found = [it for it in found if it.contract == "LinearPerpetual" and it.settle == "USDT"]
    return tuple(found[:count])


def venue(count: int, **config: Any) -> SimVenue:
    """Make the venue."""
    made = SimVenue(SimConfig(market="quiet", rate_limits=False, instruments=instruments(count), **config))
    made._flows = SteadyFlow(list(made.exchange.markets.values()))  # type: ignore[assignment] # the load
    return made


def resting(it: Instrument) -> dict[str, str]:
    """Return price and quantity of an order far below the market, worth about 20 in quote coin."""
    price = it.price(int(it.reference_price / it.tick * Decimal("0.97")))
    qty = it.qty(int(20 / it.value(1, 1) / (price / it.tick)) + 1)
    return {"price": f"{price:f}", "qty": f"{qty:f}"}


def resident() -> int:
    """Return resident memory in bytes."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


async def serve(count: int) -> None:
    """Serve until standard input ends."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    async with venue(count) as running:
        urls = running.urls
        found = [market.instrument for market in running.exchange.markets.values()]
        orders = {it.symbol: resting(it) for it in found}
        ready = {"public": f"{urls.ws_public}/linear", "trade": urls.ws_trade, "orders": orders}
        print(json.dumps(ready | {"symbols": [it.symbol for it in found]}), flush=True)
        while await reader.readline():
            print(json.dumps({"cpu_s": time.process_time(), "resident": resident()}), flush=True)


def sleepless(count: int, minutes: int) -> None:
    """Run virtual time: every turn of the venue, every frame and every answer, but nothing below a connection."""
    clock = VirtualClock(1_791_270_000_000)
    running = venue(count, clock=clock)
    exchange, server = running.exchange, running._server
    found = [market.instrument for market in exchange.markets.values()]
    watchers = [Connection(f"watcher {number}") for number in range(CONNECTIONS)]
    topics = {"op": "subscribe", "args": [f"orderbook.50.{it.symbol}" for it in found]}
    for each in watchers:
        server.public[LINEAR]._on_text(each, json.dumps(topics))
    trader, load = Connection("trader"), OrderLoad({it.symbol: resting(it) for it in found})
    trader.authenticated = True
    seen, answered, frames = [resident()], 0, 0
    for _ in range(minutes):
        for _ in range(60_000 // STEP_MS):
            now_ms = running.step(STEP_MS)
            for _ in range(ORDERS_PER_S * STEP_MS // 1000):
                server.trade._on_text(trader, json.dumps(load.next(now_ms)))
            answered += sum(b'"retCode":0' in answer for answer in trader.waiting)
            frames += sum(len(each.waiting) for each in watchers)
            for each in (trader, *watchers):
                each.take()
        seen.append(resident())
    exchange.check()
    assert answered == minutes * 60 * ORDERS_PER_S, f"{answered} requests were carried out"
    print(json.dumps({"resident": seen, "frames": frames, "cpu_s": time.process_time()}), flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        asyncio.run(serve(int(sys.argv[2])))
    else:
        sleepless(*(int(text) for text in sys.argv[2:4]))
