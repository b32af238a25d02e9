"""What was missed, read over REST: after each outage of the private socket, and now and then without one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from nautilus_bybit_adapter.errors import BybitDecodeError, BybitError
from nautilus_bybit_adapter.wire.orders import BybitExecution, BybitOrder

# How far before the last complete reading one starts: pushes and rows need not agree on their order.
OVERLAP_MS = 60_000
# Of rows that could not be taken, how many a message names.
NAMED_ROWS = 3


class VenueRows(Protocol):
    """Where rows come from."""

    async def executions(self, start_ms: int | None, end_ms: int | None) -> list[BybitExecution]:
        """Return every execution of a time range, oldest first."""

    async def open_orders(self) -> list[BybitOrder]:
        """Return every open order."""


class RowSink(Protocol):
    """Where rows go."""

    def take_execution(self, execution: BybitExecution) -> None:
        """Take one execution."""

    def take_order(self, order: BybitOrder) -> None:
        """Take one order."""

    def open_order_ids(self) -> dict[str, str]:
        """Return the orders that are thought open: the venue's id, where it is known, by client order id."""

    def counted_fills(self) -> int:
        """Return how many executions were taken so far."""

    def ask_for(self, client_order_id: str, reason: str) -> None:
        """Start an inquiry for one order."""


async def recover_outage(venue: VenueRows, sink: RowSink, since_ms: int) -> None:
    """
    Feed what happened since ``since_ms`` (less an overlap); ask for each order that is no longer listed as open.

    A row that cannot be taken does not cost the others, and is said at the end. Executions go first, so that an
    order that ended meanwhile finds its fills booked. An order that was sent while the venue was being read need
    not be listed, so it is not asked for.

    Raises
    ------
    BybitError
        If a page could not be had, or a row not be taken. The others are booked; running it again is safe.

    """
    thought_open = sink.open_order_ids()
    refused: list[str] = []
    for execution in await venue.executions(since_ms - OVERLAP_MS, None):
        with _noting(refused, f"execution {execution.exec_id}"):
            sink.take_execution(execution)
    listed: set[str] = set()
    for order in await venue.open_orders():
        listed |= {order.order_link_id, order.order_id}
        with _noting(refused, f"order {order.order_id}"):
            sink.take_order(order)
    still_open = sink.open_order_ids()
    for client_order_id, venue_order_id in thought_open.items():
        if client_order_id in still_open and listed.isdisjoint((client_order_id, venue_order_id)):
            sink.ask_for(client_order_id, "it is not listed as open")
    if refused:
        raise BybitDecodeError(f"{len(refused)} rows could not be taken: {'; '.join(refused[:NAMED_ROWS])}")


@contextmanager
def _noting(refused: list[str], what: str) -> Iterator[None]:
    try:
        yield
    except Exception as e:  # noqa: BLE001 - whatever is wrong with one row, the next one may be a fill
        refused.append(f"{what} ({type(e).__name__}: {e})")


class Recovery:
    """
    Reads what was missed, from where the last complete reading ended.

    Parameters
    ----------
    venue : VenueRows
        Where rows come from.
    sink : RowSink
        Where they go.
    now_ms : Callable[[], int]
        The venue's time, UNIX milliseconds.

    """

    def __init__(self, venue: VenueRows, sink: RowSink, now_ms: Callable[[], int]) -> None:
        self._venue = venue
        self._sink = sink
        self._now_ms = now_ms
        self._since_ms = 0
        self._counted_before = 0
        self._reading = asyncio.Lock()

    def begin(self) -> None:
        """Start from now, the first time; later what happened in between is missed, too."""
        self._since_ms = self._since_ms or self._now_ms()

    async def catch_up(self) -> None:
        """Read everything since the last complete reading; raises `BybitError`, and then starts there again."""
        async with self._reading:
            now_ms, counted = self._now_ms(), self._sink.counted_fills()
            await recover_outage(self._venue, self._sink, self._since_ms)
            self._since_ms, self._counted_before = max(self._since_ms, now_ms), counted

    async def compare_every(
        self,
        interval_secs: float,
        is_live: Callable[[], bool],
        warn: Callable[[str], None],
        *,
        least_fills: int = 0,
    ) -> None:
        """
        Read now and then while the socket is live: a push can be lost without the socket noticing.

        Parameters
        ----------
        interval_secs : float
            Between two readings, seconds.
        is_live : Callable[[], bool]
            Whether the socket is live; while it is not, its own recovery is due.
        warn : Callable[[str], None]
            Told of a reading that failed; the next one reads what it would have.
        least_fills : int
            How many executions there must have been since the last complete reading.

        """
        while True:
            await asyncio.sleep(interval_secs)
            if not is_live() or self._sink.counted_fills() - self._counted_before < least_fills:
                continue
            try:
                await self.catch_up()
            except BybitError as e:
                warn(f"Orders and executions could not be compared with the venue's: {e}")
