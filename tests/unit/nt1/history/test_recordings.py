"""Recordings: the loader makes of the lines what a live node makes of the frames."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from archives import START_MS, book_frame, book_lines, plan_of, trade_frame, write_gz
from nautilus_trader.core.data import Data
from nautilus_trader.model.data import BarType
from nautilus_trader.persistence.catalog.parquet import ParquetDataCatalog
from recorded_data import FOLDER, needs_recordings

from nautilus_bybit_adapter.errors import BybitHistoryError
from nautilus_bybit_adapter.history.frames import gap_line
from nautilus_bybit_adapter.nt1.history import HistoryMarket, load_file
from nautilus_bybit_adapter.nt1.streams import (
    BarStream,
    BookStream,
    PublicStream,
    TickerKind,
    TickerStream,
    TradeStream,
)
from nautilus_bybit_adapter.wire.codec import decode_public
from nautilus_bybit_adapter.wire.control import ControlMessage
from nautilus_bybit_adapter.wire.enums import BybitProductType

NAME = "linear_BTCUSDT_2024-08-08.frames.gz"
MARKET = HistoryMarket.named("BTCUSDT", BybitProductType.LINEAR, 2, 3)
START_NS = START_MS * 1_000_000


def stamped(frames: list[str]) -> list[str]:
    return [f"{START_NS + 1_000_000 * number + 123} {frame}" for number, frame in enumerate(frames)]


def live_objects(lines: list[str], market: HistoryMarket = MARKET) -> list[Data]:
    """Return what the streams of a live client publish, without any C++."""
    found: list[Data] = []
    book, touch = BookStream(market, 500, found.append), BookStream(market, 1, found.append)
    book.deltas_wanted = touch.quotes_wanted = True
    bars = BarStream(market, "1", found.append, on_close=True, on_missed=lambda *_args: None)
    bars.bar_types.append(BarType.from_str(f"{market.id}-1-MINUTE-LAST-EXTERNAL"))
    ticker = TickerStream(market, found.append)
    for ticker_kind in (TickerKind.MARK_PRICE, TickerKind.INDEX_PRICE, TickerKind.FUNDING_RATE):
        ticker.add(ticker_kind, 0)
    streams: dict[str, PublicStream] = {
        "publicTrade": TradeStream(market, found.append),
        "kline": bars,
        "tickers": ticker,
    }
    for line in lines:
        received, _, frame = line.partition(" ")
        message = decode_public(frame.encode(), "linear")
        assert not isinstance(message, ControlMessage)
        kind = message.topic.split(".")[0]
        stream = (touch if ".1." in message.topic else book) if kind == "orderbook" else streams[kind]
        stream.on_message(message, int(received))
    return found


def write_live(objects: list[Data], catalog: Path) -> dict[str, bytes]:
    catalog.mkdir()
    data = [delta for each in objects for delta in getattr(each, "deltas", [each])]
    ParquetDataCatalog(str(catalog)).write_data(data)
    return contents(catalog)


def contents(catalog: Path) -> dict[str, bytes]:
    paths = sorted((catalog / "data").rglob("*.parquet"))
    return {path.relative_to(catalog).as_posix(): path.read_bytes() for path in paths}


TICKER = '{"topic":"tickers.BTCUSDT","type":"%s","data":{"symbol":"BTCUSDT",%s},"cs":1,"ts":%d}'
FIRST = '"markPrice":"100.55","indexPrice":"100.50","fundingRate":"0.0001","nextFundingTime":"1733040000000"'
KLINE = (
    '{"topic":"kline.1.BTCUSDT","data":[{"start":%d,"end":%d,"interval":"1","open":"100.5","close":"101","high":"102",'
    '"low":"99","volume":"2.081","turnover":"3","confirm":%s,"timestamp":1}],"ts":1,"type":"snapshot"}'
)


def all_kinds() -> list[str]:
    frames = book_lines(30)
    for number in range(20):
        frames.append(trade_frame(number, f"100.{number:02}", "0.500", f"id-{number}"))
        frames.append(
            book_frame(
                number + 1, number, [("100.10", f"{number}.000")], [("100.20", "1")], snapshot=True, depth=1
            )
        )
    frames.append(TICKER % ("snapshot", FIRST, START_MS))
    frames.append(TICKER % ("delta", '"markPrice":"100.56"', START_MS + 5))
    for number in range(3):
        start = START_MS + 60_000 * number
        frames += [KLINE % (start, start + 59_999, "false"), KLINE % (start, start + 59_999, "true")]
    return frames


def test_every_kind_of_frame_becomes_what_a_live_node_made_of_it(tmp_path: Path) -> None:
    lines = stamped(all_kinds())
    report = load_file(plan_of(write_gz(tmp_path / NAME, lines), tmp_path / "ours"))
    ours = contents(tmp_path / "ours")
    assert ours == write_live(live_objects(lines), tmp_path / "live")
    assert len(ours) == 7
    assert report.rows["QuoteTick"] == 19
    assert (report.rows["Bar"], report.rows["MarkPriceUpdate"]) == (3, 2)


@needs_recordings
def test_a_recording_of_half_a_minute_is_byte_for_byte_the_live_catalogue(tmp_path: Path) -> None:
    with gzip.open(FOLDER / NAME, "rt") as stream:
        lines = [line.rstrip("\n") for line, _ in zip(stream, range(4000), strict=False)]
    path = write_gz(tmp_path / NAME, lines)
    report = load_file(plan_of(path, tmp_path / "ours"))
    assert contents(tmp_path / "ours") == write_live(live_objects(lines), tmp_path / "live")
    assert (report.gap_count, report.dropped_lines, report.lines) == (0, 0, 4000)


def test_a_gap_empties_the_book_until_the_next_snapshot(tmp_path: Path) -> None:
    frames = book_lines(3)
    lines = stamped([*frames, "{}", *book_lines(2, first_u=50)])
    mark = START_NS + 1_000_000 * 4
    lines[4] = gap_line(mark, "the connection was lost").decode().rstrip()
    report = load_file(plan_of(write_gz(tmp_path / NAME, lines), tmp_path / "cat"))
    found = ParquetDataCatalog(str(tmp_path / "cat")).order_book_deltas(batched=True)
    assert [len(each.deltas) for each in found] == [4, 2, 2, 2, 1, 4, 2, 2]
    assert found[4].is_snapshot
    assert found[4].ts_init == mark
    (gap,) = report.gaps
    assert (gap.reason, gap.line, gap.ts_ns) == ("the connection was lost", 5, mark)


def test_a_recording_that_was_cut_off_is_loaded_as_far_as_it_is_whole(tmp_path: Path) -> None:
    path = write_gz(tmp_path / NAME, stamped(book_lines(4000)))
    path.write_bytes(path.read_bytes()[:-5000])
    report = load_file(plan_of(path, tmp_path / "cat"))
    assert report.is_torn
    assert 1000 < report.lines < 4000
    assert report.rows["OrderBookDelta"] == 4 + 2 * (report.lines - 1)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("yesterday {}", "receive time in nanoseconds expected"),
        ("1733011200000000000 {", "no frame"),
        (
            f"{START_NS * 2} {trade_frame(1, '1.00', '1.000', 'x', symbol='ETHUSDT')}",
            "topic 'publicTrade.ETHUSDT'",
        ),
        (
            f"{START_NS * 2} {trade_frame(1, '1.005', '1.000', 'x')}",
            "price '1.005' has more than the 2 decimals",
        ),
        (
            f"{START_NS * 2} {book_frame(9, 1, [('1.005', '1')], [])}",
            "a number of orderbook.500.BTCUSDT is none of",
        ),
        (f'{START_NS * 2} {{"topic":"gap","reason":5}}', "no mark of a gap"),
    ],
)
def test_what_is_no_line_of_a_recording_names_it_and_leaves_nothing(
    tmp_path: Path, line: str, reason: str
) -> None:
    path = write_gz(tmp_path / NAME, [*stamped(book_lines(3)), line])
    with pytest.raises(BybitHistoryError, match=reason) as caught:
        load_file(plan_of(path, tmp_path / "cat"))
    assert caught.value.line == 5
    assert not list((tmp_path / "cat").rglob("*.parquet*"))
