"""A file of history into a catalogue: once, whole, and going on where an interruption left it."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
from nautilus_trader.persistence.catalog.parquet import ParquetDataCatalog

from nautilus_bybit_adapter.errors import BybitHistoryError
from nautilus_bybit_adapter.history.blocks import BLOCK_BYTES, TABLE_BLOCK_BYTES, TextBlocks, sha256_of
from nautilus_bybit_adapter.history.report import LoadReport
from nautilus_bybit_adapter.history.sources import Source, SourceKind
from nautilus_bybit_adapter.history.state import LoadState, Part, read_state, write_state
from nautilus_bybit_adapter.nt1.history.batches import Batch, batches_of
from nautilus_bybit_adapter.nt1.history.market import HistoryMarket
from nautilus_bybit_adapter.nt1.history.parts import ROWS_PER_PART, PartWriter
from nautilus_bybit_adapter.nt1.history.trades import UnsortedTradesError

WORK_FOLDER = ".bybit-nt"
"""Where a catalogue keeps what is unfinished, and what has been loaded."""

OnProgress = Callable[[float], None]


class LoadInterruptedError(Exception):
    """The load was asked to stop; what is in the catalogue is whole, and the next load goes on from there."""


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """
    What to load, and where to.

    Attributes
    ----------
    source : Source
        The file.
    market : HistoryMarket
        Its instrument.
    catalog_path : Path
        The catalogue's root; it is made where there is none.
    interval : str
        Bybit's word for the interval of candles, where the file's name does not say it.
    until_ns : int
        Rows from this time on are left to the next file, which begins with them; 0 for none.
    rows_per_part : int
        Rows of one file of the catalogue.
    is_sorted : bool
        Whether a table is taken to be sorted by time; learnt while loading.

    """

    source: Source
    market: HistoryMarket
    catalog_path: Path
    interval: str = ""
    until_ns: int = 0
    rows_per_part: int = ROWS_PER_PART
    is_sorted: bool = True

    @property
    def form(self) -> str:
        """What the rows depend on beside the file."""
        market = self.market
        parts = (
            market.id.value,
            market.price_precision,
            market.size_precision,
            market.price_scale,
            self.interval,
            self.until_ns,
            self.rows_per_part,
        )
        return " ".join(str(part) for part in parts)

    @property
    def workplace(self) -> Path:
        """A folder of this file's own."""
        return self.catalog_path / WORK_FOLDER / f"{self.market.id.value} {self.source.path.name}"

    @property
    def state_path(self) -> Path:
        """Where is kept what has been loaded of this file."""
        return self.workplace / "state.json"


def load_file(
    plan: LoadPlan,
    *,
    on_progress: OnProgress | None = None,
    is_stopped: Callable[[], bool] = bool,
) -> LoadReport:
    """
    Load a file into a catalogue.

    A file that has been loaded is not loaded again; one that was interrupted goes on. Of a file that cannot be used to
    its end nothing stays in the catalogue.

    Parameters
    ----------
    plan : LoadPlan
        What, and where to.
    on_progress : OnProgress, optional
        Is told how much of the file has been read, 0 to 1.
    is_stopped : Callable[[], bool], optional
        Asked again and again whether to stop.

    Returns
    -------
    LoadReport
        What was loaded and what was missing.

    Raises
    ------
    BybitHistoryError
        If the file cannot be used, or the catalogue has other rows of its time.
    LoadInterruptedError
        If it was stopped.

    """
    with _held(plan):
        return _load_held(plan, on_progress, is_stopped)


