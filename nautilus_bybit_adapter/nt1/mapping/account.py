"""The unified wallet as the framework's balances and margins."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from nautilus_trader.model.objects import AccountBalance, MarginBalance

from nautilus_bybit_adapter.nt1.mapping.fixed import currency_of, money_of
from nautilus_bybit_adapter.wire.account import BybitWallet, BybitWalletCoin

ZERO = Decimal(0)
# Account-wide margins of the venue are in this currency.
ACCOUNT_CURRENCY = "USD"
_DEBTS = ("borrow_amount", "spot_borrow", "accrued_interest")
_FIGURES = (
    "total_equity",
    "total_wallet_balance",
    "total_margin_balance",
    "total_available_balance",
    "total_initial_margin",
    "total_maintenance_margin",
    "total_perp_upl",
    "account_im_rate",
    "account_mm_rate",
    "account_ltv",
)


def net_of(coin: BybitWalletCoin) -> Decimal:
    """Return what there is of a coin less what spot margin borrowed of it, in units of the coin."""
    return _decimal(coin.wallet_balance) - _decimal(coin.spot_borrow)


def owed_of(coin: BybitWalletCoin) -> Decimal:
    """Return what spot trading owes of a coin, in units of the coin."""
    return _decimal(coin.spot_borrow)


def balance_of(coin: BybitWalletCoin) -> AccountBalance:
    """
    Return one coin's balance.

    The total is what the ledger holds less what spot margin borrowed; locked is what open spot orders and the
    margins of derivatives hold, never more than the total: in cross margin other coins may carry a margin.

    The venue states some balances with more decimals than the coin's currency has (18 of interest); the total is then
    the nearest amount of the currency, half to even, and locked and free add up to it exactly. `info_of` has what is
    owed with all its digits, and `net_of` the net to the last.

    Source: Bybit V5 account/wallet-balance
    """
    currency = currency_of(coin.coin)
    total = money_of(net_of(coin), currency)
    held = _decimal(coin.locked) + _decimal(coin.total_order_im) + _decimal(coin.total_position_im)
    locked = money_of(max(ZERO, min(held, total.as_decimal())), currency)
    free = money_of(total.as_decimal() - locked.as_decimal(), currency)
    return AccountBalance(total=total, locked=locked, free=free)


def balances_of(coins: Iterable[BybitWalletCoin]) -> list[AccountBalance]:
    """Return every coin's balance."""
    return [balance_of(coin) for coin in coins]


def margins_of(coins: Iterable[BybitWalletCoin], account: BybitWallet | None = None) -> list[MarginBalance]:
    """
    Return the initial and maintenance margin of each coin that carries any, orders included.

    In portfolio margin coins carry none: the account as a whole does, in USD.
    """
    margins: list[MarginBalance] = []
    for coin in coins:
        initial = _decimal(coin.total_order_im) + _decimal(coin.total_position_im)
        maintenance = _decimal(coin.total_position_mm)
        if initial or maintenance:
            currency = currency_of(coin.coin)
            margins.append(MarginBalance(money_of(initial, currency), money_of(maintenance, currency)))
    if not margins and account is not None:
        initial, maintenance = (
            _decimal(account.total_initial_margin),
            _decimal(account.total_maintenance_margin),
        )
        if initial or maintenance:
            currency = currency_of(ACCOUNT_CURRENCY)
            margins.append(MarginBalance(money_of(initial, currency), money_of(maintenance, currency)))
    return margins


def info_of(coins: Iterable[BybitWalletCoin], account: BybitWallet) -> dict[str, object]:
    """
    Return what the framework's balances have no place for, as the venue's own decimals.

    ``account`` holds the account-wide figures (USD, and fractions; none in isolated margin), ``debts`` by coin what
    is owed in all (``borrow_amount``), by spot trading (``spot_borrow``), and the interest still to be paid.
    """
    figures = {name: value for name in _FIGURES if (value := getattr(account, name))}
    debts = {}
    for coin in coins:
        owed = {name: value for name in _DEBTS if _decimal(value := getattr(coin, name))}
        if owed:
            debts[coin.coin] = owed
    return {"account": figures, "debts": debts}


def _decimal(text: str) -> Decimal:
    return Decimal(text) if text else ZERO
