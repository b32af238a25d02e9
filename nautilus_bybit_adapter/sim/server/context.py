"""What every endpoint and socket shares."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nautilus_bybit_adapter.sim.earn.book import EarnBook
from nautilus_bybit_adapter.sim.exchange.funding_wallet import FundingWallet
from nautilus_bybit_adapter.sim.exchange.profile import Profile

if TYPE_CHECKING:
    from nautilus_bybit_adapter.sim.exchange.exchange import Exchange

    from .auth import Credentials
    from .limits import RateWindows


@dataclass(slots=True)
class Faults:
    """What goes wrong on purpose.

    `hold_private` loses private pushes; `lose_acks` leaves requests of the trade socket unanswered though
    they are carried out.
    """

    hold_private: bool = False
    lose_acks: bool = False


@dataclass(slots=True)
class Context:
    """The exchange, who may use it, how often, and what goes wrong."""

    exchange: Exchange
    credentials: Credentials
    windows: RateWindows
    faults: Faults = field(default_factory=Faults)
    profile: Profile = field(default_factory=Profile)
    funding: FundingWallet = field(init=False)
    earn: EarnBook = field(init=False)

    def __post_init__(self) -> None:
        self.funding = FundingWallet(self.exchange)
        self.earn = EarnBook(self.funding)
