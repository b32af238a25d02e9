"""Whatever happens to public frames and sockets, in every category: the books become the venue's again."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from itertools import count
from typing import Any
from unittest.mock import patch

import pytest
from nautilus_trader.model.data import DataType, OrderBookDeltas
from nautilus_trader.model.enums import BookType, RecordFlag
from nautilus_trader.model.identifiers import InstrumentId
from trading import until
from watching import CLIENT_ID, Watcher, watching

from nautilus_bybit_adapter import BybitBookStatus
from nautilus_bybit_adapter.nt1.native import DECODER_VARIABLE
from nautilus_bybit_adapter.sim import SimConfig, SimVenue
from nautilus_bybit_adapter.state import book as sequence

FAULTS = (
    "gap:count=3,after=2",
    "lose:family=public,match=orderbook.*,count=3,after=2",
    "duplicate:family=public,match=orderbook.*,count=6",
    "reorder:family=public,match=orderbook.*,count=3,after=2",
    "delay:family=public,ms=20,jitter_ms=30",
    "crossed:match=orderbook.*,count=3,after=2",
    "corrupt:family=public,match=orderbook.*,count=3,after=2",
    "missing_field:family=public,match=orderbook.*,count=3,after=2",
    "drop:family=public,match=orderbook.*,count=2,after=2",
    "stall:family=public,match=orderbook.*,count=2,after=2",
)


class Reader(Watcher):
    """Notes whether a crossed book was ever to be seen."""

    def __init__(self) -> None:
        super().__init__()
        self.crossed: list[OrderBookDeltas] = []

    def on_order_book_deltas(self, deltas: OrderBookDeltas) -> None:
        super().on_order_book_deltas(deltas)
        assert deltas.flags & RecordFlag.F_LAST.value
        spread = self.cache.order_book(deltas.instrument_id).spread()
        if spread is not None and spread <= 0:
            self.crossed.append(deltas)


def places(venue: SimVenue) -> dict[InstrumentId, tuple[str, str]]:
    """Return a market of each category: its instrument id and its place among the venue's markets."""
    found: dict[str, str] = {}
    for category, symbol in venue.exchange.markets:
        found.setdefault(category, symbol)
    return {
        InstrumentId.from_str(f"{symbol}-{category.upper()}.BYBIT"): (category, symbol)
        for category, symbol in found.items()
    }


def move(venue: SimVenue, place: tuple[str, str], lots: int) -> None:
    market = venue.exchange.markets[place]
    for side, away in (("Buy", -1), ("Sell", 1)):
        best = market.touch_price("Sell" if side == "Buy" else "Buy")
        assert best is not None
        market.add(side, best + away * (lots % 5), lots)


def agrees(venue: SimVenue, watcher: Watcher, instrument_id: InstrumentId, place: tuple[str, str]) -> bool:
    """Tell whether the framework's book is the venue's, levels and sizes."""
    market = venue.exchange.markets[place]
    it, book = market.instrument, watcher.cache.order_book(instrument_id)
    if book is None:
        return False
    depth = 25 if place[0] == "option" else 50
    for side, levels in (("Buy", book.bids()), ("Sell", book.asks())):
        top = {ticks * it.tick: lots * it.lot for ticks, lots in market.book.side(side).top(depth).items()}
        if {each.price.as_decimal(): each.orders()[0].size.as_decimal() for each in levels} != top:
            return False
    return bool(book.bids() or book.asks())


async def all_agree(venue: SimVenue, watcher: Watcher, when: str) -> None:
    """Wait until each book is the venue's."""
    for each, place in places(venue).items():

        def is_equal(each: InstrumentId = each, place: tuple[str, str] = place) -> bool:
            return agrees(venue, watcher, each, place)

        await until(is_equal, f"the venue's book of {each} {when}")


def has_lost(venue: SimVenue, count_before: int) -> bool:
    return len(venue.faults.log) > count_before


@asynccontextmanager
async def reading(**options: Any) -> AsyncIterator[tuple[SimVenue, Reader]]:
    """Keep the books of one instrument a category."""
    reader = Reader()
    async with (
        SimVenue(SimConfig(market="quiet", seed=3)) as venue,
        watching(venue, *places(venue), watcher=reader, **options),
    ):
        reader.subscribe_data(DataType(BybitBookStatus), client_id=CLIENT_ID)
        for each in places(venue):
            reader.subscribe_order_book_deltas(each, BookType.L2_MBP)
        await all_agree(venue, reader, "at the start")
        yield venue, reader


@pytest.mark.parametrize("decoder", ["native", "python"])
def test_the_books_of_every_category_come_back(decoder: str) -> None:
    async def scenario() -> None:
        quick = {"ws_ping_interval_secs": 0.2, "ws_pong_timeout_secs": 0.3}
        async with reading(**quick) as (venue, reader):
            lots = 0
            for words in FAULTS:
                hit = len(venue.faults.log)
                ident = venue.faults.add(words)
                while len(venue.faults.log) < hit + 2:
                    lots += 1
                    for place in places(venue).values():
                        move(venue, place, lots)
                    await asyncio.sleep(0.025)
                venue.faults.remove(ident)
                # That the last frame was lost shows with the next one only.
                for place in places(venue).values():
                    move(venue, place, lots + 1)
                await all_agree(venue, reader, f"after {words}")
            assert not reader.crossed
            reasons = {status.reason for status in reader.of(BybitBookStatus) if status.status == "STALE"}
            assert reasons >= {"gap", "crossed", "disconnected"}
            last = {status.instrument_id: status.status for status in reader.of(BybitBookStatus)}
            assert last == dict.fromkeys(places(venue), "LIVE")

    with patch.dict(os.environ, {DECODER_VARIABLE: decoder}):
        asyncio.run(scenario())


@pytest.mark.parametrize("decoder", ["native", "python"])
def test_a_book_whose_snapshot_was_lost_is_asked_for_again(decoder: str) -> None:
    """Changes go on coming, so that the topic is not silent, and none of them can be applied."""

    async def scenario() -> None:
        async with reading() as (venue, reader):
            for number, (each, place) in enumerate(places(venue).items()):
                topic = f"orderbook.{25 if place[0] == 'option' else 50}.{place[1]}"
                # A change is lost; the next one shows that; the snapshot that is asked for then does not come.
                for after in (0, 1):
                    venue.faults.add(f"lose:family=public,match={topic},count=1,after={after}")
                    move(venue, place, 7 + after)
                    await until(partial(has_lost, venue, 2 * number + after), "the loss")
                moves = count(9)

                def comes_back(each: InstrumentId = each, place: Any = place, moves: Any = moves) -> bool:
                    if agrees(venue, reader, each, place):
                        return True
                    move(venue, place, next(moves))
                    return False

                await until(comes_back, f"the book of {each}")
            told = {(status.instrument_id, status.reason) for status in reader.of(BybitBookStatus)}
            assert {each for each, reason in told if reason == "overdue"} == set(places(venue))

    with (
        patch.dict(os.environ, {DECODER_VARIABLE: decoder}),
        patch.object(sequence, "SNAPSHOT_PATIENCE_NS", 300_000_000),
    ):
        asyncio.run(scenario())
