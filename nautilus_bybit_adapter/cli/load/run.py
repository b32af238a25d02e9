"""What `bybit-nt load` does."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nautilus_trader.common.component import LiveClock
from nautilus_trader.model.identifiers import InstrumentId
from nautilus_trader.persistence.catalog.parquet import ParquetDataCatalog

from nautilus_bybit_adapter.cli.progress import Bars, progress_bars
from nautilus_bybit_adapter.cli.signals import ends_on_signals
from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.history.report import LoadReport
from nautilus_bybit_adapter.history.sources import source_of
from nautilus_bybit_adapter.nt1.history import HistoryMarket, LoadPlan
from nautilus_bybit_adapter.nt1.history.rest import RestHistory
from nautilus_bybit_adapter.nt1.history.several import SeveralFiles, without_overlaps
from nautilus_bybit_adapter.nt1.mapping.identifiers import instrument_id_of, symbol_of
from nautilus_bybit_adapter.nt1.providers import BybitInstrumentProvider
from nautilus_bybit_adapter.transport.http import BybitHTTPClient
from nautilus_bybit_adapter.wire.credentials import resolve_environment
from nautilus_bybit_adapter.wire.enums import BybitEnvironment, BybitProductType


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadOptions:
    """The options of the command; see its help."""

    catalog_path: Path
    category: str | None
    symbol: str | None
    interval: str
    price_precision: int | None
    size_precision: int | None
    environment: str | None
    venue: str | None
    jobs: int
    quiet: bool


def load_all(
    paths: Sequence[Path], fetch: Sequence[str], span_ms: tuple[int, int] | None, options: LoadOptions
) -> list[LoadReport]:
    """
    Load files, and fetch what was asked for.

    Raises
    ------
    BybitError
        If a file is of no known kind, or the venue does not answer.

    """
    # The same file twice is the same file.
    sources = [source_of(path, options.category, options.symbol) for path in dict.fromkeys(paths)]
    ids = {source.path: instrument_id_of(source.symbol, source.category) for source in sources}
    wanted = set(ids.values())
    fetched_id = None
    if fetch and options.symbol and options.category:
        fetched_id = instrument_id_of(options.symbol, BybitProductType(options.category))
    markets = _given(wanted, options)
    with progress_bars("items", is_quiet=options.quiet) as bars:
        reports: list[LoadReport] = []
        if (fetched_id is not None and span_ms is not None) or len(markets) < len(wanted):
            asked = _Asked(options, bars)
            reports = asyncio.run(asked.run(wanted - set(markets), fetched_id, fetch, span_ms))
            markets |= asked.markets
        plans = [
            LoadPlan(
                source, markets[ids[source.path]], options.catalog_path.absolute(), interval=options.interval
            )
            for source in sources
        ]
        return _loaded(without_overlaps(plans), bars, options.jobs) + reports


def _given(wanted: set[InstrumentId], options: LoadOptions) -> dict[InstrumentId, HistoryMarket]:
    """Return the markets that are known without the venue: by the caller's word, or from the catalogue."""
    if options.price_precision is not None and options.size_precision is not None:
        return {each: HistoryMarket(each, options.price_precision, options.size_precision) for each in wanted}
    if not options.catalog_path.is_dir() or not wanted:
        return {}
    found = ParquetDataCatalog(str(options.catalog_path.resolve())).instruments(
        instrument_ids=[each.value for each in wanted]
    )
    return {each.id: HistoryMarket.of(each) for each in found}


def _loaded(plans: Sequence[LoadPlan], bars: Bars, jobs: int) -> list[LoadReport]:
    if not plans:
        return []
    # Megabytes of the files as they lie on the disk.
    sizes = {plan.source.path: plan.source.path.stat().st_size for plan in plans}
    lines = {path: bars.add(path.name, size) for path, size in sizes.items()}

    def on_share(plan: LoadPlan, share: float) -> None:
        path = plan.source.path
        lines[path].reach(share * sizes[path])

    reports = SeveralFiles(plans, jobs, on_share).run()
    for path, size in sizes.items():
        lines[path].reach(size)
    return reports


class _Asked:
    """What the venue is asked for: instruments, and its own past."""

    def __init__(self, options: LoadOptions, bars: Bars) -> None:
        self._options = options
        self._bars = bars
        environment = BybitEnvironment(options.environment) if options.environment else None
        self._environment, _ = resolve_environment(environment, os.environ)
        self.markets: dict[InstrumentId, HistoryMarket] = {}

    async def run(
        self,
        wanted: set[InstrumentId],
        fetched_id: InstrumentId | None,
        fetch: Sequence[str],
        span_ms: tuple[int, int] | None,
    ) -> list[LoadReport]:
        """Read instruments, write them into the catalogue, and fetch."""
        http = BybitHTTPClient(environment=self._environment, base_url=self._options.venue)
        with ends_on_signals():
            try:
                await http.open()
                await http.learn_clock()
                instruments = await self._instruments(http, wanted | ({fetched_id} if fetched_id else set()))
                if fetched_id is None or span_ms is None:
                    return []
                return [await self._fetch(http, instruments[fetched_id], what, span_ms) for what in fetch]
            finally:
                await http.close()

    async def _instruments(self, http: BybitHTTPClient, wanted: set[InstrumentId]) -> dict[InstrumentId, Any]:
        categories = sorted({symbol_of(each)[1] for each in wanted})
        provider = BybitInstrumentProvider(http, categories, LiveClock())
        await provider.load_ids_async(sorted(wanted))
        found = {each: provider.find(each) for each in wanted}
        missing = [each.value for each, instrument in found.items() if instrument is None]
        if missing:
            raise BybitConfigError(
                f"{self._environment} has no {', '.join(missing)}; name the decimals (--price-precision, "
                "--size-precision), or another --environment"
            )
        path = self._options.catalog_path
        path.mkdir(parents=True, exist_ok=True)
        catalog = ParquetDataCatalog(str(path.resolve()))
        known = {each.id for each in catalog.instruments(instrument_ids=[each.value for each in wanted])}
        if new := [found[each] for each in sorted(wanted - known)]:
            catalog.write_data(new)
        self.markets = {each: HistoryMarket.of(instrument) for each, instrument in found.items()}
        return found

    async def _fetch(
        self, http: BybitHTTPClient, instrument: Any, what: str, span_ms: tuple[int, int]
    ) -> LoadReport:
        bar = self._bars.add(f"{instrument.id} {what}", 1.0)
        history = RestHistory(http, instrument, self._options.catalog_path, bar.reach)
        return await history.fetch(what, *span_ms)
