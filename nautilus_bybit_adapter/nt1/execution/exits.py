"""Fills that may only reduce a position, where the framework has not enough of one to reduce yet."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import NamedTuple

from nautilus_trader.cache.cache import Cache
from nautilus_trader.live.execution_client import LiveExecutionClient
from nautilus_trader.model.enums import OmsType, OrderSide
from nautilus_trader.model.identifiers import ClientOrderId, TradeId
from nautilus_trader.model.orders import Order

from nautilus_bybit_adapter.state.order_events import Filled

# The engine takes events from a queue: a fill that was handed over has become a position some turns later.
TURNS = 8
LOOK_THROUGH_AT = 256


class _OnTheWay(NamedTuple):
    order: Order
    trade_id: TradeId
    signed: Decimal

    @property
    def has_arrived(self) -> bool:
        return self.trade_id in self.order.trade_ids


class HeldExits:
    """
    Holds a reduce-only fill back until the fills that made its position are booked.

    Where an account nets, the engine opens no position with a reduce-only fill: it books the fill on its order and
    leaves it out of the position, for good. That is right as long as fills come in the order they were made in; a
    push that was lost or is late would cost the position the exit. What counts is the position there will be when
    the engine comes to the fill, after those that wait in its queue.

    Parameters
    ----------
    client : LiveExecutionClient
        Runs tasks.
    cache : Cache
        Knows the positions.
    book : Callable[[Filled, Order], None]
        Books a fill.
    catch_up : Callable[[], Awaitable[None]]
        Reads everything since the last complete reading, as often as it takes.

    """

    def __init__(
        self,
        client: LiveExecutionClient,
        cache: Cache,
        book: Callable[[Filled, Order], None],
        catch_up: Callable[[], Awaitable[None]],
    ) -> None:
        self._client = client
        self._cache = cache
        self._book = book
        self._catch_up = catch_up
        self._held: dict[ClientOrderId, list[Filled]] = {}
        self._on_the_way: deque[_OnTheWay] = deque()
        self._look_through_at = LOOK_THROUGH_AT

    def takes(self, fill: Filled, order: Order) -> bool:
        """Take a fill that has to wait; tell whether it was one."""
        if not order.is_reduce_only or self._client.oms_type != OmsType.NETTING:
            return False
        waiting = self._held.get(order.client_order_id)
        if waiting is not None:
            waiting.append(fill)
            return True
        if self._can_reduce(order, fill):
            return False
        self._held[order.client_order_id] = [fill]
        self._client.create_task(self._book_in_time(order))
        return True

    def on_booked(self, fill: Filled, order: Order) -> None:
        """Take a fill that was handed to the engine."""
        way = self._on_the_way
        while way and way[0].has_arrived:
            way.popleft()
        if len(way) >= self._look_through_at:
            self._let_go_of_arrived()
            self._look_through_at = max(LOOK_THROUGH_AT, 2 * len(way))
        signed = _signed(order, Decimal(fill.execution.exec_qty))
        way.append(_OnTheWay(order, TradeId(fill.trade_id), signed))

    def _can_reduce(self, order: Order, fill: Filled) -> bool:
        """Tell whether there will be as much of the opposite position as a fill takes away."""
        self._let_go_of_arrived()
        mine = {"instrument_id": order.instrument_id, "strategy_id": order.strategy_id}
        held = sum((each.signed_decimal_qty() for each in self._cache.positions_open(**mine)), Decimal(0))
        coming = sum(
            (
                each.signed
                for each in self._on_the_way
                if (each.order.instrument_id, each.order.strategy_id) == tuple(mine.values())
            ),
            Decimal(0),
        )
        return -_signed(order, held + coming) >= Decimal(fill.execution.exec_qty)

    def _let_go_of_arrived(self) -> None:
        """Let go of what the engine has come to: the newest that has arrived, and all before it, refused ones too."""
        way = self._on_the_way
        newest = next((index for index in reversed(range(len(way))) if way[index].has_arrived), -1)
        for _ in range(newest + 1):
            way.popleft()

    async def _book_in_time(self, order: Order) -> None:
        try:
            if not await self._comes(order):
                await self._catch_up()
                await self._comes(order)
        finally:
            # After all that was missed, whatever there is now, and also when the client ends.
            for fill in self._held.pop(order.client_order_id):
                self._book(fill, order)

    async def _comes(self, order: Order) -> bool:
        for _ in range(TURNS):
            if self._can_reduce(order, self._held[order.client_order_id][0]):
                return True
            await asyncio.sleep(0)
        return self._can_reduce(order, self._held[order.client_order_id][0])


def _signed(order: Order, quantity: Decimal) -> Decimal:
    """Return a quantity with the sign of an order's side."""
    return quantity if order.side == OrderSide.BUY else -quantity
