"""REST answers about margin on spot.

Source: Bybit V5 Spot Margin Trade (UTA).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from nautilus_bybit_adapter.sim.exchange.amounts import ZERO, coin_amount, parse_amount, plain
from nautilus_bybit_adapter.sim.exchange.errors import VenueError, bad_param
from nautilus_bybit_adapter.sim.exchange.interest import HOUR_MS, hourly_rate
from nautilus_bybit_adapter.sim.exchange.requests import Params, read_text

from .account_api import collateral_row
from .amount import known_coins, read_choice, read_needed
from .endpoint import Routes, shows, uses
from .paging import DAY_MS, window

if TYPE_CHECKING:
    from .context import Context

LEAST_LEVERAGE, MOST_LEVERAGE = 2, 10
VIP_LEVEL = "No VIP"
# Share of a coin's value that counts as collateral, and up to which amount in dollars.
_COLLATERAL_TIERS = ((Decimal(0), Decimal(1_000_000), "0.95"), (Decimal(1_000_000), None, "0.5"))


def state(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/spot-margin-trade/state`."""
    del params
    profile = context.profile
    return {
        "spotLeverage": plain(profile.spot_leverage) if context.exchange.loans.enabled else "",
        "spotMarginMode": "1" if context.exchange.loans.enabled else "0",
        "effectiveLeverage": plain(_effective_leverage(context)),
    }


