"""Where a child order goes and how much it carries: pure rules over a touch and a venue's steps.

Prices and quantities are `Decimal`, in quote and base units; costs are basis points.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

BPS = Decimal(10_000)


@dataclass(frozen=True, slots=True)
class Touch:
    """Best bid and best ask; None for an empty side."""

    bid: Decimal | None = None
    ask: Decimal | None = None

    @property
    def mid(self) -> Decimal | None:
        """Half of best bid plus best ask; None without both."""
        if self.bid is None or self.ask is None:
            return None
        return (self.bid + self.ask) / 2

    def near(self, *, is_buy: bool) -> Decimal | None:
        """Return the best price of the order's own side: where it would rest."""
        return self.bid if is_buy else self.ask

    def far(self, *, is_buy: bool) -> Decimal | None:
        """Return the best price of the other side: where it would cross."""
        return self.ask if is_buy else self.bid


@dataclass(frozen=True, slots=True)
class QuantityRules:
    """What quantities the venue takes for an instrument.

    Parameters
    ----------
    lot : Decimal
        Step of a quantity, base units.
    minimum, maximum : Decimal or None
        Bounds of one order's quantity, base units.
    minimum_notional : Decimal or None
        Least quantity times price times `multiplier`, quote units.
    multiplier : Decimal
        Contract size.
    is_inverse : bool
        Whether the quantity is counted in quote units already, as in an inverse contract.

    """

    lot: Decimal
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    minimum_notional: Decimal | None = None
    multiplier: Decimal = Decimal(1)
    is_inverse: bool = False


def floor_to(value: Decimal, step: Decimal) -> Decimal:
    """Return the largest multiple of `step` not above `value`."""
    return (value / step).to_integral_value(rounding=ROUND_FLOOR) * step


def ceil_to(value: Decimal, step: Decimal) -> Decimal:
    """Return the smallest multiple of `step` not below `value`."""
    return (value / step).to_integral_value(rounding=ROUND_CEILING) * step


def peg_price(
    touch: Touch,
    tick: Decimal,
    *,
    is_buy: bool,
    bound: Decimal | None = None,
    improve_from: int = 0,
    back_off: int = 0,
) -> Decimal | None:
    """Return where a post-only order joins the best price of its own side.

    On a locked or crossed book it steps back to one tick before the other side, so as not to take.

    Parameters
    ----------
    touch : Touch
    tick : Decimal
        Price step.
    is_buy : bool
    bound : Decimal or None
        Price the order may not go beyond: the most a buy pays, the least a sell takes.
    improve_from : int
        Spread in ticks from which to go one tick before the best price; 0 or 1 for never.
    back_off : int
        Ticks to stay behind.

    Returns
    -------
    Decimal or None
        None where the own side is empty, or the price would not be above 0.

    """
    near, far = touch.near(is_buy=is_buy), touch.far(is_buy=is_buy)
    if near is None:
        return None
    forward = tick if is_buy else -tick
    price = near
    if far is not None:
        last = far - forward
        if improve_from > 1 and (far - near) / forward >= improve_from:
            price += forward
        price = min(price, last) if is_buy else max(price, last)
    price -= back_off * forward
    if is_buy:
        price = floor_to(price if bound is None else min(price, bound), tick)
    else:
        price = ceil_to(price if bound is None else max(price, bound), tick)
    return price if price > 0 else None


def is_worth_moving(
    resting: Decimal,
    target: Decimal,
    touch: Touch,
    tick: Decimal,
    *,
    is_buy: bool,
    bound: Decimal | None = None,
) -> bool:
    """Whether a resting order should give its place up for another price.

    One tick ahead of the target it stays, as where others have left the best price to it: it would lose its place
    in the queue for one tick. Ahead of its bound, or where it would meet the other side, it never stays.
    """
    ahead = resting - target if is_buy else target - resting
    if not 0 <= ahead <= tick:
        return True
    far = touch.far(is_buy=is_buy)
    meets = far is not None and (resting >= far if is_buy else resting <= far)
    is_beyond = bound is not None and (resting > bound if is_buy else resting < bound)
    return ahead > 0 and (meets or is_beyond)


def cap_price(
    touch: Touch, cap_bps: Decimal, tick: Decimal, *, is_buy: bool, bound: Decimal | None = None
) -> Decimal | None:
    """Return the limit of a marketable order: the other side's best price, worsened by at most the cap.

    Rounded towards the touch, so that the cap holds exactly.

    Parameters
    ----------
    touch : Touch
    cap_bps : Decimal
        How far beyond the touch the order may trade, basis points of the touch.
    tick : Decimal
        Price step.
    is_buy : bool
    bound : Decimal or None
        Price the order may not go beyond.

    Returns
    -------
    Decimal or None
        None where the other side is empty, or where the bound keeps the order from crossing at all.

    """
    far = touch.far(is_buy=is_buy)
    if far is None:
        return None
    reach = far * cap_bps / BPS
    if is_buy:
        price = max(floor_to(far + reach, tick), far)
        price = price if bound is None else min(price, floor_to(bound, tick))
        return price if price >= far else None
    price = min(ceil_to(far - reach, tick), far)
    price = price if bound is None else max(price, ceil_to(bound, tick))
    return price if 0 < price <= far else None


def least_quantity(price: Decimal, rules: QuantityRules) -> Decimal:
    """Return the least that one order may carry at a price, base units."""
    least = max(rules.minimum or rules.lot, rules.lot)
    if rules.minimum_notional is not None:
        worth = rules.multiplier * (1 if rules.is_inverse else price)
        least = max(least, rules.minimum_notional / worth)
    return ceil_to(least, rules.lot)


def sendable_quantity(
    remaining: Decimal, price: Decimal, rules: QuantityRules, wanted: Decimal | None = None
) -> Decimal:
    """Return how much of a remainder one order may carry; 0 where the venue would take none of it.

    Parameters
    ----------
    remaining : Decimal
        What there is to place, base units.
    price : Decimal
        Of the order, for the least notional.
    rules : QuantityRules
    wanted : Decimal or None
        Size of a slice; the least that the venue takes counts where it is more.

    Notes
    -----
    What a slice or a maximum cuts off never leaves less behind than one order may carry, where that can be avoided:
    the order then carries all, or enough less.

    """
    whole, least = floor_to(remaining, rules.lot), least_quantity(price, rules)
    if whole < least:
        return Decimal(0)
    most = whole if rules.maximum is None else min(whole, floor_to(rules.maximum, rules.lot))
    if most < least:
        return Decimal(0)
    quantity = most if wanted is None else min(max(floor_to(wanted, rules.lot), least), most)
    if not 0 < whole - quantity < least:
        return quantity
    if whole <= most:
        return whole
    smaller = floor_to(whole - least, rules.lot)
    return smaller if least <= smaller <= most else quantity
