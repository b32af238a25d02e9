"""Slippage forecasts from live order books.

One thread at a time: every call into the C++ holds the GIL from start to end.
"""

from nautilus_bybit_adapter._ext import (
    DeltaLayout,
    FastWarden,
    Side,
    TopologyScore,
    UnknownBookError,
    Walk,
    decode_deltas,
    decode_trades,
    first_instrument_id,
    fisher_rao_distance,
    set_default_model,
    sublevel_persistence,
    superlevel_persistence,
    surface_curvature,
)
from nautilus_bybit_adapter.warden.forecast import Forecast, forecast, shipped_model

__all__ = [
    "DeltaLayout",
    "FastWarden",
    "Forecast",
    "Side",
    "TopologyScore",
    "UnknownBookError",
    "Walk",
    "decode_deltas",
    "decode_trades",
    "first_instrument_id",
    "fisher_rao_distance",
    "forecast",
    "shipped_model",
    "sublevel_persistence",
    "superlevel_persistence",
    "surface_curvature",
]

set_default_model(shipped_model)
