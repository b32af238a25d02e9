"""What a side of a book costs to take, in plain floats: the oracle of the features.

A side is a list of (price, size), best first, prices strictly worsening, sizes above 0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

type Levels = Sequence[tuple[float, float]]

_BPS = 1e4
_SLACK = 1e-12
"""Relative shortfall of depth that still counts as enough: the rounding of a sum of floats."""
_EXPONENT_WITHOUT_DEPTH = 1.0
"""Impact exponent where the book does not hold twice the quantity: as steep as a linear cost."""
_WALL_LEVELS = 50
_SHARE_LEVELS = 10


@dataclass(frozen=True, slots=True)
class Taken:
    """Outcome of a walk.

    Parameters
    ----------
    cost_bps : float
        Average price against the mid, basis points; positive is worse for the taker.
    fill : int
        Index of the level at which the quantity is complete.
    room : float
        What that level still holds afterwards, not below 0.

    """

    cost_bps: float
    fill: int
    room: float


def take(side: Levels, sign: int, quantity: float, mid: float) -> Taken | None:
    """Walk a side.

    Parameters
    ----------
    side : Levels
        The side the order takes from.
    sign : int
        1 for a buy, -1 for a sell.
    quantity : float
        Above 0, units of the sizes.
    mid : float
        Above 0.

    Returns
    -------
    Taken or None
        None where the side does not fill the quantity.

    """
    enough = quantity * (1.0 - _SLACK)
    held = 0.0
    excess = 0.0
    for index, (price, size) in enumerate(side):
        left = quantity - held
        excess += min(size, left) * (price - mid)
        held += size
        if held >= enough:
            return Taken(sign * _BPS * (excess / quantity) / mid, index, max(held - quantity, 0.0))
    return None


def impact_exponent(side: Levels, sign: int, quantity: float, mid: float) -> float:
    """Return ``log2(w(2Q) / w(Q))``, `w` the cost against the mid.

    1 where the side does not hold twice the quantity; 0 where a cost is not above 0 (a locked or crossed book) or the
    side does not hold the quantity.
    """
    once = take(side, sign, quantity, mid)
    if once is None or once.cost_bps <= 0:
        return 0.0
    twice = take(side, sign, 2.0 * quantity, mid)
    if twice is None:
        return _EXPONENT_WITHOUT_DEPTH
    return math.log(twice.cost_bps / once.cost_bps) / math.log(2.0) if twice.cost_bps > 0 else 0.0


def depth_within(side: Levels, mid: float, offset_bps: float) -> float:
    """Return the size that lies at most so far from the mid, basis points."""
    reach = mid * offset_bps / _BPS
    total = 0.0
    for price, size in side:
        if abs(price - mid) > reach:
            break
        total += size
    return total


def median_gap(side: Levels, most: int) -> float:
    """Return the median distance between neighbours among the first `most` levels; 0 with fewer than two."""
    count = min(len(side), most)
    gaps = sorted(abs(side[i + 1][0] - side[i][0]) for i in range(count - 1))
    if not gaps:
        return 0.0
    middle = len(gaps) // 2
    return gaps[middle] if len(gaps) % 2 else (gaps[middle - 1] + gaps[middle]) / 2.0


def largest_gap(side: Levels, fill: int) -> float:
    """Return the largest distance between neighbours up to the level with index `fill`; 0 for the first level."""
    return max((abs(side[i + 1][0] - side[i][0]) for i in range(fill)), default=0.0)


def strongest_wall(side: Levels, fill: int, unit: float) -> float:
    """Return the largest persistence of a wall before the level with index `fill`.

    A wall is a bar of the 0-dimensional superlevel persistence of ``log(1 + size / unit)`` over the first 50 levels
    in their order: born at a local maximum, it dies where it meets a higher one (of equals the earlier is the
    higher), the highest at the lowest value of all.

    Returns
    -------
    float
        Dimensionless; 0 where no wall stands before `fill`.

    """
    values = [math.log(1.0 + size / unit) for _, size in side[:_WALL_LEVELS]]
    strongest = 0.0
    for index in range(min(fill, len(values))):
        value = values[index]
        saddles = []
        low = value
        for other in range(index - 1, -1, -1):
            if values[other] >= value:
                saddles.append(low)
                break
            low = min(low, values[other])
        low = value
        for other in range(index + 1, len(values)):
            if values[other] > value:
                saddles.append(low)
                break
            low = min(low, values[other])
        strongest = max(strongest, value - (max(saddles) if saddles else min(values)))
    return strongest


def depth_shares(bids: Levels, asks: Levels) -> list[float]:
    """Return how the size of the first 10 levels of both sides is shared: 20 numbers of sum 1, 0 for a missing level.

    The sides must not be empty.
    """
    sizes = []
    for side in (bids, asks):
        sizes += [side[i][1] if i < len(side) else 0.0 for i in range(_SHARE_LEVELS)]
    total = 0.0
    for size in sizes:
        total += size
    return [size / total for size in sizes]


def fisher_rao(shares: Sequence[float], others: Sequence[float]) -> float:
    """Return the Fisher-Rao distance of two distributions, ``2 acos(sum(sqrt(p q)))``: 0 to pi."""
    overlap = 0.0
    for p, q in zip(shares, others, strict=True):
        overlap += math.sqrt(p * q)
    return 2.0 * math.acos(min(overlap, 1.0))
