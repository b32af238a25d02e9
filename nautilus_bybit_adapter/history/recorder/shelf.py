"""All files of a recording: a row of them for each market, a new one when the last is full or old."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from nautilus_bybit_adapter.history.frames import gap_line
from nautilus_bybit_adapter.history.recorder.journal import PART_SUFFIX, Journal, recover

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_NS = 1_000_000_000
_LONGEST_TURN_NS = 30 * _NS
_START_OF_FRAME = 200


@dataclass(slots=True)
class _Row:
    """The files of one market.

    Attributes
    ----------
    market : str
        How their names begin.
    deepest_book : str
        The topic whose snapshot begins a file; nothing where no book is recorded.
    journal : Journal or None
        The file that is written to.
    opened_ns, turned_ns : int
        When it was begun, and since when the next one waits for its snapshot; 0 while it does not.
    last_ns : int
        The last receive time of earlier files.
    """

    market: str
    deepest_book: str = ""
    journal: Journal | None = None
    opened_ns: int = 0
    turned_ns: int = 0
    last_ns: int = 0


class Shelf:
    """Takes frames and keeps them in files.

    Parameters
    ----------
    folder : Path
        Where the files lie; it is made where there is none.
    rotate_bytes : int
        How large a file may become, unpacked.
    rotate_secs : float
        How old.
    ask_anew : callable
        Asks the venue for a topic again, so that a snapshot comes; the new file begins with it.

    Attributes
    ----------
    frame_count, byte_count, gap_count, file_count : int
        What has been written.

    Raises
    ------
    OSError
        If the folder cannot be used.
    """

    def __init__(
        self, folder: Path, rotate_bytes: int, rotate_secs: float, ask_anew: Callable[[str, str], None]
    ) -> None:
        self._folder = folder
        self._rotate_bytes = rotate_bytes
        self._rotate_ns = int(rotate_secs * _NS)
        self._ask_anew = ask_anew
        self._rows: dict[str, _Row] = {}
        self._packing: set[asyncio.Task[None]] = set()
        self.frame_count = self.byte_count = self.gap_count = self.file_count = 0
        folder.mkdir(parents=True, exist_ok=True)
        self._left_behind = recover(folder)

    def add_book(self, market: str, topic: str) -> None:
        """Learn of an order book: each file of the market begins with a snapshot of the deepest."""
        row = self._row(market)
        if _depth_of(topic) > _depth_of(row.deepest_book):
            row.deepest_book = topic

    def take(self, market: str, topic: str, received_ns: int, frame: bytes) -> None:
        """Keep a frame.

        Raises
        ------
        OSError
            If it could not be written; the files are whole without it.
        """
        row = self._row(market)
        if row.journal is not None:
            self._turn(row, topic, received_ns, frame)
        journal = self._journal(row, received_ns)
        if b"\n" in frame:
            frame = frame.replace(b"\r", b" ").replace(b"\n", b" ")
        line = b"%d %b\n" % (received_ns, frame)
        journal.write(received_ns, line)
        self.frame_count += 1
        self.byte_count += len(line)

    def mark_gap(self, market: str, received_ns: int, reason: str) -> None:
        """Note in the market's file that frames may be missing from now on."""
        row = self._rows.get(market)
        if row is not None and row.journal is not None:
            row.journal.write(received_ns, gap_line(received_ns, reason))
            self.gap_count += 1

    def sync(self) -> None:
        """Have everything written reach the disk."""
        for row in list(self._rows.values()):
            if row.journal is not None and row.journal.is_dirty:
                row.journal.sync()

    async def close(self) -> None:
        """Pack every file."""
        await asyncio.gather(*self._packing)
        for row in self._rows.values():
            journal, row.journal = row.journal, None
            if journal is not None:
                await asyncio.to_thread(journal.close)

    def _row(self, market: str) -> _Row:
        row = self._rows.get(market)
        if row is None:
            row = self._rows[market] = _Row(market, last_ns=self._left_behind.get(market, 0))
        return row

    def _turn(self, row: _Row, topic: str, now_ns: int, frame: bytes) -> None:
        """Begin a new file where the last one is full: at a snapshot, so that each can be used alone."""
        journal = row.journal
        assert journal is not None  # noqa: S101 - asked before
        if not row.turned_ns:
            if journal.size < self._rotate_bytes and now_ns - row.opened_ns < self._rotate_ns:
                return
            row.turned_ns = now_ns
            if row.deepest_book:
                self._ask_anew(row.market, row.deepest_book)
        begins = topic == row.deepest_book and b'"snapshot"' in frame[:_START_OF_FRAME]
        if begins or not row.deepest_book or now_ns - row.turned_ns > _LONGEST_TURN_NS:
            row.journal, row.turned_ns = None, 0
            # No gap: the next file goes on where this one ends.
            row.last_ns = 0
            task = asyncio.get_running_loop().create_task(asyncio.to_thread(journal.close))
            self._packing.add(task)
            task.add_done_callback(self._packing.discard)

    def _journal(self, row: _Row, now_ns: int) -> Journal:
        if row.journal is None:
            begun = datetime.fromtimestamp(now_ns // _NS, UTC)
            name = f"{row.market}_{begun:%Y%m%dT%H%M%S}.{now_ns % _NS:09}Z{PART_SUFFIX}"
            row.journal = Journal(self._folder / name)
            row.opened_ns = now_ns
            self.file_count += 1
            if row.last_ns:
                row.journal.write(now_ns, gap_line(now_ns, "the recorder was not running", row.last_ns))
                self.gap_count += 1
                row.last_ns = 0
        return row.journal


def _depth_of(topic: str) -> int:
    depth = topic.split(".")[1] if topic.startswith("orderbook.") else ""
    return int(depth) if depth.isdecimal() else 0
