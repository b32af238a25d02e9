"""Series of market data over more than one page and more than a week, from the local venue."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from rest_clients import ask, reads_of
from venue_thread import VenueThread

from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.transport import BybitHTTPClient
from nautilus_bybit_adapter.wire import KlineInterval, KlinePrice, StatisticsPeriod

HOUR_MS = 3600 * 1000
DAY_MS = 24 * HOUR_MS
END_MS = 1_790_000_000_000 // DAY_MS * DAY_MS
# Perpetuals of the shipped catalogue settle funding three times a day.
FUNDING_MS = 8 * HOUR_MS


@pytest.fixture(scope="module")
def venue() -> Iterator[VenueThread]:
    with VenueThread() as running:
        yield running


def moments(start_ms: int, end_ms: int, step_ms: int) -> list[int]:
    """Every multiple of the step between two moments, both included."""
    return list(range(-(-start_ms // step_ms) * step_ms, end_ms + 1, step_ms))


@pytest.mark.parametrize(
    ("category", "symbol", "price"),
    [
        ("linear", "BTCUSDT", KlinePrice.LAST),
        ("linear", "BTCUSDT", KlinePrice.MARK),
        ("linear", "BTCUSDT", KlinePrice.PREMIUM),
        ("inverse", "BTCUSD", KlinePrice.INDEX),
        ("spot", "BTCUSDT", KlinePrice.LAST),
        ("option", "", KlinePrice.MARK),
    ],
)
def test_candles_over_two_months_come_whole(
    venue: VenueThread, category: str, symbol: str, price: KlinePrice
) -> None:
    start_ms = END_MS - 60 * DAY_MS

    async def question(client: BybitHTTPClient) -> None:
        listed = symbol or (await client.get_instruments(category, base_coin="BTC"))[0].symbol
        made = reads_of(client)
        rows = await client.get_klines(category, listed, "60", price=price, start_ms=start_ms, end_ms=END_MS)
        assert [int(row.start_time) for row in rows] == moments(start_ms, END_MS, HOUR_MS)
        assert len(made) == (3 if category == "option" else 2)
        assert all(float(row.low) <= float(row.close) <= float(row.high) for row in rows)
        assert all((row.volume != "") == (price is KlinePrice.LAST) for row in rows)

    ask(venue, question)


async def _funding(client: BybitHTTPClient, **bounds: Any) -> list[int]:
    rows = await client.get_funding_history("linear", "BTCUSDT", **bounds)
    return [int(row.funding_rate_timestamp) for row in rows]


async def _interest(client: BybitHTTPClient, **bounds: Any) -> list[int]:
    rows = await client.get_open_interest("inverse", "BTCUSD", StatisticsPeriod.HOUR_1, **bounds)
    return [int(row.timestamp) for row in rows]


async def _ratio(client: BybitHTTPClient, **bounds: Any) -> list[int]:
    rows = await client.get_long_short_ratio("linear", "BTCUSDT", StatisticsPeriod.HOUR_1, **bounds)
    return [int(row.timestamp) for row in rows]


async def _volatility(client: BybitHTTPClient, **bounds: Any) -> list[int]:
    rows = await client.get_historical_volatility("BTC", period_days=30, **bounds)
    return [int(row.time) for row in rows]


async def _minutes(client: BybitHTTPClient, **bounds: Any) -> list[int]:
    rows = await client.get_klines("linear", "BTCUSDT", KlineInterval.HOUR_1, **bounds)
    return [int(row.start_time) for row in rows]


SERIES = [
    (_funding, FUNDING_MS, 100),
    (_interest, HOUR_MS, 30),
    (_ratio, HOUR_MS, 40),
    (_volatility, HOUR_MS, 70),
    (_minutes, HOUR_MS, 90),
]
type Series = Callable[..., Awaitable[list[int]]]


@pytest.mark.parametrize(("series", "step_ms", "days"), SERIES)
def test_a_span_comes_whole_and_oldest_first(
    venue: VenueThread, series: Series, step_ms: int, days: int
) -> None:
    start_ms = END_MS - days * DAY_MS + 1

    async def question(client: BybitHTTPClient) -> None:
        made = reads_of(client)
        found = await series(client, start_ms=start_ms, end_ms=END_MS)
        assert found == moments(start_ms, END_MS, step_ms)
        assert len(made) > 1

    ask(venue, question)


@pytest.mark.parametrize(("series", "step_ms", "days"), SERIES)
def test_a_limit_keeps_the_newest(venue: VenueThread, series: Series, step_ms: int, days: int) -> None:
    start_ms = END_MS - days * DAY_MS
    everything = moments(start_ms, END_MS, step_ms)

    async def question(client: BybitHTTPClient) -> None:
        for limit in (1, 7, len(everything) - 1, len(everything), len(everything) + 1000):
            found = await series(client, start_ms=start_ms, end_ms=END_MS, limit=limit)
            assert found == everything[-limit:]

    ask(venue, question)


@pytest.mark.parametrize(
    ("series", "step_ms", "days"), [each for each in SERIES if each[0] is not _volatility]
)
def test_a_limit_alone_goes_as_far_back_as_it_says(
    venue: VenueThread, series: Series, step_ms: int, days: int
) -> None:
    limit = days * DAY_MS // step_ms

    async def question(client: BybitHTTPClient) -> None:
        found = await series(client, end_ms=END_MS, limit=limit)
        assert found == moments(END_MS - (limit - 1) * step_ms, END_MS, step_ms)
        to_now = await series(client, limit=limit)
        assert len(to_now) == limit
        assert all(later - earlier == step_ms for earlier, later in itertools.pairwise(to_now))
        assert 0 <= client.server_time_ms() - to_now[-1] <= step_ms

    ask(venue, question)


def test_a_start_alone_reaches_to_now(venue: VenueThread) -> None:
    async def question(client: BybitHTTPClient) -> None:
        start_ms = (client.server_time_ms() // HOUR_MS - 1500) * HOUR_MS
        found = await _minutes(client, start_ms=start_ms)
        assert found[0] == start_ms
        assert len(found) in {1501, 1502}

    ask(venue, question)


def test_months_are_paged_by_their_own_length(venue: VenueThread) -> None:
    async def question(client: BybitHTTPClient) -> None:
        rows = await client.get_klines("linear", "BTCUSDT", KlineInterval.MONTH, limit=20)
        starts = [int(row.start_time) for row in rows]
        assert len(starts) == 20
        assert all(28 <= (b - a) / DAY_MS <= 31 for a, b in itertools.pairwise(starts))

    ask(venue, question)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"interval": "2"}, "interval must be one of 1, 3, 5"),
        ({"price": "median"}, "price must be one of last, mark, index, premium"),
        ({"limit": 0}, "limit must be at least 1; it is 0"),
        ({"start_ms": 2, "end_ms": 1}, "start_ms must not be after end_ms; they are 2 and 1"),
    ],
)
def test_what_cannot_be_asked_is_said_before_it_is_sent(
    venue: VenueThread, arguments: dict[str, Any], told: str
) -> None:
    async def question(client: BybitHTTPClient) -> None:
        made = reads_of(client)
        with pytest.raises(BybitConfigError, match=told):
            await client.get_klines("linear", "BTCUSDT", **{"interval": "1", **arguments})
        assert not made

    ask(venue, question)
