"""Asks the venue until it has answered what became of an order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from nautilus_trader.model.identifiers import InstrumentId

from nautilus_bybit_adapter.errors import BybitError
from nautilus_bybit_adapter.state.order_events import OrderEvent, Phase, Query
from nautilus_bybit_adapter.state.orders import OrderLifecycles
from nautilus_bybit_adapter.wire.orders import BybitExecution, BybitOrder

FIRST_DELAY_SECS = 0.25
LONGEST_DELAY_SECS = 5.0
# A request is refused by the venue once its receive window has passed; so long an absent order may still come.
ARRIVAL_MARGIN_MS = 2_000
ASKED_AT_ONCE = 8


class OrderRows(Protocol):
    """Where rows come from."""

    async def order(
        self, instrument_id: InstrumentId, client_order_id: str, venue_order_id: str
    ) -> BybitOrder | None:
        """Return the newest row of an order, or None."""

    async def executions_of(self, instrument_id: InstrumentId, venue_order_id: str) -> list[BybitExecution]:
        """Return the executions of an order, oldest first."""


class OutcomeResolver:
    """
    Feeds the lifecycles with what the venue answers for one order, as often as it takes; for a few at a time.

    Parameters
    ----------
    lifecycles : OrderLifecycles
        The machine that is fed.
    venue : OrderRows
        Where the rows come from.
    publish : Callable[[list[OrderEvent]], None]
        Takes the events.
    now_ms : Callable[[], int]
        The time, UNIX milliseconds.
    recv_window_ms : int
        The receive window of signed requests, milliseconds.
    warn : Callable[[str], None]
        Takes a sentence on each failed attempt.

    """

    def __init__(
        self,
        lifecycles: OrderLifecycles,
        venue: OrderRows,
        publish: Callable[[list[OrderEvent]], None],
        now_ms: Callable[[], int],
        recv_window_ms: int,
        warn: Callable[[str], None],
    ) -> None:
        self._lifecycles = lifecycles
        self._venue = venue
        self._publish = publish
        self._now_ms = now_ms
        self._patience_ms = recv_window_ms + ARRIVAL_MARGIN_MS
        self._warn = warn
        self._turns = asyncio.Semaphore(ASKED_AT_ONCE)
        self._running: dict[str, asyncio.Task[bool]] = {}
        self._sending: set[str] = set()
        self._sent_ms: dict[str, int] = {}

    @contextmanager
    def sending(self, client_order_id: str) -> Iterator[None]:
        """
        Know that a request for an order waits for the rate limits, or for its answer.

        Until that is over the order may still reach the venue, so that its absence there decides nothing.
        """
        self._sending.add(client_order_id)
        try:
            yield
        finally:
            self._sending.discard(client_order_id)
            if client_order_id in self._running:
                self._sent_ms[client_order_id] = self._now_ms()

    async def resolve(self, instrument_id: InstrumentId, client_order_id: str) -> bool:
        """
        Ask until the venue has answered; return whether the order is still open there.

        Callers that ask for the same order share one inquiry.
        """
        task = self._running.get(client_order_id)
        if task is None:
            task = asyncio.get_running_loop().create_task(self._inquire(instrument_id, client_order_id))
            self._running[client_order_id] = task
            task.add_done_callback(lambda _: self._forget(client_order_id))
        return await asyncio.shield(task)

    def _forget(self, client_order_id: str) -> None:
        self._running.pop(client_order_id, None)
        self._sent_ms.pop(client_order_id, None)

    async def close(self) -> None:
        """Stop every inquiry."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _inquire(self, instrument_id: InstrumentId, client_order_id: str) -> bool:
        started_ms, delay = self._now_ms(), FIRST_DELAY_SECS
        first = self._lifecycles.record(client_order_id)
        was_complete = first is None or first.is_complete
        while True:
            try:
                async with self._turns:
                    record = self._lifecycles.record(client_order_id)
                    # After a stall hundreds of orders are asked for, and most are told of before it is their turn.
                    if record is None or (record.is_complete and not was_complete):
                        return False
                    if await self._ask_once(instrument_id, client_order_id, started_ms):
                        break
            except BybitError as e:
                self._warn(f"The state of order {client_order_id} could not be asked for, trying again: {e}")
            await asyncio.sleep(delay)
            delay = min(delay * 2, LONGEST_DELAY_SECS)
        record = self._lifecycles.record(client_order_id)
        return record is not None and record.phase in {Phase.SUBMITTED, Phase.ACCEPTED}

    async def _ask_once(self, instrument_id: InstrumentId, client_order_id: str, started_ms: int) -> bool:
        record = self._lifecycles.record(client_order_id)
        venue_order_id = record.venue_order_id if record is not None else ""
        # An answer that comes late tells of the time the venue was asked, not of now.
        asked_ms = self._now_ms()
        row = await self._venue.order(instrument_id, client_order_id, venue_order_id)
        if row is None:
            since_ms = max(started_ms, self._sent_ms.get(client_order_id, 0))
            if client_order_id in self._sending or asked_ms - since_ms < self._patience_ms:
                return False
            reason = "the venue has no such order and no request for it can arrive any more"
            self._publish(self._lifecycles.on_absent(client_order_id, reason, self._now_ms()))
            return True
        # Fills first: a terminal row then finds them booked and closes the order at once.
        for execution in await self._venue.executions_of(instrument_id, row.order_id):
            self._publish(_without_queries(self._lifecycles.on_execution(execution)))
        self._publish(_without_queries(self._lifecycles.on_order(row)))
        settled = self._lifecycles.record(client_order_id)
        return settled is None or settled.phase is not Phase.CLOSING


def _without_queries(events: list[OrderEvent]) -> list[OrderEvent]:
    """Leave out what is being done."""
    return [event for event in events if not isinstance(event, Query)]
