from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from nautilus_bybit_adapter.nt1.mapping.account import balances_of, margins_of
from nautilus_bybit_adapter.state.wallet import WalletCoins
from nautilus_bybit_adapter.wire.account import BybitWalletCoin


def coin(**fields: Any) -> BybitWalletCoin:
    return BybitWalletCoin(**{"coin": "USDT", "wallet_balance": "100"} | fields)


@pytest.mark.parametrize(
    ("row", "total", "locked", "free"),
    [
        (coin(), "100", "0", "100"),
        (coin(locked="30"), "100", "30", "70"),
        (coin(total_order_im="10", total_position_im="5.5"), "100", "15.5", "84.5"),
        # Other coins may carry a margin: free is never below zero.
        (coin(locked="80", total_position_im="50"), "100", "100", "0"),
        (coin(spot_borrow="25"), "75", "0", "75"),
        (coin(spot_borrow="125"), "-25", "0", "-25"),
        (coin(wallet_balance="0.123456789123"), "0.12345679", "0", "0.12345679"),
        (coin(wallet_balance=""), "0", "0", "0"),
    ],
)
def test_a_coin_is_total_locked_and_free(row: BybitWalletCoin, total: str, locked: str, free: str) -> None:
    (balance,) = balances_of([row])
    assert balance.total.as_decimal() == Decimal(total)
    assert balance.locked.as_decimal() == Decimal(locked)
    assert balance.free.as_decimal() == Decimal(free)


def test_margins_hold_orders_without_a_position() -> None:
    rows = [coin(), coin(coin="USDC", total_order_im="3"), coin(coin="BTC", total_position_mm="0.1")]
    assert [(m.initial.as_decimal(), m.maintenance.as_decimal()) for m in margins_of(rows)] == [
        (Decimal(3), Decimal(0)),
        (Decimal(0), Decimal("0.1")),
    ]


def test_a_push_changes_only_the_coins_it_holds() -> None:
    wallet = WalletCoins()
    wallet.replace([coin(), coin(coin="BTC", wallet_balance="1")])
    wallet.update([coin(wallet_balance="90")])
    assert [(each.coin, each.wallet_balance) for each in wallet.coins()] == [("USDT", "90"), ("BTC", "1")]


def test_a_coin_the_venue_no_longer_lists_is_zero() -> None:
    wallet = WalletCoins()
    wallet.replace([coin(), coin(coin="BTC", wallet_balance="1")])
    wallet.replace([coin()])
    assert [(each.coin, each.wallet_balance) for each in wallet.coins()] == [("USDT", "100"), ("BTC", "0")]
