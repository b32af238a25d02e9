"""Reading recorded public frames (`*.frames.gz`).

Each line is `<receive time, ns> <V5 public frame>`. Frames of one file belong to one symbol; `orderbook.{depth}`
and `publicTrade` are used, other public topics are passed over, and so are a recorder's marks of a `gap`.
"""

from __future__ import annotations

import gzip
import heapq
import re
import zlib
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NAME = re.compile(r"(spot|linear|inverse|option)_")
_PASSED_OVER = {"tickers", "kline", "allLiquidation", "priceLimit", "insurance", "adlAlert", "gap"}
_OTHER_BOOKS = {"rpi", "full"}
# A book frame can reach the recorder before the trades it already contains; frames of this span are put back
# into the exchange's own order.
REORDER_NS = 500_000_000
_NS_PER_MS = 1_000_000


class ReplayError(Exception):
    """A recording that cannot be replayed, with the file and the line.

    Parameters
    ----------
    path : Path
        The recording.
    line : int
        Line number from 1; 0 when no line is at fault.
    reason : str
        What is wrong.
    """

    def __init__(self, path: Path, line: int, reason: str) -> None:
        where = f"{path}, line {line}" if line else str(path)
        super().__init__(f"{where}: {reason}")
        self.path = path
        self.line = line
        self.reason = reason


@dataclass(frozen=True, slots=True, order=True)
class RecordedFrame:
    """One used frame; sorts by exchange time, trades before the books that contain them."""

    exchange_ms: int
    rank: int
    line: int
    depth: int = field(compare=False)
    is_snapshot: bool = field(compare=False)
    data: Any = field(compare=False)
    path: Path = field(compare=False)


@dataclass(frozen=True, slots=True)
class RecordingHead:
    """What the first book snapshot tells about a recording."""

    path: Path
    category: str
    symbol: str
    tick: Decimal
    middle: Decimal
    start_ms: int

    @property
    def key(self) -> tuple[str, str]:
        """Category and symbol."""
        return self.category, self.symbol

    @property
    def place(self) -> str:
        """Name under which a state file keeps how far it was played."""
        return f"played {self.category}/{self.symbol} from {self.start_ms}"


