"""Private REST answers about manual loans.

Source: Bybit V5 Manual Borrow, Manual Repay and Get Borrow History.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nautilus_bybit_adapter.sim.exchange.amounts import ZERO, plain
from nautilus_bybit_adapter.sim.exchange.errors import bad_param
from nautilus_bybit_adapter.sim.exchange.queries import read_limit
from nautilus_bybit_adapter.sim.exchange.requests import Params, read_text

from .endpoint import Routes, private
from .paging import DAY_MS, window

if TYPE_CHECKING:
    from nautilus_bybit_adapter.sim.exchange.exchange import Exchange


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
    """`/v5/account/borrow-history`: interest that was charged; loans cost none here."""
    window(params, exchange.now_ms(), longest_ms=30 * DAY_MS)
    read_limit(params, 20, 50)
    return {"list": [], "nextPageCursor": ""}


ROUTES: Routes = {
    ("POST", "/v5/account/borrow"): private(borrow, ret_msg="success"),
    ("POST", "/v5/account/repay"): private(repay, ret_msg="success"),
    ("POST", "/v5/account/no-convert-repay"): private(repay_unconverted, ret_msg="success"),
    ("POST", "/v5/account/quick-repayment"): private(quick_repayment, ret_msg="SUCCESS"),
    ("GET", "/v5/account/borrow-history"): private(borrow_history),
}
