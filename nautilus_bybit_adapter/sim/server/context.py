"""What every endpoint and socket shares."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from aiohttp import web

from nautilus_bybit_adapter.sim.assets.convert import ConvertDesk
from nautilus_bybit_adapter.sim.assets.fixed_borrows import FixedBorrows
from nautilus_bybit_adapter.sim.assets.members import SubMembers
from nautilus_bybit_adapter.sim.earn.book import EarnBook
from nautilus_bybit_adapter.sim.exchange.funding_wallet import FundingWallet
from nautilus_bybit_adapter.sim.exchange.profile import Profile
from nautilus_bybit_adapter.sim.faults.engine import FaultEngine
from nautilus_bybit_adapter.sim.faults.kinds import REST
from nautilus_bybit_adapter.sim.state.journal import Memory

from .bounds import Bounds
from .limits import AddressLimits

if TYPE_CHECKING:
    from collections.abc import Callable

    from nautilus_bybit_adapter.sim.exchange.exchange import Exchange

    from .auth import Credentials
    from .limits import RateWindows

_REMEMBERED = tuple(each.name for each in fields(Memory) if each.name != "exchange")


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
    wall_s: Callable[[], float] = time.monotonic
    funding: FundingWallet = field(init=False)
    earn: EarnBook = field(init=False)
    converts: ConvertDesk = field(init=False)
    members: SubMembers = field(init=False)
    fixed_borrows: FixedBorrows = field(default_factory=FixedBorrows)

    def __post_init__(self) -> None:
        self.funding = FundingWallet(self.exchange)
        self.earn = EarnBook(self.funding)
        self.converts = ConvertDesk(self.funding)
        self.members = SubMembers(self.exchange.config.uid, self.funding)

    @property
    def shown_skew_ms(self) -> int:
        """How far the clock is off that `/v5/market/time` shows, ms."""
        return self.faults.skew_ms(REST, "/v5/market/time")

    def memory(self) -> Memory:
        """Everything a restart has to bring back."""
        return Memory(self.exchange, *(getattr(self, name) for name in _REMEMBERED))

    def recall(self, memory: Memory) -> None:
        """Go on with what was remembered beside the exchange."""
        for name in _REMEMBERED:
            setattr(self, name, getattr(memory, name))


CONTEXT: web.AppKey[Context] = web.AppKey("context", Context)
