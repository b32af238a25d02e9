"""Price limits: the band of aggressive prices and the protection of market orders.

Source: Bybit V5 Set Price Limit Behaviour; boundaries checked against captured market orders.
"""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_UP, Decimal
from typing import TYPE_CHECKING

from .errors import VenueError

if TYPE_CHECKING:
    from .market import Market
    from .orders import Order


def clip_to_band(market: Market, side: str, ticks: int) -> int:
    """Move an aggressive price to the boundary."""
    max_buy, min_sell = market.band()
    return min(ticks, max_buy) if side == "Buy" else max(ticks, min_sell)


def spot_band_error(market: Market, side: str, boundary: int) -> VenueError:
    """Return the error of an aggressive spot price beyond the boundary."""
    price = market.instrument.price(boundary)
    if side == "Buy":
        return VenueError(170193, f"Buy order price cannot be higher than {price}USDT.")
    return VenueError(170194, f"Sell order price cannot be lower than {price}USDT.")


def contract_band_error(market: Market, side: str, boundary: int) -> VenueError:
    """Return the error of an aggressive price of a contract beyond the boundary."""
    price = market.instrument.price_text(boundary)
    if side == "Buy":
        return VenueError(110121, f"Order price is above the price limitation {price}.")
    return VenueError(110120, f"Order price is below the price limitation {price}.")


def protection_ticks(market: Market, order: Order) -> int:
    """Price in ticks beyond which a market order does not trade; no tolerance reaches beyond the band."""
    max_buy, min_sell = market.band()
    boundary = max_buy if order.side == "Buy" else min_sell
    best = market.touch_price(order.side)
    if order.slippage_type == "UNKNOWN" or best is None:
        return boundary
    sign = 1 if order.side == "Buy" else -1
    if order.slippage_type == "TickSize":
        limit = Decimal(best + sign * int(order.slippage))
    else:
        limit = best * (1 + sign * Decimal(order.slippage) / 100)
    ticks = int(limit.to_integral_value(ROUND_DOWN if sign > 0 else ROUND_UP))
    return min(ticks, boundary) if sign > 0 else max(ticks, boundary)
