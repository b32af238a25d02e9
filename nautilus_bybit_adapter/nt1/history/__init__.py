"""History as framework objects and as a catalogue."""

from nautilus_bybit_adapter.nt1.history.catalog import LoadInterruptedError, LoadPlan, load_file
from nautilus_bybit_adapter.nt1.history.loader import BybitOrderBookDeltaDataLoader
from nautilus_bybit_adapter.nt1.history.market import HistoryMarket
from nautilus_bybit_adapter.nt1.history.objects import deltas_in, frames_in, trades_in

__all__ = [
    "BybitOrderBookDeltaDataLoader",
    "HistoryMarket",
    "LoadInterruptedError",
    "LoadPlan",
    "deltas_in",
    "frames_in",
    "load_file",
    "trades_in",
]
