"""Margin figures of linear positions and orders under cross margin.

Source: formulas checked against captured `position/list` answers of a unified account.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from .amounts import ZERO, truncated

if TYPE_CHECKING:
    from .positions import Position

# The closing-fee buffer never uses a rate below this one.
LEAST_REFERENCE_RATE = Decimal("0.00055")
# The captured figures are cut, not rounded.
PLACES = 8


def fee_reference(value: Decimal, leverage: Decimal, taker_rate: Decimal) -> Decimal:
    """Buffer for the fee of a forced close, in settle coin; `value` is the entry value."""
    return value * (1 - 1 / leverage) * max(taker_rate, LEAST_REFERENCE_RATE)


def position_im(position: Position, mark: Decimal, taker_rate: Decimal) -> Decimal:
    """Return the initial margin of a position, in settle coin."""
    value = abs(position.size) * mark
    buffer = fee_reference(position.cost, position.leverage, taker_rate)
    return truncated(value / position.leverage + buffer, PLACES)


def position_mm(position: Position, mark: Decimal, mmr: Decimal, taker_rate: Decimal) -> Decimal:
    """Maintenance margin of a position in the lowest risk tier, in settle coin."""
    buffer = fee_reference(position.cost, position.leverage, taker_rate)
    return truncated(abs(position.size) * mark * mmr + buffer, PLACES)


def order_im(value: Decimal, leverage: Decimal, taker_rate: Decimal) -> Decimal:
    """Return the initial margin of opening order value, in settle coin."""
    if not value:
        return ZERO
    return truncated(value / leverage + fee_reference(value, leverage, taker_rate), PLACES)


def break_even(position: Position, taker_rate: Decimal) -> Decimal | None:
    """Price at which closing everything returns the realised costs; None when flat."""
    if not position.size:
        return None
    rate = max(taker_rate, LEAST_REFERENCE_RATE)
    cost = position.cost if position.size > 0 else -position.cost
    return truncated((cost - position.current_pnl) / (position.size - abs(position.size) * rate), PLACES)
