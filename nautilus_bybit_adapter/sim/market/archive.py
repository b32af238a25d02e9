"""Bybit's public archives: order books (`*_ob500.data.zip`) and trades (`*.csv`, `*.csv.gz`).

A book archive holds one file of public frames, a line each. A trade archive of a contract has the columns
`timestamp` (s), `symbol`, `side`, `size`, `price`, one of spot `id`, `timestamp` (ms), `price`, `volume`,
`side`; later columns came and went over the years and are not read. Its rows go up or down in time.
"""

from __future__ import annotations

import gzip
import re
import zipfile
import zlib
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec

from .recording import REORDER_NS, RecordedFrame, ReplayError, read_frame

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator
    from pathlib import Path

# Numbers of the columns time, side, price and size.
_COLUMNS = {
    ("timestamp", "symbol", "side", "size", "price"): (0, 2, 4, 3),
    ("id", "timestamp", "price", "volume", "side"): (1, 4, 2, 3),
}
_CONTRACT_HEADER = ("timestamp", "symbol", "side", "size", "price")
_REORDER_MS = REORDER_NS // 1_000_000
_LOOK_AHEAD = 1000
_NAME = re.compile(r"([A-Z0-9]+(?:-[0-9]{1,2}[A-Z]{3}[0-9]{2})?)[-_]?\d{4}-\d{2}(?:-\d{2})?\.csv")
_DAMAGE = (EOFError, gzip.BadGzipFile, zipfile.BadZipFile, zlib.error)


