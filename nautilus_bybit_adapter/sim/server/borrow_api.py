"""Private REST answers about manual loans.

Source: Bybit V5 Manual Borrow, Manual Repay and Get Borrow History.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nautilus_bybit_adapter.sim.exchange.amounts import ZERO, coin_amount, plain
from nautilus_bybit_adapter.sim.exchange.errors import bad_param
from nautilus_bybit_adapter.sim.exchange.requests import Params, read_text

from .endpoint import Routes, private
from .paging import DAY_MS, closed_page, window

if TYPE_CHECKING:
    from nautilus_bybit_adapter.sim.exchange.exchange import Exchange
    from nautilus_bybit_adapter.sim.exchange.interest import InterestCharge


def borrow(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/account/borrow`."""
    return dict(exchange.borrow(params))


def repay(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/account/repay`: other coins are converted where the coin itself does not suffice."""
    _check_type(params)
    return dict(exchange.repay_converting(params))


def repay_unconverted(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/account/no-convert-repay`: the coin itself has to suffice."""
    _check_type(params)
    return dict(exchange.repay(params))


def _check_type(params: Params) -> None:
    if read_text(params, "repaymentType") not in {"", "FLEXIBLE", "FIXED", "ALL"}:
        raise bad_param("params error: repaymentType invalid")


def quick_repayment(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/account/quick-repayment`: as much of one debt, or of every debt, as its own coin covers."""
    asked = read_text(params, "coin")
    rows = []
    for coin, debt in list(exchange.account.debts.items()):
        held = exchange.account.balances.get(coin, ZERO) - exchange.risk.locked(coin)
        amount = min(debt, max(ZERO, held))
        if amount and asked in {"", coin}:
            exchange.repay({"coin": coin, "amount": plain(amount)})
            rows.append({"coin": coin, "repaymentQty": plain(amount)})
    return {"list": rows}


def borrow_history(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/account/borrow-history`: interest that was charged, newest first."""
    start, end = window(params, exchange.now_ms(), longest_ms=30 * DAY_MS)
    currency = read_text(params, "currency")
    charges = [
        charge
        for charge in reversed(exchange.interest.charges)
        if start <= charge.at_ms <= end and currency in {"", charge.coin}
    ]
    found, cursor = closed_page(charges, params, lambda charge: f"{charge.coin}:{charge.at_ms}", 20, 50)
    return {"list": [_charge_row(charge) for charge in found], "nextPageCursor": cursor}


def _charge_row(charge: InterestCharge) -> dict[str, Any]:
    return {
        "currency": charge.coin,
        "createdTime": charge.at_ms,
        "borrowCost": plain(charge.cost),
        "hourlyBorrowRate": plain(charge.rate),
        "InterestBearingBorrowSize": plain(charge.owed - charge.free),
        "costExemption": plain(coin_amount(charge.free * charge.rate)),
        "borrowAmount": plain(charge.owed),
        "unrealisedLoss": plain(charge.lost),
        "freeBorrowedAmount": plain(charge.free),
    }


ROUTES: Routes = {
    ("POST", "/v5/account/borrow"): private(borrow, ret_msg="success"),
    ("POST", "/v5/account/repay"): private(repay, ret_msg="success"),
    ("POST", "/v5/account/no-convert-repay"): private(repay_unconverted, ret_msg="success"),
    ("POST", "/v5/account/quick-repayment"): private(quick_repayment, ret_msg="SUCCESS"),
    ("GET", "/v5/account/borrow-history"): private(borrow_history),
}
