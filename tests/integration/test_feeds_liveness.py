"""Sockets and topics that fall silent, and many topics over several sockets, as a live node meets them."""

from __future__ import annotations

import asyncio
from typing import Any

from nautilus_trader.model.data import DataType, OrderBookDeltas, QuoteTick
from nautilus_trader.model.enums import BookType
from nautilus_trader.model.identifiers import InstrumentId
from trading import until
from watching import CLIENT_ID, Watcher, watching

from nautilus_bybit_adapter import BybitBookStatus
from nautilus_bybit_adapter.sim import SimConfig, SimVenue

LINEAR, ETH = map(InstrumentId.from_str, ("BTCUSDT-LINEAR.BYBIT", "ETHUSDT-LINEAR.BYBIT"))
# Each test leaves all deadlines but one so long that nothing but that one can bring the books back in time.
LONG: dict[str, Any] = {
    "ws_ping_interval_secs": 600.0,
    "ws_pong_timeout_secs": 600.0,
    "stale_topic_secs": None,
}
LOST, BACK = ("STALE", "disconnected"), ("LIVE", "snapshot")


def told(watcher: Watcher, instrument_id: InstrumentId) -> list[tuple[str, str]]:
    """Return what the strategy was told of a book of 50 levels."""
    statuses = watcher.about(instrument_id, BybitBookStatus)
    return [(each.status, each.reason) for each in statuses if each.depth == 50]


async def until_told(watcher: Watcher, instrument_id: InstrumentId, *expected: tuple[str, str]) -> None:
    await watcher.until(
        lambda: told(watcher, instrument_id) == [BACK, *expected], f"{expected} of {instrument_id}"
    )


async def subscribe(watcher: Watcher, *instrument_ids: InstrumentId) -> None:
    watcher.subscribe_data(DataType(BybitBookStatus), client_id=CLIENT_ID)
    for each in instrument_ids:
        watcher.subscribe_order_book_deltas(each, BookType.L2_MBP)
    await watcher.until(
        lambda: len({each.instrument_id for each in watcher.of(OrderBookDeltas)}) == len(instrument_ids),
        "every book",
    )


def bid_of(venue: SimVenue, watcher: Watcher, instrument_id: InstrumentId) -> tuple[Any, Any]:
    market = venue.exchange.markets["linear", instrument_id.symbol.value.partition("-")[0]]
    ticks = market.touch_price("Sell")
    assert ticks is not None
    price = watcher.cache.order_book(instrument_id).best_bid_price()
    return None if price is None else price.as_decimal(), ticks * market.instrument.tick


def test_a_socket_without_a_pong_is_replaced_and_the_strategy_is_told() -> None:
    async def scenario() -> None:
        options = LONG | {"ws_ping_interval_secs": 0.1, "ws_pong_timeout_secs": 0.2}
        async with (
            SimVenue(SimConfig(market="quiet")) as venue,
            watching(venue, LINEAR, ETH, **options) as watcher,
        ):
            await subscribe(watcher, LINEAR, ETH)
            silent = venue._server.connections("public")
            venue.faults.add("stall", family="public", match="ping", count=1)
            for each in (LINEAR, ETH):
                await until_told(watcher, each, LOST, BACK)
            assert not silent & venue._server.connections("public")
            for each in (LINEAR, ETH):
                ours, venues = bid_of(venue, watcher, each)
                assert ours == venues

    asyncio.run(scenario())


def test_one_silent_topic_costs_its_connection_and_is_told() -> None:
    async def scenario() -> None:
        options = LONG | {"ws_ping_interval_secs": 0.1, "stale_topic_secs": 0.3}
        async with (
            SimVenue(SimConfig(market="quiet")) as venue,
            watching(venue, LINEAR, ETH, **options) as watcher,
        ):
            await subscribe(watcher, LINEAR, ETH)
            fault = venue.faults.add("lose", family="public", match="orderbook.50.BTCUSDT")
            await until_told(watcher, LINEAR, LOST)
            assert watcher.cache.order_book(LINEAR).best_bid_price() is None
            venue.faults.remove(fault)
            for each in (LINEAR, ETH):
                await until_told(watcher, each, LOST, BACK)

    asyncio.run(scenario())


def test_a_quiet_market_is_asked_for_anew_and_never_called_stale() -> None:
    async def scenario() -> None:
        options = LONG | {"ws_ping_interval_secs": 0.1, "stale_topic_secs": 0.2}
        async with (
            SimVenue(SimConfig(market="quiet")) as venue,
            watching(venue, LINEAR, **options) as watcher,
        ):
            await subscribe(watcher, LINEAR)
            snapshots = len(watcher.of(OrderBookDeltas))
            await watcher.until(
                lambda: len(watcher.of(OrderBookDeltas)) >= snapshots + 2,
                "two more snapshots of a book at rest",
            )
            assert told(watcher, LINEAR) == [BACK]

    asyncio.run(scenario())


def test_three_hundred_books_lie_on_several_sockets_and_one_lost_costs_only_its_own() -> None:
    async def scenario() -> None:
        async with SimVenue(SimConfig(market="quiet", catalogue=700, rate_limits=False)) as venue:
            ids = [
                InstrumentId.from_str(f"{symbol}-{category.upper()}.BYBIT")
                for (category, symbol), market in venue.exchange.markets.items()
                if category in {"spot", "linear"} and market.status == "Trading"
            ][:300]
            assert len(ids) == 300
            async with watching(venue, *ids, max_topics_per_connection=50) as watcher:
                await subscribe(watcher, *ids)
                shards = {each: set(each.topics) for each in venue._server.connections("public")}
                assert len(shards) >= 6
                assert sum(map(len, shards.values())) == 300
                assert all(len(topics) <= 50 for topics in shards.values())
                lost = next(iter(shards))
                lost.drop()
                size = len(shards[lost])
                await watcher.until(
                    lambda: [each.status for each in watcher.of(BybitBookStatus)].count("LIVE") == 300 + size,
                    "the books of the lost socket",
                )
                stale = [each for each in watcher.of(BybitBookStatus) if each.status == "STALE"]
                assert len(stale) == size
                now = [set(each.topics) for each in venue._server.connections("public")]
                assert sorted(map(sorted, now)) == sorted(map(sorted, shards.values()))

    asyncio.run(scenario())


def test_a_disconnected_client_connects_again_with_all_it_had() -> None:
    async def scenario() -> None:
        async with (
            SimVenue(SimConfig(market="quiet")) as venue,
            watching(venue, LINEAR) as watcher,
        ):
            await subscribe(watcher, LINEAR)
            watcher.subscribe_quote_ticks(LINEAR)
            await watcher.until(lambda: watcher.of(QuoteTick), "a quote")
            assert watcher.node is not None
            client = watcher.node.kernel.data_engine._clients[CLIENT_ID]
            for number in (1, 2):
                client.disconnect()
                await until(lambda: not client.is_connected, "the end of the connection")
                assert told(watcher, LINEAR)[-1] == LOST
                client.connect()
                await until(lambda: client.is_connected, "the connection")
                await until_told(watcher, LINEAR, *(LOST, BACK) * number)
                ours, venues = bid_of(venue, watcher, LINEAR)
                assert ours == venues

    asyncio.run(scenario())
