"""The unified wallet as the framework's balances and margins."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from nautilus_trader.model.objects import AccountBalance, MarginBalance

from nautilus_bybit_adapter.nt1.mapping.fixed import currency_of, money_of
from nautilus_bybit_adapter.wire.account import BybitWalletCoin

ZERO = Decimal(0)


def balance_of(coin: BybitWalletCoin) -> AccountBalance:
    """
    Return one coin's balance.

    The total is what the ledger holds less what spot margin borrowed; locked is what open spot orders and the
    margins of derivatives hold, never more than the total: in cross margin other coins may carry a margin.

    Source: Bybit V5 account/wallet-balance
    """
    currency = currency_of(coin.coin)
    total = money_of(_decimal(coin.wallet_balance) - _decimal(coin.spot_borrow), currency)
    held = _decimal(coin.locked) + _decimal(coin.total_order_im) + _decimal(coin.total_position_im)
    locked = money_of(max(ZERO, min(held, total.as_decimal())), currency)
    free = money_of(total.as_decimal() - locked.as_decimal(), currency)
    return AccountBalance(total=total, locked=locked, free=free)


def balances_of(coins: Iterable[BybitWalletCoin]) -> list[AccountBalance]:
    """Return every coin's balance."""
    return [balance_of(coin) for coin in coins]


def margins_of(coins: Iterable[BybitWalletCoin]) -> list[MarginBalance]:
    """Return the initial and maintenance margin of each coin that carries any, orders included."""
    margins = []
    for coin in coins:
        initial = _decimal(coin.total_order_im) + _decimal(coin.total_position_im)
        maintenance = _decimal(coin.total_position_mm)
        if initial or maintenance:
            currency = currency_of(coin.coin)
            margins.append(MarginBalance(money_of(initial, currency), money_of(maintenance, currency)))
    return margins


def _decimal(text: str) -> Decimal:
    return Decimal(text) if text else ZERO
