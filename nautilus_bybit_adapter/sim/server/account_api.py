"""Private REST answers about balances, fees, collateral and the ledger.

Source: Bybit V5 Account.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from nautilus_bybit_adapter.sim.exchange.amounts import ZERO, coin_amount, plain
from nautilus_bybit_adapter.sim.exchange.cashbook import log_row, sizes_after
from nautilus_bybit_adapter.sim.exchange.errors import bad_param
from nautilus_bybit_adapter.sim.exchange.instruments import SPOT
from nautilus_bybit_adapter.sim.exchange.interest import FREE_AMOUNTS
from nautilus_bybit_adapter.sim.exchange.requests import Params, read_category, read_text
from nautilus_bybit_adapter.sim.exchange.wallet import wallet_row

from .amount import known_coins, read_choice, read_needed
from .endpoint import Routes, private, uses
from .paging import DAY_MS, page, window

if TYPE_CHECKING:
    from nautilus_bybit_adapter.sim.exchange.exchange import Exchange

    from .context import Context

# Unified account 2.0.
_UNIFIED_STATUS = 5
MOST_WITHDRAWAL_COINS = 20
MOST_BORROWED_USD = Decimal(1_000_000)
_ALWAYS_COLLATERAL = ("USDT", "USDC")


def wallet_balance(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/account/wallet-balance`."""
    if params.get("accountType") != "UNIFIED":
        raise bad_param("accountType only support UNIFIED.")
    asked = read_text(params, "coin")
    held = exchange.account.balances
    coins = asked.split(",") if asked else [coin for coin, amount in held.items() if amount]
    return {"list": [wallet_row(exchange.account, exchange.risk, coins)]}


