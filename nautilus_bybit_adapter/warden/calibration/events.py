"""What a calibration is fed: books and trades of one market, in the order in which they were received."""

from __future__ import annotations

import gzip
import hashlib
import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from nautilus_bybit_adapter.errors import BybitConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from nautilus_bybit_adapter.warden.depth import Levels

_MS_NS = 1_000_000
_TOUCH_TOPIC = "orderbook.1."
_BOOK = re.compile(rb'"topic":\s*"orderbook\.(?!1\.)\d+\.([A-Z0-9.-]+)"')
_SIDES = {"Buy": True, "Sell": False}


@dataclass(frozen=True, slots=True)
class BookEvent:
    """A book after a whole message.

    Parameters
    ----------
    received_ns, ts_ns : int
        When it arrived and when the venue made it, UNIX nanoseconds.
    bids, asks : Levels
        Best first; may be empty.

    """

    received_ns: int
    ts_ns: int
    bids: Levels
    asks: Levels


@dataclass(frozen=True, slots=True)
class TradeEvent:
    """A trade; `is_buy` is the side of the aggressor."""

    received_ns: int
    ts_ns: int
    is_buy: bool
    price: float
    size: float


type Event = BookEvent | TradeEvent


class RecordingError(BybitConfigError):
    """A recording cannot be read; the message names the file, the line and what is wrong."""


@dataclass(slots=True)
class Ladders:
    """A book as two dictionaries of price and size, given out sorted."""

    bids: dict[float, float]
    asks: dict[float, float]

    def sorted_levels(self) -> tuple[Levels, Levels]:
        """Return bids and asks, best first."""
        return sorted(self.bids.items(), reverse=True), sorted(self.asks.items())


def recorded_symbols(path: Path) -> list[str]:
    """Return the symbols whose order books a recording holds, sorted.

    Raises
    ------
    RecordingError
        If the file is no gzip file, ends early, or holds no order book.

    """
    found: set[str] = set()
    try:
        with gzip.open(path, "rb") as lines:
            for line in lines:
                topic = _BOOK.search(line)
                if topic is not None:
                    found.add(topic[1].decode())
    except (OSError, EOFError, zlib.error) as e:
        raise RecordingError(f"{path.name} cannot be read: {e}") from e
    if not found:
        raise RecordingError(f"{path.name} holds no order book; a calibration needs books and trades")
    return sorted(found)


def read_recording(path: Path, symbol: str) -> Iterator[Event]:
    """Read a recording: gzip lines ``<receive time, ns> <Bybit V5 public frame>``.

    Of several depths of the symbol's book the first seen is read; best-level frames (``orderbook.1``) are passed
    over, as are other topics and symbols.

    Parameters
    ----------
    path : Path
        A ``*.frames.gz`` file.
    symbol : str

    Yields
    ------
    Event
        In the order of the file; no book before the first snapshot.

    Raises
    ------
    RecordingError
        If the file is no gzip file, ends early, or a line is no such frame.

    """
    ladders: Ladders | None = None
    topic = ""
    number = 0
    try:
        with gzip.open(path, "rb") as lines:
            for line in lines:
                number += 1
                received, frame = _parse_line(line)
                kind, _, rest = frame.get("topic", "").partition(".")
                if rest.rpartition(".")[2] != symbol:
                    continue
                if kind == "publicTrade":
                    yield from (_trade(received, row) for row in frame["data"])
                elif kind == "orderbook" and not frame["topic"].startswith(_TOUCH_TOPIC):
                    topic = topic or frame["topic"]
                    if frame["topic"] == topic:
                        ladders = _apply(ladders, frame)
                    if frame["topic"] == topic and ladders is not None:
                        ts_ns = frame.get("cts", frame["ts"]) * _MS_NS
                        yield BookEvent(received, ts_ns, *ladders.sorted_levels())
    except (OSError, EOFError, zlib.error) as e:
        raise RecordingError(f"{path.name} cannot be read after line {number}: {e}") from e
    except (msgspec.MsgspecError, KeyError, ValueError, TypeError, IndexError, AttributeError) as e:
        raise RecordingError(
            f"{path.name} line {number}: {e!r}; it must be '<receive time, ns> <Bybit V5 public frame>'"
        ) from e


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _parse_line(line: bytes) -> tuple[int, dict[str, Any]]:
    received, _, frame = line.partition(b" ")
    parsed = msgspec.json.decode(frame)
    if not isinstance(parsed, dict):
        raise TypeError("the frame is no JSON object")
    return int(received), parsed


def _trade(received: int, row: dict[str, Any]) -> TradeEvent:
    return TradeEvent(received, row["T"] * _MS_NS, _SIDES[row["S"]], float(row["p"]), float(row["v"]))


def _apply(ladders: Ladders | None, frame: dict[str, Any]) -> Ladders | None:
    if frame["type"] == "snapshot":
        ladders = Ladders({}, {})
    if ladders is None:
        return None
    for side, key in ((ladders.bids, "b"), (ladders.asks, "a")):
        for price, size in frame["data"][key]:
            number = float(size)
            if number:
                side[float(price)] = number
            else:
                side.pop(float(price), None)
    return ladders
