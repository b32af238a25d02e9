"""What a file of history is: its kind, its market, its day.

Source: Bybit's public archives, public.bybit.com (trades, candles) and quote-saver.bycsi.com (order books).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from nautilus_bybit_adapter.errors import BybitHistoryError
from nautilus_bybit_adapter.history.blocks import TextBlocks
from nautilus_bybit_adapter.history.tables import TradeTable, table_of
from nautilus_bybit_adapter.wire.enums import BybitProductType

if TYPE_CHECKING:
    from pathlib import Path

_CATEGORIES = "|".join(BybitProductType)
_SYMBOL = r"[A-Z0-9]+(?:-[A-Z0-9]+)*?"
_RECORDING = re.compile(rf"(?:({_CATEGORIES})_)?({_SYMBOL})(?:_.*)?\.frames\.gz")
_BOOK = re.compile(rf"(?:({_CATEGORIES})_)?\d{{4}}-\d{{2}}-\d{{2}}_({_SYMBOL})_ob(\d+)\.data\.zip")
_TABLE = re.compile(rf"(?:({_CATEGORIES})_)?({_SYMBOL})[-_]?(?:(\d+|D|W|M)_)?\d{{4}}-\d{{2}}.*\.csv(?:\.gz)?")
_INVERSE = re.compile(r"[A-Z0-9]+USD(?:[FGHJKMNQUVXZ]\d{2})?")
# Spot archives have 200 levels; those of contracts had 500 before.
_CONTRACT_LEVELS = "500"


class SourceKind(StrEnum):
    """What a file holds.

    Attributes
    ----------
    BOOK
        Frames of one order-book topic (`*_ob500.data.zip`).
    TRADES
        A table of trades (`*.csv`, `*.csv.gz`).
    CANDLES
        A table of candles (`*.csv`, `*.csv.gz`).
    FRAMES
        A recording of public frames (`*.frames.gz`).
    """

    BOOK = "order book archive"
    TRADES = "trade archive"
    CANDLES = "candle archive"
    FRAMES = "recording"


@dataclass(frozen=True, slots=True)
class Source:
    """A file of one market.

    Attributes
    ----------
    path : Path
        The file.
    kind : SourceKind
        What is in it.
    category : BybitProductType
        The market's category.
    symbol : str
        Bybit's symbol.
    interval : str
        Bybit's word for the interval of candles that the file's name tells, or nothing.
    """

    path: Path
    kind: SourceKind
    category: BybitProductType
    symbol: str
    interval: str = ""


def source_of(path: Path, category: str | None = None, symbol: str | None = None) -> Source:
    """Return what a file is; what its name does not say is to be named.

    Parameters
    ----------
    path : Path
        The file.
    category, symbol : str or None
        The market, where neither the name nor the content says it.

    Raises
    ------
    BybitHistoryError
        If the file is missing or of no known kind, or its market is not known.
    """
    if not path.is_file():
        raise BybitHistoryError(str(path), 0, "there is no such file")
    name = path.name
    if (found := _RECORDING.fullmatch(name)) is not None:
        return _source(path, SourceKind.FRAMES, category or found[1], symbol or found[2])
    if name.endswith(".frames.gz"):
        return _source(path, SourceKind.FRAMES, category, symbol)
    if name.endswith(".zip"):
        found = _BOOK.fullmatch(name)
        named, market, levels = found.groups() if found else (None, None, None)
        market = symbol or market
        if category is None and named is None and levels == _CONTRACT_LEVELS and market:
            named = _contract_category(market)
        return _source(path, SourceKind.BOOK, category or named, market)
    if name.endswith((".csv", ".csv.gz")):
        return _table_source(path, category, symbol)
    raise BybitHistoryError(
        str(path), 0, "is of no known kind; expected *.data.zip, *.csv, *.csv.gz or *.frames.gz"
    )


def first_lines(path: Path, most: int) -> list[str]:
    """Return the first lines of a text, fewer where it is shorter.

    Raises
    ------
    BybitHistoryError
        If the file cannot be read, or holds no text.
    """
    text = b""
    for block in TextBlocks(path):
        text += block
        if text.count(b"\n") > most:
            break
    try:
        return [line.rstrip("\r") for line in text.decode().split("\n")[:most] if line.strip()]
    except UnicodeDecodeError as e:
        raise BybitHistoryError(str(path), 0, f"is no text: {e}") from e


def _table_source(path: Path, category: str | None, symbol: str | None) -> Source:
    lines = first_lines(path, 2)
    if not lines:
        raise BybitHistoryError(str(path), 0, "is empty")
    table = table_of(path, lines[0])
    found = _TABLE.fullmatch(path.name)
    named, market, interval = found.groups() if found else (None, None, None)
    if isinstance(table, TradeTable):
        if table.symbol_column is not None and len(lines) > 1:
            cells = lines[1].split(",")  # a trade, whether the first line is one or not
            market = cells[table.symbol_column] if len(cells) > table.symbol_column else market
        market = symbol or market
        if category is None and named is None:
            named = "spot" if table.symbol_column is None else _contract_category(market or "")
        return _source(path, SourceKind.TRADES, category or named, market)
    return _source(path, SourceKind.CANDLES, category or named, symbol or market, interval or "")


def _contract_category(symbol: str) -> str:
    return "inverse" if _INVERSE.fullmatch(symbol) else "linear"


def _source(
    path: Path, kind: SourceKind, category: str | None, symbol: str | None, interval: str = ""
) -> Source:
    if category is None:
        folders = [part for part in reversed(path.absolute().parent.parts) if part in set(BybitProductType)]
        category = folders[0] if folders else None
    if category is None or category not in set(BybitProductType):
        allowed = ", ".join(BybitProductType)
        raise BybitHistoryError(
            str(path), 0, f"its category is not known from its name; name it (--category): {allowed}"
        )
    if not symbol:
        raise BybitHistoryError(str(path), 0, "its symbol is not known from its name; name it (--symbol)")
    return Source(path, kind, BybitProductType(category), symbol, interval)
