"""Fees in MNT and taxes on fees: who pays what, in which coin, and how it is told."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from nautilus_bybit_adapter.sim import SimConfig
from nautilus_bybit_adapter.sim.config import ConfigError
from nautilus_bybit_adapter.sim.exchange.cashbook import log_row, sizes_after
from nautilus_bybit_adapter.sim.exchange.exchange import ExchangeConfig
from nautilus_bybit_adapter.sim.exchange.fees import FeeTerms
from nautilus_bybit_adapter.sim.exchange.wire import execution_item, execution_row, order_row

from .conftest import Desk

D = Decimal
BUY = {"side": "Buy", "orderType": "Market", "qty": "0.1"}
LINEAR = {"category": "linear", "symbol": "BTCUSDT"}
SPOT = {"category": "spot", "symbol": "BTCUSDT", "marketUnit": "baseCoin"}


def desk_with(terms: FeeTerms, **balances: str) -> Desk:
    coins = {"USDT": D(100_000), "BTC": D(1), **{coin: D(amount) for coin, amount in balances.items()}}
    desk = Desk(ExchangeConfig(balances=coins, fee_terms=terms))
    for market in (LINEAR, SPOT):
        book = desk.exchange.market(market)
        book.set_book([(D(86_000), "5")], [(D("86000.1"), "5")])
    return desk


@pytest.mark.parametrize(
    ("market", "rate", "paid_part"), [(LINEAR, "0.00055", "0.9"), (SPOT, "0.001", "0.75")]
)
def test_a_fee_in_mnt_is_smaller_and_leaves_the_other_coins_alone(
    market: dict[str, str], rate: str, paid_part: str
) -> None:
    desk = desk_with(FeeTerms(mnt_price=D("0.5")), MNT="1000")
    order = desk.place(**market, **BUY)
    (fill,) = desk.exchange.account.executions
    mnt = fill.value * D(rate) * D(paid_part) / D("0.5")
    assert fill.fee_coin == "MNT"
    assert fill.fee == mnt.quantize(D("1E-8"))
    balances = desk.exchange.account.balances
    assert balances["MNT"] == 1000 - fill.fee
    if market is SPOT:
        assert balances["BTC"] == D("1.1")
        assert balances["USDT"] == 100_000 - fill.value
    else:
        assert balances["USDT"] == 100_000
        assert desk.exchange.position(desk.exchange.market(LINEAR)).cumulative_pnl == 0
    assert order_row(order, 0)["cumFeeDetail"] == {"MNT": f"{fill.fee.normalize():f}"}
    assert execution_row(fill)["feeCurrency"] == "MNT"
    desk.exchange.check()


def test_without_enough_mnt_the_usual_coin_pays() -> None:
    desk = desk_with(FeeTerms(mnt_price=D("0.5")), MNT="0.01")
    desk.place(**LINEAR, **BUY)
    (fill,) = desk.exchange.account.executions
    assert (fill.fee_coin, desk.exchange.account.balances["MNT"]) == ("USDT", D("0.01"))
    desk.exchange.check()


def test_a_tax_is_charged_beside_the_fee_and_told_on_both_ways() -> None:
    desk = desk_with(FeeTerms(tax=D("0.18")))
    desk.place(**LINEAR, **BUY)
    account = desk.exchange.account
    (fill,) = account.executions
    assert fill.tax == (fill.fee * D("0.18")).quantize(D("1E-8"))
    assert account.balances["USDT"] == 100_000 - fill.fee - fill.tax
    (told,) = execution_row(fill)["extraFees"]
    assert told == {
        "feeCoin": "USDT",
        "feeType": "GST",
        "subFeeType": "IND_GST",
        "feeRate": "0.000099",
        "fee": f"{fill.tax.normalize():f}",
    }
    assert json.loads(execution_item(fill)["extraFees"]) == [told]
    (row,) = [log_row(entry, 1, sizes_after(account)) for entry in account.ledger]
    assert D(row["change"]) == -fill.fee - fill.tax
    assert json.loads(row["extraFees"]) == [told]
    assert desk.exchange.position(desk.exchange.market(LINEAR)).cumulative_pnl == -fill.fee - fill.tax
    desk.exchange.check()


def test_margins_reckon_with_the_tax_on_the_closing_fee() -> None:
    """The reference fee of an account with 18 % tax is 1.18 times 0.00055, as captured."""
    taxed, plain = desk_with(FeeTerms(tax=D("0.18"))), desk_with(FeeTerms())
    assert taxed.exchange.risk.taker_rate == D("0.000649")
    assert plain.exchange.risk.taker_rate == D("0.00055")


@pytest.mark.parametrize(
    ("wrong", "text"),
    [({"mnt_price": D(0)}, "mnt_price must be above 0"), ({"fee_tax": D(2)}, "fee_tax must be from 0 to 1")],
)
def test_terms_out_of_range_are_refused(wrong: dict[str, Any], text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        SimConfig(**wrong)
