"""Black's model for options on a forward, with its greeks.

The forward is the index (no interest, no carry), the volatility is one number per expiry. Source: F. Black,
"The pricing of commodity contracts", Journal of Financial Economics 3 (1976), with a zero rate.
"""

from __future__ import annotations

import math
from typing import NamedTuple

YEAR_MS = 365 * 86_400_000
DAYS_PER_YEAR = 365
# Below it an option is worth its intrinsic value.
_LEAST_YEARS = 1e-8
_BISECTIONS = 60
_MOST_VOLATILITY = 5.0


class OptionValue(NamedTuple):
    """Price in quote coin and greeks: per unit of the forward, vega per 1 % of volatility, theta per day."""

    price: float
    delta: float
    gamma: float
    vega: float
    theta: float


def option_value(
    *, forward: float, strike: float, volatility: float, years: float, is_call: bool
) -> OptionValue:
    """Value an option by Black's model with a zero rate."""
    sign = 1.0 if is_call else -1.0
    spread = volatility * math.sqrt(max(years, 0.0))
    if years < _LEAST_YEARS or spread <= 0:
        price = max(0.0, sign * (forward - strike))
        return OptionValue(price, sign if price else 0.0, 0.0, 0.0, 0.0)
    d1 = math.log(forward / strike) / spread + spread / 2
    d2 = d1 - spread
    density = math.exp(-d1 * d1 / 2) / math.sqrt(2 * math.pi)
    price = sign * (forward * _normal(sign * d1) - strike * _normal(sign * d2))
    return OptionValue(
        price=max(0.0, price),
        delta=sign * _normal(sign * d1),
        gamma=density / (forward * spread),
        vega=forward * density * math.sqrt(years) / 100,
        theta=-forward * density * volatility / (2 * math.sqrt(years)) / DAYS_PER_YEAR,
    )


def implied_volatility(*, price: float, forward: float, strike: float, years: float, is_call: bool) -> float:
    """Return the volatility at which the model gives `price`; 0 below and 5 above what it can reach."""
    low, high = 0.0, _MOST_VOLATILITY
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        value = option_value(
            forward=forward, strike=strike, volatility=middle, years=years, is_call=is_call
        ).price
        low, high = (middle, high) if value < price else (low, middle)
    return (low + high) / 2


def _normal(x: float) -> float:
    return math.erfc(-x / math.sqrt(2)) / 2
