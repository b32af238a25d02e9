"""Trade archives as rows of trades, by time."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from nautilus_bybit_adapter._ext import TradeLines, TradeRows
from nautilus_bybit_adapter.errors import BybitDecodeError, BybitHistoryError
from nautilus_bybit_adapter.history.blocks import TextBlocks
from nautilus_bybit_adapter.history.report import LoadReport
from nautilus_bybit_adapter.history.sources import Source, first_lines
from nautilus_bybit_adapter.history.tables import TradeTable, table_of
from nautilus_bybit_adapter.nt1.history.market import HistoryMarket, needed_types
from nautilus_bybit_adapter.nt1.mapping.fixed import price_of, quantity_of
from nautilus_bybit_adapter.nt1.mapping.market import trade_id_of


class UnsortedTradesError(Exception):
    """A row lies before the one above it: the table has to be sorted."""


class TradeArchiveRows:
    """
    The trades of a table, a block of rows at a time. Both times of a trade are that of the match.

    Parameters
    ----------
    source : Source
        The archive.
    market : HistoryMarket
        Its instrument.
    report : LoadReport
        Takes the count of lines.
    blocks : TextBlocks
        The archive's text.
    is_sorted : bool, default True
        Whether the rows must be sorted by time; otherwise they come as they lie in the file.

    Attributes
    ----------
    rows : TradeRows
        The rows of the last block.

    """

    def __init__(
        self,
        source: Source,
        market: HistoryMarket,
        report: LoadReport,
        blocks: TextBlocks,
        *,
        is_sorted: bool = True,
    ) -> None:
        self._source = source
        self._market = market
        self._report = report
        self._blocks = blocks
        self._is_sorted = is_sorted
        self._table = trade_table_of(source)
        types = needed_types()
        self.rows = TradeRows(types)
        self._lines = TradeLines(
            types=types,
            instrument=market.capsule(),
            price_precision=market.price_precision,
            size_precision=market.size_precision,
            rows=self.rows,
            time=self._table.time,
            side=self._table.side,
            price=self._table.price,
            size=self._table.size,
            trade_id=self._table.trade_id,
            time_digits=self._table.time_digits,
            is_sorted=is_sorted,
        )

    def __iter__(self) -> Iterator[TradeRows]:
        """
        Give out `rows` once for each block that has some; they are gone with the next block.

        Raises
        ------
        BybitHistoryError
            If the file is damaged, or a row is no trade of the instrument.
        UnsortedTradesError
            If the rows must be sorted, and are not.

        """
        for block in self._blocks:
            self._lines.feed(block)
            self._run()
            if len(self.rows):
                yield self.rows
                self.rows.clear()
        self._lines.finish()
        self._run()
        if len(self.rows):
            yield self.rows
            self.rows.clear()

    def _run(self) -> None:
        while (row := self._lines.run()) is not None:
            if row.strip() and (self._lines.count > 1 or not self._table.has_header):
                self._refuse(row)
        self._report.lines = self._lines.count

    def _refuse(self, row: bytes) -> None:
        """Say what is wrong with a row that C++ has left."""
        table = self._table
        cells = row.decode(errors="replace").split(",")
        path, line = str(self._source.path), self._lines.count
        if len(cells) <= max(table.time, table.side, table.price, table.size, table.trade_id):
            raise BybitHistoryError(path, line, f"a trade has more than {len(cells)} cells: {row[:80]!r}")
        try:
            time = Decimal(cells[table.time])
            price_of(cells[table.price], self._market.price_precision)
            size = quantity_of(cells[table.size], self._market.size_precision)
            trade_id_of(cells[table.trade_id])
        except InvalidOperation as e:
            raise BybitHistoryError(path, line, f"time {cells[table.time]!r} is no number") from e
        except BybitDecodeError as e:
            raise BybitHistoryError(path, line, str(e)) from e
        if cells[table.side].capitalize() not in {"Buy", "Sell"}:
            raise BybitHistoryError(path, line, f"side {cells[table.side]!r} is neither Buy nor Sell")
        if not size.raw:
            raise BybitHistoryError(path, line, f"size {cells[table.size]!r} is not above 0")
        if time <= 0 or not self._is_sorted:
            raise BybitHistoryError(path, line, f"time {cells[table.time]!r} is none of a trade's")
        raise UnsortedTradesError


def trade_table_of(source: Source) -> TradeTable:
    """
    Return the columns of a trade archive.

    Raises
    ------
    BybitHistoryError
        If they are those of no table of trades.

    """
    lines = first_lines(source.path, 1)
    table = table_of(source.path, lines[0] if lines else "")
    if not isinstance(table, TradeTable):
        raise BybitHistoryError(str(source.path), 1, "is a table of candles, not of trades")
    return table
