"""Seeded synthetic order flow around a wandering middle price.

Limit orders, cancellations and market orders arrive as Poisson processes. The middle is the coin's latent
price with a small deviation of the symbol's own; whoever stands on the wrong side of it is taken, as
arbitrageurs would. During a burst of volatility more market orders arrive, during a thin spell fewer and
smaller limit orders.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from nautilus_bybit_adapter.sim.exchange.book import BookSide, opposite

from .latent import CoinPrice, LaterPrice
from .params import FlowParams
from .retail import RetailFlow

if TYPE_CHECKING:
    from nautilus_bybit_adapter.sim.exchange.floor import TradedMarket

__all__ = ["FlowParams", "SyntheticFlow"]

# Part of the cancellations that take all of a level.
WHOLE_CANCELS = 0.5
_CLOSE_LEVELS = 30


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
    coin : CoinPrice, optional
        Latent price of the coin; one of its own by default.
    """

    def __init__(
        self,
        market: TradedMarket,
        seed: int,
        params: FlowParams,
        now_ms: int,
        coin: CoinPrice | LaterPrice | None = None,
    ) -> None:
        it = market.instrument
        self._market = market
        self._params = params
        self._random = Random(f"{seed}/{it.category}/{it.symbol}")  # noqa: S311 - no secret
        self._coin: CoinPrice | LaterPrice = coin or CoinPrice(seed, f"{it.base}/{it.symbol}", params, now_ms)
        self._own_coin = coin is None
        self._deviation = 0.0
        self._is_burst = self._is_thin = False
        self._thin_ends_ms = 0.0
        self._next_ms = self._moved_ms = float(now_ms)
        self._middle = market.start_ticks * self._coin.at(now_ms).price
        self._lot_value = float(lot_value(market))
        self._retail = RetailFlow(market, seed, params, now_ms, self._lot_value)
        self._lay_book()

    def begin(self, now_ms: int) -> None:
        """Let time start at `now_ms`."""
        self._retail.begin(now_ms)
        self._next_ms = self._moved_ms = float(now_ms)
        self._thin_ends_ms = (
            now_ms + self._random.expovariate(1 / max(self._params.thin_every_s, 1e-9)) * 1000
        )
        if self._own_coin:
            self._coin.begin(now_ms)

    def resume(self, now_ms: int) -> None:
        """Lay a new book where the price is now, after the flow stood still."""
        self._next_ms = self._moved_ms = float(now_ms)
        self._middle = self._market.start_ticks * self._coin.at(now_ms).price * (1 + self._deviation)
        self._lay_book()
        self._retail.begin(now_ms)

    def advance(self, now_ms: int) -> None:
        """Apply every event due by `now_ms`."""
        while self._next_ms <= now_ms:
            self._retail.advance(self._next_ms)
            self._move_middle()
            self._event()
            adds, cancels, markets = self._rates()
            self._next_ms += self._random.expovariate((adds + cancels + markets) / 1000)
        self._retail.advance(now_ms)

    def _lay_book(self) -> None:
        start, levels = round(self._middle), range(self._params.levels + _CLOSE_LEVELS)
        self._market.lay(
            {start - i: self._limit_lots(i) for i in levels if start - i > 0},
            {start + 1 + i: self._limit_lots(i) for i in levels},
        )

    def _rates(self) -> tuple[float, float, float]:
        p = self._params
        adds = p.adds_per_s * (p.thin_adds if self._is_thin else 1.0)
        return adds, p.cancels_per_s, p.markets_per_s * (p.burst_markets if self._is_burst else 1.0)

    def _move_middle(self) -> None:
        p = self._params
        elapsed_s = (self._next_ms - self._moved_ms) / 1000
        self._moved_ms = self._next_ms
        if self._next_ms >= self._thin_ends_ms:
            mean_s = p.thin_every_s if self._is_thin else p.thin_s
            self._is_thin = not self._is_thin
            self._thin_ends_ms = self._next_ms + self._random.expovariate(1 / max(mean_s, 1e-9)) * 1000
        pull = min(1.0, elapsed_s / p.basis_s) if p.basis_s else 1.0
        self._deviation *= 1 - pull
        self._deviation += self._random.gauss(0.0, p.basis_bps / 10_000 * (2 * pull) ** 0.5)
        moment = self._coin.at(self._next_ms)
        self._is_burst = moment.is_burst
        self._middle = self._market.start_ticks * moment.price * (1 + self._deviation)

    def _event(self) -> None:
        p = self._params
        adds, cancels, markets = self._rates()
        draw = self._random.random() * (adds + cancels + markets)
        side = self._random.choice(("Buy", "Sell"))
        if draw < markets:
            self._market.take(side, self._lots(p.trade_value), self._limit(side, 40))
        elif draw < markets + cancels:
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
        if levels < self._params.levels and worst + outward > 0:
            self._market.add(side, worst + outward, self._limit_lots(levels))
        elif levels > 2 * self._params.levels:
            self._market.reduce(side, worst, own.anonymous_at(worst))

    def _limit(self, side: str, ticks: int) -> int:
        """Price `ticks` beyond the middle for an aggressive order of `side`, before it when negative."""
        middle = round(self._middle)
        return max(1, middle + ticks if side == "Buy" else middle + 1 - ticks)

    def _limit_lots(self, distance: int) -> int:
        thin = self._params.thin_adds if self._is_thin else 1.0
        return self._lots(self._params.level_value * thin * (1 + distance / 100))

    def _lots(self, value: float) -> int:
        return max(
            1, int(self._random.lognormvariate(0.0, self._params.size_sigma) * value / self._lot_value)
        )


def lot_value(market: TradedMarket) -> float:
    """Value of one lot in quote coin where the market starts; of an option the value of the index."""
    it = market.instrument
    if it.is_inverse:
        return float(it.lot)
    if it.is_option:
        return float(it.index_price * it.lot)
    return float(it.value(market.start_ticks, 1))
