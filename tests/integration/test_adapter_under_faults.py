"""A trading node while things go wrong: its fills are the venue's executions, its balance the venue's ledger."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from functools import partial

import pytest
from nautilus_trader.model.currencies import USDT
from nautilus_trader.model.enums import OrderSide
from nautilus_trader.model.events import OrderAccepted, OrderFilled, OrderRejected
from nautilus_trader.model.objects import Price, Quantity
from nautilus_trader.model.orders import Order
from trading import LINEAR, Recorder, trading, until

from nautilus_bybit_adapter import BYBIT_VENUE
from nautilus_bybit_adapter.nt1 import factories
from nautilus_bybit_adapter.sim import SimConfig, SimVenue
from nautilus_bybit_adapter.transport.options import SocketOptions

QUANTITY = Quantity.from_str("0.010")
OPTIONS = {"ws_trade_timeout_secs": 0.3, "recv_window_ms": 1000}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Notice a dead socket in a second instead of half a minute."""
    quick = partial(SocketOptions, ping_interval_secs=0.3, pong_timeout_secs=0.6, step_timeout_secs=2.0)
    monkeypatch.setattr(factories, "SocketOptions", quick)


def best_bid(venue: SimVenue) -> Decimal:
    market = venue.exchange.markets["linear", "BTCUSDT"]
    ticks = market.touch_price("Sell")
    assert ticks is not None
    return ticks * market.instrument.tick


async def reached(venue: SimVenue, order: Order) -> None:
    """Wait until an order is at the venue, or the node knows that it never will be."""
    link_id = order.client_order_id.value
    await until(
        lambda: order.is_closed or venue.exchange.find("linear", "", link_id) is not None,
        f"{link_id} at the venue",
    )


async def deal(venue: SimVenue, trader: Recorder, rounds: int = 3) -> None:
    """Buy at market, be filled as a maker, cancel, and sell, a few times."""
    factory, market = trader.order_factory, venue.exchange.markets["linear", "BTCUSDT"]
    for _ in range(rounds):
        bid = best_bid(venue)
        bought = factory.market(LINEAR, OrderSide.BUY, QUANTITY)
        touched = factory.limit(LINEAR, OrderSide.BUY, QUANTITY, Price.from_str(f"{bid:.1f}"))
        doomed = factory.limit(LINEAR, OrderSide.BUY, QUANTITY, Price.from_str(f"{bid - 500:.1f}"))
        for order in (bought, touched, doomed):
            trader.submit_order(order)
            await reached(venue, order)
        market.trade("Sell", bid, Decimal(1000))
        market.set_book([(bid, "50")], [(bid + Decimal("0.1"), "50")])
        if doomed.is_open:
            trader.cancel_order(doomed)
        sold = factory.market(LINEAR, OrderSide.SELL, QUANTITY)
        trader.submit_order(sold)
        await reached(venue, sold)


async def agreed(venue: SimVenue, trader: Recorder) -> None:
    """Wait until node and venue agree about every fill, every open order and the balance."""
    account = venue.exchange.account

    def fills() -> bool:
        booked = sorted(fill.trade_id.value for fill in trader.of(OrderFilled))
        return booked == sorted(each.exec_id for each in account.executions)

    def balance() -> bool:
        total = trader.portfolio.account(BYBIT_VENUE).balance_total(USDT)
        return total is not None and total.as_decimal() == account.balances["USDT"]

    def orders() -> bool:
        ours = {order.client_order_id.value for order in trader.cache.orders() if not order.is_closed}
        return ours == {order.link_id for order in venue.exchange.open_orders.values()}

    await until(fills, "the venue's executions, each booked once")
    await until(orders, "the venue's open orders")
    await until(balance, "the venue's balance")
    for fill in trader.of(OrderFilled):
        (row,) = (each for each in account.executions if each.exec_id == fill.trade_id.value)
        it = row.order.instrument
        assert fill.last_qty.as_decimal() == it.qty(row.lots)
        assert fill.last_px.as_decimal() == it.price(row.ticks)
        assert fill.commission.as_decimal() == row.fee
        assert fill.client_order_id.value == row.order.link_id


def kinds_hit(venue: SimVenue) -> set[str]:
    return {firing.kind for firing in venue.faults.log}


@pytest.mark.parametrize(
    "words",
    [
        ("duplicate:family=private",),
        ("reorder:family=private,probability=0.5",),
        ("lose:family=private,match=execution*",),
        ("lose:family=private,match=order*",),
        ("delay:ms=30,jitter_ms=60",),
        ("cut_after_taken:family=trade,count=2,after=1",),
        ("lose_ack:family=trade,count=3",),
        ("server_error:family=trade,when=after,count=3",),
        ("corrupt:family=private,match=order*,count=2",),
        ("corrupt:family=private,match=execution*,count=2",),
        ("corrupt:family=private,probability=0.3",),
        ("corrupt:family=trade,count=3",),
        ("unknown_enum:family=private,field=orderStatus,count=3",),
        ("unknown_enum:family=private,field=execType,count=3",),
        ("unknown_enum:family=private,probability=0.5",),
        ("missing_field:family=private,field=execId,count=3",),
        ("missing_field:family=private,field=orderId,count=3",),
        ("missing_field:family=private,probability=0.3",),
        ("smp_group_string",),
        ("corrupt:family=private,match=order*,count=4", "corrupt:family=private,match=execution*,count=4"),
        ("missing_field:family=private,match=wallet,count=3",),
        ("rate_limit:family=trade,probability=0.3",),
    ],
    ids="+".join,
)
def test_trading_goes_on_and_the_accounts_agree(words: tuple[str, ...]) -> None:
    async def main() -> None:
        async with SimVenue(SimConfig(market="quiet", seed=11, rate_limits=False)) as venue:
            async with trading(venue, exec_options=OPTIONS) as trader:
                for each in words:
                    venue.faults.add(each)
                await deal(venue, trader)
                await agreed(venue, trader)
                assert kinds_hit(venue) == {each.partition(":")[0] for each in words}
                venue.faults.clear()
                await deal(venue, trader, rounds=1)
                await agreed(venue, trader)
            venue.exchange.check()

    asyncio.run(main())