class Recording:
    """A recording on disk.

    Parameters
    ----------
    path : Path
        A `*.frames.gz` file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def head(self, category: str | None = None) -> RecordingHead:
        """Read up to the first book snapshot and say what is recorded.

        Raises
        ------
        ReplayError
            When the file is unreadable, holds no book, or its category is unknown.
        """
        if not self.path.is_file():
            raise ReplayError(self.path, 0, "there is no such file")
        found = _NAME.match(self.path.name)
        category = category or (found.group(1) if found else None)
        if category is None:
            raise ReplayError(
                self.path, 0, "the file name does not start with a category; name it with --category"
            )
        return head_of(self.path, self.frames(), category)

    def frames(self) -> Iterator[RecordedFrame]:
        """Frames in the exchange's order.

        Raises
        ------
        ReplayError
            At the first line that is damaged, out of order or of another symbol.
        """
        waiting: list[RecordedFrame] = []
        received: list[int] = []
        for received_ns, frame in self._used():
            received.append(received_ns)
            heapq.heappush(waiting, frame)
            while received[0] < received_ns - REORDER_NS:
                del received[0]
                yield heapq.heappop(waiting)
        while waiting:
            yield heapq.heappop(waiting)

    def _used(self) -> Iterator[tuple[int, RecordedFrame]]:
        symbol = ""
        for line, received_ns, message in self._messages():
            topic = str(message.get("topic", ""))
            kind, *rest = topic.split(".")
            if kind in _PASSED_OVER or (kind == "orderbook" and rest and rest[0] in _OTHER_BOOKS):
                continue
            depth = rest[0] if kind == "orderbook" and len(rest) > 1 else "0"
            if kind not in {"orderbook", "publicTrade"} or not rest or not depth.isdecimal():
                raise ReplayError(self.path, line, f"topic {topic!r} is no public market topic")
            if symbol and rest[-1] != symbol:
                raise ReplayError(self.path, line, f"topic {topic!r} in a recording of {symbol}")
            symbol = rest[-1]
            yield received_ns, read_frame(self.path, line, int(depth), message)

    def _messages(self) -> Iterator[tuple[int, int, dict[str, Any]]]:
        previous_ns = 0
        for line, raw in self._lines():
            stamp, _, body = raw.partition(b" ")
            if not stamp.isdigit():
                raise ReplayError(self.path, line, f"receive time expected, got {stamp[:30]!r}")
            received_ns = int(stamp)
            if received_ns < previous_ns:
                raise ReplayError(
                    self.path, line, f"receive time {received_ns} is before the line above ({previous_ns})"
                )
            previous_ns = received_ns
            try:
                message = msgspec.json.decode(body)
            except msgspec.DecodeError as e:
                raise ReplayError(self.path, line, f"not JSON: {e}") from e
            if not isinstance(message, dict):
                raise ReplayError(self.path, line, "a frame must be a JSON object")
            yield line, received_ns, message

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        line = 0
        try:
            with gzip.open(self.path, "rb") as stream:
                for raw in stream:
                    line += 1
                    yield line, raw.rstrip(b"\n")
        except EOFError as e:
            raise ReplayError(self.path, line + 1, "the file is truncated") from e
        except (gzip.BadGzipFile, zlib.error) as e:
            raise ReplayError(self.path, line + 1, f"damaged gzip data: {e}") from e
        except OSError as e:
            raise ReplayError(self.path, 0, f"cannot be read: {e.strerror or e}") from e


def read_frame(path: Path, line: int, depth: int, message: dict[str, Any]) -> RecordedFrame:
    """Frame of an order book topic of `depth`, or of trades when it is 0.

    Raises
    ------
    ReplayError
        When a field is missing or has another type.
    """
    try:
        data = message["data"]
        if depth:
            exchange_ms = int(message.get("cts", message["ts"]))
            _ = data["s"], [*data["b"], *data["a"]]
        else:
            exchange_ms = int(data[-1]["T"])
        is_snapshot = message["type"] == "snapshot"
    except (KeyError, TypeError, ValueError, IndexError) as e:
        raise ReplayError(path, line, f"not a public frame: {type(e).__name__} {e}") from e
    rank = 0 if not depth else 1 if depth > 1 else 2
    return RecordedFrame(exchange_ms, rank, line, depth, is_snapshot, data, path)


def head_of(path: Path, frames: Iterator[RecordedFrame], category: str) -> RecordingHead:
    """Return what the first book snapshot among `frames` tells.

    Raises
    ------
    ReplayError
        When there is none, or it has one side only.
    """
    for frame in frames:
        if frame.depth > 1 and frame.is_snapshot:
            break
    else:
        raise ReplayError(path, 0, "there is no order book snapshot in it")
    try:
        bids, asks = ([Decimal(level[0]) for level in frame.data[side]] for side in ("b", "a"))
        middle = (bids[0] + asks[0]) / 2
    except (ArithmeticError, IndexError, TypeError, ValueError) as e:
        raise ReplayError(path, frame.line, f"not a two-sided book: {type(e).__name__}") from e
    return RecordingHead(
        path=path,
        category=category,
        symbol=frame.data["s"],
        tick=_step(bids + asks),
        middle=middle,
        start_ms=frame.exchange_ms,
    )


def _step(prices: list[Decimal]) -> Decimal:
    """Power of ten that divides all `prices`."""
    exponents = [price.normalize().as_tuple().exponent for price in prices]
    places = max(-exponent for exponent in exponents if isinstance(exponent, int))
    return Decimal(1).scaleb(-max(0, places))
