"""What a strategy asks for once: instruments, a book snapshot, recent trades."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

from nautilus_trader.model.data import OrderBookDeltas, TradeTick
from nautilus_trader.model.enums import BookAction
from nautilus_trader.model.identifiers import InstrumentId
from trading import LINEAR, Recorder, trading, until

from nautilus_bybit_adapter.sim import SimConfig, SimVenue

ETH = InstrumentId.from_str("ETHUSDT-LINEAR.BYBIT")


class Asker(Recorder):
    """Keeps historical data and instruments as well."""

    def on_instrument(self, instrument: Any) -> None:
        self._note(instrument)

    def on_historical_data(self, data: Any) -> None:
        self._note(data)


def test_recent_trades_come_oldest_first() -> None:
    async def run() -> None:
        async with SimVenue(SimConfig(market="quiet")) as venue, trading(venue, Asker()) as trader:
            market = venue.exchange.markets["linear", "BTCUSDT"]
            ask = market.touch_price("Buy")
            assert ask is not None
            for size in ("0.001", "0.002", "0.003"):
                market.trade("Buy", ask * market.instrument.tick, Decimal(size))
            trader.request_trade_ticks(LINEAR, start=trader.clock.utc_now().floor("D"), limit=2)
            await trader.until(lambda: len(trader.of(TradeTick)) == 2, "two trades")
            assert [str(tick.size) for tick in trader.of(TradeTick)] == ["0.002", "0.003"]

    asyncio.run(run())


def test_an_instrument_that_is_not_loaded_is_fetched() -> None:
    async def run() -> None:
        async with SimVenue(SimConfig(market="quiet")) as venue, trading(venue, Asker()) as trader:
            assert trader.cache.instrument(ETH) is None
            trader.request_instrument(ETH)
            await until(lambda: trader.cache.instrument(ETH) is not None, "the instrument")

    asyncio.run(run())


def test_a_book_snapshot_is_the_venues_book() -> None:
    async def run() -> None:
        async with SimVenue(SimConfig(market="quiet")) as venue, trading(venue, Asker()) as trader:
            trader.request_order_book_snapshot(LINEAR, limit=5)
            await trader.until(lambda: trader.of(OrderBookDeltas), "the snapshot")
            (deltas,) = trader.of(OrderBookDeltas)
            clear, *levels = deltas.deltas
            assert clear.action == BookAction.CLEAR
            market = venue.exchange.markets["linear", "BTCUSDT"]
            tick = market.instrument.tick
            expected = [price * tick for side in ("Buy", "Sell") for price in market.book.side(side).top(5)]
            assert [each.order.price.as_decimal() for each in levels] == expected

    asyncio.run(run())
