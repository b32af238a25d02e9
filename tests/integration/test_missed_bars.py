"""Bars that closed while the socket was away."""

from __future__ import annotations

import asyncio

from nautilus_trader.model.data import Bar, BarType
from nautilus_trader.model.identifiers import InstrumentId
from trading import until
from watching import watching

from nautilus_bybit_adapter.sim import SimConfig, SimVenue

LINEAR = InstrumentId.from_str("BTCUSDT-LINEAR.BYBIT")
KIND = BarType.from_str(f"{LINEAR}-1-MINUTE-LAST-EXTERNAL")
MINUTE = 60 * 10**9
TOPIC = "kline.1.BTCUSDT"


def test_they_are_read_and_come_in_their_order() -> None:
    async def run() -> None:
        async with SimVenue(SimConfig(market="quiet")) as venue, watching(venue, LINEAR) as watcher:

            def listeners() -> int:
                return sum(TOPIC in each.topics for each in venue._server.connections("public"))

            watcher.subscribe_bars(KIND)
            await until(lambda: listeners() == 1, "the topic")
            venue.advance(61_000)
            await watcher.until(lambda: watcher.of(Bar), "a bar")
            venue.disconnect("public")
            await until(lambda: listeners() == 0, "the loss")
            venue.advance(180_000)
            await until(lambda: listeners() == 1, "the topic again")
            seen = len(watcher.of(Bar))
            venue.advance(61_000)
            await watcher.until(lambda: len(watcher.of(Bar)) >= seen + 3, "what was missed, and the next one")
            times = [bar.ts_event for bar in watcher.of(Bar)]
            assert times == list(range(times[0], times[0] + MINUTE * len(times), MINUTE))

    asyncio.run(run())
