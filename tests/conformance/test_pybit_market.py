"""pybit's public REST calls, each answer checked against the venue's own books."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import Any

import pytest
from pybit_client import http, refusal, result
from venue_thread import VenueThread

D = Decimal
PAIRS = [("linear", "BTCUSDT"), ("linear", "ETHUSDT"), ("spot", "BTCUSDT"), ("spot", "ETHUSDT")]


@pytest.fixture
def session(venue: VenueThread) -> Any:
    return http(venue)


def test_the_clock(venue: VenueThread, session: Any) -> None:
    answer = session.get_server_time()
    now_ms = venue.call(lambda v: v.exchange.now_ms())
    assert abs(now_ms - answer["time"]) < 5000
    found = result(answer)
    assert int(found["timeSecond"]) == int(found["timeNano"]) // 10**9
    assert abs(int(found["timeSecond"]) - time.time()) < 5


@pytest.mark.parametrize("category", ["linear", "spot"])
def test_every_instrument_of_the_catalogue(venue: VenueThread, session: Any, category: str) -> None:
    catalogue = venue.call(
        lambda v: {
            k[1]: m.instrument
            for k, m in v.exchange.markets.items()
            if k[0] == category and m.status == "Trading"
        }
    )
    found = result(session.get_instruments_info(category=category))
    assert [row["symbol"] for row in found["list"]] == sorted(catalogue)
    for row in found["list"]:
        it = catalogue[row["symbol"]]
        assert D(row["priceFilter"]["tickSize"]) == it.tick
        step = row["lotSizeFilter"]["qtyStep" if category == "linear" else "basePrecision"]
        assert D(step) == it.lot
        assert (row["baseCoin"], row["quoteCoin"], row["status"]) == (it.base, it.quote, "Trading")


def test_one_instrument_pages_and_an_unknown_one(session: Any) -> None:
    (row,) = result(session.get_instruments_info(category="linear", symbol="ETHUSDT"))["list"]
    assert (row["symbol"], row["contractType"]) == ("ETHUSDT", "LinearPerpetual")
    assert result(session.get_instruments_info(category="linear", symbol="NOPEUSDT"))["list"] == []
    everything = [row["symbol"] for row in result(session.get_instruments_info(category="linear"))["list"]]
    page = result(session.get_instruments_info(category="linear", limit=1))
    symbols = [row["symbol"] for row in page["list"]]
    while page["nextPageCursor"]:
        page = result(session.get_instruments_info(category="linear", limit=1, cursor=page["nextPageCursor"]))
        symbols += [row["symbol"] for row in page["list"]]
    assert symbols == everything


@pytest.mark.parametrize(("category", "symbol"), PAIRS)
def test_the_order_book_is_the_venues(venue: VenueThread, session: Any, category: str, symbol: str) -> None:
    found = result(session.get_orderbook(category=category, symbol=symbol, limit=25))
    market = venue.call(lambda v: v.exchange.markets[category, symbol])
    for side, key in ((market.book.bids, "b"), (market.book.asks, "a")):
        shown = [(D(price), D(size)) for price, size in found[key]]
        it = market.instrument
        assert shown == [(it.price(t), it.qty(lots)) for t, lots in side.top(25).items()]
    assert found["s"] == symbol
    assert found["seq"] == market.seq


@pytest.mark.parametrize(("category", "symbol"), PAIRS)
def test_tickers(venue: VenueThread, session: Any, category: str, symbol: str) -> None:
    venue.move(lambda m: m.take("Buy", 3), symbol, category)
    (row,) = result(session.get_tickers(category=category, symbol=symbol))["list"]
    market = venue.call(lambda v: v.exchange.markets[category, symbol])
    it = market.instrument
    assert D(row["lastPrice"]) == it.price(market.last_ticks)
    assert D(row["bid1Price"]) == it.price(market.book.bids.best or 0)
    assert D(row["ask1Price"]) == it.price(market.book.asks.best or 0)
    everything = result(session.get_tickers(category=category))["list"]
    assert symbol in {each["symbol"] for each in everything}
    assert len(everything) == len(venue.call(lambda v: [k for k in v.exchange.markets if k[0] == category]))


@pytest.mark.parametrize("category", ["linear", "spot"])
def test_trades_newest_first_and_the_candle_they_make(
    venue: VenueThread, session: Any, category: str
) -> None:
    for side, lots in (("Buy", 3), ("Sell", 5), ("Buy", 7)):
        venue.move(lambda m, s=side, n=lots: m.take(s, n), category=category)  # type: ignore[misc] # defaults
    market = venue.call(lambda v: v.exchange.markets[category, "BTCUSDT"])
    it = market.instrument
    rows = result(session.get_public_trade_history(category=category, symbol="BTCUSDT", limit=50))["list"]
    assert [(row["side"], D(row["size"])) for row in rows] == [
        ("Buy", it.qty(7)),
        ("Sell", it.qty(5)),
        ("Buy", it.qty(3)),
    ]
    assert [row["execId"] for row in rows] == [trade.trade_id for trade in reversed(market.tape)]
    one = result(session.get_public_trade_history(category=category, symbol="BTCUSDT", limit=1))["list"]
    assert one == rows[:1]

    found = result(session.get_kline(category=category, symbol="BTCUSDT", interval=1, limit=5))["list"]
    # The trades may straddle the turn of a minute.
    assert sum(D(row[5]) for row in found if int(row[0]) >= int(rows[-1]["time"]) - 60_000) >= it.qty(15)
    newest = found[0]
    assert D(newest[3]) <= D(newest[1]) <= D(newest[2])
    assert D(newest[4]) == it.price(market.last_ticks)
    for interval in (3, 5, 60, "D", "W", "M"):
        rows = result(session.get_kline(category=category, symbol="BTCUSDT", interval=interval))["list"]
        assert rows == sorted(rows, key=lambda row: -int(row[0]))
        assert D(rows[0][4]) == it.price(market.last_ticks)


def test_funding_history_is_a_list(session: Any) -> None:
    rows = result(session.get_funding_rate_history(category="linear", symbol="BTCUSDT"))["list"]
    assert all(row["symbol"] == "BTCUSDT" for row in rows)
    assert refusal(session.get_funding_rate_history, category="spot", symbol="BTCUSDT") == 10001


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("get_orderbook", {"category": "linear", "symbol": "NOPEUSDT"}),
        ("get_orderbook", {"category": "linear", "symbol": "BTCUSDT", "limit": 5000}),
        ("get_orderbook", {"category": "nope", "symbol": "BTCUSDT"}),
        ("get_tickers", {"category": "linear", "symbol": "NOPEUSDT"}),
        ("get_kline", {"category": "linear", "symbol": "BTCUSDT", "interval": "7"}),
        ("get_kline", {"category": "linear", "symbol": "BTCUSDT", "interval": "1", "limit": 0}),
        ("get_public_trade_history", {"category": "spot", "symbol": "BTCUSDT", "limit": 61}),
        ("get_instruments_info", {"category": "linear", "limit": 1001}),
    ],
)
def test_what_is_wrong_is_refused_as_a_parameter_error(
    session: Any, name: str, params: dict[str, Any]
) -> None:
    assert refusal(getattr(session, name), **params) == 10001
