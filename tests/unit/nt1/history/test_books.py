"""Order-book archives: what is written is what the framework would have written, and the book is right or empty."""

from __future__ import annotations

import json
import zipfile
from decimal import Decimal
from itertools import chain
from pathlib import Path

import pytest
from archives import book_frame, book_lines, plan_of, write_zip
from nautilus_trader.model.book import OrderBook
from nautilus_trader.model.data import OrderBookDelta, OrderBookDeltas
from nautilus_trader.model.enums import BookAction, BookType, RecordFlag
from nautilus_trader.persistence.catalog.parquet import ParquetDataCatalog
from recorded_data import ARCHIVE, FOLDER, needs_recordings

from nautilus_bybit_adapter.errors import BybitHistoryError
from nautilus_bybit_adapter.history.sources import source_of
from nautilus_bybit_adapter.nt1.history import HistoryMarket, LoadPlan, deltas_in, frames_in, load_file
from nautilus_bybit_adapter.nt1.mapping.identifiers import MS_TO_NS
from nautilus_bybit_adapter.nt1.mapping.market import deltas_of
from nautilus_bybit_adapter.wire.codec import decode_public
from nautilus_bybit_adapter.wire.enums import BybitProductType
from nautilus_bybit_adapter.wire.market import OrderbookMessage

NAME = "2024-12-01_BTCUSDT_ob500.data.zip"
MARKET = HistoryMarket.named("BTCUSDT", BybitProductType.LINEAR, 2, 3)


def expected_of(lines: list[str], market: HistoryMarket = MARKET) -> list[OrderBookDeltas]:
    """Return what the mapping of the live client makes of frames."""
    found = []
    for line in lines:
        message = decode_public(line.encode(), "linear")
        assert isinstance(message, OrderbookMessage)
        deltas = deltas_of(
            market,
            message.data,
            snapshot=message.is_snapshot,
            ts_event=message.cts * MS_TO_NS,
            ts_init=message.ts * MS_TO_NS,
        )
        if deltas is not None:
            found.append(deltas)
    return found


def test_rows_objects_and_frames_are_those_of_the_live_mapping(tmp_path: Path) -> None:
    lines = book_lines(40)
    source = source_of(write_zip(tmp_path / NAME, lines))
    expected = expected_of(lines)
    frames = list(chain.from_iterable(frames_in(source, MARKET)))
    assert frames == expected
    deltas = list(chain.from_iterable(deltas_in(source, MARKET)))
    assert [OrderBookDelta.to_dict(each) for each in deltas] == [
        OrderBookDelta.to_dict(each) for deltas in expected for each in deltas.deltas
    ]


def test_the_catalogue_is_byte_for_byte_what_the_framework_writes(tmp_path: Path) -> None:
    lines = book_lines(4000)
    path = write_zip(tmp_path / NAME, lines)
    report = load_file(plan_of(path, tmp_path / "ours"))
    (tmp_path / "theirs").mkdir()
    ParquetDataCatalog(str(tmp_path / "theirs")).write_data(
        [delta for deltas in expected_of(lines) for delta in deltas.deltas]
    )
    assert len(report.files) == 1
    assert report.rows == {"OrderBookDelta": 8004}
    assert (tmp_path / "ours" / report.files[0]).read_bytes() == (
        tmp_path / "theirs" / report.files[0]
    ).read_bytes()


def test_a_catalogue_of_many_parts_is_read_as_the_frameworks_own(tmp_path: Path) -> None:
    lines = book_lines(300)
    load_file(plan_of(write_zip(tmp_path / NAME, lines), tmp_path / "ours", rows_per_part=100))
    (tmp_path / "theirs").mkdir()
    ParquetDataCatalog(str(tmp_path / "theirs")).write_data(
        [delta for deltas in expected_of(lines) for delta in deltas.deltas]
    )
    ours, theirs = (
        [
            OrderBookDeltas.to_dict(each)
            for each in ParquetDataCatalog(str(tmp_path / name)).order_book_deltas(batched=True)
        ]
        for name in ("ours", "theirs")
    )
    assert ours == theirs
    assert len(ours) == 301


@needs_recordings
def test_the_real_archive_is_exact_at_every_line(tmp_path: Path) -> None:
    source = source_of(FOLDER / ARCHIVE)
    market = HistoryMarket.named("XRPUSDT", BybitProductType.LINEAR, 4, 0)
    book = OrderBook(market.id, BookType.L2_MBP)
    plain: dict[str, dict[Decimal, Decimal]] = {"b": {}, "a": {}}
    with zipfile.ZipFile(source.path) as bundle:
        lines = bundle.read(bundle.namelist()[0]).splitlines()
    for line, deltas in zip(lines, chain.from_iterable(frames_in(source, market)), strict=True):
        message = json.loads(line)
        for side, levels in plain.items():
            if message["type"] == "snapshot":
                levels.clear()
            levels.update((Decimal(price), Decimal(size)) for price, size in message["data"][side])
            for price in [price for price, size in levels.items() if not size]:
                del levels[price]
        book.apply_deltas(deltas)
        assert _sides(book) == [sorted(plain["b"].items(), reverse=True), sorted(plain["a"].items())]
    report = load_file(LoadPlan(source, market, tmp_path))
    assert (report.lines, report.gap_count, report.rows) == (50, 0, {"OrderBookDelta": 3967})


