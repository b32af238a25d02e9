"""Greeks of option positions, summed per base coin.

Source: Bybit V5 Get Coin Greeks and the `greeks` stream.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from .black import OptionValue
from .instruments import OPTION

if TYPE_CHECKING:
    from .market import Market
    from .positions import Position
    from .risk import Risk

_NAMES = ("delta", "gamma", "vega", "theta")


def position_greeks(market: Market, position: Position) -> OptionValue:
    """Model value and greeks of one option times the signed size of the position."""
    size = float(position.size)
    return OptionValue(*(figure * size for figure in market.option_value()))


def greek_texts(value: OptionValue) -> dict[str, str]:
    """Greeks as position items carry them, with 8 decimals."""
    return {name: f"{getattr(value, name):.8f}" for name in _NAMES}


def coin_greeks(risk: Risk, base: str = "") -> list[dict[str, Any]]:
    """Rows of `/v5/asset/coin-greeks` and of the `greeks` topic.

    A coin that `base` names has its row even when nothing of it is held.
    """
    found: defaultdict[str, list[OptionValue]] = defaultdict(list)
    if base:
        found[base] = []
    for market, position in risk.held():
        it = market.instrument
        if it.category == OPTION and base in {"", it.base}:
            found[it.base].append(position_greeks(market, position))
    return [
        {
            "baseCoin": coin,
            **{
                f"total{name.capitalize()}": f"{sum((getattr(value, name) for value in values), 0.0):.8f}"
                for name in _NAMES
            },
        }
        for coin, values in sorted(found.items())
    ]
