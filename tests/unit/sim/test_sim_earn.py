"""Stakes, redemptions and yield, with balances that really move."""

from __future__ import annotations

import itertools
from decimal import Decimal
from typing import Any

import pytest
from venue_requests import DAY_MS
from venue_walk import WalkedVenue

from nautilus_bybit_adapter.sim import VenueError

STAKE = {
    "category": "FlexibleSaving",
    "orderType": "Stake",
    "accountType": "UNIFIED",
    "amount": "10000",
    "coin": "USDT",
    "productId": "428",
    "orderLinkId": "one",
}
ONCHAIN = STAKE | {
    "category": "OnChain",
    "accountType": "FUND",
    "coin": "ETH",
    "productId": "8",
    "amount": "2",
}
HOUR_MS = 3_600_000


@pytest.fixture
def venue() -> WalkedVenue:
    return WalkedVenue()


def place(venue: WalkedVenue, request: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return dict(venue.result("POST /v5/earn/place-order", **(request | changes)))


def position(venue: WalkedVenue, category: str = "FlexibleSaving") -> dict[str, Any]:
    (row,) = venue.result("GET /v5/earn/position", category=category)["list"]
    return dict(row)


def balance(venue: WalkedVenue, coin: str) -> Decimal:
    return venue.exchange.account.balances[coin]


def fund_eth(venue: WalkedVenue, amount: str) -> None:
    venue.result(
        "POST /v5/asset/transfer/inter-transfer",
        transferId="7f0c3c3e-3d5c-4b9e-8f0a-5d1c7c0d9a02",
        coin="ETH",
        amount=amount,
        fromAccountType="UNIFIED",
        toAccountType="FUND",
    )


def test_a_flexible_stake_leaves_the_account_and_comes_back_with_its_yield(venue: WalkedVenue) -> None:
    before = balance(venue, "USDT")
    place(venue, STAKE)
    assert balance(venue, "USDT") == before - 10_000
    assert venue.exchange.account.ledger[-1].kind == "FLEXIBLE_STAKING_SUBSCRIPTION"
    venue.after(10 * HOUR_MS)
    earned = Decimal(position(venue)["claimableYield"])
    assert earned == 9 * Decimal("0.03424657")
    place(venue, STAKE, orderType="Redeem", amount="4000", orderLinkId="two")
    entry = venue.exchange.account.ledger[-1]
    assert (entry.kind, entry.change) == ("FLEXIBLE_STAKING_REDEMPTION", 4_000 + earned)
    row = position(venue)
    assert (row["amount"], row["claimableYield"], row["totalPnl"]) == ("6000", "0", str(earned))
    venue.exchange.check()


def test_yield_is_paid_at_half_past_midnight(venue: WalkedVenue) -> None:
    place(venue, STAKE)
    venue.after(3 * DAY_MS)
    paid = venue.result("GET /v5/earn/yield", category="FlexibleSaving")["yield"]
    assert [int(row["createdAt"]) % DAY_MS for row in paid] == [30 * 60_000] * 3
    fund = venue.result("GET /v5/asset/transfer/query-account-coin-balance", accountType="FUND", coin="USDT")[
        "balance"
    ]["walletBalance"]
    assert Decimal(fund) == sum(Decimal(row["amount"]) for row in paid)
    hourly = venue.result("GET /v5/earn/hourly-yield", category="FlexibleSaving", limit="100")
    assert len(hourly["list"]) >= 71


@pytest.mark.parametrize("minutes", [7, 31, 60, 1440])
def test_yield_is_paid_however_often_the_venue_looks(venue: WalkedVenue, minutes: int) -> None:
    place(venue, STAKE)
    for _ in range(3 * 1440 // minutes):
        venue.after(minutes * 60_000)
    venue.after(60 * 60_000)
    paid = venue.result("GET /v5/earn/yield", category="FlexibleSaving")["yield"]
    times = sorted(int(row["createdAt"]) for row in paid)
    assert len(times) in {3, 4}
    assert all(later - earlier == DAY_MS for earlier, later in itertools.pairwise(times))
    hourly = venue.result("GET /v5/earn/hourly-yield", category="FlexibleSaving", limit="100")["list"]
    told = sum(Decimal(row["amount"]) for row in paid) + Decimal(position(venue)["claimableYield"])
    assert told == sum(Decimal(row["amount"]) for row in hourly)


def test_an_onchain_stake_waits_to_become_active_and_to_be_redeemed(venue: WalkedVenue) -> None:
    fund_eth(venue, "3")
    order = place(venue, ONCHAIN)
    assert position(venue, "OnChain")["status"] == "Processing"
    venue.after(61_000)
    assert position(venue, "OnChain")["status"] == "Active"
    place(venue, ONCHAIN, orderType="Redeem", amount="2", orderLinkId="two")
    assert venue.context.funding.balances["ETH"] == 1
    venue.after(11 * 60_000)
    assert venue.context.funding.balances["ETH"] == 3
    found = venue.result("GET /v5/earn/order", category="OnChain", orderId=order["orderId"])["list"]
    assert [row["status"] for row in found] == ["Success"]
    assert venue.result("GET /v5/earn/position", category="OnChain")["list"] == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"category": "Nope"}, 180001),
        ({"coin": "BTC"}, 180002),
        ({"amount": "0.01"}, 180006),
        ({"amount": "2000000"}, 180013),
        ({"productId": "1"}, 180007),
        ({"accountType": "FUND"}, 180016),
        ({"orderLinkId": ""}, 180019),
        ({"orderLinkId": "x" * 37}, 180001),
        ({"amount": "1.000000001"}, 180001),
        ({"amount": "x"}, 180001),
        ({"orderType": "Redeem"}, 180020),
        ({"category": "OnChain", "productId": "8", "coin": "ETH"}, 180001),
    ],
)
def test_refusals(venue: WalkedVenue, changes: dict[str, Any], code: int) -> None:
    with pytest.raises(VenueError) as refused:
        place(venue, STAKE, **changes)
    assert refused.value.ret_code == code


def test_an_order_link_id_may_come_again_after_half_an_hour(venue: WalkedVenue) -> None:
    place(venue, STAKE)
    with pytest.raises(VenueError) as refused:
        place(venue, STAKE)
    assert refused.value.ret_code == 180031
    with pytest.raises(VenueError) as refused:
        place(venue, STAKE, orderType="Redeem", amount="10001", orderLinkId="two")
    assert refused.value.ret_code == 180014
    venue.after(31 * 60_000)
    place(venue, STAKE)
