"""REST answers about what can be borrowed: tiers, debts, what is left to lend, and orders at a fixed rate.

Source: Bybit V5 Spot Margin Trade (UTA).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from nautilus_bybit_adapter.sim.assets.fixed_borrows import CANCELLED, MATCHING, TERMS, FixedBorrow
from nautilus_bybit_adapter.sim.exchange.amounts import ZERO, coin_amount, parse_amount, plain
from nautilus_bybit_adapter.sim.exchange.errors import VenueError, bad_param
from nautilus_bybit_adapter.sim.exchange.queries import read_limit
from nautilus_bybit_adapter.sim.exchange.requests import Params, read_text

from .account_api import collateral_row
from .amount import known_coins, read_amount, read_choice, read_needed
from .endpoint import Endpoint, Reply, Routes, shows, uses
from .paging import closed_page

if TYPE_CHECKING:
    from .context import Context
    from .limits import Quota

# Share of the borrowing limit up to which a leverage holds, with initial and maintenance rates of a loan.
_TIERS = (
    (Decimal("0.5"), "10", "0.1", "0.04"),
    (Decimal("0.75"), "5", "0.2", "0.06"),
    (Decimal(1), "2", "0.5", "0.08"),
)
LEAST_RATE, MOST_RATE = Decimal("0.01"), Decimal("0.8")
_LEAST_USD = Decimal(1)


def position_tiers(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/spot-margin-trade/position-tiers`."""
    rows = []
    for coin in _coins(context, params, "currency"):
        most = Decimal(collateral_row(context.exchange, coin)["maxBorrowingAmount"])
        if most:
            tiers = [
                {
                    "tier": str(number),
                    "borrowLimit": plain(coin_amount(most * share)),
                    "positionMMR": maintenance,
                    "positionIMR": initial,
                    "maxLeverage": leverage,
                }
                for number, (share, leverage, initial, maintenance) in enumerate(_TIERS, 1)
            ]
            rows.append({"currency": coin, "positionTiersRatioList": tiers})
    return {"list": rows}


