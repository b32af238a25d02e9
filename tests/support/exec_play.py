"""What a card of the framework's execution spec is played with: a tester, its own instrument, and the venue."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from nautilus_trader.execution.messages import CancelOrder
from nautilus_trader.model.enums import OrderSide, OrderStatus, TimeInForce
from nautilus_trader.model.identifiers import InstrumentId
from nautilus_trader.model.objects import Price, Quantity
from nautilus_trader.model.orders import Order
from nautilus_trader.test_kit.strategies.tester_exec import ExecTester

from nautilus_bybit_adapter.sim import SimVenue
from nautilus_bybit_adapter.sim.exchange.floor import TradedMarket
from nautilus_bybit_adapter.sim.exchange.orders import Order as VenueOrder

# How much is ordered, how far from the best price it rests, in ticks, and where each book begins.
QUANTITIES = {"spot": "0.010", "linear": "0.010", "inverse": "100", "option": "0.10"}
OFFSETS = {"spot": 500, "linear": 500, "inverse": 500, "option": 50}
LEVELS, DEEP_LOTS = 5, 100_000_000
PATIENCE_SECS = 20.0
ACCEPTED = ("Initialized", "Submitted", "Accepted")
FILLED = (*ACCEPTED, "Filled")


class CardFailedError(AssertionError):
    """What a card demands did not come."""


@dataclass
class Play:
    """One card's run.

    `tester` trades an instrument that no other card uses.
    """

    venue: SimVenue
    category: str
    symbol: str
    instrument_id: InstrumentId
    tester: ExecTester

    # -- what is seen --------------------------------------------------------------------------------------

    @property
    def market(self) -> TradedMarket:
        return self.venue.exchange.markets[self.category, self.symbol]

    @property
    def instrument(self) -> Any:
        return self.tester.cache.instrument(self.instrument_id)

    @property
    def quantity(self) -> Quantity:
        return self.instrument.make_qty(Decimal(QUANTITIES[self.category]))

    @property
    def orders(self) -> list[Order]:
        """The instrument's orders, as they were made."""
        found = self.tester.cache.orders(instrument_id=self.instrument_id)
        return sorted(found, key=lambda order: (order.ts_init, order.client_order_id.value))

    @property
    def open_orders(self) -> list[Order]:
        return [
            order
            for order in self.tester.cache.orders(instrument_id=self.instrument_id)
            if order.is_open or order.is_inflight
        ]

    @property
    def position(self) -> Any:
        """The open position, if there is one."""
        found = self.tester.cache.positions_open(instrument_id=self.instrument_id)
        return found[0] if found else None

    def known(self, order: Order) -> VenueOrder:
        """Return the venue's own record of an order."""
        self.holds(order.venue_order_id is not None, f"a venue order id of {order}")
        return self.venue.exchange.orders[order.venue_order_id.value]

    def live(self) -> list[VenueOrder]:
        """Return what works at the venue."""
        rows = self.venue.exchange.orders.values()
        return [
            row
            for row in rows
            if row.instrument.symbol == self.symbol
            and row.instrument.category == self.category
            and row.is_live
        ]

    def price_of(self, ticks: int) -> Price:
        return self.instrument.make_price(self.market.instrument.price(ticks))

    # -- what is demanded ----------------------------------------------------------------------------------

    def holds(self, condition: Any, what: str) -> None:
        """Fail the card unless something is so."""
        if not condition:
            told = [(each.client_order_id.value, names(each), reason(each)) for each in self.orders]
            raise CardFailedError(f"{what}; orders: {told}")

    async def until(self, condition: Callable[[], Any], what: str) -> None:
        """Wait for something, and no longer than anybody would."""
        deadline = asyncio.get_running_loop().time() + PATIENCE_SECS
        while not condition():
            if asyncio.get_running_loop().time() > deadline:
                self.holds(False, f"did not come: {what}")
            await asyncio.sleep(0.02)

    async def until_orders(self, count: int) -> list[Order]:
        """Wait for the tester to have made so many orders, and return them."""
        await self.until(lambda: len(self.orders) >= count, f"{count} orders")
        return self.orders

    async def until_status(self, order: Order, status: OrderStatus) -> None:
        await self.until(lambda: order.status == status or order.is_closed, f"{status.name} of {order}")
        self.holds(order.status == status, f"{status.name} of {order}")

    async def accepted(self, count: int = 1) -> list[Order]:
        """Wait for the orders to rest at the venue, each by the spec's sequence of events."""
        orders = await self.until_orders(count)
        for order in orders:
            await self.until_status(order, OrderStatus.ACCEPTED)
            self.holds(names(order) == ACCEPTED, f"the events of {order}")
            self.holds(self.known(order).is_live, f"{order} at the venue")
        return orders

    async def filled(self) -> Order:
        """Wait for the tester's last order to be filled, by the spec's sequence of events."""
        order = (await self.until_orders(1))[-1]
        await self.until_status(order, OrderStatus.FILLED)
        told = names(order)
        self.holds(told[:4] == FILLED and set(told[4:]) <= {"Filled"}, f"the events of {order}")
        known = self.known(order)
        # A fee in the coin that was bought makes the position smaller than what was bought.
        self.holds(
            order.filled_qty.as_decimal() == known.instrument.qty(known.filled),
            f"what the venue filled of {order}",
        )
        return order

    # -- what is done --------------------------------------------------------------------------------------

    def lay(self, middle: int, lots: int = DEEP_LOTS) -> None:
        """Show a book around a price in ticks."""
        self.market.lay(
            {middle - n: lots for n in range(LEVELS)}, {middle + 1 + n: lots for n in range(LEVELS)}
        )

    @property
    def best(self) -> tuple[int, int]:
        """Best bid and ask in ticks."""
        bid = self.market.book.bids.best_anonymous()
        ask = self.market.book.asks.best_anonymous()
        if bid is None or ask is None:
            raise CardFailedError("a book")
        return bid, ask

    def move(self, ticks: int) -> None:
        """Shift the book."""
        self.lay(self.best[0] + ticks)

    def limit(self, side: OrderSide, ticks: int, **options: Any) -> Order:
        """Make a limit order at a price in ticks, and send it."""
        order = self.tester.order_factory.limit(
            self.instrument_id, side, self.quantity, self.price_of(ticks), **options
        )
        self.tester.submit_order(order)
        return order

    def market_order(self, side: OrderSide, time_in_force: TimeInForce = TimeInForce.GTC) -> Order:
        order = self.tester.order_factory.market(
            self.instrument_id, side, self.quantity, time_in_force=time_in_force
        )
        self.tester.submit_order(order)
        return order

    def cancel_past_the_strategy(self, order: Order) -> None:
        """Send a cancel that the strategy itself would hold back."""
        command = CancelOrder(
            trader_id=order.trader_id,
            strategy_id=order.strategy_id,
            instrument_id=order.instrument_id,
            client_order_id=order.client_order_id,
            venue_order_id=order.venue_order_id,
            command_id=order.init_id,
            ts_init=self.tester.clock.timestamp_ns(),
        )
        self.tester.msgbus.send(endpoint="ExecEngine.execute", msg=command)


def names(order: Order) -> tuple[str, ...]:
    """Return an order's events by name, without `Order` in front."""
    return tuple(type(event).__name__.removeprefix("Order") for event in order.events)


def reason(order: Order) -> str:
    """Return why an order was refused."""
    return str(getattr(order.last_event, "reason", ""))
