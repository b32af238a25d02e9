"""A local venue under a steady load, in a process of its own on one core.

``python venue_load.py serve SYMBOLS`` prints one JSON line with its address and then, for each line it reads, one with
its CPU seconds and its resident memory. ``python venue_load.py sleepless SYMBOLS MINUTES ORDERS`` runs that much
virtual time without sockets and prints resident memory before, after each minute, and the time it took.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

from nautilus_bybit_adapter.sim import SimConfig, SimVenue
from nautilus_bybit_adapter.sim.clock import VirtualClock
from nautilus_bybit_adapter.sim.exchange.floor import TradedMarket
from nautilus_bybit_adapter.sim.exchange.generated import generated_catalogue
from nautilus_bybit_adapter.sim.exchange.instruments import LINEAR, Instrument
from nautilus_bybit_adapter.sim.market.flow import lay_quiet_book

FRAME_MS = 20
LEVELS_CHANGED = 6
KIB = 1024


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


def resting(it: Instrument) -> tuple[str, str]:
    """Return price and quantity of an order far below the market, worth about 20 in quote coin."""
    price = it.price(int(it.reference_price / it.tick * Decimal("0.97")))
    qty = it.qty(int(20 / it.value(1, 1) / (price / it.tick)) + 1)
    return f"{price:f}", f"{qty:f}"


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
        orders = {it.symbol: {"price": price, "qty": qty} for it in found for price, qty in [resting(it)]}
        ready = {"public": f"{urls.ws_public}/linear", "trade": urls.ws_trade, "orders": orders}
        print(json.dumps(ready | {"symbols": [it.symbol for it in found]}), flush=True)
        while await reader.readline():
            print(json.dumps({"cpu_s": time.process_time(), "resident": resident()}), flush=True)


def sleepless(count: int, minutes: int, orders_per_s: int) -> None:
    """Run virtual time without sockets: the exchange, its books and its depth topics."""
    clock = VirtualClock(1_791_270_000_000)
    running = venue(count, clock=clock)
    exchange = running.exchange
    first = next(iter(exchange.markets.values())).instrument
    where = {"category": LINEAR, "symbol": first.symbol}
    price, qty = resting(first)
    order = where | {"side": "Buy", "orderType": "Limit", "qty": qty, "price": price}
    feeds = [market.feeds[50] for market in exchange.markets.values()]
    started = time.perf_counter()
    seen = [resident()]
    owed = itertools.accumulate(itertools.repeat(orders_per_s * 10 / 1000))
    for _ in range(minutes):
        for _ in range(60 * 100):
            running.step(10)
            for feed in feeds:
                feed.advance()
            placed = int(next(owed)) - len(exchange.orders)
            for _ in range(placed):
                made = exchange.place(order)
                exchange.cancel(where | {"orderId": made.order_id})
        seen.append(resident())
    exchange.check()
    took = time.perf_counter() - started
    print(json.dumps({"resident": seen, "took_s": took, "orders": len(exchange.orders)}), flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        asyncio.run(serve(int(sys.argv[2])))
    else:
        sleepless(*(int(text) for text in sys.argv[2:5]))
