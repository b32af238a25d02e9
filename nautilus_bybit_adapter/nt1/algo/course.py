"""The course of an execution as its report tells it, and what the fills cost.

Knows nothing of the framework.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

from nautilus_bybit_adapter.warden.placement import BPS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class SmartLimitFill(msgspec.Struct, frozen=True):
    """One fill of a child.

    Parameters
    ----------
    ts_event : int
        UNIX nanoseconds.
    child_id, trade_id : str
        Client order id of the child, and the venue's id of the trade.
    price, quantity : Decimal
        Quote and base units.
    is_maker : bool
    commission : Decimal
        In `currency`; negative for a rebate.
    currency : str
    mid : Decimal or None
        Mid when the fill was heard of; None where a side of the book was empty.

    """

    ts_event: int
    child_id: str
    trade_id: str
    price: Decimal
    quantity: Decimal
    is_maker: bool
    commission: Decimal
    currency: str
    mid: Decimal | None


class SmartLimitStep(msgspec.Struct, frozen=True):
    """One thing that was done with a child, or that happened to it.

    Parameters
    ----------
    ts_event : int
        UNIX nanoseconds.
    child_id : str
    kind : str
        ``peg``, ``cross`` or ``market``.
    event : str
        ``sent``, ``accepted``, ``amended``, ``amend refused``, ``cancel refused``, ``filled``, ``canceled``,
        ``expired``, ``rejected``, ``rejected post-only`` or ``denied``.
    price : Decimal or None
        Limit of the child from then on, or price of the fill; None for a market order.
    quantity : Decimal
        What the child is for, or what was filled; base units.

    """

    ts_event: int
    child_id: str
    kind: str
    event: str
    price: Decimal | None
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class CostSplit:
    """What fills cost against the mid at arrival, basis points of it; positive is worse.

    Parameters
    ----------
    total : Decimal
        `spread` plus `drift`.
    spread : Decimal or None
        Paid to the other side, or earned from it: each fill against the mid at its time; None where one of those
        mids is unknown.
    drift : Decimal or None
        What the mid had moved by then; None as above.

    """

    total: Decimal
    spread: Decimal | None
    drift: Decimal | None


@dataclass(frozen=True, slots=True)
class Units:
    """What the quantities and fees of an instrument are counted in.

    Parameters
    ----------
    base, quote : str
        Currency codes.
    multiplier : Decimal
        Contract size.
    is_inverse : bool
        Whether the quantity is counted in quote units already.

    """

    base: str
    quote: str
    multiplier: Decimal = Decimal(1)
    is_inverse: bool = False

    def value(self, quantity: Decimal, price: Decimal) -> Decimal:
        """Return what a quantity is worth, quote units."""
        return quantity * self.multiplier * (1 if self.is_inverse else price)


def split_cost(fills: Sequence[SmartLimitFill], arrival_mid: Decimal, *, is_buy: bool) -> CostSplit | None:
    """Split the cost of fills into what the spread and what the drift of the mid took; None without fills."""
    filled = sum((fill.quantity for fill in fills), Decimal(0))
    if not filled:
        return None
    scale = (1 if is_buy else -1) * BPS / (arrival_mid * filled)
    total = scale * sum((fill.quantity * (fill.price - arrival_mid) for fill in fills), Decimal(0))
    mids = [fill.mid for fill in fills if fill.mid is not None]
    if len(mids) < len(fills):
        return CostSplit(total, None, None)
    pairs = zip(fills, mids, strict=True)
    drift = scale * sum((fill.quantity * (mid - arrival_mid) for fill, mid in pairs), Decimal(0))
    return CostSplit(total, total - drift, drift)


def fee_bps(fills: Iterable[SmartLimitFill], units: Units) -> Decimal | None:
    """Return fees as basis points of the value traded; None without fills, or with fees in a third currency."""
    fees = value = Decimal(0)
    for fill in fills:
        value += units.value(fill.quantity, fill.price)
        if fill.currency == units.quote:
            fees += fill.commission
        elif fill.currency == units.base:
            fees += fill.commission * fill.price
        elif fill.commission:
            return None
    return fees / value * BPS if value else None