@pytest.mark.parametrize(
    "words",
    [
        "http_error:status=503,count=6",
        "http_error:status=500,match=/v5/account/*,count=6",
        "server_error:family=rest,count=6",
        "rate_limit:family=rest,count=6",
        "truncate:count=4",
        "corrupt:family=rest,count=4",
        "refuse:family=rest,count=4",
        "unknown_enum:family=rest,field=orderStatus,count=2",
        "unknown_enum:family=rest,field=execType,count=2",
        "missing_field:family=rest,field=execId,count=2",
        "missing_field:family=rest,field=orderId,count=2",
        "missing_field:family=rest,field=walletBalance,match=/v5/account/wallet-balance,count=2",
        "smp_group_string:family=rest",
        "hang:match=/v5/execution/list,count=1",
    ],
)
def test_a_recovery_that_fails_is_repeated_until_it_is_whole(words: str) -> None:
    async def main() -> None:
        async with SimVenue(SimConfig(market="quiet", seed=12, rate_limits=False)) as venue:
            async with trading(venue, exec_options=OPTIONS) as trader:
                await deal(venue, trader, rounds=1)
                bid = best_bid(venue)
                touched = trader.order_factory.limit(
                    LINEAR, OrderSide.BUY, QUANTITY, Price.from_str(f"{bid:.1f}")
                )
                kept = trader.order_factory.limit(
                    LINEAR, OrderSide.BUY, QUANTITY, Price.from_str(f"{bid - 500:.1f}")
                )
                for order in (touched, kept):
                    trader.submit_order(order)
                await trader.until(lambda: touched.is_open and kept.is_open, "two OrderAccepted")
                venue.hold_private(True)
                venue.exchange.markets["linear", "BTCUSDT"].trade("Sell", bid, Decimal(1000))
                venue.faults.add(words)
                venue.disconnect("private")
                venue.hold_private(False)
                await agreed(venue, trader)
                assert words.partition(":")[0] in kinds_hit(venue)
            venue.exchange.check()

    asyncio.run(main())


@pytest.mark.parametrize("family", ["private", "trade"])
def test_a_socket_that_fell_silent_is_noticed_and_replaced(family: str) -> None:
    async def main() -> None:
        async with SimVenue(SimConfig(market="quiet", rate_limits=False)) as venue:
            async with trading(venue, exec_options=OPTIONS) as trader:
                await deal(venue, trader, rounds=1)
                stalled = venue._server.connections(family)
                venue.faults.add("stall", family=family, count=1)
                await until(lambda: venue.faults.log, "a frame to stall at")
                await deal(venue, trader, rounds=1)
                await until(lambda: venue._server.connections(family) - stalled, "another socket")
                await agreed(venue, trader)
                await deal(venue, trader, rounds=1)
                await agreed(venue, trader)
            venue.exchange.check()

    asyncio.run(main())


def test_pushes_lost_before_a_cut_are_made_good() -> None:
    async def main() -> None:
        async with (
            SimVenue(SimConfig(market="quiet", rate_limits=False)) as venue,
            trading(venue, exec_options=OPTIONS) as trader,
        ):
            venue.faults.add("lose:family=private,match=order*")
            venue.faults.add("lose:family=private,match=execution*")
            venue.faults.add("lose:family=private,match=wallet")
            await deal(venue, trader)
            venue.faults.clear()
            venue.disconnect("private")
            await agreed(venue, trader)

    asyncio.run(main())


def test_an_order_cut_off_before_its_ack_is_neither_rejected_nor_sent_twice() -> None:
    async def main() -> None:
        async with (
            SimVenue(SimConfig(market="quiet", rate_limits=False)) as venue,
            trading(venue, exec_options=OPTIONS) as trader,
        ):
            venue.faults.add("cut_after_taken:family=trade,count=1")
            bid = best_bid(venue)
            order = trader.order_factory.limit(
                LINEAR, OrderSide.BUY, QUANTITY, Price.from_str(f"{bid - 500:.1f}")
            )
            trader.submit_order(order)
            await trader.until(lambda: trader.of(OrderAccepted), "OrderAccepted")
            await agreed(venue, trader)
            assert not trader.of(OrderRejected)
            assert len(venue.exchange.orders) == 1

    asyncio.run(main())
