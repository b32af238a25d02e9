"""REST and the three sockets."""

from __future__ import annotations

from nautilus_bybit_adapter.transport.batches import BatchOutcome
from nautilus_bybit_adapter.transport.gate import RateGate
from nautilus_bybit_adapter.transport.http import BybitHTTPClient
from nautilus_bybit_adapter.transport.options import Log, SocketOptions
from nautilus_bybit_adapter.transport.order_entry import OrderEntry
from nautilus_bybit_adapter.transport.private import AccountMessage, BybitPrivateWebSocket
from nautilus_bybit_adapter.transport.public import BybitPublicWebSocket
from nautilus_bybit_adapter.transport.public_pool import PublicSocketPool
from nautilus_bybit_adapter.transport.trade import BybitTradeWebSocket

__all__ = [
    "AccountMessage",
    "BatchOutcome",
    "BybitHTTPClient",
    "BybitPrivateWebSocket",
    "BybitPublicWebSocket",
    "BybitTradeWebSocket",
    "Log",
    "OrderEntry",
    "PublicSocketPool",
    "RateGate",
    "SocketOptions",
]
