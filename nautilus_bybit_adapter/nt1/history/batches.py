"""A file of history as record batches of each class of data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from nautilus_trader.model.data import Bar, OrderBookDelta, TradeTick

from nautilus_bybit_adapter.history.blocks import TextBlocks
from nautilus_bybit_adapter.history.report import LoadReport
from nautilus_bybit_adapter.history.sources import Source, SourceKind
from nautilus_bybit_adapter.nt1.history.arrow import batch_of, delta_schema, trade_schema
from nautilus_bybit_adapter.nt1.history.books import BookArchiveRows
from nautilus_bybit_adapter.nt1.history.candles import CandleArchiveRows
from nautilus_bybit_adapter.nt1.history.market import HistoryMarket
from nautilus_bybit_adapter.nt1.history.recordings import RecordingRows
from nautilus_bybit_adapter.nt1.history.sorting import sorted_batches
from nautilus_bybit_adapter.nt1.history.trades import TradeArchiveRows


class Batch(NamedTuple):
    """
    Some rows of one class.

    Attributes
    ----------
    data_cls : type
        Their class.
    identifier : str
        The instrument's id, or the bar type.
    rows : RecordBatch
        The rows, in the framework's schema.

    """

    data_cls: type
    identifier: str
    rows: Any


def batches_of(
    source: Source,
    market: HistoryMarket,
    report: LoadReport,
    blocks: TextBlocks,
    *,
    workplace: Path,
    is_sorted: bool = True,
    interval: str = "",
) -> Iterator[Batch]:
    """
    Return everything in a file; each class comes by ``ts_init``.

    Parameters
    ----------
    source : Source
        The file.
    market : HistoryMarket
        Its instrument.
    report : LoadReport
        Takes what is missing.
    blocks : TextBlocks
        The file's text.
    workplace : Path
        A folder for what does not fit into memory.
    is_sorted : bool, default True
        Whether a table of trades is taken to be sorted; see `UnsortedTradesError`.
    interval : str
        Bybit's word for the interval of candles, where the file's name does not say it.

    Raises
    ------
    BybitHistoryError
        If the file is damaged or holds something else.
    UnsortedTradesError
        If a table of trades is not sorted.

    """
    identifier = market.id.value
    if source.kind is SourceKind.BOOK:
        schema = delta_schema(market)
        for rows in BookArchiveRows(source, market, report, blocks):
            yield Batch(OrderBookDelta, identifier, batch_of(rows, schema))
    elif source.kind is SourceKind.TRADES:
        schema = trade_schema(market)
        archive = TradeArchiveRows(source, market, report, blocks, is_sorted=is_sorted)
        found = (batch_of(rows, schema) for rows in archive)
        for batch in found if is_sorted else sorted_batches(found, workplace / "sorting"):
            yield Batch(TradeTick, identifier, batch)
    elif source.kind is SourceKind.CANDLES:
        candles = CandleArchiveRows(source, market, report, blocks, interval, is_sorted=is_sorted)
        for batch in candles if is_sorted else sorted_batches(candles, workplace / "sorting"):
            yield Batch(Bar, str(candles.bar_type), batch)
    else:
        for data_cls, found_id, batch in RecordingRows(source, market, report, blocks):
            yield Batch(data_cls, found_id, batch)
