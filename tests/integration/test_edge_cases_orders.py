"""Edge cases of orders, in a TradingNode on real sockets, by their numbers in the list of requirements."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from itertools import cycle, pairwise
from typing import Any

import pytest
from nautilus_trader.core.uuid import UUID4
from nautilus_trader.execution.messages import GenerateOrderStatusReports
from nautilus_trader.model.enums import OrderSide, OrderStatus, TriggerType
from nautilus_trader.model.events import (
    OrderAccepted,
    OrderCancelRejected,
    OrderFilled,
    OrderModifyRejected,
    OrderRejected,
    OrderUpdated,
)
from nautilus_trader.model.objects import Price, Quantity
from nautilus_trader.model.orders import Order
from rest_clients import ask, reads_of
from trading import LINEAR, Recorder, trading, until
from venue_thread import VenueThread

from nautilus_bybit_adapter.errors import BybitError
from nautilus_bybit_adapter.sim import SimConfig, SimVenue
from nautilus_bybit_adapter.transport import BybitHTTPClient

QUANTITY = Quantity.from_str("0.010")
DAY_MS = 86_400_000
QUICK = {"ws_trade_timeout_secs": 0.3, "recv_window_ms": 1000}


def on_venue(scenario: Callable[[SimVenue, Recorder], Awaitable[None]], **options: Any) -> None:
    async def run() -> None:
        async with SimVenue(SimConfig(market="quiet", rate_limits=False)) as venue:
            async with trading(venue, exec_options=QUICK | options) as trader:
                await scenario(venue, trader)
            venue.exchange.check()

    asyncio.run(run())


def client_of(trader: Recorder) -> Any:
    assert trader.node is not None
    (client,) = trader.node.kernel.exec_engine._clients.values()
    return client


def resting(trader: Recorder, price: str = "80000.0") -> Order:
    return trader.order_factory.limit(LINEAR, OrderSide.BUY, QUANTITY, Price.from_str(price))


async def accepted(trader: Recorder, order: Order) -> None:
    trader.submit_order(order)
    await trader.until(lambda: order.status == OrderStatus.ACCEPTED, "OrderAccepted")


def test_edge_9_and_10_direction_and_kind_of_every_trigger_reach_the_venue() -> None:
    async def scenario(_: SimVenue, trader: Recorder) -> None:
        factory, high, low = trader.order_factory, Price.from_str("95000.0"), Price.from_str("80000.0")
        words = cycle(
            (
                (TriggerType.LAST_PRICE, "LastPrice"),
                (TriggerType.MARK_PRICE, "MarkPrice"),
                (TriggerType.INDEX_PRICE, "IndexPrice"),
            )
        )
        cases: list[tuple[Order, str, int]] = []
        for side, stop, touch, away, back in (
            (OrderSide.BUY, high, low, 1, 2),
            (OrderSide.SELL, low, high, 2, 1),
        ):
            for make, prices, direction in (
                (factory.stop_market, (stop,), away),
                (factory.stop_limit, (stop, stop), away),
                (factory.market_if_touched, (touch,), back),
                (factory.limit_if_touched, (touch, touch), back),
            ):
                trigger_type, word = next(words)
                order = make(LINEAR, side, QUANTITY, *prices, trigger_type=trigger_type)
                cases.append((order, word, direction))
        for case in cases:
            trader.submit_order(case[0])
        await trader.until(lambda: len(trader.of(OrderAccepted)) == len(cases), "every OrderAccepted")
        http: BybitHTTPClient = client_of(trader)._http
        rows = {row.order_link_id: row for row in await http.get_open_orders("linear", symbol="BTCUSDT")}
        for order, word, direction in cases:
            row = rows[order.client_order_id.value]
            assert (row.trigger_by, row.trigger_direction) == (word, direction), order

    on_venue(scenario)


def test_edge_11_an_amend_of_the_trigger_alone_moves_the_trigger_alone() -> None:
    async def scenario(venue: SimVenue, trader: Recorder) -> None:
        order = trader.order_factory.stop_limit(
            LINEAR, OrderSide.BUY, QUANTITY, Price.from_str("95010.0"), Price.from_str("95000.0")
        )
        await accepted(trader, order)
        trader.modify_order(order, trigger_price=Price.from_str("95005.0"))
        await trader.until(lambda: trader.of(OrderUpdated), "OrderUpdated")
        row = venue.exchange.orders[order.venue_order_id.value]
        assert row.trigger is not None
        it = row.instrument
        assert (it.price(row.trigger.ticks), it.price(row.ticks)) == (Decimal(95_005), Decimal(95_010))
        assert order.trigger_price == Price.from_str("95005.0")

    on_venue(scenario)


def test_edge_15_an_order_link_id_that_was_used_is_asked_for_and_not_rejected() -> None:
    async def scenario(venue: SimVenue, trader: Recorder) -> None:
        # The order was taken, and what comes back is the answer to a copy of it.
        venue.faults.add("ret_code:family=trade,code=110072,when=after,count=1")
        venue.faults.add("lose:family=private,match=order*,count=1")
        await accepted(trader, resting(trader))
        assert not trader.of(OrderRejected)

    on_venue(scenario)


def test_edge_18_a_cancel_and_an_amend_without_an_answer_are_asked_for() -> None:
    async def scenario(venue: SimVenue, trader: Recorder) -> None:
        order = resting(trader)
        await accepted(trader, order)
        venue.faults.add("lose_ack:family=trade")
        venue.faults.add("lose:family=private")
        trader.modify_order(order, price=Price.from_str("80001.0"))
        await trader.until(lambda: trader.of(OrderUpdated), "OrderUpdated, by asking")
        trader.cancel_order(order)
        await trader.until(lambda: order.status == OrderStatus.CANCELED, "OrderCanceled, by asking")
        assert not trader.of(OrderCancelRejected, OrderModifyRejected)

    on_venue(scenario)


def test_edge_22_fills_read_again_after_a_reconnect_are_booked_once() -> None:
    async def scenario(venue: SimVenue, trader: Recorder) -> None:
        bought = trader.order_factory.market(LINEAR, OrderSide.BUY, QUANTITY)
        trader.submit_order(bought)
        await trader.until(lambda: bought.is_closed, "the fill")
        private = client_of(trader)._private
        connections = private.connection_count
        venue.disconnect("private")
        await until(lambda: private.connection_count > connections and private.is_live, "another socket")
        assert len(trader.of(OrderFilled)) == len(venue.exchange.account.executions) == 1

    on_venue(scenario)


def test_edge_32_conditional_orders_are_among_the_open_ones_after_a_reconnect() -> None:
    async def scenario(venue: SimVenue, trader: Recorder) -> None:
        stop = trader.order_factory.stop_market(LINEAR, OrderSide.BUY, QUANTITY, Price.from_str("95000.0"))
        await accepted(trader, stop)
        client = client_of(trader)
        asked: list[str] = []
        client._venue.order = lambda _, client_order_id, __: asked.append(client_order_id)
        connections = client._private.connection_count
        venue.disconnect("private")
        await until(
            lambda: client._private.connection_count > connections and client._private.is_live, "a socket"
        )
        assert asked == []
        assert stop.is_open

    on_venue(scenario)


def test_edge_33_linear_orders_of_both_settlement_coins_are_read() -> None:
    async def scenario(_: SimVenue, trader: Recorder) -> None:
        client = client_of(trader)
        reads = reads_of(client._http)
        await client._venue.open_orders()
        coins = [read.get("settleCoin") for read in reads if read["path"] == "/v5/order/realtime"]
        assert coins == ["USDT", "USDC"]

    on_venue(scenario)


def test_edge_34_more_than_seven_days_are_read_in_slices() -> None:
    now_ms = 1_795_000_000_000

    async def question(client: BybitHTTPClient) -> list[dict[str, Any]]:
        reads = reads_of(client)
        await client.get_executions("linear", start_ms=now_ms - 20 * DAY_MS, end_ms=now_ms)
        return [read for read in reads if read["path"] == "/v5/execution/list"]

    with VenueThread() as venue:
        windows = sorted((int(read["startTime"]), int(read["endTime"])) for read in ask(venue, question))
    assert windows[0][0] == now_ms - 20 * DAY_MS
    assert windows[-1][1] == now_ms
    assert all(end - start <= 7 * DAY_MS for start, end in windows)
    assert all(late[0] <= early[1] + 1 for early, late in pairwise(windows))


@pytest.mark.parametrize("path", ["/v5/order/realtime", "/v5/order/history"])
def test_edge_35_a_page_that_fails_is_an_error_and_no_empty_list(path: str) -> None:
    async def scenario(venue: SimVenue, trader: Recorder) -> None:
        await accepted(trader, resting(trader))
        client = client_of(trader)
        command = GenerateOrderStatusReports(
            instrument_id=LINEAR, start=None, end=None, open_only=False, command_id=UUID4(), ts_init=0
        )
        assert len(await client.generate_order_status_reports(command)) == 1
        venue.faults.add(f"http_error:match={path},status=502")
        with pytest.raises(BybitError):
            await client.generate_order_status_reports(command)

    on_venue(scenario, max_retries=0)


def test_an_order_and_its_fill_that_were_lost_together_are_noticed_without_a_reconnect() -> None:
    async def scenario(venue: SimVenue, trader: Recorder) -> None:
        touched, doomed = resting(trader, "80001.0"), resting(trader)
        for order in (touched, doomed):
            await accepted(trader, order)
        connections = client_of(trader)._private.connection_count
        venue.hold_private(True)
        market = venue.exchange.markets["linear", "BTCUSDT"]
        market.trade_lots("Sell", venue.exchange.orders[touched.venue_order_id.value].ticks, 10_000_000)
        venue.exchange.cancel(
            {"category": "linear", "symbol": "BTCUSDT", "orderId": doomed.venue_order_id.value}
        )
        elsewhere = {
            "category": "linear",
            "symbol": "BTCUSDT",
            "side": "Buy",
            "orderType": "Market",
            "qty": "1",
        }
        venue.exchange.place(elsewhere)
        venue.hold_private(False)
        await trader.until(lambda: touched.is_closed and doomed.is_closed, "both ends")
        assert (touched.status, doomed.status) == (OrderStatus.FILLED, OrderStatus.CANCELED)
        executions = venue.exchange.account.executions
        await trader.until(
            lambda: len(trader.of(OrderFilled)) == len(executions), "the fill of the other order"
        )
        booked = {fill.trade_id.value: fill.commission.as_decimal() for fill in trader.of(OrderFilled)}
        assert booked == {row.exec_id: row.fee for row in executions}
        assert client_of(trader)._private.connection_count == connections

    on_venue(scenario, compare_interval_secs=0.3)


def test_an_order_goes_over_rest_while_the_trade_socket_is_down_and_is_not_sent_twice() -> None:
    async def scenario(venue: SimVenue, trader: Recorder) -> None:
        venue.faults.add("cut_after_taken:family=trade,count=1")
        await accepted(trader, resting(trader))
        venue.faults.add("refuse:family=trade")
        venue.disconnect("trade")
        trade = client_of(trader)._trade
        await until(lambda: not trade.is_live, "the end of the trade socket")
        await accepted(trader, resting(trader, "80001.0"))
        assert len(venue.exchange.orders) == 2
        assert not trader.of(OrderRejected)

    on_venue(scenario)
