"""The proof of what is available fails where something is spent or held that is not there."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from nautilus_bybit_adapter.sim.exchange.account import LedgerError
from nautilus_bybit_adapter.sim.exchange.exchange import ExchangeConfig

from .conftest import Desk

if TYPE_CHECKING:
    from nautilus_bybit_adapter.sim.exchange.orders import Order

LINEAR = {"category": "linear", "symbol": "BTCUSDT"}
FAR_BUY = {"side": "Buy", "orderType": "Limit", "price": "80000"}
D = Decimal


@pytest.fixture
def desk() -> Desk:
    return Desk(ExchangeConfig(balances={"USDT": D(10_000), "BTC": D("0.5"), "ETH": D(2)}))


def affords_anything(_order: Order, _replaced: Order | None = None) -> bool:
    return True


def test_an_order_beyond_the_margin_is_found_at_unmoved_prices(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.exchange.check()
    monkeypatch.setattr(desk.exchange.risk, "affords", affords_anything)
    desk.place(**LINEAR, **FAR_BUY, qty="9")
    with pytest.raises(LedgerError, match="dollars are available, though no price has moved"):
        desk.exchange.check()


def test_a_price_may_take_the_account_under_water(desk: Desk) -> None:
    desk.place(**LINEAR, side="Buy", orderType="Market", qty="1")
    desk.exchange.check()
    market = desk.exchange.markets["linear", "BTCUSDT"]
    market.set_book([(D(60_000), "5")], [(D("60000.1"), "5")])
    desk.exchange.check()


def test_an_isolated_order_beyond_its_coin_is_found(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.exchange.set_margin_mode({"setMarginMode": "ISOLATED_MARGIN"})
    monkeypatch.setattr(desk.exchange.risk, "affords", affords_anything)
    desk.place(**LINEAR, **FAR_BUY, qty="9")
    with pytest.raises(LedgerError, match="USDT are free in isolated margin"):
        desk.exchange.check()


def test_isolated_margin_needs_cover_for_what_rests(desk: Desk) -> None:
    desk.place(**LINEAR, **FAR_BUY, qty="3")
    reasons = desk.exchange.set_margin_mode({"setMarginMode": "ISOLATED_MARGIN"})
    assert [reason["reasonCode"] for reason in reasons] == ["3400071"]
    assert desk.exchange.settings.margin_mode == "REGULAR_MARGIN"


def test_a_spot_order_that_holds_more_than_the_coin_is_found(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk.exchange.risk, "spendable", lambda _coin, without=None: D(10**9))  # noqa: ARG005
    desk.place(category="spot", symbol="ETHUSDT", side="Sell", orderType="Limit", price="9000", qty="3")
    with pytest.raises(LedgerError, match="orders hold 3"):
        desk.exchange.check()
