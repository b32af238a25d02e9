"""The tables of Bybit's archives: which columns of which era hold what.

Source: Bybit's public archive, public.bybit.com.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nautilus_bybit_adapter.errors import BybitHistoryError

if TYPE_CHECKING:
    from pathlib import Path

_SECOND_DIGITS, _MILLI_DIGITS = 9, 6


@dataclass(frozen=True, slots=True)
class TradeTable:
    """Where a table of trades has its cells, from 0.

    Attributes
    ----------
    columns : tuple of str
        The names it begins with; later columns came and went over the years and are not read.
    time_digits : int
        Decimals from the time's unit to nanoseconds: 9 for seconds, 6 for milliseconds.
    symbol_column : int or None
        Where the symbol is, if it is in the table.
    has_header : bool
        Whether the first line names the columns.
    """

    columns: tuple[str, ...]
    time: int
    side: int
    price: int
    size: int
    trade_id: int
    time_digits: int
    symbol_column: int | None = None
    has_header: bool = True


TABLES = (
    TradeTable(
        ("timestamp", "symbol", "side", "size", "price", "tickDirection", "trdMatchID"),
        time=0,
        side=2,
        price=4,
        size=3,
        trade_id=6,
        time_digits=_SECOND_DIGITS,
        symbol_column=1,
    ),
    TradeTable(
        ("id", "timestamp", "price", "volume", "side"),
        time=1,
        side=4,
        price=2,
        size=3,
        trade_id=0,
        time_digits=_MILLI_DIGITS,
    ),
)
"""The table of contracts, and that of spot."""


@dataclass(frozen=True, slots=True)
class CandleTable:
    """Where a table of candles has its cells, from 0.

    Attributes
    ----------
    start : int
        The beginning of the candle.
    is_dated : bool
        Whether that is written ``2024.12.01 00:05`` (UTC), rather than in epoch milliseconds or seconds.
    has_header : bool
        Whether the first line names the columns.
    """

    start: int
    open: int
    high: int
    low: int
    close: int
    volume: int
    is_dated: bool
    has_header: bool


_STARTS = ("start_at", "startTime", "start_time", "start", "open_time", "openTime", "timestamp")
_DATED_CELLS = (6, 7)


def table_of(path: Path, first_line: str) -> TradeTable | CandleTable:
    """Return which table a file is, from its first line.

    Raises
    ------
    BybitHistoryError
        If the columns are those of no table that is known.
    """
    names = tuple(cell.strip().strip('"') for cell in first_line.split(","))
    for table in TABLES:
        if names[: len(table.columns)] == table.columns:
            return table
    if len(names) >= len(TABLES[0].columns) and names[2].capitalize() in {"Buy", "Sell"}:
        return replace(TABLES[0], has_header=False)  # as the oldest were
    lower = [name.lower() for name in names]
    prices = ("open", "high", "low", "close", "volume")
    start = next((lower.index(name.lower()) for name in _STARTS if name.lower() in lower), None)
    if start is not None and set(prices) <= set(lower):
        first, high, low, close, volume = (lower.index(name) for name in prices)
        return CandleTable(start, first, high, low, close, volume, is_dated=False, has_header=True)
    if len(names) in _DATED_CELLS and _is_dated(names[0]):
        at = len(names) - 5  # date and time are one cell, or two
        return CandleTable(0, at, at + 1, at + 2, at + 3, at + 4, is_dated=True, has_header=False)
    known = " or ".join(",".join(table.columns) for table in TABLES)
    raise BybitHistoryError(
        str(path),
        1,
        f"columns {','.join(names)[:120]!r} are of no known table; expected {known}, "
        f"or candles with {', '.join(_STARTS)} and {', '.join(prices)}",
    )


def _is_dated(cell: str) -> bool:
    year, _, rest = cell.partition(".")
    return year.isdigit() and len(year) == len("2024") and rest[:2].isdigit()