def switch_mode(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/spot-margin-trade/switch-mode`."""
    context.exchange.loans.enabled = read_choice(params, "spotMarginMode", ("0", "1")) == "1"
    return {"spotMarginMode": "1" if context.exchange.loans.enabled else "0"}


def _effective_leverage(context: Context) -> Decimal:
    """Debts over what the account is worth, with 2 decimals."""
    exchange = context.exchange
    owed = sum((exchange.risk.usd_value(c, a) for c, a in exchange.account.debts.items()), ZERO)
    equity = exchange.risk.totals().equity
    return (owed / equity).quantize(Decimal("0.01")) if owed and equity > 0 else ZERO


def set_leverage(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/spot-margin-trade/set-leverage`, from 2 to 10, of one coin or of all."""
    if not context.exchange.loans.enabled:
        raise VenueError(176038, "Spot margin trading is switched off.")
    leverage = parse_amount(str(params.get("leverage") or ""))
    if leverage is None or not LEAST_LEVERAGE <= leverage <= MOST_LEVERAGE:
        raise VenueError(176034, f"The leverage ranges from {LEAST_LEVERAGE} to {MOST_LEVERAGE}")
    currency = read_text(params, "currency")
    if currency:
        context.profile.coin_leverage[_known(context, currency)] = leverage
    else:
        context.profile.spot_leverage = leverage
        context.profile.coin_leverage.clear()
    return {}


def vip_data(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/spot-margin-trade/data`: what each coin may be borrowed for."""
    asked = read_text(params, "currency")
    rows = []
    for order, coin in enumerate(_coins(context, asked)):
        row = collateral_row(context.exchange, coin)
        rows.append(
            {
                "borrowable": row["borrowable"],
                "collateralRatio": "0.95" if row["marginCollateral"] else "0",
                "currency": coin,
                "hourlyBorrowRate": row["hourlyBorrowRate"],
                "liquidationOrder": str(order + 1),
                "marginCollateral": row["marginCollateral"],
                "maxBorrowingAmount": row["maxBorrowingAmount"],
            }
        )
    level = read_text(params, "vipLevel") or VIP_LEVEL
    return {"vipCoinList": [{"list": rows, "vipLevel": level}]}


def collateral(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/spot-margin-trade/collateral`: tiers of each coin."""
    rows = []
    for coin in _coins(context, read_text(params, "currency")):
        price = context.exchange.risk.usd_value(coin, Decimal(1))
        if not price:
            continue
        tiers = [
            {
                "minQty": plain(coin_amount(least / price)),
                "maxQty": "" if most is None else plain(coin_amount(most / price)),
                "collateralRatio": ratio,
            }
            for least, most, ratio in _COLLATERAL_TIERS
        ]
        rows.append({"currency": coin, "collateralRatioList": tiers})
    return {"list": rows}


def interest_rates(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/spot-margin-trade/interest-rate-history`, hourly, newest first."""
    coin = _known(context, read_needed(params, "currency"))
    now_ms = context.exchange.now_ms()
    start, end = window(params, now_ms, longest_ms=30 * DAY_MS, default_ms=7 * DAY_MS)
    last = min(end, now_ms) // HOUR_MS * HOUR_MS
    level = read_text(params, "vipLevel") or VIP_LEVEL
    seed = context.exchange.config.seed
    rows = [
        {
            "timestamp": at_ms,
            "currency": coin,
            "hourlyBorrowRate": f"{hourly_rate(seed, coin, at_ms):.12f}",
            "vipLevel": level,
        }
        for at_ms in range(last, max(0, start) - 1, -HOUR_MS)
    ]
    return {"list": rows}


def max_borrowable(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/spot-margin-trade/max-borrowable`."""
    coin = _known(context, read_needed(params, "currency"))
    row = collateral_row(context.exchange, coin)
    return {"maxLoan": row["availableToBorrow"] if context.exchange.loans.enabled else "0", "currency": coin}


def coin_state(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/spot-margin-trade/coinstate`: leverage by coin; Bybit's own Python client asks without a signature."""
    profile = context.profile
    rows = [
        {"spotLeverage": plain(profile.coin_leverage.get(coin, profile.spot_leverage)), "currency": coin}
        for coin in _coins(context, read_text(params, "currency"))
    ]
    return {"list": rows}


def repayable(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/spot-margin-trade/repayment-available-amount`."""
    coin = _known(context, read_needed(params, "currency"))
    free = max(ZERO, context.exchange.risk.spendable(coin))
    return {"lossLessRepaymentAmount": plain(free), "currency": coin}


def auto_repay(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/spot-margin-trade/get-auto-repay-mode`."""
    return {"data": _repay_rows(context, read_text(params, "currency"))}


def set_auto_repay(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/spot-margin-trade/set-auto-repay-mode`, of one coin or of all."""
    on = read_choice(params, "autoRepayMode", ("0", "1")) == "1"
    currency = read_text(params, "currency")
    context.profile.auto_repay[_known(context, currency) if currency else ""] = on
    return {"data": _repay_rows(context, currency)}


def _repay_rows(context: Context, currency: str) -> list[dict[str, str]]:
    modes = context.profile.auto_repay
    return [
        {"currency": coin, "autoRepayMode": "1" if modes.get(coin, modes.get("", False)) else "0"}
        for coin in _coins(context, currency)
    ]


def _coins(context: Context, asked: str) -> list[str]:
    return [_known(context, asked)] if asked else known_coins(context.exchange)


def _known(context: Context, coin: str) -> str:
    if coin not in known_coins(context.exchange):
        raise bad_param("params error: currency invalid")
    return coin


ROUTES: Routes = {
    ("GET", "/v5/spot-margin-trade/state"): uses(state, ret_msg="Success"),
    ("GET", "/v5/spot-margin-uta/status"): uses(state, ret_msg="Success"),
    ("POST", "/v5/spot-margin-trade/switch-mode"): uses(switch_mode, ret_msg="Success"),
    ("POST", "/v5/spot-margin-trade/set-leverage"): uses(set_leverage, ret_msg="Success"),
    ("GET", "/v5/spot-margin-trade/data"): shows(vip_data, ret_msg="Success"),
    ("GET", "/v5/spot-margin-trade/collateral"): shows(collateral, ret_msg="Success"),
    ("GET", "/v5/spot-margin-trade/interest-rate-history"): uses(interest_rates, ret_msg="Success"),
    ("GET", "/v5/spot-margin-trade/max-borrowable"): uses(max_borrowable, ret_msg="Success"),
    ("GET", "/v5/spot-margin-trade/coinstate"): shows(coin_state, ret_msg="Success"),
    ("GET", "/v5/spot-margin-trade/repayment-available-amount"): uses(repayable, ret_msg="Success"),
    ("GET", "/v5/spot-margin-trade/get-auto-repay-mode"): uses(auto_repay, ret_msg="Success"),
    ("POST", "/v5/spot-margin-trade/set-auto-repay-mode"): uses(set_auto_repay, ret_msg="Success"),
}
