"""Fills the framework would not take, or that take long to read: each one is booked, once."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable, Sized
from itertools import count
from typing import Any

import pytest
from nautilus_trader.config import StrategyConfig
from nautilus_trader.core.uuid import UUID4
from nautilus_trader.execution.messages import GenerateFillReports
from nautilus_trader.model.currencies import USDT
from nautilus_trader.model.enums import OrderSide, OrderStatus
from nautilus_trader.model.events import OrderFilled, OrderPendingCancel, PositionOpened
from nautilus_trader.model.identifiers import Venue, VenueOrderId
from nautilus_trader.model.objects import Price, Quantity
from nautilus_trader.model.orders import Order
from rest_clients import reads_of
from trading import LINEAR, Recorder, trading, until

from nautilus_bybit_adapter.nt1.execution import foreign
from nautilus_bybit_adapter.sim import SimConfig, SimVenue
from nautilus_bybit_adapter.sim.clock import wall_ms
from nautilus_bybit_adapter.sim.exchange.floor import TradedMarket
from nautilus_bybit_adapter.state.order_events import Filled

QUANTITY = Quantity.from_str("0.010")
QUICK = {"ws_trade_timeout_secs": 0.3, "recv_window_ms": 1000}
DAY_MS = 86_400_000
# The default; what needs the comparison says so.
NEVER = {"compare_interval_secs": 60.0}


def on_venue(
    scenario: Callable[[SimVenue, Recorder], Awaitable[None]],
    clock: Callable[[], int] = wall_ms,
    *,
    has_own_ids: bool = True,
    **options: Any,
) -> None:
    async def run() -> None:
        async with SimVenue(SimConfig(market="quiet", rate_limits=False, clock=clock)) as venue:
            async with trading(venue, exec_options=QUICK | NEVER | options) as trader:
                await scenario(venue, trader)
            if has_own_ids:
                venue.exchange.check()

    asyncio.run(run())


def engine_of(trader: Recorder) -> Any:
    assert trader.node is not None
    return trader.node.kernel.exec_engine


def client_of(trader: Recorder) -> Any:
    (client,) = engine_of(trader)._clients.values()
    return client


def market_of(venue: SimVenue) -> TradedMarket:
    return venue.exchange.markets["linear", "BTCUSDT"]


def limit(trader: Recorder, side: OrderSide = OrderSide.BUY, price: str = "80000.0") -> Order:
    return trader.order_factory.limit(LINEAR, side, QUANTITY, Price.from_str(price))


async def accepted(trader: Recorder, *orders: Order) -> None:
    for order in orders:
        trader.submit_order(order)
    await trader.until(lambda: all(order.status == OrderStatus.ACCEPTED for order in orders), "OrderAccepted")


def fill_lots(venue: SimVenue, order: Order, *lots: int) -> None:
    """Trade through everything at the order's price and so many lots of the order itself, one trade for each."""
    row = next(row for row in venue.exchange.orders.values() if row.link_id == order.client_order_id.value)
    market = market_of(venue)
    market.set_levels({row.ticks: 0}, {})
    for part in lots:
        market.trade_lots("Sell", row.ticks, part)


def position(venue: SimVenue) -> Any:
    return sum(leg.size for leg in venue.exchange.account.legs("BTCUSDT"))


def grew(rows: Sized, before: int) -> bool:
    return len(rows) > before


async def agreed(venue: SimVenue, trader: Recorder) -> None:
    """Wait until node and venue have the same fills and position."""

    def agree() -> bool:
        booked = {fill.trade_id.value for fill in trader.of(OrderFilled)}
        there = {row.exec_id for row in venue.exchange.account.executions if row.exec_type == "Trade"}
        return booked == there and trader.portfolio.net_position(LINEAR) == position(venue)

    await until(agree, "agreement of node and venue")
    assert len(trader.of(OrderFilled)) == len({fill.trade_id for fill in trader.of(OrderFilled)})


