"""What goes wrong on the way: nothing is lost, nothing is counted twice, no book is wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal

from nautilus_trader.model.currencies import USDT
from nautilus_trader.model.data import OrderBookDeltas
from nautilus_trader.model.enums import BookAction, BookType, OrderSide, OrderStatus
from nautilus_trader.model.events import (
    OrderAccepted,
    OrderCanceled,
    OrderCancelRejected,
    OrderFilled,
    OrderRejected,
    PositionOpened,
)
from nautilus_trader.model.objects import Price, Quantity
from trading import LINEAR, Recorder, trading, until

from nautilus_bybit_adapter import BYBIT_VENUE
from nautilus_bybit_adapter.sim import SimConfig, SimVenue

QUANTITY = Quantity.from_str("0.010")


def on_venue(scenario: Callable[[SimVenue], Awaitable[None]]) -> None:
    async def run() -> None:
        async with SimVenue(SimConfig(market="quiet")) as venue:
            await scenario(venue)
            venue.exchange.check()

    asyncio.run(run())


def prices(venue: SimVenue) -> tuple[Decimal, Decimal]:
    market = venue.exchange.markets["linear", "BTCUSDT"]
    bid, ask = market.touch_price("Sell"), market.touch_price("Buy")
    assert bid is not None
    assert ask is not None
    return bid * market.instrument.tick, ask * market.instrument.tick


def test_fills_and_cancels_made_while_the_private_socket_was_away_are_booked_once() -> None:
    async def scenario(venue: SimVenue) -> None:
        async with trading(venue) as trader:
            bid, _ = prices(venue)
            factory = trader.order_factory
            touched = factory.limit(LINEAR, OrderSide.BUY, QUANTITY, Price.from_str(f"{bid:.1f}"))
            doomed = factory.limit(LINEAR, OrderSide.BUY, QUANTITY, Price.from_str(f"{bid - 500:.1f}"))
            kept = factory.limit(LINEAR, OrderSide.BUY, QUANTITY, Price.from_str(f"{bid - 600:.1f}"))
            for order in (touched, doomed, kept):
                trader.submit_order(order)
            await trader.until(lambda: len(trader.of(OrderAccepted)) == 3, "three OrderAccepted")

            venue.hold_private(True)  # what is pushed now is lost
            venue.exchange.markets["linear", "BTCUSDT"].trade("Sell", bid, Decimal(1000))
            row = venue.exchange.find("linear", "", doomed.client_order_id.value)
            assert row is not None
            venue.exchange.cancel({"category": "linear", "symbol": "BTCUSDT", "orderId": row.order_id})
            venue.disconnect("private")
            venue.hold_private(False)

            await trader.until(lambda: touched.is_closed and doomed.is_closed, "the fill and the cancel")
            assert (touched.status, doomed.status) == (OrderStatus.FILLED, OrderStatus.CANCELED)
            assert kept.is_open
            booked = sorted(fill.trade_id.value for fill in trader.of(OrderFilled))
            assert booked == sorted(each.exec_id for each in venue.exchange.account.executions)
            ledger = venue.exchange.account.balances["USDT"]
            account = trader.portfolio.account(BYBIT_VENUE)
            await trader.until(lambda: account.balance_total(USDT).as_decimal() == ledger, "the balance")

    on_venue(scenario)


def test_an_order_whose_ack_is_lost_is_not_rejected() -> None:
    async def scenario(venue: SimVenue) -> None:
        async with trading(venue, exec_options={"ws_trade_timeout_secs": 0.2}) as trader:
            venue.lose_acks(True)
            order = trader.order_factory.market(LINEAR, OrderSide.BUY, QUANTITY)
            trader.submit_order(order)
            await trader.until(lambda: trader.of(PositionOpened), "PositionOpened")
            assert order.status == OrderStatus.FILLED
            assert not trader.of(OrderRejected)

    on_venue(scenario)


def test_an_order_whose_ack_and_pushes_are_lost_is_asked_for() -> None:
    async def scenario(venue: SimVenue) -> None:
        async with trading(venue, exec_options={"ws_trade_timeout_secs": 0.2}) as trader:
            venue.lose_acks(True)
            venue.hold_private(True)
            order = trader.order_factory.market(LINEAR, OrderSide.BUY, QUANTITY)
            trader.submit_order(order)
            await trader.until(lambda: trader.of(PositionOpened), "PositionOpened, by asking")
            assert order.status == OrderStatus.FILLED
            assert len(trader.of(OrderFilled)) == len(venue.exchange.account.executions)

    on_venue(scenario)


def test_an_order_sent_while_the_trade_socket_is_down_is_rejected_as_not_sent() -> None:
    async def scenario(venue: SimVenue) -> None:
        async with trading(venue) as trader:
            venue.disconnect("trade")
            await asyncio.sleep(0)
            order = trader.order_factory.market(LINEAR, OrderSide.BUY, QUANTITY)
            trader.submit_order(order)
            await trader.until(lambda: order.is_closed, "the end of the order")
            # Which of the two it is depends on whether the node saw the loss before it wrote; both are true.
            executed = len(venue.exchange.account.executions)
            assert order.status == (OrderStatus.FILLED if executed else OrderStatus.REJECTED)
            again = trader.order_factory.market(LINEAR, OrderSide.BUY, QUANTITY)

            def sent_again() -> bool:
                return venue.exchange.find("linear", "", again.client_order_id.value) is not None

            assert trader.node is not None
            (client,) = trader.node.kernel.exec_engine.get_clients_for_orders([order])
            await until(lambda: client._trade.is_live, "the new connection")
            trader.submit_order(again)
            await until(sent_again, "an order over the new connection")
            await trader.until(lambda: again.status == OrderStatus.FILLED, "its fill")

    on_venue(scenario)


def test_a_cancel_that_comes_too_late_tells_of_the_fill_and_is_no_rejection() -> None:
    async def scenario(venue: SimVenue) -> None:
        async with trading(venue) as trader:
            bid, _ = prices(venue)
            order = trader.order_factory.limit(LINEAR, OrderSide.BUY, QUANTITY, Price.from_str(f"{bid:.1f}"))
            trader.submit_order(order)
            await trader.until(lambda: trader.of(OrderAccepted), "OrderAccepted")
            venue.hold_private(True)
            venue.exchange.markets["linear", "BTCUSDT"].trade("Sell", bid, Decimal(1000))
            trader.cancel_order(order)
            await trader.until(lambda: order.is_closed, "the end of the order")
            assert order.status == OrderStatus.FILLED
            assert not trader.of(OrderCancelRejected)
            assert not trader.of(OrderCanceled)

    on_venue(scenario)


def test_a_client_that_was_disconnected_and_connected_again_knows_what_happened_meanwhile() -> None:
    async def scenario(venue: SimVenue) -> None:
        async with trading(venue) as trader:
            bid, _ = prices(venue)
            factory = trader.order_factory
            touched = factory.limit(LINEAR, OrderSide.BUY, QUANTITY, Price.from_str(f"{bid:.1f}"))
            trader.submit_order(touched)
            await trader.until(lambda: trader.of(OrderAccepted), "OrderAccepted")
            assert trader.node is not None
            (client,) = trader.node.kernel.exec_engine.get_clients_for_orders([touched])
            client.disconnect()
            await until(lambda: not client.is_connected, "the disconnect")
            venue.exchange.markets["linear", "BTCUSDT"].trade("Sell", bid, Decimal(1000))
            client.connect()
            await until(lambda: client.is_connected, "the second connect")
            await trader.until(lambda: touched.is_closed, "the fill made in between")
            assert touched.status == OrderStatus.FILLED
            assert len(trader.of(OrderFilled)) == len(venue.exchange.account.executions)
            # And it trades on as before.
            again = factory.market(LINEAR, OrderSide.SELL, QUANTITY)
            trader.submit_order(again)
            await trader.until(lambda: again.is_closed, "an order over the new connections")
            assert again.status == OrderStatus.FILLED

    on_venue(scenario)


def levels_of(venue: SimVenue, depth: int) -> tuple[list[Decimal], list[Decimal]]:
    market = venue.exchange.markets["linear", "BTCUSDT"]
    tick = market.instrument.tick
    sides = [sorted(market.book.side(side).top(depth), reverse=side == "Buy") for side in ("Buy", "Sell")]
    return [price * tick for price in sides[0]], [price * tick for price in sides[1]]


def test_a_gap_empties_the_book_until_a_snapshot_has_filled_it() -> None:
    async def scenario(venue: SimVenue) -> None:
        async with trading(venue, BookWatcher()) as trader:
            trader.subscribe_order_book_deltas(LINEAR, BookType.L2_MBP, depth=50)
            await trader.until(lambda: trader.of(OrderBookDeltas), "the first snapshot")
            market = venue.exchange.markets["linear", "BTCUSDT"]
            bid, ask = prices(venue)

            venue.skip_u("BTCUSDT", 50)
            market.set_book([(bid - 1, "3"), (bid - 2, "3")], [(ask + 1, "3")])
            await until(lambda: clears(trader) >= 2, "a clear")
            market.set_book([(bid - 3, "4")], [(ask + 3, "4"), (ask + 4, "5")])

            def is_true_again() -> bool:
                book = trader.cache.order_book(LINEAR)
                bids = [level.price.as_decimal() for level in book.bids()]
                asks = [level.price.as_decimal() for level in book.asks()]
                return (bids, asks) == levels_of(venue, 50)

            await until(is_true_again, "the venue's own book")

    on_venue(scenario)


def test_a_lost_public_socket_empties_the_book_and_comes_back() -> None:
    async def scenario(venue: SimVenue) -> None:
        async with trading(venue, BookWatcher()) as trader:
            trader.subscribe_order_book_deltas(LINEAR, BookType.L2_MBP, depth=200)
            await trader.until(lambda: trader.of(OrderBookDeltas), "the first snapshot")
            venue.disconnect("public")
            await until(lambda: clears(trader) >= 2, "a clear")
            await until(lambda: trader.cache.order_book(LINEAR).best_bid_price() is not None, "a book again")
            bids = [level.price.as_decimal() for level in trader.cache.order_book(LINEAR).bids()]
            assert bids == levels_of(venue, 200)[0]

    on_venue(scenario)


class BookWatcher(Recorder):
    """Keeps every delta it sees."""


def clears(trader: Recorder) -> int:
    """Return how many CLEAR deltas were seen."""
    deltas = [each for batch in trader.of(OrderBookDeltas) for each in batch.deltas]
    return sum(each.action == BookAction.CLEAR for each in deltas)
