"""Several recordings at once: which file belongs to which market, and their common time.

Files of one market are merged, e.g. a book archive and the trades of the same day. Recordings that begin
within an hour of one another keep their distance; those of another day begin at once.
"""

from __future__ import annotations

import heapq
import re
from dataclasses import dataclass
from itertools import dropwhile
from typing import TYPE_CHECKING

from .archive import BookArchive, TradeArchive
from .recording import RecordedFrame, Recording, RecordingHead, ReplayError, head_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

CATEGORIES = ("spot", "linear", "inverse", "option")
LONGEST_WAIT_MS = 3_600_000
_CATEGORY_NAME = re.compile(r"(spot|linear|inverse|option)_")
_BOOK_NAME = re.compile(r"\d{4}-\d{2}-\d{2}_(.+)_ob(\d+)\.data\.zip")
# Bybit recorded 500 levels of contracts only.
_CONTRACT_DEPTH = "500"

Source = Recording | BookArchive | TradeArchive


@dataclass(frozen=True, slots=True)
class Recorded:
    """The recordings of one market, and when they begin after the earliest one, ms."""

    head: RecordingHead
    sources: tuple[Source, ...]
    wait_ms: int

    def frames(self) -> Iterator[RecordedFrame]:
        """Frames of all files by time, from the first book on."""
        merged = heapq.merge(
            *(source.frames() for source in self.sources), key=lambda frame: (frame.exchange_ms, frame.rank)
        )
        if len(self.sources) == 1:
            return merged
        return dropwhile(lambda frame: frame.exchange_ms < self.head.start_ms, merged)


def read_recordings(paths: Sequence[Path], category: str | None = None) -> tuple[Recorded, ...]:
    """Sort recordings into markets.

    Parameters
    ----------
    paths : sequence of Path
        `*.frames.gz`, `*.data.zip` and `*.csv(.gz)` files.
    category : str, optional
        Category of the files whose name and content do not say it.

    Raises
    ------
    ReplayError
        When a file is unreadable, of no known kind or of unknown category, or a market has no book.
    """
    if category is not None and category not in CATEGORIES:
        raise ValueError(f"category must be one of {', '.join(CATEGORIES)}, got {category!r}")
    found: dict[tuple[str, str], list[Source]] = {}
    for path in paths:
        if not path.is_file():
            raise ReplayError(path, 0, "there is no such file")
        source = _open(path)
        found.setdefault((_category(source, category), _symbol(source)), []).append(source)
    heads = sorted((_head(key, sources) for key, sources in found.items()), key=lambda head: head.start_ms)
    recorded, earliest = [], 0
    for head in heads:
        if head.start_ms - earliest > LONGEST_WAIT_MS:
            earliest = head.start_ms
        sources = tuple(found[head.category, head.symbol])
        recorded.append(Recorded(head, sources, head.start_ms - earliest))
    return tuple(recorded)


def _open(path: Path) -> Source:
    if path.name.endswith((".csv", ".csv.gz")):
        return TradeArchive(path)
    if path.suffix == ".zip":
        return BookArchive(path)
    if path.suffix == ".gz":
        return Recording(path)
    raise ReplayError(path, 0, "of no known kind; expected *.frames.gz, *.data.zip, *.csv or *.csv.gz")


def _category(source: Source, asked: str | None) -> str:
    path = source.path
    named = _CATEGORY_NAME.match(path.name)
    if named is not None:
        return named.group(1)
    if asked is not None:
        return asked
    is_contract = isinstance(source, TradeArchive) and source.head()[0]
    if isinstance(source, TradeArchive) and not is_contract:
        return "spot"
    book = _BOOK_NAME.fullmatch(path.name)
    if is_contract or (book is not None and book.group(2) == _CONTRACT_DEPTH):
        return "inverse" if _is_inverse(_symbol(source)) else "linear"
    for folder in reversed(path.parent.parts):
        if folder in CATEGORIES:
            return folder
    raise ReplayError(path, 0, "the file name does not start with a category; name it with --category")


def _is_inverse(symbol: str) -> bool:
    """Whether the name is that of a coin-margined contract, e.g. `BTCUSD` or `BTCUSDZ26`."""
    return re.fullmatch(r"[A-Z0-9]+USD([FGHJKMNQUVXZ]\d{2})?", symbol) is not None


def _symbol(source: Source) -> str:
    if isinstance(source, TradeArchive):
        return source.head()[1]
    frames = source.frames()
    for frame in frames:
        if frame.depth:
            return str(frame.data["s"])
    raise ReplayError(source.path, 0, "there is no order book snapshot in it")


def _head(key: tuple[str, str], sources: Sequence[Source]) -> RecordingHead:
    category, symbol = key
    books = [source for source in sources if not isinstance(source, TradeArchive)]
    if not books:
        raise ReplayError(
            sources[0].path, 0, f"trades of {category} {symbol} without a recording of its book"
        )
    heads = [head_of(source.path, source.frames(), category) for source in books]
    return min(heads, key=lambda head: head.start_ms)