def account_info(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/account/info`."""
    del params
    profile = context.profile
    return {
        "marginMode": context.exchange.settings.margin_mode,
        "updatedTime": str(profile.updated_ms or context.exchange.started_ms),
        "unifiedMarginStatus": _UNIFIED_STATUS,
        "dcpStatus": "OFF",
        "timeWindow": 0,
        "smpGroup": 0,
        "isMasterTrader": False,
        "spotHedgingStatus": "ON" if profile.hedging else "OFF",
    }


def fee_rate(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/account/fee-rate`; without a category those of linear contracts, for clients of older accounts."""
    category = read_category({"category": "linear", **params})
    base = read_text(params, "baseCoin")
    rates = exchange.account.rates.get(category)
    if rates is None:
        return {"list": []}
    if category == "option":
        bases = sorted({m.instrument.base for key, m in exchange.markets.items() if key[0] == category})
        names = [{"symbol": "", "baseCoin": coin} for coin in bases if base in {"", coin}]
    elif params.get("symbol"):
        names = [{"symbol": exchange.market({**params, "category": category}).instrument.symbol}]
    else:
        names = [{"symbol": key[1]} for key in sorted(exchange.markets) if key[0] == category]
    rows = [
        {**name, "takerFeeRate": plain(rates.taker), "makerFeeRate": plain(rates.maker)} for name in names
    ]
    return {"category": category, "list": rows} if category in {SPOT, "option"} else {"list": rows}


def withdrawal(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/account/withdrawal`: what may leave the account."""
    coins = read_needed(params, "coinName").split(",")
    if len(coins) > MOST_WITHDRAWAL_COINS:
        raise bad_param(f"params error: coinName holds more than {MOST_WITHDRAWAL_COINS} coins")
    amounts = {coin: plain(max(ZERO, exchange.risk.spendable(coin))) for coin in coins}
    return {"availableWithdrawal": amounts[coins[0]], "availableWithdrawalMap": amounts}


def collateral_row(exchange: Exchange, coin: str) -> dict[str, Any]:
    """Borrowing and collateral of one coin."""
    price = exchange.risk.usd_value(coin, Decimal(1))
    most = coin_amount(MOST_BORROWED_USD / price) if price else ZERO
    borrowed, owed = exchange.account.debts.get(coin, ZERO), exchange.account.owed(coin)
    free = FREE_AMOUNTS.get(coin, ZERO)
    counts = exchange.risk.is_collateral(coin)
    return {
        "currency": coin,
        "hourlyBorrowRate": plain(exchange.interest.rate(coin)),
        "maxBorrowingAmount": plain(most),
        "freeBorrowingLimit": plain(free),
        "freeBorrowAmount": plain(min(free, owed)),
        "borrowAmount": plain(owed),
        "otherBorrowAmount": "0",
        "availableToBorrow": plain(
            coin_amount(min(exchange.loans.borrowable(coin), max(ZERO, most - borrowed)))
        ),
        "borrowable": bool(price),
        "borrowUsageRate": plain((borrowed / most).quantize(Decimal("0.0001"))) if most else "0",
        "marginCollateral": counts,
        "collateralSwitch": counts and coin not in exchange.account.not_collateral,
        "collateralRatio": "0",
        "freeBorrowingAmount": "",
    }


def collateral_info(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/account/collateral-info`."""
    asked = read_text(params, "currency")
    if asked and asked not in known_coins(exchange):
        raise bad_param("params error: currency invalid")
    coins = [asked] if asked else known_coins(exchange)
    return {"list": [collateral_row(exchange, coin) for coin in coins]}


def switch_collateral(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/account/set-collateral-switch`."""
    _switch(exchange, params)
    return {}


def switch_collaterals(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/account/set-collateral-switch-batch`."""
    items = params.get("request")
    if not isinstance(items, list) or not items or not all(isinstance(item, dict) for item in items):
        raise bad_param("params error: request invalid")
    return {"list": [_switch(exchange, item) for item in items]}


def _switch(exchange: Exchange, params: Params) -> dict[str, str]:
    coin = read_needed(params, "coin")
    wanted = read_choice(params, "collateralSwitch", ("ON", "OFF"))
    if coin in _ALWAYS_COLLATERAL or coin not in known_coins(exchange):
        raise bad_param(f"params error: {coin} cannot be switched")
    if wanted == "OFF":
        exchange.account.not_collateral.add(coin)
    else:
        exchange.account.not_collateral.discard(coin)
    return {"coin": coin, "collateralSwitch": wanted}


def transaction_log(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/account/transaction-log`, newest first; the last day unless a window is given."""
    if read_text(params, "accountType") not in {"", "UNIFIED"}:
        raise bad_param("accountType only support UNIFIED.")
    start, end = window(params, exchange.now_ms(), default_ms=DAY_MS)
    wanted = {
        "category": read_text(params, "category"),
        "currency": read_text(params, "currency"),
        "type": read_text(params, "type"),
        "transSubType": read_text(params, "transSubType"),
    }
    base = read_text(params, "baseCoin")
    entries = [
        entry
        for entry in reversed(exchange.account.ledger)
        if start <= entry.at_ms <= end
        and (not base or (entry.execution is not None and entry.execution.order.instrument.base == base))
    ]
    sizes = sizes_after(exchange.account)
    rows = [log_row(entry, exchange.config.uid, sizes) for entry in entries]
    rows = [row for row in rows if all(value in {"", row[key]} for key, value in wanted.items())]
    found, cursor = page(rows, params, lambda row: str(row["id"]), 20, 50)
    return {"list": found, "nextPageCursor": cursor}


ROUTES: Routes = {
    ("GET", "/v5/account/wallet-balance"): private(wallet_balance),
    ("GET", "/v5/account/info"): uses(account_info),
    ("GET", "/v5/account/fee-rate"): private(fee_rate),
    ("GET", "/v5/account/withdrawal"): private(withdrawal),
    ("GET", "/v5/account/collateral-info"): private(collateral_info),
    ("POST", "/v5/account/set-collateral-switch"): private(switch_collateral, ret_msg="SUCCESS"),
    ("POST", "/v5/account/set-collateral-switch-batch"): private(switch_collaterals, ret_msg="SUCCESS"),
    ("GET", "/v5/account/transaction-log"): private(transaction_log),
}
