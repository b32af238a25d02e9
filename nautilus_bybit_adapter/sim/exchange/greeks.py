"""Greeks of the account's option positions by base coin.

Source: Bybit V5 Get Coin Greeks and WebSocket Greek.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from .amounts import ZERO

if TYPE_CHECKING:
    from .exchange import Exchange

_NAMES = ("delta", "gamma", "vega", "theta")


def coin_greeks(exchange: Exchange, base: str = "") -> list[dict[str, str]]:
    """Rows of every base coin that has options, with 8 decimals; `base` names a single one."""
    bases = {m.instrument.base for key, m in exchange.markets.items() if key[0] == "option"}
    totals: defaultdict[str, list[Decimal]] = defaultdict(lambda: [ZERO] * len(_NAMES))
    for market, position in exchange.risk.held():
        it = market.instrument
        if it.is_option:
            value = market.option_value()
            known = totals[it.base]
            for i, name in enumerate(_NAMES):
                known[i] += position.size * Decimal(f"{getattr(value, name):.8f}")
    return [
        {"baseCoin": coin}
        | {f"total{name.title()}": f"{total:.8f}" for name, total in zip(_NAMES, totals[coin], strict=True)}
        for coin in sorted(bases)
        if base in {"", coin}
    ]