@pytest.mark.parametrize("told_by", ["push", "recovery"])
def test_an_order_the_engine_refused_by_itself_is_booked_as_made_elsewhere(told_by: str) -> None:
    """The engine gives up what is in flight for half a minute; the venue may have taken it all the same."""

    async def scenario(venue: SimVenue, trader: Recorder) -> None:
        venue.hold_private(True)
        venue.faults.add("lose_ack:family=trade")
        venue.faults.add("http_error:status=503")
        order = limit(trader)
        trader.submit_order(order)
        await until(lambda: venue.exchange.orders, "the order at the venue")
        await until(lambda: order.status == OrderStatus.SUBMITTED, "OrderSubmitted")
        engine_of(trader)._resolve_inflight_order(order)
        assert order.status == OrderStatus.REJECTED
        fill_lots(venue, order, 4)
        if told_by == "recovery":
            venue.disconnect("private")
        venue.hold_private(False)
        venue.faults.clear()
        await agreed(venue, trader)
        fill_lots(venue, order, 6)
        await agreed(venue, trader)
        assert position(venue) == QUANTITY.as_decimal()
        (alive,) = (each for each in trader.cache.orders() if each.filled_qty == QUANTITY)
        assert alive.client_order_id != order.client_order_id
        assert alive.status == OrderStatus.FILLED

    on_venue(scenario)


def test_an_order_that_appears_in_the_turn_it_is_given_up_in_is_open() -> None:
    """The engine takes a report at once and an event in its turn, so the report of such an order has to wait."""

    async def scenario(venue: SimVenue, trader: Recorder) -> None:
        venue.hold_private(True)
        venue.faults.add("lose_ack:family=trade")
        order = limit(trader)
        trader.submit_order(order)
        await until(lambda: venue.exchange.orders and order.status == OrderStatus.SUBMITTED, "the order")
        client, name = client_of(trader), order.client_order_id.value
        row = await client._venue.order(LINEAR, name, "")
        assert row is not None
        client._desk._events.publish(client._desk._lifecycles.on_absent(name, "no such order", 1))
        client._desk._intake.take_order(row)
        venue.faults.clear()
        venue.hold_private(False)
        await trader.until(lambda: order.status == OrderStatus.REJECTED, "OrderRejected")
        alive = VenueOrderId(row.order_id)
        await until(
            lambda: any(each.venue_order_id == alive for each in trader.cache.orders_open()),
            "the order as one made elsewhere",
        )
        fill_lots(venue, order, 10)
        await agreed(venue, trader)

    on_venue(scenario)


def test_an_order_whose_cancel_is_not_answered_is_not_canceled_by_the_engine() -> None:
    async def scenario(venue: SimVenue, trader: Recorder) -> None:
        order = limit(trader)
        await accepted(trader, order)
        engine = engine_of(trader)
        engine._inflight_check_threshold_ns, engine.inflight_check_max_retries = 0, 2
        venue.faults.add("http_error:status=503")
        venue.faults.add("stall:family=trade")
        trader.cancel_order(order)
        for _ in range(6):
            await engine._check_inflight_orders()
            await asyncio.sleep(0.05)
        assert order.status == OrderStatus.PENDING_CANCEL
        venue.faults.clear()
        venue.disconnect("trade")
        await trader.until(lambda: order.status == OrderStatus.ACCEPTED, "word that it is open")
        fill_lots(venue, order, 10)
        await agreed(venue, trader)
        assert order.status == OrderStatus.FILLED

    on_venue(scenario)


def test_an_order_whose_cancel_was_lost_is_said_to_be_open() -> None:
    async def scenario(_: SimVenue, trader: Recorder) -> None:
        order = limit(trader)
        await accepted(trader, order)
        engine = engine_of(trader)
        engine._inflight_check_threshold_ns = 0
        ids = order.trader_id, order.strategy_id, order.instrument_id, order.client_order_id
        pending = OrderPendingCancel(*ids, order.venue_order_id, order.account_id, UUID4(), 1, 1)
        engine.process(pending)
        await trader.until(lambda: order.status == OrderStatus.PENDING_CANCEL, "OrderPendingCancel")
        await engine._check_inflight_orders()
        await trader.until(lambda: order.status == OrderStatus.ACCEPTED, "word that it is open")

    on_venue(scenario)


def test_fills_beyond_a_quantity_whose_amendment_was_not_told_are_booked() -> None:
    async def scenario(venue: SimVenue, trader: Recorder) -> None:
        order = limit(trader)
        await accepted(trader, order)
        venue.faults.add("lose:family=private,match=order*")
        trader.modify_order(order, quantity=Quantity.from_str("0.014"))
        (row,) = venue.exchange.orders.values()
        await until(lambda: row.lots == 14, "the amendment")
        fill_lots(venue, order, 10, 4)
        await agreed(venue, trader)
        assert (order.status, order.quantity) == (OrderStatus.FILLED, Quantity.from_str("0.014"))

    on_venue(scenario)


