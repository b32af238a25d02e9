from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from nautilus_bybit_adapter.nt1.mapping.account import balances_of, info_of, margins_of, net_of
from nautilus_bybit_adapter.state.wallet import WalletCoins
from nautilus_bybit_adapter.wire.account import BybitWallet, BybitWalletCoin


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


def test_a_balance_finer_than_its_currency_is_the_nearest_amount_and_adds_up() -> None:
    row = coin(wallet_balance="1.000000005000000001", locked="0.333333335000000000")
    (balance,) = balances_of([row])
    assert net_of(row) == Decimal("1.000000005000000001")
    assert balance.total.as_decimal() == Decimal("1.00000001")
    assert balance.locked.as_decimal() == Decimal("0.33333334")
    assert balance.free.as_decimal() == Decimal("0.66666667")


def test_margins_hold_orders_without_a_position() -> None:
    rows = [coin(), coin(coin="USDC", total_order_im="3"), coin(coin="BTC", total_position_mm="0.1")]
    assert [(m.initial.as_decimal(), m.maintenance.as_decimal()) for m in margins_of(rows)] == [
        (Decimal(3), Decimal(0)),
        (Decimal(0), Decimal("0.1")),
    ]


def wallet_of(*coins: BybitWalletCoin, **fields: str) -> BybitWallet:
    return BybitWallet(coins=list(coins), **fields)


def test_a_push_changes_only_the_coins_it_holds() -> None:
    wallet = WalletCoins()
    wallet.replace(wallet_of(coin(), coin(coin="BTC", wallet_balance="1")))
    wallet.update(wallet_of(coin(wallet_balance="90")), 1)
    assert [(each.coin, each.wallet_balance) for each in wallet.coins()] == [("USDT", "90"), ("BTC", "1")]


def test_a_coin_the_venue_no_longer_lists_is_zero() -> None:
    wallet = WalletCoins()
    wallet.replace(wallet_of(coin(), coin(coin="BTC", wallet_balance="1")))
    wallet.replace(wallet_of(coin()))
    assert [(each.coin, each.wallet_balance) for each in wallet.coins()] == [("USDT", "100"), ("BTC", "0")]


def test_of_two_pushes_the_newer_wins_whichever_came_first() -> None:
    wallet = WalletCoins()
    wallet.update(wallet_of(coin(wallet_balance="90"), total_equity="90"), 2_000)
    wallet.update(wallet_of(coin(wallet_balance="100"), coin(coin="BTC"), total_equity="100"), 1_000)
    assert [(each.coin, each.wallet_balance) for each in wallet.coins()] == [("USDT", "90"), ("BTC", "100")]
    assert wallet.account.total_equity == "90"


def test_a_push_made_before_an_answer_was_asked_for_is_passed_over() -> None:
    wallet = WalletCoins()
    wallet.replace(wallet_of(coin(wallet_balance="90")), 5_000)
    wallet.update(wallet_of(coin(wallet_balance="100")), 4_000)
    assert wallet.coins()[0].wallet_balance == "90"
    wallet.update(wallet_of(coin(wallet_balance="80")), 5_000)
    assert wallet.coins()[0].wallet_balance == "80"


def test_margin_of_a_portfolio_is_the_accounts_in_usd() -> None:
    account = wallet_of(total_initial_margin="12.5", total_maintenance_margin="4")
    (margin,) = margins_of([coin(total_order_im="", total_position_im="")], account)
    assert (str(margin.initial), str(margin.maintenance)) == ("12.50 USD", "4.00 USD")
    # In isolated margin the account as a whole has no figures.
    assert margins_of([coin()], wallet_of(total_initial_margin="")) == []


def test_debts_and_account_wide_figures_go_beside_the_balances() -> None:
    owing = coin(borrow_amount="12.500000000000000000", spot_borrow="12.5", accrued_interest="0")
    info = info_of([owing, coin(coin="BTC")], wallet_of(total_equity="87.5", account_im_rate=""))
    assert info == {
        "account": {"total_equity": "87.5"},
        "debts": {"USDT": {"borrow_amount": "12.500000000000000000", "spot_borrow": "12.5"}},
    }


def test_edge_29_more_locked_than_there_is_leaves_nothing_free() -> None:
    (balance,) = balances_of([coin(locked="130")])
    assert (str(balance.locked), str(balance.free)) == ("100.00000000 USDT", "0.00000000 USDT")


def test_edge_30_a_balance_keeps_every_digit() -> None:
    (balance,) = balances_of([coin(wallet_balance="90071992.54740993")])
    assert balance.total.as_decimal() == Decimal("90071992.54740993")


def test_edge_31_margin_of_orders_without_a_position_is_reported() -> None:
    (margin,) = margins_of([coin(total_order_im="3", total_position_im="0", total_position_mm="0")])
    assert (margin.initial.as_decimal(), margin.maintenance.as_decimal()) == (Decimal(3), Decimal(0))
