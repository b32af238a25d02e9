"""What the features remember of one instrument, in plain Python: the oracle of the C++.

Rules of time: an event counts at its own time, or at the latest time seen if that is later. Every event with time
passed since the last one first lets all sums and averages pass that time, then applies itself.

A sample is taken at a book event with both sides present, once 50 ms have passed since the last one; the first such
book is the first sample. A sample closes the span since the one before.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

from nautilus_bybit_adapter.warden.averages import DecayingSum, HeldAverage, SampledAverage
from nautilus_bybit_adapter.warden.depth import Levels, depth_shares, take

FLOW_TAUS = (0.1, 0.5, 1.0, 5.0)
"""Time constants of order flow and returns, seconds."""
VOLATILITY_TAUS = (2.0, 10.0, 60.0)
WALK_TAUS = (1.0, 10.0)
ACTIVITY_TAUS = (1.0, 30.0)
GRID = tuple(10.0 ** (3.0 + k / 2.0) for k in range(9))
"""Notionals whose walks are averaged: half-decades from 1,000 to 10,000,000 quote units."""
SAMPLE_NS = 50_000_000
SHARES_KEPT = 8
QUEUE_TAU = 10.0
HIT_TAU = 10.0

_NANO = 1e-9
_BPS = 1e4


@dataclass(slots=True)
class WalkAverages:
    """The walk of one side at one notional of `GRID`: its averages, and how far it strays from the slow one."""

    fast: SampledAverage = field(default_factory=lambda: SampledAverage(WALK_TAUS[0]))
    slow: SampledAverage = field(default_factory=lambda: SampledAverage(WALK_TAUS[1]))
    stray: SampledAverage = field(default_factory=lambda: SampledAverage(WALK_TAUS[1]))

    def add(self, cost_bps: float, secs: float) -> None:
        """Take a sample; how far it strays is measured from the average before it."""
        self.stray.add(abs(cost_bps - self.slow.value(cost_bps)), secs)
        self.fast.add(cost_bps, secs)
        self.slow.add(cost_bps, secs)


def _flow_sums() -> list[DecayingSum]:
    return [DecayingSum(tau) for tau in FLOW_TAUS]


@dataclass(slots=True)
class FeatureState:
    """Everything the features of one instrument are made of.

    Parameters
    ----------
    multiplier : float
        Quote notional of one unit of quantity at price 1 (of one unit at any price, if inverse); above 0.
    is_inverse : bool
        Whether quantities are counted in quote units.

    """

    multiplier: float = 1.0
    is_inverse: bool = False
    bids: Levels = ()
    asks: Levels = ()
    last_ns: int | None = None
    mid: float | None = None
    order_flow: list[DecayingSum] = field(default_factory=_flow_sums)
    trade_flow: list[DecayingSum] = field(default_factory=_flow_sums)
    hits: dict[int, DecayingSum] = field(
        default_factory=lambda: {sign: DecayingSum(HIT_TAU) for sign in (1, -1)}
    )
    trade_counts: list[DecayingSum] = field(
        default_factory=lambda: [DecayingSum(tau) for tau in ACTIVITY_TAUS]
    )
    log_mids: list[HeldAverage] = field(default_factory=list)
    variances: list[SampledAverage] = field(
        default_factory=lambda: [SampledAverage(tau) for tau in VOLATILITY_TAUS]
    )
    queue: SampledAverage = field(default_factory=lambda: SampledAverage(QUEUE_TAU))
    walks: dict[int, list[WalkAverages]] = field(
        default_factory=lambda: {sign: [WalkAverages() for _ in GRID] for sign in (1, -1)}
    )
    shares: deque[tuple[int, list[float]]] = field(default_factory=lambda: deque(maxlen=SHARES_KEPT))
    moved_ns: int | None = None
    fresh_flow: float = 0.0
    fresh_price: float | None = None
    sampled_ns: int | None = None
    sampled_log_mid: float = 0.0

    def on_trade(self, ts_ns: int, is_buy: bool, price: float, size: float) -> None:
        """Take a trade.

        Parameters
        ----------
        ts_ns : int
            Event time, UNIX nanoseconds.
        is_buy : bool
            Whether the aggressor bought.
        price, size : float
            Above 0.

        """
        self._advance(ts_ns)
        sign = 1 if is_buy else -1
        for flow in self.trade_flow:
            flow.add(sign * size)
        for count in self.trade_counts:
            count.add(1.0)
        self.hits[sign].add(size)
        self.fresh_flow += sign * size
        self.fresh_price = price

    def on_book(self, ts_ns: int, bids: Levels, asks: Levels) -> None:
        """Take the book as it is after a whole message; trades before it are no longer fresh.

        Parameters
        ----------
        ts_ns : int
            Event time, UNIX nanoseconds.
        bids, asks : Levels
            Best first; may be empty or crossed.

        """
        self._advance(ts_ns)
        change = best_level_flow(self.bids, bids, 1) - best_level_flow(self.asks, asks, -1)
        for flow in self.order_flow:
            flow.add(change)
        self.bids, self.asks = bids, asks
        self.fresh_flow, self.fresh_price = 0.0, None
        before = self.mid
        self.mid = (bids[0][0] + asks[0][0]) / 2.0 if bids and asks else None
        if self.mid != before:
            self.moved_ns = self.last_ns
        if self.mid is None:
            return
        if not self.log_mids:
            self.log_mids = [HeldAverage(tau, math.log(self.mid)) for tau in FLOW_TAUS]
        self._sample(self.mid)

    def secs_to(self, now_ns: int) -> float:
        """Return the seconds from the last event to a time; 0 for an earlier one, or before the first event."""
        if self.last_ns is None or now_ns <= self.last_ns:
            return 0.0
        return (now_ns - self.last_ns) * _NANO

    def notional(self, quantity: float, mid: float) -> float:
        """Return the quote notional of a quantity."""
        return quantity * self.multiplier * (1.0 if self.is_inverse else mid)

    def quantity_of(self, notional: float, mid: float) -> float:
        """Return the quantity of a quote notional."""
        return notional / (self.multiplier * (1.0 if self.is_inverse else mid))

    def reference_queue(self) -> float:
        """Return the average size of a best level over 10 s; it needs a first sample."""
        return self.queue.value(1.0)

    def past_shares(self, now_ns: int, age_ns: int) -> list[float] | None:
        """Return the depth shares of the newest sample at least so old, else of the oldest kept; None without any."""
        for at_ns, shares in reversed(self.shares):
            if at_ns <= now_ns - age_ns:
                return shares
        return self.shares[0][1] if self.shares else None

    def _advance(self, ts_ns: int) -> None:
        secs = self.secs_to(ts_ns)
        self.last_ns = ts_ns if self.last_ns is None else max(self.last_ns, ts_ns)
        if secs <= 0:
            return
        for flow in (*self.order_flow, *self.trade_flow, *self.hits.values(), *self.trade_counts):
            flow.advance(secs)
        if self.mid is not None:
            log_mid = math.log(self.mid)
            for average in self.log_mids:
                average.hold(log_mid, secs)

    def _sample(self, mid: float) -> None:
        if self.last_ns is None:
            return
        log_mid = math.log(mid)
        before = self.sampled_ns
        if before is not None and self.last_ns - before < SAMPLE_NS:
            return
        # The first sample closes no span; it counts as one of the shortest.
        secs = (SAMPLE_NS if before is None else self.last_ns - before) * _NANO
        if before is not None:
            squared = (_BPS * (log_mid - self.sampled_log_mid)) ** 2 / secs
            for variance in self.variances:
                variance.add(squared, secs)
        self.sampled_ns, self.sampled_log_mid = self.last_ns, log_mid
        self.queue.add((self.bids[0][1] + self.asks[0][1]) / 2.0, secs)
        self.shares.append((self.last_ns, depth_shares(self.bids, self.asks)))
        for sign, side in ((1, self.asks), (-1, self.bids)):
            for notional, averages in zip(GRID, self.walks[sign], strict=True):
                taken = take(side, sign, self.quantity_of(notional, mid), mid)
                if taken is not None:
                    averages.add(taken.cost_bps, secs)


def best_level_flow(before: Levels, after: Levels, sign: int) -> float:
    """Return how much size joined the best level of a side: the term of order-flow imbalance.

    Parameters
    ----------
    before, after : Levels
        The side before and after a message.
    sign : int
        1 for bids, -1 for asks.

    Returns
    -------
    float
        The new best size if the best price is as good or better, less the old one if it is as good or worse;
        0 if either side is empty.

    References
    ----------
    R. Cont, A. Kukanov, S. Stoikov, "The price impact of order book events" (2014).

    """
    if not before or not after:
        return 0.0
    step = sign * (after[0][0] - before[0][0])
    return (after[0][1] if step >= 0 else 0.0) - (before[0][1] if step <= 0 else 0.0)
