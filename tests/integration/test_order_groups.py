"""Brackets and tied orders in a TradingNode on real sockets: what waits, what shrinks, what ends with what."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from nautilus_trader.model.enums import OrderSide, OrderStatus, OrderType
from nautilus_trader.model.events import OrderDenied, PositionClosed
from nautilus_trader.model.objects import Price, Quantity
from nautilus_trader.model.orders import Order
from trading import LINEAR, Recorder, trading, until

from nautilus_bybit_adapter.sim import SimConfig, SimVenue
from nautilus_bybit_adapter.sim.exchange.floor import TradedMarket
from nautilus_bybit_adapter.state.contingencies import Contingencies

QUANTITY = Quantity.from_str("0.010")
ENTRY, TAKE, STOP = Price.from_str("85000.0"), Price.from_str("88000.0"), Price.from_str("84000.0")


def on_venue(scenario: Callable[[SimVenue], Awaitable[None]]) -> None:
    async def run() -> None:
        async with SimVenue(SimConfig(market="quiet")) as venue:
            await scenario(venue)
            venue.exchange.check()

    asyncio.run(run())


def market_of(venue: SimVenue) -> TradedMarket:
    return venue.exchange.markets["linear", "BTCUSDT"]


def bracket(trader: Recorder, entry: OrderType = OrderType.MARKET) -> list[Order]:
    """Submit a bracket and return entry, take profit and stop loss."""
    prices = {"entry_price": ENTRY} if entry == OrderType.LIMIT else {}
    group = trader.order_factory.bracket(
        LINEAR, OrderSide.BUY, QUANTITY, entry_order_type=entry, tp_price=TAKE, sl_trigger_price=STOP,
        tp_post_only=False, **prices,
    )  # fmt: skip
    trader.submit_order_list(group)
    first = group.orders[0]
    by_type = {order.order_type: order for order in group.orders[1:]}
    return [first, by_type[OrderType.LIMIT], by_type[OrderType.STOP_MARKET]]


async def until_status(trader: Recorder, status: OrderStatus, *orders: Order) -> None:
    await trader.until(lambda: all(each.status == status for each in orders), f"{orders} {status.name}")


def test_a_bracket_protects_its_entry_and_ends_as_one() -> None:
    async def scenario(venue: SimVenue) -> None:
        async with trading(venue) as trader:
            entry, take, stop = bracket(trader)
            await until_status(trader, OrderStatus.FILLED, entry)
            await until_status(trader, OrderStatus.ACCEPTED, take, stop)
            assert take.is_reduce_only
            market_of(venue).set_book([("88001", "1")], [("88002", "1")])
            await trader.until(lambda: trader.of(PositionClosed), "PositionClosed")
            await until_status(trader, OrderStatus.CANCELED, stop)
            assert take.status == OrderStatus.FILLED
            assert not venue.exchange.open_orders

    on_venue(scenario)


def test_nothing_is_sent_for_an_entry_that_does_not_fill() -> None:
    async def scenario(venue: SimVenue) -> None:
        async with trading(venue) as trader:
            entry, take, stop = bracket(trader, OrderType.LIMIT)
            await until_status(trader, OrderStatus.ACCEPTED, entry)
            assert len(venue.exchange.open_orders) == 1
            trader.modify_order(stop, trigger_price=Price.from_str("83000.0"))
            await trader.until(lambda: stop.trigger_price == Price.from_str("83000.0"), "the moved stop")
            trader.cancel_order(entry)
            await until_status(trader, OrderStatus.CANCELED, entry, take, stop)
            assert not venue.exchange.open_orders

    on_venue(scenario)


def test_protection_grows_with_a_partly_filled_entry() -> None:
    async def scenario(venue: SimVenue) -> None:
        async with trading(venue) as trader:
            entry, take, stop = bracket(trader, OrderType.LIMIT)
            await until_status(trader, OrderStatus.ACCEPTED, entry)
            market = market_of(venue)
            market.trade("Sell", "85000", "0.004")
            await until_status(trader, OrderStatus.ACCEPTED, take, stop)
            assert entry.status == OrderStatus.PARTIALLY_FILLED
            part = entry.filled_qty
            await trader.until(lambda: take.quantity == stop.quantity == part, "the size of the part")
            market.set_book([("84900", "1")], [("84990", "1")])
            await until_status(trader, OrderStatus.FILLED, entry)
            await trader.until(lambda: take.quantity == stop.quantity == QUANTITY, "the size of the whole")
            sizes = {row.lots for row in venue.exchange.open_orders.values()}
            assert len(sizes) == 1

    on_venue(scenario)


def test_a_canceled_take_profit_ends_its_stop() -> None:
    async def scenario(venue: SimVenue) -> None:
        async with trading(venue) as trader:
            _, take, stop = bracket(trader)
            await until_status(trader, OrderStatus.ACCEPTED, take, stop)
            trader.cancel_order(take)
            await until_status(trader, OrderStatus.CANCELED, take, stop)

    on_venue(scenario)


async def connect_again(trader: Recorder, meanwhile: Callable[[], object]) -> None:
    assert trader.node is not None
    engine = trader.node.kernel.exec_engine
    engine.disconnect()
    await until(engine.check_disconnected, "the disconnect")
    meanwhile()
    engine.connect()
    await until(engine.check_connected, "the second connect")


def test_an_entry_that_fills_while_nobody_listens_is_protected_all_the_same() -> None:
    async def scenario(venue: SimVenue) -> None:
        async with trading(venue) as trader:
            entry, take, stop = bracket(trader, OrderType.LIMIT)
            await until_status(trader, OrderStatus.ACCEPTED, entry)
            await connect_again(trader, lambda: market_of(venue).trade("Sell", "85000", "0.004"))
            await until_status(trader, OrderStatus.ACCEPTED, take, stop)
            await trader.until(lambda: take.quantity == stop.quantity == entry.filled_qty, "the size")

    on_venue(scenario)


def test_a_bracket_of_an_earlier_run_keeps_its_protection_and_ends_as_one() -> None:
    async def scenario(venue: SimVenue) -> None:
        async with trading(venue) as trader:
            entry, take, stop = bracket(trader)
            await until_status(trader, OrderStatus.FILLED, entry)
            await until_status(trader, OrderStatus.ACCEPTED, take, stop)
            assert trader.node is not None
            (client,) = trader.node.kernel.exec_engine.get_clients_for_orders([take])
            # A later run has the orders from its cache, and no memory of their group.
            await connect_again(trader, lambda: setattr(client._groups, "_machine", Contingencies()))
            assert client._groups._machine.knows(take.client_order_id.value)
            market_of(venue).set_book([("88001", "1")], [("88002", "1")])
            await until_status(trader, OrderStatus.FILLED, take)
            await until_status(trader, OrderStatus.CANCELED, stop)
            assert not venue.exchange.open_orders

    on_venue(scenario)


def test_a_list_with_an_order_bybit_does_not_have_is_denied_whole() -> None:
    async def scenario(venue: SimVenue) -> None:
        async with trading(venue) as trader:
            group = trader.order_factory.create_list([
                trader.order_factory.market(LINEAR, OrderSide.BUY, QUANTITY),
                trader.order_factory.market_to_limit(LINEAR, OrderSide.BUY, QUANTITY),
            ])  # fmt: skip
            trader.submit_order_list(group)
            await until_status(trader, OrderStatus.DENIED, *group.orders)
            reasons = {event.reason for event in trader.of(OrderDenied)}
            assert len(reasons) == 1
            assert "MARKET_TO_LIMIT is not supported" in reasons.pop()
            await until(lambda: not venue.exchange.orders, "no order at the venue")

    on_venue(scenario)