def liability(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/spot-margin-trade/liability`: every debt here is one at a floating rate."""
    coin = _needed_coin(context, params, "currency")
    owed = context.exchange.account.debts.get(coin, ZERO)
    lost = max(ZERO, -context.exchange.account.balances.get(coin, ZERO))
    return {
        "currency": coin,
        "totalBorrowAmount": plain(owed + lost),
        "fixedBorrowAmount": "0",
        "flexibleBorrowAmount": plain(owed + lost),
        "spotTotalBorrow": plain(owed),
        "derivativesBorrow": plain(lost),
    }


def currency_data(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/spot-margin-trade/currency-data`."""
    rows = []
    for coin in _coins(context, params, "currency"):
        price = context.exchange.risk.price(coin)
        least = plain(coin_amount(_LEAST_USD / price)) if price else ""
        places = "8" if price else ""
        rows.append(
            {
                "currency": coin,
                "flexibleManualBorrowable": bool(price),
                "minFlexibleManualBorrowQty": least,
                "flexibleManualBorrowAccuracy": places,
                "fixedManualBorrowable": bool(price),
                "minFixedManualBorrowQty": least,
                "fixedManualBorrowAccuracy": places,
                "fixedInterestRateAccuracy": "4" if price else "",
                "minFixedInterestRate": plain(LEAST_RATE) if price else "",
                "maxFixedInterestRate": plain(MOST_RATE) if price else "",
            }
        )
    return {"list": rows}


def flexible_inventory(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/spot-margin-trade/flexible-available-inventory`."""
    coin = _needed_coin(context, params, "currency")
    return {
        "currency": coin,
        "availableInventory": collateral_row(context.exchange, coin)["availableToBorrow"],
        "updateTime": str(context.exchange.now_ms()),
    }


def fixed_inventory(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/spot-margin-trade/fixed-available-inventory`: nobody lends at a fixed rate here."""
    coin = _needed_coin(context, params, "currency")
    return {
        "currency": coin,
        "term": read_choice(params, "term", TERMS),
        "annualRate": plain(_rate(params)),
        "availableInventory": "0",
        "updateTime": str(context.exchange.now_ms() // 1000),
    }


def fixed_borrow(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/spot-margin-trade/fixedborrow`: waits for an offer."""
    coin, book = _needed_coin(context, params, "orderCurrency"), context.fixed_borrows
    now_ms = context.exchange.now_ms()
    order = FixedBorrow(
        order_id=f"FIXED_BORROW_{now_ms}{len(book.orders) + 1:06d}",
        coin=coin,
        amount=read_amount(params, "orderAmount"),
        rate=_rate(params),
        term=read_choice(params, "term", TERMS),
        repay_type=read_choice({"repayType": "1", **params}, "repayType", ("1", "2")),
        created_ms=now_ms,
    )
    book.place(order)
    return {"orderId": order.order_id}


def fixed_quotes(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/spot-margin-trade/fixedborrow-order-quote`: no offers."""
    _needed_coin(context, params, "orderCurrency")
    read_limit(params, 10, 100)
    return {"list": []}


def fixed_orders(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/spot-margin-trade/fixedborrow-order-info`, newest first."""
    wanted = {name: read_text(params, name) for name in ("orderId", "orderCurrency", "state", "term")}
    if wanted["state"] not in {"", *(str(state) for state in range(MATCHING, CANCELLED + 2))}:
        raise bad_param("params error: state invalid")
    rows = [
        {
            "annualRate": f"{order.rate:.18f}",
            "orderId": order.order_id,
            "orderTime": str(order.created_ms),
            "filledQty": f"{ZERO:.18f}",
            "orderQty": f"{order.amount:.18f}",
            "orderCurrency": order.coin,
            "state": order.state,
            "term": int(order.term),
            "repayType": order.repay_type,
            "strategyType": "PARTIAL",
        }
        for order in reversed(context.fixed_borrows.orders.values())
    ]
    rows = [row for row in rows if all(value in {"", str(row[name])} for name, value in wanted.items())]
    found, cursor = closed_page(rows, params, lambda row: str(row["orderId"]), 10, 100)
    return {"list": found, "nextPageCursor": cursor}


def nothing_fixed(context: Context, params: Params) -> dict[str, Any]:
    """Contracts and penalty interest of loans at a fixed rate: there are none."""
    del context
    read_limit(params, 10, 100)
    return {"list": [], "nextPageCursor": ""}


def cancel_fixed(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/spot-margin-trade/fixedborrow-order-cancel`."""
    context.fixed_borrows.cancel(read_needed(params, "orderId"))
    return {}


def renew_fixed(context: Context, params: Params, _quota: Quota) -> Reply:
    """`/v5/spot-margin-trade/fixedborrow-renew`: there is no contract to renew."""
    del context
    read_needed(params, "loanId")
    raise VenueError(34022041, "The loan does not exist.")


def _rate(params: Params) -> Decimal:
    rate = parse_amount(str(params.get("annualRate") or ""))
    if rate is None or not LEAST_RATE <= rate <= MOST_RATE:
        raise bad_param(f"params error: annualRate must be from {LEAST_RATE} to {MOST_RATE}")
    return rate


def _needed_coin(context: Context, params: Params, name: str) -> str:
    read_needed(params, name)
    return _coins(context, params, name)[0]


def _coins(context: Context, params: Params, name: str) -> list[str]:
    asked, known = read_text(params, name), known_coins(context.exchange)
    if asked and asked not in known:
        raise bad_param(f"params error: {name} invalid")
    return [asked] if asked else known


_OF = "/v5/spot-margin-trade/"
ROUTES: Routes = {
    ("GET", _OF + "position-tiers"): shows(position_tiers),
    ("GET", _OF + "currency-data"): shows(currency_data),
    ("GET", _OF + "liability"): uses(liability, ret_msg="Success"),
    ("GET", _OF + "flexible-available-inventory"): uses(flexible_inventory, ret_msg="Success"),
    ("GET", _OF + "fixed-available-inventory"): uses(fixed_inventory),
    ("POST", _OF + "fixedborrow"): uses(fixed_borrow, ret_msg="success"),
    ("GET", _OF + "fixedborrow-order-quote"): uses(fixed_quotes, ret_msg="success"),
    ("GET", _OF + "fixedborrow-order-info"): uses(fixed_orders, ret_msg="success"),
    ("GET", _OF + "fixedborrow-contract-info"): uses(nothing_fixed, ret_msg="success"),
    ("GET", _OF + "fixedborrow-interest-accrued"): uses(nothing_fixed, ret_msg="success"),
    ("POST", _OF + "fixedborrow-order-cancel"): uses(cancel_fixed),
    ("POST", _OF + "fixedborrow-renew"): Endpoint(renew_fixed, ret_msg="success"),
}
