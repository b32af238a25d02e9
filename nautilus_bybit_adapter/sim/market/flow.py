"""What moves a market as time passes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from .synthetic import lot_value

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


class RestingFlow(Flow, Protocol):
    """A flow that may stand still while nobody looks."""

    def resume(self, now_ms: int) -> None:
        """Go on after the flow stood still."""


def lay_quiet_book(market: TradedMarket, levels: int = QUIET_LEVELS) -> None:
    """Lay a static book around the reference price: one tick apart, worth about 50 000 USDT a level."""
    middle = market.start_ticks
    lots = max(1, int(_QUIET_VALUE / lot_value(market)))
    market.lay(
        {middle - step: lots for step in range(levels) if middle - step > 0},
        {middle + 1 + step: lots for step in range(levels)},
    )


def lay_auction_book(market: TradedMarket, levels: int = QUIET_LEVELS) -> None:
    """Lay what others bid and ask in an auction: from a hundredth beyond the reference price to well before it."""
    middle = market.start_ticks
    lots, step = max(1, int(_QUIET_VALUE / lot_value(market) / 10)), max(1, middle // 1000)
    prices = [middle + (number - levels // 5) * step for number in range(levels)]
    bids = [2 * middle - price for price in prices]
    market.lay(dict.fromkeys((p for p in bids if p > 0), lots), dict.fromkeys(prices, lots))
