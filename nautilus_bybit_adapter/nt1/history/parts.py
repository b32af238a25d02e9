"""Files of a catalogue: each is there whole or not at all, and none is written twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from nautilus_trader.core.datetime import unix_nanos_to_iso8601
from nautilus_trader.persistence.catalog.parquet import ParquetDataCatalog

from nautilus_bybit_adapter.errors import BybitHistoryError
from nautilus_bybit_adapter.history.state import Part

ROWS_PER_PART = 1_000_000
"""Rows of one file of the catalogue, and a few more: rows of one moment are never parted."""


type OnPart = Callable[[type, str, Path, int], None]


class PartWriter:
    """
    Writes rows of one class and one instrument into the catalogue, in as many files as it takes.

    A file grows outside of the catalogue's data and is moved there when it is whole. The same rows always give the
    same files, so that a load which was interrupted finds where it stood by counting.

    Parameters
    ----------
    catalog : ParquetDataCatalog
        The catalogue, on the local disk.
    data_cls : type
        The class of the rows.
    identifier : str
        The instrument's id, or the bar type.
    workplace : Path
        Where unfinished files lie.
    known : list of Part
        The files that an earlier run has written: their rows come again, and are passed over.
    on_part : OnPart
        Is told of each file before it is moved: class, identifier, path and rows.
    rows_per_part : int, optional
        Rows of one file.

    """

    def __init__(
        self,
        catalog: ParquetDataCatalog,
        data_cls: type,
        identifier: str,
        workplace: Path,
        *,
        known: list[Part],
        on_part: OnPart,
        rows_per_part: int = ROWS_PER_PART,
    ) -> None:
        self._group = catalog.max_rows_per_group
        self._key = (data_cls, identifier)
        self.directory = Path(catalog._make_path(data_cls, identifier))  # noqa: SLF001 - the framework shows no other
        self._unfinished = workplace / f"{data_cls.__name__} {identifier}.parquet.part"
        self._skip = sum(part.rows for part in known)
        self._own = {Path(part.path).name for part in known}
        self._on_part = on_part
        self._most = rows_per_part
        self._writer: Any = None
        self._pending: list[Any] = []
        self._pending_rows = 0
        self._rows = 0
        self._first_ns = self._last_ns = 0

    def add(self, batch: Any) -> None:
        """
        Write some more rows, which are not before those above.

        Raises
        ------
        BybitHistoryError
            If the catalogue has other rows of that time.

        """
        skipped = min(self._skip, batch.num_rows)
        self._skip -= skipped
        batch = batch.slice(skipped)
        while batch.num_rows:
            if self._rows < self._most:
                taken = batch.slice(0, self._most - self._rows)
            else:
                times = _times_of(batch)
                taken = batch.slice(0, int(np.searchsorted(times, self._last_ns, side="right")))
                if not taken.num_rows:
                    self.close()
                    continue
            self._write(taken)
            batch = batch.slice(taken.num_rows)

    def close(self) -> None:
        """Finish the file that has been begun, and move it to its place."""
        if not self._rows:
            return
        self._flush(self._pending_rows)
        self._writer.close()
        self._writer = None
        name = f"{_name_of(self._first_ns)}_{_name_of(self._last_ns)}.parquet"
        self._check_place(name)
        target = self.directory / name
        self.directory.mkdir(parents=True, exist_ok=True)
        rows, self._rows = self._rows, 0
        # Told before it is there: whoever finds it there after a crash knows whose it is.
        self._on_part(*self._key, target, rows)
        self._unfinished.replace(target)
        self._own.add(name)

    def abandon(self) -> None:
        """Drop the file that has been begun."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        self._pending, self._pending_rows, self._rows = [], 0, 0
        self._unfinished.unlink(missing_ok=True)

    def _write(self, batch: Any) -> None:
        if self._writer is None:
            self._unfinished.parent.mkdir(parents=True, exist_ok=True)
            self._writer = pq.ParquetWriter(self._unfinished, batch.schema)
        times = _times_of(batch)
        if not self._rows:
            self._first_ns = int(times[0])
        self._last_ns = int(times[-1])
        self._rows += batch.num_rows
        self._pending.append(batch)
        self._pending_rows += batch.num_rows
        self._flush(self._pending_rows - self._pending_rows % self._group)

    def _flush(self, count: int) -> None:
        """Write that many of the pending rows, in groups as large as the framework's."""
        if not count:
            return
        table = pa.Table.from_batches(self._pending)
        self._writer.write_table(table.slice(0, count), row_group_size=self._group)
        self._pending = table.slice(count).to_batches()
        self._pending_rows -= count

    def _check_place(self, name: str) -> None:
        """Refuse to write beside other rows of the same time: a reader would see both."""
        first, last = name.removesuffix(".parquet").split("_")
        for other in sorted(self.directory.glob("*.parquet")):
            begin, _, end = other.name.removesuffix(".parquet").partition("_")
            # The names are times of one form: they sort as the times do.
            if other.name not in self._own and begin <= last and first <= end:
                raise BybitHistoryError(
                    str(other),
                    0,
                    f"holds rows of the same time as {name}; remove it, or load into another catalogue",
                )


def _times_of(batch: Any) -> np.ndarray[Any, Any]:
    return batch.column(batch.schema.get_field_index("ts_init")).to_numpy(zero_copy_only=False)


def _name_of(ts_ns: int) -> str:
    """Return a time as the framework's catalogue names files."""
    return str(unix_nanos_to_iso8601(ts_ns)).replace(":", "-").replace(".", "-")
