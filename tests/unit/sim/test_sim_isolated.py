"""Isolated margin: what a position holds, where it is liquidated, and what it may be given."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from nautilus_bybit_adapter.sim import VenueError
from nautilus_bybit_adapter.sim.exchange import queries
from nautilus_bybit_adapter.sim.exchange.account import LedgerError
from nautilus_bybit_adapter.sim.exchange.exchange import ExchangeConfig
from nautilus_bybit_adapter.sim.exchange.orders import Order
from nautilus_bybit_adapter.sim.exchange.wallet import wallet_row
from tests.unit.sim.conftest import Desk

if TYPE_CHECKING:
    from collections.abc import Callable

LINEAR = {"category": "linear", "symbol": "BTCUSDT"}
INVERSE = {"category": "inverse", "symbol": "BTCUSD"}
SPOT = {"category": "spot", "symbol": "BTCUSDT"}
MARKET = {"orderType": "Market"}
RATE = Decimal("0.00055")
D = Decimal


def isolated_desk(usdt: int = 100_000) -> Desk:
    desk = Desk(ExchangeConfig(balances={"USDT": D(usdt), "BTC": D(1)}))
    assert desk.exchange.set_margin_mode({"setMarginMode": "ISOLATED_MARGIN"}) == []
    move(desk, D(86000))
    inverse = desk.exchange.markets["inverse", "BTCUSD"]
    inverse.set_book([("86000", "100000")], [("86000.5", "100000")])
    desk.told.clear()
    return desk


def move(desk: Desk, price: Decimal) -> None:
    """Bring the book, and with it the mark, to a price, and let the venue look at it."""
    desk.market.set_book([(price, "9")], [(price + D("0.1"), "9")])
    desk.now_ms += 100
    desk.exchange.advance(desk.now_ms)


def row(desk: Desk, where: dict[str, str] = LINEAR) -> dict[str, Any]:
    return dict(queries.positions(desk.exchange, where)["list"][0])


def code_of(call: Callable[..., object], *args: object) -> int:
    with pytest.raises(VenueError) as refused:
        call(*args)
    return refused.value.ret_code


def test_a_position_is_margined_from_its_entry_and_liquidated_at_a_price_that_stands_still() -> None:
    desk = isolated_desk()
    desk.place(**MARKET, qty="0.1")
    value = D("8600.01")
    buffer = value * D("0.9") * RATE
    shown = row(desk)
    margin, least = value / 10 + buffer, value * D("0.0033") + buffer
    assert abs(D(shown["positionIM"]) - margin) < D("1e-8")
    assert abs(D(shown["positionMM"]) - least) < D("1e-8")
    price = (value - (margin - least)) / D("0.1")
    assert abs(D(shown["liqPrice"]) - price) < D("1e-6")
    move(desk, D(85000))
    assert {name: row(desk)[name] for name in ("liqPrice", "positionIM", "positionMM")} == {
        name: shown[name] for name in ("liqPrice", "positionIM", "positionMM")
    }
    account = wallet_row(desk.exchange.account, desk.exchange.risk, ["USDT"])
    assert {
        account[name]
        for name in (
            "accountIMRate",
            "accountMMRate",
            "totalInitialMargin",
            "totalMaintenanceMargin",
            "totalMarginBalance",
            "totalAvailableBalance",
        )
    } == {""}
    assert account["coin"][0]["totalPositionIM"] == shown["positionIM"]
    desk.exchange.check()


@pytest.mark.parametrize(("side", "away"), [("Buy", -1), ("Sell", 1)])
def test_a_position_is_liquidated_at_its_own_price_and_loses_its_own_margin_only(
    side: str, away: int
) -> None:
    desk = isolated_desk()
    desk.place(**MARKET, side=side, qty="0.1")
    shown, before = row(desk), desk.exchange.account.balances["USDT"]
    other = desk.place(category="linear", symbol="ETHUSDT", price="2000", qty="0.1")
    own = desk.place(**({"side": "Sell", "price": "93000"} if away < 0 else {"price": "79000"}), qty="0.01")
    price = D(shown["liqPrice"]).quantize(D("0.1"))
    move(desk, price - away * D(1))
    assert desk.exchange.account.position("BTCUSDT").size
    desk.told.clear()
    move(desk, price + away * D(1))
    assert not desk.exchange.account.position("BTCUSDT").size
    executions = [fill for fill in desk.rows("execution") if fill["execType"] == "BustTrade"]
    assert [fill["createType"] for fill in executions] == ["CreateByTakeOver_PassThrough"]
    lost = before - desk.exchange.account.balances["USDT"]
    assert abs(lost - D(shown["positionIM"])) < D("0.1"), "the whole margin, to a tick of the price"
    assert lost <= D(shown["positionIM"])
    assert other.is_open
    assert own.cancel_type == "CancelAllBeforeLiq"
    desk.exchange.check()


def test_a_gap_far_beyond_the_price_costs_no_more_than_the_margin() -> None:
    desk = isolated_desk()
    desk.place(**MARKET, qty="0.1")
    held, before = D(row(desk)["positionIM"]), desk.exchange.account.balances["USDT"]
    move(desk, D(60000))
    assert before - desk.exchange.account.balances["USDT"] <= held
    desk.exchange.check()


def test_an_inverse_position_is_isolated_in_its_coin() -> None:
    desk = isolated_desk()
    desk.place(**INVERSE, **MARKET, side="Sell", qty="8600")
    shown = row(desk, INVERSE)
    held = D(shown["positionIM"])
    assert abs(held - D(8600) / 86000 / 10) < D("0.0001")
    cost = desk.exchange.account.position("BTCUSD").cost
    price = D(8600) / (cost - held + D(shown["positionMM"]))
    assert abs(D(shown["liqPrice"]) - price) < D("1e-6")
    assert D(shown["liqPrice"]) > 86000
    desk.exchange.check()


def test_margin_is_added_and_taken_out() -> None:
    desk = isolated_desk()
    add = desk.exchange.add_margin
    assert code_of(add, LINEAR | {"margin": "10"}) == 110033
    desk.place(**MARKET, qty="0.1")
    before, free = row(desk), desk.exchange.risk.free("USDT")
    desk.told.clear()
    add(LINEAR | {"margin": "150.5"})
    after = row(desk)
    assert D(after["positionIM"]) - D(before["positionIM"]) == D("150.5")
    assert D(before["liqPrice"]) - D(after["liqPrice"]) == D(1505)
    assert free - desk.exchange.risk.free("USDT") == D("150.5")
    assert desk.topics() == ["position", "wallet"]
    add(LINEAR | {"margin": "-50.5"})
    assert D(row(desk)["positionIM"]) - D(before["positionIM"]) == 100
    for params, code in (
        ({"margin": "1000000"}, 110014),
        ({"margin": "-100.0001"}, 110014),
        ({"margin": "0"}, 110027),
        ({"margin": "1.00001"}, 10001),
        ({}, 10001),
        ({"margin": "1", "positionIdx": 1}, 10001),
    ):
        assert code_of(add, LINEAR | params) == code
    move(desk, D(row(desk)["liqPrice"]).quantize(D("0.1")) + 5)
    assert code_of(add, LINEAR | {"margin": "-100"}) == 110046
    move(desk, D(86000))
    desk.place(**MARKET, side="Sell", qty="0.05")
    assert desk.exchange.account.position("BTCUSDT").added_margin == 50
    desk.place(**MARKET, side="Sell", qty="0.1")
    assert desk.exchange.account.position("BTCUSDT").added_margin == 0
    desk.exchange.check()


def test_a_position_that_adds_margin_itself_is_not_liquidated_while_the_coin_lasts() -> None:
    desk = isolated_desk(2000)
    desk.place(**MARKET, qty="0.1")
    switch = desk.exchange.set_auto_add_margin
    switch(LINEAR | {"autoAddMargin": 1})
    assert row(desk)["autoAddMargin"] == 1
    assert code_of(switch, LINEAR | {"autoAddMargin": 1}) == 110027
    assert code_of(switch, LINEAR | {"autoAddMargin": 2}) == 10001
    price = D(row(desk)["liqPrice"]).quantize(D("0.1"))
    move(desk, price - 1)
    slot = desk.exchange.account.position("BTCUSDT")
    assert slot.size == D("0.1")
    assert slot.added_margin > 0
    assert abs(slot.added_margin + slot.unrealised(desk.market.mark)) <= D("1e-8"), (
        "its initial margin is back"
    )
    desk.exchange.check()
    move(desk, D(60000))
    assert not slot.size, "the coin has no more to give"
    assert desk.exchange.account.balances["USDT"] > 0
    desk.exchange.check()


def test_an_order_is_refused_when_its_own_coin_lacks_the_margin() -> None:
    desk = isolated_desk(1000)
    assert code_of(lambda: desk.place(qty="0.2", price="86000")) == 110007
    desk.place(qty="0.1", price="86000")
    assert code_of(lambda: desk.place(qty="0.05", price="86000")) == 110007
    assert code_of(lambda: desk.place(**SPOT, qty="0.002", price="86000")) == 170131
    desk.exchange.check()


def test_what_isolated_margin_does_not_have() -> None:
    desk = isolated_desk()
    option = next(key for key in desk.exchange.markets if key[0] == "option")
    desk.exchange.markets[option].set_book([("1000", "1")], [("1005", "1")])
    order = {"category": "option", "symbol": option[1], "qty": "0.1", "orderLinkId": "x", "price": "1000"}
    assert code_of(lambda: desk.place(**order)) == 3200403
    assert code_of(desk.exchange.borrow, {"coin": "BTC", "amount": "1"}) == 182021
    desk.spot.set_book([("86000", "9")], [("86000.1", "9")])
    margin_order = {**SPOT, **MARKET, "side": "Sell", "qty": "1.5", "isLeverage": 1}
    assert code_of(lambda: desk.place(**margin_order)) == 182021
    assert code_of(desk.exchange.add_margin, SPOT | {"margin": "1"}) == 10001


def test_margin_is_added_in_isolated_margin_only(desk: Desk) -> None:
    desk.place(**MARKET, qty="0.1")
    assert code_of(desk.exchange.add_margin, LINEAR | {"margin": "1"}) == 110076
    assert code_of(desk.exchange.set_auto_add_margin, LINEAR | {"autoAddMargin": 1}) == 110076


def reasons(desk: Desk, mode: str) -> list[str]:
    return [item["reasonCode"] for item in desk.exchange.set_margin_mode({"setMarginMode": mode})]


def test_a_mode_that_the_account_does_not_bear_is_refused_with_its_reasons() -> None:
    desk = Desk(ExchangeConfig(balances={"USDT": D(900), "BTC": D(0), "ETH": D(1)}))
    move(desk, D(86000))
    desk.exchange.markets["spot", "ETHUSDT"].set_book([("2740", "9")], [("2740.1", "9")])
    assert reasons(desk, "PORTFOLIO_MARGIN") == []
    assert reasons(desk, "REGULAR_MARGIN") == []
    desk.place(**MARKET, qty="0.3")
    assert reasons(desk, "ISOLATED_MARGIN") == ["3400071"], "the ether does not back the contract there"
    assert desk.exchange.settings.margin_mode == "REGULAR_MARGIN"
    desk.place(**MARKET, side="Sell", qty="0.3")
    desk.exchange.borrow({"coin": "BTC", "amount": "0.001"})
    assert reasons(desk, "ISOLATED_MARGIN") == ["3400052"]
    desk.exchange.account.balances["ETH"] = D(0)
    desk.exchange.switch_mode(LINEAR | {"mode": 3})
    assert reasons(desk, "PORTFOLIO_MARGIN") == ["3400088", "3400000"]


def test_leverage_of_an_isolated_position_moves_its_margin() -> None:
    desk = isolated_desk(2000)
    desk.place(**MARKET, qty="0.1")
    before = D(row(desk)["positionIM"])
    desk.exchange.set_leverage(LINEAR | {"buyLeverage": "5", "sellLeverage": "5"})
    assert D(row(desk)["positionIM"]) > D("1.9") * before
    assert code_of(desk.exchange.set_leverage, LINEAR | {"buyLeverage": "2", "sellLeverage": "2"}) == 110044
    desk.exchange.check()


def test_added_margin_ends_with_the_mode() -> None:
    desk = isolated_desk()
    desk.place(**MARKET, qty="0.1")
    desk.exchange.add_margin(LINEAR | {"margin": "100"})
    desk.exchange.set_auto_add_margin(LINEAR | {"autoAddMargin": 1})
    assert reasons(desk, "REGULAR_MARGIN") == []
    slot = desk.exchange.account.position("BTCUSDT")
    assert (slot.added_margin, slot.adds_margin) == (D(0), False)
    slot.added_margin = D(1)
    with pytest.raises(LedgerError, match="margin"):
        desk.exchange.check()


def test_a_funding_that_the_coin_lacks_is_paid_out_of_the_margin() -> None:
    desk = isolated_desk(900)
    desk.place(**MARKET, qty="0.1")
    before = row(desk)
    free, paid = desk.exchange.risk.free("USDT"), 100 * D("0.1") * desk.market.mark / 10_000
    assert 0 < free < paid
    desk.exchange.settle_funding("BTCUSDT", D("0.01"))
    after = row(desk)
    assert D(before["positionIM"]) - D(after["positionIM"]) == paid - free
    assert desk.exchange.risk.free("USDT") == 0
    assert D(after["liqPrice"]) > D(before["liqPrice"])
    desk.exchange.check()
    move(desk, D(after["liqPrice"]).quantize(D("0.1")) - 1)
    assert not desk.exchange.account.position("BTCUSDT").size
    assert desk.exchange.account.position("BTCUSDT").added_margin == 0
    assert desk.exchange.account.balances["USDT"] >= 0
    desk.exchange.check()


def test_the_fee_of_an_opening_is_reserved_so_that_nothing_is_ever_missing() -> None:
    desk = isolated_desk()
    risk = desk.exchange.risk
    most = next(lots for lots in range(12_000, 0, -1) if _fits(desk, lots))
    order = desk.place(price="86000", qty=str(D(most) / 1000))
    assert order.status == "New"
    assert 0 <= risk.free("USDT") < 10
    desk.market.trade("Sell", "85999", "50")
    assert order.status == "Filled"
    assert risk.free("USDT") >= 0
    desk.exchange.check()


def _fits(desk: Desk, lots: int) -> bool:
    it = desk.market.instrument
    order = Order(
        instrument=it, order_id="", link_id="", side="Buy", order_type="Limit", tif="GTC",
        ticks=860_000, lots=lots, created_ms=desk.now_ms, last_price="",
    )  # fmt: skip
    return desk.exchange.risk.affords(order)
