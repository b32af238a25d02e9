"""The instrument provider on a venue whose catalogue the test writes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from bybit_rows import INVERSE_ROW, LINEAR_ROW, OPTION_ROW, SPOT_ROW
from catalogue_venue import CatalogueVenue, catalogue_venue, plain
from nautilus_trader.common.component import LiveClock
from nautilus_trader.core import nautilus_pyo3
from nautilus_trader.model.identifiers import InstrumentId
from nautilus_trader.model.objects import Currency, Price
from trading import until

from nautilus_bybit_adapter.errors import BybitApiError, BybitConfigError, BybitDecodeError, BybitError
from nautilus_bybit_adapter.nt1 import listing
from nautilus_bybit_adapter.nt1.data.catalogue_refresh import CatalogueRefresh
from nautilus_bybit_adapter.nt1.mapping.instruments import is_tradable
from nautilus_bybit_adapter.nt1.providers import BybitInstrumentProvider, InstrumentChanges
from nautilus_bybit_adapter.sim import SimConfig, SimVenue
from nautilus_bybit_adapter.state.limiter import NO_LIMITS
from nautilus_bybit_adapter.transport import BybitHTTPClient
from nautilus_bybit_adapter.transport.gate import RateGate
from nautilus_bybit_adapter.wire import Credentials
from nautilus_bybit_adapter.wire.enums import BybitEnvironment, BybitProductType

ALL = tuple(BybitProductType)
ETH_OPTION = msgspec.structs.replace(
    OPTION_ROW, symbol="ETH-27MAR26-2800-C", base_coin="ETH", options_type="Call", settle_coin="USDC"
)
LINEAR_ID = InstrumentId.from_str("BTCUSDT-LINEAR.BYBIT")
INSTRUMENTS, FEES = "/v5/market/instruments-info", "/v5/account/fee-rate"
COINS = "/v5/asset/coin/query-info"

Case = Callable[[CatalogueVenue, BybitInstrumentProvider], Awaitable[None]]


def catalogue() -> dict[str, list[Any]]:
    return {
        "spot": [SPOT_ROW],
        "linear": [LINEAR_ROW],
        "inverse": [INVERSE_ROW],
        "option": [OPTION_ROW, ETH_OPTION],
    }


@asynccontextmanager
async def loading(
    categories: tuple[BybitProductType, ...] = ALL,
    *,
    key: bool = True,
    environment: BybitEnvironment = BybitEnvironment.TESTNET,
) -> AsyncIterator[tuple[CatalogueVenue, BybitInstrumentProvider]]:
    async with catalogue_venue() as venue:
        venue.rows = catalogue()
        credentials = Credentials("a-key-of-mine", "a-secret-of-mine") if key else None
        client = BybitHTTPClient(
            environment=environment,
            credentials=credentials,
            base_url=venue.url,
            max_retries=0,
            gate=RateGate(NO_LIMITS),
        )
        await client.open()
        try:
            yield venue, BybitInstrumentProvider(client, categories, LiveClock())
        finally:
            await client.close()


def run(case: Case, **options: Any) -> None:
    async def main() -> None:
        async with loading(**options) as (venue, provider):
            await case(venue, provider)

    asyncio.run(main())


def loaded(provider: BybitInstrumentProvider) -> set[str]:
    return {instrument.id.symbol.value for instrument in provider.list_all()}


def found(provider: BybitInstrumentProvider, instrument_id: InstrumentId) -> Any:
    instrument = provider.find(instrument_id)
    assert instrument is not None
    return instrument


EVERY_ID = {
    "BTCUSDT-SPOT",
    "BTCUSDT-LINEAR",
    "BTCUSD-INVERSE",
    "BTC-27MAR26-70000-P-USDT-OPTION",
    "ETH-27MAR26-2800-C-OPTION",
}


def test_all_four_categories_load_and_options_of_every_coin() -> None:
    async def case(_venue: CatalogueVenue, provider: BybitInstrumentProvider) -> None:
        await provider.load_all_async()
        assert loaded(provider) == EVERY_ID

    run(case)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        # The venue answers linear and inverse together when it is asked for a base coin.
        ({"base_coin": "BTC"}, EVERY_ID - {"ETH-27MAR26-2800-C-OPTION"}),
        ({"base_coin": "ETH"}, {"ETH-27MAR26-2800-C-OPTION"}),
        ({"option_base_coin": "ETH", "settle_coin": "USDC"}, {"BTCUSDT-SPOT", "ETH-27MAR26-2800-C-OPTION"}),
        ({"settle_coin": "BTC"}, {"BTCUSDT-SPOT", "BTCUSD-INVERSE"}),
    ],
)
def test_filters(filters: dict[str, Any], expected: set[str]) -> None:
    async def case(_venue: CatalogueVenue, provider: BybitInstrumentProvider) -> None:
        await provider.load_all_async(filters)
        assert loaded(provider) == expected

    run(case)


def test_a_filter_that_is_wrong_asks_nothing() -> None:
    async def case(venue: CatalogueVenue, provider: BybitInstrumentProvider) -> None:
        with pytest.raises(BybitConfigError, match="colour"):
            await provider.load_all_async({"colour": "red"})
        assert venue.asked(INSTRUMENTS) == []

    run(case)


@pytest.mark.parametrize("category", ["spot", "linear", "inverse", "option"])
@pytest.mark.parametrize("status", ["PreLaunch", "Delivering", "Closed"])
def test_what_does_not_trade_loads_by_filter_or_by_id_only(category: str, status: str) -> None:
    async def case(venue: CatalogueVenue, provider: BybitInstrumentProvider) -> None:
        row = msgspec.structs.replace(catalogue()[category][0], status=status)
        venue.rows = {category: [row]}
        await provider.load_all_async()
        assert provider.count == 0
        instrument_id = InstrumentId.from_str(f"{row.symbol}-{category.upper()}.BYBIT")
        await provider.load_async(instrument_id)
        instrument = found(provider, instrument_id)
        assert instrument.info["status"] == status
        assert not is_tradable(instrument)
        other = BybitInstrumentProvider(provider._listing._client, ALL, LiveClock())
        await other.load_all_async({"status": ["Trading", status]})
        assert loaded(other) == {instrument_id.symbol.value}

    run(case)


def odd(row: Any, **changes: Any) -> dict[str, Any]:
    return plain(row) | changes


def test_an_odd_row_costs_that_row_and_is_counted() -> None:
    async def case(venue: CatalogueVenue, provider: BybitInstrumentProvider) -> None:
        venue.rows = {
            "linear": [
                odd(LINEAR_ROW, symbol="AUSDT", priceFilter={"tickSize": "0"}),
                odd(LINEAR_ROW, symbol="BUSDT", priceFilter="none"),
                odd(LINEAR_ROW, symbol="CUSDT", contractType="LinearMystery", fundingInterval=None),
                odd(LINEAR_ROW, symbol="DUSDT", baseCoin="\N{SNOWMAN}"),
                LINEAR_ROW,
            ]
        }
        await provider.load_all_async()
        assert loaded(provider) == {"CUSDT-LINEAR", "BTCUSDT-LINEAR"}
        assert (provider.rows_refused, provider.rows_degraded) == (2, 1)
        await provider.load_all_async()
        assert (provider.rows_refused, provider.rows_degraded) == (2, 1)

    run(case)


def test_the_accounts_fees_go_by_symbol_and_for_options_by_base_coin() -> None:
    async def case(venue: CatalogueVenue, provider: BybitInstrumentProvider) -> None:
        venue.fees = {"BTCUSDT": ("-0.00005", "0.0004"), "ETH": ("0.0001", "0.00025")}
        await provider.load_all_async()
        fees = {
            each.id.symbol.value: (str(each.maker_fee), str(each.taker_fee)) for each in provider.list_all()
        }
        assert fees == {
            "BTCUSDT-SPOT": ("-0.00005", "0.0004"),
            "BTCUSDT-LINEAR": ("-0.00005", "0.0004"),
            "BTCUSD-INVERSE": ("0.0002", "0.00055"),
            "BTC-27MAR26-70000-P-USDT-OPTION": ("0.0002", "0.0003"),
            "ETH-27MAR26-2800-C-OPTION": ("0.0001", "0.00025"),
        }

    run(case)


@pytest.mark.parametrize("code", [10001, 10003, 33004])
def test_without_fee_rates_the_default_ones_are_shown(code: int) -> None:
    async def case(venue: CatalogueVenue, provider: BybitInstrumentProvider) -> None:
        venue.refusals[FEES] = (code, "no")
        await provider.load_all_async()
        assert found(provider, LINEAR_ID).taker_fee == Decimal("0.00055")

    run(case)


def test_without_a_key_no_fee_is_asked_for() -> None:
    async def case(venue: CatalogueVenue, provider: BybitInstrumentProvider) -> None:
        await provider.load_all_async()
        assert found(provider, LINEAR_ID).maker_fee == Decimal("0.0002")
        assert venue.asked(FEES) == venue.asked(COINS) == []

    run(case, key=False)


@pytest.mark.parametrize("refusal", [404, 10001])
def test_where_the_venue_does_not_say_which_coins_have_options_the_usual_ones_are_asked(refusal: int) -> None:
    async def case(venue: CatalogueVenue, provider: BybitInstrumentProvider) -> None:
        path = "/v5/market/option-base-coins"
        if refusal == 404:
            venue.statuses[path] = refusal
        else:
            venue.refusals[path] = (refusal, "no")
        await provider.load_all_async()
        assert len(loaded(provider)) == 2
        asked = {query.partition("baseCoin=")[2].partition("&")[0] for query in venue.asked(INSTRUMENTS)}
        assert asked >= {"BTC", "ETH", "SOL"}

    run(case, categories=(BybitProductType.OPTION,))


def test_a_load_that_fails_changes_nothing() -> None:
    async def case(venue: CatalogueVenue, provider: BybitInstrumentProvider) -> None:
        venue.refusals["/v5/market/option-base-coins"] = (10016, "busy")
        with pytest.raises(BybitApiError):
            await provider.load_all_async()
        assert provider.count == 0
        del venue.refusals["/v5/market/option-base-coins"]
        await provider.load_all_async()
        venue.rows["linear"] = []
        venue.statuses[INSTRUMENTS] = 502
        with pytest.raises(BybitError):
            await provider.reload()
        assert loaded(provider) == EVERY_ID

    run(case)


def test_a_coin_is_registered_with_its_precision_and_a_known_one_is_left_alone() -> None:
    async def case(venue: CatalogueVenue, provider: BybitInstrumentProvider) -> None:
        lot = msgspec.structs.replace(
            SPOT_ROW.lot_size_filter, base_precision="0.0000000001", quote_precision="0.000000000001"
        )
        venue.rows = {
            "spot": [
                msgspec.structs.replace(SPOT_ROW, symbol="QQUSDT", base_coin="QQNEW", lot_size_filter=lot)
            ],
            "linear": [msgspec.structs.replace(LINEAR_ROW, symbol="QRUSDT", base_coin="QRNEW")],
        }
        await provider.load_all_async()
        assert Currency.from_str("QQNEW", strict=True).precision == 10
        assert nautilus_pyo3.Currency.from_str("QQNEW").precision == 10
        assert Currency.from_str("QRNEW", strict=True).precision == 8
        assert Currency.from_str("USDT").precision == 8
        assert set(provider.currencies()) == {"QQNEW", "QRNEW"}
        assert found(provider, InstrumentId.from_str("QQUSDT-SPOT.BYBIT")).base_currency.precision == 10

    run(case, categories=(BybitProductType.SPOT, BybitProductType.LINEAR))


def test_a_new_coin_has_the_decimals_the_venue_says_it_moves_in() -> None:
    async def case(venue: CatalogueVenue, provider: BybitInstrumentProvider) -> None:
        venue.coins = {"QSNEW": ["6", "9"], "USDT": ["12"], "QTNEW": ["4"]}
        venue.rows = {
            "linear": [
                msgspec.structs.replace(LINEAR_ROW, symbol="QSUSDT", base_coin="QSNEW"),
                msgspec.structs.replace(LINEAR_ROW, symbol="QTUSDT", base_coin="QTNEW"),
            ]
        }
        await provider.load_all_async()
        assert Currency.from_str("QSNEW", strict=True).precision == 9
        assert nautilus_pyo3.Currency.from_str("QSNEW").precision == 9
        assert Currency.from_str("QTNEW", strict=True).precision == 8
        assert Currency.from_str("USDT").precision == 8
        await provider.load_ids_async([InstrumentId.from_str("QSUSDT-LINEAR.BYBIT")])
        await provider.reload()
        assert len(venue.asked(COINS)) == 1

    run(case, categories=(BybitProductType.LINEAR,))


def test_the_demo_environment_is_not_asked_how_coins_move() -> None:
    async def case(venue: CatalogueVenue, provider: BybitInstrumentProvider) -> None:
        await provider.load_all_async()
        assert loaded(provider)
        assert venue.asked(COINS) == []

    run(case, environment=BybitEnvironment.DEMO)


@pytest.mark.parametrize("trouble", ["refused", "not found", "silent", "odd"])
def test_a_venue_that_does_not_say_how_coins_move_costs_their_decimals_only(
    trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    coin = f"QV{trouble[0].upper()}NEW"

    async def case(venue: CatalogueVenue, provider: BybitInstrumentProvider) -> None:
        if trouble == "refused":
            venue.refusals[COINS] = (10005, "Permission denied")
        elif trouble == "not found":
            venue.statuses[COINS] = 404
        elif trouble == "silent":
            monkeypatch.setattr(listing, "_COINS_WAIT_SECS", 0.2)
            venue.silent.add(COINS)
        else:
            venue.coins = {coin: ["x"]}
        row = msgspec.structs.replace(LINEAR_ROW, symbol="QUUSDT", base_coin=coin)
        venue.rows = {"linear": [row]}
        await provider.load_all_async()
        await provider.load_all_async()
        assert loaded(provider) == {"QUUSDT-LINEAR"}
        assert Currency.from_str(coin, strict=True).precision == 8
        assert len(venue.asked(COINS)) == 1

    run(case, categories=(BybitProductType.LINEAR,))


def test_ids_load_alone_and_one_that_is_not_listed_is_named() -> None:
    async def case(venue: CatalogueVenue, provider: BybitInstrumentProvider) -> None:
        ids = [InstrumentId.from_str(f"{name}.BYBIT") for name in sorted(EVERY_ID)]
        await provider.load_ids_async(ids)
        assert loaded(provider) == EVERY_ID
        with pytest.raises(BybitConfigError, match="Bybit lists no LINEAR symbol 'NOUSDT'"):
            await provider.load_ids_async([InstrumentId.from_str("NOUSDT-LINEAR.BYBIT")])
        with pytest.raises(BybitConfigError, match="this provider loads BYBIT"):
            await provider.load_ids_async([InstrumentId.from_str("BTCUSDT-LINEAR.BINANCE")])
        venue.rows["linear"] = [
            odd(LINEAR_ROW, symbol="ODD", lotSizeFilter={"qtyStep": "0", "minOrderQty": "1"})
        ]
        for _ in range(2):
            with pytest.raises(BybitDecodeError, match=r"ODD-LINEAR\.BYBIT: .*qtyStep '0' is not above 0"):
                await provider.load_ids_async([InstrumentId.from_str("ODD-LINEAR.BYBIT")])

    run(case)


def test_an_id_of_a_category_that_is_not_configured_is_refused() -> None:
    async def case(_venue: CatalogueVenue, provider: BybitInstrumentProvider) -> None:
        with pytest.raises(BybitConfigError, match="of category LINEAR, and product_types are SPOT"):
            await provider.load_async(LINEAR_ID)

    run(case, categories=(BybitProductType.SPOT,))


def test_many_ids_of_a_category_cost_its_list_and_the_few_that_are_not_on_it() -> None:
    async def case(venue: CatalogueVenue, provider: BybitInstrumentProvider) -> None:
        rows = [
            msgspec.structs.replace(
                LINEAR_ROW, symbol=f"C{n:02}USDT", status="PreLaunch" if n == 7 else "Trading"
            )
            for n in range(20)
        ]
        venue.rows = {"linear": [*rows]}
        await provider.load_ids_async(
            [InstrumentId.from_str(f"{row.symbol}-LINEAR.BYBIT") for row in rows[:15]]
        )
        assert loaded(provider) == {f"C{n:02}USDT-LINEAR" for n in range(15)}
        single = [query for query in venue.asked(INSTRUMENTS) if "symbol=" in query]
        assert {"C07USDT" in query for query in single} == {True}

    run(case)


def test_a_reload_tells_what_is_new_what_differs_and_what_is_gone() -> None:
    async def case(venue: CatalogueVenue, provider: BybitInstrumentProvider) -> None:
        await provider.load_all_async()
        await provider.load_async(LINEAR_ID)
        before = provider.find(LINEAR_ID)
        assert await provider.reload() == InstrumentChanges()
        assert provider.find(LINEAR_ID) is before
        finer = msgspec.structs.replace(LINEAR_ROW.price_filter, tick_size="0.01")
        venue.rows["linear"] = [
            msgspec.structs.replace(LINEAR_ROW, price_filter=finer),
            msgspec.structs.replace(LINEAR_ROW, symbol="NEWUSDT"),
        ]
        venue.rows["inverse"] = []
        changes = await provider.reload()
        assert changes
        assert [each.value for each in changes.added] == ["NEWUSDT-LINEAR.BYBIT"]
        assert changes.changed == (LINEAR_ID,)
        assert [each.value for each in changes.removed] == ["BTCUSD-INVERSE.BYBIT"]
        assert found(provider, LINEAR_ID).price_increment == Price.from_str("0.01")
        # A late execution still finds its instrument.
        assert provider.find(changes.removed[0]) is not None
        assert not await provider.reload()
        venue.rows["inverse"] = [INVERSE_ROW]
        assert [each.value for each in (await provider.reload()).added] == ["BTCUSD-INVERSE.BYBIT"]
        venue.fees = {"BTCUSDT": ("0.0001", "0.0005")}
        assert len((await provider.reload()).changed) == 2

    run(case)


def test_a_reload_asks_for_single_ids_and_follows_their_status() -> None:
    async def case(venue: CatalogueVenue, provider: BybitInstrumentProvider) -> None:
        await provider.load_async(LINEAR_ID)
        venue.rows["linear"] = [msgspec.structs.replace(LINEAR_ROW, status="Closed")]
        changes = await provider.reload()
        assert changes == InstrumentChanges(changed=(LINEAR_ID,))
        assert found(provider, LINEAR_ID).info["status"] == "Closed"
        venue.rows["linear"] = []
        assert (await provider.reload()).removed == (LINEAR_ID,)

    run(case)


class Log:
    """Keeps what is said."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def info(self, message: str) -> None:
        self.said.append(message)

    warning = info


