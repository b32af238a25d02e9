"""Fields that price an order by the book or a model: units, tolerances, best levels, volatility.

Source: Bybit V5 Place Order.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from .amounts import parse_amount
from .black import option_value
from .errors import VenueError, bad_param
from .fields import Params, one_of, read_text

if TYPE_CHECKING:
    from .instruments import Instrument
    from .market import Market

_MAX_SLIPPAGE_TICKS = 10_000
_MAX_SLIPPAGE_PERCENT = 10
_PERCENT_PLACES = Decimal("0.01")
_BUDGET_STEP = Decimal("1E-7")
_MOST_VOLATILITY = 10
_BBO_LEVELS = ("1", "2", "3", "4", "5")


def read_unit(params: Params, it: Instrument, side: str) -> str:
    """Return the coin in which the quantity of a market order counts."""
    default = "quoteCoin" if not it.is_derivative and side == "Buy" else "baseCoin"
    if it.is_derivative:
        return default
    return one_of(params, "marketUnit", ("baseCoin", "quoteCoin"), default=default)


def read_budget(params: Params, it: Instrument) -> Decimal:
    """Return the quote amount of a spot market order."""
    amount = parse_amount(params.get("qty"))
    if not amount or amount % _BUDGET_STEP:
        raise VenueError(170148, "Market order amount has too many decimals.")
    if amount < it.min_notional:
        raise VenueError(170140, "Order value exceeded lower limit.")
    return amount


def read_slippage(params: Params, *, is_market: bool) -> tuple[str, str]:
    """Return kind and size of the tolerated slippage; it exists on plain market orders only."""
    kind = read_text(params, "slippageToleranceType")
    if not kind or not is_market:
        return "UNKNOWN", "0"
    text = read_text(params, "slippageTolerance")
    amount = parse_amount(text)
    if kind == "TickSize":
        if amount is None or amount % 1 or not 1 <= amount <= _MAX_SLIPPAGE_TICKS:
            raise VenueError(110108, "slippageTolerance of TickSize must be an integer from 1 to 10000")
    elif kind == "Percent":
        if (
            amount is None
            or amount % _PERCENT_PLACES
            or not _PERCENT_PLACES <= amount <= _MAX_SLIPPAGE_PERCENT
        ):
            raise VenueError(110109, "slippageTolerance of Percent must be from 0.01 to 10")
    else:
        raise bad_param("params error: slippageToleranceType invalid")
    return kind, text


def read_iv(params: Params) -> str:
    """Return the volatility that prices an option's order, `""` when none is given."""
    text = read_text(params, "orderIv")
    volatility = parse_amount(text) if text else None
    if text and (volatility is None or not 0 < volatility <= _MOST_VOLATILITY):
        raise bad_param("params error: orderIv invalid")
    return text


def iv_ticks(market: Market, volatility: str) -> int:
    """Return the price an option has at `volatility`, in ticks and at least one."""
    it = market.instrument
    value = option_value(
        forward=float(market.index),
        strike=float(it.strike),
        volatility=float(volatility),
        years=market.years(),
        is_call=it.contract == "Call",
    )
    return max(1, round(Decimal(f"{value.price:.8f}") / it.tick))


def bbo_ticks(params: Params, market: Market, side: str) -> int:
    """Return the price of a level of the book: the own side for `Queue`, the other for `Counterparty`.

    A book with fewer levels gives its last one.

    Raises
    ------
    VenueError
        110118 when that side of the book is empty.
    """
    kind = one_of(params, "bboSideType", ("Queue", "Counterparty"))
    level = one_of({**params, "bboLevel": str(params.get("bboLevel") or 1)}, "bboLevel", _BBO_LEVELS)
    book = market.book.side(side) if kind == "Queue" else market.book.against(side)
    if not len(book):
        raise VenueError(110118, "No market price is available for this symbol.")
    return book.nth(min(int(level), len(book)) - 1)
