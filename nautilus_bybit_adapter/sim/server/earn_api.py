"""REST answers of the earn family.

Source: Bybit V5 Earn.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from nautilus_bybit_adapter.sim.earn.book import PENDING, REDEEM, STAKE, EarnOrder, EarnPosition, Yield
from nautilus_bybit_adapter.sim.earn.products import CATEGORIES, FLEXIBLE, ONCHAIN
from nautilus_bybit_adapter.sim.exchange.amounts import parse_amount, plain
from nautilus_bybit_adapter.sim.exchange.errors import VenueError
from nautilus_bybit_adapter.sim.exchange.funding_wallet import ACCOUNT_TYPES, FUND
from nautilus_bybit_adapter.sim.exchange.requests import Params, read_text

from .endpoint import Routes, shows, uses
from .paging import DAY_MS, page, window

if TYPE_CHECKING:
    from .context import Context

LINK_ID_LIMIT = 36
LONGEST_APR_MS = 182 * DAY_MS


def products(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/earn/product`."""
    category, coin = _category(params), read_text(params, "coin")
    now_ms = context.exchange.now_ms()
    rows = [p.row(now_ms) for p in context.earn.products if p.category == category and coin in {"", p.coin}]
    return {"list": rows}


def place_order(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/earn/place-order`."""
    category = _category(params)
    kind, account = _word(params, "orderType", (STAKE, REDEEM)), _word(params, "accountType", ACCOUNT_TYPES)
    if category == ONCHAIN and account != FUND:
        raise VenueError(180001, "OnChain supports the FUND account only.")
    link_id = read_text(params, "orderLinkId")
    if not link_id:
        raise VenueError(180019, "orderLinkId cannot be empty.")
    if len(link_id) > LINK_ID_LIMIT:
        raise VenueError(180001, f"orderLinkId is longer than {LINK_ID_LIMIT}.")
    product = context.earn.product(category, str(params.get("productId") or ""))
    if read_text(params, "coin") != product.coin:
        raise VenueError(180002, "The coin does not match the product.")
    amount = parse_amount(params.get("amount"))
    if not amount or amount % Decimal(1).scaleb(-product.places):
        raise VenueError(180001, "Invalid amount.")
    now_ms = context.exchange.now_ms()
    if kind == STAKE:
        order = context.earn.stake(product, amount, account, link_id, now_ms)
    else:
        position_id = str(params.get("redeemPositionId") or "")
        position = context.earn.find_position(category, product.product_id, position_id)
        order = context.earn.redeem(position, amount, account, link_id, now_ms)
    return {"orderId": order.order_id, "orderLinkId": order.link_id}


def orders(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/earn/order`, newest first."""
    category = _category(params)
    order_id, link_id = read_text(params, "orderId"), read_text(params, "orderLinkId")
    if category == ONCHAIN and not order_id and not link_id:
        raise VenueError(180001, "orderId or orderLinkId is required for OnChain.")
    context.earn.advance(context.exchange.now_ms())
    start, end = window(params, context.exchange.now_ms())
    product_id = str(params.get("productId") or "")
    rows = [
        _order_row(order)
        for order in reversed(context.earn.orders.values())
        if order.product.category == category
        and order_id in {"", order.order_id}
        and link_id in {"", order.link_id}
        and product_id in {"", order.product.product_id}
        and start <= order.created_ms <= end
    ]
    found, cursor = page(rows, params, lambda row: str(row["orderId"]), 50, 100)
    return {"list": found, "nextPageCursor": cursor}


def positions(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/earn/position`; a flexible position stays listed when it is empty."""
    category = _category(params)
    product_id, coin = str(params.get("productId") or ""), read_text(params, "coin")
    context.earn.advance(context.exchange.now_ms())
    rows = [
        _position_row(context, position)
        for position in context.earn.positions.values()
        if position.product.category == category
        and product_id in {"", position.product.product_id}
        and coin in {"", position.product.coin}
        and (category == FLEXIBLE or position.amount or _pending(context, position))
    ]
    return {"list": rows}


def yields(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/earn/yield`: what has been paid; both names of the list are filled."""
    category = _category(params)
    if category == ONCHAIN and params.get("productId"):
        raise VenueError(180001, "productId is not supported for OnChain.")
    context.earn.advance(context.exchange.now_ms())
    found, cursor = _yields(context, params, context.earn.paid, category)
    rows = [
        {
            "productId": paid.position.product.product_id,
            "coin": paid.position.product.coin,
            "id": str(paid.number),
            "amount": plain(paid.amount),
            "yieldType": "Normal",
            "distributionMode": "Auto",
            "effectiveStakingAmount": plain(paid.staked),
            "orderId": paid.position.order_id if category == ONCHAIN else "",
            "status": "Success",
            "createdAt": str(paid.at_ms),
        }
        for paid in found
    ]
    return {"yield": rows, "list": rows, "nextPageCursor": cursor}


def hourly_yields(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/earn/hourly-yield`: what has been earned hour by hour."""
    if _category(params) != FLEXIBLE:
        raise VenueError(180001, "hourly-yield supports FlexibleSaving only.")
    context.earn.advance(context.exchange.now_ms())
    found, cursor = _yields(context, params, context.earn.hourly, FLEXIBLE)
    rows = [
        {
            "productId": earned.position.product.product_id,
            "coin": earned.position.product.coin,
            "id": str(earned.number),
            "amount": plain(earned.amount),
            "effectiveStakingAmount": plain(earned.staked),
            "status": "Success",
            "hourlyDate": str(earned.at_ms),
            "createdAt": str(earned.at_ms),
        }
        for earned in found
    ]
    return {"list": rows, "nextPageCursor": cursor}


def apr_history(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/earn/apr-history`, one value per day, newest first; the rate never changes here."""
    product = context.earn.product(_category(params), str(params.get("productId") or ""))
    start, end = window(params, context.exchange.now_ms(), longest_ms=LONGEST_APR_MS, default_ms=7 * DAY_MS)
    last = min(end, context.exchange.now_ms()) // DAY_MS * DAY_MS
    rows = [
        {"timestamp": str(at_ms), "apr": product.apr_text}
        for at_ms in range(last, max(0, start) - 1, -DAY_MS)
    ]
    return {"list": rows}


def modify_position(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/earn/position/modify`: the on-chain products here are flexible, which never reinvest."""
    category = _word(params, "category", (ONCHAIN,))
    if str(params.get("autoReinvest")) not in {"0", "1"}:
        raise VenueError(180001, "Invalid parameter autoReinvest.")
    product = context.earn.product(category, str(params.get("productId") or ""))
    position = context.earn.positions.get(str(params.get("positionId") or ""))
    if position is None or position.product is not product:
        raise VenueError(180020, "Position not found.")
    raise VenueError(180028, "The position does not support auto-reinvest.")


def coupons(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/earn/coupons`: the account holds none."""
    del context
    _word(params, "category", (FLEXIBLE, "DualAssets"))
    return {"interestCards": [], "awardCards": []}


def _yields(context: Context, params: Params, records: list[Yield], category: str) -> tuple[list[Yield], str]:
    start, end = window(params, context.exchange.now_ms())
    product_id = str(params.get("productId") or "")
    matching = [
        record
        for record in reversed(records)
        if record.position.product.category == category
        and product_id in {"", record.position.product.product_id}
        and start <= record.at_ms <= end
    ]
    return page(matching, params, lambda record: str(record.number), 50, 100)


def _order_row(order: EarnOrder) -> dict[str, Any]:
    onchain = order.product.category == ONCHAIN
    due = str(order.due_ms) if onchain else ""
    return {
        "coin": order.product.coin,
        "orderValue": plain(order.amount),
        "orderType": order.kind,
        "orderId": order.order_id,
        "orderLinkId": order.link_id,
        "status": order.status,
        "createdAt": str(order.created_ms),
        "productId": order.product.product_id,
        "updatedAt": str(order.updated_ms),
        "swapOrderValue": "",
        "estimateRedeemTime": due if order.kind == REDEEM else "",
        "estimateStakeTime": due if order.kind == STAKE else "",
    }


def _position_row(context: Context, position: EarnPosition) -> dict[str, Any]:
    onchain = position.product.category == ONCHAIN
    processing = _pending(context, position)
    freezes = [{"amount": plain(position.frozen), "description": "Redeeming"}] if position.frozen else []
    return {
        "coin": position.product.coin,
        "productId": position.product.product_id,
        "amount": plain(position.amount),
        "totalPnl": plain(position.total),
        "claimableYield": plain(position.unpaid),
        "id": position.position_id,
        "status": "Processing" if processing else "Active",
        "orderId": position.order_id if onchain else "",
        "estimateRedeemTime": "",
        "estimateStakeTime": str(position.settle_ms) if onchain else "",
        "estimateInterestCalculationTime": str(position.accrued_ms) if onchain else "",
        "settlementTime": "",
        "autoReinvest": "Disable",
        "availableAmount": plain(position.amount - position.frozen),
        "freezeDetails": freezes,
    }


def _pending(context: Context, position: EarnPosition) -> bool:
    return any(
        order.status == PENDING and order.position_id == position.position_id
        for order in context.earn.orders.values()
    )


def _category(params: Params) -> str:
    return _word(params, "category", CATEGORIES)


def _word(params: Params, name: str, allowed: tuple[str, ...]) -> str:
    value = params.get(name)
    if not isinstance(value, str) or value not in allowed:
        raise VenueError(180001, f"Invalid parameter {name}.")
    return value


ROUTES: Routes = {
    ("GET", "/v5/earn/product"): shows(products, ret_msg=""),
    ("POST", "/v5/earn/place-order"): uses(place_order, ret_msg=""),
    ("GET", "/v5/earn/order"): uses(orders, ret_msg=""),
    ("GET", "/v5/earn/position"): uses(positions, ret_msg=""),
    ("GET", "/v5/earn/yield"): uses(yields, ret_msg=""),
    ("GET", "/v5/earn/hourly-yield"): uses(hourly_yields, ret_msg=""),
    ("GET", "/v5/earn/apr-history"): shows(apr_history, ret_msg=""),
    ("POST", "/v5/earn/position/modify"): uses(modify_position, ret_msg=""),
    ("GET", "/v5/earn/coupons"): uses(coupons, ret_msg=""),
}
