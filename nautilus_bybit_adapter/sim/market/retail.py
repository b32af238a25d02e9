"""Retail flow of one market: quotes of market makers for it alone, and the orders that take them.

Quotes come within the spread or at its edges, as often as `rpi_quotes_per_s`; retail market orders take the better
of them and the normal book, as often as `retail_per_s`.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nautilus_bybit_adapter.sim.exchange.floor import TradedMarket

    from .params import FlowParams

QUOTED_LEVELS = 3
_RETAIL_REACH = 40


class RetailFlow:
    """Seeded retail flow, the same for the same seed and times.

    Parameters
    ----------
    market : TradedMarket
        The market to move.
    seed : int
        Seed of the flow.
    params : FlowParams
        Its rates and sizes.
    now_ms : int
        Time of the first event's origin.
    lot_value : float
        Value of one lot in quote coin.
    """

    def __init__(
        self, market: TradedMarket, seed: int, params: FlowParams, now_ms: int, lot_value: float
    ) -> None:
        it = market.instrument
        self._market = market
        self._params = params
        self._random = Random(f"{seed}/{it.category}/{it.symbol}/retail")  # noqa: S311 - no secret
        self._rate = params.rpi_quotes_per_s + params.retail_per_s
        self._lot_value = lot_value
        self._next_ms = float(now_ms)

    def begin(self, now_ms: int) -> None:
        """Let time start at `now_ms`."""
        self._next_ms = float(now_ms)

    def advance(self, now_ms: float) -> None:
        """Apply every event due by `now_ms`."""
        while self._rate and self._next_ms <= now_ms:
            if self._random.random() * self._rate < self._params.rpi_quotes_per_s:
                self._quote()
            else:
                self._take()
            self._next_ms += self._random.expovariate(self._rate / 1000)

    def _quote(self) -> None:
        book = self._market.book
        bid, ask = book.bids.best, book.asks.best
        if bid is None or ask is None:
            return
        inside = self._random.randrange(max(1, ask - bid))
        self._market.lay_rpi(
            {bid + inside - i: self._lots() for i in range(QUOTED_LEVELS) if bid + inside > i},
            {ask - inside + i: self._lots() for i in range(QUOTED_LEVELS) if ask - inside > bid + inside - i},
        )

    def _take(self) -> None:
        side = self._random.choice(("Buy", "Sell"))
        best = self._market.touch_price(side)
        if best is not None:
            reach = best + _RETAIL_REACH if side == "Buy" else max(1, best - _RETAIL_REACH)
            self._market.take_retail(side, self._lots(), reach)

    def _lots(self) -> int:
        size = self._random.lognormvariate(0.0, self._params.size_sigma) * self._params.rpi_value
        return max(1, int(size / self._lot_value))
