"""Recordings are read as they are, and a bad one is named with its line."""

from __future__ import annotations

import gzip
import itertools
from pathlib import Path

import pytest
from recorded_data import FOLDER, RECORDINGS, frames_of, needs_recordings, read_market, until_last_book
from thin_market import Thin, thin_events, write_recording

from nautilus_bybit_adapter.warden.calibration.events import (
    BookEvent,
    RecordingError,
    TradeEvent,
    read_recording,
    recorded_symbols,
)
from nautilus_bybit_adapter.warden.calibration.survey import is_inverse_symbol, survey

SNAPSHOT = '{"topic":"orderbook.50.XUSDT","type":"snapshot","ts":5,"data":{"b":[["9","1"]],"a":[["10","2"]]}}'
DELTA = (
    '{"topic":"orderbook.50.XUSDT","type":"delta","ts":6,"cts":5,"data":{"b":[["9","0"],["8","3"]],"a":[]}}'
)


def recording(path: Path, *lines: str) -> Path:
    path.write_bytes(gzip.compress("".join(f"{line}\n" for line in lines).encode()))
    return path


def test_what_is_written_is_read(tmp_path: Path) -> None:
    events = thin_events(Thin(secs=20))
    path = write_recording(tmp_path / "x.frames.gz", events, "XUSDT")
    assert recorded_symbols(path) == ["XUSDT"]
    assert list(read_recording(path, "XUSDT")) == events


def test_deltas_change_the_book_and_other_topics_do_not(tmp_path: Path) -> None:
    path = recording(
        tmp_path / "x.frames.gz",
        "1 " + DELTA,
        "2 " + SNAPSHOT,
        "3 " + SNAPSHOT.replace("orderbook.50.", "orderbook.1."),
        "4 " + SNAPSHOT.replace("orderbook.50.", "orderbook.200."),
        "5 " + SNAPSHOT.replace("XUSDT", "YUSDT"),
        '6 {"topic":"tickers.XUSDT"}',
        '7 {"success":true}',
        "8 " + DELTA,
    )
    assert recorded_symbols(path) == ["XUSDT", "YUSDT"]
    assert list(read_recording(path, "XUSDT")) == [
        BookEvent(2, 5_000_000, [(9.0, 1.0)], [(10.0, 2.0)]),
        BookEvent(8, 5_000_000, [(8.0, 3.0)], [(10.0, 2.0)]),
    ]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("no time " + SNAPSHOT, "x.frames.gz line 2: "),
        ("3 [1]", "x.frames.gz line 2: TypeError"),
        ("3 {", "x.frames.gz line 2: DecodeError"),
        (
            '3 {"topic":"publicTrade.XUSDT","data":[{"T":1,"S":"Up","p":"1","v":"1"}]}',
            "line 2: KeyError\\('Up'\\)",
        ),
        (
            '3 {"topic":"publicTrade.XUSDT","data":[{"T":1,"S":"Buy","p":"dear","v":"1"}]}',
            "line 2: ValueError",
        ),
    ],
)
def test_a_strange_line_is_named(tmp_path: Path, line: str, message: str) -> None:
    path = recording(tmp_path / "x.frames.gz", "2 " + SNAPSHOT, line)
    with pytest.raises(RecordingError, match=message):
        list(read_recording(path, "XUSDT"))


def test_a_file_that_is_no_recording_is_said_to_be_none(tmp_path: Path) -> None:
    plain = tmp_path / "plain.gz"
    plain.write_text("hello")
    with pytest.raises(RecordingError, match=r"plain\.gz cannot be read"):
        recorded_symbols(plain)
    whole = recording(tmp_path / "x.frames.gz", *(f"{k} {SNAPSHOT}" for k in range(500)))
    whole.write_bytes(whole.read_bytes()[:-20])
    with pytest.raises(RecordingError, match=r"x\.frames\.gz cannot be read"):
        recorded_symbols(whole)
    with pytest.raises(RecordingError, match="holds no order book"):
        recorded_symbols(recording(tmp_path / "y.frames.gz", '1 {"topic":"tickers.X"}'))


@pytest.mark.parametrize(
    ("symbol", "expected"),
    [("BTCUSD", True), ("BTCUSDZ24", True), ("BTCUSDT", False), ("BTCUSDC", False), ("BTC-29MAR24", False)],
)
def test_inverse_symbols(symbol: str, expected: bool) -> None:
    assert is_inverse_symbol(symbol) is expected


def test_a_survey_counts_and_chooses_a_large_size() -> None:
    events = thin_events(Thin(secs=60))
    found = survey(events)
    assert found.books == sum(isinstance(event, BookEvent) for event in events)
    assert found.trades == sum(isinstance(event, TradeEvent) for event in events)
    held = [
        min(sum(p * s for p, s in side) for side in (event.bids, event.asks))
        for event in events
        if isinstance(event, BookEvent)
    ]
    large = found.large_notional()
    assert sum(depth >= large for depth in held) > 0.9 * len(held)
    assert survey([]).large_notional() == 2_000.0


@needs_recordings
@pytest.mark.parametrize("name", RECORDINGS[:1])
def test_a_recording_ends_in_the_book_another_reader_finds(name: str) -> None:
    frames = until_last_book(frames_of(FOLDER / name)[:6_000], 3_000)
    market = read_market("linear", sorted(frames, key=lambda frame: frame.at))
    books = sum(frame.at[1] == 1 for frame in frames)
    events = (e for e in read_recording(FOLDER / name, market.symbol) if isinstance(e, BookEvent))
    last = list(itertools.islice(events, books))[-1]
    assert dict(last.bids) == {float(p): float(s) for p, s in market.book[0].items()}
    assert dict(last.asks) == {float(p): float(s) for p, s in market.book[1].items()}
