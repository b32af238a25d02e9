"""A ticker whose snapshot was lost goes on with changes that say nothing by themselves: it is asked for again."""

from __future__ import annotations

import asyncio
import os
from itertools import count
from unittest.mock import patch

import pytest
from nautilus_trader.model.data import MarkPriceUpdate
from nautilus_trader.model.identifiers import InstrumentId
from trading import until
from watching import watching

from nautilus_bybit_adapter.nt1.native import DECODER_VARIABLE
from nautilus_bybit_adapter.sim import SimConfig, SimVenue
from nautilus_bybit_adapter.state import ticker

PERPETUAL = InstrumentId.from_str("BTCUSDT-LINEAR.BYBIT")


@pytest.mark.parametrize("decoder", ["native", "python"])
def test_a_ticker_whose_snapshot_was_lost_is_asked_for_again(decoder: str) -> None:
    async def scenario() -> None:
        async with SimVenue(SimConfig(market="quiet")) as venue, watching(venue, PERPETUAL) as watcher:
            venue.faults.add("lose:family=public,match=tickers.*,count=1")
            watcher.subscribe_mark_prices(PERPETUAL)
            await until(lambda: venue.faults.log, "the loss of the snapshot")
            market, moves = venue.exchange.markets["linear", "BTCUSDT"], count(1)

            def has_come() -> bool:
                market.quote(860_000.0 + 10 * (next(moves) % 2), 1_000)
                return bool(watcher.of(MarkPriceUpdate))

            await until(has_come, "a mark price")

    with (
        patch.dict(os.environ, {DECODER_VARIABLE: decoder}),
        patch.object(ticker, "SNAPSHOT_PATIENCE_NS", 300_000_000),
    ):
        asyncio.run(scenario())
