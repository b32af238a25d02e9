"""Inverse contracts, dated futures and options: values, fees, margins and what they tell."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from nautilus_bybit_adapter.sim import FlowParams, LedgerError, VenueError
from nautilus_bybit_adapter.sim.exchange import queries
from nautilus_bybit_adapter.sim.exchange.black import implied_volatility, option_value
from nautilus_bybit_adapter.sim.exchange.expiries import day_code, friday, quarter, quarter_code
from nautilus_bybit_adapter.sim.exchange.greeks import coin_greeks
from nautilus_bybit_adapter.sim.exchange.margin import break_even, position_im, position_mm
from nautilus_bybit_adapter.sim.exchange.positions import Position
from nautilus_bybit_adapter.sim.market.options import OptionFlow

if TYPE_CHECKING:
    from nautilus_bybit_adapter.sim.exchange.floor import TradedMarket
    from tests.unit.sim.conftest import Desk

D = Decimal
RATE = D("0.00055")
INVERSE = {"category": "inverse", "symbol": "BTCUSD"}


def inverse(desk: Desk) -> TradedMarket:
    market = desk.exchange.markets["inverse", "BTCUSD"]
    market.set_book([("80000", "1000000")], [("80000.1", "1000000")])
    return market


def named(desk: Desk, category: str, part: str) -> TradedMarket:
    """First market of a category whose symbol holds `part`."""
    return next(m for key, m in desk.exchange.markets.items() if key[0] == category and part in key[1])


def test_inverse_values_and_fees_are_coins(desk: Desk) -> None:
    inverse(desk)
    order = desk.exchange.place(
        INVERSE | {"side": "Buy", "orderType": "Limit", "price": "80000.1", "qty": "40000"}
    )
    value = D("0.49999938")  # 40000 / 80000.1 with 8 decimals
    (fill,) = desk.exchange.account.executions
    assert (order.value, fill.value, fill.fee_coin) == (value, value, "BTC")
    assert fill.fee == D("0.000275")  # 0.49999938 * 0.00055 with 8 decimals
    position = desk.exchange.account.position("BTCUSD")
    assert (position.size, position.cost) == (D(40000), value)
    assert desk.exchange.account.balances["BTC"] == 1 - fill.fee
    desk.exchange.check()


def test_an_inverse_long_wins_coins_when_the_price_rises(desk: Desk) -> None:
    market = inverse(desk)
    desk.exchange.place(INVERSE | {"side": "Buy", "orderType": "Market", "qty": "40000"})
    market.set_book([("100000", "1000000")], [("100000.5", "1000000")])
    position = desk.exchange.account.position("BTCUSD")
    won = D("0.49999938") - D("0.4")
    assert position.unrealised(D(100000)) == won
    desk.exchange.place(INVERSE | {"side": "Sell", "orderType": "Market", "qty": "40000", "reduceOnly": True})
    account = desk.exchange.account
    fees = sum((fill.fee for fill in account.executions), D(0))
    assert account.balances["BTC"] - 1 == won - fees
    assert account.executions[-1].pnl == won
    assert (position.size, position.cost) == (D(0), D(0))
    desk.exchange.check()


def test_inverse_margins_follow_the_linear_formulas_in_coins() -> None:
    position = Position(leverage=D(10), is_inverse=True, size=D(40000), cost=D("0.5"))
    assert position.entry_price == D(80000)
    buffer = D("0.5") * D("0.9") * RATE
    assert position_im(position, D(100000), RATE) == D("0.04") + buffer
    assert position_mm(position, D(100000), D("0.005"), RATE) == D("0.002") + buffer


@pytest.mark.parametrize("side", ["Buy", "Sell"])
def test_closing_at_the_break_even_price_of_an_inverse_position_gives_nothing(side: str) -> None:
    position = Position(is_inverse=True)
    position.book(position.fill(side, D(40000), D(80000)), D("0.000275"))
    price = break_even(position, RATE)
    assert price is not None
    assert (price > 80000) == (side == "Buy")
    value = D(40000) / price
    result = position.unrealised(price) + position.current_pnl - value * RATE
    assert abs(result) < D("0.00000002")


def test_an_inverse_order_is_backed_by_all_coins(desk: Desk) -> None:
    inverse(desk)
    with pytest.raises(VenueError, match="ab not enough"):
        desk.exchange.place(
            INVERSE | {"side": "Buy", "orderType": "Limit", "price": "79000", "qty": "3000000"}
        )
    desk.exchange.place(INVERSE | {"side": "Buy", "orderType": "Limit", "price": "79000", "qty": "790000"})
    assert desk.exchange.risk.orders_im("BTC") == D("1.00495000")  # 10/10 and 10*0.9*0.00055
    assert desk.exchange.risk.totals().initial == D("1.00495") * desk.exchange.risk.price("BTC")


def test_a_sweep_of_inverse_levels_sums_what_each_is_worth(desk: Desk) -> None:
    market = desk.exchange.markets["inverse", "BTCUSD"]
    market.set_book([("80000", "10")], [("80000.1", "3"), ("80000.2", "3"), ("80000.3", "30")])
    order = desk.exchange.place(INVERSE | {"side": "Buy", "orderType": "Market", "qty": "10"})
    fills = desk.exchange.account.executions
    assert [fill.lots for fill in fills] == [3, 3, 4]
    assert order.value == sum((fill.value for fill in fills), D(0))
    assert market.turnover == sum(int(fill.value * 10**8) for fill in fills)
    desk.exchange.check()


def test_the_check_finds_a_wrong_inverse_cost(desk: Desk) -> None:
    inverse(desk)
    desk.exchange.place(INVERSE | {"side": "Sell", "orderType": "Market", "qty": "100"})
    desk.exchange.check()
    desk.exchange.account.position("BTCUSD").cost += D("0.00000001")
    with pytest.raises(LedgerError, match="BTCUSD realised"):
        desk.exchange.check()


def test_a_dated_future_trades_like_a_perpetual_without_funding(desk: Desk) -> None:
    market = named(desk, "linear", "BTCUSDT-")
    market.set_book([("86150", "5")], [("86150.1", "5")])
    order = desk.exchange.place(
        {
            "category": "linear",
            "symbol": market.instrument.symbol,
            "side": "Buy",
            "orderType": "Market",
            "qty": "0.5",
        }
    )
    assert (order.status, order.value) == ("Filled", D("43075.05"))
    assert market.index == desk.market.index
    assert market.funding_rate() == market.next_funding_ms() == 0
    assert desk.market.next_funding_ms() % (8 * 3_600_000) == 0
    desk.exchange.check()


def test_expiries_are_fridays_and_quarter_ends_at_eight() -> None:
    wednesday = 1_795_000_000_000  # 2026-11-18T11:06:40Z
    assert day_code(friday(wednesday, 1)) == "27NOV26"
    assert day_code(friday(wednesday, 2)) == "4DEC26"
    assert day_code(quarter(wednesday, 1)) == "25DEC26"
    assert quarter_code(quarter(wednesday, 1)) == "Z26"
    assert quarter_code(quarter(wednesday, 2)) == "H27"
    assert friday(wednesday, 1) % 86_400_000 == 8 * 3_600_000


def test_the_model_agrees_with_a_worked_example() -> None:
    # Forward and strike 100, 20 %, one year: 100 * (2 * N(0.1) - 1).
    call = option_value(forward=100, strike=100, volatility=0.2, years=1, is_call=True)
    put = option_value(forward=100, strike=100, volatility=0.2, years=1, is_call=False)
    assert call.price == pytest.approx(7.965567, abs=1e-6)
    assert call.price == pytest.approx(put.price)
    assert call.delta == pytest.approx(0.539828, abs=1e-6)
    assert call.delta - put.delta == pytest.approx(1)
    assert (call.gamma, call.vega) == (put.gamma, put.vega)
    bumped = option_value(forward=100, strike=100, volatility=0.21, years=1, is_call=True)
    assert bumped.price - call.price == pytest.approx(call.vega, rel=0.01)
    later = option_value(forward=100, strike=100, volatility=0.2, years=1 - 1 / 365, is_call=True)
    assert later.price - call.price == pytest.approx(call.theta, rel=0.01)
    found = implied_volatility(price=call.price, forward=100, strike=100, years=1, is_call=True)
    assert found == pytest.approx(0.2)


@pytest.mark.parametrize(("is_call", "price"), [(True, 20.0), (False, 0.0)])
def test_an_expired_option_is_worth_its_intrinsic_value(is_call: bool, price: float) -> None:
    value = option_value(forward=120, strike=100, volatility=0.5, years=0, is_call=is_call)
    assert (value.price, value.gamma, value.vega) == (price, 0, 0)


def option(desk: Desk, kind: str = "-C-") -> TradedMarket:
    market = named(desk, "option", kind)
    OptionFlow(market, 1, FlowParams(), desk.now_ms)
    return market


def buy(market: TradedMarket, qty: str, **fields: Any) -> dict[str, Any]:
    return {
        "category": "option",
        "symbol": market.instrument.symbol,
        "side": "Buy",
        "orderType": "Market",
        "qty": qty,
        "orderLinkId": "first",
        **fields,
    }


def test_an_option_costs_its_premium_and_a_capped_fee(desk: Desk) -> None:
    market = option(desk)
    order = desk.exchange.place(buy(market, "0.1"))
    assert order.status == "Filled"
    (fill,) = desk.exchange.account.executions
    assert fill.fee == D("0.0003") * market.index * D("0.1")
    assert desk.exchange.account.balances["USDT"] == D(100_000) - fill.value - fill.fee
    totals = desk.exchange.risk.totals()
    assert totals.initial == 0
    assert totals.equity - totals.wallet == market.mark * D("0.1")
    row = desk.rows("execution")[0]
    assert row["markIv"] == "0.48"
    assert D(row["tradeIv"]) > D(row["markIv"])
    assert row["indexPrice"] == row["underlyingPrice"] == str(market.index.normalize())
    desk.exchange.check()


def test_the_fee_of_a_cheap_option_is_seven_percent_of_its_price(desk: Desk) -> None:
    market = named(desk, "option", "-P-")
    market.set_book([("5", "10")], [("10", "10")])
    desk.exchange.place(buy(market, "1", orderType="Limit", price="10"))
    assert desk.exchange.account.executions[0].fee == D("0.7")


def test_a_sold_option_needs_margin_and_closing_it_realises(desk: Desk) -> None:
    market = option(desk)
    desk.exchange.place(buy(market, "0.2", side="Sell"))
    (sold,) = desk.exchange.account.executions
    held = desk.exchange.risk.totals()
    assert held.initial == (D("0.15") * market.index + market.mark) * D("0.2")
    assert 0 < held.maintenance < held.initial
    desk.exchange.place(buy(market, "0.2", orderLinkId="close", reduceOnly=True))
    account = desk.exchange.account
    bought = account.executions[-1]
    assert sum((fill.pnl for fill in account.executions), D(0)) == sold.value - bought.value
    assert account.balances["USDT"] - 100_000 == sold.value - bought.value - sold.fee - bought.fee
    assert desk.exchange.risk.totals().initial == 0
    desk.exchange.check()


def test_option_positions_tell_their_greeks(desk: Desk) -> None:
    market = option(desk)
    desk.exchange.place(buy(market, "0.5"))
    value = market.option_value()
    (item,) = queries.positions(desk.exchange, {"category": "option", "symbol": market.instrument.symbol})[
        "list"
    ]
    assert item["delta"] == f"{value.delta / 2:.8f}"
    assert item["vega"] == f"{value.vega / 2:.8f}"
    (row,) = coin_greeks(desk.exchange.risk)
    assert row == {
        "baseCoin": "BTC",
        "totalDelta": f"{value.delta / 2:.8f}",
        "totalGamma": f"{value.gamma / 2:.8f}",
        "totalVega": f"{value.vega / 2:.8f}",
        "totalTheta": f"{value.theta / 2:.8f}",
    }
    assert desk.rows("greeks") == [row]


@pytest.mark.parametrize(
    ("fields", "code", "text"),
    [
        ({"orderLinkId": ""}, 3100198, "orderLinkId can not be empty."),
        ({"qty": "0.001"}, 3100116, "Order quantity below the lower limit 0.01."),
        ({"qty": "0.015"}, 10001, "Qty invalid"),
        ({"qty": "501"}, 10001, "maximum"),
    ],
)
def test_refused_option_orders(desk: Desk, fields: dict[str, Any], code: int, text: str) -> None:
    with pytest.raises(VenueError, match=text) as refused:
        desk.exchange.place(buy(option(desk), "1") | fields)
    assert refused.value.ret_code == code


def test_option_books_have_the_option_depths(desk: Desk) -> None:
    assert list(option(desk).feeds) == [25, 100]
    assert list(desk.market.feeds) == [1, 50, 200, 1000]


def test_collateral_counts_by_its_ratio_and_only_while_switched_on(desk: Desk) -> None:
    risk, account = desk.exchange.risk, desk.exchange.account
    price = {coin: risk.price(coin) for coin in ("BTC", "ETH")}
    assert price["BTC"] == desk.spot.index
    totals = risk.totals()
    value = 100_000 + price["BTC"] + 10 * price["ETH"]
    assert totals.equity == totals.margin == value
    assert totals.haircut == (price["BTC"] + 10 * price["ETH"]) * D("0.05")
    account.not_collateral.add("BTC")
    assert risk.totals().margin == value - price["BTC"]
    assert risk.totals().equity == value


def test_a_loss_in_a_coin_counts_in_full(desk: Desk) -> None:
    market = inverse(desk)
    desk.exchange.place(INVERSE | {"side": "Sell", "orderType": "Market", "qty": "160000"})
    market.set_book([("200000", "1000000")], [("200000.1", "1000000")])
    totals = desk.exchange.risk.totals()
    unrealised = desk.exchange.risk.unrealised("BTC")
    assert unrealised == D("-1.20000040")  # the mark is the middle, rounded up
    owed = (desk.exchange.account.balances["BTC"] + unrealised) * desk.exchange.risk.price("BTC")
    assert owed < 0
    rest = 100_000 + 10 * desk.exchange.risk.price("ETH")
    assert totals.margin == rest + owed
    assert totals.haircut == 10 * desk.exchange.risk.price("ETH") * D("0.05")
