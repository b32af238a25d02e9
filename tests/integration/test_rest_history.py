"""Histories of the account over many pages and many weeks, against what the venue itself remembers."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from rest_clients import ask, reads_of
from venue_thread import VenueThread

from nautilus_bybit_adapter.sim import SimVenue
from nautilus_bybit_adapter.transport import BybitHTTPClient
from nautilus_bybit_adapter.wire import PlaceEarnOrder, PlaceOrder

HOUR_MS = 3600 * 1000
DAY_MS = 24 * HOUR_MS
WEEK_MS = 7 * DAY_MS
DAYS = 45


def _a_day_later(venue: SimVenue) -> None:
    venue.clock.ahead_ms += DAY_MS
    venue._turn()


async def _trade(client: BybitHTTPClient) -> None:
    for symbol, qty in (("BTCUSDT", "0.002"), ("ETHUSDT", "0.1")):
        for side, part in (("Buy", qty), ("Buy", qty), ("Sell", qty)):
            request = PlaceOrder(category="linear", symbol=symbol, side=side, order_type="Market", qty=part)
            await client.place_order(request)
    await client.transfer("ETH", "0.1", from_account_type="UNIFIED", to_account_type="FUND")


async def _stake(client: BybitHTTPClient) -> None:
    request = PlaceEarnOrder(
        category="FlexibleSaving",
        order_type="Stake",
        account_type="UNIFIED",
        amount="1000",
        coin="USDT",
        product_id="428",
        order_link_id="stake-1",
    )
    await client.place_earn_order(request)


@pytest.fixture(scope="module")
def venue() -> Iterator[VenueThread]:
    with VenueThread() as running:
        ask(running, _stake)
        for day in range(DAYS):
            if day % 3 == 0:
                ask(running, _trade)
            running.call(_a_day_later)
        yield running


def start_of(client: BybitHTTPClient) -> int:
    return client.server_time_ms() - (DAYS + 1) * DAY_MS


def assert_tails(everything: list[Any], tails: dict[int, list[Any]]) -> None:
    for limit, tail in tails.items():
        assert tail == everything[-limit:], limit


def test_executions_of_many_weeks_are_the_venues(venue: VenueThread) -> None:
    remembered = [fill for fill in venue.fills() if fill.order.instrument.category == "linear"]

    async def question(client: BybitHTTPClient) -> None:
        made = reads_of(client)
        rows = await client.get_executions("linear", start_ms=start_of(client))
        assert [row.exec_id for row in rows] == [fill.exec_id for fill in remembered]
        assert len(rows) > 300
        assert {row.exec_type for row in rows} == {"Trade", "Funding"}
        assert {row.category for row in rows} == {"linear"}
        assert int(rows[-1].exec_time) - int(rows[0].exec_time) > 6 * WEEK_MS
        windows = {(read["startTime"], read["endTime"]) for read in made}
        assert len(windows) == 7
        assert all(end - start <= WEEK_MS for start, end in windows)
        assert len(made) > len(windows)
        limits = (1, 100, 101, 250, len(rows), len(rows) + 1)
        tails = {
            limit: await client.get_executions("linear", start_ms=start_of(client), limit=limit)
            for limit in limits
        }
        assert_tails(rows, tails)
        trades = await client.get_executions("linear", start_ms=start_of(client), exec_type="Trade")
        assert trades == [row for row in rows if row.exec_type == "Trade"]

    ask(venue, question)


def test_a_few_of_many_executions_take_one_request(venue: VenueThread) -> None:
    async def question(client: BybitHTTPClient) -> None:
        made = reads_of(client)
        assert len(await client.get_executions("linear", start_ms=start_of(client), limit=5)) == 5
        assert len(made) == 1
        assert made[0]["limit"] == 5

    ask(venue, question)


def test_both_bounds_belong_to_the_window(venue: VenueThread) -> None:
    async def question(client: BybitHTTPClient) -> None:
        rows = await client.get_executions("linear", start_ms=start_of(client))
        first, last = int(rows[20].exec_time), int(rows[-20].exec_time)
        part = await client.get_executions("linear", start_ms=first, end_ms=last)
        assert part == [row for row in rows if first <= int(row.exec_time) <= last]

    ask(venue, question)


def test_orders_of_many_weeks_come_once_each(venue: VenueThread) -> None:
    async def question(client: BybitHTTPClient) -> None:
        rows = await client.get_order_history("linear", start_ms=start_of(client))
        assert len(rows) == 6 * DAYS // 3
        assert len({row.order_id for row in rows}) == len(rows)
        times = [int(row.created_time) for row in rows]
        assert times == sorted(times)
        by_symbol = await client.get_order_history("linear", symbol="ETHUSDT", start_ms=start_of(client))
        assert by_symbol == [row for row in rows if row.symbol == "ETHUSDT"]
        tail = await client.get_order_history("linear", start_ms=start_of(client), limit=51)
        assert tail == rows[-51:]

    ask(venue, question)


def test_the_transaction_log_adds_up_to_the_balance(venue: VenueThread) -> None:
    async def question(client: BybitHTTPClient) -> None:
        rows = await client.get_transaction_log(start_ms=start_of(client))
        assert len(rows) > 300
        assert len({row.id for row in rows}) == len(rows)
        usdt = [row for row in rows if row.currency == "USDT"]
        wallet = await client.get_wallet_balance(["USDT"])
        assert float(usdt[-1].cash_balance) == pytest.approx(float(wallet.coins[0].wallet_balance))
        for earlier, later in itertools.pairwise(usdt):
            expected = float(earlier.cash_balance) + float(later.change)
            assert float(later.cash_balance) == pytest.approx(expected)
        tail = await client.get_transaction_log(start_ms=start_of(client), limit=120)
        assert tail == rows[-120:]

    ask(venue, question)


def test_closed_profits_come_oldest_first(venue: VenueThread) -> None:
    async def question(client: BybitHTTPClient) -> None:
        rows = await client.get_closed_pnl("linear", start_ms=start_of(client))
        assert len(rows) == 2 * DAYS // 3
        times = [int(row.updated_time) for row in rows]
        assert times == sorted(times)
        assert times[-1] - times[0] > 5 * WEEK_MS
        assert await client.get_closed_pnl("linear", start_ms=start_of(client), limit=7) == rows[-7:]

    ask(venue, question)


def test_transfers_come_oldest_first(venue: VenueThread) -> None:
    async def question(client: BybitHTTPClient) -> None:
        rows = await client.get_transfers(start_ms=start_of(client))
        assert len(rows) == DAYS // 3
        times = [int(row.timestamp) for row in rows]
        assert times == sorted(times)
        (one,) = await client.get_transfers(transfer_id=rows[0].transfer_id, start_ms=start_of(client))
        assert one == rows[0]

    ask(venue, question)


def test_yields_come_day_by_day_and_hour_by_hour(venue: VenueThread) -> None:
    async def question(client: BybitHTTPClient) -> None:
        daily = await client.get_earn_yield("FlexibleSaving", start_ms=start_of(client))
        times = [int(row.created_at) for row in daily]
        assert len(times) in {DAYS - 1, DAYS}
        assert all(later - earlier == DAY_MS for earlier, later in itertools.pairwise(times))
        hourly = await client.get_earn_hourly_yield(start_ms=start_of(client))
        hours = [int(row.hourly_date) for row in hourly]
        assert all(later - earlier == HOUR_MS for earlier, later in itertools.pairwise(hours))
        assert len(hours) > 24 * (DAYS - 2)
        tail = await client.get_earn_hourly_yield(start_ms=start_of(client), limit=205)
        assert tail == hourly[-205:]
        assert await client.get_earn_yield("FlexibleSaving", start_ms=start_of(client), limit=9) == daily[-9:]
        (stake,) = await client.get_earn_orders("FlexibleSaving", start_ms=start_of(client))
        assert (stake.order_link_id, stake.status) == ("stake-1", "Success")

    ask(venue, question)


def test_yields_of_the_past_reach_beyond_half_a_year(venue: VenueThread) -> None:
    async def question(client: BybitHTTPClient) -> None:
        made = reads_of(client)
        start_ms = client.server_time_ms() - 400 * DAY_MS
        rows = await client.get_earn_apr_history("FlexibleSaving", "428", start_ms=start_ms)
        times = [int(row.timestamp) for row in rows]
        assert len(made) == 3
        assert all(later - earlier == DAY_MS for earlier, later in itertools.pairwise(times))
        assert len(times) in {400, 401}

    ask(venue, question)
