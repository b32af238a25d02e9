"""Seeded quotes and a few trades of one option around the model's price."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from .synthetic import lot_value

if TYPE_CHECKING:
    from nautilus_bybit_adapter.sim.exchange.floor import TradedMarket

    from .params import FlowParams

QUOTED_LEVELS = 12
# A quote is never narrower than this part of the option's price.
_LEAST_HALF_SPREAD = 0.005
_QUOTE_VALUE_FACTOR = 10


class OptionFlow:
    """Quotes of one option: a ladder around the mark, laid anew at random times.

    Parameters
    ----------
    market : TradedMarket
        The option's market; its book is laid at once.
    seed : int
        Seed of the flow.
    params : FlowParams
        Rates and spread.
    now_ms : int
        Time of the first event's origin.
    """

    def __init__(self, market: TradedMarket, seed: int, params: FlowParams, now_ms: int) -> None:
        self._market = market
        self._params = params
        self._random = Random(f"{seed}/option/{market.instrument.symbol}")  # noqa: S311 - no secret
        self._next_ms = float(now_ms)
        self._lot_value = lot_value(market)
        self._quote()

    def begin(self, now_ms: int) -> None:
        """Let time start at `now_ms`."""
        self._next_ms = float(now_ms)

    def resume(self, now_ms: int) -> None:
        """Quote anew after the flow stood still."""
        self.begin(now_ms)
        self._quote()

    def advance(self, now_ms: int) -> None:
        """Apply every event due by `now_ms`."""
        quotes, trades = self._params.option_quotes_per_s, self._params.option_trades_per_s
        if quotes + trades <= 0:
            return
        while self._next_ms <= now_ms:
            if self._random.random() * (quotes + trades) < trades:
                self._market.take(self._random.choice(("Buy", "Sell")), self._lots(self._params.trade_value))
            else:
                self._quote()
            self._next_ms += self._random.expovariate((quotes + trades) / 1000)

    def _quote(self) -> None:
        value = self._market.option_value()
        tick = float(self._market.instrument.tick)
        half = max(value.vega * self._params.option_spread_vol, value.price * _LEAST_HALF_SPREAD, tick / 2)
        bid, ask = int((value.price - half) / tick), -int(-(value.price + half) / tick)
        ask = max(ask, bid + 1, 1)
        step = max(1, int(half / tick / 4))
        size = _QUOTE_VALUE_FACTOR * self._params.level_value
        levels = range(QUOTED_LEVELS)
        self._market.lay(
            {bid - i * step: self._lots(size) for i in levels if bid - i * step > 0},
            {ask + i * step: self._lots(size) for i in levels},
        )

    def _lots(self, value: float) -> int:
        return max(
            1, int(self._random.lognormvariate(0.0, self._params.size_sigma) * value / self._lot_value)
        )
