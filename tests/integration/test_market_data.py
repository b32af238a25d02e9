"""Market data of a TradingNode against the venue's own book."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import pytest
from nautilus_trader.model.data import OrderBookDeltas, QuoteTick, TradeTick
from nautilus_trader.model.enums import AggressorSide, BookAction, BookType
from nautilus_trader.model.identifiers import InstrumentId
from trading import LINEAR, SPOT, trading, until

from nautilus_bybit_adapter.sim import SimConfig, SimVenue


def on_venue(scenario: Callable[[SimVenue], Awaitable[None]], **config: Any) -> None:
    async def run() -> None:
        async with SimVenue(SimConfig(**{"market": "quiet"} | config)) as venue:
            await scenario(venue)

    asyncio.run(run())


@pytest.mark.parametrize("depth", [1, 50, 200, 1000])
@pytest.mark.parametrize(("instrument_id", "category"), [(LINEAR, "linear"), (SPOT, "spot")])
def test_the_book_is_the_venues_at_every_depth(
    instrument_id: InstrumentId, category: str, depth: int
) -> None:
    async def scenario(venue: SimVenue) -> None:
        async with trading(venue, instrument_ids=(instrument_id,)) as trader:
            trader.subscribe_order_book_deltas(instrument_id, BookType.L2_MBP, depth=depth)
            await trader.until(lambda: trader.of(OrderBookDeltas), "a snapshot")
            market = venue.exchange.markets[category, "BTCUSDT"]
            tick = market.instrument.tick
            bid = market.touch_price("Sell")
            assert bid is not None
            market.set_book(
                [(tick * (bid - n), Decimal(1) + n) for n in range(80)],
                [(tick * (bid + 2 + n), Decimal(2) + n) for n in range(80)],
            )

            def agrees() -> bool:
                book = trader.cache.order_book(instrument_id)
                for side, levels in (("Buy", book.bids()), ("Sell", book.asks())):
                    top = market.book.side(side).top(depth)
                    venues = {price * tick: size * market.instrument.lot for price, size in top.items()}
                    if {each.price.as_decimal(): Decimal(str(each.size())) for each in levels} != venues:
                        return False
                return True

            await until(agrees, f"the venue's {depth} levels")

    on_venue(scenario)


def test_quotes_are_the_touch_and_leave_the_book_alone() -> None:
    async def scenario(venue: SimVenue) -> None:
        async with trading(venue) as trader:
            trader.subscribe_order_book_deltas(LINEAR, BookType.L2_MBP, depth=50)
            trader.subscribe_quote_ticks(LINEAR)
            await trader.until(
                lambda: trader.of(QuoteTick) and trader.of(OrderBookDeltas), "a quote and a book"
            )
            market = venue.exchange.markets["linear", "BTCUSDT"]
            tick = market.instrument.tick
            bid = market.touch_price("Sell")
            assert bid is not None
            # A change far from the touch is a delta and no quote.
            seen = len(trader.of(QuoteTick))
            market.add("Buy", bid - 20, 5)
            batches = len(trader.of(OrderBookDeltas))
            await trader.until(lambda: len(trader.of(OrderBookDeltas)) > batches, "a delta")
            assert {quote.bid_price.as_decimal() for quote in trader.of(QuoteTick)} == {bid * tick}
            market.set_book([(tick * (bid - 1), "3")], [(tick * (bid + 3), "4")])
            await trader.until(lambda: len(trader.of(QuoteTick)) > seen, "a new quote")
            last = trader.of(QuoteTick)[-1]
            assert (last.bid_price.as_decimal(), last.ask_price.as_decimal()) == (
                tick * (bid - 1),
                tick * (bid + 3),
            )
            assert (last.bid_size.as_decimal(), last.ask_size.as_decimal()) == (3, 4)
            clears = [
                d
                for batch in trader.of(OrderBookDeltas)
                for d in batch.deltas
                if d.action == BookAction.CLEAR
            ]
            assert len(clears) == 1, "only the snapshot of the book itself clears it"

    on_venue(scenario)


def test_trades_have_side_price_and_size() -> None:
    async def scenario(venue: SimVenue) -> None:
        async with trading(venue) as trader:
            trader.subscribe_trade_ticks(LINEAR)
            market = venue.exchange.markets["linear", "BTCUSDT"]
            ask = market.touch_price("Buy")
            assert ask is not None
            price = ask * market.instrument.tick

            async def trade_until_seen() -> None:
                while not trader.of(TradeTick):
                    market.trade("Buy", price, Decimal("0.002"))
                    await asyncio.sleep(0.05)

            await asyncio.wait_for(trade_until_seen(), 10)
            tick = trader.of(TradeTick)[0]
            assert (tick.price.as_decimal(), tick.size.as_decimal()) == (price, Decimal("0.002"))
            assert tick.aggressor_side == AggressorSide.BUYER

    on_venue(scenario)


def test_nothing_flows_after_the_last_unsubscription() -> None:
    async def scenario(venue: SimVenue) -> None:
        async with trading(venue) as trader:
            trader.subscribe_quote_ticks(LINEAR)
            trader.subscribe_order_book_deltas(LINEAR, BookType.L2_MBP, depth=1)
            await trader.until(lambda: trader.of(QuoteTick), "a quote")
            trader.unsubscribe_quote_ticks(LINEAR)
            market = venue.exchange.markets["linear", "BTCUSDT"]
            tick = market.instrument.tick
            bid = market.touch_price("Sell")
            assert bid is not None
            batches = len(trader.of(OrderBookDeltas))
            market.set_book([(tick * (bid - 1), "3")], [(tick * (bid + 3), "4")])
            await trader.until(
                lambda: len(trader.of(OrderBookDeltas)) > batches, "a delta of the shared topic"
            )
            quotes = len(trader.of(QuoteTick))
            trader.unsubscribe_order_book_deltas(LINEAR)
            server = venue._server
            await until(
                lambda: not any(connection.topics for connection in server.connections("public")),
                "no topic left",
            )
            market.set_book([(tick * (bid - 5), "3")], [(tick * (bid + 6), "4")])
            assert len(trader.of(QuoteTick)) == quotes

    on_venue(scenario)


def test_a_depth_bybit_does_not_serve_is_refused() -> None:
    async def scenario(venue: SimVenue) -> None:
        async with trading(venue) as trader:
            trader.subscribe_order_book_deltas(LINEAR, BookType.L2_MBP, depth=500)
            trader.subscribe_quote_ticks(LINEAR)
            await trader.until(lambda: trader.of(QuoteTick), "a quote")
            assert not trader.of(OrderBookDeltas)

    on_venue(scenario)
