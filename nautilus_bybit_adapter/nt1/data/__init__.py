"""Live market data."""

from nautilus_bybit_adapter.nt1.data.client import BybitDataClient
from nautilus_bybit_adapter.nt1.data.feeds import OnFrame, OnMessage, OnStale

__all__ = ["BybitDataClient", "OnFrame", "OnMessage", "OnStale"]
