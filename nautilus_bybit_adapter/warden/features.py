"""The features a forecast is made of: names, order, units and definitions, in plain Python.

This is the oracle of the C++: the same sums in the same order, no more than + - * / log sqrt exp acos. A vector
belongs to one instrument, side, quantity and time. Every feature is dimensionless, so that one set of coefficients
serves markets of different price, tick and size.

Units: `s` is 1 for a buy and -1 for a sell; `own` the side a passive order of ours would rest on, `far` the side an
aggressive one takes; `q` the average size of a best level over 10 s (`FeatureState.reference_queue`); `v` the
volatility over 10 s, bps per square root of a second; `u` the scale of the cost over 100 ms (`cost_scale`);
``slog(x) = sign(x) log(1 + |x|)``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nautilus_bybit_adapter.warden.depth import (
    depth_shares,
    depth_within,
    fisher_rao,
    impact_exponent,
    largest_gap,
    median_gap,
    strongest_wall,
    take,
)
from nautilus_bybit_adapter.warden.feature_state import ACTIVITY_TAUS, GRID, FeatureState

if TYPE_CHECKING:
    from nautilus_bybit_adapter.warden.depth import Levels, Taken

FLOW = (
    "imbalance_1",
    "imbalance_5",
    "imbalance_band",
    "microprice",
    "order_flow_100ms",
    "order_flow_500ms",
    "order_flow_1s",
    "order_flow_5s",
    "trade_flow_100ms",
    "trade_flow_500ms",
    "trade_flow_1s",
    "trade_flow_5s",
    "return_100ms",
    "return_500ms",
    "return_1s",
    "return_5s",
    "fresh_trade_price",
    "fresh_trade_flow",
    "walk_less_1s",
    "walk_less_10s",
    "walk",
    "half_spread",
    "own_queue",
    "far_queue",
    "volatility",
    "volatility_ratio",
    "activity",
    "mid_age",
    "own_queue_life",
    "far_queue_life",
)
"""Order flow, and the book's return to its own average."""
DEPTH = ("far_depth_near", "far_depth_wide", "own_depth_near", "own_depth_wide", "fill_room")
CURVATURE = ("impact_exponent", "impact_exponent_change", "fisher_rao_speed")
TOPOLOGY = ("gap_before_fill", "gap_after_fill", "wall_before_fill")
FEATURES = FLOW + DEPTH + CURVATURE + TOPOLOGY

_NANO = 1e-9
_BPS = 1e4
_FEATURE_HORIZON_SECS = 0.1
_FISHER_RAO_NS = 250_000_000
_NEAR_BPS, _WIDE_BPS = 1.0, 4.0
"""Reach of near and wide depth beyond half the spread, in volatilities over one second."""
_GAP_LEVELS = 50
_LEAST_VOLATILITY = 1e-3


@dataclass(frozen=True, slots=True)
class CostScale:
    """What the scale of a forecast's error is made of.

    Parameters
    ----------
    volatility : float
        Over 10 s, bps per square root of a second; at least 0.001.
    stray_bps : float
        How far the walk of the quantity strays from its average over 10 s.
    half_spread_bps : float
        Not below 0.

    """

    volatility: float
    stray_bps: float
    half_spread_bps: float

    def over(self, secs: float) -> float:
        """Return the scale over a horizon, bps: ``v sqrt(secs) + stray / 4 + half spread / 50``; above 0."""
        return self.volatility * math.sqrt(secs) + 0.25 * self.stray_bps + 0.02 * self.half_spread_bps


@dataclass(frozen=True, slots=True)
class FeatureVector:
    """The features of an order, with what its forecast is scaled by.

    Parameters
    ----------
    values : list of float
        One for each name of `FEATURES`.
    walk_bps : float
        The walk against the mid.
    scale : CostScale

    """

    values: list[float]
    walk_bps: float
    scale: CostScale


