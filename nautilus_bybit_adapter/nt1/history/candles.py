"""Tables of candles as bars."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from nautilus_trader.model.data import Bar, BarType

from nautilus_bybit_adapter.errors import BybitConfigError, BybitDecodeError, BybitHistoryError
from nautilus_bybit_adapter.history.blocks import TextBlocks
from nautilus_bybit_adapter.history.report import LoadReport
from nautilus_bybit_adapter.history.sources import Source, first_lines
from nautilus_bybit_adapter.history.tables import CandleTable, table_of
from nautilus_bybit_adapter.nt1.history.arrow import batch_of_objects
from nautilus_bybit_adapter.nt1.history.bar_types import bar_type_of
from nautilus_bybit_adapter.nt1.history.market import HistoryMarket
from nautilus_bybit_adapter.nt1.history.trades import UnsortedTradesError
from nautilus_bybit_adapter.nt1.mapping.bars import close_ms, decimals_in
from nautilus_bybit_adapter.nt1.mapping.fixed import price_of, quantity_of
from nautilus_bybit_adapter.nt1.mapping.identifiers import MS_TO_NS

_MOST_ROWS = 50_000
_FIRST_MILLIS = 10**11  # before it, a number of milliseconds would lie in 1973: they are seconds
_STARTS_OF_DATES = ("%Y.%m.%d %H:%M", "%Y.%m.%d,%H:%M")


class CandleArchiveRows:
    """
    The bars of a table of candles; both times of a bar are its end, when it could be known.

    Parameters
    ----------
    source : Source
        The table.
    market : HistoryMarket
        Its instrument.
    report : LoadReport
        Takes the count of lines.
    blocks : TextBlocks
        The table's text.
    interval : str
        Bybit's word for the interval; nothing where the file's name says it.
    is_sorted : bool, default True
        Whether the rows must be sorted by time.

    Attributes
    ----------
    bar_type : BarType
        What the bars are.

    """

    def __init__(
        self,
        source: Source,
        market: HistoryMarket,
        report: LoadReport,
        blocks: TextBlocks,
        interval: str,
        *,
        is_sorted: bool = True,
    ) -> None:
        self._path = str(source.path)
        self._market = market
        self._report = report
        self._blocks = blocks
        self._is_sorted = is_sorted
        self._interval = interval or source.interval
        if not self._interval:
            raise BybitHistoryError(
                self._path,
                0,
                "its interval is not known from its name; name it (--interval), such as 1 or 60",
            )
        try:
            self.bar_type = BarType.from_str(bar_type_of(market.id.value, self._interval))
        except BybitConfigError as e:
            raise BybitHistoryError(self._path, 0, str(e)) from e
        lines = first_lines(source.path, 1)
        table = table_of(source.path, lines[0] if lines else "")
        if not isinstance(table, CandleTable):
            raise BybitHistoryError(self._path, 1, "is a table of trades, not of candles")
        self._table = table
        # Sums of sizes; those of old trades may have been finer.
        self._size_precision = market.size_precision

    def __iter__(self) -> Iterator[Any]:
        """
        Give out record batches of bars.

        Raises
        ------
        BybitHistoryError
            If the file is damaged, or a row is no candle of the instrument.
        UnsortedTradesError
            If the rows must be sorted, and are not.

        """
        self._size_precision = max(
            self._market.size_precision,
            max((decimals_in([cells[self._table.volume]]) for _, cells in self._rows()), default=0),
        )
        bars: list[Bar] = []
        last_ns = 0
        for line, cells in self._rows():
            bar = self._bar(line, cells)
            if bar.ts_init < last_ns and self._is_sorted:
                raise UnsortedTradesError
            last_ns = bar.ts_init
            bars.append(bar)
            if len(bars) == _MOST_ROWS:
                yield batch_of_objects(bars, Bar)
                bars = []
        if bars:
            yield batch_of_objects(bars, Bar)

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        rest, line = b"", 0
        for block in chain(self._blocks, [b"\n"]):
            *whole, rest = (rest + block).split(b"\n")
            for row in whole:
                line += 1
                if row.strip() and (line > 1 or not self._table.has_header):
                    cells = row.decode(errors="replace").strip().split(",")
                    if len(cells) <= self._table.volume:
                        raise BybitHistoryError(
                            self._path, line, f"a candle has more than {len(cells)} cells"
                        )
                    yield line, cells
        self._report.lines = line - 1

    def _bar(self, line: int, cells: list[str]) -> Bar:
        table = self._table
        try:
            end_ns = close_ms(self._start_ms(cells), self._interval) * MS_TO_NS
            prices = [
                price_of(cells[column], self._market.price_precision)
                for column in (table.open, table.high, table.low, table.close)
            ]
            volume = quantity_of(cells[table.volume], self._size_precision)
            return Bar(self.bar_type, *prices, volume, end_ns, end_ns)
        except (BybitDecodeError, ValueError) as e:
            raise BybitHistoryError(self._path, line, f"no candle: {e}") from e

    def _start_ms(self, cells: list[str]) -> int:
        table = self._table
        if not table.is_dated:
            start = int(cells[table.start])
            return start if start >= _FIRST_MILLIS else start * 1000
        form = _STARTS_OF_DATES[table.open - 1]
        text = ",".join(cells[: table.open])
        return int(datetime.strptime(text, form).replace(tzinfo=UTC).timestamp() * 1000)
