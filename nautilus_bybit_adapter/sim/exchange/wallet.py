"""The wallet as Bybit shows it: one account line in dollars and one line per coin.

Source: Bybit V5 Get Wallet Balance.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .amounts import ZERO, coin_amount, plain
from .risk import SETTLE, Risk

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .account import Account


def wallet_row(account: Account, risk: Risk, coins: Iterable[str]) -> dict[str, Any]:
    """Account figures with the lines of `coins`."""
    balances = account.balances
    unrealised = risk.unrealised()
    position_im, order_im = risk.positions_im(), risk.orders_im()
    margin = balances[SETTLE] + unrealised
    initial, maintenance = position_im + order_im, risk.positions_mm()
    wallet_usd = sum((risk.usd_value(coin, amount) for coin, amount in balances.items()), ZERO)
    return {
        "accountIMRate": _rate(initial, margin),
        "totalMaintenanceMarginByMp": _usd(maintenance),
        "totalInitialMargin": _usd(initial),
        "accountType": "UNIFIED",
        "accountMMRate": _rate(maintenance, margin),
        "accountMMRateByMp": _rate(maintenance, margin),
        "accountIMRateByMp": _rate(initial, margin),
        "totalInitialMarginByMp": _usd(initial),
        "totalMaintenanceMargin": _usd(maintenance),
        "totalEquity": _usd(wallet_usd + unrealised),
        "totalMarginBalance": _usd(margin),
        "totalAvailableBalance": _usd(max(ZERO, margin - initial - risk.locked(SETTLE))),
        "totalPerpUPL": _usd(unrealised),
        "totalWalletBalance": _usd(wallet_usd),
        "accountLTV": "0",
        "coin": [
            _settle_row(
                account, coin, risk, order_im=order_im, position_im=position_im, position_mm=maintenance
            )
            if coin == SETTLE
            else _coin_row(account, coin, risk)
            for coin in coins
        ],
    }


def _settle_row(
    account: Account, coin: str, risk: Risk, *, order_im: Decimal, position_im: Decimal, position_mm: Decimal
) -> dict[str, Any]:
    unrealised = coin_amount(risk.unrealised())
    equity = account.balances[coin] + unrealised
    return _coin_row(account, coin, risk) | {
        "totalOrderIM": plain(order_im),
        "equity": plain(equity),
        "totalPositionMM": plain(position_mm),
        "usdValue": _usd(risk.usd_value(coin, equity)),
        "unrealisedPnl": plain(unrealised),
        "collateralSwitch": True,
        "totalPositionIM": plain(position_im),
        "marginCollateral": True,
    }


def _coin_row(account: Account, coin: str, risk: Risk) -> dict[str, Any]:
    balance = account.balances[coin]
    return {
        "spotBorrow": "0",
        "availableToBorrow": "",
        "bonus": "0",
        "accruedInterest": "0",
        "availableToWithdraw": "",
        "totalOrderIM": "0",
        "equity": plain(balance),
        "totalPositionMM": "0",
        "usdValue": _usd(risk.usd_value(coin, balance)),
        "unrealisedPnl": "0",
        "collateralSwitch": False,
        "spotHedgingQty": "0",
        "borrowAmount": "0.000000000000000000",
        "totalPositionIM": "0",
        "walletBalance": plain(balance),
        "cumRealisedPnl": plain(account.realised[coin]),
        "locked": plain(risk.locked(coin)),
        "marginCollateral": False,
        "colRes": "-1",
        "coin": coin,
    }


def _usd(amount: Decimal) -> str:
    return plain(coin_amount(amount))


def _rate(part: Decimal, whole: Decimal) -> str:
    return plain((part / whole).quantize(Decimal("0.0001"))) if part and whole > 0 else "0"
