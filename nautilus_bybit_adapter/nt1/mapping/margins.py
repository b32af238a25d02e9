"""
Margin rates of contracts: by the venue's risk tiers, or by the highest leverage.

Source: Bybit V5 "Get Risk Limit", "Get Instruments Info".
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from nautilus_bybit_adapter.errors import BybitDecodeError
from nautilus_bybit_adapter.nt1.mapping.increments import MOST_REMEMBERED, fraction_of
from nautilus_bybit_adapter.wire.risk import BybitRiskLimit

# An initial margin is 1 over the highest leverage, both rounded; so much apart nothing is mistaken.
_FRACTION, _PERCENTAGE = (Decimal("0.9"), Decimal("1.1")), (Decimal(90), Decimal(110))


class Margins(NamedTuple):
    """
    Margin rates of a contract.

    Parameters
    ----------
    initial, maintenance : Decimal
        Fractions of the position's value.

    """

    initial: Decimal
    maintenance: Decimal


@lru_cache(MOST_REMEMBERED)
def margins_at(max_leverage: str) -> Margins:
    """
    Return the margins at the highest leverage.

    The maintenance margin is taken as half the initial one, which is what the lowest tiers of the venue show (0.0033
    at 150x).

    """
    leverage = fraction_of(max_leverage, "maxLeverage")
    if leverage <= 0:
        raise BybitDecodeError(f"maxLeverage {max_leverage!r} is not above 0")
    return Margins(1 / leverage, 1 / leverage / 2)


def margins_of(tier: BybitRiskLimit) -> Margins:
    """
    Return the margins of a tier.

    The venue states them as fractions of some contracts and as percentages of others: the highest leverage tells
    which.

    Raises
    ------
    BybitDecodeError
        If they are no rates, or do not fit the tier's leverage.

    """
    initial = fraction_of(tier.initial_margin, "initialMargin")
    maintenance = fraction_of(tier.maintenance_margin, "maintenanceMargin")
    turns = initial * fraction_of(tier.max_leverage, "maxLeverage")
    if _PERCENTAGE[0] < turns < _PERCENTAGE[1]:
        initial, maintenance = initial / 100, maintenance / 100
    elif not _FRACTION[0] < turns < _FRACTION[1]:
        raise BybitDecodeError(
            f"initialMargin {tier.initial_margin!r} of {tier.symbol} does not fit maxLeverage {tier.max_leverage!r}"
        )
    if not 0 < maintenance <= initial:
        raise BybitDecodeError(
            f"maintenanceMargin {tier.maintenance_margin!r} of {tier.symbol} is not above 0 and at most initialMargin "
            f"{tier.initial_margin!r}"
        )
    return Margins(initial, maintenance)


def lowest_tiers(tiers: Iterable[BybitRiskLimit]) -> dict[str, BybitRiskLimit]:
    """Return the tier in which every position of a symbol begins, by symbol."""
    found: dict[str, BybitRiskLimit] = {}
    for tier in tiers:
        known = found.get(tier.symbol)
        # Several marked as the lowest do not occur; the first of them by its number holds then.
        if known is None or (-tier.is_lowest_risk, tier.id) < (-known.is_lowest_risk, known.id):
            found[tier.symbol] = tier
    return found
