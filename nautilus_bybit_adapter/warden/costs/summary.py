"""What parents have in common: costs by decision and size, how forecasts did, and the tail of the unfilled."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nautilus_bybit_adapter.warden.costs.parents import Parent, Parts, measured

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from decimal import Decimal

_SIZES = (
    (1_000, "under 1k"),
    (10_000, "1k to 10k"),
    (100_000, "10k to 100k"),
    (1_000_000, "100k to 1M"),
    (math.inf, "over 1M"),
)
_Z95 = 1.959963984540054


def size_of(notional: Decimal) -> str:
    """Return the bucket of an ordered value, in quote units."""
    return next(name for bound, name in _SIZES if notional < bound)


def rank_of(size: str) -> int:
    """Return the place of a bucket among all, smallest first."""
    return [name for _, name in _SIZES].index(size)


@dataclass(frozen=True, slots=True)
class Group:
    """
    The costs of some parents, basis points; positive is worse. Means are weighted by value filled.

    Parameters
    ----------
    parents, fills : int
        How many.
    value : float
        Filled, in quote units.
    completed : float
        The share of the ordered quantity's value that was filled.
    maker_share : float
        The share of the filled value that was made, not taken.
    spread, deeper, waiting, fees, total : float
        Mean costs.
    median, worst : float
        Of the total, over parents.
    saved, saved_error : float
        Mean saving against a market order over the parents that have one (each counts once), and half the width of its
        95 % interval; NaN without.
    """

    decision: str
    size: str
    parents: int
    fills: int
    value: float
    completed: float
    maker_share: float
    spread: float
    deeper: float
    waiting: float
    fees: float
    total: float
    median: float
    worst: float
    saved: float
    saved_error: float


def grouped(parents: Iterable[Parent]) -> list[Group]:
    """Return the costs by decision and size, and by decision alone where it came in several sizes."""
    cells: dict[tuple[str, str], list[tuple[Parent, Parts]]] = {}
    for parent, parts in measured(parents):
        cells.setdefault((parent.decision, size_of(parent.notional)), []).append((parent, parts))
    rows: list[Group] = []
    for decision in sorted({decision for decision, _ in cells}):
        sizes = sorted((size for each, size in cells if each == decision), key=rank_of)
        rows += [_group(decision, size, cells[decision, size]) for size in sizes]
        if len(sizes) > 1:
            rows.append(_group(decision, "all", [row for size in sizes for row in cells[decision, size]]))
    return rows


def _group(decision: str, size: str, rows: Sequence[tuple[Parent, Parts]]) -> Group:
    weights = [float(parent.notional * parent.filled / parent.quantity) for parent, _ in rows]
    value = math.fsum(weights)

    def mean(part: Callable[[Parts], Decimal]) -> float:
        return math.fsum(w * float(part(parts)) for w, (_, parts) in zip(weights, rows, strict=True)) / value

    totals = sorted(float(parts.total) for _, parts in rows)
    made = math.fsum(
        w * float(sum(fill.quantity for fill in parent.fills if fill.is_maker) / parent.filled)
        for w, (parent, _) in zip(weights, rows, strict=True)
    )
    saved = [float(parent.saved_bps) for parent, _ in rows if parent.saved_bps is not None]
    saved_mean, saved_error = mean_and_error(saved)
    return Group(
        decision=decision,
        size=size,
        parents=len(rows),
        fills=sum(len(parent.fills) for parent, _ in rows),
        value=value,
        completed=value / math.fsum(float(parent.notional) for parent, _ in rows),
        maker_share=made / value,
        spread=mean(lambda parts: parts.spread),
        deeper=mean(lambda parts: parts.deeper),
        waiting=mean(lambda parts: parts.waiting),
        fees=mean(lambda parts: parts.fees),
        total=mean(lambda parts: parts.total),
        median=quantile(totals, 0.5),
        worst=totals[-1],
        saved=saved_mean,
        saved_error=saved_error,
    )


@dataclass(frozen=True, slots=True)
class Coverage:
    """
    How often what happened stayed within a forecast quantile.

    Parameters
    ----------
    level : float
        The quantile, such as 0.9.
    within, compared : int
        How often, of how many.
    low, high : float
        The 95 % interval of the share (Wilson's); NaN without comparisons.
    """

    level: float
    within: int
    compared: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """The share within; NaN without comparisons."""
        return self.within / self.compared if self.compared else math.nan

    @property
    def is_consistent(self) -> bool:
        """Whether the quantile's level lies within the interval: nothing speaks against the forecast."""
        return self.low <= self.level <= self.high


def coverage_of(parents: Iterable[Parent]) -> list[Coverage]:
    """Return the coverage of q90 and q95 of the market order one horizon later, over all parents that have both."""
    rows = [
        (parent.forecast, parent.walked_bps)
        for parent in parents
        if parent.forecast is not None and parent.walked_bps is not None
    ]
    found = []
    for level, bounds in (
        (0.9, [(forecast.q90_bps, real) for forecast, real in rows]),
        (0.95, [(forecast.q95_bps, real) for forecast, real in rows]),
    ):
        known = [(bound, real) for bound, real in bounds if bound is not None]
        within = sum(real <= bound for bound, real in known)
        found.append(Coverage(level, within, len(known), *wilson(within, len(known))))
    return found


def tail_of(parents: Iterable[Parent]) -> tuple[list[Parent], list[Parent]]:
    """Return the parents that rested and were filled as makers, and those that had to cross or kept a rest."""
    rested = [parent for parent in parents if parent.parts is not None or parent.unfilled]
    crossed = [parent for parent in rested if parent.had_to_cross]
    made = [parent for parent in rested if parent.fills and all(fill.is_maker for fill in parent.fills)]
    return [parent for parent in made if not parent.unfilled], crossed


def quantile(ordered: Sequence[float], level: float) -> float:
    """Return a quantile of sorted values, with linear interpolation; NaN of none."""
    if not ordered:
        return math.nan
    place = (len(ordered) - 1) * level
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def mean_and_error(values: Sequence[float]) -> tuple[float, float]:
    """Return the mean and half the width of its 95 % interval; NaN where there are too few values."""
    if not values:
        return math.nan, math.nan
    mean = math.fsum(values) / len(values)
    if len(values) == 1:
        return mean, math.nan
    variance = math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1)
    return mean, _Z95 * math.sqrt(variance / len(values))


def wilson(hits: int, tries: int) -> tuple[float, float]:
    """
    Return the 95 % interval of a share.

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927).
    """
    if not tries:
        return math.nan, math.nan
    share, square = hits / tries, _Z95**2 / tries
    middle = (share + square / 2) / (1 + square)
    half = _Z95 * math.sqrt(share * (1 - share) / tries + square / (4 * tries)) / (1 + square)
    return middle - half, middle + half
