"""Instruments as Bybit lists them, per category.

Field lists, order and types follow captured answers; an option has no captured one and follows the
documentation. Source: Bybit V5 Get Instruments Info.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .amounts import plain
from .instruments import OPTION, SPOT, places

if TYPE_CHECKING:
    from .instruments import Instrument

Item = dict[str, Any]


def listed(it: Instrument) -> Item:
    """Item of `/v5/market/instruments-info`."""
    if it.category == SPOT:
        return _spot_item(it)
    return _option_item(it) if it.category == OPTION else _contract_item(it)


def _contract_item(it: Instrument) -> Item:
    """Linear and inverse share one list of fields."""
    scale = it.price_scale
    cap = plain(it.funding_cap) if it.funding_minutes else "0"
    return {
        "symbol": it.symbol,
        "contractType": it.contract,
        "status": it.listing.status,
        "baseCoin": it.base,
        "quoteCoin": it.quote,
        "launchTime": it.listing.launch_time,
        "deliveryTime": str(it.delivery_ms),
        "deliveryFeeRate": plain(it.delivery_fee_rate) if it.delivery_ms else "",
        "priceScale": str(scale),
        "leverageFilter": {
            "minLeverage": "1",
            "maxLeverage": f"{it.max_leverage:.2f}",
            "leverageStep": plain(it.leverage_step),
        },
        "priceFilter": {
            "minPrice": f"{it.min_price:.{scale}f}",
            "maxPrice": f"{it.tick * it.max_ticks:.{scale}f}",
            "tickSize": f"{it.tick:.{scale}f}",
        },
        "lotSizeFilter": _contract_lots(it),
        "unifiedMarginTrade": True,
        "fundingInterval": it.funding_minutes,
        "settleCoin": it.settle,
        "copyTrading": it.listing.copy_trading,
        "upperFundingRate": cap,
        "lowerFundingRate": "0" if cap == "0" else f"-{cap}",
        "isPreListing": it.listing.pre_listing is not None,
        "preListingInfo": None,
        "riskParameters": {"priceLimitRatioX": plain(it.ratio_x), "priceLimitRatioY": plain(it.ratio_y)},
        "displayName": it.listing.display_name or it.symbol,
        "symbolType": it.listing.symbol_type,
        "forbidUplWithdrawal": False,
        "symbolId": it.symbol_id,
        "fullName": it.full_name,
        "marketRegion": "",
        "underlyingTicker": "",
        "tags": list(it.listing.tags),
    }


def _contract_lots(it: Instrument) -> Item:
    lot = places(it.lot)
    post_only = it.listing.post_only_max_qty
    found = {
        "maxOrderQty": f"{it.max_qty:.{lot}f}",
        "minOrderQty": f"{it.min_qty:.{lot}f}",
        "qtyStep": f"{it.lot:.{lot}f}",
        "postOnlyMaxOrderQty": f"{it.max_qty if post_only is None else post_only:.{lot}f}",
        "maxMktOrderQty": f"{it.max_market_qty:.{lot}f}",
        "minNotionalValue": plain(it.min_notional),
    }
    if not it.min_notional:
        del found["minNotionalValue"]
    return found


def _option_item(it: Instrument) -> Item:
    return {
        "symbol": it.symbol,
        "symbolId": it.symbol_id,
        "optionsType": it.contract,
        "status": it.listing.status,
        "baseCoin": it.base,
        "quoteCoin": it.quote,
        "settleCoin": it.settle,
        "launchTime": it.listing.launch_time,
        "deliveryTime": str(it.delivery_ms),
        "deliveryFeeRate": plain(it.delivery_fee_rate),
        "priceFilter": {
            "minPrice": plain(it.min_price),
            "maxPrice": plain(it.tick * it.max_ticks),
            "tickSize": plain(it.tick),
        },
        "lotSizeFilter": {
            "maxOrderQty": plain(it.max_qty),
            "minOrderQty": plain(it.min_qty),
            "qtyStep": plain(it.lot),
        },
        "displayName": it.listing.display_name or it.symbol,
    }


def _spot_item(it: Instrument) -> Item:
    post_only = it.listing.post_only_max_qty
    return {
        "symbolId": it.symbol_id,
        "symbol": it.symbol,
        "baseCoin": it.base,
        "quoteCoin": it.quote,
        "innovation": it.listing.innovation,
        "status": it.listing.status,
        "marginTrading": it.listing.margin_trading,
        "stTag": "0",
        "lotSizeFilter": {
            "basePrecision": plain(it.lot),
            "quotePrecision": plain(it.listing.quote_precision),
            "minOrderQty": plain(it.min_qty),
            "maxOrderQty": plain(it.max_qty),
            "minOrderAmt": plain(it.min_notional),
            "maxOrderAmt": plain(it.listing.max_amount),
            "maxLimitOrderQty": plain(it.max_qty),
            "maxMarketOrderQty": plain(it.max_market_qty),
            "postOnlyMaxLimitOrderSize": plain(it.max_qty * 11 if post_only is None else post_only),
        },
        "priceFilter": {"tickSize": plain(it.tick)},
        "riskParameters": {"priceLimitRatioX": plain(it.ratio_x), "priceLimitRatioY": plain(it.ratio_y)},
        "symbolType": it.listing.symbol_type,
        "xstockMultiplier": it.listing.multiplier,
    }
