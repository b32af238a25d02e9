"""A TradingNode on real sockets: what a trader does, and every event that has to come of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal

import pytest
from nautilus_trader.core.uuid import UUID4
from nautilus_trader.execution.messages import SubmitOrder
from nautilus_trader.model.currencies import USDT
from nautilus_trader.model.enums import AccountType, LiquiditySide, OrderSide, OrderStatus, TimeInForce
from nautilus_trader.model.events import (
    AccountState,
    OrderAccepted,
    OrderCanceled,
    OrderDenied,
    OrderFilled,
    OrderModifyRejected,
    OrderRejected,
    OrderSubmitted,
    OrderUpdated,
    PositionClosed,
    PositionOpened,
)
from nautilus_trader.model.identifiers import ClientId
from nautilus_trader.model.objects import Money, Price, Quantity
from trading import LINEAR, SPOT, Recorder, account_states, trading, until

from nautilus_bybit_adapter import BYBIT_VENUE
from nautilus_bybit_adapter.sim import SimConfig, SimVenue

QUANTITY = Quantity.from_str("0.010")


def on_venue(scenario: Callable[[SimVenue], Awaitable[None]], **config: object) -> None:
    async def run() -> None:
        async with SimVenue(SimConfig(**{"market": "quiet", **config})) as venue:  # type: ignore[arg-type]
            await scenario(venue)
            venue.exchange.check()

    asyncio.run(run())


def touch(venue: SimVenue, category: str = "linear") -> tuple[Decimal, Decimal]:
    """Return best bid and ask of BTCUSDT."""
    market = venue.exchange.markets[category, "BTCUSDT"]
    tick = market.instrument.tick
    bid, ask = market.touch_price("Sell"), market.touch_price("Buy")
    assert bid is not None
    assert ask is not None
    return bid * tick, ask * tick


def resting_price(venue: SimVenue) -> Price:
    """Return a price far below the market."""
    return Price.from_str(f"{touch(venue)[0] - 1000:.1f}")


def test_an_order_is_on_the_socket_when_the_clients_call_returns() -> None:
    async def scenario(venue: SimVenue) -> None:
        async with trading(venue) as trader:
            assert trader.node is not None
            client = trader.node.kernel.exec_engine._clients[ClientId("BYBIT")]
            order = trader.order_factory.market(LINEAR, OrderSide.BUY, QUANTITY)
            trader.cache.add_order(order)
            client.submit_order(SubmitOrder(trader.trader_id, trader.id, order, UUID4(), 0))
            assert client._trade is not None
            assert client._trade.in_flight_count == 1
            # What is said of it comes after.
            assert order.status == OrderStatus.INITIALIZED
            await trader.until(lambda: trader.of(OrderFilled), "OrderFilled")
            assert trader.order_events() == ["OrderSubmitted", "OrderAccepted", "OrderFilled"]

    on_venue(scenario)


def test_a_market_order_gives_every_event() -> None:
    async def scenario(venue: SimVenue) -> None:
        async with trading(venue) as trader:
            trader.submit_order(trader.order_factory.market(LINEAR, OrderSide.BUY, QUANTITY))
            await trader.until(lambda: trader.of(PositionOpened), "PositionOpened")
            filled_at = len(account_states(trader))
            await trader.until(
                lambda: trader.portfolio.account(BYBIT_VENUE).balance_total(USDT).as_decimal() < 100_000,
                f"an AccountState with the fee paid (after {filled_at})",
            )
            for kind in (OrderSubmitted, OrderAccepted, OrderFilled, PositionOpened):
                assert len(trader.of(kind)) == 1, kind
            names = [name for name in trader.order_events() if name != "OrderInitialized"]
            assert names == ["OrderSubmitted", "OrderAccepted", "OrderFilled"]
            (fill,) = trader.of(OrderFilled)
            (execution,) = venue.exchange.account.executions
            assert fill.trade_id.value == execution.exec_id
            assert fill.liquidity_side == LiquiditySide.TAKER
            assert trader.portfolio.net_position(LINEAR) == QUANTITY.as_decimal()
            assert trader.portfolio.account(BYBIT_VENUE).type == AccountType.MARGIN

            trader.close_all_positions(LINEAR)
            await trader.until(lambda: trader.of(PositionClosed), "PositionClosed")
            assert trader.portfolio.is_flat(LINEAR)

    on_venue(scenario)


def test_a_resting_order_is_amended_filled_in_part_and_canceled() -> None:
    async def scenario(venue: SimVenue) -> None:
        async with trading(venue) as trader:
            order = trader.order_factory.limit(LINEAR, OrderSide.BUY, QUANTITY, resting_price(venue))
            trader.submit_order(order)
            await trader.until(lambda: trader.of(OrderAccepted), "OrderAccepted")

            better = Price.from_str(f"{touch(venue)[0]:.1f}")
            trader.modify_order(order, price=better)
            await trader.until(lambda: trader.of(OrderUpdated), "OrderUpdated")
            assert order.price == better

            market = venue.exchange.markets["linear", "BTCUSDT"]
            market.trade("Sell", touch(venue)[0], Decimal(1000))
            await trader.until(lambda: trader.of(OrderFilled), "OrderFilled")
            assert {fill.liquidity_side for fill in trader.of(OrderFilled)} == {LiquiditySide.MAKER}
            assert order.status == OrderStatus.FILLED

            second = trader.order_factory.limit(LINEAR, OrderSide.BUY, QUANTITY, resting_price(venue))
            trader.submit_order(second)
            await trader.until(lambda: second.status == OrderStatus.ACCEPTED, "the second OrderAccepted")
            trader.cancel_order(second)
            await trader.until(lambda: trader.of(OrderCanceled), "OrderCanceled")

    on_venue(scenario)


@pytest.mark.parametrize(("time_in_force", "filled"), [(TimeInForce.IOC, True), (TimeInForce.FOK, True)])
def test_an_immediate_limit_order_fills(time_in_force: TimeInForce, filled: bool) -> None:
    async def scenario(venue: SimVenue) -> None:
        async with trading(venue) as trader:
            price = Price.from_str(f"{touch(venue)[1]:.1f}")
            order = trader.order_factory.limit(
                LINEAR, OrderSide.BUY, QUANTITY, price, time_in_force=time_in_force
            )
            trader.submit_order(order)
            await trader.until(lambda: order.is_closed, "the end of the order")
            assert (order.status == OrderStatus.FILLED) is filled

    on_venue(scenario)


@pytest.mark.parametrize("time_in_force", [TimeInForce.IOC, TimeInForce.FOK])
def test_an_immediate_limit_order_away_from_the_market_is_canceled(time_in_force: TimeInForce) -> None:
    async def scenario(venue: SimVenue) -> None:
        async with trading(venue) as trader:
            order = trader.order_factory.limit(
                LINEAR, OrderSide.BUY, QUANTITY, resting_price(venue), time_in_force=time_in_force
            )
            trader.submit_order(order)
            await trader.until(lambda: order.is_closed, "the end of the order")
            assert order.status == OrderStatus.CANCELED
            assert not trader.of(OrderFilled)

    on_venue(scenario)


@pytest.mark.parametrize(("instrument_id", "category"), [(LINEAR, "linear"), (SPOT, "spot")])
def test_a_post_only_order_that_would_cross_is_rejected_for_that_reason(
    instrument_id: object, category: str
) -> None:
    async def scenario(venue: SimVenue) -> None:
        async with trading(venue, instrument_ids=(instrument_id,)) as trader:
            price = Price.from_str(f"{touch(venue, category)[1]:.1f}")
            quantity = trader.cache.instrument(instrument_id).make_qty(Decimal("0.01"))
            trader.submit_order(
                trader.order_factory.limit(instrument_id, OrderSide.BUY, quantity, price, post_only=True)
            )
            await trader.until(lambda: trader.of(OrderRejected), "OrderRejected")
            assert trader.of(OrderRejected)[0].due_post_only

    on_venue(scenario)


def test_what_bybit_cannot_do_is_denied_before_it_is_submitted() -> None:
    async def scenario(venue: SimVenue) -> None:
        async with trading(venue) as trader:
            trader.submit_order(
                trader.order_factory.trailing_stop_market(
                    LINEAR, OrderSide.SELL, QUANTITY, trailing_offset=Decimal(100)
                )
            )
            await trader.until(lambda: trader.of(OrderDenied), "OrderDenied")
            assert "TRAILING_STOP_MARKET is not supported" in trader.of(OrderDenied)[0].reason
            assert not trader.of(OrderSubmitted)

    on_venue(scenario)


def test_a_refusal_says_why() -> None:
    async def scenario(venue: SimVenue) -> None:
        async with trading(venue) as trader:
            trader.submit_order(
                trader.order_factory.market(LINEAR, OrderSide.SELL, QUANTITY, reduce_only=True)
            )
            await trader.until(lambda: trader.of(OrderRejected), "OrderRejected")
            assert "110017" in trader.of(OrderRejected)[0].reason

    on_venue(scenario)


def test_an_amendment_that_changes_nothing_is_rejected_and_the_order_lives_on() -> None:
    async def scenario(venue: SimVenue) -> None:
        async with trading(venue) as trader:
            order = trader.order_factory.limit(LINEAR, OrderSide.BUY, QUANTITY, resting_price(venue))
            trader.submit_order(order)
            await trader.until(lambda: trader.of(OrderAccepted), "OrderAccepted")
            row = venue.exchange.find("linear", "", order.client_order_id.value)
            assert row is not None
            # Somebody else amends it to the very price the strategy asks for a moment later.
            wanted = resting_price(venue) + 10
            venue.exchange.amend(
                {"category": "linear", "symbol": "BTCUSDT", "orderId": row.order_id, "price": f"{wanted:.1f}"}
            )
            await trader.until(lambda: trader.of(OrderUpdated), "the other's amendment")
            trader.modify_order(order, quantity=Quantity.from_str("0.020"))
            await trader.until(lambda: len(trader.of(OrderUpdated)) > 1, "our amendment")
            assert order.quantity == Quantity.from_str("0.020")
            assert not trader.of(OrderModifyRejected)

    on_venue(scenario)


@pytest.mark.parametrize("side", [OrderSide.NO_ORDER_SIDE, OrderSide.BUY])
def test_cancel_all_honours_the_side(side: OrderSide) -> None:
    async def scenario(venue: SimVenue) -> None:
        async with trading(venue) as trader:
            bid, ask = touch(venue)
            factory = trader.order_factory
            buys = [
                factory.limit(LINEAR, OrderSide.BUY, QUANTITY, Price.from_str(f"{bid - n:.1f}"))
                for n in (50, 60)
            ]
            sell = factory.limit(LINEAR, OrderSide.SELL, QUANTITY, Price.from_str(f"{ask + 50:.1f}"))
            for order in (*buys, sell):
                trader.submit_order(order)
            await trader.until(lambda: len(trader.of(OrderAccepted)) == 3, "three OrderAccepted")
            trader.cancel_all_orders(LINEAR, side)
            closed = 2 if side == OrderSide.BUY else 3
            await trader.until(lambda: len(trader.of(OrderCanceled)) == closed, f"{closed} OrderCanceled")
            assert sell.is_open is (side == OrderSide.BUY)

    on_venue(scenario)


def test_spot_pays_its_fee_in_the_coin_received() -> None:
    async def scenario(venue: SimVenue) -> None:
        async with trading(venue, instrument_ids=(SPOT,)) as trader:
            quantity = Quantity.from_str("0.010000")
            trader.submit_order(trader.order_factory.market(SPOT, OrderSide.BUY, quantity))
            await trader.until(lambda: trader.of(OrderFilled), "OrderFilled")
            (fill,) = trader.of(OrderFilled)
            assert fill.last_qty == quantity
            assert fill.commission == Money.from_str("0.00001000 BTC")
            account = trader.portfolio.account(BYBIT_VENUE)
            assert account.type == AccountType.CASH
            expected = Decimal(1) + Decimal("0.01") - Decimal("0.00001")
            await trader.until(
                lambda: account.balance_total(fill.commission.currency).as_decimal() == expected,
                "the coin bought",
            )

    on_venue(scenario)


def test_a_node_that_starts_finds_its_position_and_its_orders() -> None:
    async def scenario(venue: SimVenue) -> None:
        async with trading(venue) as first:
            first.submit_order(first.order_factory.market(LINEAR, OrderSide.BUY, QUANTITY))
            resting = first.order_factory.limit(LINEAR, OrderSide.BUY, QUANTITY, resting_price(venue))
            first.submit_order(resting)
            await first.until(lambda: first.of(PositionOpened) and resting.is_open, "a position and an order")
        async with trading(venue, Recorder()) as second:
            assert second.portfolio.net_position(LINEAR) == QUANTITY.as_decimal()
            (found,) = second.cache.orders_open()
            assert found.client_order_id == resting.client_order_id
            second.cancel_order(found)
            await second.until(lambda: found.is_closed, "the cancel of the order found")
            await until(lambda: not venue.exchange.open_orders, "the venue's own cancel")

    on_venue(scenario)


def test_the_framework_account_follows_the_ledger_to_the_last_digit() -> None:
    async def scenario(venue: SimVenue) -> None:
        async with trading(venue) as trader:
            for side in (OrderSide.BUY, OrderSide.SELL, OrderSide.SELL, OrderSide.BUY):
                trader.submit_order(trader.order_factory.market(LINEAR, side, QUANTITY))
            await trader.until(lambda: len(trader.of(OrderFilled)) >= 4, "four fills")
            ledger = venue.exchange.account.balances["USDT"]
            await trader.until(
                lambda: trader.portfolio.account(BYBIT_VENUE).balance_total(USDT).as_decimal() == ledger,
                f"the ledger's {ledger}",
            )
            cash = Decimal(100_000)
            for fill in trader.of(OrderFilled):
                value = fill.last_qty.as_decimal() * fill.last_px.as_decimal()
                cash += (
                    value if fill.order_side == OrderSide.SELL else -value
                ) - fill.commission.as_decimal()
            assert cash == ledger
            assert trader.of(AccountState)

    on_venue(scenario)
