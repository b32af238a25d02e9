"""Private REST answers that change position mode, margin mode and loans.

Source: Bybit V5 Switch Position Mode, Set Margin Mode, Manual Borrow and Manual Repay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nautilus_bybit_adapter.sim.exchange.amounts import plain
from nautilus_bybit_adapter.sim.exchange.errors import VenueError
from nautilus_bybit_adapter.sim.exchange.fields import Params, read_text

from .endpoint import Routes, private

if TYPE_CHECKING:
    from nautilus_bybit_adapter.sim.exchange.exchange import Exchange


def switch_mode(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/position/switch-mode`."""
    exchange.switch_mode(params)
    return {}


def set_margin_mode(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/account/set-margin-mode`."""
    reasons = exchange.set_margin_mode(params)
    if reasons:
        raise VenueError(3400045, f"Set margin mode failed: {reasons[0]['reasonMsg']}")
    return {"reasons": []}


def borrow(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/account/borrow`."""
    return dict(exchange.borrow(params))


def repay(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/account/no-convert-repay`."""
    return dict(exchange.repay(params))


def repay_converting(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/account/repay`: other coins are converted where the coin itself does not suffice."""
    return dict(exchange.loans.repay_converting(params))


def quick_repayment(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/account/quick-repayment`: everything that is owed, of one coin or of all."""
    asked = read_text(params, "coin")
    owed = [coin for coin, debt in exchange.account.debts.items() if debt and asked in {"", coin}]
    rows = []
    for coin in owed:
        debt = exchange.account.debts[coin]
        exchange.loans.repay_converting({"coin": coin})
        rows.append({"coin": coin, "repaymentQty": plain(debt - exchange.account.debts[coin])})
    return {"list": rows}


ROUTES: Routes = {
    ("POST", "/v5/position/switch-mode"): private(switch_mode),
    ("POST", "/v5/account/set-margin-mode"): private(set_margin_mode),
    ("POST", "/v5/account/borrow"): private(borrow, ret_msg="success"),
    ("POST", "/v5/account/repay"): private(repay_converting, ret_msg="success"),
    ("POST", "/v5/account/no-convert-repay"): private(repay, ret_msg="success"),
    ("POST", "/v5/account/quick-repayment"): private(quick_repayment, ret_msg="SUCCESS"),
}
