"""Orders of the account that are not this node's: made by hand, by another program, or by the venue itself."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

from nautilus_trader.cache.cache import Cache
from nautilus_trader.core.uuid import UUID4
from nautilus_trader.execution.reports import ExecutionMassStatus, FillReport, OrderStatusReport
from nautilus_trader.live.execution_client import LiveExecutionClient
from nautilus_trader.model.identifiers import VenueOrderId

from nautilus_bybit_adapter.errors import BybitDecodeError
from nautilus_bybit_adapter.nt1.execution.reports import VenueState
from nautilus_bybit_adapter.nt1.mapping.identifiers import instrument_id_of
from nautilus_bybit_adapter.state.orders import FILL_TYPES
from nautilus_bybit_adapter.wire.enums import BybitProductType
from nautilus_bybit_adapter.wire.orders import BybitExecution, BybitOrder

ATTEMPTS = 5

Row = BybitOrder | BybitExecution


class ForeignOrders:
    """
    Tells the framework of orders it has not met, each with its true fills.

    A fill needs an order, and an order that comes filled would be given made-up fills: such an order is read from the
    venue whole first, while what comes of it meanwhile waits.

    Parameters
    ----------
    client : LiveExecutionClient
        Sends the reports.
    cache : Cache
        Knows the orders the framework has met.
    venue : VenueState
        Reads the orders and makes the reports.
    insist : Callable[[str, Callable[[], Awaitable[None]]], object]
        Repeats a step, which it is told in words, in the background until the venue has answered.

    """

    def __init__(
        self,
        client: LiveExecutionClient,
        cache: Cache,
        venue: VenueState,
        insist: Callable[[str, Callable[[], Awaitable[None]]], object],
    ) -> None:
        self._client = client
        self._log: Any = client._log  # noqa: SLF001 - the framework gives its components no other way
        self._cache = cache
        self._venue = venue
        self._insist = insist
        self._held: dict[str, list[Row]] = {}

    def on_order(self, row: BybitOrder) -> None:
        """Take an order row."""
        if row.order_id in self._held or (Decimal(row.cum_exec_qty or 0) and not self._is_met(row)):
            self._hold(row)
        else:
            self._report(row)

    def on_fill(self, row: BybitExecution) -> None:
        """Take a fill that was not seen before."""
        if row.order_id in self._held or not self._is_met(row):
            self._hold(row)
        else:
            self._report(row)

    def resume(self) -> None:
        """Go on reading the orders that a disconnect kept from being read."""
        for rows in self._held.values():
            self._start(rows[0])

    def _is_met(self, row: Row) -> bool:
        return self._cache.client_order_id(VenueOrderId(row.order_id)) is not None

    def _hold(self, row: Row) -> None:
        held = self._held.setdefault(row.order_id, [])
        held.append(row)
        if len(held) == 1:
            self._start(row)

    def _start(self, row: Row) -> None:
        attempts = itertools.count(1)
        self._insist(f"Reading order {row.order_id}", lambda: self._introduce(row, next(attempts)))

    async def _introduce(self, first: Row, attempt: int) -> None:
        instrument_id = instrument_id_of(first.symbol, BybitProductType(first.category))
        order = await self._venue.order(instrument_id, "", first.order_id)
        fills = [
            fill
            for fill in await self._venue.executions_of(instrument_id, first.order_id)
            if fill.exec_type in FILL_TYPES
        ]
        if order is not None and attempt < ATTEMPTS and not _agree(order, fills):
            raise BybitDecodeError(f"order {first.order_id} and its fills were read at different times")
        held = self._held.pop(first.order_id, [])
        if order is not None:
            self._send_whole(order, fills)
            held = [row for row in held if _is_news(row, order)]
        elif isinstance(first, BybitExecution):
            # The venue closes positions without an order that could be read.
            self._send(lambda: self._venue.forced_order_report(first))
        for row in held:
            self._report(row)

    def _send_whole(self, order: BybitOrder, fills: list[BybitExecution]) -> None:
        try:
            report = self._venue.order_report(order)
            fill_reports = [self._venue.fill_report(fill) for fill in fills]
        except BybitDecodeError as e:
            self._log.error(f"An order that is not this node's was not taken: {e}")
            return
        status = ExecutionMassStatus(
            client_id=self._client.id,
            account_id=self._client.account_id,
            venue=self._client.venue,
            report_id=UUID4(),
            ts_init=report.ts_init,
        )
        status.add_order_reports([report])
        status.add_fill_reports(fill_reports)
        self._client._send_mass_status_report(status)  # noqa: SLF001 - framework API

    def _report(self, row: Row) -> None:
        if isinstance(row, BybitOrder):
            self._send(lambda: self._venue.order_report(row))
        else:
            self._send(lambda: self._venue.fill_report(row))

    def _send(self, make: Callable[[], OrderStatusReport | FillReport]) -> None:
        try:
            report = make()
        except BybitDecodeError as e:
            self._log.error(f"A row of an order that is not this node's was not taken: {e}")
            return
        if isinstance(report, OrderStatusReport):
            self._client._send_order_status_report(report)  # noqa: SLF001 - framework API
        else:
            self._client._send_fill_report(report)  # noqa: SLF001 - framework API


def _agree(order: BybitOrder, fills: list[BybitExecution]) -> bool:
    return sum(Decimal(fill.exec_qty) for fill in fills) == Decimal(order.cum_exec_qty or 0)


def _is_news(row: Row, order: BybitOrder) -> bool:
    """Tell whether a row that waited may say more than the order as it was read; known fills are known by their id."""
    return isinstance(row, BybitExecution) or int(row.updated_time or 0) > int(order.updated_time or 0)
