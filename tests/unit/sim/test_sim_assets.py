"""Conversions, sub accounts, moved positions and the money of a demo: what leaves one place arrives at another."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from venue_requests import LINEAR, MAIN_UID, SPOT, SUB_UID
from venue_walk import WalkedVenue

from nautilus_bybit_adapter.sim import VenueError


@pytest.fixture
def venue() -> WalkedVenue:
    return WalkedVenue()


def balance(venue: WalkedVenue, coin: str) -> Decimal:
    return venue.exchange.account.balances[coin]


def refusal(venue: WalkedVenue, route: str, **params: Any) -> int:
    with pytest.raises(VenueError) as refused:
        venue.ask(route, **params)
    return refused.value.ret_code


def quote(venue: WalkedVenue, **changes: Any) -> dict[str, Any]:
    asked = {
        "accountType": "eb_convert_uta",
        "fromCoin": "USDT",
        "toCoin": "ETH",
        "requestCoin": "USDT",
        "requestAmount": "1000",
    }
    return dict(venue.result("POST /v5/asset/exchange/quote-apply", **(asked | changes)))


def member(venue: WalkedVenue, name: str = "walker1") -> int:
    made = venue.result("POST /v5/user/create-sub-member", username=name, memberType=1)
    return int(made["uid"])


def universal(venue: WalkedVenue, number: int, **changes: Any) -> Any:
    asked = {
        "transferId": str(UUID(int=number)),
        "coin": "USDT",
        "amount": "100",
        "fromMemberId": MAIN_UID,
        "toMemberId": SUB_UID,
        "fromAccountType": "UNIFIED",
        "toAccountType": "FUND",
    }
    return venue.result("POST /v5/asset/transfer/universal-transfer", **(asked | changes))


def move(venue: WalkedVenue, *legs: dict[str, Any], from_uid: int = MAIN_UID, to_uid: int = SUB_UID) -> Any:
    asked = {"fromUid": str(from_uid), "toUid": str(to_uid), "list": list(legs)}
    return venue.result("POST /v5/position/move-positions", **asked)


def test_a_conversion_pays_what_was_quoted(venue: WalkedVenue) -> None:
    before = balance(venue, "USDT"), balance(venue, "ETH")
    quoted = quote(venue)
    price = venue.exchange.risk.price("ETH")
    assert Decimal(quoted["toAmount"]) == pytest.approx(Decimal(1000) / price, abs=Decimal("1E-7"))
    assert (balance(venue, "USDT"), balance(venue, "ETH")) == before
    venue.result("POST /v5/asset/exchange/convert-execute", quoteTxId=quoted["quoteTxId"])
    assert balance(venue, "USDT") == before[0] - 1000
    assert balance(venue, "ETH") == before[1] + Decimal(quoted["toAmount"])
    asked = {"accountType": "eb_convert_uta", "quoteTxId": quoted["quoteTxId"]}
    row = venue.result("GET /v5/asset/exchange/convert-result-query", **asked)["result"]
    assert (row["exchangeStatus"], row["toAmount"]) == ("success", quoted["toAmount"])
    kinds = [row["type"] for row in venue.result("GET /v5/account/transaction-log")["list"]]
    assert kinds[:2] == ["CONVERT", "CONVERT"]
    venue.exchange.check()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"fromCoin": "NOPE", "requestCoin": "NOPE"}, 790000),
        ({"toCoin": "USDT"}, 790000),
        ({"requestCoin": "ETH"}, 790000),
        ({"requestAmount": "0"}, 10001),
        ({"accountType": "spot"}, 10001),
    ],
)
def test_a_wrong_quote_is_refused(venue: WalkedVenue, changes: dict[str, Any], code: int) -> None:
    with pytest.raises(VenueError) as refused:
        quote(venue, **changes)
    assert refused.value.ret_code == code


def test_a_quote_is_carried_out_once_in_time_and_only_with_the_money(venue: WalkedVenue) -> None:
    route = "POST /v5/asset/exchange/convert-execute"
    once = quote(venue)["quoteTxId"]
    venue.result(route, quoteTxId=once)
    assert refusal(venue, route, quoteTxId=once) == 700007
    late = quote(venue)["quoteTxId"]
    venue.now_ms += 15_001
    assert refusal(venue, route, quoteTxId=late) == 700005
    assert refusal(venue, route, quoteTxId="1") == 700004
    poor = quote(venue, accountType="eb_convert_funding")["quoteTxId"]
    assert refusal(venue, route, quoteTxId=poor) == 700001


def test_a_universal_transfer_goes_there_and_back(venue: WalkedVenue) -> None:
    before = balance(venue, "USDT")
    assert member(venue) == SUB_UID
    universal(venue, 1)
    assert balance(venue, "USDT") == before - 100
    seen = venue.result("GET /v5/asset/asset-overview", memberId=str(SUB_UID))
    assert seen["list"][0]["coinDetail"] == [{"coin": "USDT", "equity": "100"}]
    back = {
        "fromMemberId": SUB_UID,
        "toMemberId": MAIN_UID,
        "fromAccountType": "FUND",
        "toAccountType": "UNIFIED",
    }
    universal(venue, 2, **back, amount="30")
    assert balance(venue, "USDT") == before - 70
    with pytest.raises(VenueError, match="131212"):
        universal(venue, 3, **back, amount="71")
    with pytest.raises(VenueError, match="131214"):
        universal(venue, 2, **back, amount="1")
    rows = venue.result("GET /v5/asset/transfer/query-universal-transfer-list", coin="USDT")["list"]
    assert [(row["fromMemberId"], row["amount"]) for row in rows] == [
        (str(SUB_UID), "30"),
        (str(MAIN_UID), "100"),
    ]


def test_a_sub_account_that_holds_something_stays(venue: WalkedVenue) -> None:
    member(venue)
    universal(venue, 1)
    assert refusal(venue, "POST /v5/user/del-submember", subMemberId=str(SUB_UID)) == 20010
    assert refusal(venue, "POST /v5/user/create-sub-member", username="walker1", memberType=1) == 20004
    assert refusal(venue, "POST /v5/user/create-sub-member", username="x", memberType=1) == 10001
    venue.result("POST /v5/user/frozen-sub-member", subuid=SUB_UID, frozen=1)
    assert venue.result("GET /v5/user/query-sub-members")["subMembers"][0]["status"] == 4
    assert refusal(venue, "POST /v5/user/frozen-sub-member", subuid=1, frozen=1) == 20001


def test_keys_of_sub_accounts_are_made_changed_and_deleted(venue: WalkedVenue) -> None:
    member(venue)
    asked = {"subuid": SUB_UID, "readOnly": 0, "permissions": {"Spot": ["SpotTrade"]}}
    made = venue.result("POST /v5/user/create-sub-api", **asked)
    venue.result("POST /v5/user/update-sub-api", apikey=made["apiKey"], readOnly=1, ips="1.2.3.4,5.6.7.8")
    (row,) = venue.result("GET /v5/user/sub-apikeys", subMemberId=SUB_UID)["result"]
    assert (row["readOnly"], row["ips"], row["secret"]) == (True, ["1.2.3.4", "5.6.7.8"], "******")
    venue.result("POST /v5/user/delete-sub-api", apikey=made["apiKey"])
    assert refusal(venue, "POST /v5/user/delete-sub-api", apikey=made["apiKey"]) == 20022
    wrong = asked | {"permissions": {"Nope": []}}
    assert refusal(venue, "POST /v5/user/create-sub-api", **wrong) == 10001


def test_a_moved_position_is_closed_here_without_a_fee(venue: WalkedVenue) -> None:
    member(venue)
    market = venue.exchange.markets["linear", "BTCUSDT"]
    position = venue.exchange.position(market)
    before, cash = position.size, balance(venue, "USDT")
    price = str(market.mark)
    done = move(venue, {**LINEAR, "side": "Sell", "price": price, "qty": "0.02"})
    assert position.size == before - Decimal("0.02")
    fill = venue.exchange.account.executions[-1]
    assert (fill.exec_type, fill.fee, fill.side) == ("MovePosition", Decimal(0), "Sell")
    assert balance(venue, "USDT") - cash == fill.pnl
    rows = venue.result("GET /v5/position/move-history", blockTradeId=done["blockTradeId"])["list"]
    assert {(row["userId"], row["side"]) for row in rows} == {(MAIN_UID, "Sell"), (SUB_UID, "Buy")}
    assert venue.context.members.find(SUB_UID).positions["linear", "BTCUSDT"] == Decimal("0.02")
    move(
        venue,
        {**LINEAR, "side": "Sell", "price": price, "qty": "0.02"},
        from_uid=SUB_UID,
        to_uid=MAIN_UID,
    )
    assert position.size == before
    assert venue.context.members.find(SUB_UID).is_empty
    venue.exchange.check()


@pytest.mark.parametrize(
    ("leg", "code"),
    [
        ({**LINEAR, "side": "Sell", "price": "50000", "qty": "0.01"}, 110003),
        ({**LINEAR, "side": "Up", "price": "86000", "qty": "0.01"}, 10001),
        ({**LINEAR, "side": "Sell", "price": "86000", "qty": "0.0001"}, 10001),
        ({**SPOT, "side": "Sell", "price": "86000", "qty": "0.01"}, 10001),
        ({**LINEAR, "side": "Buy", "price": "86000", "qty": "500"}, 110007),
    ],
)
def test_one_wrong_leg_moves_nothing(venue: WalkedVenue, leg: dict[str, Any], code: int) -> None:
    member(venue)
    fills = len(venue.exchange.account.executions)
    good = {**LINEAR, "side": "Sell", "price": "86000", "qty": "0.01"}
    with pytest.raises(VenueError) as refused:
        move(venue, good, leg)
    assert refused.value.ret_code == code
    assert len(venue.exchange.account.executions) == fills
    with pytest.raises(VenueError, match="10001"):
        move(venue, good, to_uid=MAIN_UID)
    with pytest.raises(VenueError, match="10001"):
        move(venue, good, to_uid=1)


def test_demo_money_is_all_or_nothing(venue: WalkedVenue) -> None:
    route, before = "POST /v5/account/demo-apply-money", balance(venue, "USDT")
    venue.result(route, adjustType=0, utaDemoApplyMoney=[{"coin": "USDT", "amountStr": "500"}])
    assert balance(venue, "USDT") == before + 500
    both = [{"coin": "USDT", "amountStr": "1"}, {"coin": "BTC", "amountStr": "15.1"}]
    assert refusal(venue, route, utaDemoApplyMoney=both) == 10001
    assert balance(venue, "USDT") == before + 500
    venue.result(route, adjustType=1, utaDemoApplyMoney=[{"coin": "USDT", "amountStr": "500"}])
    assert balance(venue, "USDT") == before
    assert (
        refusal(venue, route, adjustType=1, utaDemoApplyMoney=[{"coin": "USDC", "amountStr": "1"}]) == 110012
    )
    venue.exchange.check()


def test_the_overview_is_worth_the_same_wherever_the_money_lies(venue: WalkedVenue) -> None:
    def total() -> Decimal:
        return Decimal(venue.result("GET /v5/asset/asset-overview")["totalEquity"])

    before = total()
    venue.result(
        "POST /v5/asset/transfer/inter-transfer",
        transferId=str(UUID(int=9)),
        coin="USDT",
        amount="5000",
        fromAccountType="UNIFIED",
        toAccountType="FUND",
    )
    venue.result(
        "POST /v5/earn/fixed-term/place-order",
        category="FundPool",
        productId="2001",
        coin="USDT",
        amount="4000",
        accountType="FUND",
        orderLinkId="f",
    )
    assert total() == before
    rows = venue.result("GET /v5/asset/fundinghistory")["list"]
    assert [(row["ioDirection"], row["txnAmt"], row["afterAmt"]) for row in rows] == [
        ("O", "4000", "1000"),
        ("I", "5000", "5000"),
    ]
    assert refusal(venue, "GET /v5/asset/fundinghistory", createTimeFrom="1") == 181008


def test_fixed_rate_orders_wait_until_they_are_cancelled(venue: WalkedVenue) -> None:
    asked = {"orderCurrency": "BTC", "orderAmount": "0.01", "annualRate": "0.02", "term": "30"}
    ident = venue.result("POST /v5/spot-margin-trade/fixedborrow", **asked)["orderId"]
    (row,) = venue.result("GET /v5/spot-margin-trade/fixedborrow-order-info", state="1")["list"]
    assert (row["orderId"], row["state"], row["term"]) == (ident, 1, 30)
    venue.result("POST /v5/spot-margin-trade/fixedborrow-order-cancel", orderId=ident)
    again = refusal(venue, "POST /v5/spot-margin-trade/fixedborrow-order-cancel", orderId=ident)
    assert again == 34022061
    assert refusal(venue, "POST /v5/spot-margin-trade/fixedborrow", **asked | {"annualRate": "2"}) == 10001
    assert venue.exchange.account.debts.get("BTC", 0) == 0


def test_debts_show_in_liability_and_pay_info(venue: WalkedVenue) -> None:
    assert refusal(venue, "GET /v5/account/pay-info", coin="ETH") == 34022041
    venue.result("POST /v5/account/borrow", coin="ETH", amount="2")
    assert venue.result("GET /v5/spot-margin-trade/liability", currency="ETH")["totalBorrowAmount"] == "2"
    assert venue.result("GET /v5/account/pay-info", coin="ETH")["borrowInfo"]["borrowSize"] == "2"


def test_spot_fills_are_summed_for_analysis(venue: WalkedVenue) -> None:
    venue.order(**SPOT, side="Sell", orderType="Market", qty="0.001")
    found = venue.result("GET /v5/account/trade-info-for-analysis", symbol="BTCUSDT")
    fills = [fill for fill in venue.exchange.account.executions if fill.order.instrument.is_spot]
    sold = sum(fill.value for fill in fills if fill.side == "Sell")
    assert Decimal(found["sumSellExecValue"]) == sold
    assert Decimal(found["sumBuyExecValue"]) == sum(fill.value for fill in fills) - sold
    (day,) = found["sumPriceList"]
    assert day["sumSellExecQty"] == found["sumSellExecQty"] == "0.001"


def test_fee_rates_without_a_category_are_those_of_linear_contracts(venue: WalkedVenue) -> None:
    assert venue.result("GET /v5/account/fee-rate") == venue.result(
        "GET /v5/account/fee-rate", category="linear"
    )
    assert venue.result("GET /v5/account/fee-rate", symbol="ETHUSDT")["list"][0]["symbol"] == "ETHUSDT"
    assert refusal(venue, "GET /v5/account/fee-rate", category="nope") == 10001
