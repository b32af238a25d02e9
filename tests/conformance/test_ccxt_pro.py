"""ccxt.pro: its streams and its order entry socket against the venue's own state."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import ccxt  # type: ignore[import-untyped] # it carries no marker of its annotations
import ccxt_client
import pytest
from ccxt_client import exact
from venue_thread import PATIENCE_S, VenueThread

PERP, SPOT, INVERSE = "BTC/USDT:USDT", "BTC/USDT", "BTC/USD:BTC"
KEY = {PERP: ("linear", "BTCUSDT"), SPOT: ("spot", "BTCUSDT"), INVERSE: ("inverse", "BTCUSD")}
Scenario = Callable[[Any], Awaitable[None]]


def with_pro(venue: VenueThread, scenario: Scenario) -> None:
    """Run a scenario with a client that is closed afterwards."""

    async def run() -> None:
        client = ccxt_client.pro(venue)
        try:
            async with asyncio.timeout(PATIENCE_S):
                await client.load_markets()
                await scenario(client)
        finally:
            await client.close()

    asyncio.run(run())


async def watched(watch: Callable[[], Awaitable[Any]], wanted: Callable[[Any], Any]) -> Any:
    """Watch until what is wanted is seen, and return it."""
    while True:
        found = await watch()
        if wanted(found):
            return found


async def eventually(condition: Callable[[], Any]) -> None:
    while not condition():  # noqa: ASYNC110 - the venue lives in another thread
        await asyncio.sleep(0.005)


def topics(venue: VenueThread, family: str) -> set[str]:
    return venue.call(lambda v: {t for c in v._server.connections(family) for t in c.topics})


@pytest.mark.parametrize("symbol", [PERP, SPOT, INVERSE])
@pytest.mark.parametrize("depth", [1, 50, 200])
def test_the_book_it_keeps_is_the_venues(venue: VenueThread, symbol: str, depth: int) -> None:
    category, name = KEY[symbol]

    async def scenario(pro: Any) -> None:
        await pro.watch_order_book(symbol, depth)
        for side, ticks, lots in (("Sell", 859_990, 700), ("Buy", 860_020, 800)):
            venue.move(lambda m, s=side, t=ticks, n=lots: m.add(s, t, n), name, category)  # type: ignore[misc]
        market = venue.call(lambda v: v.exchange.markets[category, name])
        it = market.instrument
        expected = [
            [(it.price(t), it.qty(lots)) for t, lots in side.top(depth).items()]
            for side in (market.book.bids, market.book.asks)
        ]

        def is_it(book: Any) -> bool:
            return [[(exact(p), exact(q)) for p, q in book[key]] for key in ("bids", "asks")] == expected

        await watched(lambda: pro.watch_order_book(symbol, depth), is_it)

    with_pro(venue, scenario)


@pytest.mark.parametrize("symbol", [PERP, SPOT])
def test_trades_ticker_best_prices_and_candles(venue: VenueThread, symbol: str) -> None:
    category, name = KEY[symbol]

    async def scenario(pro: Any) -> None:
        ticker = await pro.watch_ticker(symbol)
        assert ticker["symbol"] == symbol
        ether = symbol.replace("BTC", "ETH")
        assert set(await pro.watch_tickers([ether])) == {ether}
        best = await pro.watch_bids_asks([ether])
        assert best[ether]["bid"] < best[ether]["ask"]
        trades = asyncio.ensure_future(pro.watch_trades(symbol))
        candles = asyncio.ensure_future(pro.watch_ohlcv(symbol, "1m"))
        await eventually(lambda: len(topics(venue, "public")) == 5)
        venue.move(lambda m: m.take("Sell", 7), name, category)
        market = venue.call(lambda v: v.exchange.markets[category, name])
        it, printed = market.instrument, market.tape[-1]
        (trade,) = await trades
        assert (trade["id"], trade["side"]) == (printed.trade_id, "sell")
        assert (exact(trade["price"]), exact(trade["amount"])) == (it.price(printed.ticks), it.qty(7))
        volume = it.qty(market.volume_lots)
        last = await watched(lambda: pro.watch_ticker(symbol), lambda t: exact(t["baseVolume"]) == volume)
        assert exact(last["last"]) == it.price(printed.ticks)
        row = (await candles)[-1]
        assert exact(row[4]) == it.price(printed.ticks)

    with_pro(venue, scenario)


def test_topics_are_left_again(venue: VenueThread) -> None:
    async def scenario(pro: Any) -> None:
        await pro.watch_order_book(PERP, 50)
        await pro.watch_ticker(PERP)
        assert topics(venue, "public") == {"orderbook.50.BTCUSDT", "tickers.BTCUSDT"}
        await pro.un_watch_order_book(PERP, {"limit": 50})
        await eventually(lambda: topics(venue, "public") == {"tickers.BTCUSDT"})
        await pro.un_watch_ticker(PERP)
        await eventually(lambda: not topics(venue, "public"))

    with_pro(venue, scenario)


def test_an_orders_life_on_the_private_streams(venue: VenueThread) -> None:
    async def scenario(pro: Any) -> None:
        orders, trades, balance = (
            asyncio.ensure_future(call)
            for call in (
                pro.watch_orders(),
                pro.watch_my_trades(),
                watched(pro.watch_balance, lambda b: exact(b["USDT"]["total"]) != 100_000),
            )
        )
        await eventually(lambda: len(topics(venue, "private")) >= 3)
        placed = await pro.create_order(PERP, "limit", "buy", 0.01, 80000)
        (order,) = await orders
        assert (order["id"], order["status"], order["price"]) == (placed["id"], "open", 80000)
        await pro.cancel_order(placed["id"], PERP)
        # Between two calls it keeps the rows in its cache.
        await eventually(lambda: [o["status"] for o in pro.orders] == ["canceled"])

        sold = await pro.create_order(PERP, "market", "sell", 0.03)
        (trade,) = await trades
        (fill,) = venue.fills()
        assert (trade["id"], trade["order"]) == (fill.exec_id, sold["id"])
        assert (exact(trade["amount"]), exact(trade["fee"]["cost"])) == (
            fill.order.instrument.qty(30),
            fill.fee,
        )
        await eventually(lambda: [o["status"] for o in pro.orders] == ["canceled", "closed"])
        assert (pro.orders[1]["id"], pro.orders[1]["filled"]) == (sold["id"], 0.03)
        market = venue.call(lambda v: v.exchange.markets[KEY[PERP]])
        open_result = fill.value - market.mark * fill.order.instrument.qty(fill.lots)
        # Its total is Bybit's equity.
        assert exact((await balance)["USDT"]["total"]) == venue.balance("USDT") + open_result

    with_pro(venue, scenario)


def test_positions(venue: VenueThread) -> None:
    async def scenario(pro: Any) -> None:
        watching = asyncio.ensure_future(
            watched(lambda: pro.watch_positions([PERP]), lambda rows: any(p["contracts"] for p in rows))
        )
        await eventually(lambda: topics(venue, "private"))
        await pro.create_order(PERP, "market", "sell", 0.03)
        (held,) = [p for p in await watching if p["contracts"]]
        assert (held["side"], held["contracts"], held["symbol"]) == ("short", 0.03, PERP)
        (fill,) = venue.fills()
        assert exact(held["entryPrice"]) == fill.order.instrument.price(fill.ticks)

    with_pro(venue, scenario)


@pytest.mark.parametrize("symbol", [PERP, SPOT])
def test_orders_over_the_socket(venue: VenueThread, symbol: str) -> None:
    async def scenario(pro: Any) -> None:
        price = 82000
        placed = await pro.create_order_ws(symbol, "limit", "buy", 0.01, price, {"clientOrderId": "ws-1"})
        assert (venue.open_ids(), placed["clientOrderId"]) == ({placed["id"]}, "ws-1")
        await pro.edit_order_ws(placed["id"], symbol, "limit", "buy", 0.02, price + 1)
        order = venue.order(placed["id"])
        assert order.instrument.price(order.ticks) == price + 1
        await pro.cancel_order_ws(placed["id"], symbol)
        assert venue.open_ids() == set()
        with pytest.raises(ccxt.OrderNotFound):
            await pro.cancel_order_ws("00000000-0000-0000-0000-000000000000", PERP)
        with pytest.raises(ccxt.InsufficientFunds):
            await pro.create_order_ws(symbol, "limit", "buy", 50 if symbol == PERP else 5, price)

    with_pro(venue, scenario)


def test_a_cut_stream_is_an_error_and_the_next_call_goes_on(venue: VenueThread) -> None:
    async def scenario(pro: Any) -> None:
        await pro.watch_order_book(PERP, 50)
        watching = asyncio.ensure_future(pro.watch_order_book(PERP, 50))
        await asyncio.sleep(0)
        assert venue.call(lambda v: v.disconnect("public")) == 1
        with pytest.raises(ccxt.NetworkError):
            await watching
        book = await pro.watch_order_book(PERP, 50)
        assert len(book["bids"]) == 50

    with_pro(venue, scenario)


def test_the_asynchronous_rest_calls(venue: VenueThread) -> None:
    async def scenario(pro: Any) -> None:
        ticker, balance, positions = await asyncio.gather(
            pro.fetch_ticker(PERP), pro.fetch_balance(), pro.fetch_positions()
        )
        assert ticker["bid"] < ticker["ask"]
        assert exact(balance["USDT"]["total"]) == venue.balance("USDT")
        assert positions == []

    with_pro(venue, scenario)
