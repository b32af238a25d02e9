"""A local Bybit V5 venue: REST and WebSockets on one port, one account, real order flow or none.

It imports nothing else of the package, so what talks to it meets the protocol and nothing shared.
"""

from __future__ import annotations

from .config import ConfigError, SimConfig
from .exchange.account import LedgerError
from .exchange.errors import VenueError
from .faults.spec import FaultError
from .market.recording import ReplayError
from .market.synthetic import FlowParams
from .state.errors import StateError
from .venue import SimVenue, VenueUrls

__all__ = [
    "ConfigError",
    "FaultError",
    "FlowParams",
    "LedgerError",
    "ReplayError",
    "SimConfig",
    "SimVenue",
    "StateError",
    "VenueError",
    "VenueUrls",
]
