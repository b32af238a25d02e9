"""Reads the log of a run."""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.warden.costs.records import (
    FORMAT,
    LINE,
    AnyLine,
    ArrivalLine,
    BookLine,
    InstrumentLine,
    OrderLine,
    ReportLine,
    RunLine,
    WalkedLine,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_DECODER: msgspec.json.Decoder[AnyLine] = msgspec.json.Decoder(LINE)


@dataclass(slots=True)
class Run:
    """The lines of a log, sorted by what they are and in the order in which they were written.

    Parameters
    ----------
    starts : list of RunLine
        One, and one more for each restart.
    torn_lines : int
        Lines a killed process left unfinished.
    """

    starts: list[RunLine] = field(default_factory=list)
    instruments: dict[str, InstrumentLine] = field(default_factory=dict)
    arrivals: dict[str, ArrivalLine] = field(default_factory=dict)
    walked: dict[str, WalkedLine] = field(default_factory=dict)
    orders: list[OrderLine] = field(default_factory=list)
    books: dict[str, list[BookLine]] = field(default_factory=dict)
    reports: dict[str, ReportLine] = field(default_factory=dict)
    torn_lines: int = 0

    def take(self, line: AnyLine) -> None:
        """Put a line where it belongs; a later report, arrival or instrument replaces an earlier one."""
        match line:
            case RunLine():
                self.starts.append(line)
            case InstrumentLine(instrument_id=key):
                self.instruments[key] = line
            case ArrivalLine(client_order_id=key):
                self.arrivals[key] = line
            case WalkedLine(client_order_id=key):
                self.walked[key] = line
            case OrderLine():
                self.orders.append(line)
            case BookLine(instrument_id=key):
                self.books.setdefault(key, []).append(line)
            case ReportLine(report=report):
                self.reports[str(report.get("client_order_id"))] = line


def read_run(path: Path) -> Run:
    """
    Read the log of a run, plain or gzipped.

    A last line without an end is what a killed process leaves: it is counted and passed over, here as before the line
    of a restart.

    Raises
    ------
    BybitConfigError
        If the file cannot be read, is empty, does not begin as such a log does, has a line within that cannot be read,
        or is of another format.

    """
    reading = _Reading(path.name)
    run = reading.run
    try:
        for number, raw in _lines(path):
            reading.on_line(number, raw)
    except OSError as e:
        raise BybitConfigError(f"{path} cannot be read: {e.strerror or e}") from e
    except EOFError:
        run.torn_lines += 1
    if not run.starts:
        raise BybitConfigError(f"{path} is empty: no run has been logged there")
    run.torn_lines += reading.torn is not None
    return run


@dataclass(slots=True)
class _Reading:
    """Takes line after line; an unreadable one is an error as soon as another than a restart's follows."""

    name: str
    run: Run = field(default_factory=Run)
    torn: BybitConfigError | None = None

    def on_line(self, number: int, raw: bytes) -> None:
        try:
            line = _DECODER.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError) as e:
            torn = BybitConfigError(f"{self.name}, line {number}: {e}")
            if self.torn is not None or not self.run.starts:
                raise (self.torn or torn) from e
            self.torn = torn
            return
        starts = isinstance(line, RunLine)
        if self.torn is not None and not starts:
            raise self.torn
        self.run.torn_lines += self.torn is not None
        self.torn = None
        if isinstance(line, RunLine) and line.format != FORMAT:
            said = f"format is {line.format}; this version reads format {FORMAT}"
            raise BybitConfigError(f"{self.name}, line {number}: {said}")
        if not self.run.starts and not starts:
            said = "the first line of a run's log has to be of kind 'run'"
            raise BybitConfigError(f"{self.name}, line {number}: {said}")
        self.run.take(line)


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    with (gzip.open if path.suffix == ".gz" else open)(path, "rb") as file:
        for number, raw in enumerate(file, 1):
            if raw.strip():
                yield number, raw
