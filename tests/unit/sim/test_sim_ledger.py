from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from nautilus_bybit_adapter.sim import LedgerError
from nautilus_bybit_adapter.sim.exchange.amounts import coin_amount, plain
from nautilus_bybit_adapter.sim.exchange.margin import break_even, position_im, position_mm
from nautilus_bybit_adapter.sim.exchange.positions import Position

if TYPE_CHECKING:
    from tests.unit.sim.conftest import Desk

D = Decimal
BTC = {"category": "linear", "symbol": "BTCUSDT"}
RATE = D("0.00055")


def captured_position() -> Position:
    """The long of 0.158 BTC in the captured `position/list` answer."""
    entry = D("86516.68797468")
    return Position(
        leverage=D(10), size=D("0.158"), cost=coin_amount(entry * D("0.158")), current_pnl=D("-5.46785468")
    )


def test_margins_agree_with_the_captured_position() -> None:
    position, mark = captured_position(), D("86380.2")
    assert plain(position.entry_price) == "86516.68797468"
    assert position_im(position, mark, RATE) == D("1371.57363016")
    assert position_mm(position, mark, D("0.0033"), RATE) == D("51.80510644")
    assert position.unrealised(mark) == D("-21.5651")
    assert break_even(position, RATE) == D("86598.9240581")


@pytest.mark.parametrize(
    ("fills", "pnl", "size", "cost"),
    [
        ([("Buy", "1", "100"), ("Sell", "1", "101")], "1", "0", "0"),
        ([("Sell", "1", "100"), ("Buy", "1", "101")], "-1", "0", "0"),
        ([("Buy", "3", "100"), ("Sell", "1", "101")], "1", "2", "200"),
        (
            [("Buy", "1", "100"), ("Buy", "2", "100.5"), ("Sell", "1", "100")],
            "-0.33333333",
            "2",
            "200.66666667",
        ),
        ([("Buy", "1", "100"), ("Sell", "3", "110")], "10", "-2", "220"),
    ],
)
def test_positions_on_a_cost_basis(fills: list[tuple[str, str, str]], pnl: str, size: str, cost: str) -> None:
    position = Position()
    total = sum((position.fill(side, D(qty), D(price)).pnl for side, qty, price in fills), D(0))
    assert (total, position.size, position.cost) == (D(pnl), D(size), D(cost))


def test_a_turned_position_starts_its_current_total_anew() -> None:
    position = Position()
    position.book(position.fill("Buy", D(1), D(100)), D("0.05"))
    position.book(position.fill("Sell", D(3), D(110)), D("0.3"))
    assert position.current_pnl == D("-0.2")
    assert position.cumulative_pnl == D("9.65")


def test_a_round_trip_changes_the_wallet_by_sales_minus_purchases_minus_fees(desk: Desk) -> None:
    desk.place(orderType="Market", qty="2")
    desk.place(side="Sell", orderType="Market", qty="0.333")
    desk.market.set_book([("86100", "9")], [("86100.1", "9")])
    desk.place(side="Sell", orderType="Market", qty="1.667")
    account = desk.exchange.account
    fees = sum((f.fee for f in account.executions), D(0))
    flow = sum((f.value if f.side == "Sell" else -f.value for f in account.executions), D(0))
    assert account.position("BTCUSDT").size == 0
    assert account.balances["USDT"] - account.start["USDT"] == flow - fees
    assert account.realised["USDT"] == flow - fees
    desk.exchange.check()


@pytest.mark.parametrize("figure", ["balance", "fee", "position", "result", "order"])
def test_the_check_finds_a_wrong_figure(desk: Desk, figure: str) -> None:
    order = desk.place(orderType="Market", qty="0.5")
    desk.exchange.check()
    account = desk.exchange.account
    if figure == "balance":
        account.balances["USDT"] += D("0.00000001")
    elif figure == "fee":
        account.executions[0] = replace(account.executions[0], fee=D("0.1"))
    elif figure == "position":
        account.position("BTCUSDT").size += D("0.001")
    elif figure == "result":
        account.position("BTCUSDT").cost += D("0.00000001")
    else:
        order.filled -= 1
    with pytest.raises(LedgerError):
        desk.exchange.check()


def test_order_margin_is_that_of_the_dearer_side_and_closing_is_free(desk: Desk) -> None:
    risk = desk.exchange.risk
    desk.place(price="80000", qty="1")
    bought = risk.orders_im()
    assert bought == D("8039.60000000")  # 80000/10 and the fee reference 80000*0.9*0.00055
    desk.place(side="Sell", price="86500", qty="0.5")
    assert risk.orders_im() == bought
    desk.exchange.cancel_all({"category": "linear", "symbol": "BTCUSDT"})
    desk.place(orderType="Market", qty="0.5")
    desk.place(side="Sell", price="86500", qty="0.5")
    assert risk.orders_im() == 0


def test_spot_orders_lock_what_they_may_spend(desk: Desk) -> None:
    risk = desk.exchange.risk
    desk.place(category="spot", price="80000", qty="0.5")
    desk.place(category="spot", side="Sell", price="87000", qty="0.25")
    assert (risk.locked("USDT"), risk.locked("BTC")) == (D(40000), D("0.25"))
    assert risk.spendable("BTC") == D("0.75")
    assert risk.spendable("USDT") == D(60000)


def test_a_known_order_margin_that_is_wrong_is_found(desk: Desk) -> None:
    desk.place(price="80000")
    key = ("linear", "BTCUSDT")
    known = desk.exchange.risk.order_margins.known(key)
    assert desk.exchange.account.order_margins == {key: known}
    desk.exchange.check()
    desk.exchange.account.order_margins[key] = known + 1
    with pytest.raises(LedgerError, match="has an order margin of"):
        desk.exchange.check()


def test_a_known_order_margin_goes_with_what_it_depends_on(desk: Desk) -> None:
    orders, key = desk.exchange.risk.order_margins, ("linear", "BTCUSDT")
    seen: list[Decimal] = []
    order = desk.place(price="80000")
    seen.append(orders.known(key))
    desk.exchange.amend({**BTC, "orderId": order.order_id, "qty": "2"})
    seen.append(orders.known(key))
    desk.exchange.set_leverage({**BTC, "buyLeverage": "5", "sellLeverage": "5"})
    seen.append(orders.known(key))
    desk.exchange.set_margin_mode({"setMarginMode": "PORTFOLIO_MARGIN"})
    seen.append(orders.known(key))
    desk.exchange.set_margin_mode({"setMarginMode": "REGULAR_MARGIN"})
    desk.place(side="Sell", orderType="Market", qty="3")
    seen.append(orders.known(key))
    desk.exchange.cancel({**BTC, "orderId": order.order_id})
    seen.append(orders.known(key))
    assert len(set(seen)) == 5
    assert seen[-2:] == [0, 0]
    desk.exchange.check()
