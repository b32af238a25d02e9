"""Risk tiers: the more a position is worth, the higher its maintenance rate and the lower its leverage.

The tier of a value applies by itself. Its deduction makes the maintenance margin continuous: what is due at the
upper end of one tier is due at the lower end of the next. Source: Bybit V5 Get Risk Limit; the steps of a symbol
whose catalogue entry has no table of its own are chosen: each tier reaches twice as far as the one before and
its rate rises by half of the lowest one.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from .amounts import ZERO, truncated

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .instruments import Instrument

DERIVED_TIERS = 8
_MARGIN_PLACES, _LEVERAGE_PLACES = 4, Decimal("0.01")
_HIGHEST_RATE = Decimal("0.5")


class TierError(ValueError):
    """A table whose tiers do not rise."""


@dataclass(frozen=True, slots=True)
class RiskTier:
    """One tier of a symbol.

    Parameters
    ----------
    number : int
        `riskId`, from 1.
    limit : Decimal
        Highest value the tier reaches to: quote coin, on inverse base coin.
    mmr : Decimal
        Maintenance margin rate.
    max_leverage : Decimal
        Highest leverage.
    deduction : Decimal
        What is taken off `value * mmr`, in the unit of `limit`.
    """

    number: int
    limit: Decimal
    mmr: Decimal
    max_leverage: Decimal
    deduction: Decimal = ZERO

    def maintenance(self, value: Decimal) -> Decimal:
        """Maintenance margin of a position's value, without the fee buffer."""
        return value * self.mmr - self.deduction


def make_tiers(rows: Iterable[tuple[Decimal, Decimal, Decimal]]) -> tuple[RiskTier, ...]:
    """Return the tiers of `(limit, rate, highest leverage)` rows, with their numbers and deductions.

    Raises
    ------
    TierError
        When there are none, a limit or rate does not rise, or a leverage rises.
    """
    given = list(rows)
    if not given:
        raise TierError("a table of risk tiers needs at least one")
    for (limit, rate, leverage), (next_limit, next_rate, next_leverage) in pairwise(given):
        if next_limit <= limit or next_rate <= rate or next_leverage > leverage:
            raise TierError(f"tier up to {next_limit} must have a higher limit and rate and no more leverage")
    tiers: list[RiskTier] = []
    for limit, rate, leverage in given:
        last = tiers[-1] if tiers else None
        deduction = ZERO if last is None else last.deduction + last.limit * (rate - last.mmr)
        tiers.append(RiskTier(len(tiers) + 1, limit, rate, leverage, deduction))
    return tuple(tiers)


@lru_cache(maxsize=4096)
def _derived(limit: Decimal, mmr: Decimal, leverage: Decimal) -> tuple[RiskTier, ...]:
    rows = []
    for step in range(DERIVED_TIERS):
        factor = 1 + Decimal(step) / 2
        if step and mmr * factor > _HIGHEST_RATE:
            break
        most = max(Decimal(1), (leverage / factor).quantize(_LEVERAGE_PLACES, ROUND_DOWN))
        rows.append((limit * 2**step, mmr * factor, most))
    return make_tiers(rows)


def tiers_of(it: Instrument) -> tuple[RiskTier, ...]:
    """Return the tiers of a linear or inverse contract, lowest first."""
    return it.risk_tiers or _derived(it.risk_limit, it.mmr, it.max_leverage)


def tier_of(it: Instrument, value: Decimal) -> RiskTier:
    """Return the tier of a value; beyond the highest limit the highest one."""
    tiers = tiers_of(it)
    for tier in tiers:
        if value <= tier.limit:
            return tier
    return tiers[-1]


def initial_rate(tier: RiskTier) -> Decimal:
    """Return the initial margin of a tier as a fraction, with 4 decimals."""
    return truncated(1 / tier.max_leverage, _MARGIN_PLACES)
