"""A book is the venue's or it is empty: gaps, crossed frames and lost frames, over real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from nautilus_trader.model.data import DataType, OrderBookDeltas
from nautilus_trader.model.enums import BookAction, BookType
from nautilus_trader.model.identifiers import InstrumentId
from watching import CLIENT_ID, Watcher, watching

from nautilus_bybit_adapter import BybitBookStatus
from nautilus_bybit_adapter.sim import SimConfig, SimVenue

LINEAR, ETH = map(InstrumentId.from_str, ("BTCUSDT-LINEAR.BYBIT", "ETHUSDT-LINEAR.BYBIT"))


def on_venue(scenario: Callable[[SimVenue, Watcher], Awaitable[None]]) -> None:
    async def run() -> None:
        async with SimVenue(SimConfig(market="quiet")) as venue, watching(venue, LINEAR, ETH) as watcher:
            for each in (LINEAR, ETH):
                watcher.subscribe_order_book_deltas(each, BookType.L2_MBP)
            watcher.subscribe_data(DataType(BybitBookStatus), client_id=CLIENT_ID)
            await watcher.until(
                lambda: all(watcher.about(each, OrderBookDeltas) for each in (LINEAR, ETH)), "both books"
            )
            await scenario(venue, watcher)

    asyncio.run(run())


def move(venue: SimVenue, lots: int, symbol: str = "BTCUSDT") -> None:
    market = venue.exchange.markets["linear", symbol]
    bid = market.touch_price("Sell")
    assert bid is not None
    market.add("Buy", bid - 3, lots)


def agrees(venue: SimVenue, watcher: Watcher) -> bool:
    market = venue.exchange.markets["linear", "BTCUSDT"]
    tick = market.instrument.tick
    book = watcher.cache.order_book(LINEAR)
    ours = [[level.price.as_decimal() for level in side] for side in (book.bids(), book.asks())]
    return ours == [[p * tick for p in market.book.side(side).top(50)] for side in ("Buy", "Sell")]


def stale_ones(watcher: Watcher) -> list[BybitBookStatus]:
    return [status for status in watcher.of(BybitBookStatus) if status.status == "STALE"]


@pytest.mark.parametrize(("fault", "reason"), [("gap", "gap"), ("crossed", "crossed")])
def test_a_broken_book_is_emptied_told_and_subscribed_anew_alone(fault: str, reason: str) -> None:
    async def scenario(venue: SimVenue, watcher: Watcher) -> None:
        subscribed = [each.topics.copy() for each in venue._server.connections("public")]
        venue.faults.add(fault, match="orderbook.50.BTCUSDT", count=1)
        for lots in range(1, 4):
            move(venue, lots)
            await asyncio.sleep(0.05)
            move(venue, lots, "ETHUSDT")
        await watcher.until(lambda: stale_ones(watcher), "the book is called stale")
        await watcher.until(
            lambda: watcher.of(BybitBookStatus)[-1].status == "LIVE" and agrees(venue, watcher),
            "the venue's book again",
        )
        (stale,) = stale_ones(watcher)
        assert (stale.instrument_id, stale.reason, stale.depth) == (LINEAR, reason, 50)
        assert (stale.gap_count, stale.crossed_count) == ((1, 0) if reason == "gap" else (0, 1))
        clears = [
            (deltas.instrument_id, len(deltas.deltas))
            for deltas in watcher.of(OrderBookDeltas)
            if deltas.deltas[0].action == BookAction.CLEAR
        ]
        assert [each for each, _ in clears].count(ETH) == 1, "the other book flows on"
        assert [size > 1 for each, size in clears if each == LINEAR] == [True, False, True]
        assert [each.topics for each in venue._server.connections("public")] == subscribed

    on_venue(scenario)


def test_a_lost_socket_empties_every_book_and_brings_them_back() -> None:
    async def scenario(venue: SimVenue, watcher: Watcher) -> None:
        venue.disconnect("public")
        await watcher.until(lambda: len(stale_ones(watcher)) == 2, "both books are stale")
        assert {status.reason for status in stale_ones(watcher)} == {"disconnected"}
        move(venue, 7)
        await watcher.until(
            lambda: (
                [status.status for status in watcher.of(BybitBookStatus)].count("LIVE") == 4
                and agrees(venue, watcher)
            ),
            "both books are back",
        )

    on_venue(scenario)
