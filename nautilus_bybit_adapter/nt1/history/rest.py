"""What the venue's REST interface has of the past, into a catalogue; what is there already is not asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from nautilus_trader.core.data import Data
from nautilus_trader.model.data import Bar, BarType, FundingRateUpdate, TradeTick
from nautilus_trader.model.instruments import Instrument
from nautilus_trader.persistence.catalog.parquet import ParquetDataCatalog

from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.history.report import LoadReport
from nautilus_bybit_adapter.nt1.history.arrow import batch_of_objects
from nautilus_bybit_adapter.nt1.history.bar_types import bar_type_of
from nautilus_bybit_adapter.nt1.history.catalog import WORK_FOLDER
from nautilus_bybit_adapter.nt1.history.parts import PartWriter
from nautilus_bybit_adapter.nt1.mapping.bars import close_ms, past_bars_of
from nautilus_bybit_adapter.nt1.mapping.derivatives import past_funding_of
from nautilus_bybit_adapter.nt1.mapping.identifiers import MS_TO_NS, symbol_of
from nautilus_bybit_adapter.nt1.mapping.market import past_trade_of
from nautilus_bybit_adapter.transport.http import BybitHTTPClient

TRADES, FUNDING = "trades", "funding"
_CANDLES_OF_A_FILE = 10_000


class RestHistory:
    """
    Reads trades, funding rates and candles of one instrument.

    Parameters
    ----------
    http : BybitHTTPClient
        An open client.
    instrument : Instrument
        The instrument.
    catalog_path : Path
        The catalogue's root.
    on_progress : Callable[[float], None], optional
        Is told how much of the span has been read, 0 to 1.

    """

    def __init__(
        self,
        http: BybitHTTPClient,
        instrument: Instrument,
        catalog_path: Path,
        on_progress: Callable[[float], None] | None = None,
    ) -> None:
        self._http = http
        self._instrument = instrument
        self._symbol, self._category = symbol_of(instrument.id)
        catalog_path.mkdir(parents=True, exist_ok=True)
        self._root = catalog_path.resolve()
        self._catalog = ParquetDataCatalog(str(self._root))
        self._on_progress = on_progress or (lambda _share: None)

    async def fetch(self, what: str, start_ms: int, end_ms: int) -> LoadReport:
        """
        Read a span, and write what the catalogue does not have of it.

        Parameters
        ----------
        what : str
            ``trades`` (the venue has the newest ones only), ``funding``, or Bybit's word for the interval of candles.
        start_ms, end_ms : int
            The first and the last ``ts_init`` wanted, epoch milliseconds.

        Raises
        ------
        BybitConfigError
            If the span is empty, or there are no such candles.
        BybitError
            If the venue does not answer or refuses.

        """
        if start_ms > end_ms:
            raise BybitConfigError(f"start is {start_ms}; it must not be after end, which is {end_ms}")
        if what == TRADES:
            return await self._written(TradeTick, what, await self._trades(start_ms, end_ms))
        if what == FUNDING:
            return await self._written(FundingRateUpdate, what, await self._funding(start_ms, end_ms))
        return await self._bars(what, start_ms, end_ms)

    async def _trades(self, start_ms: int, end_ms: int) -> list[Data]:
        rows = await self._http.get_recent_trades(self._category, self._symbol)
        return [
            past_trade_of(self._instrument, row, int(row.time) * MS_TO_NS)
            for row in reversed(rows)
            if start_ms <= int(row.time) <= end_ms
        ]

    async def _funding(self, start_ms: int, end_ms: int) -> list[Data]:
        rows = await self._http.get_funding_history(
            self._category, self._symbol, start_ms=start_ms, end_ms=end_ms
        )
        return [past_funding_of(self._instrument, row) for row in rows]

    async def _bars(self, interval: str, start_ms: int, end_ms: int) -> LoadReport:
        bar_type = BarType.from_str(bar_type_of(self._instrument.id.value, interval))
        latest_ms = min(end_ms, self._http.server_time_ms())
        report = self._report(interval)
        step_ms = (close_ms(0, interval)) * _CANDLES_OF_A_FILE
        at_ms = start_ms
        while at_ms <= latest_ms:
            until_ms = min(at_ms + step_ms - 1, latest_ms)
            candles = await self._http.get_klines(
                self._category, self._symbol, interval, start_ms=at_ms, end_ms=until_ms
            )
            closed = [each for each in candles if close_ms(int(each.start_time), interval) <= latest_ms]
            bars = past_bars_of(self._instrument, bar_type, closed, interval, on_close=True)
            self._write(Bar, str(bar_type), bars, report)
            at_ms = until_ms + 1
            self._on_progress((at_ms - start_ms) / max(1, latest_ms - start_ms + 1))
        return report

    async def _written(self, data_cls: type, what: str, found: Sequence[Data]) -> LoadReport:
        report = self._report(what)
        self._write(data_cls, self._instrument.id.value, found, report)
        self._on_progress(1.0)
        return report

    def _report(self, what: str) -> LoadReport:
        return LoadReport(f"{self._symbol} {what}", "REST", self._instrument.id.value)

    def _write(self, data_cls: type, identifier: str, found: Sequence[Data], report: LoadReport) -> None:
        """Write what lies in the gaps of the catalogue: a file for each."""
        if not found:
            return
        missing = self._catalog.get_missing_intervals_for_request(
            found[0].ts_init, found[-1].ts_init, data_cls, identifier
        )
        for first_ns, last_ns in missing:
            rows = [each for each in found if first_ns <= each.ts_init <= last_ns]
            if rows:
                self._write_one(data_cls, identifier, rows, report)

    def _write_one(self, data_cls: type, identifier: str, rows: Sequence[Data], report: LoadReport) -> None:
        def on_part(_data_cls: type, _identifier: str, path: Path, count: int) -> None:
            report.files.append(path.relative_to(self._root).as_posix())
            report.rows[data_cls.__name__] = report.rows.get(data_cls.__name__, 0) + count
            report.see(rows[0].ts_init, rows[-1].ts_init)

        workplace = self._root / WORK_FOLDER / f"{identifier} rest"
        writer = PartWriter(self._catalog, data_cls, identifier, workplace, known=[], on_part=on_part)
        try:
            batch: Any = batch_of_objects(rows, data_cls)
            writer.add(batch)
            writer.close()
        finally:
            writer.abandon()
            if workplace.is_dir() and not any(workplace.iterdir()):
                workplace.rmdir()
