"""Catalogues as clients meet them: the adapter's own provider, and the command's options."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from nautilus_trader.common.component import LiveClock

from nautilus_bybit_adapter.nt1.providers import BybitInstrumentProvider
from nautilus_bybit_adapter.sim import SimConfig, SimVenue
from nautilus_bybit_adapter.transport import BybitHTTPClient
from nautilus_bybit_adapter.wire import Credentials
from nautilus_bybit_adapter.wire.enums import BybitProductType
from tests.integration.test_sim_command import failure, fetched, started


@pytest.mark.parametrize("count", [None, 3000])
def test_the_provider_loads_every_perpetual_and_spot_symbol(count: int | None) -> None:
    async def main() -> None:
        async with SimVenue(SimConfig(market="quiet", catalogue=count)) as venue:
            client = BybitHTTPClient(
                credentials=Credentials(venue.api_key, venue.api_secret),
                base_url=venue.urls.rest,
                timeout_secs=60.0,
            )
            await client.open()
            try:
                kinds = (BybitProductType.LINEAR, BybitProductType.SPOT)
                provider = BybitInstrumentProvider(client, kinds, LiveClock())
                await provider.load_all_async()
            finally:
                await client.close()
            markets = venue.exchange.markets.values()
            listed = [market.instrument for market in markets if market.status == "Trading"]
            wanted = {it.key for it in listed if it.is_spot or it.contract == "LinearPerpetual"}
            loaded = {str(i.id.symbol) for i in provider.list_all()}
            missing = {key for key in wanted if f"{key[1]}-{key[0].upper()}" not in loaded}
            assert not missing
            assert len(wanted) > (2000 if count else 20)

    asyncio.run(main())


def test_the_command_generates_a_catalogue() -> None:
    with started("--instruments", "500", "--market", "quiet") as (_, ready):
        symbols = ready["symbols"]
        assert isinstance(symbols, dict)
        assert sum(len(found) for found in symbols.values()) == 500
        answer = fetched(f"{ready['rest']}/v5/market/instruments-info?category=inverse&limit=1000")
    assert [item["symbol"] for item in answer["result"]["list"]] == sorted(symbols["inverse"])


def test_the_command_serves_a_file(tmp_path: Path) -> None:
    shipped = json.loads((Path(__file__).parents[2] / SHIPPED).read_bytes())
    path = tmp_path / "mine.json"
    path.write_text(json.dumps({"instruments": shipped["instruments"][:1]}))
    with started("--instruments", str(path)) as (_, ready):
        symbols = ready["symbols"]
    assert isinstance(symbols, dict)
    assert {name: found for name, found in symbols.items() if found} == {"linear": ["BTCUSDT"]}
    shipped["instruments"][0]["lotSizeFilter"]["qtyStep"] = "1e-3"
    path.write_text(json.dumps(shipped))
    said = failure("--instruments", str(path))
    assert f"{path}, BTCUSDT, lotSizeFilter.qtyStep: '1e-3' is not allowed" in said


SHIPPED = "nautilus_bybit_adapter/sim/catalogue/default.json"


def test_the_command_names_an_unknown_catalogue(tmp_path: Path) -> None:
    assert "none.json: cannot be read" in failure("--instruments", str(tmp_path / "none.json"))
    assert "from 1 to 20000 instruments, got 0" in failure("--instruments", "0")
