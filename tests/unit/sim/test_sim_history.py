"""Candles of years: repeatable, consistent between intervals, and continued by what is traded."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from venue_requests import INVERSE, LINEAR, OPTION, SPOT, START_MS
from venue_walk import WalkedVenue

from nautilus_bybit_adapter.sim import VenueError
from nautilus_bybit_adapter.sim.exchange.candles import INTERVAL_MS, INTERVALS, candle_start
from nautilus_bybit_adapter.sim.exchange.chart import next_start
from nautilus_bybit_adapter.sim.exchange.exchange import Exchange, ExchangeConfig
from nautilus_bybit_adapter.sim.server import kline_api, series_api

if TYPE_CHECKING:
    from tests.unit.sim.conftest import Desk

BTC = {"category": "linear", "symbol": "BTCUSDT"}
DAY_MS = 86_400_000


def rows(exchange: Exchange, **params: Any) -> list[list[str]]:
    """Oldest first."""
    found: list[list[str]] = kline_api.kline(exchange, BTC | {k: str(v) for k, v in params.items()})["list"]
    return found[::-1]


@pytest.mark.parametrize("interval", INTERVALS)
def test_candles_follow_each_other_up_to_the_forming_one(desk: Desk, interval: str) -> None:
    found = rows(desk.exchange, interval=interval, limit=50)
    starts = [int(row[0]) for row in found]
    assert len(found) == 50
    assert starts[-1] == candle_start(desk.now_ms, interval)
    assert starts[1:] == [next_start(at, interval) for at in starts[:-1]]
    for before, row in zip([None, *found], found, strict=False):
        opened, high, low, close = map(Decimal, row[1:5])
        assert low <= min(opened, close) <= max(opened, close) <= high
        assert before is None or Decimal(before[4]) == opened
        assert low * Decimal(row[5]) <= Decimal(row[6]) <= high * Decimal(row[5])


@pytest.mark.parametrize(("whole", "part"), [("60", "1"), ("D", "60"), ("W", "D"), ("240", "15"), ("M", "D")])
def test_a_candle_is_made_of_its_parts(desk: Desk, whole: str, part: str) -> None:
    start = candle_start(desk.now_ms - 40 * DAY_MS, whole)
    (row,) = rows(desk.exchange, interval=whole, start=start, limit=1)
    end = next_start(start, whole) - 1
    parts = rows(desk.exchange, interval=part, start=start, end=end, limit=1000)
    assert row[1] == parts[0][1]
    assert row[4] == parts[-1][4]
    assert Decimal(row[2]) == max(Decimal(each[2]) for each in parts)
    assert Decimal(row[3]) == min(Decimal(each[3]) for each in parts)
    assert Decimal(row[5]) == sum(Decimal(each[5]) for each in parts)


def test_history_repeats_for_a_seed_and_differs_for_another() -> None:
    def year(seed: int) -> list[list[str]]:
        exchange = Exchange(ExchangeConfig(seed=seed), lambda: START_MS, lambda _event: None)
        return rows(exchange, interval="D", limit=365)

    assert year(1) == year(1)
    assert year(1)[:-2] != year(2)[:-2]


def test_history_ends_at_the_price_the_venue_starts_with(desk: Desk) -> None:
    found = rows(desk.exchange, interval="1", end=desk.now_ms - 1, limit=1)
    assert found[0][4] == desk.market.instrument.price_text(desk.market.start_ticks)


def test_the_past_does_not_change_while_the_venue_runs(desk: Desk) -> None:
    before = rows(desk.exchange, interval="15", end=desk.now_ms - 1, limit=20)
    desk.now_ms += 3 * 3_600_000
    desk.market.trade("Buy", "86000.1", "0.1")
    assert rows(desk.exchange, interval="15", start=before[0][0], limit=20) == before


def test_the_forming_candle_of_a_day_holds_the_hours_before_the_start(desk: Desk) -> None:
    desk.market.trade("Buy", "86000.1", "0.1")
    (day,) = rows(desk.exchange, interval="D", start=desk.now_ms // DAY_MS * DAY_MS)
    (minute,) = rows(desk.exchange, interval="1", limit=1)
    assert Decimal(day[5]) > Decimal(minute[5]) == Decimal("0.1")
    assert day[4] == minute[4] == "86000.10"


def test_start_and_end_select(desk: Desk) -> None:
    minute, now = 60_000, desk.now_ms
    start = now - 100 * minute

    def starts(**params: int) -> list[int]:
        return [int(row[0]) for row in rows(desk.exchange, interval=1, **params)]

    assert starts(start=start, limit=3) == [start, start + minute, start + 2 * minute]
    assert starts(end=now - minute, limit=2) == [now - 2 * minute, now - minute]
    assert starts(start=start, end=start + 2 * minute) == [start + i * minute for i in range(3)]
    assert starts(start=start, end=now, limit=2) == [now - minute, now]
    assert starts(start=start + 1, limit=1) == [start + minute]
    assert starts(start=now + minute) == []
    assert starts(end=1_000_000_000_000) == []


def test_months_begin_on_their_first_day(desk: Desk) -> None:
    found = rows(desk.exchange, interval="M", limit=14)
    months = [datetime.fromtimestamp(int(row[0]) / 1000, UTC) for row in found]
    assert all((month.day, month.hour) == (1, 0) for month in months)
    assert len({(month.year, month.month) for month in months}) == 14


@pytest.mark.parametrize(
    ("function", "where", "columns"),
    [
        (kline_api.kline, SPOT, 7),
        (kline_api.kline, INVERSE, 7),
        (kline_api.mark_kline, OPTION, 5),
        (kline_api.index_kline, LINEAR, 5),
        (kline_api.premium_kline, LINEAR, 5),
    ],
)
def test_every_kind_of_kline(function: Any, where: dict[str, str], columns: int) -> None:
    venue = WalkedVenue()
    answer = function(venue.exchange, {**where, "interval": "5", "limit": "30"})
    assert [len(row) for row in answer["list"]] == [columns] * 30
    assert int(answer["list"][0][0]) - int(answer["list"][1][0]) == INTERVAL_MS["5"]


@pytest.mark.parametrize(
    ("function", "where"),
    [
        (kline_api.kline, OPTION),
        (kline_api.mark_kline, SPOT),
        (kline_api.index_kline, OPTION),
        (kline_api.premium_kline, INVERSE),
    ],
)
def test_klines_a_category_does_not_have(function: Any, where: dict[str, str]) -> None:
    with pytest.raises(VenueError, match="Illegal category"):
        function(WalkedVenue().exchange, {**where, "interval": "5"})


def test_open_interest_pages_back(desk: Desk) -> None:
    query = BTC | {"intervalTime": "1h", "limit": "30"}
    first = series_api.interest_history(desk.exchange, query)
    second = series_api.interest_history(desk.exchange, query | {"cursor": first["nextPageCursor"]})
    times = [int(row["timestamp"]) for page in (first, second) for row in page["list"]]
    assert times == [times[0] - i * 3_600_000 for i in range(60)]


def test_ratios_add_up_and_funding_is_hourly_spaced(desk: Desk) -> None:
    ratios = series_api.account_ratio(desk.exchange, BTC | {"period": "5min"})["list"]
    assert {Decimal(row["buyRatio"]) + Decimal(row["sellRatio"]) for row in ratios} == {Decimal(1)}
    funding = series_api.funding_history(desk.exchange, BTC)["list"]
    times = [int(row["fundingRateTimestamp"]) for row in funding]
    assert len(times) == 200
    assert {a - b for a, b in itertools.pairwise(times)} == {8 * 3_600_000}


def test_settled_funding_is_in_the_history(desk: Desk) -> None:
    desk.now_ms += 9 * 3_600_000
    desk.exchange.advance(desk.now_ms)
    newest = series_api.funding_history(desk.exchange, BTC)["list"][0]
    settled = desk.exchange.funding.history["linear", "BTCUSDT"][-1]
    assert newest["fundingRateTimestamp"] == str(settled.at_ms)
    assert Decimal(newest["fundingRate"]) == settled.rate
