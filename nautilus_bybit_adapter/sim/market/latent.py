"""The latent price of a coin, shared by everything that is traded on it.

A geometric random walk on a fixed grid of times with bursts of volatility, and the index that lags behind it.
The path depends on the seed, the start and the grid alone, not on who asks when - unless nobody asks for a
while: then the walk leaps over the gap in one step.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from .params import FlowParams

STEP_MS = 20
# A gap of more steps is leapt over.
MOST_STEPS = 100
_KEPT = 512


class Moment(NamedTuple):
    """State at one time: price and index as multiples of the start, and whether a burst goes on."""

    price: float
    lagged: float
    is_burst: bool


class CoinPrice:
    """Latent price of one coin.

    Parameters
    ----------
    seed : int
        Seed of the venue.
    coin : str
        Its name.
    params : FlowParams
        Volatility, bursts and the lag of the index.
    now_ms : int
        Time of the start.
    level : float
        Price and index at the start, as a multiple of where the catalogue has them.
    """

    def __init__(self, seed: int, coin: str, params: FlowParams, now_ms: int, level: float = 1.0) -> None:
        self._random = Random(f"{seed}/{coin}")  # noqa: S311 - no secret
        self._params = params
        self._origin_ms = now_ms
        self._first = self._last = 0
        self._moments = deque([Moment(level, level, is_burst=False)], maxlen=_KEPT)
        self._regime_ends = self._random.expovariate(1 / max(params.burst_every_s, 1e-9))

    def begin(self, now_ms: int) -> None:
        """Let the present state stand at `now_ms`."""
        self._origin_ms = now_ms - self._last * STEP_MS

    def at(self, now_ms: float) -> Moment:
        """State at a time; of the distant past the oldest one kept."""
        wanted = int(now_ms - self._origin_ms) // STEP_MS
        if wanted > self._last:
            gap = wanted - self._last
            if gap > MOST_STEPS:
                self._step(gap)
            else:
                for _ in range(gap):
                    self._step(1)
        return self._moments[max(0, wanted - self._first)]

    def _step(self, count: int) -> None:
        p, last = self._params, self._moments[-1]
        seconds = count * STEP_MS / 1000
        self._last += count
        is_burst = self._regime(last.is_burst)
        factor = p.burst_volatility if is_burst else 1.0
        price = last.price * (1 + self._random.gauss(0.0, p.volatility_bps / 10_000 * factor * seconds**0.5))
        share = min(1.0, seconds / p.index_lag_s) if p.index_lag_s else 1.0
        lagged = last.lagged + (price - last.lagged) * share
        if count > 1:
            self._moments.clear()
        self._moments.append(Moment(price, lagged, is_burst))
        self._first = self._last - len(self._moments) + 1

    def _regime(self, is_burst: bool) -> bool:
        now_s = self._last * STEP_MS / 1000
        if now_s < self._regime_ends:
            return is_burst
        mean_s = self._params.burst_every_s if is_burst else self._params.burst_s
        self._regime_ends = now_s + self._random.expovariate(1 / max(mean_s, 1e-9))
        return not is_burst


@dataclass(frozen=True, slots=True)
class LaterPrice:
    """The latent price of a coin for a market that was listed later, as multiples of where that one started.

    Parameters
    ----------
    coin : CoinPrice
        The price of the coin.
    level : float
        What it stood at then.
    """

    coin: CoinPrice
    level: float

    def begin(self, now_ms: int) -> None:
        """Let the present state of the coin stand at `now_ms`."""
        self.coin.begin(now_ms)

    def at(self, now_ms: float) -> Moment:
        """State at a time."""
        moment = self.coin.at(now_ms)
        return Moment(moment.price / self.level, moment.lagged / self.level, moment.is_burst)
