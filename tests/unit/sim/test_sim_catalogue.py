"""The catalogue: what is shipped, what a file may hold, and catalogues of any size."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from nautilus_bybit_adapter.sim import ConfigError, SimConfig
from nautilus_bybit_adapter.sim.exchange.catalogue import DEFAULT_PATH, default_catalogue, read_catalogue
from nautilus_bybit_adapter.sim.exchange.catalogue_rows import CatalogueError
from nautilus_bybit_adapter.sim.exchange.exchange import Exchange, ExchangeConfig
from nautilus_bybit_adapter.sim.exchange.generated import generated_catalogue
from nautilus_bybit_adapter.sim.exchange.instruments import places
from nautilus_bybit_adapter.sim.server import market_api

NOW = 1_795_000_000_000
CONTRACT_FIELDS = [
    "symbol", "contractType", "status", "baseCoin", "quoteCoin", "launchTime", "deliveryTime", "deliveryFeeRate",
    "priceScale", "leverageFilter", "priceFilter", "lotSizeFilter", "unifiedMarginTrade", "fundingInterval",
    "settleCoin", "copyTrading", "upperFundingRate", "lowerFundingRate", "isPreListing", "preListingInfo",
    "riskParameters", "displayName", "symbolType", "forbidUplWithdrawal", "symbolId", "fullName", "marketRegion",
    "underlyingTicker", "tags",
]  # fmt: skip
OPTION_FIELDS = [
    "symbol", "symbolId", "optionsType", "status", "baseCoin", "quoteCoin", "settleCoin", "launchTime",
    "deliveryTime", "deliveryFeeRate", "priceFilter", "lotSizeFilter", "displayName",
]  # fmt: skip
SPOT_FIELDS = [
    "symbolId", "symbol", "baseCoin", "quoteCoin", "innovation", "status", "marginTrading", "stTag", "lotSizeFilter",
    "priceFilter", "riskParameters", "symbolType", "xstockMultiplier",
]  # fmt: skip
FIELDS = {"linear": CONTRACT_FIELDS, "inverse": CONTRACT_FIELDS, "option": OPTION_FIELDS, "spot": SPOT_FIELDS}
NOT_TEXT = {
    "unifiedMarginTrade": bool, "fundingInterval": int, "isPreListing": bool, "preListingInfo": type(None),
    "forbidUplWithdrawal": bool, "symbolId": int, "tags": list, "leverageFilter": dict, "priceFilter": dict,
    "lotSizeFilter": dict, "riskParameters": dict,
}  # fmt: skip


def test_the_shipped_catalogue_has_every_kind_of_contract() -> None:
    found = default_catalogue(NOW).instruments
    kinds = Counter((it.category, it.contract) for it in found)
    assert 38 <= len(found) <= 45
    assert kinds["linear", "LinearPerpetual"] == 17
    assert kinds["linear", "LinearFutures"] == 3
    assert kinds["inverse", "InversePerpetual"] == 3
    assert kinds["inverse", "InverseFutures"] == 1
    assert kinds["spot", ""] == 8
    assert kinds["option", "Call"] + kinds["option", "Put"] == 10
    assert {it.settle for it in found if it.category == "linear"} == {"USDT", "USDC"}
    assert all(it.delivery_ms > NOW + 2 * 86_400_000 for it in found if it.delivery_ms)
    assert [it.key for it in found][:2] == [("linear", "BTCUSDT"), ("linear", "ETHUSDT")]


def test_dated_contracts_are_named_by_their_delivery() -> None:
    symbols = {it.symbol for it in default_catalogue(NOW).instruments}
    assert {"BTCUSDT-27NOV26", "BTCUSDT-18DEC26", "ETHUSDT-4DEC26", "BTCUSDZ26"} <= symbols
    assert {"BTC-27NOV26-86000-C-USDT", "ETH-18DEC26-2475-P-USDT"} <= symbols


@pytest.mark.parametrize("count", [0, 600])
def test_every_item_has_the_fields_and_types_of_its_category(count: int) -> None:
    catalogue = generated_catalogue(count, NOW) if count else default_catalogue(NOW)
    for it in catalogue.instruments:
        item = it.wire()
        assert list(item) == FIELDS[it.category]
        for name, value in item.items():
            assert type(value) is NOT_TEXT.get(name, str), (it.symbol, name)
            if isinstance(value, dict):
                assert all(isinstance(inner, str) for inner in value.values())
        assert it.min_qty % it.lot == 0
        assert it.reference_price > 0
        assert it.value(10, 10) > 0 or it.is_inverse


def test_a_generated_catalogue_is_the_same_each_time_and_pages_by_a_thousand() -> None:
    first, second = (generated_catalogue(3000, NOW) for _ in range(2))
    assert first == second
    assert len({it.key for it in first.instruments}) == 3000
    assert {it.category for it in first.instruments} == {"spot", "linear", "inverse", "option"}
    assert first.instruments[:5] == default_catalogue(NOW).instruments[:5]
    exchange = Exchange(ExchangeConfig(instruments=first.instruments), lambda: NOW, lambda _event: None)
    seen: list[str] = []
    cursor, pages = "", 0
    while pages == 0 or cursor:
        page = market_api.instruments(exchange, {"category": "linear", "limit": "1000", "cursor": cursor})
        seen += [item["symbol"] for item in page["list"]]
        cursor, pages = page["nextPageCursor"], pages + 1
    assert pages == 2
    trading = [it for it in first.instruments if it.listing.status == "Trading"]
    assert seen == sorted(it.symbol for it in trading if it.category == "linear")


@pytest.mark.parametrize("count", [0, -1, 20_001])
def test_a_catalogue_of_an_impossible_size(count: int) -> None:
    with pytest.raises(ConfigError, match=f"from 1 to 20000 instruments, got {count}"):
        SimConfig(catalogue=count)


def entries() -> list[dict[str, Any]]:
    """The shipped BTCUSDT linear, spot, a dated future and an option, as the file has them."""
    items = json.loads(DEFAULT_PATH.read_bytes())["instruments"]
    wanted = (("linear", "BTCUSDT"), ("spot", "BTCUSDT"), ("linear", "BTCUSDT-{day}"))
    found = [next(item for item in items if (item["category"], item["symbol"]) == key) for key in wanted]
    return [*found, next(item for item in items if item["category"] == "option")]


def written(tmp_path: Path, content: Any) -> Path:
    path = tmp_path / "mine.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def changed(number: int, field: str, value: Any) -> list[dict[str, Any]]:
    found = entries()
    item = found[number]
    *way, last = field.split(".")
    for name in way:
        item = item[name]
    if value is ...:
        del item[last]
    else:
        item[last] = value
    return found


def test_a_file_of_bybits_own_items_is_served(tmp_path: Path) -> None:
    path = written(tmp_path, {"instruments": entries(), "collateral": {"BTC": "0.5"}})
    config = SimConfig(catalogue=path)
    assert [it.symbol for it in config.instruments][:2] == ["BTCUSDT", "BTCUSDT"]
    assert config.collateral == {"BTC": Decimal("0.5")}


def test_a_literal_delivery_time_is_kept(tmp_path: Path) -> None:
    item = changed(2, "deliveryTime", str(NOW + 10**9))[2]
    item["symbol"] = "BTCUSDT-FOO"
    del item["venue"]["expiry"]
    (it,) = read_catalogue(written(tmp_path, {"instruments": [item]}), NOW).instruments
    assert it.delivery_ms == NOW + 10**9
    item["deliveryTime"] = str(NOW - 1)
    with pytest.raises(CatalogueError, match=f"deliveryTime: '{NOW - 1}' is not allowed; allowed is a whole"):
        read_catalogue(written(tmp_path, {"instruments": [item]}), NOW)


@pytest.mark.parametrize(
    ("number", "field", "value", "text"),
    [
        (0, "category", "swap", "BTCUSDT, category: 'swap' is not allowed; allowed is one of spot, linear"),
        (0, "symbol", "btc usdt", "symbol: 'btc usdt' is not allowed; allowed is 2 to 40 capital letters"),
        (0, "symbol", ..., "entry 1, symbol: it is missing"),
        (0, "contractType", "InversePerpetual", "allowed is one of LinearPerpetual, LinearFutures"),
        (0, "status", "Open", "status: 'Open' is not allowed; allowed is one of PreLaunch, Trading"),
        (0, "settleCoin", "BTC", "settleCoin: 'BTC' is not allowed; allowed is USDT on linear"),
        (0, "priceFilter.tickSize", "0", "priceFilter.tickSize: '0' is not allowed; allowed is a decimal"),
        (0, "priceFilter.tickSize", 0.1, "priceFilter.tickSize: 0.1 is not allowed"),
        (0, "priceFilter.tickSize", "0.001", "priceScale: '2' is not allowed; allowed is enough decimals"),
        (0, "priceFilter.maxPrice", "1.05", "priceFilter.maxPrice: '1.05' is not allowed; .* multiple of 0.1"),
        (0, "priceFilter", "0.1", "priceFilter must be a JSON object"),
        (0, "lotSizeFilter.minOrderQty", "0.0015", "minOrderQty: '0.0015' .* a multiple of 0.001"),
        (0, "lotSizeFilter.maxOrderQty", "0.0005", "maxOrderQty: '0.0005' is not allowed; .* at least 0.001"),
        (0, "lotSizeFilter.qtyStep", ..., "lotSizeFilter.qtyStep: it is missing"),
        (0, "leverageFilter.maxLeverage", "0.5", "maxLeverage: '0.5' is not allowed; allowed is at least 1"),
        (0, "fundingInterval", 0, "fundingInterval: 0 is not allowed; allowed is a whole number from 1 to 1440"),
        (0, "fundingInterval", True, "fundingInterval: True is not allowed"),
        (0, "riskParameters.priceLimitRatioX", "1.5", "priceLimitRatioX: '1.5' .* at most 1"),
        (0, "deliveryTime", "5", "deliveryTime: '5' is not allowed; allowed is \"0\" on a perpetual"),
        (0, "venue.referencePrice", ..., "BTCUSDT, venue.referencePrice: it is missing"),
        (0, "venue.referencePrice", "0.01", "venue.referencePrice: '0.01' .* at least 0.1"),
        (0, "venue", ..., "venue: it is missing"),
        (1, "lotSizeFilter.minOrderAmt", "-5", "minOrderAmt: '-5' .* a decimal text of 0 or more"),
        (2, "venue.expiry", {"fridays": 0}, "venue.expiry.fridays: 0 .* a whole number from 1 to 200"),
        (2, "fundingInterval", 480, "fundingInterval: 480 .* a whole number from 0 to 0"),
        (3, "optionsType", "Straddle", "optionsType: 'Straddle' is not allowed; allowed is one of Call, Put"),
        (3, "venue.impliedVolatility", "9", "impliedVolatility: '9' .* at most 5"),
        (3, "venue.moneyness", "0.001", "moneyness: '0.001' .* one whose strike is above 0"),
    ],
)  # fmt: skip
def test_a_wrong_entry_is_named(tmp_path: Path, number: int, field: str, value: Any, text: str) -> None:
    path = written(tmp_path, {"instruments": changed(number, field, value)})
    with pytest.raises(CatalogueError, match=text) as refused:
        read_catalogue(path, NOW)
    assert str(refused.value).startswith(f"{path}, ")


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ([], 'a JSON object with a list "instruments" is needed'),
        ({"instruments": []}, '"instruments" is empty'),
        ({"instruments": [1]}, "entry 1: an entry must be a JSON object, got 1"),
        ({"instruments": entries()[:1] * 2}, "symbol: 'BTCUSDT' .* a symbol that linear does not have yet"),
        ({"instruments": entries(), "collateral": []}, "collateral must be an object"),
        (
            {"instruments": entries(), "collateral": {"BTC": "2"}},
            "BTC: '2' is not allowed; allowed is at most 1",
        ),
    ],
)
def test_a_wrong_file(tmp_path: Path, content: Any, text: str) -> None:
    with pytest.raises(CatalogueError, match=text):
        read_catalogue(written(tmp_path, content), NOW)


def test_an_absent_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.json: cannot be read: No such file"):
        SimConfig(catalogue=tmp_path / "none.json")


def test_steps_that_are_equal_have_the_same_decimals_whichever_came_first() -> None:
    assert [places(Decimal(step)) for step in ("1.0", "1", "1E+1", "0.10", "0.1", "0.001")] == [
        0,
        0,
        0,
        1,
        1,
        3,
    ]
