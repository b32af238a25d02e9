"""Files of a recording: one row for each market, each begins with a book, gaps are marked."""

from __future__ import annotations

import asyncio
import gzip
from pathlib import Path

from archives import START_MS, book_frame, trade_frame

from nautilus_bybit_adapter.history.frames import parse_gap
from nautilus_bybit_adapter.history.recorder.shelf import Shelf

NS = 1_000_000_000
START_NS = START_MS * 1_000_000
MARKET, TOPIC = "linear_BTCUSDT", "orderbook.50.BTCUSDT"
SNAPSHOT = book_frame(1, 0, [("1", "1")], [("2", "1")], snapshot=True, depth=50).encode()
DELTA = book_frame(2, 1, [("1", "2")], [], depth=50).encode()
TRADE = trade_frame(1, "1", "1", "x").encode()


def recordings(folder: Path) -> list[list[bytes]]:
    return [gzip.decompress(path.read_bytes()).splitlines() for path in sorted(folder.glob("*.frames.gz"))]


def shelf_of(
    folder: Path, asked: list[str], rotate_bytes: int = 1 << 30, rotate_secs: float = 3600.0
) -> Shelf:
    shelf = Shelf(folder, rotate_bytes, rotate_secs, lambda _market, topic: asked.append(topic))
    shelf.add_book(MARKET, "orderbook.1.BTCUSDT")
    shelf.add_book(MARKET, TOPIC)
    return shelf


def test_a_new_file_begins_with_a_snapshot_of_the_deepest_book(tmp_path: Path) -> None:
    async def scenario() -> None:
        asked: list[str] = []
        shelf = shelf_of(tmp_path, asked, rotate_secs=10.0)
        shelf.take(MARKET, TOPIC, START_NS, SNAPSHOT)
        shelf.take(MARKET, TOPIC, START_NS + 9 * NS, DELTA)
        assert not asked
        # Full: the old file takes what comes until the snapshot that was asked for.
        shelf.take(MARKET, TOPIC, START_NS + 10 * NS, DELTA)
        shelf.take(MARKET, "publicTrade.BTCUSDT", START_NS + 11 * NS, TRADE)
        assert asked == [TOPIC]
        shelf.take(MARKET, TOPIC, START_NS + 12 * NS, SNAPSHOT)
        shelf.take(MARKET, TOPIC, START_NS + 13 * NS, DELTA)
        await shelf.close()
        assert asked == [TOPIC]
        assert shelf.frame_count == 6

    asyncio.run(scenario())
    first, second = recordings(tmp_path)
    assert len(first) == 4
    assert second == [b"%d %b" % (START_NS + 12 * NS, SNAPSHOT), b"%d %b" % (START_NS + 13 * NS, DELTA)]


def test_a_snapshot_that_does_not_come_is_not_waited_for_without_end(tmp_path: Path) -> None:
    async def scenario() -> None:
        shelf = shelf_of(tmp_path, [], rotate_bytes=10)
        shelf.take(MARKET, TOPIC, START_NS, SNAPSHOT)
        for seconds in (1, 20, 40):
            shelf.take(MARKET, TOPIC, START_NS + seconds * NS, DELTA)
        await shelf.close()

    asyncio.run(scenario())
    assert [len(lines) for lines in recordings(tmp_path)] == [3, 1]


def test_a_market_without_a_book_turns_at_once(tmp_path: Path) -> None:
    async def scenario() -> None:
        shelf = Shelf(tmp_path, 10, 3600.0, lambda _market, _topic: None)
        for number in range(3):
            shelf.take("spot_ETHUSDT", "publicTrade.ETHUSDT", START_NS + number, TRADE)
        await shelf.close()
        assert shelf.file_count == 3

    asyncio.run(scenario())
    assert [len(lines) for lines in recordings(tmp_path)] == [1, 1, 1]


def test_a_lost_connection_is_marked_where_it_was_lost(tmp_path: Path) -> None:
    async def scenario() -> None:
        shelf = shelf_of(tmp_path, [])
        shelf.mark_gap(MARKET, START_NS, "nothing was recorded yet")
        shelf.take(MARKET, TOPIC, START_NS, SNAPSHOT)
        shelf.mark_gap(MARKET, START_NS + 5, "the connection was lost")
        shelf.take(MARKET, TOPIC, START_NS + 9, SNAPSHOT)
        await shelf.close()
        assert shelf.gap_count == 1

    asyncio.run(scenario())
    (lines,) = recordings(tmp_path)
    stamp, _, frame = lines[1].partition(b" ")
    mark = parse_gap(frame)
    assert (int(stamp), mark.reason, mark.since_ns) == (START_NS + 5, "the connection was lost", 0)


def test_a_new_start_marks_the_time_that_was_not_recorded(tmp_path: Path) -> None:
    (tmp_path / f"{MARKET}_20241201T000000.000000000Z.frames.part").write_bytes(
        b"%d %b\n17" % (START_NS, SNAPSHOT)
    )

    async def scenario() -> None:
        shelf = shelf_of(tmp_path, [])
        shelf.take(MARKET, TOPIC, START_NS + NS, SNAPSHOT)
        await shelf.close()

    asyncio.run(scenario())
    first, second = recordings(tmp_path)
    assert first == [b"%d %b" % (START_NS, SNAPSHOT)]
    mark = parse_gap(second[0].partition(b" ")[2])
    assert (mark.since_ns, mark.reason) == (START_NS, "the recorder was not running")
    assert second[1:] == [b"%d %b" % (START_NS + NS, SNAPSHOT)]


def test_a_frame_of_several_lines_is_one_line(tmp_path: Path) -> None:
    async def scenario() -> None:
        shelf = shelf_of(tmp_path, [])
        shelf.take(MARKET, TOPIC, START_NS, b'{"topic":\r\n"x"}')
        await shelf.close()

    asyncio.run(scenario())
    assert recordings(tmp_path) == [[b'%d {"topic":  "x"}' % START_NS]]
