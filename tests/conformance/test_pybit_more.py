"""pybit beyond the plain order: series, limits, settings, loans, transfers, protection and hedging."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from pybit_client import Inbox, http, public_stream, refusal, result
from venue_thread import VenueThread

from nautilus_bybit_adapter.sim.exchange.interest import is_blocked

D = Decimal
LINEAR: dict[str, Any] = {"category": "linear", "symbol": "BTCUSDT"}
HOUR_MS = 3_600_000


@pytest.fixture
def session(venue: VenueThread) -> Any:
    return http(venue)


@pytest.mark.parametrize(
    "name",
    ["get_kline", "get_mark_price_kline", "get_index_price_kline", "get_premium_index_price_kline"],
)
def test_series_of_candles(session: Any, name: str) -> None:
    rows = result(getattr(session, name)(**LINEAR, interval=60, limit=20))["list"]
    assert [int(later[0]) - int(earlier[0]) for later, earlier in pairwise(rows)] == [HOUR_MS] * 19
    for row in rows:
        opened, high, low, close = (D(text) for text in row[1:5])
        assert low <= min(opened, close) <= max(opened, close) <= high
        assert len(row) == (7 if name == "get_kline" else 5)
    again = result(getattr(session, name)(**LINEAR, interval=60, limit=20, end=int(rows[5][0])))["list"]
    assert [row[0] for row in again[:15]] == [row[0] for row in rows[5:]]


def test_open_interest_ratio_and_volatility(session: Any) -> None:
    interest = result(session.get_open_interest(**LINEAR, intervalTime="1h", limit=5))
    assert len(interest["list"]) == 5
    older = result(
        session.get_open_interest(**LINEAR, intervalTime="1h", limit=5, cursor=interest["nextPageCursor"])
    )
    assert int(older["list"][0]["timestamp"]) < int(interest["list"][-1]["timestamp"])
    for row in result(session.get_long_short_ratio(**LINEAR, period="1h", limit=5))["list"]:
        assert D(row["buyRatio"]) + D(row["sellRatio"]) == 1
    volatility = session.get_historical_volatility(category="option", baseCoin="BTC")
    assert volatility["category"] == "option"
    assert all(D(row["value"]) > 0 for row in volatility["result"])


def test_facts_of_the_venue(venue: VenueThread, session: Any) -> None:
    it, mark = venue.call(
        lambda v: (
            v.exchange.markets["linear", "BTCUSDT"].instrument,
            v.exchange.markets["linear", "BTCUSDT"].mark,
        )
    )
    limit = result(session.get_price_limit(**LINEAR))
    assert D(limit["sellLmt"]) < mark < D(limit["buyLmt"]) <= mark * (1 + it.ratio_y)
    tier, second, *_ = result(session.get_risk_limit(**LINEAR))["list"]
    assert (tier["isLowestRisk"], second["isLowestRisk"], D(second["mmDeduction"]) > 0) == (1, 0, True)
    assert (D(tier["maxLeverage"]), D(tier["maintenanceMargin"])) == (it.max_leverage, it.mmr)
    book = result(session.get_rpi_orderbook(**LINEAR, limit=5))
    plain = result(session.get_orderbook(**LINEAR, limit=5))
    assert [row[:2] for row in book["b"]] == plain["b"]
    components = result(session.get_index_price_components(indexName="BTCUSDT"))["components"]
    assert sum(D(each["weight"]) for each in components) == 1
    (pool,) = result(session.get_insurance(coin="USDT"))["list"]
    assert D(pool["balance"]) > 0
    assert "BTCUSDT" in {row["symbol"] for row in result(session.get_adl_alert())["list"]}
    groups = result(session.get_fee_group_info(productType="contract"))["list"]
    assert any("BTCUSDT" in group["symbols"] for group in groups)
    for name, params in (
        ("get_option_delivery_price", {"category": "option", "baseCoin": "BTC"}),
        ("get_new_delivery_price", {"category": "option", "baseCoin": "BTC"}),
        ("get_system_status", {}),
        ("get_announcement", {"locale": "en-US"}),
    ):
        assert result(getattr(session, name)(**params))["list"] == []


def test_a_check_before_an_order_changes_nothing(venue: VenueThread, session: Any) -> None:
    order = {"side": "Buy", "orderType": "Limit", "qty": "0.5", "price": "80000"}
    rates = result(session.pre_check_order(**LINEAR, **order))
    assert rates["postImrE4"] > rates["preImrE4"]
    assert venue.open_ids() == set()
    quota = result(session.get_borrow_quota(category="spot", symbol="BTCUSDT", side="Sell"))
    assert D(quota["spotMaxTradeQty"]) == venue.balance("BTC")


def test_take_profit_and_stop_loss_of_a_position(venue: VenueThread, session: Any) -> None:
    session.place_order(**LINEAR, side="Buy", orderType="Market", qty="0.05")
    stops = LINEAR | {"tpslMode": "Full", "positionIdx": 0}
    session.set_trading_stop(**stops, takeProfit="90000", stopLoss="80000")
    (row,) = result(session.get_positions(**LINEAR))["list"]
    assert (D(row["takeProfit"]), D(row["stopLoss"])) == (D(90000), D(80000))
    waiting = result(session.get_open_orders(**LINEAR))["list"]
    assert {each["stopOrderType"] for each in waiting} == {"TakeProfit", "StopLoss"}
    assert refusal(session.set_trading_stop, **stops, takeProfit="90000", stopLoss="80000") == 34040
    venue.move(lambda m: m.set_levels({900_010: 5000}, {900_020: 5000}, replace=True))
    venue.move(lambda m: m.trade("Buy", "90002", "0.001"))
    assert venue.call(lambda v: v.exchange.account.position("BTCUSDT").size) == 0
    assert result(session.get_open_orders(**LINEAR))["list"] == []
    opening, closing = venue.fills()
    (closed,) = result(session.get_closed_pnl(**LINEAR))["list"]
    earned = closing.value - opening.value - opening.fee - closing.fee
    assert abs(D(closed["closedPnl"]) - earned) < D("1e-6")
    assert closed["side"] == "Sell"


def test_hedge_mode_holds_both_legs(session: Any) -> None:
    mode = {"category": "linear", "symbol": "ETHUSDT"}
    session.switch_position_mode(**mode, mode=3)
    assert refusal(session.switch_position_mode, **mode, mode=3) == 110025
    for side, leg in (("Buy", 1), ("Sell", 2)):
        session.place_order(**mode, side=side, orderType="Market", qty="1", positionIdx=leg)
    legs = result(session.get_positions(**mode))["list"]
    assert {(row["positionIdx"], row["side"], row["size"]) for row in legs} == {
        (1, "Buy", "1"),
        (2, "Sell", "1"),
    }
    assert refusal(session.switch_position_mode, **mode, mode=0) == 110024


def test_margin_mode(session: Any) -> None:
    assert result(session.set_margin_mode(setMarginMode="ISOLATED_MARGIN"))["reasons"] == []
    assert result(session.get_account_info())["marginMode"] == "ISOLATED_MARGIN"
    session.set_margin_mode(setMarginMode="REGULAR_MARGIN")
    assert (
        refusal(session.switch_margin_mode, **LINEAR, tradeMode=1, buyLeverage="5", sellLeverage="5")
        == 100028
    )
    assert refusal(session.set_auto_add_margin, **LINEAR, autoAddMargin=1, positionIdx=0) == 110076
    for name, params in (
        ("set_tp_sl_mode", {"tpSlMode": "Full"}),
        ("set_risk_limit", {"riskId": 1}),
        ("confirm_new_risk_limit", {}),
    ):
        assert getattr(session, name)(**LINEAR, **params)["retCode"] == 0


def test_loans(venue: VenueThread, session: Any) -> None:
    assert result(session.borrow(coin="USDC", amount="100")) == {"coin": "USDC", "amount": "100"}
    (account,) = result(session.get_wallet_balance(accountType="UNIFIED", coin="USDC"))["list"]
    assert D(account["coin"][0]["borrowAmount"]) == D(account["coin"][0]["spotBorrow"]) == 100
    if venue.call(lambda v: is_blocked(v.exchange.now_ms())):
        # Ninety seconds of every hour: interest is being reckoned.
        assert refusal(session.repay, coin="USDC", amount="40") == 34022035
        assert refusal(session.manual_no_convert_repay, coin="USDC") == 34022035
    else:
        assert result(session.repay(coin="USDC", amount="40"))["resultStatus"] == "SU"
        assert result(session.manual_no_convert_repay(coin="USDC"))["resultStatus"] == "SU"
        assert venue.balance("USDC") == 0
        assert result(session.repay_liability(coin="USDC"))["list"] == []
    assert isinstance(result(session.get_borrow_history(currency="USDC"))["list"], list)
    (collateral,) = result(session.get_collateral_info(currency="BTC"))["list"]
    assert collateral["currency"] == "BTC"
    session.set_collateral_coin(coin="ETH", collateralSwitch="ON")
    session.batch_set_collateral_coin(request=[{"coin": "BTC", "collateralSwitch": "ON"}])
    (row,) = result(session.get_collateral_info(currency="BTC"))["list"]
    assert row["collateralSwitch"] is True


def test_the_transaction_log_adds_up(venue: VenueThread, session: Any) -> None:
    for side in ("Buy", "Sell"):
        session.place_order(**LINEAR, side=side, orderType="Market", qty="0.02")
    rows = result(session.get_transaction_log(accountType="UNIFIED", currency="USDT"))["list"]
    assert [row["type"] for row in rows] == ["TRADE", "TRADE"]
    for row in rows:
        assert D(row["change"]) == D(row["cashFlow"]) + D(row["funding"] or 0) - D(row["fee"])
    assert (
        D(rows[0]["cashBalance"]) == venue.balance("USDT") == D(100_000) + sum(D(r["change"]) for r in rows)
    )


def test_transfers_and_coins(venue: VenueThread, session: Any) -> None:
    ident = "42c0cfb0-6bca-4242-bc76-4e6df6cbab16"
    accounts = {"fromAccountType": "UNIFIED", "toAccountType": "FUND"}
    free = D(result(session.get_transferable_amount(coinName="USDT"))["availableWithdrawal"])
    sent = result(session.create_internal_transfer(transferId=ident, coin="USDT", amount="100", **accounts))
    assert (sent["status"], venue.balance("USDT")) == ("SUCCESS", free - 100)
    (row,) = result(session.get_internal_transfer_records(transferId=ident))["list"]
    assert (row["coin"], D(row["amount"])) == ("USDT", D(100))
    funded = result(session.get_coin_balance(accountType="FUND", coin="USDT"))["balance"]
    assert D(funded["walletBalance"]) == 100
    (kept,) = result(session.get_coins_balance(accountType="UNIFIED", coin="USDT"))["balance"]
    assert D(kept["walletBalance"]) == venue.balance("USDT")
    assert "USDT" in result(session.get_transferable_coin(**accounts))["list"]
    (coin,) = result(session.get_coin_info(coin="BTC"))["rows"]
    assert (coin["coin"], bool(coin["chains"])) == ("BTC", True)


def test_settings_are_kept(session: Any) -> None:
    session.set_delta_mode(deltaEnable="1")
    session.set_limit_price_action(category="linear", modifyEnable=False)
    settings = result(session.get_user_setting_config())
    assert settings["deltaEnable"] is True
    session.set_hedging_mode(setHedgingMode="ON")
    assert result(session.get_account_info())["spotHedgingStatus"] == "ON"
    assert "smpGroup" in result(session.get_smp_group())
    session.set_mmp(
        baseCoin="BTC",
        window="5000",
        frozenPeriod="100000",
        qtyLimit="1.00",
        deltaLimit="2.00",
        vegaLimit="3",
    )
    (mmp,) = result(session.get_mmp_state(baseCoin="BTC"))["result"]
    assert (mmp["mmpEnabled"], D(mmp["qtyLimit"]), D(mmp["deltaLimit"])) == (True, D(1), D(2))
    session.reset_mmp(baseCoin="BTC")
    session.set_dcp(timeWindow=40)
    (dcp,) = result(session.query_dcp_info())["dcpInfos"]
    assert (dcp["dcpStatus"], dcp["timeWindow"]) == ("ON", "40")
    tradable = result(session.get_account_instruments_info(category="linear"))["list"]
    assert "BTCUSDT" in {row["symbol"] for row in tradable}
    assert result(session.get_coin_greeks())["list"] == []
    assert result(session.get_closed_options_positions(category="option"))["list"] == []


def test_spot_margin(session: Any) -> None:
    session.spot_margin_trade_toggle_margin_trade(spotMarginMode="1")
    session.spot_margin_trade_set_leverage(leverage="4")
    state = result(session.spot_margin_trade_get_status_and_leverage())
    assert (state["spotMarginMode"], state["spotLeverage"]) == ("1", "4")
    data = result(session.spot_margin_trade_get_vip_margin_data(currency="USDC"))["vipCoinList"]
    assert data[0]["list"][0]["currency"] == "USDC"
    rates = result(session.spot_margin_trade_get_historical_interest_rate(currency="USDC"))["list"]
    assert all(D(row["hourlyBorrowRate"]) > 0 for row in rates)
    assert D(result(session.spot_margin_trade_get_max_borrowable(currency="USDC"))["maxLoan"]) > 0
    assert result(session.get_tiered_collateral_ratio(currency="BTC"))["list"][0]["currency"] == "BTC"


def test_savings(venue: VenueThread, session: Any) -> None:
    (product,) = result(session.get_earn_product_info(category="FlexibleSaving", coin="USDT"))["list"]
    stake = {
        "category": "FlexibleSaving",
        "coin": "USDT",
        "amount": "50",
        "productId": product["productId"],
        "accountType": "UNIFIED",
    }
    placed = result(session.stake_or_redeem(**stake, orderType="Stake", orderLinkId="earn-1"))
    assert placed["orderLinkId"] == "earn-1"
    assert venue.balance("USDT") == 99_950
    (held,) = result(session.get_staked_position(category="FlexibleSaving", coin="USDT"))["list"]
    assert D(held["amount"]) == 50
    (order,) = result(
        session.get_stake_or_redemption_history(category="FlexibleSaving", orderLinkId="earn-1")
    )["list"]
    assert (order["orderType"], D(order["orderValue"])) == ("Stake", D(50))
    session.stake_or_redeem(**stake, orderType="Redeem", orderLinkId="earn-2")
    assert venue.balance("USDT") == 100_000


def test_more_public_topics(venue: VenueThread, monkeypatch: pytest.MonkeyPatch) -> None:
    with public_stream(venue, "linear", monkeypatch) as stream:
        stream.price_limit_stream("BTCUSDT", limits := Inbox())
        stream.rpi_orderbook_stream("BTCUSDT", book := Inbox())
        limit = limits.row(symbol="BTCUSDT")
        mark = venue.call(lambda v: v.exchange.markets["linear", "BTCUSDT"].mark)
        assert D(limit["sellLmt"]) < mark < D(limit["buyLmt"])
        levels = book.until(lambda m: m["data"]["b"], "the book")["data"]
        shown = venue.call(lambda v: v.exchange.markets["linear", "BTCUSDT"].book.bids.top(50))
        it = venue.call(lambda v: v.exchange.markets["linear", "BTCUSDT"].instrument)
        assert {D(row[0]): D(row[1]) for row in levels["b"]} == {
            it.price(t): it.qty(n) for t, n in shown.items()
        }
