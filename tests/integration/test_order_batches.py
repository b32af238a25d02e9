"""Many orders in few requests: cut to the venue's size, each order with an outcome of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from nautilus_trader.model.enums import OrderSide, OrderStatus
from nautilus_trader.model.events import OrderAccepted, OrderCanceled, OrderCancelRejected, OrderRejected
from nautilus_trader.model.identifiers import InstrumentId
from nautilus_trader.model.objects import Price, Quantity
from nautilus_trader.model.orders import Order
from trading import LINEAR, SPOT, Recorder, trading, until

from nautilus_bybit_adapter.sim import SimConfig, SimVenue
from nautilus_bybit_adapter.sim.server import trade, trade_api

QUANTITY = Quantity.from_str("0.010")


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[dict[str, Any]]]]:
    """Remember what the venue is asked for in batches."""
    seen: list[tuple[str, list[dict[str, Any]]]] = []
    true_batch = trade_api.batch

    def noting(exchange: Any, verb: str, params: dict[str, Any], granted: int) -> Any:
        seen.append((verb, params["request"]))
        return true_batch(exchange, verb, params, granted)

    monkeypatch.setattr(trade, "batch", noting)
    monkeypatch.setattr(trade_api, "batch", noting)
    return seen


def on_venue(scenario: Callable[[SimVenue, Recorder], Awaitable[None]], **options: Any) -> None:
    async def run() -> None:
        async with SimVenue(SimConfig(market="quiet", rate_limits=False)) as venue:
            async with trading(venue, **options) as trader:
                await scenario(venue, trader)
            venue.exchange.check()

    asyncio.run(run())


def resting(trader: Recorder, count: int, instrument_id: InstrumentId = LINEAR) -> list[Order]:
    instrument = trader.cache.instrument(instrument_id)
    return [
        trader.order_factory.limit(
            instrument_id, OrderSide.BUY, instrument.make_qty(0.01), instrument.make_price(80_000 + number)
        )
        for number in range(count)
    ]


def submit(trader: Recorder, orders: list[Order]) -> None:
    trader.submit_order_list(trader.order_factory.create_list(orders))


@pytest.mark.parametrize(
    ("instrument_id", "parts"), [(LINEAR, [20, 5]), (SPOT, [10, 10, 5])], ids=["linear", "spot"]
)
def test_edge_12_a_batch_is_cut_to_the_size_the_venue_takes(
    batches: list[tuple[str, list[dict[str, Any]]]], instrument_id: InstrumentId, parts: list[int]
) -> None:
    async def scenario(venue: SimVenue, trader: Recorder) -> None:
        orders = resting(trader, 25, instrument_id)
        submit(trader, orders)
        await trader.until(lambda: len(trader.of(OrderAccepted)) == 25, "25 OrderAccepted")
        trader.cancel_orders(orders)
        await trader.until(lambda: len(trader.of(OrderCanceled)) == 25, "25 OrderCanceled")
        assert not venue.exchange.open_orders
        expected = [("create", size) for size in parts] + [("cancel", size) for size in parts]
        assert [(verb, len(items)) for verb, items in batches] == expected
        assert all("category" not in item for _, items in batches for item in items)

    # Where the account may send fewer at once than the venue takes in a batch, the parts are smaller.
    limits = {f"/v5/order/{verb}-batch": 100 for verb in ("create", "cancel")}
    on_venue(scenario, instrument_ids=(instrument_id,), exec_options={"rate_limits": limits})


@pytest.mark.parametrize("entry", ["ws", "http"])
def test_edge_12_an_order_of_a_batch_that_fails_is_rejected_alone(
    batches: list[tuple[str, list[dict[str, Any]]]], entry: str
) -> None:
    async def scenario(_: SimVenue, trader: Recorder) -> None:
        orders = resting(trader, 4)
        beyond = trader.order_factory.limit(LINEAR, OrderSide.BUY, QUANTITY, Price.from_str("0.1"))
        orders.insert(2, beyond)
        submit(trader, orders)
        await trader.until(lambda: len(trader.of(OrderAccepted, OrderRejected)) == 5, "five outcomes")
        assert [order.status for order in orders] == [
            *[OrderStatus.ACCEPTED] * 2, OrderStatus.REJECTED, *[OrderStatus.ACCEPTED] * 2
        ]  # fmt: skip
        assert len(batches) == 1

    on_venue(scenario, exec_options={"order_entry": entry})


def test_a_batch_of_cancels_rejects_only_what_is_still_open(
    batches: list[tuple[str, list[dict[str, Any]]]],
) -> None:
    async def scenario(venue: SimVenue, trader: Recorder) -> None:
        orders = resting(trader, 3)
        submit(trader, orders)
        await trader.until(lambda: len(trader.of(OrderAccepted)) == 3, "three OrderAccepted")
        venue.hold_private(True)
        row = venue.exchange.find("linear", "", orders[1].client_order_id.value)
        assert row is not None
        venue.exchange.cancel({"category": "linear", "symbol": "BTCUSDT", "orderId": row.order_id})
        venue.hold_private(False)
        trader.cancel_orders(orders)
        await trader.until(lambda: all(order.is_closed for order in orders), "three ends")
        assert [order.status for order in orders] == [OrderStatus.CANCELED] * 3
        assert not trader.of(OrderCancelRejected)
        assert [verb for verb, _ in batches] == ["create", "cancel"]

    on_venue(scenario)


@pytest.mark.parametrize("fault", ["cut_after_taken:family=trade,count=1", "lose_ack:family=trade,count=1"])
def test_a_batch_of_unknown_outcome_is_asked_for_and_not_sent_again(
    batches: list[tuple[str, list[dict[str, Any]]]], fault: str
) -> None:
    async def scenario(venue: SimVenue, trader: Recorder) -> None:
        venue.faults.add("lose:family=private")
        venue.faults.add(fault)
        orders = resting(trader, 3)
        submit(trader, orders)
        await trader.until(lambda: len(trader.of(OrderAccepted)) == 3, "three OrderAccepted, by asking")
        assert not trader.of(OrderRejected)
        assert (len(batches), len(venue.exchange.orders)) == (1, 3)

    on_venue(scenario, exec_options={"ws_trade_timeout_secs": 0.2})


def test_a_batch_goes_over_rest_while_the_trade_socket_is_down(
    batches: list[tuple[str, list[dict[str, Any]]]],
) -> None:
    async def scenario(venue: SimVenue, trader: Recorder) -> None:
        venue.faults.add("refuse:family=trade")
        venue.disconnect("trade")
        await until(lambda: not venue._server.connections("trade"), "the end of the trade socket")
        await asyncio.sleep(0.1)
        orders = resting(trader, 3)
        submit(trader, orders)
        await trader.until(lambda: len(trader.of(OrderAccepted)) == 3, "three OrderAccepted over REST")
        trader.cancel_orders(orders)
        await trader.until(lambda: len(trader.of(OrderCanceled)) == 3, "three OrderCanceled over REST")
        assert [(verb, len(items)) for verb, items in batches] == [("create", 3), ("cancel", 3)]

    on_venue(scenario)


@pytest.mark.parametrize("instrument_id", [LINEAR, SPOT], ids=["linear", "spot"])
@pytest.mark.parametrize("side", [OrderSide.NO_ORDER_SIDE, OrderSide.SELL], ids=["all", "sells"])
def test_edge_17_cancel_all_honours_the_side_and_covers_conditional_orders(
    instrument_id: InstrumentId, side: OrderSide
) -> None:
    async def scenario(venue: SimVenue, trader: Recorder) -> None:
        instrument, factory = trader.cache.instrument(instrument_id), trader.order_factory
        quantity, price = instrument.make_qty(0.01), instrument.make_price
        bought = factory.limit(instrument_id, OrderSide.BUY, quantity, price(80_000))
        sold = factory.limit(instrument_id, OrderSide.SELL, quantity, price(95_000))
        stop = factory.stop_market(instrument_id, OrderSide.SELL, quantity, price(80_000))
        for order in (bought, sold, stop):
            trader.submit_order(order)
        await trader.until(lambda: len(trader.of(OrderAccepted)) == 3, "three OrderAccepted")
        trader.cancel_all_orders(instrument_id, side)
        await trader.until(lambda: sold.is_closed and stop.is_closed, "the end of the sells")
        if side == OrderSide.SELL:
            assert bought.is_open
            assert {row.link_id for row in venue.exchange.orders.values() if row.is_live} == {
                bought.client_order_id.value
            }
        else:
            await trader.until(lambda: bought.is_closed, "the end of the buy")
            assert not any(row.is_live for row in venue.exchange.orders.values())

    on_venue(scenario, instrument_ids=(instrument_id,))
