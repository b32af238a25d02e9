"""pybit beyond linear perpetuals: coin-margined, dated and option contracts, RPI orders, forced closes, batches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from pybit_client import Inbox, Replies, http, private_stream, public_stream, refusal, result, trade_socket
from venue_thread import VenueThread, eventually

from nautilus_bybit_adapter.sim.exchange.instruments import Instrument

D = Decimal


@pytest.fixture
def session(venue: VenueThread) -> Any:
    return http(venue)


def dated(venue: VenueThread, category: str) -> Instrument:
    """First dated contract of a category."""
    found = venue.call(lambda v: [m.instrument for k, m in v.exchange.markets.items() if k[0] == category])
    return next(it for it in found if it.delivery_ms)


def best_bid(venue: VenueThread, category: str, symbol: str) -> tuple[Instrument, int]:
    """Instrument and best bid in ticks."""

    def look(v: Any) -> tuple[Instrument, int]:
        market = v.exchange.markets[category, symbol]
        return market.instrument, market.book.bids.best

    return venue.call(look)


def where(venue: VenueThread, kind: str) -> dict[str, Any]:
    """Category and symbol of a kind of contract, with an amount that trades it."""
    if kind == "inverse":
        return {"category": "inverse", "symbol": "BTCUSD", "qty": "100"}
    category = {"linear future": "linear", "inverse future": "inverse", "option": "option"}[kind]
    it = dated(venue, category)
    link = {"orderLinkId": "first"} if kind == "option" else {}
    return {"category": category, "symbol": it.symbol, "qty": str(it.min_qty * 10), **link}


def subscribed(venue: VenueThread, count: int) -> None:
    def enough(v: Any) -> bool:
        return sum(len(c.topics) for c in v._server.connections("private")) == count

    eventually(lambda: venue.call(enough), f"{count} subscriptions")


@contextmanager
def listening(venue: VenueThread, patch: pytest.MonkeyPatch) -> Iterator[tuple[Inbox, Inbox, Inbox]]:
    """Orders, executions and positions as they are pushed."""
    with private_stream(venue, patch) as stream:
        orders, fills, positions = Inbox(), Inbox(), Inbox()
        stream.order_stream(orders)
        stream.execution_stream(fills)
        stream.position_stream(positions)
        subscribed(venue, 3)
        yield orders, fills, positions


KINDS = ["inverse", "linear future", "inverse future", "option"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_contract_is_described_traded_and_closed(venue: VenueThread, session: Any, kind: str) -> None:
    of = where(venue, kind)
    asked = {"category": of["category"], "symbol": of["symbol"]}
    (info,) = result(session.get_instruments_info(**asked))["list"]
    it = venue.call(lambda v: v.exchange.markets[of["category"], of["symbol"]].instrument)
    assert (info["baseCoin"], info["settleCoin"]) == (it.base, it.settle)
    assert D(info["priceFilter"]["tickSize"]) == it.tick
    book = result(session.get_orderbook(**asked, limit=1))
    bought = result(session.place_order(**of, side="Buy", orderType="Market"))["orderId"]
    (fill,) = [f for f in venue.fills() if f.order.order_id == bought]
    assert it.price(fill.ticks) == D(book["a"][0][0])
    (position,) = result(session.get_positions(**asked))["list"]
    assert (position["side"], D(position["size"])) == ("Buy", D(of["qty"]))
    assert D(position["avgPrice"]) == pytest.approx(it.price(fill.ticks), rel=D("0.0001"))
    (row,) = result(session.get_executions(**asked))["list"]
    assert (row["execId"], D(row["execFee"])) == (fill.exec_id, fill.fee)
    close = of | {"side": "Sell", "orderType": "Market", "reduceOnly": True}
    if kind == "option":
        close["orderLinkId"] = "second"
    session.place_order(**close)
    assert venue.call(lambda v: v.exchange.account.position(it.symbol).size) == 0
    if kind == "option":
        (closed,) = result(session.get_closed_options_positions(category="option"))["list"]
        assert D(closed["totalPnl"]) == venue.call(
            lambda v: v.exchange.account.position(it.symbol).cumulative_pnl
        )
    else:
        (closed,) = result(session.get_closed_pnl(**asked))["list"]
        assert D(closed["closedSize"]) == D(of["qty"])


@pytest.mark.parametrize("kind", KINDS)
def test_a_resting_order_lives_on_its_categorys_stream(
    venue: VenueThread, session: Any, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    of = where(venue, kind)
    it, bid = best_bid(venue, of["category"], of["symbol"])
    with listening(venue, monkeypatch) as (orders, fills, _):
        price = it.price(bid - 2)
        order_id = result(session.place_order(**of, side="Buy", orderType="Limit", price=str(price)))[
            "orderId"
        ]
        new = orders.row(orderId=order_id, orderStatus="New")
        assert (new["category"], D(new["price"]), D(new["leavesQty"])) == (
            of["category"],
            price,
            D(of["qty"]),
        )
        asked = {"category": of["category"], "symbol": of["symbol"], "orderId": order_id}
        session.amend_order(**asked, price=str(it.price(bid - 1)))
        orders.until(lambda m: D(m["data"][0]["price"]) == it.price(bid - 1), "the new price")
        venue.move(lambda m: m.set_levels({bid - 1: 0, bid: 0}, {}), of["symbol"], of["category"])
        lots = it.to_lots(D(of["qty"])) or 0
        venue.move(lambda m: m.trade_lots("Sell", bid - 1, lots), of["symbol"], of["category"])
        assert fills.row(orderId=order_id)["isMaker"] is True
        orders.row(orderId=order_id, orderStatus="Filled")


@pytest.mark.parametrize("category", ["inverse", "option"])
def test_public_topics_of_other_categories(
    venue: VenueThread, monkeypatch: pytest.MonkeyPatch, category: str
) -> None:
    symbol = "BTCUSD" if category == "inverse" else dated(venue, "option").symbol
    with public_stream(venue, category, monkeypatch) as stream:
        stream.orderbook_stream(25 if category == "option" else 50, symbol, books := Inbox())
        stream.ticker_stream(symbol, tickers := Inbox())
        stream.trade_stream("BTC" if category == "option" else symbol, trades := Inbox())
        first = books.until(lambda m: m["data"]["b"], "a book")
        it, bid = best_bid(venue, category, symbol)
        best = it.price(bid)
        assert D(first["data"]["b"][0][0]) == best
        mark = venue.call(lambda v: v.exchange.markets[category, symbol].mark)
        quoted = tickers.until(lambda m: m["data"]["symbol"] == symbol, "a ticker")
        assert D(quoted["data"]["markPrice"]) == pytest.approx(mark, rel=D("0.01"))
        venue.move(lambda m: m.take("Buy", 2), symbol, category)
        row = trades.until(lambda m: m["data"], "a trade")["data"][0]
        assert (row["s"], row["S"]) == (symbol, "Buy")


def test_an_option_needs_a_link_id_and_has_greeks(venue: VenueThread, session: Any) -> None:
    of = where(venue, "option")
    order = {**of, "side": "Buy", "orderType": "Market"}
    assert refusal(session.place_order, **{k: v for k, v in order.items() if k != "orderLinkId"}) == 3100198
    session.place_order(**order)
    (greeks,) = result(session.get_coin_greeks(baseCoin="BTC"))["list"]
    (position,) = result(session.get_positions(category="option", symbol=of["symbol"]))["list"]
    assert D(greeks["totalDelta"]) == D(position["delta"]) != 0
    (asset,) = result(http_get(session, "/v5/account/option-asset-info"))["result"]
    assert D(asset["totalDelta"]) == pytest.approx(D(position["delta"]), abs=D("0.0001"))


def http_get(session: Any, path: str, **query: Any) -> Any:
    """Ask a path that pybit has no method for, signed as it signs."""
    return session._submit_request(method="GET", path=session.endpoint + path, query=query, auth=True)


def test_rpi_orders_are_for_market_makers_and_their_column_for_everybody(
    venue: VenueThread, session: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = {"category": "linear", "symbol": "BTCUSDT"}
    order = {**where, "side": "Buy", "orderType": "Limit", "qty": "0.02", "price": "85999"}
    assert refusal(session.place_order, **order, timeInForce="RPI") == 110119
    assert venue.open_ids() == set()
    (info,) = result(session.get_account_instruments_info(**where))["list"]
    assert info["myRpiPermission"] is False
    with public_stream(venue, "linear", monkeypatch) as stream:
        stream.rpi_orderbook_stream("BTCUSDT", books := Inbox())
        told = books.until(lambda m: m["data"]["b"], "a book")["data"]
        it, bid = best_bid(venue, **where)
        assert D(told["b"][0][0]) == it.price(bid)
        assert all(len(level) == 3 for level in (*told["b"], *told["a"]))
        asked = result(session.get_rpi_orderbook(**where, limit=50))
        assert [level[:2] for level in asked["b"][:10]] == [level[:2] for level in told["b"][:10]]


@pytest.mark.parametrize("category", ["linear", "inverse"])
def test_a_liquidation_is_pushed_to_everybody_concerned(
    venue: VenueThread, session: Any, monkeypatch: pytest.MonkeyPatch, category: str
) -> None:
    symbol, qty = {"linear": ("BTCUSDT", "0.5"), "inverse": ("BTCUSD", "1000")}[category]
    session.place_order(category=category, symbol=symbol, side="Buy", orderType="Market", qty=qty)
    with (
        public_stream(venue, category, monkeypatch) as stream,
        listening(venue, monkeypatch) as (_, fills, positions),
    ):
        stream.all_liquidation_stream(symbol, public := Inbox())
        eventually(
            lambda: venue.call(lambda v: any(c.topics for c in v._server.connections("public"))), "a topic"
        )
        venue.call(lambda v: v.exchange.liquidate(symbol, category))
        row = fills.row(execType="BustTrade")
        (booked,) = [f for f in venue.fills() if f.exec_type == "BustTrade"]
        assert (row["execId"], row["symbol"], D(row["execQty"])) == (booked.exec_id, symbol, D(qty))
        told = public.until(lambda m: m["data"], "the liquidation")["data"][0]
        assert (told["s"], told["S"], D(told["v"])) == (symbol, "Buy", D(qty))
        assert D(told["p"]) == booked.order.instrument.price(booked.ticks)
        assert positions.row(symbol=symbol, size="0")["side"] == ""
        (record,) = result(session.get_executions(category=category, symbol=symbol, execType="BustTrade"))[
            "list"
        ]
        assert record["execId"] == booked.exec_id


def test_a_deleveraging_closes_part_of_a_position(
    venue: VenueThread, session: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.place_order(category="linear", symbol="BTCUSDT", side="Sell", orderType="Market", qty="0.5")
    with listening(venue, monkeypatch) as (orders, fills, positions):
        venue.call(lambda v: v.exchange.adl("BTCUSDT", D("0.2")))
        row = fills.row(execType="AdlTrade")
        assert (row["side"], row["execQty"], row["closedSize"]) == ("Buy", "0.2", "0.2")
        assert orders.row(orderId=row["orderId"])["createType"] == "CreateByAdl_PassThrough"
        assert positions.row(size="0.3")["side"] == "Sell"
        assert result(session.get_adl_alert(symbol="BTCUSDT"))["list"][0]["symbol"]


def test_a_future_is_delivered(venue: VenueThread, session: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    of = where(venue, "linear future")
    session.place_order(**of, side="Buy", orderType="Market")
    with listening(venue, monkeypatch) as (_, fills, positions):
        venue.call(lambda v: v.exchange.deliver(of["symbol"], "linear"))
        row = fills.row(execType="Delivery")
        positions.row(symbol=of["symbol"], size="0")
        (record,) = result(session.get_option_delivery_record(category="linear"))["list"]
        assert (record["symbol"], D(record["fee"])) == (of["symbol"], D(row["execFee"]))
        (price,) = result(session.get_option_delivery_price(category="linear", symbol=of["symbol"]))["list"]
        assert D(price["deliveryPrice"]) == D(row["execPrice"])
        assert refusal(session.place_order, **of, side="Buy", orderType="Market") == 110074


@pytest.mark.parametrize("category", ["inverse", "spot", "option"])
def test_batches_of_the_trade_socket(
    venue: VenueThread, monkeypatch: pytest.MonkeyPatch, category: str
) -> None:
    symbol = {"inverse": "BTCUSD", "spot": "BTCUSDT"}.get(category) or dated(venue, "option").symbol
    it, bid = best_bid(venue, category, symbol)
    qty = {"inverse": "100", "spot": "0.001"}.get(category, "0.1")
    request = [
        {
            "symbol": symbol,
            "side": "Buy",
            "orderType": "Limit",
            "qty": qty,
            "price": str(it.price(bid - number)),
            "orderLinkId": f"b{number}",
        }
        for number in range(1, 6)
    ]
    with trade_socket(venue, monkeypatch) as socket:
        replies = Replies()
        placed = replies.of(socket.place_batch_order, category=category, request=request)
        assert [item["code"] for item in placed["retExtInfo"]["list"]] == [0] * 5
        ids = [row["orderId"] for row in placed["data"]["list"]]
        assert venue.open_ids() == set(ids)
        change = [{"symbol": symbol, "orderId": ids[0], "price": str(it.price(bid - 7))}]
        amended = replies.of(socket.amend_batch_order, category=category, request=change)
        assert [item["code"] for item in amended["retExtInfo"]["list"]] == [0]
        assert venue.order(ids[0]).ticks == bid - 7
        gone = [{"symbol": symbol, "orderId": each} for each in (*ids, "nobody")]
        cancelled = replies.of(socket.cancel_batch_order, category=category, request=gone)
        codes = [item["code"] for item in cancelled["retExtInfo"]["list"]]
        assert codes[:5] == [0] * 5
        assert codes[5] != 0
        assert venue.open_ids() == set()
