"""Portfolio margin: what all contracts of one coin would lose together if its price leapt.

Of each base coin the worst result over a grid of price leaps is its maintenance margin; positions that win and lose
against each other offset. Options are at their model price, which backs positions here too. The initial margin is a
fixed multiple of the maintenance margin. An open order needs the worst leap of its own value. Source: Bybit V5
Portfolio Margin, whose published method this simplifies; the grid, the multiple and the least share are chosen.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from .amounts import ZERO, coin_amount
from .black import option_value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .market import Market
    from .positions import Position
    from .risk import Risk

LEAPS = tuple(Decimal(percent) / 100 for percent in (-15, -12, -9, -6, -3, 3, 6, 9, 12, 15))
WORST_LEAP = max(LEAPS)
INITIAL_OF_MAINTENANCE = Decimal("1.3")
# Of the value of every contract held, for the fees and the slippage of closing it.
LEAST_SHARE = Decimal("0.002")


class PortfolioMargin(NamedTuple):
    """Margins of all positions in dollars."""

    initial: Decimal
    maintenance: Decimal


def portfolio_margin(risk: Risk) -> PortfolioMargin:
    """Return the margins of what the account holds."""
    books: defaultdict[str, list[tuple[Market, Position]]] = defaultdict(list)
    for market, position in risk.held():
        books[market.instrument.base].append((market, position))
    maintenance = sum((_maintenance(risk, held) for held in books.values()), ZERO)
    return PortfolioMargin(maintenance * INITIAL_OF_MAINTENANCE, maintenance)


def order_margin(value: Decimal) -> Decimal:
    """Return the initial margin of opening order value, in the same unit."""
    return coin_amount(value * WORST_LEAP * INITIAL_OF_MAINTENANCE)


def _maintenance(risk: Risk, held: Iterable[tuple[Market, Position]]) -> Decimal:
    held = list(held)
    worst = min(sum((_result(risk, *each, leap) for each in held), ZERO) for leap in LEAPS)
    values = sum((risk.usd_value(m.instrument.settle, _worth(m, p)) for m, p in held), ZERO)
    return coin_amount(max(ZERO, -worst) + values * LEAST_SHARE)


def _worth(market: Market, position: Position) -> Decimal:
    if market.instrument.is_option:
        return abs(position.size) * market.mark
    return position.value(market.mark)


def _result(risk: Risk, market: Market, position: Position, leap: Decimal) -> Decimal:
    """Return the result in dollars when the price of the coin leaps by `leap` from now."""
    it, mark = market.instrument, market.mark
    if it.is_option:
        value = option_value(
            forward=float(market.index * (1 + leap)),
            strike=float(it.strike),
            volatility=float(it.volatility),
            years=market.years(),
            is_call=it.contract == "Call",
        )
        gained = position.size * (Decimal(f"{value.price:.8f}") - mark)
        return risk.usd_value(it.settle, gained)
    gained = position.unrealised(mark * (1 + leap)) - position.unrealised(mark)
    dollars = risk.usd_value(it.settle, gained)
    # Coins won or lost are worth what the coin is worth then.
    return dollars * (1 + leap) if it.is_inverse else dollars
