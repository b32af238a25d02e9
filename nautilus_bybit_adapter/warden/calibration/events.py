"""What a calibration is fed: books and trades of one market, in the order in which they were received."""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nautilus_bybit_adapter.errors import BybitConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from nautilus_bybit_adapter.warden.depth import Levels

_MS_NS = 1_000_000
_BOOK_TOPIC, _TOUCH_TOPIC, _TRADE_TOPIC = "orderbook.", "orderbook.1.", "publicTrade."


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


def read_recording(path: Path) -> Iterator[Event]:
    """Read a recording: gzip lines ``<receive time, ns> <Bybit V5 public frame>``.

    Of several depths of one symbol's book the first seen is read; best-level frames (``orderbook.1``) are passed
    over, as are other topics.

    Parameters
    ----------
    path : Path
        A ``*.frames.gz`` file of one symbol.

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
                name = frame.get("topic", "")
                if name.startswith(_TRADE_TOPIC):
                    for row in frame["data"]:
                        side = row["S"]
                        yield TradeEvent(
                            received, row["T"] * _MS_NS, side == "Buy", float(row["p"]), float(row["v"])
                        )
                elif name.startswith(_BOOK_TOPIC) and not name.startswith(_TOUCH_TOPIC):
                    topic = topic or name
                    if name != topic:
                        continue
                    ladders = _apply(ladders, frame)
                    if ladders is not None:
                        ts_ns = frame.get("cts", frame["ts"]) * _MS_NS
                        yield BookEvent(received, ts_ns, *ladders.sorted_levels())
    except (OSError, EOFError, zlib.error) as e:
        raise RecordingError(f"{path.name} cannot be read after line {number}: {e}") from e
    except (KeyError, ValueError, TypeError, IndexError, AttributeError) as e:
        raise RecordingError(
            f"{path.name} line {number}: {e!r}; it must be '<receive time, ns> <Bybit V5 public frame>'"
        ) from e
    if ladders is None:
        raise RecordingError(
            f"{path.name} holds no order book snapshot; a calibration needs books and trades"
        )


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _parse_line(line: bytes) -> tuple[int, dict[str, Any]]:
    received, _, frame = line.partition(b" ")
    parsed = json.loads(frame)
    if not isinstance(parsed, dict):
        raise TypeError("the frame is no JSON object")
    return int(received), parsed


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
