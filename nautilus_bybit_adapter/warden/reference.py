"""The book, the walk and the impact exponent in plain exact Python: what the C++ is tested against."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from nautilus_bybit_adapter._ext import Side

if TYPE_CHECKING:
    from collections.abc import Iterable

SCALE = 10**16
_BPS = 10_000
_UNFILLABLE = 10**38
_UNFILLABLE_FROM = 1e22

type Levels = dict[int, int]
"""Price to size, both in counts of 1e-16."""


def raw_quantity(quantity: float) -> tuple[int, int]:
    """Return a quantity and its slack in counts of 1e-16.

    A float stands for every decimal within two units in its last place; the slack is that distance.

    Raises
    ------
    ValueError
        If `quantity` is not finite, not above 0, or below 1e-16.

    """
    if not math.isfinite(quantity) or quantity <= 0:
        raise ValueError(f"quantity is {quantity}; it must be a finite number above 0")
    if quantity >= _UNFILLABLE_FROM:
        return _UNFILLABLE, 0
    raw = round(Fraction(quantity) * SCALE)
    if raw == 0:
        raise ValueError("quantity is below 1e-16, the smallest a book can hold")
    return raw, math.floor(2 * Fraction(math.ulp(quantity)) * SCALE)


@dataclass(frozen=True, slots=True)
class ReferenceWalk:
    """The exact outcome of a walk; ``None`` where `Walk` has NaN. Prices are in quote per base unit."""

    sufficient: bool
    filled_quantity: Fraction
    average_price: Fraction | None
    worst_price: Fraction | None
    slippage_mid_bps: Fraction | None
    slippage_touch_bps: Fraction | None
    levels_used: int
    mid: Fraction | None
    best_bid: Fraction | None
    best_ask: Fraction | None


@dataclass(slots=True)
class ReferenceBook:
    """One instrument's book."""

    bids: Levels = field(default_factory=dict)
    asks: Levels = field(default_factory=dict)

    def clear(self) -> None:
        """Empty both sides."""
        self.bids.clear()
        self.asks.clear()

    def set_levels(
        self, side: Levels, levels: Iterable[tuple[int, int]], precisions: tuple[int, int]
    ) -> None:
        """Set (price, size) mantissas of the given (price, size) precisions on a side; size 0 deletes."""
        price_unit, size_unit = (SCALE // 10**precision for precision in precisions)
        for price, size in levels:
            if size == 0:
                side.pop(price * price_unit, None)
            else:
                side[price * price_unit] = size * size_unit

    def raw_levels(self) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        """Return all bids and asks, best first, in counts of 1e-16."""
        return sorted(self.bids.items(), reverse=True), sorted(self.asks.items())

    def walk(self, side: Side, quantity: float) -> ReferenceWalk:
        """Walk the opposite side for a quantity in base units."""
        bids, asks = self.raw_levels()
        best_bid = Fraction(bids[0][0], SCALE) if bids else None
        best_ask = Fraction(asks[0][0], SCALE) if asks else None
        mid = (best_bid + best_ask) / 2 if best_bid is not None and best_ask is not None else None
        fills, complete = _take(asks if side is Side.BUY else bids, quantity)
        depth = sum(size for _, size in fills)
        if not complete:
            short = Fraction(depth, SCALE)
            return ReferenceWalk(False, short, None, None, None, None, len(fills), mid, best_bid, best_ask)
        average = Fraction(sum(price * size for price, size in fills), depth * SCALE)
        touch = Fraction(fills[0][0], SCALE)
        sign = 1 if side is Side.BUY else -1
        return ReferenceWalk(
            sufficient=True,
            filled_quantity=Fraction(quantity),
            average_price=average,
            worst_price=Fraction(fills[-1][0], SCALE),
            slippage_mid_bps=None if mid is None else sign * (average - mid) / mid * _BPS,
            slippage_touch_bps=sign * (average - touch) / touch * _BPS,
            levels_used=len(fills),
            mid=mid,
            best_bid=best_bid,
            best_ask=best_ask,
        )

    def impact_exponent(self, side: Side, quantity: float) -> float:
        """Return ``log2(w(2Q) / w(Q))``, `w` the slippage against the mid; NaN where the book cannot tell."""
        if not math.isfinite(2 * quantity):
            return math.nan
        once = self.walk(side, quantity).slippage_mid_bps
        twice = self.walk(side, 2 * quantity).slippage_mid_bps
        if once is None or twice is None or once <= 0 or twice <= 0:
            return math.nan
        return math.log2(twice / once)


def _take(levels: list[tuple[int, int]], quantity: float) -> tuple[list[tuple[int, int]], bool]:
    remaining, slack = raw_quantity(quantity)
    fills: list[tuple[int, int]] = []
    for price, size in levels:
        fills.append((price, min(size, remaining)))
        if remaining <= size + slack:
            return fills, True
        remaining -= size
    return fills, False
