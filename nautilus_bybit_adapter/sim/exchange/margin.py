"""Margin figures of positions and orders under cross margin, in the settle coin of the contract.

Source: formulas checked against captured `position/list` answers of a unified account. On inverse the same
formulas hold with values in base coin. The margin of a short option is the venue's own simplification of the
usual rule (a share of the index less what the option is out of the money, but at least a lower share, plus
the option's price).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from .amounts import ZERO, truncated

if TYPE_CHECKING:
    from .instruments import Instrument
    from .positions import Position

# The closing-fee buffer never uses a rate below this one.
LEAST_REFERENCE_RATE = Decimal("0.00055")
# The captured figures are cut, not rounded.
PLACES = 8
# Shares of the index that a short option has to be backed with.
SHORT_OPTION_IM, LEAST_SHORT_OPTION_IM = Decimal("0.15"), Decimal("0.1")
SHORT_OPTION_MM = Decimal("0.03")


def fee_reference(value: Decimal, leverage: Decimal, taker_rate: Decimal) -> Decimal:
    """Buffer for the fee of a forced close, in settle coin; `value` is the entry value."""
    return value * (1 - 1 / leverage) * max(taker_rate, LEAST_REFERENCE_RATE)


def position_im(position: Position, mark: Decimal, taker_rate: Decimal) -> Decimal:
    """Return the initial margin of a position, in settle coin."""
    buffer = fee_reference(position.cost, position.leverage, taker_rate)
    return truncated(position.value(mark) / position.leverage + buffer, PLACES)


def position_mm(position: Position, mark: Decimal, mmr: Decimal, taker_rate: Decimal) -> Decimal:
    """Maintenance margin of a position in the lowest risk tier, in settle coin."""
    buffer = fee_reference(position.cost, position.leverage, taker_rate)
    return truncated(position.value(mark) * mmr + buffer, PLACES)


def short_option_im(it: Instrument, qty: Decimal, price: Decimal, index: Decimal) -> Decimal:
    """Return the initial margin of `qty` options sold; `price` is the higher of order and mark price."""
    away = index - it.strike if it.contract == "Put" else it.strike - index
    share = max(SHORT_OPTION_IM * index - max(ZERO, away), LEAST_SHORT_OPTION_IM * index)
    return truncated((share + price) * qty, PLACES)


def short_option_mm(qty: Decimal, mark: Decimal, index: Decimal) -> Decimal:
    """Maintenance margin of `qty` options sold."""
    return truncated((SHORT_OPTION_MM * index + mark) * qty, PLACES)


def order_im(value: Decimal, leverage: Decimal, taker_rate: Decimal) -> Decimal:
    """Return the initial margin of opening order value, in settle coin."""
    if not value:
        return ZERO
    return truncated(value / leverage + fee_reference(value, leverage, taker_rate), PLACES)


def break_even(position: Position, taker_rate: Decimal) -> Decimal | None:
    """Price at which closing everything returns the realised costs; None when flat.

    On inverse it is the price at which the coins got back, less the fee on them, equal the coins paid.
    """
    size = position.size
    if not size:
        return None
    rate = max(taker_rate, LEAST_REFERENCE_RATE)
    sign = 1 if size > 0 else -1
    if not position.is_inverse:
        cost = sign * position.cost
        return truncated((cost - position.current_pnl) / (size - abs(size) * rate), PLACES)
    coins = position.cost + sign * position.current_pnl
    return truncated(abs(size) * (1 + sign * rate) / coins, PLACES) if coins > 0 else None
