"""What the exchange does without being asked by its client: by the clock, or because an operator says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .inputs import Inputs, taken
from .instruments import LINEAR

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from .fields import Params
    from .floor import TradedMarket
    from .forced import ForcedCloses
    from .funding import Funding
    from .triggers import Triggers

# How often time alone is looked at for prices and margins.
LOOK_INTERVAL_MS = 50


class Clockwork:
    """The part of an exchange that time and the operator drive.

    Attributes
    ----------
    inputs : Inputs
        Keeps what is done.
    funding : Funding
        Funding rates that were settled.
    """

    inputs: Inputs
    now_ms: Callable[[], int]
    funding: Funding
    _triggers: Triggers
    _forced: ForcedCloses
    _looked_ms: int

    @property
    def input_target(self) -> str:
        """What its inputs are told apart by."""
        return "exchange"

    def market(self, params: Params) -> TradedMarket:
        """Market that `category` and `symbol` of `params` name."""
        raise NotImplementedError

    def _follow(self) -> None:
        raise NotImplementedError

    def advance(self, now_ms: int) -> None:
        """Do what time brings by `now_ms`: funding, released orders, liquidation."""
        if self.funding.is_due(now_ms):
            self.settle_due_funding(now_ms)
        if 0 <= now_ms - self._looked_ms < LOOK_INTERVAL_MS:
            return
        self._looked_ms = now_ms
        if self._triggers.due() is not None:
            self.release_due()
        if self._forced.is_due():
            self.liquidate_due()

    @taken
    def settle_due_funding(self, now_ms: int) -> None:
        """Settle every funding whose time has come by `now_ms`."""
        self.funding.advance(now_ms)

    @taken
    def release_due(self) -> None:
        """Release the waiting orders whose mark or index price time has brought."""
        self._follow()

    @taken
    def settle_funding(self, symbol: str, rate: Decimal | None = None, category: str = LINEAR) -> None:
        """Settle the funding of a market now, at its present rate unless `rate` is given."""
        market = self.market({"category": category, "symbol": symbol})
        self.funding.settle(market, self.now_ms(), rate)

    @taken
    def liquidate(self, symbol: str, category: str = LINEAR) -> None:
        """Take over the positions of a symbol now, as if its margin were lost."""
        self._forced.liquidate(self.market({"category": category, "symbol": symbol}))

    @taken
    def liquidate_due(self) -> None:
        """Liquidate while the account, or an isolated position, does not cover its maintenance margin."""
        while self._forced.is_due():
            self._forced.liquidate_next()

    @taken
    def adl(self, symbol: str, qty: Decimal, category: str = LINEAR) -> None:
        """Close up to `qty` of a position against a bankrupt one now."""
        self._forced.deleverage(self.market({"category": category, "symbol": symbol}), qty)

    @taken
    def deliver(self, symbol: str, category: str = LINEAR) -> None:
        """Deliver a dated contract or an option now; it takes no order afterwards."""
        self._forced.deliver(self.market({"category": category, "symbol": symbol}))
