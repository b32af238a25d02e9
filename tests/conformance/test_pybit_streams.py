"""pybit's public and private WebSockets against the venue's own state."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from pybit_client import Inbox, http, private_stream, public_stream, result
from venue_thread import VenueThread, eventually

D = Decimal
BTC = "BTCUSDT"
CATEGORIES = ["linear", "spot"]


def shown(venue: VenueThread, category: str, depth: int) -> tuple[dict[Decimal, Decimal], ...]:
    """Return the best levels of each side of the venue's book."""

    def look(v: Any) -> tuple[dict[Decimal, Decimal], ...]:
        market = v.exchange.markets[category, BTC]
        it = market.instrument
        return tuple(
            {it.price(t): it.qty(lots) for t, lots in side.top(depth).items()}
            for side in (market.book.bids, market.book.asks)
        )

    return venue.call(look)


def levels(rows: list[list[str]]) -> dict[Decimal, Decimal]:
    return {D(price): D(size) for price, size in rows}


@pytest.mark.parametrize("category", CATEGORIES)
@pytest.mark.parametrize("depth", [1, 50, 200, 1000])
def test_the_book_pybit_keeps_is_the_venues(
    venue: VenueThread, monkeypatch: pytest.MonkeyPatch, category: str, depth: int
) -> None:
    with public_stream(venue, category, monkeypatch) as stream:
        inbox = Inbox()
        stream.orderbook_stream(depth, BTC, inbox)
        inbox.until(lambda m: m["topic"] == f"orderbook.{depth}.{BTC}", "the snapshot")
        for number in range(3):
            venue.move(lambda m: m.take("Buy", 400_000), category=category)
            venue.move(lambda m, n=number: m.add("Sell", 859_990 - n, 11), category=category)  # type: ignore[misc]
            bids, asks = shown(venue, category, depth)
            last = inbox.until(
                lambda m, b=bids, a=asks: (levels(m["data"]["b"]), levels(m["data"]["a"])) == (b, a),  # type: ignore[misc]
                "the venue's book",
            )
            assert last["data"]["s"] == BTC
        numbers = [message["data"]["u"] for message in inbox.messages]
        assert numbers == sorted(numbers)


@pytest.mark.parametrize("category", CATEGORIES)
def test_trades_ticker_and_candle_of_one_print(
    venue: VenueThread, monkeypatch: pytest.MonkeyPatch, category: str
) -> None:
    with public_stream(venue, category, monkeypatch) as stream:
        trades, ticker, candle = Inbox(), Inbox(), Inbox()
        stream.trade_stream(BTC, trades)
        stream.ticker_stream(BTC, ticker)
        stream.kline_stream(1, BTC, candle)
        ticker.until(lambda m: m["data"]["symbol"] == BTC, "the first ticker")
        candle.until(lambda m: m["data"], "the first candle")
        venue.move(lambda m: m.take("Sell", 7), category=category)
        market = venue.call(lambda v: v.exchange.markets[category, BTC])
        it, printed = market.instrument, market.tape[-1]
        row = trades.row(i=printed.trade_id)
        assert (row["S"], D(row["p"]), D(row["v"])) == ("Sell", it.price(printed.ticks), it.qty(7))
        assert (row["s"], row["T"], row["seq"]) == (BTC, printed.at_ms, printed.seq)
        volume = it.qty(market.volume_lots)
        last = ticker.until(lambda m: D(m["data"]["volume24h"]) == volume, "the volume in the ticker")
        assert D(last["data"]["lastPrice"]) == it.price(printed.ticks)
        bar = candle.until(lambda m: D(m["data"][0]["volume"]) == it.qty(7), "the volume")["data"][0]
        assert D(bar["close"]) == it.price(printed.ticks)
        assert bar["end"] - bar["start"] == 59_999
        assert bar["confirm"] is False