@pytest.mark.parametrize("told_by", ["comparison", "reconnect"])
def test_an_exit_whose_entry_was_not_told_waits_for_it(told_by: str) -> None:
    """The engine opens no position with a fill that may only reduce one, and forgets the fill."""

    async def scenario(venue: SimVenue, trader: Recorder) -> None:
        venue.faults.add("lose:family=private,count=100")
        entry = trader.order_factory.market(LINEAR, OrderSide.BUY, QUANTITY)
        trader.submit_order(entry)
        await until(lambda: position(venue) == QUANTITY.as_decimal(), "the position at the venue")
        venue.faults.clear()
        leave = trader.order_factory.market(LINEAR, OrderSide.SELL, QUANTITY, reduce_only=True)
        trader.submit_order(leave)
        await until(lambda: position(venue) == 0, "the end of the position at the venue")
        if told_by == "reconnect":
            venue.disconnect("private")
        await trader.until(lambda: entry.is_closed and leave.is_closed, "both fills")
        await agreed(venue, trader)
        assert trader.portfolio.is_flat(LINEAR)

    on_venue(scenario)


def test_a_fill_the_engine_refused_is_not_reckoned_with() -> None:
    async def scenario(venue: SimVenue, trader: Recorder) -> None:
        market, client = trader.order_factory.market, client_of(trader)
        first = market(LINEAR, OrderSide.BUY, QUANTITY)
        trader.submit_order(first)
        await agreed_on(venue, trader, 1)
        (row,) = await client._http.get_executions("linear")
        trader.submit_order(market(LINEAR, OrderSide.SELL, QUANTITY))
        await agreed_on(venue, trader, 2)
        # As though it had been handed over again under an id that the engine does not take.
        client._desk._events._exits.on_booked(Filled(first.client_order_id.value, row, "refused"), first)
        for fills, side in ((3, OrderSide.BUY), (4, OrderSide.SELL)):
            trader.submit_order(market(LINEAR, side, QUANTITY))
            await agreed_on(venue, trader, fills)
        venue.faults.add("lose:family=private,count=100")
        trader.submit_order(market(LINEAR, OrderSide.BUY, QUANTITY))
        await until(lambda: position(venue) == QUANTITY.as_decimal(), "the position at the venue")
        venue.faults.clear()
        trader.submit_order(market(LINEAR, OrderSide.SELL, QUANTITY, reduce_only=True))
        await agreed_on(venue, trader, 6)

    on_venue(scenario)


async def agreed_on(venue: SimVenue, trader: Recorder, fills: int) -> None:
    await until(lambda: len(venue.exchange.account.executions) == fills, f"{fills} fills at the venue")
    await agreed(venue, trader)


@pytest.mark.parametrize("first_sold", [0, 1], ids=["none left", "too little left"])
def test_an_exit_that_overtakes_an_entry_in_the_engines_queue_waits_for_it(first_sold: int) -> None:
    """What counts is not the position there is but the one there will be when the engine comes to the fill."""

    async def scenario(venue: SimVenue, trader: Recorder) -> None:
        venue.faults.add("lose:family=private,count=1000")
        market = trader.order_factory.market
        orders = [
            market(LINEAR, OrderSide.SELL, QUANTITY),
            market(LINEAR, OrderSide.SELL, QUANTITY),
            market(LINEAR, OrderSide.BUY, QUANTITY if not first_sold else Quantity.from_str("0.004")),
            market(LINEAR, OrderSide.BUY, QUANTITY, reduce_only=True),
        ]
        executions = venue.exchange.account.executions
        for order in orders:
            traded = len(executions)
            trader.submit_order(order)
            await until(functools.partial(grew, executions, traded), "a fill there")
        client = client_of(trader)
        rows = {row.order_link_id: row for row in await client._http.get_executions("linear")}
        # The first entry is booked; the second is not told of when both exits are, within one turn of the loop.
        client._desk._intake.take_execution(rows[orders[0].client_order_id.value])
        await trader.until(lambda: orders[0].is_closed, "the first entry")
        for order in orders[2:]:
            client._desk._intake.take_execution(rows[order.client_order_id.value])
        venue.faults.clear()
        await agreed(venue, trader)
        assert all(order.is_closed for order in orders)
        assert {event.entry for event in trader.of(PositionOpened)} == {OrderSide.SELL}

    on_venue(scenario)


