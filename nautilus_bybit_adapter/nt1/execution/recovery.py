"""What was missed while the private socket was away, read over REST."""

from __future__ import annotations

from typing import Protocol

from nautilus_bybit_adapter.wire.orders import BybitExecution, BybitOrder

# How far before the last seen execution a recovery starts: pushes and rows need not agree on their order.
OVERLAP_MS = 60_000


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

    def open_order_ids(self) -> list[str]:
        """Return the client order ids that are thought open."""

    def ask_for(self, client_order_id: str, reason: str) -> None:
        """Start an inquiry for one order."""


async def recover_outage(venue: VenueRows, sink: RowSink, since_ms: int) -> None:
    """
    Feed what happened since ``since_ms`` (less an overlap); ask for each order that is no longer listed as open.

    Executions go first, so that an order that ended meanwhile finds its fills booked.

    Raises
    ------
    BybitError
        If a page could not be had. What came before is booked; running it again is safe.

    """
    for execution in await venue.executions(since_ms - OVERLAP_MS, None):
        sink.take_execution(execution)
    listed: set[str] = set()
    for order in await venue.open_orders():
        listed.add(order.order_link_id)
        sink.take_order(order)
    for client_order_id in sink.open_order_ids():
        if client_order_id not in listed:
            sink.ask_for(client_order_id, "it is not listed as open after an outage")
