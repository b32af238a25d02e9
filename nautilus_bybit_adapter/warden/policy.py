"""How an order starts: pure decisions over a forecast, fees and the time there is. Costs are basis points."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

_BPS = 10_000.0
# How many standard deviations the 95 % quantile of a normal law lies above its mean.
_Q95_DEVIATIONS = 1.6449
# The tail of an unfilled peg, in units of its typical drift.
_TAIL_DRIFTS = 2.0
_NAN = math.nan


class Urgency(Enum):
    """How soon an order has to be filled.

    PASSIVE rests at the touch whatever the forecast says; NORMAL takes the cheapest of the three routes; NOW takes
    the cheaper of the two that trade at once.
    """

    PASSIVE = "passive"
    NORMAL = "normal"
    NOW = "now"


class Route(Enum):
    """The first thing to do with an order."""

    MARKET = "market"
    CAPPED = "capped"
    PEG = "peg"


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is expected of a market order for the whole quantity, against the mid.

    Parameters
    ----------
    sufficient_depth : bool
        Whether the visible depth fills the quantity; without it the costs are NaN.
    expected_bps, walk_bps, q90_bps, q95_bps : float
        Expected slippage, that of the book as it stands, and quantiles.
    spread_bps : float
        Best ask less best bid.
    filled_fraction : float
        How much of the quantity the visible depth fills, 0 to 1.
    fill_probability : float
        Of a passive order at the touch within `fill_horizon_ns`; NaN where no model says.
    horizon_ns, fill_horizon_ns : int
        How far ahead costs and fills were looked at, nanoseconds.
    uses_model : bool
        Whether a fitted model had a say.

    """

    sufficient_depth: bool
    expected_bps: float
    walk_bps: float
    q90_bps: float
    q95_bps: float
    spread_bps: float
    filled_fraction: float = 1.0
    fill_probability: float = _NAN
    horizon_ns: int = 0
    fill_horizon_ns: int = 0
    uses_model: bool = False


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a choice is made by, next to the forecast.

    Parameters
    ----------
    urgency : Urgency
    threshold : float
        The guard: most slippage that a market order may have at the 95 % quantile, fraction (0.01 is 1 %).
    cap_bps : float
        How far beyond the touch a marketable limit may trade.
    horizon_secs : float
        How long a peg may rest.
    maker_fee_bps, taker_fee_bps : float
        Negative for a rebate.
    tail_weight : float
        What the 95 % quantile counts in a cost.
    fill_time_secs : float
        Time constant of a followed touch order's fill where no model says: P = 1 - exp(-horizon / fill_time).
    unfilled_drift_bps : float
        How far the mid has typically run away from an order that was not filled, per square root of a second.

    """

    urgency: Urgency
    threshold: float
    cap_bps: float
    horizon_secs: float
    maker_fee_bps: float = 0.0
    taker_fee_bps: float = 0.0
    tail_weight: float = 0.0
    fill_time_secs: float = 3.2
    unfilled_drift_bps: float = 1.0


@dataclass(frozen=True, slots=True)
class RouteCosts:
    """Expected cost of each route with fees and weighted tail, basis points of the mid; NaN where unknown."""

    market: float = _NAN
    capped: float = _NAN
    peg: float = _NAN
    fill_probability: float = _NAN


@dataclass(frozen=True, slots=True)
class Decision:
    """A route and why it was taken.

    Parameters
    ----------
    route : Route
    reason : str
    costs : RouteCosts
    is_guarded : bool
        Whether the guard forbids a market order.

    """

    route: Route
    reason: str
    costs: RouteCosts
    is_guarded: bool


def is_guarded(outlook: Outlook | None, threshold: float) -> bool:
    """Whether a market order is out of the question.

    It is without a book, without the depth, without a number, and with an expected cost or a 95 % quantile beyond
    the threshold (a fraction).
    """
    if outlook is None or not outlook.sufficient_depth:
        return True
    worst = max(outlook.expected_bps, outlook.q95_bps)
    return math.isnan(outlook.expected_bps) or math.isnan(outlook.q95_bps) or worst > threshold * _BPS


def fill_probability(outlook: Outlook, preferences: Preferences) -> float:
    """Return how probable it is that an order which follows the touch fills within the horizon.

    A model's probability for a shorter time counts for each stretch of it alike.
    """
    within, secs = outlook.fill_probability, preferences.horizon_secs
    if math.isnan(within) or outlook.fill_horizon_ns <= 0:
        return -math.expm1(-secs / preferences.fill_time_secs)
    stretches = secs * 1e9 / outlook.fill_horizon_ns
    return 1.0 - math.pow(1.0 - min(max(within, 0.0), 1.0), stretches)


def route_costs(outlook: Outlook, preferences: Preferences) -> RouteCosts:
    """Return what each route is expected to cost.

    With S the slippage against the mid, s half the spread, c the cap, f the fees, l the weight of the tail:

    - market: ``E[S] + f_taker + l * q95``;
    - marketable limit: ``P(c) * (E[S | fill] + f_taker) + (1 - P(c)) * retry + l * min(q95, s + c)``, P(c) the
      probability that S is within the cap, and a retry beyond it costing the worse of q95 and ``s + c``, and the fee;
    - peg: ``P * (f_maker - s) + (1 - P) * (walk + drift + f_taker) + l * tail``, the tail weighted alike.
    """
    half, cap = outlook.spread_bps / 2, preferences.cap_bps
    taker, weight = preferences.taker_fee_bps, preferences.tail_weight
    market = outlook.expected_bps + taker + weight * outlook.q95_bps if outlook.sufficient_depth else _NAN
    reach = half + cap
    within = _probability_within(outlook, reach)
    worst = reach if math.isnan(outlook.q95_bps) else max(outlook.q95_bps, reach)
    expected = reach if math.isnan(outlook.expected_bps) else min(outlook.expected_bps, reach)
    tail = reach if math.isnan(outlook.q95_bps) else min(outlook.q95_bps, reach)
    capped = within * expected + (1 - within) * worst + taker + weight * tail
    filled = fill_probability(outlook, preferences)
    drift = preferences.unfilled_drift_bps * math.sqrt(preferences.horizon_secs)
    walk = reach if math.isnan(outlook.walk_bps) else min(outlook.walk_bps, reach)
    peg = filled * (preferences.maker_fee_bps - half) + (1 - filled) * (walk + drift + taker)
    peg += weight * (filled * -half + (1 - filled) * (walk + _TAIL_DRIFTS * drift))
    return RouteCosts(market, capped, peg, filled)


def _probability_within(outlook: Outlook, reach: float) -> float:
    """Return how probable it is that the slippage is at most `reach`; of too thin a book, what it fills."""
    if not outlook.sufficient_depth or math.isnan(outlook.expected_bps):
        return min(max(outlook.filled_fraction, 0.0), 1.0)
    deviation = (outlook.q95_bps - outlook.expected_bps) / _Q95_DEVIATIONS
    if not deviation > 0:
        return 1.0 if outlook.expected_bps <= reach else 0.0
    return 0.5 * math.erfc((outlook.expected_bps - reach) / deviation / math.sqrt(2))


def decide(outlook: Outlook | None, preferences: Preferences) -> Decision:
    """Choose how an order starts.

    Parameters
    ----------
    outlook : Outlook or None
        None without a book.
    preferences : Preferences

    Returns
    -------
    Decision

    """
    guarded = is_guarded(outlook, preferences.threshold)
    costs = RouteCosts() if outlook is None else route_costs(outlook, preferences)
    if preferences.urgency is Urgency.PASSIVE:
        return Decision(Route.PEG, "passive", costs, guarded)
    if preferences.urgency is Urgency.NOW and guarded:
        return Decision(Route.CAPPED, _why_guarded(outlook, preferences), costs, guarded)
    if outlook is None:
        return Decision(Route.PEG, "there is no book to forecast from", costs, guarded)
    # What comes first is taken where costs are equal.
    choices = [(Route.MARKET, costs.market), (Route.CAPPED, costs.capped)]
    if preferences.urgency is Urgency.NORMAL:
        choices.insert(0, (Route.PEG, costs.peg))
    open_to_it = [(route, cost) for route, cost in choices if not (guarded and route is Route.MARKET)]
    known = [(route, cost) for route, cost in open_to_it if not math.isnan(cost)]
    if not known:
        return Decision(Route.PEG, "no route has a known cost", costs, guarded)
    route, cost = min(known, key=lambda each: each[1])
    return Decision(route, f"the cheapest at {cost:.2f} bps", costs, guarded)


def _why_guarded(outlook: Outlook | None, preferences: Preferences) -> str:
    if outlook is None:
        return "no market order: there is no book to forecast from"
    if not outlook.sufficient_depth:
        return f"no market order: the visible depth fills {outlook.filled_fraction:.0%} of the quantity"
    return (
        f"no market order: its cost may reach {max(outlook.expected_bps, outlook.q95_bps):.1f} bps, "
        f"the guard is {preferences.threshold * _BPS:g}"
    )
