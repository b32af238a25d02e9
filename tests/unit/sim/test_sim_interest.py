"""Interest: charged once an hour on what is owed, told, and in the way of a repayment while it is reckoned."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from nautilus_bybit_adapter.sim import VenueError
from nautilus_bybit_adapter.sim.exchange.account import LedgerError
from nautilus_bybit_adapter.sim.exchange.cashbook import log_row
from nautilus_bybit_adapter.sim.exchange.exchange import ExchangeConfig
from nautilus_bybit_adapter.sim.exchange.interest import HOUR_MS, hourly_rate, is_blocked
from nautilus_bybit_adapter.sim.server import account_api, borrow_api
from tests.unit.sim.conftest import START_MS, Desk

SPOT = {"category": "spot", "symbol": "BTCUSDT"}
MINUTE_MS = 60_000
FIRST_CHARGE_MS = START_MS + 5 * MINUTE_MS
D = Decimal


def at(desk: Desk, now_ms: int) -> None:
    desk.now_ms = now_ms
    desk.exchange.advance(now_ms)


def history(desk: Desk, **params: Any) -> list[dict[str, Any]]:
    return list(borrow_api.borrow_history(desk.exchange, params)["list"])


def test_a_loan_is_charged_at_five_past_every_hour(desk: Desk) -> None:
    exchange = desk.exchange
    exchange.borrow({"coin": "BTC", "amount": "2"})
    before, desk.told[:] = exchange.account.balances["BTC"], []
    at(desk, FIRST_CHARGE_MS - 1)
    assert exchange.interest.charges == []
    at(desk, FIRST_CHARGE_MS + 20)
    at(desk, FIRST_CHARGE_MS + 70)
    (charge,) = exchange.interest.charges
    rate = hourly_rate(exchange.config.seed, "BTC", FIRST_CHARGE_MS)
    assert (charge.at_ms, charge.owed, charge.rate) == (FIRST_CHARGE_MS, D(2), rate)
    assert charge.cost == (2 * rate).quantize(D("1e-8"))
    assert exchange.account.balances["BTC"] == before - charge.cost
    entry = exchange.account.ledger[-1]
    row = log_row(entry, 1, {})
    assert (row["type"], row["currency"], D(row["change"]), row["side"]) == (
        "INTEREST",
        "BTC",
        -charge.cost,
        "None",
    )
    assert [coin["coin"] for coin in desk.rows("wallet")[0]["coin"]] == ["BTC"]
    at(desk, FIRST_CHARGE_MS + 3 * HOUR_MS)
    assert [each.at_ms for each in exchange.interest.charges] == [
        FIRST_CHARGE_MS + hour * HOUR_MS for hour in range(4)
    ]
    exchange.check()
    shown = history(desk, currency="BTC", limit="2")
    assert [item["createdTime"] for item in shown] == [FIRST_CHARGE_MS + h * HOUR_MS for h in (3, 2)]
    assert D(shown[-1]["borrowCost"]) == exchange.interest.charges[2].cost
    assert history(desk, currency="ETH") == []


def test_a_part_of_what_is_owed_bears_no_interest(desk: Desk) -> None:
    desk.exchange.borrow({"coin": "USDT", "amount": "100"})
    at(desk, FIRST_CHARGE_MS)
    (charge,) = desk.exchange.interest.charges
    assert (charge.free, charge.cost) == (D(100), D(0))
    assert all(entry.kind != "INTEREST" for entry in desk.exchange.account.ledger)
    desk.exchange.borrow({"coin": "USDT", "amount": "900"})
    at(desk, FIRST_CHARGE_MS + HOUR_MS)
    charge = desk.exchange.interest.charges[-1]
    assert charge.cost == (900 * charge.rate).quantize(D("1e-8"))
    (item,) = history(desk, limit="1")
    assert (item["InterestBearingBorrowSize"], item["freeBorrowedAmount"]) == ("900", "100")
    row = account_api.collateral_row(desk.exchange, "USDT")
    assert (row["freeBorrowingLimit"], row["freeBorrowAmount"], row["borrowAmount"]) == ("100", "100", "1000")
    assert D(row["hourlyBorrowRate"]) == hourly_rate(1, "USDT", desk.now_ms)
    desk.exchange.check()


def test_what_a_balance_lacks_for_the_interest_is_lent_too(desk: Desk) -> None:
    desk.spot.set_book([("86000", "9")], [("86000.1", "9")])
    desk.place(**SPOT, orderType="Market", side="Sell", qty="1.5", isLeverage=1)
    account = desk.exchange.account
    assert (account.balances["BTC"], account.debts["BTC"]) == (D(0), D("0.5"))
    at(desk, FIRST_CHARGE_MS)
    cost = desk.exchange.interest.charges[-1].cost
    assert (account.balances["BTC"], account.debts["BTC"]) == (D(0), D("0.5") + cost)
    assert [entry.kind for entry in account.ledger][-2:] == ["BORROW", "INTEREST"]
    desk.exchange.check()


def test_losses_of_contracts_beyond_the_balance_bear_interest() -> None:
    desk = Desk(ExchangeConfig(balances={"USDT": D(0), "BTC": D(1)}))
    desk.market.set_book([("86000", "5")], [("86000.1", "5")])
    desk.place(orderType="Market", qty="1")
    desk.place(orderType="Market", side="Sell", qty="1")
    before = desk.exchange.account.balances["USDT"]
    desk.exchange.account.enter(desk.now_ms, "USDT", "TRANSFER_OUT", cash_flow=D(-1000))
    at(desk, FIRST_CHARGE_MS)
    (charge,) = desk.exchange.interest.charges
    assert charge.lost == charge.owed == 1000 - before
    assert desk.exchange.account.balances["USDT"] == before - 1000 - charge.cost
    assert desk.exchange.account.debts.get("USDT", D(0)) == 0
    desk.exchange.check()


@pytest.mark.parametrize(
    ("minute", "second", "blocked"),
    [(3, 59, False), (4, 0, True), (5, 0, True), (5, 29, True), (5, 30, False), (34, 30, False)],
)
def test_nothing_is_repaid_while_interest_is_reckoned(
    desk: Desk, minute: int, second: int, blocked: bool
) -> None:
    desk.exchange.borrow({"coin": "BTC", "amount": "0.5"})
    desk.now_ms = START_MS // HOUR_MS * HOUR_MS + (minute * 60 + second) * 1000
    assert is_blocked(desk.now_ms) == blocked
    for call in (desk.exchange.repay, desk.exchange.repay_converting):
        if blocked:
            with pytest.raises(VenueError) as refused:
                call({"coin": "BTC", "amount": "0.1"})
            assert refused.value.ret_code == 34022035
        else:
            assert call({"coin": "BTC", "amount": "0.1"}) == {"resultStatus": "SU"}


def test_interest_that_is_booked_twice_is_found(desk: Desk) -> None:
    desk.exchange.borrow({"coin": "BTC", "amount": "2"})
    at(desk, FIRST_CHARGE_MS)
    desk.exchange.account.charge_interest(FIRST_CHARGE_MS, "BTC", desk.exchange.interest.charges[-1].cost)
    with pytest.raises(LedgerError, match="interest"):
        desk.exchange.check()


def test_an_account_that_owes_nothing_pays_nothing(desk: Desk) -> None:
    at(desk, FIRST_CHARGE_MS + 5 * HOUR_MS)
    assert desk.exchange.interest.charges == []
    assert desk.exchange.account.ledger == []
