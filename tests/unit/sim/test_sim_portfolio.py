"""Portfolio margin: positions of a coin offset, leverage says nothing, and the account is still liquidated."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from nautilus_bybit_adapter.sim import VenueError
from nautilus_bybit_adapter.sim.exchange import queries
from nautilus_bybit_adapter.sim.exchange.exchange import ExchangeConfig
from nautilus_bybit_adapter.sim.exchange.wallet import wallet_row
from tests.unit.sim.conftest import Desk

LINEAR = {"category": "linear", "symbol": "BTCUSDT"}
INVERSE = {"category": "inverse", "symbol": "BTCUSD"}
MARKET = {"orderType": "Market"}
D = Decimal


def portfolio_desk(usdt: int = 100_000) -> Desk:
    desk = Desk(ExchangeConfig(balances={"USDT": D(usdt)}))
    desk.market.set_book([("86000.0", "50")], [("86000.1", "50")])
    desk.exchange.markets["inverse", "BTCUSD"].set_book([("86000", "900000")], [("86000.5", "900000")])
    for key, market in desk.exchange.markets.items():
        if key[0] == "option":
            market.set_levels(
                {max(1, market.mark_ticks - 1): 1000}, {market.mark_ticks + 1: 1000}, replace=True
            )
    assert desk.exchange.set_margin_mode({"setMarginMode": "PORTFOLIO_MARGIN"}) == []
    desk.told.clear()
    return desk


def margins(desk: Desk) -> tuple[Decimal, Decimal]:
    total = desk.exchange.risk.totals()
    return total.initial, total.maintenance


def test_a_single_position_needs_its_worst_leap() -> None:
    desk = portfolio_desk()
    desk.place(**MARKET, qty="0.5")
    initial, maintenance = margins(desk)
    value = D("0.5") * desk.market.mark
    assert maintenance == value * D("0.15") + value * D("0.002")
    assert initial == maintenance * D("1.3")
    row = wallet_row(desk.exchange.account, desk.exchange.risk, ["USDT"])
    assert D(row["totalMaintenanceMargin"]) == maintenance
    assert D(row["totalInitialMargin"]) == initial
    assert [row["coin"][0][name] for name in ("totalOrderIM", "totalPositionIM", "totalPositionMM")] == [
        ""
    ] * 3
    (item,) = queries.positions(desk.exchange, LINEAR)["list"]
    assert (item["leverage"], item["liqPrice"]) == ("", "")
    desk.exchange.check()


def test_positions_that_offset_need_little() -> None:
    desk = portfolio_desk()
    desk.place(**MARKET, qty="0.5")
    alone = margins(desk)[1]
    desk.place(**INVERSE, **MARKET, side="Sell", qty="43000")
    both = margins(desk)[1]
    assert both < alone / 5
    assert both >= D("0.002") * 43_000
    desk.exchange.check()


def test_an_option_covers_a_contract() -> None:
    desk = portfolio_desk()
    desk.place(**MARKET, qty="1")
    alone = margins(desk)[1]
    put = next(
        m for key, m in desk.exchange.markets.items()
        if key[0] == "option" and m.instrument.contract == "Put" and m.instrument.base == "BTC"
    )  # fmt: skip
    desk.place(category="option", symbol=put.instrument.symbol, **MARKET, qty="1", orderLinkId="cover")
    assert margins(desk)[1] < alone * D("0.7")
    desk.exchange.check()


def test_orders_need_the_worst_leap_whatever_the_leverage() -> None:
    desk = portfolio_desk()
    free = desk.exchange.risk.available()
    desk.place(price="80000", qty="0.5")
    assert free - desk.exchange.risk.available() == D(40_000) * D("0.15") * D("1.3")
    with pytest.raises(VenueError) as refused:
        desk.exchange.set_leverage(LINEAR | {"buyLeverage": "50", "sellLeverage": "50"})
    assert refused.value.ret_code == 110038
    with pytest.raises(VenueError) as refused:
        desk.place(price="80000", qty="6")
    assert refused.value.ret_code == 110007


@pytest.mark.parametrize(("side", "price"), [("Buy", 77_000), ("Sell", 95_000)])
def test_an_account_below_its_maintenance_margin_is_liquidated(side: str, price: int) -> None:
    desk = portfolio_desk(20_000)
    desk.place(**MARKET, side=side, qty="1")
    move(desk, 86_000 + (price - 86_000) // 10)
    assert desk.exchange.account.position("BTCUSDT").size
    move(desk, price)
    assert not desk.exchange.account.position("BTCUSDT").size
    desk.exchange.check()


def move(desk: Desk, price: int) -> Any:
    desk.market.set_book([(str(price), "9")], [(f"{price}.1", "9")])
    desk.now_ms += 100
    desk.exchange.advance(desk.now_ms)
