"""Files of history as the framework's objects, a block at a time."""

from __future__ import annotations

from collections.abc import Iterator

from nautilus_trader.model.data import OrderBookDelta, OrderBookDeltas, TradeTick

from nautilus_bybit_adapter.errors import BybitHistoryError
from nautilus_bybit_adapter.history.blocks import TABLE_BLOCK_BYTES, TextBlocks
from nautilus_bybit_adapter.history.report import LoadReport
from nautilus_bybit_adapter.history.sources import Source, SourceKind
from nautilus_bybit_adapter.nt1.history.books import BookArchiveRows
from nautilus_bybit_adapter.nt1.history.market import HistoryMarket
from nautilus_bybit_adapter.nt1.history.trades import TradeArchiveRows, UnsortedTradesError


def deltas_in(source: Source, market: HistoryMarket) -> Iterator[list[OrderBookDelta]]:
    """
    Return the deltas of an order-book archive one by one, in lists of a block each.

    Parameters
    ----------
    source : Source
        The archive.
    market : HistoryMarket
        Its instrument.

    Raises
    ------
    BybitHistoryError
        If the file is no order-book archive, or cannot be used to its end.

    """
    for rows in _books(source, market):
        yield rows.objects(OrderBookDelta.list_from_capsule)


def frames_in(source: Source, market: HistoryMarket) -> Iterator[list[OrderBookDeltas]]:
    """
    Return the deltas of an order-book archive frame by frame, as a backtest takes them.

    Parameters and errors are those of `deltas_in`.

    """
    for rows in _books(source, market):
        yield rows.frames()


def trades_in(source: Source, market: HistoryMarket) -> Iterator[list[TradeTick]]:
    """
    Return the trades of an archive that is sorted by time; one that is not can be loaded into a catalogue.

    Raises
    ------
    BybitHistoryError
        If the file is no trade archive, is not sorted, or cannot be used to its end.

    """
    _check(source, SourceKind.TRADES)
    try:
        blocks = TextBlocks(source.path, block_bytes=TABLE_BLOCK_BYTES)
        for rows in TradeArchiveRows(source, market, _report(source, market), blocks):
            yield rows.objects(TradeTick.list_from_capsule)
    except UnsortedTradesError as e:
        raise BybitHistoryError(
            str(source.path), 0, "is not sorted by time; load it into a catalogue (load_file), which sorts it"
        ) from e


def _books(source: Source, market: HistoryMarket) -> BookArchiveRows:
    _check(source, SourceKind.BOOK)
    return BookArchiveRows(source, market, _report(source, market), TextBlocks(source.path))


def _check(source: Source, kind: SourceKind) -> None:
    if source.kind is not kind:
        raise BybitHistoryError(str(source.path), 0, f"is a {source.kind}, not a {kind}")


def _report(source: Source, market: HistoryMarket) -> LoadReport:
    return LoadReport(source.path.name, str(source.kind), market.id.value)
