"""One measurement of this package's loading, in a process of its own: what, file and a folder to write into."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from own_memory import own_peak_mb

os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")  # as `bybit-nt load` does

from nautilus_bybit_adapter.history.sources import source_of
from nautilus_bybit_adapter.nt1.history.catalog import LoadPlan, load_file
from nautilus_bybit_adapter.nt1.history.market import HistoryMarket
from nautilus_bybit_adapter.nt1.history.objects import deltas_in, frames_in, trades_in

READERS: dict[str, Callable[..., Iterator[list[Any]]]] = {
    "deltas": deltas_in,
    "frames": frames_in,
    "trades": trades_in,
}


def main(what: str, path: Path, folder: Path) -> None:
    """Measure one thing, and print what came of it."""
    source = source_of(path)
    decimals = (2, 3) if source.symbol == "BTCUSDT" else (4, 0)
    market = HistoryMarket.named(source.symbol, source.category, *decimals)
    before = time.process_time()
    if what in READERS:
        rows = sum(len(block) for block in READERS[what](source, market))
    else:
        rows = sum(load_file(LoadPlan(source, market, folder)).rows.values())
    seconds = time.process_time() - before
    peak_mb = own_peak_mb()
    print(json.dumps({"seconds": seconds, "peak_mb": peak_mb, "rows": rows}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
