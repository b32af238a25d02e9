"""Fixed terms, BYUSDT and real-world assets: stakes leave a wallet and come back with what they earned."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from venue_requests import DAY_MS
from venue_walk import WalkedVenue

from nautilus_bybit_adapter.sim import VenueError
from nautilus_bybit_adapter.sim.state.freeze import freeze, thaw

POOL = {"category": "FundPool", "productId": "2001"}
SAVING = {"category": "FixedTermSaving", "productId": "1001"}
FIXED = {"coin": "USDT", "amount": "1000", "accountType": "UNIFIED", "orderLinkId": "one"}
TOKEN = {"coin": "BYUSDT"}
ASSET = {"productId": 1002, "coin": "USDT", "accountType": "UNIFIED"}
HOUR_MS = 3_600_000


@pytest.fixture
def venue() -> WalkedVenue:
    return WalkedVenue()


def unified(venue: WalkedVenue, coin: str = "USDT") -> Decimal:
    return venue.exchange.account.balances[coin]


def fund(venue: WalkedVenue, coin: str = "USDT") -> Decimal:
    return venue.context.funding.balances[coin]


def refusal(venue: WalkedVenue, route: str, **params: Any) -> int:
    with pytest.raises(VenueError) as refused:
        venue.ask(route, **params)
    return refused.value.ret_code


def position(venue: WalkedVenue) -> dict[str, Any]:
    (row,) = venue.result("GET /v5/earn/fixed-term/position")["list"]
    return dict(row)


def test_a_fixed_stake_comes_back_with_interest_at_maturity(venue: WalkedVenue) -> None:
    before = unified(venue)
    venue.result("POST /v5/earn/fixed-term/place-order", **SAVING, **FIXED)
    assert unified(venue) == before - 1000
    expected = Decimal(position(venue)["estEarnings"])
    venue.after(7 * DAY_MS - 1)
    assert fund(venue) == 0
    venue.after(1)
    assert expected == Decimal("0.95890410")
    assert fund(venue) == 1000 + expected
    assert venue.result("GET /v5/earn/fixed-term/position")["list"] == []
    orders = venue.result("GET /v5/earn/fixed-term/order", startTime=str(venue.now_ms - 7 * DAY_MS))["list"]
    assert [order["orderType"] for order in orders] == ["Redeem", "Stake"]
    venue.exchange.check()


def test_a_position_that_reinvests_is_bought_again_with_its_interest(venue: WalkedVenue) -> None:
    venue.result("POST /v5/earn/fixed-term/place-order", **POOL, **FIXED, autoInvest="Enable")
    earned = Decimal(position(venue)["estEarnings"])
    venue.after(30 * DAY_MS)
    assert fund(venue) == 0
    row = position(venue)
    assert Decimal(row["amount"]) == 1000 + earned
    ident = {**POOL, "positionId": row["positionId"]}
    venue.result("POST /v5/earn/fixed-term/position/auto-invest", **ident, status="Disable")
    venue.after(30 * DAY_MS)
    assert fund(venue) > 1000 + 2 * earned


def test_an_early_redemption_pays_the_early_rate_for_whole_days(venue: WalkedVenue) -> None:
    venue.result("POST /v5/earn/fixed-term/place-order", **POOL, **FIXED)
    venue.after(2 * DAY_MS + 5)
    ident = {**POOL, "positionId": position(venue)["positionId"]}
    paid = venue.result("POST /v5/earn/fixed-term/redeem", **ident)
    assert paid == {"redeemAmount": "1000", "estEarnings": "0.05479452"}
    assert fund(venue) == Decimal("1000.05479452")
    assert refusal(venue, "POST /v5/earn/fixed-term/redeem", **ident) == 180029


@pytest.mark.parametrize(
    ("product", "changes", "code"),
    [
        (SAVING, {"amount": "1"}, 180006),
        (SAVING, {"amount": "100001"}, 180013),
        (SAVING, {"accountType": "FUND"}, 180016),
        (SAVING, {"coin": "BTC"}, 180002),
        (SAVING, {"orderLinkId": ""}, 180019),
        (SAVING, {"autoInvest": True}, 180001),
        (SAVING | {"productId": "9"}, {}, 180007),
        (SAVING | {"category": "Other"}, {}, 180001),
        (SAVING, {"amount": "1.000000001"}, 180001),
    ],
)
def test_wrong_fixed_stakes_are_refused(
    venue: WalkedVenue, product: dict[str, Any], changes: dict[str, Any], code: int
) -> None:
    before = unified(venue)
    route = "POST /v5/earn/fixed-term/place-order"
    assert refusal(venue, route, **product, **(FIXED | changes)) == code
    assert unified(venue) == before


def test_a_link_id_buys_once(venue: WalkedVenue) -> None:
    venue.result("POST /v5/earn/fixed-term/place-order", **POOL, **FIXED)
    assert refusal(venue, "POST /v5/earn/fixed-term/place-order", **POOL, **FIXED) == 180025
    ident = {**SAVING, "positionId": position(venue)["positionId"]}
    assert refusal(venue, "POST /v5/earn/fixed-term/redeem", **ident) == 180020


def save(venue: WalkedVenue, amount: str) -> None:
    venue.result(
        "POST /v5/earn/place-order",
        category="FlexibleSaving",
        orderType="Stake",
        accountType="UNIFIED",
        amount=amount,
        coin="USDT",
        productId="428",
        orderLinkId="save",
    )


def token_order(venue: WalkedVenue, kind: str, amount: str, link_id: str) -> Any:
    account = {"Mint": "FlexibleSaving", "Redeem": "UNIFIED"}[kind]
    asked = {**TOKEN, "orderType": kind, "amount": amount, "accountType": account, "orderLinkId": link_id}
    return venue.result("POST /v5/earn/token/place-order", **asked)


def test_tokens_are_minted_from_savings_earn_and_are_burnt(venue: WalkedVenue) -> None:
    with pytest.raises(VenueError, match="180016"):
        token_order(venue, "Mint", "100", "early")
    save(venue, "5000")
    token_order(venue, "Mint", "3000", "mint")
    (row,) = venue.result("GET /v5/earn/position", category="FlexibleSaving")["list"]
    assert row["amount"] == "2000"
    venue.after(2 * DAY_MS)
    held = venue.result("GET /v5/earn/token/position", **TOKEN)
    assert Decimal(held["totalAmount"]) == 3000 + Decimal(held["totalYield"]) > 3000
    days = venue.result("GET /v5/earn/token/yield", **TOKEN)["list"]
    hours = venue.result("GET /v5/earn/token/hourly-yield", **TOKEN, limit="100")["list"]
    paid = sum(Decimal(day["yield"]) for day in days)
    assert paid == Decimal(held["totalYield"]) <= sum(Decimal(hour["yield"]) for hour in hours)
    before = unified(venue)
    token_order(venue, "Redeem", "1000", "burn")
    assert unified(venue) == before + 999
    burnt = venue.result("GET /v5/earn/token/order", **TOKEN, orderLinkId="burn")["list"]
    assert [(row["fromCoin"], row["toAmount"], row["serviceFee"]) for row in burnt] == [
        ("BYUSDT", "999", "1")
    ]
    with pytest.raises(VenueError, match="180014"):
        token_order(venue, "Redeem", "9999", "much")
    with pytest.raises(VenueError, match="180025"):
        token_order(venue, "Redeem", "1", "burn")


def test_shares_are_bought_and_sold_at_their_net_asset_value(venue: WalkedVenue) -> None:
    before = unified(venue)
    route = "POST /v5/earn/rwa/place-order"
    venue.result(route, **ASSET, orderType="Stake", stakeAmount="1040", orderLinkId="buy")
    (row,) = venue.result("GET /v5/earn/rwa/position")["list"]
    assert (unified(venue), row["effectiveShare"], row["nav"]) == (before - 1040, "100", "10.4")
    venue.after(365 * DAY_MS)
    (row,) = venue.result("GET /v5/earn/rwa/position")["list"]
    assert (row["nav"], row["holdAmount"]) == ("10.8992", "1089.92")
    before = unified(venue)
    venue.result(route, **ASSET, orderType="Redeem", redeemShares="100", orderLinkId="sell")
    assert unified(venue) == before + Decimal("1089.92") - Decimal("1.0899")
    assert venue.result("GET /v5/earn/rwa/position")["list"] == []
    found = venue.result("GET /v5/earn/rwa/order", orderLinkId="sell")["list"]
    assert found[0]["settledAmount"] == "1088.8301"
    chart = venue.result("GET /v5/earn/rwa/nav-chart", productId="1002")["list"]
    assert chart[-1]["nav"] == "10.8992"
    assert len(chart) in {7, 8}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"orderType": "Stake", "stakeAmount": "1"}, 180006),
        ({"orderType": "Stake", "stakeAmount": "99999999"}, 180016),
        ({"orderType": "Redeem", "redeemShares": "1"}, 180012),
        ({"orderType": "Redeem", "redeemShares": "0.01"}, 180006),
        ({"orderType": "Stake"}, 180001),
        ({"orderType": "Stake", "stakeAmount": "100", "productId": 1}, 180007),
        ({"orderType": "Stake", "stakeAmount": "100", "coin": "USDC"}, 180002),
    ],
)
def test_wrong_orders_of_shares_are_refused(venue: WalkedVenue, changes: dict[str, Any], code: int) -> None:
    route = "POST /v5/earn/rwa/place-order"
    assert refusal(venue, route, **(ASSET | {"orderLinkId": "x"} | changes)) == code


def test_what_is_staked_survives_a_restart_of_its_book(venue: WalkedVenue) -> None:
    venue.result("POST /v5/earn/fixed-term/place-order", **POOL, **FIXED)
    save(venue, "500")
    token_order(venue, "Mint", "100", "mint")
    venue.result("POST /v5/user/create-sub-member", username="walker1", memberType=1)
    assert venue.result(
        "POST /v5/asset/transfer/universal-transfer",
        transferId=str(UUID(int=1)),
        coin="USDT",
        amount="1",
        fromMemberId=386825804,
        toMemberId=386825805,
        fromAccountType="UNIFIED",
        toAccountType="FUND",
    )
    sink = venue.exchange.sink
    for market in venue.exchange.markets.values():
        market.on_ask = None
    memory = thaw(freeze(venue.context.memory(), sink), sink)
    assert memory.earn.token.held == 100
    assert len(memory.earn.fixed.positions) == 1
    assert memory.members.members[386825805].balances["FUND", "USDT"] == 1
