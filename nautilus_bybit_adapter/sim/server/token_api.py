"""REST answers about BYUSDT.

Source: Bybit V5 Earn, BYUSDT.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from nautilus_bybit_adapter.sim.earn.products import FLEXIBLE
from nautilus_bybit_adapter.sim.earn.token import (
    DAY_MS,
    MINT,
    REDEEM,
    REDEEM_FEE,
    TOKEN,
    TOKEN_APR,
    TOKEN_COIN,
    TOKEN_PLACES,
    TOKEN_QUOTA,
    TokenYield,
)
from nautilus_bybit_adapter.sim.exchange.amounts import ZERO, plain
from nautilus_bybit_adapter.sim.exchange.errors import VenueError
from nautilus_bybit_adapter.sim.exchange.funding_wallet import UNIFIED
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

YEAR_MS = 365 * DAY_MS
_TIMES = ("startTime", "endTime")
_ONE_E8 = Decimal(10) ** 8
# Days of a `range` of the rate's history.
_RANGES = {"1": 7, "2": 30, "3": 180}


def token_product(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/earn/token/product`: what the account could do is left out, as nobody has to sign."""
    del context
    _token(params)
    return {
        "productId": "1",
        "coin": TOKEN,
        "mintFeeRateE8": "0",
        "redeemFeeRateE8": _e8(REDEEM_FEE),
        "minInvestment": "1",
        "userHolding": "",
        "leftQuota": "",
        "canMint": False,
        "savingsBalance": "",
        "aprE8": _e8(TOKEN_APR),
        "bonusAprE8": "0",
        "bonusMaxAmount": "",
        "baseCoinPrecision": TOKEN_PLACES,
        "tokenPrecision": TOKEN_PLACES,
    }


def token_position(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/earn/token/position`."""
    _token(params)
    book, now_ms = context.earn.token, context.exchange.now_ms()
    book.advance(now_ms)
    yesterday = [day.amount for day in book.daily if day.at_ms == now_ms // DAY_MS * DAY_MS]
    return {
        "totalAmount": plain(book.held),
        "totalYield": plain(book.total),
        "yesterdayYield": plain(sum(yesterday, ZERO)),
        "aprE8": _e8(TOKEN_APR),
        "bonusAprE8": "0",
        "bonusMaxAmount": "",
        "hasQuota": book.held < TOKEN_QUOTA,
    }


def place_token_order(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/earn/token/place-order`: minted out of the flexible savings, burnt into the unified account."""
    _token(params)
    link_id, kind = read_link_id(params), read_word(params, "orderType", (MINT, REDEEM))
    read_word(params, "accountType", (FLEXIBLE if kind == MINT else UNIFIED,))
    amount, now_ms = read_stake(params, "amount", TOKEN_PLACES), context.exchange.now_ms()
    if kind == MINT:
        context.earn.advance(now_ms)
        order = context.earn.token.mint(context.earn, amount, link_id, now_ms)
    else:
        order = context.earn.token.redeem(amount, link_id, now_ms)
    return {"orderId": order.order_id, "orderLinkId": order.link_id}


def token_orders(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/earn/token/order`, newest first."""
    _token(params)
    matching = matching_orders(
        params,
        context.exchange.now_ms(),
        context.earn.token.orders.by_id.values(),
        kinds=(MINT, REDEEM),
        longest_ms=YEAR_MS,
    )
    found, cursor = closed_page(matching, params, lambda order: order.order_id, 20, 100)
    rows = []
    for order in found:
        coins = (TOKEN_COIN, TOKEN) if order.kind == MINT else (TOKEN, TOKEN_COIN)
        rows.append(
            {
                "orderId": order.order_id,
                "orderLinkId": order.link_id,
                "orderType": order.kind,
                "fromCoin": coins[0],
                "toCoin": coins[1],
                "fromAmount": plain(order.paid),
                "toAmount": plain(order.received),
                "serviceFee": plain(order.fee),
                "status": "Success",
                "createdTime": _seconds(order.at_ms),
            }
        )
    return {"list": rows, "nextPageCursor": cursor}


def token_days(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/earn/token/yield`, newest first."""
    found, cursor = _yields(context, params, context.earn.token.daily, 5)
    rows = [
        {
            "yield": plain(day.amount),
            "bonusYield": "0",
            "status": "Success",
            "createdTime": _seconds(day.at_ms),
        }
        for day in found
    ]
    return {"list": rows, "nextPageCursor": cursor}


def token_hours(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/earn/token/hourly-yield`, newest first."""
    found, cursor = _yields(context, params, context.earn.token.hourly, 20)
    rows = [
        {
            "effectiveAmount": plain(hour.held),
            "yield": plain(hour.amount),
            "rewardType": 0,
            "aprE8": _e8(TOKEN_APR),
            "hourlyDate": _seconds(hour.at_ms - 3_600_000),
            "createdTime": _seconds(hour.at_ms),
        }
        for hour in found
    ]
    return {"list": rows, "nextPageCursor": cursor}


def token_rates(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/earn/token/history-apr`, one value a day, newest first; the rate never changes here."""
    _token(params)
    days = _RANGES[read_word({**params, "range": read_ident(params, "range")}, "range", _RANGES)]
    last = context.exchange.now_ms() // DAY_MS * DAY_MS
    return {
        "list": [{"timestamp": _seconds(last - i * DAY_MS), "aprE8": _e8(TOKEN_APR)} for i in range(days)]
    }


def _token(params: Params) -> None:
    if read_text(params, "coin") != TOKEN:
        raise VenueError(180002, f"Only {TOKEN} is supported.")


def _yields(
    context: Context, params: Params, records: list[TokenYield], default: int
) -> tuple[list[TokenYield], str]:
    _token(params)
    now_ms = context.exchange.now_ms()
    context.earn.token.advance(now_ms)
    start, end = read_seconds(params, _TIMES, now_ms, YEAR_MS)
    matching = [record for record in reversed(records) if start <= record.at_ms <= end]
    return closed_page(matching, params, lambda record: str(record.number), default, 100)


def _e8(rate: Decimal) -> str:
    return str(int(rate * _ONE_E8))


def _seconds(at_ms: int) -> str:
    return str(at_ms // SECOND_MS)


ROUTES: Routes = {
    ("GET", "/v5/earn/token/product"): shows(token_product, ret_msg=""),
    ("GET", "/v5/earn/token/position"): uses(token_position, ret_msg=""),
    ("GET", "/v5/earn/token/order"): uses(token_orders, ret_msg=""),
    ("GET", "/v5/earn/token/yield"): uses(token_days, ret_msg="success"),
    ("GET", "/v5/earn/token/hourly-yield"): uses(token_hours, ret_msg="success"),
    ("GET", "/v5/earn/token/history-apr"): shows(token_rates, ret_msg=""),
    ("POST", "/v5/earn/token/place-order"): uses(place_token_order, ret_msg="success"),
}