def _sides(book: OrderBook) -> list[list[tuple[Decimal, Decimal]]]:
    return [
        [(level.price.as_decimal(), level.orders()[0].size.as_decimal()) for level in side]
        for side in (book.bids(), book.asks())
    ]


def book_after(lines: list[str], tmp_path: Path) -> OrderBook:
    source = source_of(write_zip(tmp_path / NAME, lines))
    book = OrderBook(MARKET.id, BookType.L2_MBP)
    for deltas in chain.from_iterable(frames_in(source, MARKET)):
        book.apply_deltas(deltas)
    return book


def test_a_snapshot_in_the_middle_replaces_the_book(tmp_path: Path) -> None:
    again = book_frame(900, 9000, [("90.00", "1.000")], [("91.00", "2.000")], snapshot=True)
    book = book_after([*book_lines(5), again], tmp_path)
    assert [str(level.price) for level in (*book.bids(), *book.asks())] == ["90.00", "91.00"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (book_frame(50, 700, [("100.50", "9.000")], []), "gap"),
        (book_frame(11, 700, [("100.70", "9.000")], []), "crossed"),
        ('{"topic":"orderbook.500.BTCUSDT","type":"del', "unreadable"),
        ('{"op":"pong"}', "unreadable"),
    ],
)
def test_where_data_is_missing_the_book_is_empty_until_the_next_snapshot(
    tmp_path: Path, line: str, reason: str
) -> None:
    after = [
        book_frame(51, 800, [("100.40", "1.000")], []),
        book_frame(60, 900, [("99.00", "1.000")], [("99.50", "2.000")], snapshot=True),
        book_frame(61, 1000, [("99.00", "4.000")], []),
    ]
    lines = [*book_lines(5), line, *after]
    path = write_zip(tmp_path / NAME, lines)
    frames = list(chain.from_iterable(frames_in(source_of(path), MARKET)))
    sound = expected_of([*book_lines(5), *after[1:]])
    assert frames[:6] == sound[:6]
    (clear,) = frames[6].deltas
    assert clear.action == BookAction.CLEAR
    assert clear.flags == RecordFlag.F_SNAPSHOT | RecordFlag.F_LAST
    assert frames[7:] == sound[6:]
    report = load_file(plan_of(path, tmp_path / "cat"))
    (gap,) = report.gaps
    assert (gap.line, gap.reason) == (7, reason)
    assert gap.until_ns == frames[7].ts_init
    assert report.dropped_lines == 2


def test_without_a_snapshot_there_is_no_book(tmp_path: Path) -> None:
    report = load_file(plan_of(write_zip(tmp_path / NAME, book_lines(3)[1:]), tmp_path / "cat"))
    assert (report.rows, report.dropped_lines) == ({}, 3)


def test_a_time_that_runs_back_is_raised_and_counted(tmp_path: Path) -> None:
    lines = book_lines(3)
    late = book_frame(9, 250, [("100.10", "1.000")], [])
    path = write_zip(tmp_path / NAME, [*lines, late])
    frames = list(chain.from_iterable(frames_in(source_of(path), MARKET)))
    assert frames[-1].ts_init == frames[-2].ts_init
    assert load_file(plan_of(path, tmp_path / "cat")).late_rows == 1


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([], "is empty"),
        (["nonsense"], "line 1: no order-book frame"),
        (['{"op":"pong"}'], "line 1: no order-book frame"),
        (
            [book_frame(1, 0, [("1.005", "1")], [], snapshot=True)],
            "line 1: price '1.005' has more than the 2 decimals",
        ),
        (
            [book_frame(1, 0, [("1", "0.0001")], [], snapshot=True)],
            "line 1: quantity '0.0001' has more than the 3",
        ),
        ([book_frame(1, 0, [], [], snapshot=True, symbol="ETHUSDT")], "'ETHUSDT' in a file of 'BTCUSDT'"),
        (
            [*book_lines(1), book_frame(7, 1, [], [], depth=50)],
            "line 3: topic 'orderbook.50.BTCUSDT' in an archive of 'orderbook.500.BTCUSDT'",
        ),
    ],
)
def test_what_is_no_archive_of_the_market_is_refused_and_leaves_nothing(
    tmp_path: Path, lines: list[str], reason: str
) -> None:
    path = write_zip(tmp_path / NAME, lines)
    with pytest.raises(BybitHistoryError, match=reason):
        load_file(plan_of(path, tmp_path / "cat"))
    assert not list((tmp_path / "cat").rglob("*.parquet*"))


def test_a_file_that_is_cut_off_leaves_nothing(tmp_path: Path) -> None:
    path = write_zip(tmp_path / NAME, book_lines(5000))
    path.write_bytes(path.read_bytes()[:-3000])
    with pytest.raises(BybitHistoryError, match="damaged"):
        load_file(plan_of(path, tmp_path / "cat", rows_per_part=1000))
    assert not list((tmp_path / "cat").rglob("*.parquet*"))