def test_a_position_closed_elsewhere_is_closed_here() -> None:
    async def run() -> None:
        async with (
            SimVenue(SimConfig(market="quiet", rate_limits=False)) as venue,
            # Of a strategy that does not claim what is made elsewhere.
            trading(venue, Recorder(StrategyConfig()), exec_options=QUICK | NEVER) as trader,
        ):
            trader.msgbus.subscribe("events.order.EXTERNAL", trader.seen.append)
            trader.submit_order(trader.order_factory.market(LINEAR, OrderSide.BUY, QUANTITY))
            await until(lambda: position(venue) == QUANTITY.as_decimal(), "the position")
            await agreed(venue, trader)
            request = {"category": "linear", "symbol": "BTCUSDT", "side": "Sell", "orderType": "Market"}
            venue.exchange.place(request | {"qty": str(QUANTITY), "reduceOnly": True})
            assert position(venue) == 0
            await agreed(venue, trader)

    asyncio.run(run())


@pytest.mark.parametrize("is_own", [True, False], ids=["own", "made elsewhere"])
@pytest.mark.parametrize(
    "damage",
    [
        "unknown_enum:field=timeInForce",
        "unknown_enum:field=orderStatus",
        "unknown_enum:field=side",
        "unknown_enum:field=orderType",
        "unknown_enum:field=execType",
        "unknown_enum:field=cumExecQty",
        "unknown_enum:field=updatedTime",
        "unknown_enum:field=execQty",
        "missing_field:field=execTime",
        "missing_field:field=category",
    ],
)
def test_an_order_is_booked_whatever_its_pushes_say(damage: str, is_own: bool) -> None:
    """A word or a number that cannot be read costs a question, not the order or its fill."""

    async def scenario(venue: SimVenue, trader: Recorder) -> None:
        venue.faults.add(f"{damage},family=private")
        if is_own:
            trader.submit_order(trader.order_factory.market(LINEAR, OrderSide.BUY, QUANTITY))
        else:
            market = {"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "orderType": "Market"}
            venue.exchange.place(market | {"qty": "0.010"})
        await agreed(venue, trader)
        (order,) = trader.cache.orders()
        await until(lambda: order.is_closed, "the end of the order")
        assert (order.status, order.filled_qty) == (OrderStatus.FILLED, QUANTITY)
        assert position(venue) == QUANTITY.as_decimal()

    on_venue(scenario, compare_interval_secs=0.5)


def test_a_fill_of_an_order_the_venue_does_not_know_is_given_up_aloud(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(foreign, "LONGEST_DELAY_SECS", 0.02)
    monkeypatch.setattr(foreign, "FIRST_DELAY_SECS", 0.01)

    async def scenario(venue: SimVenue, trader: Recorder) -> None:
        venue.faults.add("unknown_enum:family=private,match=execution,field=orderId")
        market = {"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "orderType": "Market"}
        venue.exchange.place(market | {"qty": "0.010"})
        await trader.until(lambda: trader.of(OrderFilled), "the fill under the order's true id")
        client = client_of(trader)
        await until(lambda: not client._desk._foreign._asking, "an end of asking")
        assert trader.portfolio.net_position(LINEAR) == position(venue)

    on_venue(scenario)
    assert (
        "Order Unheard is not booked: the venue knows neither it nor a fill of it" in capfd.readouterr().err
    )


@pytest.mark.parametrize(
    ("fault", "compare_secs"),
    [
        # Without a word of it only a comparison can tell.
        ("lose:family=private,match=wallet", 0.3),
        ("missing_field:family=private,match=wallet,field=walletBalance", 60.0),
        ("corrupt:family=private,match=wallet", 0.3),
    ],
)
def test_balances_come_back_after_a_wallet_that_was_not_told(fault: str, compare_secs: float) -> None:
    async def scenario(venue: SimVenue, trader: Recorder) -> None:
        venue.faults.add(fault)
        order = trader.order_factory.market(LINEAR, OrderSide.BUY, QUANTITY)
        trader.submit_order(order)
        account = trader.portfolio.account(Venue("BYBIT"))

        def agree() -> bool:
            there = venue.exchange.account.balances["USDT"]
            return order.is_closed and account.balance_total(USDT).as_decimal() == there

        await until(agree, "the balance after the fee")
        assert account.balance_total(USDT).as_decimal() % 1, "a fee was paid"

    on_venue(scenario, compare_interval_secs=compare_secs)


def test_both_sides_of_a_trade_with_oneself_are_booked() -> None:
    async def scenario(venue: SimVenue, trader: Recorder) -> None:
        buy, sell = limit(trader, OrderSide.BUY, "80100.0"), limit(trader, OrderSide.SELL, "80100.0")
        market_of(venue).set_book([("80000", "1")], [("80200", "1")])
        identity = venue.exchange._settlement._identity
        numbers = count()
        # As at Bybit: a trade has one id.
        vars(identity)["exec_id"] = lambda _: f"1c7ea2a9-2b3c-5d4e-8f60-{next(numbers) // 2:012}"
        await accepted(trader, buy)
        trader.submit_order(sell)
        await trader.until(lambda: buy.is_closed and sell.is_closed, "both sides")
        assert {row.exec_id for row in venue.exchange.account.executions} == {
            "1c7ea2a9-2b3c-5d4e-8f60-000000000000"
        }
        booked = [fill.trade_id for fill in trader.of(OrderFilled)]
        assert len(set(booked)) == len(booked) == 2
        assert trader.portfolio.is_flat(LINEAR)

        client = client_of(trader)
        connections = client._private.connection_count
        venue.disconnect("private")
        await until(
            lambda: client._private.connection_count > connections and client._private.is_live, "a socket"
        )
        assert [fill.trade_id for fill in trader.of(OrderFilled)] == booked
        command = GenerateFillReports(
            instrument_id=LINEAR, venue_order_id=None, start=None, end=None, command_id=UUID4(), ts_init=0
        )
        reported = await client.generate_fill_reports(command)
        assert {report.trade_id for report in reported} == set(booked)

    # The venue's own books tell the sides apart by their ids.
    on_venue(scenario, has_own_ids=False)


def test_an_outage_of_more_fills_than_a_page_holds_is_made_good() -> None:
    fills = 230

    async def scenario(venue: SimVenue, trader: Recorder) -> None:
        order = trader.order_factory.limit(
            LINEAR, OrderSide.BUY, Quantity.from_str("0.230"), Price.from_str("80000.0")
        )
        await accepted(trader, order)
        reads = reads_of(client_of(trader)._http)
        venue.faults.add("refuse:family=private")
        venue.disconnect("private")
        fill_lots(venue, order, *([1] * fills))
        venue.faults.clear()
        await agreed(venue, trader)
        assert order.status == OrderStatus.FILLED
        assert len(trader.of(OrderFilled)) == fills
        assert len([read for read in reads if read["path"] == "/v5/execution/list"]) > 2

    on_venue(scenario)


def test_an_outage_of_more_than_seven_days_is_made_good() -> None:
    passed_ms = 0

    async def scenario(venue: SimVenue, trader: Recorder) -> None:
        nonlocal passed_ms
        early, late, idle = (limit(trader, price=price) for price in ("80002.0", "80001.0", "79000.0"))
        await accepted(trader, early, late, idle)
        reads = reads_of(client_of(trader)._http)
        for family in ("private", "trade", "rest"):
            venue.faults.add(f"refuse:family={family}")
        venue.disconnect("private")
        venue.disconnect("trade")
        fill_lots(venue, early, 10)
        passed_ms = 8 * DAY_MS
        fill_lots(venue, late, 10)
        venue.exchange.cancel(
            {"category": "linear", "symbol": "BTCUSDT", "orderLinkId": idle.client_order_id.value}
        )
        passed_ms = 9 * DAY_MS
        venue.faults.clear()
        await agreed(venue, trader)
        await trader.until(lambda: idle.is_closed, "the end of the order that was canceled")
        assert [order.status.name for order in (early, late, idle)] == ["FILLED", "FILLED", "CANCELED"]
        starts = {
            read["startTime"]
            for read in reads
            if read["path"] == "/v5/execution/list" and "startTime" in read
        }
        assert len(starts) > 1

    on_venue(scenario, clock=lambda: wall_ms() + passed_ms)
