"""Status and close of instruments, and option chains, through a TradingNode."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from nautilus_trader.core import nautilus_pyo3
from nautilus_trader.model.data import InstrumentClose, InstrumentStatus
from nautilus_trader.model.enums import InstrumentCloseType, MarketStatusAction
from nautilus_trader.model.identifiers import InstrumentId
from trading import until
from watching import CLIENT_ID, Watcher, watching

from nautilus_bybit_adapter.errors import BybitTimeoutError, Outcome
from nautilus_bybit_adapter.sim import SimConfig, SimVenue

SPOT, INVERSE = map(InstrumentId.from_str, ("BTCUSDT-SPOT.BYBIT", "BTCUSD-INVERSE.BYBIT"))
LINEAR, FUTURE = map(InstrumentId.from_str, ("BTCUSDT-LINEAR.BYBIT", "BTCUSDT-4DEC26-LINEAR.BYBIT"))
CALL, PUT = (InstrumentId.from_str(f"BTC-4DEC26-86000-{kind}-USDT-OPTION.BYBIT") for kind in ("C", "P"))


def on_venue(scenario: Callable[[SimVenue, Watcher], Awaitable[None]], *instrument_ids: InstrumentId) -> None:
    async def run() -> None:
        async with (
            SimVenue(SimConfig(market="quiet")) as venue,
            watching(venue, *instrument_ids, instrument_status_poll_secs=1) as watcher,
        ):
            await scenario(venue, watcher)

    asyncio.run(run())


def relist(venue: SimVenue, symbol: str, status: str, delivery_ms: int) -> None:
    market = venue.exchange.markets["linear", symbol]
    market.instrument = dataclasses.replace(market.instrument, delivery_ms=delivery_ms)
    market.status = status


def test_a_perpetual_that_will_be_delisted_closes_once() -> None:
    async def scenario(venue: SimVenue, watcher: Watcher) -> None:
        watcher.subscribe_instrument_status(LINEAR)
        await watcher.until(lambda: watcher.of(InstrumentStatus), "the present status")
        relist(venue, "BTCUSDT", "Trading", 1_893_456_000_000)
        await watcher.until(lambda: len(watcher.of(InstrumentStatus)) == 2, "the coming delisting")
        relist(venue, "BTCUSDT", "Closed", 1_893_456_000_000)
        await watcher.until(lambda: len(watcher.of(InstrumentStatus)) == 3, "the delisting")
        assert [each.action for each in watcher.of(InstrumentStatus)] == [
            MarketStatusAction.TRADING,
            MarketStatusAction.PRE_CLOSE,
            MarketStatusAction.NOT_AVAILABLE_FOR_TRADING,
        ]

    on_venue(scenario, LINEAR)


@pytest.mark.parametrize("broken", ["spot", "inverse"])
def test_a_category_that_cannot_be_read_costs_only_itself(broken: str) -> None:
    async def scenario(venue: SimVenue, watcher: Watcher) -> None:
        for instrument_id in (SPOT, INVERSE, LINEAR):
            watcher.subscribe_instrument_status(instrument_id)
        await watcher.until(lambda: len(watcher.of(InstrumentStatus)) == 3, "the present statuses")
        assert watcher.node is not None
        client = watcher.node.kernel.data_engine._clients[CLIENT_ID]
        read, refused = client._http.read, list[str]()

        async def read_unless_broken(path: str, parameters: Any, **options: Any) -> Any:
            if parameters.get("category") == broken:
                refused.append(path)
                raise BybitTimeoutError("It does not answer.", Outcome.NOT_SENT)
            return await read(path, parameters, **options)

        client._http.read = read_unless_broken
        await until(lambda: refused, "a look at what cannot be read")
        relist(venue, "BTCUSDT", "Closed", 1_893_456_000_000)
        await watcher.until(lambda: len(watcher.of(InstrumentStatus)) == 4, "the delisting")

    on_venue(scenario, LINEAR, SPOT, INVERSE)


def test_a_future_closes_at_the_price_it_is_delivered_at() -> None:
    async def scenario(venue: SimVenue, watcher: Watcher) -> None:
        watcher.subscribe_instrument_close(FUTURE)
        watcher.subscribe_instrument_status(FUTURE)
        await watcher.until(lambda: watcher.of(InstrumentStatus), "the present status")
        venue.exchange.deliver("BTCUSDT-4DEC26")
        await watcher.until(lambda: watcher.of(InstrumentClose), "the close")
        (close,) = watcher.of(InstrumentClose)
        assert (close.instrument_id, close.close_type) == (FUTURE, InstrumentCloseType.CONTRACT_EXPIRED)
        assert close.close_price.as_decimal() == venue.exchange.delivered["linear", "BTCUSDT-4DEC26"].price
        assert watcher.of(InstrumentStatus)[-1].action == MarketStatusAction.CLOSE

    on_venue(scenario, FUTURE)


def test_an_option_chain_has_quotes_and_greeks_of_every_strike() -> None:
    async def scenario(venue: SimVenue, watcher: Watcher) -> None:
        del venue
        option = watcher.cache.instrument(CALL)
        series = nautilus_pyo3.OptionSeriesId(
            venue="BYBIT",
            underlying=str(option.underlying),
            settlement_currency="USDT",
            expiration_ns=option.expiration_ns,
        )
        watcher.subscribe_option_chain(
            series,
            strike_range=nautilus_pyo3.StrikeRange.atm_relative(1, 1),
            snapshot_interval_ms=200,
            client_id=CLIENT_ID,
        )

        def slices() -> list[object]:
            return [each for each in watcher.seen if type(each).__name__ == "OptionChainSlice"]

        await until(slices, "a slice of the chain")

    on_venue(scenario, CALL, PUT)
