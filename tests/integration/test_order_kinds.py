"""Every kind of order that Bybit has, in a TradingNode on real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal

import pytest
from nautilus_trader.model.enums import OrderSide, OrderStatus, TriggerType
from nautilus_trader.model.events import OrderFilled, OrderUpdated, PositionClosed
from nautilus_trader.model.identifiers import InstrumentId
from nautilus_trader.model.objects import Price, Quantity
from nautilus_trader.model.orders import Order
from trading import LINEAR, SPOT, Recorder, trading

from nautilus_bybit_adapter.sim import SimConfig, SimVenue
from nautilus_bybit_adapter.sim.exchange.floor import TradedMarket

QUANTITY = Quantity.from_str("0.010")


def on_venue(scenario: Callable[[SimVenue], Awaitable[None]]) -> None:
    async def run() -> None:
        async with SimVenue(SimConfig(market="quiet")) as venue:
            await scenario(venue)
            venue.exchange.check()

    asyncio.run(run())


def market_of(venue: SimVenue, instrument_id: InstrumentId = LINEAR) -> TradedMarket:
    symbol, _, product = instrument_id.symbol.value.rpartition("-")
    return venue.exchange.markets[product.lower(), symbol]


async def until_status(trader: Recorder, order: Order, status: OrderStatus) -> None:
    await trader.until(lambda: order.status == status, f"{order.client_order_id} {status.name}")


def names(order: Order) -> list[str]:
    """Return an order's events after its start."""
    return [name for name in map(type_name, order.events) if name != "OrderInitialized"]


def type_name(item: object) -> str:
    return type(item).__name__


@pytest.mark.parametrize("instrument_id", [LINEAR, SPOT], ids=["linear", "spot"])
def test_a_stop_market_order_fires_without_a_trigger_event(instrument_id: InstrumentId) -> None:
    async def scenario(venue: SimVenue) -> None:
        async with trading(venue, instrument_ids=(instrument_id,)) as trader:
            instrument = trader.cache.instrument(instrument_id)
            order = trader.order_factory.stop_market(
                instrument_id, OrderSide.BUY, instrument.make_qty(0.01), instrument.make_price(87_000)
            )
            trader.submit_order(order)
            await until_status(trader, order, OrderStatus.ACCEPTED)
            assert venue.exchange.orders[order.venue_order_id.value].status == "Untriggered"
            market = market_of(venue, instrument_id)
            market.set_book([("87000", "1")], [("87001", "1")])
            market.trade("Buy", "87001", "0.001")
            await until_status(trader, order, OrderStatus.FILLED)
            assert names(order) == ["OrderSubmitted", "OrderAccepted", "OrderFilled"]

    on_venue(scenario)


def test_a_stop_limit_order_is_moved_fires_and_rests() -> None:
    async def scenario(venue: SimVenue) -> None:
        async with trading(venue) as trader:
            order = trader.order_factory.stop_limit(
                LINEAR, OrderSide.BUY, QUANTITY, Price.from_str("86900.0"), Price.from_str("87500.0"),
                trigger_type=TriggerType.LAST_PRICE,
            )  # fmt: skip
            trader.submit_order(order)
            await until_status(trader, order, OrderStatus.ACCEPTED)
            trader.modify_order(order, trigger_price=Price.from_str("87000.0"))
            await trader.until(lambda: trader.of(OrderUpdated), "OrderUpdated")
            assert order.trigger_price == Price.from_str("87000.0")
            market = market_of(venue)
            market.set_book([("87000", "1")], [("87001", "1")])
            market.trade("Buy", "87001", "0.001")
            await until_status(trader, order, OrderStatus.TRIGGERED)
            market.set_book([("86899", "1")], [("86899.5", "1")])
            await until_status(trader, order, OrderStatus.FILLED)
            assert names(order) == [
                "OrderSubmitted",
                "OrderAccepted",
                "OrderPendingUpdate",
                "OrderUpdated",
                "OrderTriggered",
                "OrderFilled",
            ]

    on_venue(scenario)


@pytest.mark.parametrize("instrument_id", [LINEAR, SPOT], ids=["linear", "spot"])
def test_a_conditional_order_is_canceled_before_it_fires(instrument_id: InstrumentId) -> None:
    async def scenario(venue: SimVenue) -> None:
        async with trading(venue, instrument_ids=(instrument_id,)) as trader:
            instrument = trader.cache.instrument(instrument_id)
            order = trader.order_factory.limit_if_touched(
                instrument_id, OrderSide.BUY, instrument.make_qty(0.01), instrument.make_price(84_000),
                instrument.make_price(85_000),
            )  # fmt: skip
            trader.submit_order(order)
            await until_status(trader, order, OrderStatus.ACCEPTED)
            trader.cancel_order(order)
            await until_status(trader, order, OrderStatus.CANCELED)
            assert names(order)[-2:] == ["OrderPendingCancel", "OrderCanceled"]

    on_venue(scenario)


def test_a_market_order_over_an_amount_of_the_quote_coin() -> None:
    async def scenario(venue: SimVenue) -> None:
        async with trading(venue, instrument_ids=(SPOT,)) as trader:
            order = trader.order_factory.market(
                SPOT, OrderSide.BUY, Quantity.from_str("1000.000000"), quote_quantity=True
            )
            trader.submit_order(order)
            await until_status(trader, order, OrderStatus.FILLED)
            (execution,) = venue.exchange.account.executions
            assert not order.is_quote_quantity
            assert order.quantity == order.filled_qty
            assert 0 < order.filled_qty.as_decimal() * Decimal(86_000) < 1_001
            (fill,) = trader.of(OrderFilled)
            assert fill.trade_id.value == execution.exec_id

    on_venue(scenario)


def test_the_venues_own_stop_loss_closes_the_frameworks_position() -> None:
    async def scenario(venue: SimVenue) -> None:
        async with trading(venue) as trader:
            order = trader.order_factory.market(LINEAR, OrderSide.BUY, QUANTITY)
            trader.submit_order(order, params={"take_profit": "88000", "stop_loss": "85000"})
            await until_status(trader, order, OrderStatus.FILLED)
            market = market_of(venue)
            market.set_book([("84999", "1")], [("85000", "1")])
            market.trade("Sell", "84999", "0.001")
            await trader.until(lambda: trader.of(PositionClosed), "PositionClosed")
            assert venue.exchange.account.position("BTCUSDT").size == 0
            assert trader.portfolio.is_flat(LINEAR)
            assert len(trader.cache.positions()) == 1

    on_venue(scenario)
