"""Whether an order fits the risk tiers of its symbol.

Source: Bybit V5 Get Risk Limit and the error codes of orders beyond a tier.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .amounts import plain
from .errors import VenueError
from .tiers import tier_of, tiers_of

if TYPE_CHECKING:
    from .market import Market
    from .orders import Order
    from .risk import Risk


def check_tier(risk: Risk, market: Market, order: Order) -> None:
    """Refuse an order that leads the position to a value its leverage is too high for.

    Raises
    ------
    VenueError
        110089 beyond the highest tier, 110090 when the tier it leads to allows less leverage than is set.
    """
    it = market.instrument
    slot = risk.slot(order)
    exposure = risk.exposure(market, slot, order)
    if exposure <= slot.value(market.mark):
        return
    if exposure > tiers_of(it)[-1].limit:
        raise VenueError(110089, "Exceeds the maximum risk limit level")
    most = tier_of(it, exposure).max_leverage
    if slot.leverage > most and risk.margin_mode != "PORTFOLIO_MARGIN":
        raise VenueError(
            110090,
            "Order placement failed as your position may exceed the max limit. Please adjust your leverage to "
            f"{plain(most)} or below to increase the max. position limit.",
        )
