"""The auction before a launch: what is taken when, its price, its one match, and what is shown meanwhile."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from nautilus_bybit_adapter.sim.exchange.auction_price import find_crossing
from nautilus_bybit_adapter.sim.exchange.book import Book
from nautilus_bybit_adapter.sim.exchange.catalogue import DEFAULT_PATH, default_catalogue, read_catalogue
from nautilus_bybit_adapter.sim.exchange.catalogue_rows import CatalogueError
from nautilus_bybit_adapter.sim.exchange.errors import VenueError
from nautilus_bybit_adapter.sim.exchange.exchange import ExchangeConfig
from nautilus_bybit_adapter.sim.server import market_api
from nautilus_bybit_adapter.sim.server.tickers import rest_ticker
from nautilus_bybit_adapter.sim.server.topics import make_topic

from .conftest import START_MS, Desk

if TYPE_CHECKING:
    from pathlib import Path

    from nautilus_bybit_adapter.sim.exchange.floor import TradedMarket

MINUTE_MS = 60_000
NOVA = {"category": "linear", "symbol": "NOVAUSDT"}
ORDER = {**NOVA, "qty": "100", "price": "1.5"}
HELD_FAST_MS, MATCH_MS, TRADE_MS = 120 * MINUTE_MS, 130 * MINUTE_MS, 135 * MINUTE_MS


@pytest.fixture
def desk() -> Desk:
    wanted = {("linear", "NOVAUSDT"), ("linear", "BTCUSDT")}
    found = tuple(it for it in default_catalogue(START_MS).instruments if it.key in wanted)
    return Desk(ExchangeConfig(instruments=found))


def nova(desk: Desk) -> TradedMarket:
    return desk.exchange.markets["linear", "NOVAUSDT"]


def pass_to(desk: Desk, after_ms: int) -> None:
    desk.now_ms = START_MS + after_ms
    desk.exchange.advance(desk.now_ms)


def refusal(desk: Desk, **fields: Any) -> int:
    with pytest.raises(VenueError) as caught:
        desk.place(**{**ORDER, **fields})
    return caught.value.ret_code


def listed(desk: Desk) -> dict[str, Any]:
    page = market_api.instruments(desk.exchange, {**NOVA, "status": nova(desk).status})
    return dict(page["list"][0])


def test_a_contract_whose_auction_is_over_when_the_venue_starts_trades_at_once() -> None:
    found = tuple(
        it for it in default_catalogue(START_MS - 2 * TRADE_MS).instruments if it.key[1] == "NOVAUSDT"
    )
    late = Desk(ExchangeConfig(instruments=found))
    assert nova(late).status == "Trading"
    late.exchange.check()


def test_the_clock_leads_through_the_phases_and_the_contract_is_listed_so(desk: Desk) -> None:
    seen = []
    for after_ms in (0, HELD_FAST_MS - 1, HELD_FAST_MS, MATCH_MS, TRADE_MS - 1, TRADE_MS):
        pass_to(desk, after_ms)
        seen.append((listed(desk)["preListingInfo"]["curAuctionPhase"], nova(desk).status))
    assert seen == [
        ("CallAuction", "PreLaunch"),
        ("CallAuction", "PreLaunch"),
        ("CallAuctionNoCancel", "PreLaunch"),
        ("CrossMatching", "PreLaunch"),
        ("CrossMatching", "PreLaunch"),
        ("ContinuousTrading", "Trading"),
    ]
    item = listed(desk)
    assert item["isPreListing"]
    assert item["preListingInfo"] == {
        "curAuctionPhase": "ContinuousTrading",
        "phases": [
            {"phase": "CallAuction", "startTime": f"{START_MS}", "endTime": f"{START_MS + HELD_FAST_MS}"},
            {
                "phase": "CallAuctionNoCancel",
                "startTime": f"{START_MS + HELD_FAST_MS}",
                "endTime": f"{START_MS + MATCH_MS}",
            },
            {
                "phase": "CrossMatching",
                "startTime": f"{START_MS + MATCH_MS}",
                "endTime": f"{START_MS + TRADE_MS}",
            },
            {"phase": "ContinuousTrading", "startTime": f"{START_MS + TRADE_MS}", "endTime": ""},
        ],
        "auctionFeeInfo": {"auctionFeeRate": "0", "takerFeeRate": "0.001", "makerFeeRate": "0.0004"},
        "skipCallAuction": False,
    }


def test_the_whole_clock_may_pass_at_once(desk: Desk) -> None:
    buy, sell = desk.place(**ORDER), desk.place(**ORDER, side="Sell")
    pass_to(desk, TRADE_MS)
    assert (buy.status, sell.status, nova(desk).status) == ("Filled", "Filled", "Trading")


def test_contracts_before_launch_are_listed_on_demand_only(desk: Desk) -> None:
    assert [
        row["symbol"] for row in market_api.instruments(desk.exchange, {"category": "linear"})["list"]
    ] == ["BTCUSDT"]
    page = market_api.instruments(desk.exchange, {"category": "linear", "status": "PreLaunch"})
    assert [row["symbol"] for row in page["list"]] == ["NOVAUSDT"]


@pytest.mark.parametrize("after_ms", [0, HELD_FAST_MS])
@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"orderType": "Market", "price": ""}, 110098),
        ({"timeInForce": "IOC"}, 110098),
        ({"timeInForce": "FOK"}, 110098),
        ({"timeInForce": "PostOnly"}, 110098),
        ({"takeProfit": "1.8"}, 110099),
        ({"stopLoss": "1.2"}, 110099),
        ({"triggerPrice": "1.6", "triggerDirection": 1}, 110099),
    ],
)
def test_an_auction_takes_plain_gtc_limit_orders(
    desk: Desk, after_ms: int, fields: dict[str, Any], code: int
) -> None:
    pass_to(desk, after_ms)
    assert refusal(desk, **fields) == code
    assert desk.place(**ORDER).status == "New"


@pytest.mark.parametrize(
    ("after_ms", "side", "least", "most"),
    [
        (0, "Buy", "0.75", "19.9998"),
        (0, "Sell", "0.75", "19.9998"),
        (HELD_FAST_MS, "Buy", "0.75", "1.65"),
        (HELD_FAST_MS, "Sell", "1.35", "19.9998"),
    ],
)
def test_the_prices_an_auction_takes(desk: Desk, after_ms: int, side: str, least: str, most: str) -> None:
    pass_to(desk, after_ms)
    tick = Decimal("0.0001")
    assert refusal(desk, side=side, price=str(Decimal(least) - tick)) == 110003
    if Decimal(most) < 19:
        assert refusal(desk, side=side, price=str(Decimal(most) + tick)) == 110003
    for price in (least, most):
        order = desk.place(**{**ORDER, "price": price, "side": side, "qty": "10"})
        assert (order.status, order.filled) == ("New", 0)


def test_what_may_be_changed_and_cancelled_when(desk: Desk) -> None:
    first, second = desk.place(**ORDER), desk.place(**ORDER)
    with pytest.raises(VenueError, match="modify") as caught:
        desk.exchange.amend({**NOVA, "orderId": first.order_id, "price": "1.6"})
    assert caught.value.ret_code == 110095
    assert desk.exchange.cancel({**NOVA, "orderId": first.order_id}).status == "Cancelled"
    for after_ms in (HELD_FAST_MS, MATCH_MS):
        pass_to(desk, after_ms)
        for change in (
            lambda: desk.exchange.amend({**NOVA, "orderId": second.order_id, "price": "1.6"}),
            lambda: desk.exchange.cancel({**NOVA, "orderId": second.order_id}),
            lambda: desk.exchange.cancel_all(NOVA),
        ):
            with pytest.raises(VenueError) as caught:
                change()
            assert caught.value.ret_code == 110095
        assert desk.exchange.cancel_all({"category": "linear", "settleCoin": "USDT"}) == []
        assert desk.exchange.cancel_for("CancelByDCP", ("linear",)) == []
    assert refusal(desk) == 110095
    pass_to(desk, TRADE_MS)
    assert desk.exchange.cancel({**NOVA, "orderId": second.order_id}).status == "Cancelled"


def test_nothing_is_taken_before_the_first_phase() -> None:
    items = json.loads(DEFAULT_PATH.read_bytes())["instruments"]
    assert [item["symbol"] for item in items if item["status"] == "PreLaunch"] == ["NOVAUSDT"]
    (it,) = (it for it in default_catalogue(START_MS + 86_400_000).instruments if it.symbol == "NOVAUSDT")
    early = Desk(ExchangeConfig(instruments=(it,)))
    assert refusal(early) == 110074
    assert nova(early).phase == "NotStarted"


def test_a_contract_that_skips_its_auction_takes_post_only_orders(desk: Desk) -> None:
    it = nova(desk).instrument
    plan = it.listing.pre_listing
    assert plan is not None
    quick = replace(it, listing=replace(it.listing, pre_listing=replace(plan, skips_auction=True)))
    other = Desk(ExchangeConfig(instruments=(quick,)))
    assert refusal(other) == 110103
    order = other.place(**ORDER, timeInForce="PostOnly")
    assert order.status == "New"
    assert other.exchange.cancel({**NOVA, "orderId": order.order_id}).status == "Cancelled"


def test_portfolio_margin_has_no_auction(desk: Desk) -> None:
    desk.exchange.account.margin_mode = "PORTFOLIO_MARGIN"
    assert refusal(desk) == 110096


def test_all_trade_at_one_price_the_better_ones_first_and_pay_the_fee_of_the_auction(desk: Desk) -> None:
    nova(desk).lay({15_100: 300}, {15_100: 500})
    best = desk.place(**{**ORDER, "price": "1.52", "qty": "100"})
    late = desk.place(**{**ORDER, "price": "1.51", "qty": "200"})
    away = desk.place(**{**ORDER, "price": "1.4", "qty": "50"})
    assert best.status == late.status == away.status == "New"
    crossing = nova(desk).crossing()
    assert (crossing.ticks, crossing.lots) == (15_100, 500)
    ticker = rest_ticker(nova(desk), desk.now_ms)
    assert [ticker[name] for name in ("preOpenPrice", "preQty", "curPreListingPhase", "bid1Price")] == [
        "1.5100",
        "500",
        "CallAuction",
        "",
    ]
    desk.topics()
    pass_to(desk, MATCH_MS)
    assert (best.status, best.value) == ("Filled", Decimal("151.00"))
    assert (late.status, late.filled) == ("PartiallyFilled", 100)
    assert (away.status, away.filled) == ("New", 0)
    assert {(row["execPrice"], row["execFee"], row["feeRate"]) for row in desk.rows("execution")} == {
        ("1.51", "0", "0")
    }
    assert {trade[1] for trade in desk.trades()} == {15_100}
    assert nova(desk).last_ticks == 15_100
    desk.exchange.check()
    pass_to(desk, TRADE_MS)
    nova(desk).lay({}, {15_200: 1000})
    desk.place(**{**ORDER, "price": "1.52", "qty": "10"})
    assert desk.rows("execution")[-1]["feeRate"] == "0.001"
    desk.exchange.check()


@pytest.mark.parametrize(
    ("bids", "asks", "price", "lots"),
    [
        ({}, {}, 100, 0),
        ({99: 5}, {101: 5}, 100, 0),
        ({100: 5}, {100: 5}, 100, 5),
        ({103: 5}, {98: 5}, 98, 5),
        ({101: 5}, {90: 5}, 101, 5),
        ({105: 5, 103: 10}, {95: 3, 102: 12}, 102, 15),
        ({105: 4, 99: 10}, {95: 10, 104: 4}, 99, 10),
    ],
)
def test_the_price_trades_most_then_leaves_least_then_is_nearest(
    bids: dict[int, int], asks: dict[int, int], price: int, lots: int
) -> None:
    book = Book()
    book.replace_anonymous(bids, asks)
    assert find_crossing(book, 100) == (price, lots)


def test_the_book_is_shown_when_the_contract_trades(desk: Desk) -> None:
    nova(desk).lay({15_100: 300}, {15_300: 500})
    topic = make_topic(desk.exchange, "linear", "orderbook.50.NOVAUSDT")
    assert topic is not None
    assert topic.opening(desk.now_ms) is None
    shown = market_api.orderbook(desk.exchange, NOVA)
    assert (shown["b"], shown["a"]) == ([], [])
    pass_to(desk, MATCH_MS)
    assert list(topic.due(desk.now_ms)) == []
    pass_to(desk, TRADE_MS)
    (first, *_) = topic.due(desk.now_ms)
    assert (first["type"], first["data"]["b"]) == ("snapshot", [["1.5100", "300"]])
    nova(desk).lay({15_110: 300}, {15_300: 500})
    desk.now_ms += 1000
    (delta,) = topic.due(desk.now_ms)
    assert (delta["type"], delta["data"]["u"]) == ("delta", first["data"]["u"] + 1)


def test_nobody_pays_funding_before_the_launch(desk: Desk) -> None:
    pass_to(desk, HELD_FAST_MS - 1)
    desk.exchange.funding.advance(START_MS + 8 * 60 * MINUTE_MS)
    assert ("linear", "NOVAUSDT") not in desk.exchange.funding.history
    assert ("linear", "BTCUSDT") in desk.exchange.funding.history


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            {"status": "Trading"},
            "preListingInfo: .* is not allowed; allowed is null unless status is PreLaunch",
        ),
        ({"preListingInfo": None}, "preListingInfo must be a JSON object"),
        ({"venue": {"referencePrice": "1.5", "maintenanceMarginRate": "0.1"}}, "a list of CallAuction"),
        (
            {"category": "inverse", "contractType": "InversePerpetual", "settleCoin": "NOVA"},
            "linear perpetual",
        ),
    ],
)
def test_entries_before_launch_that_are_wrong(tmp_path: Path, change: dict[str, Any], reason: str) -> None:
    items = json.loads(DEFAULT_PATH.read_bytes())["instruments"]
    item = next(item for item in items if item["symbol"] == "NOVAUSDT")
    path = tmp_path / "catalogue.json"
    path.write_text(json.dumps({"instruments": [item | change]}))
    with pytest.raises(CatalogueError, match=reason):
        read_catalogue(path, START_MS)


def test_phases_by_their_times(tmp_path: Path) -> None:
    items = json.loads(DEFAULT_PATH.read_bytes())["instruments"]
    item = next(item for item in items if item["symbol"] == "NOVAUSDT")
    del item["venue"]["auctionMinutes"]
    names = ("CallAuction", "CallAuctionNoCancel", "CrossMatching", "ContinuousTrading")
    phases = [{"phase": name, "startTime": str(START_MS + n)} for n, name in enumerate(names)]
    item["preListingInfo"]["phases"] = phases
    path = tmp_path / "catalogue.json"
    path.write_text(json.dumps({"instruments": [item]}))
    (it,) = read_catalogue(path, START_MS).instruments
    plan = it.listing.pre_listing
    assert plan is not None
    assert [plan.at(START_MS + n) for n in range(-1, 4)] == ["NotStarted", *names]
    item["preListingInfo"]["phases"] = phases[::-1]
    path.write_text(json.dumps({"instruments": [item]}))
    with pytest.raises(CatalogueError, match="CallAuction at this place"):
        read_catalogue(path, START_MS)
