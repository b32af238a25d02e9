"""Seeded synthetic order flow around a wandering middle price.

Limit orders, cancellations and market orders arrive as Poisson processes. The latent middle follows a random
walk; whoever stands on the wrong side of it is taken, as arbitrageurs would.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from nautilus_bybit_adapter.sim.exchange.book import BookSide, opposite

if TYPE_CHECKING:
    from nautilus_bybit_adapter.sim.exchange.floor import TradedMarket


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowParams:
    """Shape of the synthetic flow.

    Parameters
    ----------
    adds_per_s, cancels_per_s, markets_per_s : float
        Arrival rates of limit orders, cancellations and market orders.
    volatility_bps : float
        Standard deviation of the latent middle over one second, in 1/10000.
    mean_distance : float
        Mean distance of a new limit order from the middle, ticks.
    levels : int
        Levels per side the book is kept at, at least.
    level_value, trade_value : float
        Median value of a limit and a market order in quote coin.
    size_sigma : float
        Standard deviation of the logarithm of sizes.
    max_spread : int
        Spread in ticks above which somebody improves the quote.
    """

    adds_per_s: float = 90.0
    cancels_per_s: float = 75.0
    markets_per_s: float = 5.0
    volatility_bps: float = 0.25
    mean_distance: float = 25.0
    levels: int = 220
    level_value: float = 6_000.0
    trade_value: float = 2_000.0
    size_sigma: float = 1.1
    max_spread: int = 3


# Part of the cancellations that take all of a level.
WHOLE_CANCELS = 0.5


class SyntheticFlow:
    """Random order flow of one market, the same for the same seed and times.

    Parameters
    ----------
    market : TradedMarket
        The market to move; its book is laid at once.
    seed : int
        Seed of the flow.
    params : FlowParams
        Shape of the flow.
    now_ms : int
        Time of the first event's origin.
    lay : bool
        Whether a book is laid; without it the flow goes on from the book there is.
    """

    def __init__(
        self, market: TradedMarket, seed: int, params: FlowParams, now_ms: int, *, lay: bool = True
    ) -> None:
        self._market = market
        self._params = params
        self._random = Random(f"{seed}/{market.instrument.category}/{market.instrument.symbol}")  # noqa: S311 - no secret
        self._middle = float(market.start_ticks)
        self._rate_per_ms = (params.adds_per_s + params.cancels_per_s + params.markets_per_s) / 1000
        self._next_ms = self._moved_ms = float(now_ms)
        self._lot_value = float(market.instrument.value(market.start_ticks, 1))
        middle = market.book.mid_twice()
        if lay or middle is None:
            self._lay_book()
        else:
            self._middle = middle / 2

    def begin(self, now_ms: int) -> None:
        """Let time start at `now_ms`."""
        self._next_ms = self._moved_ms = float(now_ms)

    def advance(self, now_ms: int) -> None:
        """Apply every event due by `now_ms`."""
        while self._next_ms <= now_ms:
            self._move_middle()
            self._event()
            self._next_ms += self._random.expovariate(self._rate_per_ms)

    def _lay_book(self) -> None:
        start, levels = self._market.start_ticks, range(self._params.levels + 30)
        self._market.set_levels(
            {start - i: self._limit_lots(i) for i in levels},
            {start + 1 + i: self._limit_lots(i) for i in levels},
            replace=True,
        )

    def _move_middle(self) -> None:
        elapsed_s = (self._next_ms - self._moved_ms) / 1000
        self._moved_ms = self._next_ms
        sigma = self._params.volatility_bps / 10_000 * elapsed_s**0.5
        self._middle *= 1 + self._random.gauss(0.0, sigma)

    def _event(self) -> None:
        p = self._params
        draw = self._random.random() * (p.adds_per_s + p.cancels_per_s + p.markets_per_s)
        side = self._random.choice(("Buy", "Sell"))
        if draw < p.markets_per_s:
            self._market.take(side, self._lots(p.trade_value), self._limit(side, 40))
        elif draw < p.markets_per_s + p.cancels_per_s:
            self._cancel(side)
        else:
            self._add(side)
        self._arbitrage()
        self._keep_shape(side)

    def _add(self, side: str) -> None:
        distance = 1 + int(self._random.expovariate(1 / self._params.mean_distance))
        self._market.add(side, self._limit(side, -distance), self._limit_lots(distance))

    def _cancel(self, side: str) -> None:
        own = self._market.book.side(side)
        if len(own) < self._params.levels:
            return
        away = int(self._random.expovariate(1 / (2 * self._params.mean_distance)))
        ticks = own.nth(min(len(own) - 1, away))
        lots = own.anonymous_at(ticks)
        if lots:
            part = 1.0 if self._random.random() < WHOLE_CANCELS else self._random.random()
            self._market.reduce(side, ticks, max(1, int(lots * part)))

    def _arbitrage(self) -> None:
        for side in ("Buy", "Sell"):
            limit = self._limit(side, -1)
            stale = self._market.book.against(side)
            if stale.best is not None and stale.reaches(stale.best, limit):
                self._market.take(side, self._lots(4 * self._params.trade_value), limit)

    def _keep_shape(self, side: str) -> None:
        book = self._market.book
        own, other = book.side(side), book.side(opposite(side))
        if own.best is None or other.best is None:
            self._add(side)
            return
        if abs(other.best - own.best) > self._params.max_spread:
            step = 1 if side == "Buy" else -1
            self._market.add(side, own.best + step, self._limit_lots(1))
        self._keep_depth(side, own)

    def _keep_depth(self, side: str, own: BookSide) -> None:
        outward = -1 if side == "Buy" else 1
        levels, worst = len(own), own.nth(-1)
        if levels < self._params.levels:
            self._market.add(side, worst + outward, self._limit_lots(levels))
        elif levels > 2 * self._params.levels:
            self._market.reduce(side, worst, own.anonymous_at(worst))

    def _limit(self, side: str, ticks: int) -> int:
        """Price `ticks` beyond the middle for an aggressive order of `side`, before it when negative."""
        middle = round(self._middle)
        return max(1, middle + ticks if side == "Buy" else middle + 1 - ticks)

    def _limit_lots(self, distance: int) -> int:
        return self._lots(self._params.level_value * (1 + distance / 100))

    def _lots(self, value: float) -> int:
        return max(
            1, int(self._random.lognormvariate(0.0, self._params.size_sigma) * value / self._lot_value)
        )
