"""What moves a market as time passes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from nautilus_bybit_adapter.sim.exchange.floor import TradedMarket

QUIET_LEVELS = 50
_QUIET_VALUE = 50_000


class Flow(Protocol):
    """A source of order flow of one market."""

    def begin(self, now_ms: int) -> None:
        """Let time start at `now_ms`."""

    def advance(self, now_ms: int) -> None:
        """Apply everything that happens up to `now_ms`."""


def lay_quiet_book(market: TradedMarket, levels: int = QUIET_LEVELS) -> None:
    """Lay a static book around the reference price: one tick apart, worth about 50 000 USDT a level."""
    it, middle = market.instrument, market.start_ticks
    lots = max(1, int(_QUIET_VALUE / it.value(middle, 1)))
    market.set_levels(
        {middle - step: lots for step in range(levels)},
        {middle + 1 + step: lots for step in range(levels)},
        replace=True,
    )
