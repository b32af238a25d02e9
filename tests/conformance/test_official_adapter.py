"""The framework's own adapter, in a `TradingNode`, trades on the venue as on the real one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import pytest
from nautilus_trader.model.data import OrderBookDeltas, QuoteTick, TradeTick
from nautilus_trader.model.enums import (
    BookType,
    LiquiditySide,
    OrderSide,
    OrderStatus,
    OrderType,
    TriggerType,
)
from nautilus_trader.model.events import (
    OrderAccepted,
    OrderCanceled,
    OrderCancelRejected,
    OrderFilled,
    OrderRejected,
    OrderUpdated,
    PositionClosed,
    PositionOpened,
)
from nautilus_trader.model.identifiers import InstrumentId
from official_adapter import officially_trading
from trading import LINEAR, SPOT, Recorder, until

from nautilus_bybit_adapter.sim import SimConfig, SimVenue

BOTH = pytest.mark.parametrize("instrument_id", [LINEAR, SPOT], ids=["linear", "spot"])
FAR = Decimal(82_000)


def on_venue(scenario: Callable[[SimVenue], Awaitable[None]], **config: Any) -> None:
    async def run() -> None:
        async with SimVenue(SimConfig(**{"market": "quiet", **config})) as venue:
            await scenario(venue)
            venue.exchange.check()

    asyncio.run(run())


def market_of(venue: SimVenue, instrument_id: InstrumentId) -> Any:
    name, _, product = instrument_id.symbol.value.rpartition("-")
    return venue.exchange.markets[product.lower(), name]


class Desk:
    """Orders of one instrument, with quantities and prices it accepts."""

    def __init__(self, trader: Recorder, instrument_id: InstrumentId) -> None:
        self.trader, self.instrument_id = trader, instrument_id
        self.instrument = trader.cache.instrument(instrument_id)

    def limit(self, side: OrderSide, qty: str, price: Decimal | str, **options: Any) -> Any:
        quantity, at = self.instrument.make_qty(Decimal(qty)), self.instrument.make_price(Decimal(price))
        return self.trader.order_factory.limit(self.instrument_id, side, quantity, at, **options)

    def market(self, side: OrderSide, qty: str) -> Any:
        quantity = self.instrument.make_qty(Decimal(qty))
        return self.trader.order_factory.market(self.instrument_id, side, quantity)

    async def until_status(self, order: Any, status: OrderStatus) -> None:
        await self.trader.until(lambda: order.status == status, f"{status.name} of {order}")


@BOTH
def test_a_limit_order_is_amended_and_cancelled(instrument_id: InstrumentId) -> None:
    async def scenario(venue: SimVenue) -> None:
        async with officially_trading(venue, instrument_id) as trader:
            desk = Desk(trader, instrument_id)
            order = desk.limit(OrderSide.BUY, "0.010", FAR)
            trader.submit_order(order)
            await trader.until(lambda: trader.of(OrderAccepted), "OrderAccepted")
            (known,) = venue.exchange.open_orders.values()
            assert (known.link_id, known.order_id) == (
                order.client_order_id.value,
                order.venue_order_id.value,
            )

            price, quantity = (
                desk.instrument.make_price(FAR + 100),
                desk.instrument.make_qty(Decimal("0.020")),
            )
            trader.modify_order(order, quantity=quantity, price=price)
            await trader.until(lambda: trader.of(OrderUpdated), "OrderUpdated")
            assert (order.price, order.quantity) == (price, quantity)
            assert known.instrument.price(known.ticks) == FAR + 100
            assert known.instrument.qty(known.lots) == Decimal("0.020")

            trader.cancel_order(order)
            await desk.until_status(order, OrderStatus.CANCELED)
            assert not venue.exchange.open_orders

    on_venue(scenario)


@BOTH
def test_a_market_order_fills(instrument_id: InstrumentId) -> None:
    async def scenario(venue: SimVenue) -> None:
        async with officially_trading(venue, instrument_id) as trader:
            desk = Desk(trader, instrument_id)
            order = desk.market(OrderSide.SELL, "0.010")
            trader.submit_order(order)
            await desk.until_status(order, OrderStatus.FILLED)
            fills, booked = trader.of(OrderFilled), venue.exchange.account.executions
            assert [fill.trade_id.value for fill in fills] == [execution.exec_id for execution in booked]
            assert [fill.commission.as_decimal() for fill in fills] == [execution.fee for execution in booked]
            assert {fill.liquidity_side for fill in fills} == {LiquiditySide.TAKER}

    on_venue(scenario)


def test_a_position_is_opened_and_closed() -> None:
    async def scenario(venue: SimVenue) -> None:
        async with officially_trading(venue, LINEAR) as trader:
            trader.submit_order(Desk(trader, LINEAR).market(OrderSide.BUY, "0.030"))
            await trader.until(lambda: trader.of(PositionOpened), "PositionOpened")
            assert venue.exchange.account.position("BTCUSDT").size == Decimal("0.030")
            trader.close_all_positions(LINEAR)
            await trader.until(lambda: trader.of(PositionClosed), "PositionClosed")
            assert venue.exchange.account.position("BTCUSDT").size == 0
            assert trader.portfolio.is_flat(LINEAR)

    on_venue(scenario)


@BOTH
def test_a_resting_order_is_filled_by_the_market(instrument_id: InstrumentId) -> None:
    async def scenario(venue: SimVenue) -> None:
        async with officially_trading(venue, instrument_id) as trader:
            desk, market = Desk(trader, instrument_id), market_of(venue, instrument_id)
            order = desk.limit(OrderSide.BUY, "0.020", "85990", post_only=True)
            trader.submit_order(order)
            await trader.until(lambda: trader.of(OrderAccepted), "OrderAccepted")
            market.set_book([("85990", "0")], [("86010", "1")])
            market.trade("Sell", "85990", "0.005")
            await desk.until_status(order, OrderStatus.PARTIALLY_FILLED)
            market.trade("Sell", "85990", "1")
            await desk.until_status(order, OrderStatus.FILLED)
            assert {fill.liquidity_side for fill in trader.of(OrderFilled)} == {LiquiditySide.MAKER}

    on_venue(scenario)


@BOTH
def test_batches(instrument_id: InstrumentId) -> None:
    async def scenario(venue: SimVenue) -> None:
        async with officially_trading(venue, instrument_id) as trader:
            desk = Desk(trader, instrument_id)
            orders = [desk.limit(OrderSide.BUY, "0.010", FAR + number) for number in range(4)]
            trader.submit_order_list(trader.order_factory.create_list(orders))
            await trader.until(lambda: len(trader.of(OrderAccepted)) == 4, "four OrderAccepted")
            assert {o.link_id for o in venue.exchange.open_orders.values()} == {
                order.client_order_id.value for order in orders
            }
            trader.cancel_orders(orders[:2])
            await trader.until(lambda: len(trader.of(OrderCanceled)) == 2, "two OrderCanceled")
            trader.cancel_all_orders(instrument_id)
            await trader.until(lambda: len(trader.of(OrderCanceled)) == 4, "four OrderCanceled")
            assert not venue.exchange.open_orders

    on_venue(scenario)


@BOTH
def test_what_the_account_cannot_pay_is_rejected(instrument_id: InstrumentId) -> None:
    async def scenario(venue: SimVenue) -> None:
        async with officially_trading(venue, instrument_id) as trader:
            order = Desk(trader, instrument_id).limit(OrderSide.BUY, "9", "84000")
            trader.submit_order(order)
            await trader.until(lambda: order.is_closed, "the end of the order")
            assert order.status in {OrderStatus.REJECTED, OrderStatus.DENIED}

    on_venue(scenario, balances={"USDT": Decimal(1000)})


@BOTH
def test_a_post_only_order_that_would_cross_ends(instrument_id: InstrumentId) -> None:
    async def scenario(venue: SimVenue) -> None:
        async with officially_trading(venue, instrument_id) as trader:
            order = Desk(trader, instrument_id).limit(OrderSide.BUY, "0.010", "86500", post_only=True)
            trader.submit_order(order)
            await trader.until(lambda: order.is_closed, "the end of the order")
            assert trader.of(OrderRejected)
            assert not trader.of(OrderFilled)

    on_venue(scenario)


def stop_market(desk: Desk, price: int, **options: Any) -> Any:
    """A stop that sells a hundredth as the last price falls."""
    return desk.trader.order_factory.stop_market(
        desk.instrument_id,
        OrderSide.SELL,
        desk.instrument.make_qty(Decimal("0.010")),
        desk.instrument.make_price(Decimal(price)),
        trigger_type=TriggerType.LAST_PRICE,
        **options,
    )


def test_a_stop_order_waits_and_fires() -> None:
    async def scenario(venue: SimVenue) -> None:
        async with officially_trading(venue, LINEAR) as trader:
            desk = Desk(trader, LINEAR)
            trader.submit_order(desk.market(OrderSide.BUY, "0.010"))
            await trader.until(lambda: trader.of(PositionOpened), "PositionOpened")
            stop = stop_market(desk, 85_900, reduce_only=True)
            trader.submit_order(stop)
            await desk.until_status(stop, OrderStatus.ACCEPTED)
            known = venue.exchange.orders[stop.venue_order_id.value]
            assert known.status == "Untriggered"
            market = market_of(venue, LINEAR)
            market.set_book([("85899", "1")], [("85900", "1")])
            market.trade("Sell", "85899", "0.001")
            await desk.until_status(stop, OrderStatus.FILLED)
            assert known.status == "Filled"
            assert venue.exchange.account.position("BTCUSDT").size == 0

    on_venue(scenario)


def test_a_stop_order_is_amended_and_cancelled() -> None:
    async def scenario(venue: SimVenue) -> None:
        async with officially_trading(venue, LINEAR) as trader:
            desk = Desk(trader, LINEAR)
            stop = trader.order_factory.stop_limit(
                LINEAR,
                OrderSide.BUY,
                desk.instrument.make_qty(Decimal("0.010")),
                desk.instrument.make_price(Decimal(87_100)),
                desk.instrument.make_price(Decimal(87_000)),
                trigger_type=TriggerType.MARK_PRICE,
            )
            trader.submit_order(stop)
            await desk.until_status(stop, OrderStatus.ACCEPTED)
            known = venue.exchange.orders[stop.venue_order_id.value]
            assert known.trigger is not None
            assert known.instrument.price(known.trigger.ticks) == 87_000
            assert known.instrument.price(known.ticks) == 87_100
            trader.modify_order(stop, quantity=desk.instrument.make_qty(Decimal("0.020")))
            await trader.until(lambda: trader.of(OrderUpdated), "OrderUpdated")
            assert known.instrument.qty(known.lots) == Decimal("0.020")
            trader.cancel_order(stop)
            await desk.until_status(stop, OrderStatus.CANCELED)
            assert known.status in {"Deactivated", "Cancelled"}

    on_venue(scenario)


def test_a_stop_on_spot_is_taken_for_an_order_at_once() -> None:
    """The adapter names no `orderFilter`, and without one Bybit places a normal order on spot."""

    async def scenario(venue: SimVenue) -> None:
        async with officially_trading(venue, SPOT) as trader:
            held = venue.exchange.account.balances["BTC"]
            stop = stop_market(Desk(trader, SPOT), 85_900)
            trader.submit_order(stop)
            await trader.until(lambda: trader.of(OrderFilled), "OrderFilled")
            (known,) = venue.exchange.orders.values()
            assert (known.status, known.trigger) == ("Filled", None)
            assert venue.exchange.account.balances["BTC"] == held - Decimal("0.010")

    on_venue(scenario)


@BOTH
def test_the_start_finds_a_stop_that_waits(instrument_id: InstrumentId) -> None:
    async def scenario(venue: SimVenue) -> None:
        name, _, product = instrument_id.symbol.value.rpartition("-")
        waiting = venue.exchange.place(
            {
                "category": product.lower(),
                "symbol": name,
                "side": "Sell",
                "orderType": "Market",
                "qty": "0.01",
                "triggerPrice": "80000",
                "triggerDirection": 2,
                "orderFilter": "StopOrder",
                "orderLinkId": "waiting",
            }
        )
        assert waiting.status == "Untriggered"
        async with officially_trading(venue, instrument_id) as trader:
            (found,) = trader.cache.orders_open(instrument_id=instrument_id)
            assert (found.client_order_id.value, found.venue_order_id.value) == ("waiting", waiting.order_id)
            assert found.order_type == OrderType.STOP_MARKET
            assert found.trigger_price == Desk(trader, instrument_id).instrument.make_price(Decimal(80_000))
            trader.cancel_order(found)
            if instrument_id == LINEAR:
                await until(lambda: waiting.status != "Untriggered", "the venue's cancel")
            else:  # it names no `orderFilter` here either, so Bybit looks among normal orders only
                await trader.until(lambda: trader.of(OrderCancelRejected), "OrderCancelRejected")
                assert waiting.status == "Untriggered"

    on_venue(scenario)


@BOTH
def test_the_start_finds_the_orders_and_the_position(instrument_id: InstrumentId) -> None:
    async def scenario(venue: SimVenue) -> None:
        name, _, product = instrument_id.symbol.value.rpartition("-")
        where = {"category": product.lower(), "symbol": name, "side": "Buy"}
        taken = venue.exchange.place(
            where | {"orderType": "Market", "qty": "0.05", "marketUnit": "baseCoin", "orderLinkId": "earlier"}
        )
        resting = venue.exchange.place(
            where | {"orderType": "Limit", "qty": "0.01", "price": str(FAR), "orderLinkId": "resting"}
        )
        async with officially_trading(venue, instrument_id) as trader:
            (found,) = trader.cache.orders_open(instrument_id=instrument_id)
            assert (found.client_order_id.value, found.venue_order_id.value) == ("resting", resting.order_id)
            if instrument_id == LINEAR:
                assert trader.portfolio.net_position(LINEAR) == taken.instrument.qty(taken.filled)
            trader.cancel_order(found)
            await until(lambda: not venue.exchange.open_orders, "the venue's cancel")

    on_venue(scenario)


@BOTH
def test_market_data(instrument_id: InstrumentId) -> None:
    async def scenario(venue: SimVenue) -> None:
        async with officially_trading(venue, instrument_id) as trader:
            trader.subscribe_order_book_deltas(instrument_id, BookType.L2_MBP, depth=50)
            trader.subscribe_trade_ticks(instrument_id)
            await trader.until(lambda: trader.of(OrderBookDeltas), "a book")
            if instrument_id == LINEAR:
                trader.subscribe_quote_ticks(instrument_id)
                await trader.until(lambda: trader.of(QuoteTick), "a quote")
            market = market_of(venue, instrument_id)
            await until(lambda: _has_topic(venue, "publicTrade.BTCUSDT"), "the subscription")
            market.take("Buy", 700)
            await trader.until(lambda: trader.of(TradeTick), "a trade")
            tick, printed = trader.of(TradeTick)[0], market.tape[0]
            assert tick.trade_id.value == printed.trade_id
            assert tick.price.as_decimal() == market.instrument.price(printed.ticks)
            assert tick.size.as_decimal() == market.instrument.qty(printed.lots)

    on_venue(scenario)


def _has_topic(venue: SimVenue, topic: str) -> bool:
    return any(topic in connection.topics for connection in venue._server.connections("public"))


def test_the_instruments_of_all_four_categories_load() -> None:
    async def scenario(venue: SimVenue) -> None:
        async with officially_trading(venue, LINEAR, load_all=True) as trader:
            loaded = {instrument.id.symbol.value for instrument in trader.cache.instruments()}
            # It asks for options without a base coin, which are those on bitcoin.
            assert loaded == {
                f"{market.instrument.symbol}-{market.instrument.category.upper()}"
                for market in venue.exchange.markets.values()
                if market.status == "Trading"
                and (market.instrument.category != "option" or market.instrument.base == "BTC")
            }
            assert {symbol.rpartition("-")[2] for symbol in loaded} == {"SPOT", "LINEAR", "INVERSE", "OPTION"}

    on_venue(scenario)
