"""Recorded order flow through the venue, its sockets and a live node: the book and the trades of the recording.

A bounded part of each recording is replayed; `make replay` takes the files from their first frame to their last.
"""

from __future__ import annotations

import asyncio
import functools
import gzip
from collections import Counter
from pathlib import Path

import pytest
from nautilus_trader.model.data import DataType, OrderBookDeltas, TradeTick
from nautilus_trader.model.enums import AggressorSide, BookType, RecordFlag
from nautilus_trader.model.identifiers import InstrumentId
from recorded_data import (
    ARCHIVE,
    FOLDER,
    RECORDINGS,
    WHOLE_FILES,
    Market,
    Side,
    Trade,
    frames_of,
    joined,
    needs_recordings,
    read_market,
    until_last_book,
)
from trading import until
from watching import CLIENT_ID, Watcher, watching

from nautilus_bybit_adapter import BybitBookStatus
from nautilus_bybit_adapter.sim import SimConfig, SimVenue
from nautilus_bybit_adapter.sim.clock import VirtualClock

pytestmark = needs_recordings

MOST_FRAMES = 1_000_000 if WHOLE_FILES else 20_000
# A depth of 50 is pushed every 20 ms of the venue's clock, the deeper ones every 100 and 200 ms.
STEP_MS = 20
# All levels of the file are to be seen.
DEPTHS = {ARCHIVE: 1000} | dict.fromkeys(RECORDINGS, 200)


class Auditor(Watcher):
    """Looks at the framework's book after every change, and keeps the trades."""

    def __init__(self) -> None:
        super().__init__()
        self.books: Counter[InstrumentId] = Counter()
        self.crossed: list[OrderBookDeltas] = []
        self.unfinished: list[OrderBookDeltas] = []
        self.trades: dict[InstrumentId, list[Trade]] = {}
        self.trade_ids: Counter[tuple[InstrumentId, str]] = Counter()
        self.statuses: list[BybitBookStatus] = []

    def on_order_book_deltas(self, deltas: OrderBookDeltas) -> None:
        self.books[deltas.instrument_id] += 1
        if not deltas.flags & RecordFlag.F_LAST.value:
            self.unfinished.append(deltas)
        book = self.cache.order_book(deltas.instrument_id)
        bid, ask = book.best_bid_price(), book.best_ask_price()
        if bid is not None and ask is not None and bid >= ask:
            self.crossed.append(deltas)

    def on_trade_tick(self, tick: TradeTick) -> None:
        side = "Buy" if tick.aggressor_side == AggressorSide.BUYER else "Sell"
        trade = (side, tick.price.as_decimal(), tick.size.as_decimal())
        self.trades.setdefault(tick.instrument_id, []).append(trade)
        self.trade_ids[tick.instrument_id, tick.trade_id.value] += 1

    def on_data(self, data: BybitBookStatus) -> None:
        self.statuses.append(data)

    def book_of(self, instrument_id: InstrumentId) -> list[Side]:
        book = self.cache.order_book(instrument_id)
        return [
            {level.price.as_decimal(): level.orders()[0].size.as_decimal() for level in side}
            for side in (book.bids(), book.asks())
        ]

    async def until_book(self, instrument_id: InstrumentId, expected: list[Side]) -> None:
        await until(lambda: self.book_of(instrument_id) == expected, f"the recorded book of {instrument_id}")


@functools.cache
def bounded(name: str, folder: Path) -> tuple[Path, Market]:
    """Return a part of a file that ends with a book, and what it holds."""
    source = FOLDER / name
    frames = until_last_book(frames_of(source), MOST_FRAMES)
    if source.suffix == ".zip":
        return source, read_market("linear", frames)
    path = folder / name
    path.write_bytes(gzip.compress(b"\n".join(frame.line for frame in frames), 1))
    return path, read_market(name.partition("_")[0], frames)


async def replayed(venue: SimVenue, span_ms: int) -> None:
    """Move the venue through a recording, and let its sockets be read as it goes."""
    for _ in range(int(span_ms / venue.config.speed / STEP_MS) + 50):
        venue.step(STEP_MS)
        for _ in range(4):
            await asyncio.sleep(0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("recordings")


@pytest.mark.parametrize("deepest", [False, True], ids=["depth 50", "every level"])
def test_the_book_and_the_trades_are_those_of_the_recording(folder: Path, deepest: bool) -> None:
    found = {name: bounded(name, folder) for name in (ARCHIVE, *RECORDINGS)}
    markets = {
        InstrumentId.from_str(f"{market.symbol}-{market.category.upper()}.BYBIT"): (
            market,
            DEPTHS[name] if deepest else 50,
        )
        for name, (_, market) in found.items()
    }

    async def scenario() -> None:
        config = SimConfig(
            market="quiet",
            replay=tuple(path for path, _ in found.values()),
            speed=1.0 if WHOLE_FILES else 10.0 if deepest else 4.0,
            clock=VirtualClock(),
        )
        auditor = Auditor()
        async with SimVenue(config) as venue, watching(venue, *markets, watcher=auditor):
            auditor.subscribe_data(DataType(BybitBookStatus), client_id=CLIENT_ID)
            for each, (_, depth) in markets.items():
                auditor.subscribe_order_book_deltas(each, BookType.L2_MBP, depth=depth)
                auditor.subscribe_trade_ticks(each)
            await until(
                lambda: len(auditor.books) == len(markets) and len(topics(venue)) == 2 * len(markets),
                "every book and every subscription",
            )
            await replayed(venue, max(market.span_ms for market, _ in markets.values()))
            for each, (market, depth) in markets.items():
                naive = [
                    {price: side[price] for price in sorted(side, reverse=is_bids)[:depth]}
                    for side, is_bids in zip(market.book, (True, False), strict=True)
                ]
                await auditor.until_book(each, naive)
                seen = auditor.trades.get(each, [])
                assert joined(seen) == joined(market.trades)
            assert venue.failure is None
            assert auditor.trade_ids.total() == len(auditor.trade_ids), "a trade came twice"
            assert not auditor.crossed
            assert not auditor.unfinished
            assert [status.status for status in auditor.statuses] == ["LIVE"] * len(markets)
            assert auditor.books.total() > 500, "the books moved"

    asyncio.run(scenario())


def topics(venue: SimVenue) -> set[tuple[int, str]]:
    return {
        (id(connection), topic)
        for connection in venue._server.connections("public")
        for topic in connection.topics
    }