def feature_vector(state: FeatureState, sign: int, quantity: float, now_ns: int = 0) -> FeatureVector | None:
    """Return the features of an order that would be sent now.

    Parameters
    ----------
    state : FeatureState
        Is not changed.
    sign : int
        1 for a buy, -1 for a sell.
    quantity : float
        Above 0, units of the book's sizes.
    now_ns : int
        UNIX nanoseconds; a time before the last event counts as that event's.

    Returns
    -------
    FeatureVector or None
        None where a side is empty or the far side does not fill the quantity.

    """
    mid = state.mid
    if mid is None or state.last_ns is None or state.moved_ns is None:
        return None
    own, far = (state.bids, state.asks) if sign > 0 else (state.asks, state.bids)
    taken = take(far, sign, quantity, mid)
    if taken is None:
        return None
    secs = state.secs_to(now_ns)
    now = max(now_ns, state.last_ns)
    less_fast, less_slow, stray = _walk_deviations(state, sign, quantity, mid, far)
    half_spread = max(_BPS * (state.asks[0][0] - state.bids[0][0]) / 2.0 / mid, 0.0)
    scale = CostScale(volatility(state, 1), stray, half_spread)
    u = scale.over(_FEATURE_HORIZON_SECS)
    q = state.reference_queue()
    imbalance = _imbalance(own[0][1], far[0][1])
    near, wide = (half_spread + reach * scale.volatility for reach in (_NEAR_BPS, _WIDE_BPS))
    own_near, far_near = depth_within(own, mid, near), depth_within(far, mid, near)
    own_wide, far_wide = depth_within(own, mid, wide), depth_within(far, mid, wide)
    exponent = impact_exponent(far, sign, quantity, mid)
    values = [
        imbalance,
        _imbalance(_first_sizes(own, 5), _first_sizes(far, 5)),
        _imbalance(own_wide, far_wide),
        half_spread * imbalance / u,
        *(_slog(sign * flow.after(secs) / q) for flow in state.order_flow),
        *(_slog(sign * flow.after(secs) / q) for flow in state.trade_flow),
        *_returns(state, sign, mid, secs, u),
        0.0 if state.fresh_price is None else _slog(sign * _BPS * math.log(state.fresh_price / mid) / u),
        _slog(sign * state.fresh_flow / q),
        _slog(less_fast / u),
        _slog(less_slow / u),
        _slog(taken.cost_bps / u),
        _slog(half_spread / u),
        math.log(0.01 + own[0][1] / q),
        math.log(0.01 + far[0][1] / q),
        math.log(scale.volatility),
        math.log(volatility(state, 0) / volatility(state, 2)),
        _activity(state, secs),
        math.log(0.01 + (now - state.moved_ns) * _NANO),
        _queue_life(state, own, -sign, secs),
        _queue_life(state, far, sign, secs),
        *(_log_share(depth, quantity, q) for depth in (far_near, far_wide, own_near, own_wide)),
        _slog(taken.room / q),
        exponent,
        exponent - impact_exponent(far, sign, quantity / 2.0, mid),
        _fisher_rao_speed(state, now),
        *_gaps(far, taken, mid, u),
        strongest_wall(far, taken.fill, q),
    ]
    return FeatureVector(values, taken.cost_bps, scale)


def _slog(x: float) -> float:
    return math.log(1.0 + x) if x >= 0 else -math.log(1.0 - x)


def _imbalance(own: float, far: float) -> float:
    """Return ``(own - far) / (own + far)``: above 0 where the price is pushed against the taker; 0 for two zeros."""
    total = own + far
    return (own - far) / total if total > 0 else 0.0


def _first_sizes(side: Levels, most: int) -> float:
    total = 0.0
    for _, size in side[:most]:
        total += size
    return total


def volatility(state: FeatureState, index: int) -> float:
    """Return a volatility, bps per square root of a second, at least 0.001; `index` is that of `VOLATILITY_TAUS`."""
    return max(math.sqrt(state.variances[index].value(0.0)), _LEAST_VOLATILITY)


