"""Price limits: the band of aggressive prices and the protection of market orders.

Source: Bybit V5 Set Price Limit Behaviour; boundaries checked against captured market orders.
"""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_UP, Decimal
from typing import TYPE_CHECKING

from .errors import VenueError

if TYPE_CHECKING:
    from .market import Market
    from .requests import OrderRequest


def clip_to_band(market: Market, side: str, ticks: int) -> int:
    """Move an aggressive linear price to the boundary, as the default account setting does."""
    max_buy, min_sell = market.band()
    return min(ticks, max_buy) if side == "Buy" else max(ticks, min_sell)


def check_spot_band(market: Market, side: str, ticks: int) -> None:
    """Refuse an aggressive spot price beyond the boundary."""
    max_buy, min_sell = market.band()
    if side == "Buy" and ticks > max_buy:
        raise VenueError(
            170193, f"Buy order price cannot be higher than {market.instrument.price(max_buy)}USDT."
        )
    if side == "Sell" and ticks < min_sell:
        raise VenueError(
            170194, f"Sell order price cannot be lower than {market.instrument.price(min_sell)}USDT."
        )


def protection_ticks(market: Market, request: OrderRequest) -> int:
    """Price in ticks beyond which a market order does not trade."""
    max_buy, min_sell = market.band()
    boundary = max_buy if request.side == "Buy" else min_sell
    best = market.touch_price(request.side)
    if request.slippage_type == "UNKNOWN" or best is None:
        return boundary
    sign = 1 if request.side == "Buy" else -1
    if request.slippage_type == "TickSize":
        return best + sign * int(request.slippage)
    limit = best * (1 + sign * Decimal(request.slippage) / 100)
    return int(limit.to_integral_value(ROUND_DOWN if sign > 0 else ROUND_UP))
