"""Margin figures of positions and orders, in the settle coin of the contract.

Source: formulas checked against captured `position/list` answers of a unified account. On inverse the same
formulas hold with values in base coin. The margin of a short option is the venue's own simplification of the
usual rule (a share of the index less what the option is out of the money, but at least a lower share, plus
the option's price). An isolated position is margined from its entry value, so that its liquidation price stands
still while its mark moves.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from .amounts import ZERO, truncated

if TYPE_CHECKING:
    from .instruments import Instrument
    from .positions import Position
    from .tiers import RiskTier

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


def position_mm(
    position: Position, mark: Decimal, mmr: Decimal, taker_rate: Decimal, deduction: Decimal = ZERO
) -> Decimal:
    """Maintenance margin of a position in a risk tier of rate `mmr` and `deduction`, in settle coin."""
    buffer = fee_reference(position.cost, position.leverage, taker_rate)
    return truncated(position.value(mark) * mmr - deduction + buffer, PLACES)


def isolated_im(position: Position, taker_rate: Decimal) -> Decimal:
    """Margin that an isolated position holds: that of its entry value and what was added to it."""
    buffer = fee_reference(position.cost, position.leverage, taker_rate)
    return truncated(position.cost / position.leverage + buffer, PLACES) + position.added_margin


def isolated_mm(position: Position, tier: RiskTier, taker_rate: Decimal) -> Decimal:
    """Maintenance margin of an isolated position, in settle coin."""
    buffer = fee_reference(position.cost, position.leverage, taker_rate)
    return truncated(tier.maintenance(position.cost) + buffer, PLACES)


def price_of_loss(position: Position, value: Decimal, loss: Decimal, mmr: Decimal = ZERO) -> Decimal | None:
    """Price at which a position worth `value` has lost `loss` of its margin; None when no price is that far.

    With `mmr` the maintenance margin moves along with the value.
    """
    size = abs(position.size)
    falls = (position.size > 0) != position.is_inverse
    worth = value - loss / (1 - mmr) if falls else value + loss / (1 + mmr)
    if worth <= 0:
        return None
    return truncated(size / worth if position.is_inverse else worth / size, PLACES)


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