class BookArchive:
    """A zip file with the frames of one order book topic.

    Parameters
    ----------
    path : Path
        A `*.data.zip` file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def frames(self) -> Iterator[RecordedFrame]:
        """Frames in the order of the file.

        Raises
        ------
        ReplayError
            At the first line that is damaged, out of order or of another symbol.
        """
        topic, last_ms = "", 0
        for line, raw in self._lines():
            message = _json_object(self.path, line, raw)
            kind, _, rest = str(message.get("topic", "")).partition(".")
            depth, _, symbol = rest.partition(".")
            if kind != "orderbook" or not depth.isdecimal() or not symbol:
                raise ReplayError(self.path, line, f"topic {message.get('topic')!r} is no order book topic")
            if topic and message["topic"] != topic:
                raise ReplayError(self.path, line, f"topic {message['topic']!r} in a recording of {topic}")
            topic = message["topic"]
            frame = read_frame(self.path, line, int(depth), message)
            if frame.exchange_ms < last_ms:
                raise ReplayError(
                    self.path, line, f"time {frame.exchange_ms} is before the line above ({last_ms})"
                )
            last_ms = frame.exchange_ms
            yield frame

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        try:
            with zipfile.ZipFile(self.path) as bundle:
                names = bundle.namelist()
                if len(names) != 1:
                    raise ReplayError(self.path, 0, f"one file is expected in it, it has {len(names)}")
                with bundle.open(names[0]) as stream:
                    yield from _numbered(self.path, stream)
        except _DAMAGE as e:
            raise ReplayError(self.path, 0, f"damaged zip data: {e}") from e
        except OSError as e:
            raise ReplayError(self.path, 0, f"cannot be read: {e.strerror or e}") from e


class TradeArchive:
    """A table of the trades of one symbol.

    Parameters
    ----------
    path : Path
        A `*.csv` or `*.csv.gz` file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def head(self) -> tuple[bool, str]:
        """Whether it is of a contract (not of spot), and the symbol.

        Raises
        ------
        ReplayError
            When the file is unreadable or its columns are unknown.
        """
        lines = self._lines()
        try:
            header, first = next(lines, None), next(lines, None)
        finally:
            lines.close()
        if header is None or first is None:
            raise ReplayError(self.path, 0, "there is no trade in it")
        is_contract = self._columns(header[1]) == _COLUMNS[_CONTRACT_HEADER]
        if is_contract:
            return True, first[1].split(b",")[1].decode(errors="replace")
        named = _NAME.match(self.path.name)
        if named is None:
            raise ReplayError(self.path, 0, "the file name does not start with a symbol and a date")
        return False, named.group(1)

    def frames(self) -> Iterator[RecordedFrame]:
        """Trades by time.

        Raises
        ------
        ReplayError
            At the first row that is damaged or out of order.
        """
        rows = self._rows()
        ahead = list(islice(rows, _LOOK_AHEAD))
        if ahead and ahead[0].exchange_ms > ahead[-1].exchange_ms:
            # Downwards: the whole day has to be read before its first trade is known.
            found = [*ahead, *rows]
            found.reverse()
            yield from _in_order(self.path, found)
        else:
            yield from _in_order(self.path, ahead)
            last_ms = ahead[-1].exchange_ms if ahead else 0
            yield from _in_order(self.path, rows, last_ms)

    def _rows(self) -> Iterator[RecordedFrame]:
        lines = self._lines()
        header = next(lines, None)
        if header is None:
            raise ReplayError(self.path, 0, "the file is empty")
        columns = self._columns(header[1])
        is_contract = columns == _COLUMNS[_CONTRACT_HEADER]
        for line, raw in lines:
            yield self._trade(line, raw, columns, in_seconds=is_contract)

    def _trade(
        self, line: int, raw: bytes, columns: tuple[int, int, int, int], *, in_seconds: bool
    ) -> RecordedFrame:
        try:
            cells = raw.decode().rstrip("\r").split(",")
            at, side, price, size = (cells[column] for column in columns)
            at_ms = int(Decimal(at) * 1000) if in_seconds else int(at)
            is_trade = min(Decimal(price), Decimal(size)) > 0 and side.capitalize() in {"Buy", "Sell"}
        except (IndexError, ValueError, InvalidOperation) as e:
            raise ReplayError(self.path, line, f"not a trade: {type(e).__name__} {e}") from e
        if not is_trade:
            raise ReplayError(self.path, line, f"not a trade: side {side!r}, price {price!r}, size {size!r}")
        trade = {"S": side.capitalize(), "p": price, "v": size}
        return RecordedFrame(at_ms, 0, line, 0, False, [trade], self.path)

    def _columns(self, header: bytes) -> tuple[int, int, int, int]:
        names = tuple(header.decode(errors="replace").rstrip("\r").split(",")[:5])
        if names not in _COLUMNS:
            raise ReplayError(
                self.path, 1, f"columns {', '.join(names)!r} are no trades; expected "
                + " or ".join(", ".join(known) for known in _COLUMNS),
            )  # fmt: skip
        return _COLUMNS[names]

    def _lines(self) -> Generator[tuple[int, bytes]]:
        is_packed = self.path.suffix == ".gz"
        try:
            with gzip.open(self.path, "rb") if is_packed else self.path.open("rb") as stream:
                yield from _numbered(self.path, stream)
        except OSError as e:
            raise ReplayError(self.path, 0, f"cannot be read: {e.strerror or e}") from e


def _in_order(path: Path, frames: Iterable[RecordedFrame], last_ms: int = 0) -> Iterator[RecordedFrame]:
    for frame in frames:
        if frame.exchange_ms < last_ms - _REORDER_MS:
            raise ReplayError(
                path, frame.line, f"time {frame.exchange_ms} is before an earlier one ({last_ms})"
            )
        last_ms = max(last_ms, frame.exchange_ms)
        yield frame


def _numbered(path: Path, stream: BinaryIO | gzip.GzipFile | Any) -> Iterator[tuple[int, bytes]]:
    line = 0
    try:
        for raw in stream:
            line += 1
            yield line, raw.rstrip(b"\n")
    except EOFError as e:
        raise ReplayError(path, line + 1, "the file is truncated") from e
    except _DAMAGE as e:
        raise ReplayError(path, line + 1, f"damaged data: {e}") from e


def _json_object(path: Path, line: int, raw: bytes) -> dict[str, Any]:
    try:
        message = msgspec.json.decode(raw)
    except msgspec.DecodeError as e:
        raise ReplayError(path, line, f"not JSON: {e}") from e
    if not isinstance(message, dict):
        raise ReplayError(path, line, "a frame must be a JSON object")
    return message
