"""Market data: what each method of the REST client is asked for, and which methods that are."""

from __future__ import annotations

from typing import Any

import pytest
from rest_order_cases import market_order

from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.transport import BybitHTTPClient
from nautilus_bybit_adapter.wire import (
    BybitInstrumentLinear,
    BybitInstrumentOption,
    BybitInstrumentSpot,
)

type Client = BybitHTTPClient


async def _listed(client: Client) -> list[Any]:
    """Return what is listed: what trades, and what will."""
    launching = await client.get_instruments("linear", status="PreLaunch")
    return [*await client.get_instruments("linear"), *launching]


async def instruments(client: Client) -> None:
    types = {
        "linear": BybitInstrumentLinear,
        "inverse": BybitInstrumentLinear,
        "spot": BybitInstrumentSpot,
        "option": BybitInstrumentOption,
    }
    for category, struct in types.items():
        rows = await client.get_instruments(category)
        assert rows
        assert all(isinstance(row, struct) for row in rows)
        assert len({row.symbol for row in rows}) == len(rows)
    assert [row.symbol for row in await client.get_instruments("spot", "BTCUSDT")] == ["BTCUSDT"]
    coins = await client.get_option_base_coins()
    assert "BTC" in coins
    for coin in coins:
        assert {row.base_coin for row in await client.get_instruments("option", base_coin=coin)} == {coin}
    with pytest.raises(BybitConfigError, match="category must be one of spot, linear, inverse, option"):
        await client.get_instruments("margin")


async def prices(client: Client) -> None:
    assert int((await client.get_server_time()).time_second) > 0
    for category, symbol in (("linear", "BTCUSDT"), ("inverse", "BTCUSD"), ("spot", "BTCUSDT")):
        (ticker,) = await client.get_tickers(category, symbol)
        assert float(ticker.bid1_price or 0) < float(ticker.ask1_price or 0)
        assert (ticker.funding_rate is None) == (category == "spot")
        book = await client.get_orderbook(category, symbol, 50)
        assert book.b[0][0] == ticker.bid1_price
        rpi = await client.get_rpi_orderbook(category, symbol, 5)
        assert len(rpi.b[0]) == 3
        assert rpi.b[0][0] == book.b[0][0]
    full = await client.get_full_orderbook("spot", "BTCUSDT")
    assert len(full.b) >= len((await client.get_orderbook("spot", "BTCUSDT", 50)).b)
    options = await client.get_tickers("option", base_coin="BTC")
    assert all(ticker.delta is not None for ticker in options)
    everything = await client.get_tickers("linear")
    assert len(everything) == len(await _listed(client))


async def trades(client: Client) -> None:
    for category, most, qty in (("linear", 1000, "0.001"), ("spot", 60, "100")):
        await client.place_order(market_order(category=category, qty=qty))
        rows = await client.get_recent_trades(category, "BTCUSDT")
        assert 0 < len(rows) <= most
        assert [int(row.time) for row in rows] == sorted((int(row.time) for row in rows), reverse=True)
        assert await client.get_recent_trades(category, "BTCUSDT", 1) == rows[:1]
    for row in await client.get_recent_trades("option", None, base_coin="BTC"):
        assert row.iv


async def risk(client: Client) -> None:
    tiers = await client.get_risk_limits("linear")
    symbols = {row.symbol for row in tiers}
    assert symbols == {row.symbol for row in await _listed(client)}
    assert next(row.id for row in await client.get_risk_limits("linear", "BTCUSDT")) == 1
    limit = await client.get_price_limit("linear", "BTCUSDT")
    assert float(limit.buy_limit) > float(limit.sell_limit)
    assert (await client.get_insurance("USDT")).pools
    assert (await client.get_adl_alert()).pools
    assert await client.get_delivery_prices("linear") == []
    assert await client.get_system_status() == []
    assert await client.get_option_deliveries("BTC") == []
    index = await client.get_index_components("BTCUSDT")
    assert sum(float(part.weight) for part in index.components) == pytest.approx(1)


MARKET_CASES = [
    (instruments, "get_instruments get_option_base_coins"),
    (prices, "get_server_time get_tickers get_orderbook get_rpi_orderbook get_full_orderbook"),
    (trades, "get_recent_trades"),
    (
        risk,
        """get_risk_limits get_price_limit get_insurance get_adl_alert get_delivery_prices get_system_status
        get_option_deliveries get_index_components""",
    ),
]