def test_a_refresh_publishes_what_is_new_or_differs() -> None:
    async def case(venue: CatalogueVenue, provider: BybitInstrumentProvider) -> None:
        await provider.load_all_async()
        published: list[Any] = []
        log = Log()
        refresh = CatalogueRefresh(provider, 60, published.append, log)
        assert not await refresh.refresh()
        assert (published, log.said) == ([], [])
        venue.rows["linear"] = [
            msgspec.structs.replace(LINEAR_ROW, funding_interval=60),
            *(msgspec.structs.replace(LINEAR_ROW, symbol=f"N{n}USDT") for n in range(7)),
        ]
        venue.rows["inverse"] = []
        await refresh.refresh()
        assert {each.id.symbol.value for each in published} == {
            "BTCUSDT-LINEAR",
            *(f"N{n}USDT-LINEAR" for n in range(7)),
        }
        (said,) = log.said
        assert said.startswith("Instruments: 7 new (N0USDT-LINEAR.BYBIT, ")
        assert "..." in said
        assert "1 changed (BTCUSDT-LINEAR.BYBIT); 1 no longer listed (BTCUSD-INVERSE.BYBIT)" in said

    run(case)


def test_refreshes_repeat_and_outlive_a_failure() -> None:
    async def case(venue: CatalogueVenue, provider: BybitInstrumentProvider) -> None:
        await provider.load_all_async()
        published: list[Any] = []
        log = Log()
        venue.refusals[INSTRUMENTS] = (10001, "no")
        refresh = CatalogueRefresh(provider, 0.0001, published.append, log)
        refresh.start()
        refresh.start()
        await until(lambda: log.said, "the failure")
        assert "could not be read again, and stay as they were: " in log.said[0]
        venue.rows["linear"] = [msgspec.structs.replace(LINEAR_ROW, funding_interval=60)]
        venue.refusals.clear()
        await until(lambda: published, "the instrument that differs")
        await refresh.stop()
        await refresh.stop()
        CatalogueRefresh(provider, None, published.append, log).start()

    run(case)


def test_the_local_venues_catalogue_loads_whole() -> None:
    async def main() -> None:
        async with SimVenue(SimConfig(market="quiet", catalogue=300)) as venue:
            client = BybitHTTPClient(
                credentials=Credentials(venue.api_key, venue.api_secret),
                base_url=venue.urls.rest,
                gate=RateGate(NO_LIMITS),
            )
            await client.open()
            try:
                provider = BybitInstrumentProvider(client, ALL, LiveClock())
                await provider.load_all_async()
            finally:
                await client.close()
            listed = [m.instrument for m in venue.exchange.markets.values() if m.status == "Trading"]
            assert loaded(provider) == {f"{it.symbol}-{it.category.upper()}" for it in listed}
            assert provider.count == len(listed) > 290
            assert (provider.rows_refused, provider.rows_degraded) == (0, 0)

    asyncio.run(main())