def _returns(state: FeatureState, sign: int, mid: float, secs: float, u: float) -> list[float]:
    """Return the mid against its averages, in units of `u`, damped: ``slog(s 1e4 (log mid - average) / u)``."""
    log_mid = math.log(mid)
    return [_slog(sign * _BPS * (log_mid - average.after(log_mid, secs)) / u) for average in state.log_mids]


def _activity(state: FeatureState, secs: float) -> float:
    """Return the log of the rate of trades over 1 s against that over 30 s, 0.1 trades a second added to both."""
    fast, slow = (
        count.after(secs) / tau + 0.1 for count, tau in zip(state.trade_counts, ACTIVITY_TAUS, strict=True)
    )
    return math.log(fast / slow)


def _queue_life(state: FeatureState, side: Levels, hitter: int, secs: float) -> float:
    """Return the log of how many seconds a best level lasts at the rate of trades against it over 10 s.

    Parameters
    ----------
    hitter : int
        1 if buys consume the side (asks), -1 if sells do (bids).

    """
    q = state.reference_queue()
    hits = state.hits[hitter]
    return math.log((side[0][1] + 0.01 * q) / (hits.after(secs) / hits.tau_secs + 0.01 * q))


def _log_share(depth: float, quantity: float, q: float) -> float:
    """Return the log of a depth against the quantity, a hundredth of both units added."""
    return math.log((depth + 0.01 * (quantity + q)) / quantity)


def _fisher_rao_speed(state: FeatureState, now_ns: int) -> float:
    past = state.past_shares(now_ns, _FISHER_RAO_NS)
    return 0.0 if past is None else fisher_rao(depth_shares(state.bids, state.asks), past)


def _gaps(far: Levels, taken: Taken, mid: float, u: float) -> list[float]:
    """Return the gaps before and after the level of the fill.

    Before: ``log(1 + largest / median of the first 50 levels)``; 0 for a fill at the touch. After: the distance to
    the next level in `u`, damped; 0 at the last level.
    """
    median = median_gap(far, _GAP_LEVELS)
    before = math.log(1.0 + largest_gap(far, taken.fill) / median) if median > 0 else 0.0
    if taken.fill + 1 >= len(far):
        return [before, 0.0]
    step = abs(far[taken.fill + 1][0] - far[taken.fill][0])
    return [before, _slog(_BPS * step / mid / u)]


def _walk_deviations(
    state: FeatureState, sign: int, quantity: float, mid: float, far: Levels
) -> tuple[float, float, float]:
    """Return the walk less its averages over 1 s and 10 s, and how far it strays, all bps.

    Each is worked out at the two notionals of `GRID` around the quantity and taken linearly between their logs,
    clamped at the ends; where the upper one cannot be walked or has no average yet, the lower one alone counts,
    and 0 where neither does.
    """
    place = (math.log(state.notional(quantity, mid)) - math.log(GRID[0])) / (math.log(10.0) / 2.0)
    place = min(max(place, 0.0), len(GRID) - 1.0)
    lower = min(int(place), len(GRID) - 2)
    share = place - lower
    low = _deviations_at(state, sign, lower, mid, far)
    high = _deviations_at(state, sign, lower + 1, mid, far)
    if high is None or low is None:
        return low or high or (0.0, 0.0, 0.0)
    fast, slow, stray = (a + share * (b - a) for a, b in zip(low, high, strict=True))
    return fast, slow, stray


def _deviations_at(
    state: FeatureState, sign: int, index: int, mid: float, far: Levels
) -> tuple[float, float, float] | None:
    averages = state.walks[sign][index]
    taken = take(far, sign, state.quantity_of(GRID[index], mid), mid)
    if taken is None or averages.slow.weight <= 0:
        return None
    cost = taken.cost_bps
    return (
        cost - averages.fast.value(cost),
        cost - averages.slow.value(cost),
        averages.stray.value(0.0),
    )
