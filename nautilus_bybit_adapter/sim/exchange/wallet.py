"""The wallet as Bybit shows it: one account line in dollars and one line per coin.

Source: Bybit V5 Get Wallet Balance.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .amounts import ZERO, coin_amount, plain
from .risk import CoinMargin, Risk

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .account import Account

# Account figures that an account in isolated margin does not have.
_CROSS_ONLY = (
    "accountIMRate",
    "accountIMRateByMp",
    "accountMMRate",
    "accountMMRateByMp",
    "totalInitialMargin",
    "totalInitialMarginByMp",
    "totalMaintenanceMargin",
    "totalMaintenanceMarginByMp",
    "totalMarginBalance",
    "totalAvailableBalance",
)


def wallet_row(account: Account, risk: Risk, coins: Iterable[str]) -> dict[str, Any]:
    """Account figures in dollars with the lines of `coins`."""
    sheet = risk.sheet()
    total = risk.totals(sheet)
    row: dict[str, Any] = {
        "accountIMRate": _rate(total.initial, total.backing),
        "totalMaintenanceMarginByMp": _usd(total.maintenance),
        "totalInitialMargin": _usd(total.initial),
        "accountType": "UNIFIED",
        "accountMMRate": _rate(total.maintenance, total.backing),
        "accountMMRateByMp": _rate(total.maintenance, total.backing),
        "accountIMRateByMp": _rate(total.initial, total.backing),
        "totalInitialMarginByMp": _usd(total.initial),
        "totalMaintenanceMargin": _usd(total.maintenance),
        "totalEquity": _usd(total.equity),
        "totalMarginBalance": _usd(total.margin),
        "totalAvailableBalance": _usd(max(ZERO, total.available)),
        "totalPerpUPL": _usd(total.unrealised),
        "totalWalletBalance": _usd(total.wallet),
        "accountLTV": "0",
        "coin": [_coin_row(account, risk, coin, sheet.get(coin) or CoinMargin()) for coin in coins],
    }
    if account.margin_mode == "ISOLATED_MARGIN":
        row |= dict.fromkeys(_CROSS_ONLY, "")
    elif account.margin_mode == "PORTFOLIO_MARGIN":
        for coin_row in row["coin"]:
            coin_row.update(dict.fromkeys(("totalOrderIM", "totalPositionIM", "totalPositionMM"), ""))
    return row


def _coin_row(account: Account, risk: Risk, coin: str, of: CoinMargin) -> dict[str, Any]:
    balance, unrealised = account.balances.get(coin, ZERO), coin_amount(of.unrealised)
    debt = account.debts.get(coin, ZERO)
    equity = coin_amount(balance - debt + unrealised + of.option_value)
    return {
        "spotBorrow": plain(debt),
        "availableToBorrow": "",
        "bonus": "0",
        "accruedInterest": "0",
        "availableToWithdraw": "",
        "totalOrderIM": plain(of.order_im),
        "equity": plain(equity),
        "totalPositionMM": plain(of.position_mm),
        "usdValue": _usd(risk.usd_value(coin, equity)),
        "unrealisedPnl": plain(unrealised),
        "collateralSwitch": bool(risk.ratio(coin)),
        "spotHedgingQty": "0",
        "borrowAmount": f"{account.owed(coin):.18f}",
        "totalPositionIM": plain(of.position_im),
        "walletBalance": plain(balance),
        "cumRealisedPnl": plain(account.realised.get(coin, ZERO)),
        "locked": plain(risk.locked(coin)),
        "marginCollateral": risk.is_collateral(coin),
        "colRes": "-1",
        "coin": coin,
    }


def _usd(amount: Decimal) -> str:
    return plain(coin_amount(amount))


def _rate(part: Decimal, whole: Decimal) -> str:
    return plain((part / whole).quantize(Decimal("0.0001"))) if part and whole > 0 else "0"
