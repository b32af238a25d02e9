"""REST answers about stakes for a fixed time.

Source: Bybit V5 Earn, Fixed Term.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nautilus_bybit_adapter.sim.earn.fixed_term import (
    ACTIVE,
    CATEGORIES,
    DAY_MS,
    REDEEM,
    STAKE,
    FixedOrder,
    FixedPosition,
    FixedTerm,
)
from nautilus_bybit_adapter.sim.exchange.amounts import plain
from nautilus_bybit_adapter.sim.exchange.errors import VenueError
from nautilus_bybit_adapter.sim.exchange.funding_wallet import ACCOUNT_TYPES
from nautilus_bybit_adapter.sim.exchange.requests import Params, read_text

from .earn_params import invalid, read_ident, read_link_id, read_stake, read_word
from .endpoint import Routes, shows, uses
from .paging import closed_page, window

if TYPE_CHECKING:
    from .context import Context

_SWITCH = ("Enable", "Disable")


def products(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/earn/fixed-term/product`."""
    coin, now_ms = read_text(params, "coin"), context.exchange.now_ms()
    return {"list": [_product_row(p, now_ms) for p in context.earn.fixed.products if coin in {"", p.coin}]}


def place_order(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/earn/fixed-term/place-order`."""
    product = _product(context, params)
    link_id, account = read_link_id(params), read_word(params, "accountType", ACCOUNT_TYPES)
    if read_text(params, "coin") != product.coin:
        raise VenueError(180002, "The coin does not match the product.")
    amount = read_stake(params, "amount", product.places)
    auto = "autoInvest" in params and _is_on(params, "autoInvest")
    order = context.earn.fixed.stake(product, amount, account, link_id, context.exchange.now_ms(), auto=auto)
    return {"orderId": order.order_id, "orderLinkId": order.link_id}


def redeem(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/earn/fixed-term/redeem`: principal and what the product still pays, at once."""
    position = _position(context, params)
    amount, earned = context.earn.fixed.redeem(position, context.exchange.now_ms())
    return {"redeemAmount": plain(amount), "estEarnings": plain(earned)}


def auto_invest(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/earn/fixed-term/position/auto-invest`."""
    position, on = _position(context, params), _is_on(params, "status")
    if on and not position.product.reinvests:
        raise VenueError(180001, "The product does not support auto-reinvest.")
    position.auto = on
    return {}


def positions(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/earn/fixed-term/position`: what has not matured."""
    product_id, coin = read_ident(params, "productId"), read_text(params, "coin")
    category = _category_filter(params)
    book = context.earn.fixed
    book.advance(context.exchange.now_ms())
    rows = [
        _position_row(position)
        for position in book.positions.values()
        if position.status == ACTIVE
        and product_id in {"", position.product.product_id}
        and category in {"", position.product.category}
        and coin in {"", position.product.coin}
    ]
    return {"list": rows}


def orders(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/earn/fixed-term/order`, newest first."""
    kind, order_id = read_text(params, "orderType"), read_ident(params, "orderId")
    if kind not in {"", STAKE, REDEEM}:
        raise invalid("orderType")
    product_id, category = read_ident(params, "productId"), _category_filter(params)
    now_ms = context.exchange.now_ms()
    start, end = window(params, now_ms)
    context.earn.fixed.advance(now_ms)
    matching = [
        order
        for order in reversed(context.earn.fixed.orders.values())
        if start <= order.at_ms <= end
        and kind in {"", order.kind}
        and order_id in {"", order.order_id}
        and product_id in {"", order.position.product.product_id}
        and category in {"", order.position.product.category}
    ]
    found, cursor = closed_page(matching, params, lambda order: order.order_id, 50, 100)
    return {"list": [_order_row(order) for order in found], "nextPageCursor": cursor}


def _product(context: Context, params: Params) -> FixedTerm:
    category = read_word(params, "category", CATEGORIES)
    return context.earn.fixed.product(category, read_ident(params, "productId"))


def _position(context: Context, params: Params) -> FixedPosition:
    product = _product(context, params)
    context.earn.fixed.advance(context.exchange.now_ms())
    position_id = read_ident(params, "positionId")
    return context.earn.fixed.find(product.category, product.product_id, position_id)


def _category_filter(params: Params) -> str:
    return read_word(params, "category", CATEGORIES) if params.get("category") else ""


def _is_on(params: Params, name: str) -> bool:
    value = params.get(name)
    return value if isinstance(value, bool) else read_word(params, name, _SWITCH) == "Enable"


def _product_row(product: FixedTerm, now_ms: int) -> dict[str, Any]:
    early = product.early_apr
    return {
        "productId": product.product_id,
        "category": product.category,
        "coin": product.coin,
        "duration": f"{product.days}d",
        "status": "Available",
        "tieredApyList": [{"min": "0", "max": "-1", "apy": plain(product.apr)}],
        "minStakeAmount": plain(product.least),
        "maxStakeAmount": plain(product.most),
        "precision": product.places,
        "subscribeStartAt": str(now_ms // DAY_MS * DAY_MS),
        "subscribeEndAt": str(now_ms // DAY_MS * DAY_MS + DAY_MS),
        "allowEarlyRedemption": early is not None,
        "earlyRedemptionApy": "" if early is None else plain(early),
        "redemptionLimitDuration": "0d",
        "allowAutoReinvest": product.reinvests,
        "interestCoinApyList": [],
        "isVip": False,
        "creditTime": str(now_ms + product.days * DAY_MS),
        "specialUserGroupRequired": False,
        "specialUserGroupInfo": "",
    }


def _position_row(position: FixedPosition) -> dict[str, Any]:
    product = position.product
    return {
        "positionId": position.position_id,
        "productId": product.product_id,
        "category": product.category,
        "coin": product.coin,
        "amount": plain(position.amount),
        "apy": plain(product.apr),
        "duration": f"{product.days}d",
        "estEarnings": plain(position.interest),
        "status": position.status,
        "autoInvest": _SWITCH[0] if position.auto else _SWITCH[1],
        "createdAt": str(position.since_ms),
        "settlementTime": str(position.due_ms),
    }


def _order_row(order: FixedOrder) -> dict[str, Any]:
    product = order.position.product
    return {
        "orderId": order.order_id,
        "orderLinkId": order.link_id,
        "orderType": order.kind,
        "productId": product.product_id,
        "category": product.category,
        "coin": product.coin,
        "amount": plain(order.amount),
        "accountType": order.account,
        "positionId": order.position.position_id,
        "status": "Success",
        "createdAt": str(order.at_ms),
        "updatedAt": str(order.at_ms),
    }


ROUTES: Routes = {
    ("GET", "/v5/earn/fixed-term/product"): shows(products, ret_msg=""),
    ("GET", "/v5/earn/fixed-term/position"): uses(positions, ret_msg=""),
    ("GET", "/v5/earn/fixed-term/order"): uses(orders, ret_msg=""),
    ("POST", "/v5/earn/fixed-term/place-order"): uses(place_order, ret_msg=""),
    ("POST", "/v5/earn/fixed-term/redeem"): uses(redeem, ret_msg=""),
    ("POST", "/v5/earn/fixed-term/position/auto-invest"): uses(auto_invest, ret_msg=""),
}
