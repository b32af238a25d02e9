"""Account, position and asset paths: what they change and what they refuse."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from venue_requests import DAY_MS, INVERSE, LINEAR, OPTION, SPOT, START_MS
from venue_walk import WalkedVenue

from nautilus_bybit_adapter.sim import VenueError

TRANSFER = {
    "transferId": "7f0c3c3e-3d5c-4b9e-8f0a-5d1c7c0d9a02",
    "coin": "ETH",
    "amount": "3",
    "fromAccountType": "UNIFIED",
    "toAccountType": "FUND",
}
PATH = "POST /v5/asset/transfer/inter-transfer"


@pytest.fixture
def venue() -> WalkedVenue:
    return WalkedVenue()


def refused(venue: WalkedVenue, route: str, **params: Any) -> int:
    with pytest.raises(VenueError) as error:
        venue.ask(route, **params)
    return error.value.ret_code


def test_a_transfer_moves_the_coin_and_is_in_the_ledger(venue: WalkedVenue) -> None:
    assert venue.result(PATH, **TRANSFER) == {"transferId": TRANSFER["transferId"], "status": "SUCCESS"}
    assert venue.exchange.account.balances["ETH"] == 47
    assert venue.context.funding.balances["ETH"] == 3
    (row,) = venue.result("GET /v5/account/transaction-log", type="TRANSFER_OUT")["list"]
    assert (row["currency"], row["change"], row["cashBalance"]) == ("ETH", "-3", "47")
    assert refused(venue, PATH, **TRANSFER) == 131214
    back = TRANSFER | {"fromAccountType": "FUND", "toAccountType": "UNIFIED"}
    back["transferId"] = "7f0c3c3e-3d5c-4b9e-8f0a-5d1c7c0d9a03"
    assert refused(venue, PATH, **back | {"amount": "3.1"}) == 131212
    venue.result(PATH, **back)
    assert venue.exchange.account.balances["ETH"] == 50
    assert not venue.context.funding.balances["ETH"]
    venue.exchange.check()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"transferId": "x"}, 131200),
        ({"amount": "-1"}, 10001),
        ({"amount": "0"}, 10001),
        ({"amount": "60"}, 131212),
        ({"coin": "NOPE"}, 131200),
        ({"toAccountType": "UNIFIED"}, 131200),
        ({"toAccountType": "SPOT"}, 10001),
    ],
)
def test_transfers_that_are_refused(venue: WalkedVenue, changes: dict[str, str], code: int) -> None:
    assert refused(venue, PATH, **TRANSFER | changes) == code


def test_the_log_explains_the_balance_of_every_coin(venue: WalkedVenue) -> None:
    rows: list[dict[str, str]] = []
    cursor = ""
    while True:
        page = venue.result("GET /v5/account/transaction-log", limit="3", cursor=cursor)
        if not page["list"]:
            break
        rows += page["list"]
        cursor = page["nextPageCursor"]
    assert len(rows) == len(venue.exchange.account.ledger)
    for coin, balance in venue.exchange.account.balances.items():
        mine = [row for row in rows if row["currency"] == coin]
        assert not mine or Decimal(mine[0]["cashBalance"]) == balance
        changed = sum((Decimal(row["change"]) for row in mine), Decimal(0))
        assert venue.exchange.account.start.get(coin, Decimal(0)) + changed == balance


def test_the_log_shows_the_position_after_each_trade(venue: WalkedVenue) -> None:
    page = venue.result("GET /v5/account/transaction-log", category="linear")
    assert [row["size"] for row in page["list"]] == ["0.05", "0.1"]


def test_closed_results_are_net_of_both_fees(venue: WalkedVenue) -> None:
    (row,) = venue.result("GET /v5/position/closed-pnl", category="linear")["list"]
    gross = Decimal(row["cumExitValue"]) - Decimal(row["cumEntryValue"])
    fees = Decimal(row["openFee"]) + Decimal(row["closeFee"])
    assert (row["side"], row["closedSize"], row["fillCount"]) == ("Sell", "0.05", "1")
    assert Decimal(row["closedPnl"]) == gross - fees
    opening = venue.exchange.account.executions[0].fee
    assert Decimal(row["openFee"]) == opening / 2


def test_closed_results_of_an_inverse_short(venue: WalkedVenue) -> None:
    market = venue.exchange.markets["inverse", "BTCUSD"]
    venue.order(**INVERSE, side="Sell", orderType="Market", qty="300")
    market.set_levels({market.start_ticks - 1000: 10_000}, {market.start_ticks - 999: 10_000}, replace=True)
    venue.order(**INVERSE, side="Buy", orderType="Market", qty="200")
    newest = venue.result("GET /v5/position/closed-pnl", category="inverse")["list"][0]
    assert (newest["side"], newest["closedSize"]) == ("Buy", "200")
    assert Decimal(newest["avgExitPrice"]) < Decimal(newest["avgEntryPrice"])
    assert Decimal(newest["closedPnl"]) > 0


@pytest.mark.parametrize(
    ("route", "params"),
    [
        ("GET /v5/position/closed-pnl", {"category": "linear"}),
        ("GET /v5/account/transaction-log", {}),
        ("GET /v5/asset/transfer/query-inter-transfer-list", {}),
        ("GET /v5/order/history", {"category": "linear"}),
        ("GET /v5/execution/list", {"category": "linear"}),
    ],
)
def test_windows_of_more_than_seven_days_are_refused(
    venue: WalkedVenue, route: str, params: dict[str, str]
) -> None:
    start = START_MS - 8 * DAY_MS
    with pytest.raises(VenueError, match="cannot exceed 7 days") as error:
        venue.ask(route, **params, startTime=str(start), endTime=str(START_MS))
    assert error.value.ret_code == 10001
    venue.ask(route, **params, startTime=str(START_MS - 7 * DAY_MS), endTime=str(START_MS))
    assert refused(venue, route, **params, startTime="2", endTime="1") == 10001


def test_orders_without_fills_leave_the_history_after_a_day(venue: WalkedVenue) -> None:
    venue.order(**LINEAR, side="Buy", orderType="Limit", price="80000", qty="0.001", orderLinkId="gone")
    venue.result("POST /v5/order/cancel", **LINEAR, orderLinkId="gone")

    def links() -> set[str]:
        page = venue.result("GET /v5/order/history", category="linear", limit="50")
        return {row["orderLinkId"] for row in page["list"]}

    assert "gone" in links()
    venue.now_ms += DAY_MS + 1
    assert "gone" not in links()
    assert links()


def test_margin_mode_is_told_and_kept(venue: WalkedVenue) -> None:
    path = "POST /v5/account/set-margin-mode"
    assert refused(venue, path, setMarginMode="REGULAR_MARGIN") == 110026
    assert refused(venue, path, setMarginMode="NONE") == 10001
    venue.result("POST /v5/position/switch-mode", category="linear", symbol="SOLUSDT", mode=3)
    reply = venue.ask(path, setMarginMode="PORTFOLIO_MARGIN")
    assert reply.ret_code == 3400045
    assert reply.result["reasons"]
    reply = venue.ask(path, setMarginMode="ISOLATED_MARGIN")
    assert reply.ret_code == 3400045, "it holds an option"
    venue.order(**OPTION, side="Sell", orderType="Market", qty="0.05", orderLinkId="third")
    venue.result(path, setMarginMode="ISOLATED_MARGIN")
    assert venue.result("GET /v5/account/info")["marginMode"] == "ISOLATED_MARGIN"


def test_the_leverage_of_a_hedged_symbol_is_told_for_both_legs(venue: WalkedVenue) -> None:
    venue.result("POST /v5/position/switch-mode", category="linear", symbol="SOLUSDT", mode=3)
    rows = venue.result("GET /v5/position/symbol-info", category="linear", symbol="SOLUSDT")["list"]
    assert [row["positionIdx"] for row in rows] == [1, 2]


def test_a_loan_is_told_and_given_back(venue: WalkedVenue) -> None:
    venue.result("POST /v5/account/borrow", coin="ETH", amount="2")
    (row,) = venue.result("GET /v5/account/collateral-info", currency="ETH")["list"]
    assert row["borrowAmount"] == "2"
    assert Decimal(venue.result("GET /v5/spot-margin-trade/state")["effectiveLeverage"]) >= 0
    assert venue.result("POST /v5/account/quick-repayment")["list"] == [{"coin": "ETH", "repaymentQty": "2"}]
    assert refused(venue, "POST /v5/account/no-convert-repay", coin="ETH") == 34022041


def test_pre_check_places_nothing(venue: WalkedVenue) -> None:
    request = LINEAR | {"side": "Buy", "orderType": "Limit", "price": "85000", "qty": "10"}
    rates = venue.result("POST /v5/order/pre-check", **request)
    assert rates["postImrE4"] > rates["preImrE4"] >= rates["preMmrE4"]
    assert venue.exchange.open_orders == {}
    assert refused(venue, "POST /v5/order/pre-check", **request | {"qty": "1000"}) == 110007


def test_greeks_of_a_long_call(venue: WalkedVenue) -> None:
    (row,) = venue.result("GET /v5/asset/coin-greeks", baseCoin="BTC")["list"]
    assert Decimal(row["totalDelta"]) > 0
    assert Decimal(row["totalTheta"]) < 0


@pytest.mark.parametrize(
    ("route", "params", "code"),
    [
        ("GET /v5/account/withdrawal", {}, 10001),
        ("GET /v5/account/collateral-info", {"currency": "NOPE"}, 10001),
        ("POST /v5/account/set-collateral-switch", {"coin": "USDT", "collateralSwitch": "OFF"}, 10001),
        ("POST /v5/account/set-hedging-mode", {"setHedgingMode": "x"}, 10001),
        ("POST /v5/order/disconnected-cancel-all", {"timeWindow": 2}, 10001),
        ("POST /v5/order/disconnected-cancel-all", {"timeWindow": 301}, 10001),
        ("POST /v5/account/mmp-reset", {"baseCoin": "BTC"}, 110065),
        ("POST /v5/spot-margin-trade/set-leverage", {"leverage": "11"}, 176034),
        ("GET /v5/order/spot-borrow-check", {**LINEAR, "side": "Buy"}, 10001),
        ("POST /v5/order/pre-check", SPOT, 10001),
        ("GET /v5/position/closed-pnl", {"category": "spot"}, 10001),
        ("GET /v5/market/recent-trade", {**SPOT, "limit": "61"}, 10001),
        ("GET /v5/market/orderbook", {**OPTION, "limit": "26"}, 10001),
        ("GET /v5/market/rpi_orderbook", LINEAR, 10001),
        ("GET /v5/market/full_orderbook", LINEAR, 10001),
        ("GET /v5/market/tickers", {"category": "option"}, 10001),
        ("GET /v5/market/instruments-info", {"category": "linear", "status": "x"}, 10001),
        ("GET /v5/asset/transfer/query-account-coins-balance", {"accountType": "UNIFIED"}, 10001),
    ],
)
def test_wrong_requests(venue: WalkedVenue, route: str, params: dict[str, Any], code: int) -> None:
    assert refused(venue, route, **params) == code


def test_spot_margin_that_is_off_has_no_leverage(venue: WalkedVenue) -> None:
    venue.result("POST /v5/spot-margin-trade/switch-mode", spotMarginMode="0")
    assert venue.result("GET /v5/spot-margin-trade/state")["spotMarginMode"] == "0"
    assert refused(venue, "POST /v5/spot-margin-trade/set-leverage", leverage="5") == 176038


def test_instruments_of_a_coin_and_of_a_status(venue: WalkedVenue) -> None:
    path = "GET /v5/market/instruments-info"
    linear = venue.result(path, category="linear", baseCoin="BTC")["list"]
    assert {row["symbol"] for row in linear} >= {"BTCUSDT", "BTCPERP", "BTCUSD"}
    before_launch = venue.result(path, category="linear", status="PreLaunch")["list"]
    assert [row["symbol"] for row in before_launch] == ["NOVAUSDT"]
    assert {row["baseCoin"] for row in venue.result(path, category="option")["list"]} == {"BTC"}


def test_a_delivered_contract_is_in_the_records(venue: WalkedVenue) -> None:
    venue.exchange.deliver(OPTION["symbol"], "option")
    (price,) = venue.result("GET /v5/market/delivery-price", category="option")["list"]
    assert price["symbol"] == OPTION["symbol"]
    (record,) = venue.result("GET /v5/asset/delivery-record", category="option")["list"]
    assert (record["side"], record["position"]) == ("Buy", "0.05")
