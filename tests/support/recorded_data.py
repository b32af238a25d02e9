"""The recordings beside the project, and what they hold as a plain reader understands them.

The reader shares no code with the package or with the venue: it applies every book frame to two dictionaries and
keeps every trade, in the order of the exchange's own times.
"""

from __future__ import annotations

import gzip
import json
import os
import zipfile
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(os.environ.get("BYBIT_NT_DATA", Path(__file__).resolve().parents[2] / ".." / "shared" / "data"))
WHOLE_FILES = os.environ.get("BYBIT_NT_WHOLE_FILES") == "1"
"""Whether recordings are replayed from their first frame to their last; ``make replay`` sets it."""

ARCHIVE = "2024-12-01_XRPUSDT_ob500.data.zip"
RECORDINGS = (
    "linear_BTCUSDT_2024-08-08.frames.gz",
    "spot_BTCUSDT_2024-08-08.frames.gz",
    "spot_ETHUSDT_2024-08-08.frames.gz",
    "inverse_BTCUSD_2024-08-08.frames.gz",
    "inverse_ETHUSD_2024-08-08.frames.gz",
)
needs_recordings = pytest.mark.skipif(
    not all((FOLDER / name).is_file() for name in (ARCHIVE, *RECORDINGS)),
    reason="the recordings are absent; name their folder with BYBIT_NT_DATA",
)

Side = dict[Decimal, Decimal]
Trade = tuple[str, Decimal, Decimal]
# Of what happens in one millisecond, trades come before the books that contain them, and touches last.
_TRADES, _BOOK, _TOUCH = 0, 1, 2


def book_sides() -> tuple[Side, Side]:
    """Return an empty book."""
    return {}, {}


@dataclass(slots=True)
class Frame:
    """One line of a file; `at` sorts by the exchange's time."""

    at: tuple[int, int, int]
    line: bytes
    message: dict[str, Any]


@dataclass(slots=True)
class Market:
    """What a recording holds: the book after its last frame, its trades in their order, and its span."""

    category: str
    symbol: str
    span_ms: int = 0
    book: tuple[Side, Side] = field(default_factory=book_sides)
    trades: list[Trade] = field(default_factory=list)


def frames_of(path: Path) -> list[Frame]:
    """Return the lines of a recording or a book archive, in the order of the file."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as bundle:
            lines = bundle.read(bundle.namelist()[0]).splitlines()
    else:
        lines = gzip.decompress(path.read_bytes()).splitlines()
    found = []
    for number, line in enumerate(lines):
        message = json.loads(line[line.index(b"{") :])
        if message["topic"].startswith("publicTrade"):
            at = (message["data"][-1]["T"], _TRADES, number)
        else:
            rank = _TOUCH if message["topic"].startswith("orderbook.1.") else _BOOK
            at = (message.get("cts", message["ts"]), rank, number)
        found.append(Frame(at, line, message))
    return found


def until_last_book(frames: list[Frame], most: int) -> list[Frame]:
    """Return at most that many frames, without what happened after the last book frame among them."""
    frames = frames[:most]
    last = max(frame.at for frame in frames if frame.at[1] == _BOOK)
    return [frame for frame in frames if frame.at <= last]


def apply_levels(book: tuple[Side, Side], message: dict[str, Any]) -> None:
    """Apply a book frame: a snapshot replaces, a size of zero deletes."""
    for side, rows in zip(book, (message["data"]["b"], message["data"]["a"]), strict=True):
        if message["type"] == "snapshot":
            side.clear()
        for price, size in rows:
            if Decimal(size):
                side[Decimal(price)] = Decimal(size)
            else:
                side.pop(Decimal(price), None)


def read_market(category: str, frames: list[Frame]) -> Market:
    """Read frames the plain way."""
    in_order = sorted(frames, key=lambda frame: frame.at)
    books = [frame for frame in in_order if frame.at[1] == _BOOK]
    market = Market(category, books[0].message["data"]["s"], in_order[-1].at[0] - books[0].at[0])
    for frame in books:
        apply_levels(market.book, frame.message)
    market.trades = [
        (row["S"], Decimal(row["p"]), Decimal(row["v"]))
        for frame in in_order
        if frame.at[1] == _TRADES
        for row in frame.message["data"]
    ]
    return market


def joined(trades: list[Trade]) -> list[Trade]:
    """Return trades with those of one side and price that follow one another added up."""
    found: list[Trade] = []
    for side, price, size in trades:
        if found and found[-1][:2] == (side, price):
            found[-1] = (side, price, found[-1][2] + size)
        else:
            found.append((side, price, size))
    return found
