"""Fills that may only reduce a position, where the framework has none to reduce yet."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from nautilus_trader.cache.cache import Cache
from nautilus_trader.live.execution_client import LiveExecutionClient
from nautilus_trader.model.enums import OmsType
from nautilus_trader.model.identifiers import ClientOrderId
from nautilus_trader.model.orders import Order

from nautilus_bybit_adapter.state.order_events import Filled

# The engine takes events from a queue: a fill that was handed over has become a position some turns later.
TURNS = 8


class HeldExits:
    """
    Holds a reduce-only fill back until the fill that opened its position is booked.

    Where an account nets, the engine opens no position with a reduce-only fill: it books the fill on its order and
    leaves it out of the position, for good. That is right as long as fills come in the order they were made in; a
    push that was lost or is late would cost the position the exit.

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

    def takes(self, fill: Filled, order: Order) -> bool:
        """Take a fill that has to wait; tell whether it was one."""
        if not order.is_reduce_only or self._client.oms_type != OmsType.NETTING:
            return False
        waiting = self._held.get(order.client_order_id)
        if waiting is not None:
            waiting.append(fill)
            return True
        if self._has_position(order):
            return False
        self._held[order.client_order_id] = [fill]
        self._client.create_task(self._book_in_time(order))
        return True

    def _has_position(self, order: Order) -> bool:
        return bool(
            self._cache.positions_open(instrument_id=order.instrument_id, strategy_id=order.strategy_id)
        )

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
            if self._has_position(order):
                return True
            await asyncio.sleep(0)
        return self._has_position(order)
