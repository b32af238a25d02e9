"""The price at which a position is liquidated.

An isolated position has a price of its own: where its margin and its result are down to its maintenance margin.
In cross margin the price is an estimate, as if no other price moved: where the loss has used up what the account
has beyond its maintenance margin. There is none when no price is that far, and none in portfolio margin. Source:
Bybit V5 Get Position Info and the glossary of liquidation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .margin import isolated_im, isolated_mm, price_of_loss

if TYPE_CHECKING:
    from decimal import Decimal

    from .market import Market
    from .positions import Position
    from .risk import Risk


def liquidation_price(market: Market, position: Position, risk: Risk) -> Decimal | None:
    """Return the price, None when there is none within the instrument's prices."""
    it = market.instrument
    if not position.size or it.is_option or risk.margin_mode == "PORTFOLIO_MARGIN":
        return None
    if risk.is_isolated:
        held = isolated_im(position, risk.taker_rate)
        least = isolated_mm(position, risk.tier(market, position), risk.taker_rate)
        price = price_of_loss(position, position.cost, held - least)
    else:
        price = _cross_price(market, position, risk)
    return price if price is not None and 0 < price <= it.price(it.max_ticks) else None


def _cross_price(market: Market, position: Position, risk: Risk) -> Decimal | None:
    legs = [slot for held, slot in risk.held() if held is market]
    if len(legs) > 1:
        return None  # the legs of a hedge lose and win against each other
    total, coin = risk.totals(risk.positions_sheet()), risk.price(market.instrument.settle)
    if not coin:
        return None
    left = (total.backing - total.maintenance) / coin
    return price_of_loss(position, position.value(market.mark), left, risk.tier(market, position).mmr)
