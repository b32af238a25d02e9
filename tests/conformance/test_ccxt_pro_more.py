"""ccxt.pro beyond single topics: liquidations, several symbols at once, options, and topics left again."""

from __future__ import annotations

import asyncio
from typing import Any

import ccxt_client
import pytest
from ccxt_client import exact
from venue_thread import PATIENCE_S, VenueThread, eventually

PERP, ETH, INVERSE = "BTC/USDT:USDT", "ETH/USDT:USDT", "BTC/USD:BTC"
KEY = {PERP: ("linear", "BTCUSDT"), INVERSE: ("inverse", "BTCUSD")}


def with_client(venue: VenueThread, scenario: Any) -> None:
    async def run() -> None:
        client = ccxt_client.pro(venue)
        try:
            async with asyncio.timeout(PATIENCE_S):
                await client.load_markets()
                await scenario(client)
        finally:
            await client.close()

    asyncio.run(run())


def topics(venue: VenueThread) -> set[str]:
    return venue.call(lambda v: {t for c in v._server.connections("public") for t in c.topics})


@pytest.mark.parametrize("symbol", [PERP, INVERSE])
def test_liquidations_are_watched(venue: VenueThread, symbol: str) -> None:
    category, name = KEY[symbol]

    async def scenario(client: Any) -> None:
        await client.create_order(symbol, "market", "buy", 100 if symbol == INVERSE else 0.2)
        watching = asyncio.ensure_future(client.watch_liquidations(symbol))
        await asyncio.to_thread(eventually, lambda: f"allLiquidation.{name}" in topics(venue), "the topic")
        venue.call(lambda v: v.exchange.liquidate(name, category))
        (row,) = await watching
        (bust,) = [f for f in venue.fills() if f.exec_type == "BustTrade"]
        assert exact(row["price"]) == bust.order.instrument.price(bust.ticks)
        assert exact(row["contracts"]) == bust.order.instrument.qty(bust.lots)
        assert row["side"] == "buy"

    with_client(venue, scenario)


def test_several_symbols_share_a_socket_and_are_left_again(venue: VenueThread) -> None:
    async def scenario(client: Any) -> None:
        book = await client.watch_order_book_for_symbols([PERP, ETH], 50)
        assert book["symbol"] in {PERP, ETH}
        assert {"orderbook.50.BTCUSDT", "orderbook.50.ETHUSDT"} <= topics(venue)
        watching = asyncio.ensure_future(client.watch_trades_for_symbols([PERP, ETH]))
        await asyncio.to_thread(eventually, lambda: "publicTrade.ETHUSDT" in topics(venue), "the topic")
        venue.move(lambda m: m.take("Buy", 4), "ETHUSDT")
        (trade,) = await watching
        printed = venue.call(lambda v: v.exchange.markets["linear", "ETHUSDT"].tape[-1])
        assert (trade["symbol"], trade["id"], trade["side"]) == (ETH, printed.trade_id, "buy")
        await client.un_watch_trades_for_symbols([PERP, ETH])
        await client.un_watch_order_book_for_symbols([PERP, ETH], {"limit": 50})
        await asyncio.to_thread(eventually, lambda: not topics(venue), "no topics")

    with_client(venue, scenario)


def test_an_options_book_and_ticker(venue: VenueThread) -> None:
    found = venue.call(lambda v: [m.instrument for k, m in v.exchange.markets.items() if k[0] == "option"])
    it = next(each for each in found if each.base == "BTC")

    async def scenario(client: Any) -> None:
        symbol = client.markets_by_id[it.symbol][0]["symbol"]
        book = await client.watch_order_book(symbol, 25)
        best = venue.call(lambda v: v.exchange.markets[it.key].book.bids.best)
        assert exact(book["bids"][0][0]) == it.price(best or 0)
        ticker = await client.watch_ticker(symbol)
        assert (ticker["symbol"], ticker["info"]["bidPrice"]) == (symbol, str(it.price(best or 0)))

    with_client(venue, scenario)