@contextmanager
def _held(plan: LoadPlan) -> Iterator[None]:
    """Hold a file for this process: two of them would write the same files."""
    plan.workplace.mkdir(parents=True, exist_ok=True)
    with (plan.workplace / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as e:
            raise BybitHistoryError(
                str(plan.source.path), 0, "is being loaded into this catalogue by another process"
            ) from e
        yield


def _load_held(plan: LoadPlan, on_progress: OnProgress | None, is_stopped: Callable[[], bool]) -> LoadReport:
    started = time.monotonic()
    sha256 = sha256_of(plan.source.path)
    state = _state_of(plan, sha256)
    if state.report is not None:
        return msgspec.structs.replace(state.report, status="already loaded", seconds=0.0)
    loading = _Loading(plan, state, on_progress, is_stopped)
    try:
        try:
            report = loading.run()
        except UnsortedTradesError:
            loading.discard()
            loading = _Loading(replace(plan, is_sorted=False), state, on_progress, is_stopped)
            report = loading.run()
    except BybitHistoryError:
        loading.discard()
        raise
    except BaseException:
        loading.abandon()
        raise
    report.sha256, report.bytes = sha256, plan.source.path.stat().st_size
    report.files = [part.path for part in state.parts]
    report.seconds = time.monotonic() - started
    state.report = report
    write_state(plan.state_path, state)
    return report


def _state_of(plan: LoadPlan, sha256: str) -> LoadState:
    """Return what has been loaded of this very file; what was loaded of another one under its name is removed."""
    state = read_state(plan.state_path)
    if state is not None and (state.sha256, state.form) != (sha256, plan.form):
        if state.report is not None:
            raise BybitHistoryError(
                str(plan.source.path),
                0,
                "was loaded before with other content or settings; remove its rows and "
                f"{plan.state_path} to load it anew",
            )
        _remove_parts(plan, state)
        state = None
    if state is not None and state.report is None:
        _forget_lost_parts(plan, state)
    return state or LoadState(sha256, plan.form)


def _forget_lost_parts(plan: LoadPlan, state: LoadState) -> None:
    """Forget the file that was about to be moved to its place; where others are gone as well, begin anew."""
    if state.parts and not (plan.catalog_path / state.parts[-1].path).exists():
        state.parts.pop()
    if not all((plan.catalog_path / part.path).exists() for part in state.parts):
        _remove_parts(plan, state)


def _remove_parts(plan: LoadPlan, state: LoadState) -> None:
    for part in state.parts:
        (plan.catalog_path / part.path).unlink(missing_ok=True)
    state.parts = []


class _Loading:
    """One run through a file."""

    def __init__(
        self,
        plan: LoadPlan,
        state: LoadState,
        on_progress: OnProgress | None,
        is_stopped: Callable[[], bool],
    ) -> None:
        self._plan = plan
        self._state = state
        self._on_progress = on_progress
        self._is_stopped = is_stopped
        plan.catalog_path.mkdir(parents=True, exist_ok=True)
        self._catalog = ParquetDataCatalog(str(plan.catalog_path.resolve()))
        self._writers: dict[tuple[type, str], PartWriter] = {}
        source = plan.source
        self._report = LoadReport(source.path.name, str(source.kind), plan.market.id.value)
        is_table = source.kind in {SourceKind.TRADES, SourceKind.CANDLES}
        self._blocks = TextBlocks(
            source.path,
            block_bytes=TABLE_BLOCK_BYTES if is_table else BLOCK_BYTES,
            is_torn_allowed=source.kind is SourceKind.FRAMES,
        )

    def run(self) -> LoadReport:
        """Load everything, and return the report."""
        plan = self._plan
        batches = batches_of(
            plan.source,
            plan.market,
            self._report,
            self._blocks,
            workplace=plan.workplace,
            is_sorted=plan.is_sorted,
            interval=plan.interval,
        )
        for batch in batches:
            if self._is_stopped():
                raise LoadInterruptedError(str(plan.source.path))
            self._add(batch)
            if self._on_progress is not None:
                self._on_progress(self._blocks.share)
        for writer in self._writers.values():
            writer.close()
        return self._report

    def discard(self) -> None:
        """Take out of the catalogue what is there of this file."""
        self.abandon()
        _remove_parts(self._plan, self._state)
        self._plan.state_path.unlink(missing_ok=True)

    def abandon(self) -> None:
        """Drop the files that are not whole."""
        for writer in self._writers.values():
            writer.abandon()

    def _add(self, batch: Batch) -> None:
        rows = batch.rows
        times = rows.column(rows.schema.get_field_index("ts_init")).to_numpy()
        if self._plan.until_ns:
            kept = int(times.searchsorted(self._plan.until_ns, side="left"))
            self._report.cut_rows += rows.num_rows - kept
            rows, times = rows.slice(0, kept), times[:kept]
        if not rows.num_rows:
            return
        name = batch.data_cls.__name__
        self._report.rows[name] = self._report.rows.get(name, 0) + rows.num_rows
        self._report.see(int(times[0]), int(times[-1]))
        self._writer_of(batch).add(rows)

    def _writer_of(self, batch: Batch) -> PartWriter:
        key = (batch.data_cls, batch.identifier)
        writer = self._writers.get(key)
        if writer is None:
            known = [part for part in self._state.parts if part.data == _data_of(*key)]
            writer = self._writers[key] = PartWriter(
                self._catalog,
                *key,
                self._plan.workplace,
                known=known,
                on_part=self._on_part,
                rows_per_part=self._plan.rows_per_part,
            )
        return writer

    def _on_part(self, data_cls: type, identifier: str, path: Path, rows: int) -> None:
        relative = path.relative_to(self._plan.catalog_path.resolve()).as_posix()
        self._state.parts.append(Part(_data_of(data_cls, identifier), relative, rows))
        write_state(self._plan.state_path, self._state)


def _data_of(data_cls: type, identifier: str) -> str:
    return f"{data_cls.__name__} {identifier}"
