"""Funding, liquidation, deleveraging, delivery and loans: frames, ledger and wallet."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from nautilus_bybit_adapter.sim import VenueError
from nautilus_bybit_adapter.sim.exchange import queries
from nautilus_bybit_adapter.sim.exchange.cashbook import log_row, sizes_after
from nautilus_bybit_adapter.sim.exchange.closed_pnl import closed_parts
from nautilus_bybit_adapter.sim.exchange.exchange import ExchangeConfig
from nautilus_bybit_adapter.sim.exchange.wallet import wallet_row
from nautilus_bybit_adapter.sim.server import borrow_api
from tests.unit.sim.conftest import START_MS, Desk

if TYPE_CHECKING:
    from nautilus_bybit_adapter.sim.exchange.account import LedgerEntry

LINEAR = {"category": "linear", "symbol": "BTCUSDT"}
SPOT = {"category": "spot", "symbol": "BTCUSDT"}
MARKET = {"orderType": "Market"}
EIGHT_HOURS_MS = 8 * 3_600_000
D = Decimal


def last_entry(desk: Desk) -> LedgerEntry:
    return desk.exchange.account.ledger[-1]


@pytest.mark.parametrize(
    ("side", "rate", "paid"), [("Buy", "0.0001", 1), ("Sell", "0.0001", -1), ("Buy", "-0.0002", -2)]
)
def test_funding(desk: Desk, side: str, rate: str, paid: int) -> None:
    desk.place(**MARKET, side=side, qty="0.5")
    account = desk.exchange.account
    before, mark = account.balances["USDT"], desk.market.mark
    current = account.position("BTCUSDT").current_pnl
    desk.told.clear()
    desk.exchange.settle_funding("BTCUSDT", D(rate))
    fee = mark * D("0.5") * D("0.0001") * paid
    (row,) = desk.rows("execution")
    assert {
        name: row[name]
        for name in (
            "execType", "orderType", "stopOrderType", "orderLinkId", "orderPrice", "orderQty", "createType",
            "side", "execQty", "execFee", "feeRate", "isMaker", "closedSize", "leavesQty",
        )
    } == {
        "execType": "Funding", "orderType": "UNKNOWN", "stopOrderType": "UNKNOWN", "orderLinkId": "",
        "orderPrice": "0", "orderQty": "0", "createType": "", "side": side, "execQty": "0.5",
        "execFee": f"{fee.normalize():f}", "feeRate": rate, "isMaker": False, "closedSize": "0", "leavesQty": "0",
    }  # fmt: skip
    assert desk.topics() == ["execution", "position", "wallet"]
    assert account.balances["USDT"] == before - fee
    assert account.position("BTCUSDT").current_pnl == current - fee
    assert (last_entry(desk).kind, last_entry(desk).funding, last_entry(desk).fee) == (
        "SETTLEMENT",
        -fee,
        D(0),
    )
    page = queries.executions(desk.exchange, LINEAR | {"execType": "Funding"})
    assert [item["execType"] for item in page["list"]] == ["Funding"]
    assert len(queries.executions(desk.exchange, LINEAR)["list"]) == 2
    desk.exchange.check()


def test_funding_comes_with_the_clock(desk: Desk) -> None:
    desk.place(**MARKET, qty="0.5")
    due = (START_MS // EIGHT_HOURS_MS + 1) * EIGHT_HOURS_MS
    desk.now_ms = due - 1
    desk.exchange.advance(desk.now_ms)
    assert not desk.exchange.funding.history
    desk.now_ms = due + EIGHT_HOURS_MS + 5
    desk.exchange.advance(desk.now_ms)
    desk.exchange.advance(desk.now_ms)
    assert [rate.at_ms for rate in desk.exchange.funding.history["linear", "BTCUSDT"]] == [
        due,
        due + EIGHT_HOURS_MS,
    ]
    fundings = [f for f in desk.exchange.account.executions if f.exec_type == "Funding"]
    assert [f.at_ms for f in fundings] == [due, due + EIGHT_HOURS_MS]
    desk.exchange.check()


def test_an_inverse_position_is_funded_in_its_coin(desk: Desk) -> None:
    market = desk.exchange.markets["inverse", "BTCUSD"]
    market.set_book([("86000", "100000")], [("86000.5", "100000")])
    desk.place(category="inverse", symbol="BTCUSD", **MARKET, qty="8600")
    desk.exchange.settle_funding("BTCUSD", D("0.001"), category="inverse")
    assert last_entry(desk).coin == "BTC"
    assert last_entry(desk).funding == -(D(8600) / market.mark * D("0.001")).quantize(D("1E-8"))
    desk.exchange.check()


def test_liquidation_on_demand(desk: Desk) -> None:
    desk.place(**MARKET, qty="0.5", stopLoss="80000")
    resting = desk.place(price="85000", qty="0.1")
    desk.told.clear()
    desk.exchange.liquidate("BTCUSDT")
    (execution,) = desk.rows("execution")
    assert (
        execution["execType"],
        execution["createType"],
        execution["orderLinkId"],
        execution["closedSize"],
    ) == (
        "BustTrade",
        "CreateByTakeOver_PassThrough",
        "",
        "0.5",
    )
    shown = [(row["positionStatus"], row["size"]) for row in desk.rows("position")]
    assert shown[0] == ("Liq", "0.5")
    assert shown[-1] == ("Normal", "0")
    rows = {row["orderId"]: (row["orderStatus"], row["cancelType"]) for row in desk.rows("order")}
    assert rows[resting.order_id] == ("Cancelled", "CancelAllBeforeLiq")
    assert ("Deactivated", "CancelByTpSlTsClear") in rows.values()
    assert last_entry(desk).kind == "LIQUIDATION"
    assert not desk.exchange.account.position("BTCUSDT").size
    with pytest.raises(VenueError) as refused:
        desk.exchange.liquidate("BTCUSDT")
    assert refused.value.ret_code == 110034
    desk.exchange.check()


def poor_desk() -> Desk:
    desk = Desk(ExchangeConfig(balances={"USDT": D(10_000)}))
    desk.market.set_book([("86000.0", "1")], [("86000.1", "1")])
    desk.told.clear()
    return desk


@pytest.mark.parametrize(("side", "price"), [("Buy", "77300"), ("Sell", "94700")])
def test_an_account_without_its_maintenance_margin_is_liquidated(side: str, price: str) -> None:
    desk = poor_desk()
    desk.place(**MARKET, side=side, qty="1")
    mark = D(price)
    for step in (mark + (100 if side == "Buy" else -100), mark):
        desk.market.set_book([(step, "1")], [(step + D("0.1"), "1")])
    desk.now_ms += 100
    assert desk.exchange.risk.totals().backing > desk.exchange.risk.totals().maintenance
    desk.exchange.advance(desk.now_ms)
    assert desk.exchange.account.position("BTCUSDT").size
    beyond = mark - 1100 if side == "Buy" else mark + 1100
    desk.market.set_book([(beyond, "1")], [(beyond + D("0.1"), "1")])
    desk.now_ms += 100
    desk.exchange.advance(desk.now_ms)
    assert not desk.exchange.account.position("BTCUSDT").size
    assert D(0) <= desk.exchange.account.balances["USDT"] < D(400)
    desk.exchange.check()


def test_no_price_liquidates_a_position_the_account_covers_whole() -> None:
    """An account of 20000 USDT with 0.158 BTC was captured with an empty `liqPrice`."""
    desk = Desk(ExchangeConfig(balances={"USDT": D(20_000)}))
    desk.market.set_book([("86000.0", "1")], [("86000.1", "1")])
    assert queries.positions(desk.exchange, LINEAR)["list"][0]["liqPrice"] == ""
    desk.place(**MARKET, qty="0.158")
    assert queries.positions(desk.exchange, LINEAR)["list"][0]["liqPrice"] == ""
    assert desk.rows("position")[-1]["liqPrice"] == ""


@pytest.mark.parametrize("side", ["Buy", "Sell"])
def test_the_estimated_price_is_where_the_account_is_liquidated(side: str) -> None:
    desk = poor_desk()
    desk.place(**MARKET, side=side, qty="1")
    (item,) = queries.positions(desk.exchange, LINEAR)["list"]
    price, away = D(item["liqPrice"]).quantize(D("0.1")), -1 if side == "Buy" else 1
    assert (price - 86000) * away > 0
    for step, is_left in ((price - away, True), (price + away, False)):
        desk.market.set_book([(step, "1")], [(step + D("0.1"), "1")])
        desk.now_ms += 100
        desk.exchange.advance(desk.now_ms)
        assert bool(desk.exchange.account.position("BTCUSDT").size) == is_left
    desk.exchange.check()


def test_a_limit_price_beyond_the_liquidation_price_is_refused() -> None:
    desk = poor_desk()
    desk.place(**MARKET, qty="1")
    price = D(queries.positions(desk.exchange, LINEAR)["list"][0]["liqPrice"]).quantize(D("0.1"))
    desk.place(price=str(price + 10), qty="0.001")
    with pytest.raises(VenueError) as refused:
        desk.place(price=str(price - 10), qty="0.001")
    assert refused.value.ret_code == 110003


def test_deleveraging(desk: Desk) -> None:
    desk.place(**MARKET, qty="0.5")
    resting = desk.place(price="85000", qty="0.1")
    desk.told.clear()
    desk.exchange.adl("BTCUSDT", D("0.2"))
    (execution,) = desk.rows("execution")
    assert (execution["execType"], execution["createType"], execution["execQty"], execution["side"]) == (
        "AdlTrade",
        "CreateByAdl_PassThrough",
        "0.2",
        "Sell",
    )
    assert resting.cancel_type == "CancelAllBeforeAdl"
    assert last_entry(desk).kind == "ADL"
    assert desk.exchange.account.position("BTCUSDT").size == D("0.3")
    desk.exchange.check()


def test_delivery(desk: Desk) -> None:
    symbol = next(
        key[1] for key, m in desk.exchange.markets.items() if key[0] == "linear" and m.instrument.delivery_ms
    )
    market = desk.exchange.markets["linear", symbol]
    mark, tick = market.mark, market.instrument.tick
    market.set_book([(mark, "5")], [(mark + tick, "5")])
    request: dict[str, Any] = {"symbol": symbol, "qty": plain_qty(market.instrument.min_qty * 10)}
    desk.place(**MARKET, **request)
    resting = desk.place(**request, price=str((mark * D("0.9")).quantize(tick)))
    desk.told.clear()
    desk.exchange.deliver(symbol)
    (execution,) = desk.rows("execution")
    assert (execution["execType"], execution["closedSize"]) == ("Delivery", request["qty"])
    assert resting.cancel_type == "CancelBySettle"
    assert last_entry(desk).kind == "DELIVERY"
    with pytest.raises(VenueError) as refused:
        desk.place(**MARKET, **request)
    assert refused.value.ret_code == 110074
    with pytest.raises(VenueError):
        desk.exchange.deliver("BTCUSDT")
    desk.exchange.check()


def plain_qty(qty: Decimal) -> str:
    return f"{qty.normalize():f}"


def test_a_spot_margin_order_borrows_what_it_lacks(desk: Desk) -> None:
    account = desk.exchange.account
    desk.spot.set_book([("86000", "9")], [("86000.1", "9")])
    order = desk.place(**SPOT, **MARKET, side="Sell", qty="1.5", isLeverage=1)
    assert order.status == "Filled"
    assert (account.debts["BTC"], account.balances["BTC"]) == (D("0.5"), D(0))
    (coin,) = (c for c in desk.rows("wallet")[0]["coin"] if c["coin"] == "BTC")
    assert (coin["spotBorrow"], coin["equity"]) == ("0.5", "-0.5")
    assert [entry.kind for entry in account.ledger] == ["BORROW", "TRADE", "TRADE"]
    desk.exchange.check()
    desk.place(**SPOT, **MARKET, qty="0.2", marketUnit="baseCoin")
    assert desk.exchange.repay({"coin": "BTC"}) == {"resultStatus": "SU"}
    assert account.debts["BTC"] == D("0.5") - D("0.1998")
    assert last_entry(desk).kind == "REPAY"
    desk.exchange.check()


@pytest.mark.parametrize(
    ("enabled", "fields", "code"),
    [
        (True, {"qty": "1.5"}, 170131),
        (True, {"qty": "9", "isLeverage": "1"}, 170131),
        (False, {"qty": "1.5", "isLeverage": 1}, 170036),
    ],
)
def test_refused_margin_orders(desk: Desk, enabled: bool, fields: dict[str, Any], code: int) -> None:
    desk.exchange.loans.enabled = enabled
    with pytest.raises(VenueError) as refused:
        desk.place(**SPOT, **MARKET, side="Sell", **fields)
    assert refused.value.ret_code == code


def test_borrow_and_repay(desk: Desk) -> None:
    free = desk.exchange.risk.available()
    assert desk.exchange.borrow({"coin": "BTC", "amount": "1"}) == {"coin": "BTC", "amount": "1"}
    loan_margin = desk.exchange.risk.price("BTC") / 3
    assert abs(free - desk.exchange.risk.available() - loan_margin) < D("0.01")
    for call, params, code in (
        (desk.exchange.borrow, {"coin": "BTC", "amount": "1000"}, 34022030),
        (desk.exchange.borrow, {"coin": "BTC", "amount": "0"}, 34022011),
        (desk.exchange.borrow, {"coin": "", "amount": "1"}, 10001),
        (desk.exchange.borrow, {"coin": "BTC", "amount": "x"}, 10001),
        (desk.exchange.repay, {"coin": "ETH"}, 34022041),
        (desk.exchange.repay, {"coin": "BTC", "amount": "3"}, 110012),
    ):
        with pytest.raises(VenueError) as refused:
            call(params)
        assert refused.value.ret_code == code
    desk.exchange.repay({"coin": "BTC", "amount": "0.4"})
    assert desk.exchange.account.debts["BTC"] == D("0.6")
    desk.exchange.check()


def test_a_repay_converts_what_the_coin_lacks(desk: Desk) -> None:
    account = desk.exchange.account
    desk.spot.set_book([("86000", "9")], [("86000.1", "9")])
    desk.place(**SPOT, **MARKET, side="Sell", qty="1.5", isLeverage="1")
    before, price = account.balances["USDT"], desk.exchange.risk.price("BTC")
    assert desk.exchange.repay_converting({"coin": "BTC"}) == {"resultStatus": "SU"}
    assert (account.debts["BTC"], account.balances["BTC"]) == (D(0), D(0))
    assert before - account.balances["USDT"] == D("0.5") * price
    with pytest.raises(VenueError):
        desk.exchange.repay_converting({"coin": "BTC"})
    desk.exchange.borrow({"coin": "ETH", "amount": "1"})
    assert borrow_api.quick_repayment(desk.exchange, {}) == {"list": [{"coin": "ETH", "repaymentQty": "1"}]}
    desk.exchange.check()


def test_closed_results_and_the_log_skip_what_funding_does_not_move(desk: Desk) -> None:
    desk.place(**MARKET, qty="0.5")
    desk.exchange.settle_funding("BTCUSDT", D("0.0001"))
    desk.exchange.adl("BTCUSDT", D("0.2"))
    desk.exchange.liquidate("BTCUSDT")
    parts = closed_parts(desk.exchange.account, "linear")
    assert [(part.exec_type, part.qty) for part in parts] == [("AdlTrade", D("0.2")), ("BustTrade", D("0.3"))]
    sizes = sizes_after(desk.exchange.account)
    assert list(sizes.values()) == [D("0.5"), D("0.5"), D("0.3"), D(0)]
    rows = [log_row(entry, 1, sizes) for entry in desk.exchange.account.ledger]
    assert [row["type"] for row in rows] == ["TRADE", "SETTLEMENT", "ADL", "LIQUIDATION"]
    assert rows[1]["funding"].startswith("-")


def test_margin_modes(desk: Desk) -> None:
    exchange = desk.exchange
    with pytest.raises(VenueError) as refused:
        exchange.set_margin_mode({"setMarginMode": "REGULAR_MARGIN"})
    assert refused.value.ret_code == 110026
    assert exchange.set_margin_mode({"setMarginMode": "ISOLATED_MARGIN"}) == []
    row = wallet_row(exchange.account, exchange.risk, ["USDT"])
    assert (row["totalAvailableBalance"], row["accountMMRate"]) == ("", "")
    assert exchange.set_margin_mode({"setMarginMode": "PORTFOLIO_MARGIN"}) == []
    row = wallet_row(exchange.account, exchange.risk, ["USDT"])
    assert row["totalAvailableBalance"] != ""
    assert row["coin"][0]["totalPositionIM"] == ""
    assert queries.positions(exchange, LINEAR)["list"][0]["leverage"] == ""
    with pytest.raises(VenueError) as refused:
        exchange.set_leverage(LINEAR | {"buyLeverage": "5", "sellLeverage": "5"})
    assert refused.value.ret_code == 110038


def test_no_figure_is_booked_twice(desk: Desk) -> None:
    desk.place(**MARKET, qty="0.5")
    desk.exchange.settle_funding("BTCUSDT", D("0.001"))
    account = desk.exchange.account
    account.executions[-1] = replace(account.executions[-1], fee=D(1))
    with pytest.raises(Exception, match="booked as"):
        desk.exchange.check()
