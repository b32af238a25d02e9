"""REST answers about shares of real-world assets.

Source: Bybit V5 Earn, RWA.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nautilus_bybit_adapter.sim.earn.real_assets import DAY_MS, REDEEM, STAKE, RealWorldAsset
from nautilus_bybit_adapter.sim.exchange.amounts import ZERO, plain, truncated
from nautilus_bybit_adapter.sim.exchange.errors import VenueError
from nautilus_bybit_adapter.sim.exchange.funding_wallet import ACCOUNT_TYPES, FUND
from nautilus_bybit_adapter.sim.exchange.requests import Params, read_text

from .earn_params import (
    SECOND_MS,
    matching_orders,
    read_ident,
    read_link_id,
    read_seconds,
    read_stake,
    read_word,
)
from .endpoint import Routes, shows, uses
from .paging import closed_page

if TYPE_CHECKING:
    from .context import Context

HALF_YEAR_MS, WEEK_MS = 180 * DAY_MS, 7 * DAY_MS
_TIMES = ("startTime", "endTime")


def assets(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/earn/rwa/product`."""
    coin = read_text(params, "coin")
    return {"list": [_asset_row(context, p) for p in context.earn.assets.products if coin in {"", p.coin}]}


def asset_positions(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/earn/rwa/position`."""
    del params
    book, now_ms, rows = context.earn.assets, context.exchange.now_ms(), []
    for product in book.products:
        held = book.shares.get(product.product_id, ZERO)
        if held:
            nav = book.nav(product, now_ms)
            rows.append(
                {
                    "productId": product.product_id,
                    "coin": product.coin,
                    "assetSymbol": product.asset,
                    "effectiveShare": plain(held),
                    "processingStakeAmount": "0",
                    "processingRedeemShare": "0",
                    "bonusEarned": "0",
                    "nav": plain(nav),
                    "holdAmount": plain(truncated(held * nav, product.amount_places)),
                    "duration": 0,
                }
            )
    return {"list": rows}


def place_asset_order(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/earn/rwa/place-order`, settled at once at the present net asset value."""
    product = context.earn.assets.product(read_ident(params, "productId"))
    kind, link_id = read_word(params, "orderType", (STAKE, REDEEM)), read_link_id(params)
    if read_text(params, "coin") != product.coin:
        raise VenueError(180002, "The coin does not match the product.")
    account = read_word({"accountType": FUND, **params}, "accountType", ACCOUNT_TYPES)
    amount = (
        read_stake(params, "stakeAmount", product.amount_places)
        if kind == STAKE
        else read_stake(params, "redeemShares", product.share_places)
    )
    now_ms = context.exchange.now_ms()
    order = context.earn.assets.trade(product, kind, amount, account, link_id, now_ms)
    return {"orderId": order.order_id, "orderLinkId": order.link_id}


def asset_orders(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/earn/rwa/order`, newest first."""
    book, now_ms, product_id = context.earn.assets, context.exchange.now_ms(), read_ident(params, "productId")
    matching = [
        order
        for order in matching_orders(
            params, now_ms, book.orders.by_id.values(), kinds=(STAKE, REDEEM), longest_ms=HALF_YEAR_MS
        )
        if product_id in {"", order.product_id}
    ]
    found, cursor = closed_page(matching, params, lambda order: order.order_id, 20, 50)
    rows = []
    for order in found:
        is_stake = order.kind == STAKE
        rows.append(
            {
                "orderId": order.order_id,
                "orderLinkId": order.link_id,
                "orderType": order.kind,
                "productId": int(order.product_id),
                "coin": book.product(order.product_id).coin,
                "stakeAmount": plain(order.paid) if is_stake else "",
                "redeemShares": "" if is_stake else plain(order.paid),
                "status": "Success",
                "accountType": order.account,
                "createdTime": order.at_ms // SECOND_MS,
                "updatedTime": order.at_ms // SECOND_MS,
                "settledShares": plain(order.received) if is_stake else "",
                "settledAmount": "" if is_stake else plain(order.received),
            }
        )
    return {"list": rows, "nextPageCursor": cursor}


def nav_chart(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/earn/rwa/nav-chart`, one point a day, oldest first."""
    book, now_ms = context.earn.assets, context.exchange.now_ms()
    product = book.product(read_ident(params, "productId"))
    if not params.get("startTime"):
        end = read_seconds(params, _TIMES, now_ms, HALF_YEAR_MS)[1]
        start = end - WEEK_MS
    else:
        start, end = read_seconds(params, _TIMES, now_ms, HALF_YEAR_MS)
    days = range(-(-start // DAY_MS), min(end, now_ms) // DAY_MS + 1)
    return {
        "list": [
            {"timestamp": day * DAY_MS // SECOND_MS, "nav": plain(book.nav(product, day * DAY_MS))}
            for day in days
        ]
    }


def _asset_row(context: Context, product: RealWorldAsset) -> dict[str, Any]:
    return {
        "productId": product.product_id,
        "coin": product.coin,
        "assetSymbol": product.asset,
        "manager": product.manager,
        "baseApr": plain(product.apr),
        "bonusApr": "",
        "savingType": "Flexible",
        "duration": 0,
        "nav": plain(context.earn.assets.nav(product, context.exchange.now_ms())),
        "minStakeAmount": plain(product.least),
        "maxStakeAmount": "",
        "userMaxAmount": "",
        "userQuota": "",
        "minRedeemShare": plain(product.least_shares),
        "redeemFeeRate": plain(product.redeem_fee),
        "subscriptionFee": "0",
        "extLink": "",
        "amountPrecision": product.amount_places,
        "sharePrecision": product.share_places,
    }


ROUTES: Routes = {
    ("GET", "/v5/earn/rwa/product"): shows(assets, ret_msg="success"),
    ("GET", "/v5/earn/rwa/position"): uses(asset_positions, ret_msg="success"),
    ("GET", "/v5/earn/rwa/order"): uses(asset_orders, ret_msg="success"),
    ("GET", "/v5/earn/rwa/nav-chart"): shows(nav_chart, ret_msg="success"),
    ("POST", "/v5/earn/rwa/place-order"): uses(place_asset_order, ret_msg="success"),
}