def test_topics_are_left_again(venue: VenueThread, monkeypatch: pytest.MonkeyPatch) -> None:
    with public_stream(venue, "linear", monkeypatch) as stream:
        inbox = Inbox()
        stream.orderbook_stream(50, [BTC, "ETHUSDT"], inbox)
        for symbol in (BTC, "ETHUSDT"):
            inbox.until(lambda m, s=symbol: m["topic"].endswith(s), symbol)  # type: ignore[misc] # default
        assert stream.get_subscription_topics() == [f"orderbook.50.{BTC}", "orderbook.50.ETHUSDT"]
        stream.unsubscribe(f"orderbook.50.{BTC}")
        eventually(lambda: not stream.get_subscription_topics(), "the end of the subscription")

        def topics(v: Any) -> set[str]:
            return {t for c in v._server.connections("public") for t in c.topics}

        assert venue.call(topics) == set()


def test_a_lively_market_stays_a_book(lively: VenueThread, monkeypatch: pytest.MonkeyPatch) -> None:
    with public_stream(lively, "linear", monkeypatch) as stream:
        inbox = Inbox()
        stream.orderbook_stream(50, BTC, inbox)
        stream.trade_stream(BTC, trades := Inbox())
        inbox.until(lambda m: m["data"]["u"] > 40, "forty frames")
        trades.until(lambda m: m["data"], "a trade")
        for message in inbox.messages:
            bids, asks = levels(message["data"]["b"]), levels(message["data"]["a"])
            assert max(bids) < min(asks)
            assert (len(bids), len(asks)) == (50, 50)
        numbers = [message["data"]["u"] for message in inbox.messages]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_an_orders_life_on_the_private_streams(venue: VenueThread, monkeypatch: pytest.MonkeyPatch) -> None:
    session = http(venue)
    with private_stream(venue, monkeypatch) as stream:
        orders, fills, fast, positions, wallets = (Inbox() for _ in range(5))
        stream.order_stream(orders)
        stream.execution_stream(fills)
        stream.fast_execution_stream(fast)
        stream.position_stream(positions)
        stream.wallet_stream(wallets)

        def subscribed(v: Any) -> bool:
            return sum(len(c.topics) for c in v._server.connections("private")) == 5

        eventually(lambda: venue.call(subscribed), "five subscriptions")
        where = {"category": "linear", "symbol": BTC}
        rest = {"side": "Buy", "orderType": "Limit", "qty": "0.01", "price": "80000", "orderLinkId": "a"}
        order_id = result(session.place_order(**where, **rest))["orderId"]
        new = orders.row(orderId=order_id, orderStatus="New")
        assert (new["orderLinkId"], new["price"], new["leavesQty"]) == ("a", "80000", "0.01")
        locked = wallets.until(lambda m: D(m["data"][0]["totalInitialMargin"]) > 0, "the margin of the order")
        assert D(locked["data"][0]["coin"][0]["totalOrderIM"]) > 0

        session.amend_order(**where, orderId=order_id, price="80500")
        assert orders.row(orderId=order_id, price="80500")["orderStatus"] == "New"
        session.cancel_order(**where, orderId=order_id)
        gone = orders.row(orderId=order_id, orderStatus="Cancelled")
        assert (gone["cancelType"], gone["rejectReason"]) == ("CancelByUser", "EC_PerCancelRequest")
        assert not fills.messages

        taken = result(session.place_order(**where, side="Sell", orderType="Market", qty="0.03"))["orderId"]
        row = fills.row(orderId=taken)
        (booked,) = venue.fills()
        assert (row["execId"], D(row["execQty"]), D(row["execFee"])) == (
            booked.exec_id,
            D("0.03"),
            booked.fee,
        )
        quick = fast.row(orderId=taken)
        assert (quick["execId"], quick["execPrice"]) == (row["execId"], row["execPrice"])
        assert orders.row(orderId=taken, orderStatus="Filled")["cumExecQty"] == "0.03"
        held = positions.row(size="0.03")
        assert (held["side"], D(held["entryPrice"])) == ("Sell", D(row["execPrice"]))
        paid = D(100_000) - D(row["execFee"])
        told = wallets.until(
            lambda m: any(
                c["coin"] == "USDT" and D(c["walletBalance"]) == paid for c in m["data"][0]["coin"]
            ),
            "the fee in the wallet",
        )
        assert told["data"][0]["accountType"] == "UNIFIED"
        for inbox, topic in (
            (orders, "order"),
            (fills, "execution"),
            (positions, "position"),
            (wallets, "wallet"),
        ):
            assert all(m["topic"] == topic and m["id"] and m["creationTime"] for m in inbox.messages)


