"""What every endpoint and socket shares."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web

from nautilus_bybit_adapter.sim.earn.book import EarnBook
from nautilus_bybit_adapter.sim.exchange.funding_wallet import FundingWallet
from nautilus_bybit_adapter.sim.exchange.profile import Profile
from nautilus_bybit_adapter.sim.faults.engine import FaultEngine

from .bounds import Bounds
from .limits import AddressLimits

if TYPE_CHECKING:
    from nautilus_bybit_adapter.sim.exchange.exchange import Exchange

    from .auth import Credentials
    from .limits import RateWindows


@dataclass(slots=True)
class Context:
    """The exchange, who may use it, how often, what goes wrong and how much is too much."""

    exchange: Exchange
    credentials: Credentials
    windows: RateWindows
    faults: FaultEngine = field(default_factory=lambda: FaultEngine(0, lambda: 0))
    bounds: Bounds = field(default_factory=Bounds)
    addresses: AddressLimits = field(default_factory=AddressLimits)
    profile: Profile = field(default_factory=Profile)
    notices: list[dict[str, Any]] = field(default_factory=list)
    funding: FundingWallet = field(init=False)
    earn: EarnBook = field(init=False)

    def __post_init__(self) -> None:
        self.funding = FundingWallet(self.exchange)
        self.earn = EarnBook(self.funding)


CONTEXT: web.AppKey[Context] = web.AppKey("context", Context)
