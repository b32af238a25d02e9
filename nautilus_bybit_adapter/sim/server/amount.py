"""Fields of request bodies that several families read.

Source: Bybit V5, the tables of request parameters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nautilus_bybit_adapter.sim.exchange.amounts import parse_amount
from nautilus_bybit_adapter.sim.exchange.errors import bad_param
from nautilus_bybit_adapter.sim.exchange.requests import Params, read_text

if TYPE_CHECKING:
    from decimal import Decimal

    from nautilus_bybit_adapter.sim.exchange.exchange import Exchange

MOST_PLACES = 8


def read_amount(params: Params, name: str) -> Decimal:
    """Return a positive amount with at most 8 decimals."""
    value = params.get(name)
    amount = parse_amount(str(value) if isinstance(value, int) and not isinstance(value, bool) else value)
    if not amount or amount.as_tuple().exponent < -MOST_PLACES:  # type: ignore[operator]  # finite by its pattern
        raise bad_param(f"params error: {name} invalid")
    return amount


def read_needed(params: Params, name: str) -> str:
    """Return a string that must be there."""
    text = read_text(params, name)
    if not text:
        raise bad_param(f"params error: {name} is required")
    return text


def read_choice(params: Params, name: str, allowed: tuple[str, ...]) -> str:
    """Return a string that must be one of `allowed`; a number may stand for its text."""
    value = params.get(name)
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or text not in allowed:
        raise bad_param(f"params error: {name} invalid")
    return text


def known_coins(exchange: Exchange) -> list[str]:
    """Coins the venue knows: those it trades and those the account holds."""
    found = set(exchange.account.balances)
    for market in exchange.markets.values():
        found |= {market.instrument.base, market.instrument.quote}
    return sorted(found)
