"""Tables that are not in the order of time, sorted on the disk with little memory."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

_BUCKETS_OF_A_DAY = 96
_BUCKET_NS = 86_400_000_000_000 // _BUCKETS_OF_A_DAY


def sorted_batches(batches: Iterable[Any], workplace: Path) -> Iterator[Any]:
    """
    Return the rows by ``ts_init``; rows of one moment keep the order of a file that runs forwards.

    Each quarter of an hour is put into a file of its own and sorted alone, so that no more than one is in memory.

    Parameters
    ----------
    batches : iterable of RecordBatch
        The rows as they come.
    workplace : Path
        A folder for the files, which is emptied before and after.

    """
    shutil.rmtree(workplace, ignore_errors=True)
    workplace.mkdir(parents=True)
    try:
        backwards = _spread(batches, workplace)
        for path in sorted(workplace.iterdir()):
            with pa.OSFile(str(path)) as stream:
                table = pa.ipc.open_stream(stream).read_all()
            times = table.column("ts_init").to_numpy()
            order = np.arange(len(times))[::-1] if backwards else np.arange(len(times))
            order = order[np.argsort(times[order], kind="stable")]
            yield from table.take(pa.array(order)).combine_chunks().to_batches()
            path.unlink()
    finally:
        shutil.rmtree(workplace, ignore_errors=True)


def _spread(batches: Iterable[Any], workplace: Path) -> bool:
    """Write each row into the file of its quarter of an hour; return whether time runs backwards on the whole."""
    writers: dict[int, Any] = {}
    sinks: list[Any] = []
    first_ns, last_ns = 0, 0
    try:
        for batch in batches:
            times = batch.column(batch.schema.get_field_index("ts_init")).to_numpy()
            first_ns = first_ns or int(times[0])
            last_ns = int(times[-1])
            buckets = times // np.uint64(_BUCKET_NS)
            for bucket in np.unique(buckets):
                writer = writers.get(int(bucket))
                if writer is None:
                    sink = pa.OSFile(str(workplace / f"{int(bucket):012}"), "wb")
                    sinks.append(sink)
                    writer = writers[int(bucket)] = pa.ipc.new_stream(sink, batch.schema)
                writer.write_batch(batch.filter(pa.array(buckets == bucket)))
    finally:
        for writer in writers.values():
            writer.close()
        for sink in sinks:
            sink.close()
    return last_ns < first_ns
