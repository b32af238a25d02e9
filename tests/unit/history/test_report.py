"""Reports for people and for programs, and the lines of a recording."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import msgspec
import pytest

from nautilus_bybit_adapter.history.frames import deepest_book, gap_line, parse_gap, topic_in
from nautilus_bybit_adapter.history.report import MOST_GAPS, LoadReport, as_json, as_text, moment


def report() -> LoadReport:
    return LoadReport("a.zip", "order book archive", "BTCUSDT-LINEAR.BYBIT")


def test_a_report_names_what_is_missing() -> None:
    found = report()
    found.add_gap(7, 1_733_011_200_400_000_000, "gap")
    found.end_gap(1_733_011_200_900_000_000)
    found.end_gap(1_733_011_201_900_000_000)
    found.add_gap(9, 1_733_011_202_000_000_000, "crossed")
    found.rows = {"OrderBookDelta": 1234}
    found.see(1_733_011_200_000_000_000, 1_733_011_202_000_000_000)
    text = as_text(found)
    assert "line 7, 2024-12-01T00:00:00.400Z: gap, until 2024-12-01T00:00:00.900Z" in text
    assert "line 9, 2024-12-01T00:00:02.000Z: crossed" in text
    assert "1,234 OrderBookDelta" in text
    assert "2 gaps" in text
    (shown,) = json.loads(as_json([found]))
    assert shown["gaps"][0] == {
        "line": 7,
        "ts_ns": 1_733_011_200_400_000_000,
        "reason": "gap",
        "until_ns": 1_733_011_200_900_000_000,
    }


def test_gaps_without_end_take_bounded_memory_and_are_counted() -> None:
    found = report()
    for number in range(MOST_GAPS + 5):
        found.add_gap(number, number, "gap")
    assert (len(found.gaps), found.gap_count) == (MOST_GAPS, MOST_GAPS + 5)
    # The end of one that is not listed is not the end of the last that is.
    found.end_gap(9999)
    assert found.gaps[-1].until_ns == 0


def test_a_mark_of_a_gap_is_a_line_of_its_own_topic() -> None:
    stamp, _, frame = gap_line(1_733_011_200_000_000_000, "because", 5).partition(b" ")
    assert (int(stamp), topic_in(frame.rstrip())) == (1_733_011_200_000_000_000, b"gap")
    mark = parse_gap(frame)
    assert (mark.reason, mark.since_ns, mark.topic) == ("because", 5, "gap")
    with pytest.raises(msgspec.MsgspecError):
        parse_gap(b'{"topic":"gap"}')


def test_the_deepest_book_of_a_recording_is_found(tmp_path: Path) -> None:
    path = tmp_path / "a.frames.gz"
    topics = ("orderbook.1.BTCUSDT", "orderbook.200.BTCUSDT", "orderbook.50.BTCUSDT", "orderbook.rpi.BTCUSDT")
    path.write_bytes(gzip.compress("".join(f'1 {{"topic":"{topic}"}}\n' for topic in topics).encode()))
    assert deepest_book(path) == 200
    path.write_bytes(gzip.compress(b'1 {"topic":"publicTrade.BTCUSDT"}\n'))
    assert deepest_book(path) == 0


def test_a_moment_is_exact_to_the_millisecond() -> None:
    assert moment(1_733_011_200_999_999_999) == "2024-12-01T00:00:00.999Z"
