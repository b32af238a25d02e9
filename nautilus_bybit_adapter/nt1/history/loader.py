"""The loader of order-book archives under its official name."""

from __future__ import annotations

from collections.abc import Iterator
from os import PathLike
from pathlib import Path
from zipfile import is_zipfile

import msgspec
import pandas as pd
from nautilus_trader.core.nautilus_pyo3 import BybitProductType as OfficialProductType
from nautilus_trader.model.data import OrderBookDelta, OrderBookDeltas
from nautilus_trader.model.enums import RecordFlag
from nautilus_trader.model.instruments import Instrument

from nautilus_bybit_adapter.errors import BybitDecodeError, BybitHistoryError
from nautilus_bybit_adapter.history.blocks import TextBlocks
from nautilus_bybit_adapter.history.report import LoadReport
from nautilus_bybit_adapter.history.sources import Source, source_of
from nautilus_bybit_adapter.nt1.history.catalog import LoadPlan, OnProgress, load_file
from nautilus_bybit_adapter.nt1.history.market import HistoryMarket
from nautilus_bybit_adapter.nt1.history.objects import deltas_in, frames_in
from nautilus_bybit_adapter.nt1.mapping.identifiers import MS_TO_NS, instrument_id_of, symbol_of
from nautilus_bybit_adapter.wire.codec import decode_public
from nautilus_bybit_adapter.wire.enums import BybitProductType
from nautilus_bybit_adapter.wire.market import OrderbookMessage

_SIDES = (("b", "BUY"), ("a", "SELL"))
_F_LAST: int = RecordFlag.F_LAST.value
_F_SNAPSHOT: int = RecordFlag.F_SNAPSHOT.value

type FilePath = str | PathLike[str]


class BybitOrderBookDeltaDataLoader:
    """
    Loads Bybit's archives of order books (``*_ob500.data.zip``, ``*_ob200.data.zip``).

    `load` gives the table that the framework's own loader of this name gives, with a book that is right after each
    snapshot. A table has floats and holds the whole file in memory; `deltas` and `frames` give the framework's exact
    objects a block at a time, and `to_catalog` writes them without making any.
    """

    @classmethod
    def load(
        cls,
        file_path: FilePath,
        nrows: int | None = None,
        product_type: BybitProductType | OfficialProductType = BybitProductType.LINEAR,
    ) -> pd.DataFrame:
        """
        Return an archive as a table for `OrderBookDeltaDataWrangler`.

        Parameters
        ----------
        file_path : str or PathLike
            The archive.
        nrows : int, optional
            Lines of the archive to read, each a frame.
        product_type : BybitProductType, default BybitProductType.LINEAR
            The category, for the instrument's id; the framework's own enum does as well.

        Returns
        -------
        pd.DataFrame
            Indexed by ``timestamp`` (when the frame was pushed, UTC), with the columns ``instrument_id``, ``action``,
            ``side``, ``order_id``, ``flags``, ``price`` (float), ``size`` (float) and ``sequence``. A snapshot begins
            with one CLEAR and is flagged F_SNAPSHOT; the last row of each frame is flagged F_LAST.

        Raises
        ------
        BybitHistoryError
            If the file is no such archive.

        """
        path = Path(file_path)
        if not is_zipfile(path):
            raise BybitHistoryError(str(path), 0, "is no zip file; Bybit's archives of order books are")
        rows: list[tuple[object, ...]] = []
        for number, line in enumerate(_lines(path), start=1):
            if nrows is not None and number > nrows:
                break
            if line.strip():
                rows += _rows_of(path, number, line, _category_of(product_type))
        columns = [
            "timestamp",
            "instrument_id",
            "action",
            "side",
            "order_id",
            "flags",
            "price",
            "size",
            "sequence",
        ]
        table = pd.DataFrame(rows, columns=columns)
        table["timestamp"] = pd.to_datetime(table["timestamp"], unit="ns", utc=True)
        return table.set_index("timestamp").astype({"size": float, "price": float, "flags": int})

    @classmethod
    def deltas(cls, file_path: FilePath, instrument: Instrument) -> Iterator[list[OrderBookDelta]]:
        """
        Return an archive as exact deltas, in lists of a few thousand.

        Parameters
        ----------
        file_path : str or PathLike
            The archive.
        instrument : Instrument
            Its instrument.

        Raises
        ------
        BybitHistoryError
            If the file cannot be used.

        """
        return deltas_in(*_what(file_path, instrument))

    @classmethod
    def frames(cls, file_path: FilePath, instrument: Instrument) -> Iterator[list[OrderBookDeltas]]:
        """Return an archive as exact deltas, an object a frame; parameters and errors are those of `deltas`."""
        return frames_in(*_what(file_path, instrument))

    @classmethod
    def to_catalog(
        cls,
        file_path: FilePath,
        instrument: Instrument,
        catalog_path: FilePath,
        on_progress: OnProgress | None = None,
    ) -> LoadReport:
        """
        Write an archive into a `ParquetDataCatalog`; see `load_file`, which says the errors as well.

        Parameters
        ----------
        file_path : str or PathLike
            The archive.
        instrument : Instrument
            Its instrument.
        catalog_path : str or PathLike
            The catalogue's root.
        on_progress : OnProgress, optional
            Is told how much has been read, 0 to 1.

        """
        source, market = _what(file_path, instrument)
        return load_file(LoadPlan(source, market, Path(catalog_path)), on_progress=on_progress)


def _what(file_path: FilePath, instrument: Instrument) -> tuple[Source, HistoryMarket]:
    symbol, category = symbol_of(instrument.id)
    return source_of(Path(file_path), category, symbol), HistoryMarket.of(instrument)


def _category_of(product_type: BybitProductType | OfficialProductType) -> BybitProductType:
    """Return the category, of the framework's own enum too."""
    return BybitProductType(str(product_type.value).lower())


def _lines(path: Path) -> Iterator[bytes]:
    rest = b""
    for block in TextBlocks(path):
        *whole, rest = (rest + block).split(b"\n")
        yield from whole
    yield rest


def _rows_of(path: Path, number: int, line: bytes, category: BybitProductType) -> list[tuple[object, ...]]:
    try:
        message = decode_public(line, category)
    except (BybitDecodeError, msgspec.MsgspecError) as e:
        raise BybitHistoryError(str(path), number, f"no frame: {e}") from e
    if not isinstance(message, OrderbookMessage):
        raise BybitHistoryError(str(path), number, "no order-book frame")
    data = message.data
    about = (message.ts * MS_TO_NS, instrument_id_of(data.s, category).value)
    flags, change = (_F_SNAPSHOT, "ADD") if message.is_snapshot else (0, "UPDATE")
    rows: list[tuple[object, ...]] = []
    if message.is_snapshot:
        rows.append((*about, "CLEAR", "NO_ORDER_SIDE", 0, flags, 0.0, 0.0, data.seq))
    for key, side in _SIDES:
        for price, size in getattr(data, key):
            action = change if size.strip("0.") else "DELETE"
            rows.append((*about, action, side, 0, flags, float(price), float(size), data.seq))
    if rows:
        *start, _flags, price, size, seq = rows[-1]
        rows[-1] = (*start, flags | _F_LAST, price, size, seq)
    return rows