def test_a_passive_fill_is_told(venue: VenueThread, monkeypatch: pytest.MonkeyPatch) -> None:
    session = http(venue)
    venue.move(lambda m: m.set_levels({860000: 100}, {860010: 100}, replace=True))
    with private_stream(venue, monkeypatch) as stream:
        stream.order_stream(orders := Inbox())
        stream.execution_stream(fills := Inbox())
        order = {"side": "Sell", "orderType": "Limit", "qty": "0.05", "price": "86000.5"}
        order_id = result(session.place_order(category="linear", symbol=BTC, **order))["orderId"]
        orders.row(orderId=order_id, orderStatus="New")
        venue.move(lambda m: m.trade("Buy", "86000.5", "0.02"))
        part = orders.row(orderId=order_id, orderStatus="PartiallyFilled")
        assert (part["leavesQty"], part["cumExecQty"]) == ("0.03", "0.02")
        assert fills.row(orderId=order_id)["isMaker"] is True
        venue.move(lambda m: m.trade("Buy", "86000.5", "0.03"))
        assert orders.row(orderId=order_id, orderStatus="Filled")["avgPrice"] == "86000.5"


def test_spot_orders_come_on_the_same_streams(venue: VenueThread, monkeypatch: pytest.MonkeyPatch) -> None:
    session = http(venue)
    with private_stream(venue, monkeypatch) as stream:
        stream.order_stream(orders := Inbox())
        stream.execution_stream(fills := Inbox())
        stream.wallet_stream(wallets := Inbox())
        order = {"side": "Buy", "orderType": "Limit", "qty": "0.1", "price": "86500", "timeInForce": "IOC"}
        order_id = result(session.place_order(category="spot", symbol=BTC, **order))["orderId"]
        assert orders.row(orderId=order_id)["category"] == "spot"
        rows = [row for m in [fills.until(lambda m: m["data"], "fills")] for row in m["data"]]
        assert {row["feeCurrency"] for row in rows} == {"BTC"}
        expected = venue.balance("BTC")
        wallets.until(
            lambda m: any(
                c["coin"] == "BTC" and D(c["walletBalance"]) == expected for c in m["data"][0]["coin"]
            ),
            "the coins bought",
        )


def test_a_cut_stream_comes_back_and_goes_on(venue: VenueThread, monkeypatch: pytest.MonkeyPatch) -> None:
    session = http(venue)
    with private_stream(venue, monkeypatch) as stream:
        stream.order_stream(orders := Inbox())
        where = {"category": "linear", "symbol": BTC, "side": "Buy", "orderType": "Limit", "qty": "0.01"}
        session.place_order(**where, price="80000", orderLinkId="before")
        orders.row(orderLinkId="before")
        (old,) = venue.call(lambda v: v._server.connections("private"))
        assert venue.call(lambda v: v.disconnect("private")) == 1

        def subscribed(v: Any) -> bool:
            return any("order" in c.topics for c in v._server.connections("private") if c is not old)

        eventually(lambda: venue.call(subscribed), "the subscription after the reconnect")
        session.place_order(**where, price="80001", orderLinkId="after")
        orders.row(orderLinkId="after")
