"""Margins of contracts from the venue's risk tiers."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest
from bybit_rows import INVERSE_ROW, LINEAR_ROW
from catalogue_venue import CatalogueVenue, catalogue_venue, plain
from nautilus_trader.common.component import LiveClock
from nautilus_trader.model.identifiers import InstrumentId

from nautilus_bybit_adapter.errors import BybitApiError
from nautilus_bybit_adapter.nt1.providers import BybitInstrumentProvider
from nautilus_bybit_adapter.sim import SimConfig, SimVenue
from nautilus_bybit_adapter.state.limiter import NO_LIMITS
from nautilus_bybit_adapter.transport import BybitHTTPClient
from nautilus_bybit_adapter.transport.gate import RateGate
from nautilus_bybit_adapter.wire.enums import BybitProductType

TIERS = "/v5/market/risk-limit"
LINEAR_ID, INVERSE_ID, ETH_ID = (
    InstrumentId.from_str(f"{name}.BYBIT") for name in ("BTCUSDT-LINEAR", "BTCUSD-INVERSE", "ETHUSDT-LINEAR")
)
ETH_ROW = plain(LINEAR_ROW) | {"symbol": "ETHUSDT", "baseCoin": "ETH"}
CONTRACTS = (BybitProductType.LINEAR, BybitProductType.INVERSE)


def tier(
    symbol: str, initial: str, maintenance: str, number: int = 1, leverage: str = "150"
) -> dict[str, Any]:
    return {
        "id": number,
        "symbol": symbol,
        "riskLimitValue": "1000000",
        "maintenanceMargin": maintenance,
        "initialMargin": initial,
        "isLowestRisk": int(number == 1),
        "maxLeverage": leverage,
        "mmDeduction": "",
    }


def provider_of(client: BybitHTTPClient, *, with_tiers: bool = True) -> BybitInstrumentProvider:
    return BybitInstrumentProvider(client, CONTRACTS, LiveClock(), with_tiers=with_tiers)


def margins(provider: BybitInstrumentProvider, instrument_id: InstrumentId) -> tuple[Decimal, Decimal]:
    instrument = provider.find(instrument_id)
    assert instrument is not None
    return instrument.margin_init, instrument.margin_maint


def run(case: Any) -> None:
    async def main() -> None:
        async with catalogue_venue() as venue:
            venue.rows = {"linear": [LINEAR_ROW, ETH_ROW], "inverse": [INVERSE_ROW]}
            client = BybitHTTPClient(base_url=venue.url, max_retries=0, gate=RateGate(NO_LIMITS))
            await client.open()
            try:
                await case(venue, client)
            finally:
                await client.close()

    asyncio.run(main())


def test_tiers_are_read_where_they_are_asked_for_only() -> None:
    async def case(venue: CatalogueVenue, client: BybitHTTPClient) -> None:
        venue.tiers = {
            "linear": [tier("BTCUSDT", "0.0067", "0.0031"), tier("BTCUSDT", "0.01", "0.005", 2, "100")],
            "inverse": [tier("BTCUSD", "1", "0.5", leverage="100")],
        }
        plainly, by_tiers = provider_of(client, with_tiers=False), provider_of(client)
        await plainly.load_all_async()
        assert not venue.asked(TIERS)
        await by_tiers.load_all_async()
        assert len(venue.asked(TIERS)) == 2
        assert margins(by_tiers, LINEAR_ID) == (Decimal("0.0067"), Decimal("0.0031"))
        assert margins(by_tiers, INVERSE_ID) == (Decimal("0.01"), Decimal("0.005"))
        # A symbol without tiers has the margins of its highest leverage, as all have without.
        assert (
            margins(by_tiers, ETH_ID) == margins(plainly, ETH_ID) == (1 / Decimal(150), 1 / Decimal(150) / 2)
        )

    run(case)


def test_a_tier_that_changes_changes_its_instrument() -> None:
    async def case(venue: CatalogueVenue, client: BybitHTTPClient) -> None:
        venue.tiers = {"linear": [tier("BTCUSDT", "0.0067", "0.0031"), tier("ETHUSDT", "0.0067", "0.0031")]}
        provider = provider_of(client)
        await provider.load_ids_async([LINEAR_ID, ETH_ID])
        assert sorted(venue.asked(TIERS)) == [
            "category=linear&symbol=BTCUSDT",
            "category=linear&symbol=ETHUSDT",
        ]
        assert not await provider.reload()
        venue.tiers["linear"][0] = tier("BTCUSDT", "0.0067", "0.0033")
        changes = await provider.reload()
        assert (changes.added, changes.changed, changes.removed) == ((), (LINEAR_ID,), ())
        assert margins(provider, LINEAR_ID) == (Decimal("0.0067"), Decimal("0.0033"))

    run(case)


def test_an_odd_tier_costs_nothing_but_itself() -> None:
    async def case(venue: CatalogueVenue, client: BybitHTTPClient) -> None:
        venue.tiers = {"linear": [tier("BTCUSDT", "0.5", "0.0031"), tier("ETHUSDT", "0.0067", "0.0031")]}
        provider = provider_of(client)
        await provider.load_all_async()
        assert margins(provider, LINEAR_ID) == (1 / Decimal(150), 1 / Decimal(150) / 2)
        assert margins(provider, ETH_ID) == (Decimal("0.0067"), Decimal("0.0031"))

    run(case)


def test_a_load_that_cannot_read_the_tiers_takes_nothing() -> None:
    async def case(venue: CatalogueVenue, client: BybitHTTPClient) -> None:
        venue.refusals = {TIERS: (10016, "server error")}
        provider = provider_of(client)
        with pytest.raises(BybitApiError):
            await provider.load_all_async()
        assert not provider.list_all()

    run(case)


def test_every_contract_of_the_local_venue_has_the_margins_of_its_lowest_tier() -> None:
    async def main() -> None:
        async with SimVenue(SimConfig(market="quiet")) as venue:
            client = BybitHTTPClient(base_url=venue.urls.rest, gate=RateGate(NO_LIMITS))
            await client.open()
            provider = provider_of(client)
            await provider.load_all_async()
            tiers = {
                (category, row.symbol): row
                for category in CONTRACTS
                for row in await client.get_risk_limits(category.value)
                if row.is_lowest_risk
            }
            assert provider.list_all()
            for instrument in provider.list_all():
                symbol, _, name = instrument.id.symbol.value.rpartition("-")
                row = tiers[BybitProductType[name], symbol]
                found = (instrument.margin_init, instrument.margin_maint)
                assert found == (Decimal(row.initial_margin), Decimal(row.maintenance_margin))
            await client.close()

    asyncio.run(main())
