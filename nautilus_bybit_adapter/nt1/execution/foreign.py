"""Orders the framework did not make: another program's, the venue's own; told to the engine with every fill."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from nautilus_trader.core.uuid import UUID4
from nautilus_trader.execution.reports import ExecutionMassStatus, FillReport, OrderStatusReport
from nautilus_trader.live.execution_client import LiveExecutionClient
from nautilus_trader.model.identifiers import InstrumentId

from nautilus_bybit_adapter.errors import BybitDecodeError, BybitError
from nautilus_bybit_adapter.nt1.mapping.account_data import FORCED_KIND
from nautilus_bybit_adapter.nt1.mapping.identifiers import instrument_id_of
from nautilus_bybit_adapter.state.orders import FILL_TYPES, OPEN_STATUSES
from nautilus_bybit_adapter.wire.enums import BybitProductType
from nautilus_bybit_adapter.wire.orders import BybitExecution, BybitOrder

# Pushes of an order and of its fills follow each other within milliseconds.
FIRST_DELAY_SECS = 0.25
LONGEST_DELAY_SECS = 5.0
# About three quarters of a minute.
MOST_DENIALS = 12


class ForeignRows(Protocol):
    """Where rows come from, and what makes reports of them."""

    async def order(
        self, instrument_id: InstrumentId, client_order_id: str, venue_order_id: str
    ) -> BybitOrder | None:
        """Return the newest row of an order, or None."""

    async def executions_of(self, instrument_id: InstrumentId, venue_order_id: str) -> list[BybitExecution]:
        """Return the executions of an order, oldest first."""

    def order_report(self, row: BybitOrder) -> OrderStatusReport:
        """Return the report of an order row."""

    def fill_report(self, row: BybitExecution) -> FillReport:
        """Return the report of an execution row."""

    def forced_order_report(self, row: BybitExecution) -> OrderStatusReport:
        """Return the report of an order that only its execution tells of."""


@dataclass(slots=True)
class _Seen:
    """What is known of one order."""

    instrument_id: InstrumentId
    row: BybitOrder | None = None
    fills: dict[str, BybitExecution] = field(default_factory=dict)
    was_unreadable: bool = False
    denials: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether the row and the fills speak of the same quantity."""
        filled = sum((Decimal(fill.exec_qty) for fill in self.fills.values()), Decimal(0))
        return self.row is not None and filled == Decimal(self.row.cum_exec_qty or "0")

    def take_row(self, row: BybitOrder) -> None:
        """Keep the newer of two rows."""
        if self.row is None or _age(row) >= _age(self.row):
            self.row = row

    def forget_rows(self) -> None:
        """Keep nothing of what could not be read, so that it is asked for."""
        self.row = None
        self.fills.clear()
        self.was_unreadable = True


class ForeignOrders:
    """
    Collects each order's row and fills, and reports them together.

    The engine books a fill it knows only from an order's report as one of its own making, without the fee and
    under an id that the true fill does not have. So an order is reported when its fills are there; what does not
    come is asked for.

    Parameters
    ----------
    client : LiveExecutionClient
        Sends the reports and runs tasks.
    venue : ForeignRows
        Where what is missing comes from.
    is_being_refused : Callable[[str], bool]
        Tells of a client order id whether the engine has yet to take that the order is refused: a report of it
        would be taken first, and the refusal would then close an order that lives.

    """

    def __init__(
        self, client: LiveExecutionClient, venue: ForeignRows, is_being_refused: Callable[[str], bool]
    ) -> None:
        self._is_being_refused = is_being_refused
        self._client = client
        self._log: Any = client._log  # noqa: SLF001 - the framework gives its components no other way
        self._venue = venue
        self._seen: dict[str, _Seen] = {}
        self._asking: set[str] = set()

    def is_collecting(self, order_id: str) -> bool:
        """Tell whether something of an order is not reported yet, since the rest is still to come."""
        return order_id in self._asking

    def ask_for(self, order_id: str, instrument_id: InstrumentId) -> None:
        """Ask for an order of which nothing but its id is known, and report it."""
        self._seen_of(order_id, instrument_id)
        self._report_or_ask(order_id)

    def on_order(self, row: BybitOrder) -> None:
        """Take an order row."""
        self._seen_of(row.order_id, _id_of(row)).take_row(row)
        self._report_or_ask(row.order_id)

    def on_fill(self, row: BybitExecution) -> None:
        """Take an execution that is seen for the first time."""
        self._seen_of(row.order_id, _id_of(row)).fills[row.exec_id] = row
        self._report_or_ask(row.order_id)

    def _seen_of(self, order_id: str, instrument_id: InstrumentId) -> _Seen:
        return self._seen.setdefault(order_id, _Seen(instrument_id))

    def _report_or_ask(self, order_id: str) -> None:
        if not self._report_if_ready(order_id) and order_id not in self._asking:
            self._asking.add(order_id)
            inquiry: Coroutine[Any, Any, None] = self._ask(order_id, self._seen[order_id].instrument_id)
            self._client.create_task(inquiry)

    def _report_if_ready(self, order_id: str) -> bool:
        """Report an order of which all is there; tell whether nothing is left to ask for."""
        if order_id in self._seen and self._is_ready(order_id):
            self._report(order_id)
        return order_id not in self._seen or self._is_ready(order_id)

    def _is_ready(self, order_id: str) -> bool:
        seen = self._seen[order_id]
        if seen.row is None or not seen.is_whole:
            return False
        return not seen.row.order_link_id or not self._is_being_refused(seen.row.order_link_id)

    def resume(self) -> None:
        """Go on asking where a disconnect ended it."""
        for order_id, seen in list(self._seen.items()):
            if not seen.is_whole:
                self._report_or_ask(order_id)

    def _report(self, order_id: str) -> None:
        seen = self._seen[order_id]
        assert seen.row is not None  # noqa: S101 - what is whole has one
        try:
            report = self._venue.order_report(seen.row)
            fills = [self._venue.fill_report(fill) for fill in seen.fills.values()]
        except BybitDecodeError as e:
            if not seen.was_unreadable:
                self._log.error(
                    f"Order {order_id}, which was made elsewhere, cannot be read and is asked for: {e}"
                )
            seen.forget_rows()
            return
        if seen.row.order_status not in OPEN_STATUSES:
            del self._seen[order_id]
        if not fills:
            self._client._send_order_status_report(report)  # noqa: SLF001 - framework API
            return
        both = ExecutionMassStatus(
            client_id=self._client.id,
            account_id=self._client.account_id,
            venue=self._client.venue,
            report_id=UUID4(),
            ts_init=report.ts_init,
        )
        both.add_order_reports([report])
        both.add_fill_reports(fills)
        self._client._send_mass_status_report(both)  # noqa: SLF001 - framework API

    async def _ask(self, order_id: str, instrument_id: InstrumentId) -> None:
        delay = FIRST_DELAY_SECS
        try:
            while True:
                await asyncio.sleep(delay)
                delay = min(delay * 2, LONGEST_DELAY_SECS)
                if self._report_if_ready(order_id):
                    return
                try:
                    await self._ask_once(order_id, instrument_id)
                except BybitError as e:
                    self._log.warning(f"Order {order_id} could not be asked for, trying again: {e}")
                if self._report_if_ready(order_id):
                    return
        finally:
            self._asking.discard(order_id)

    async def _ask_once(self, order_id: str, instrument_id: InstrumentId) -> None:
        row = await self._venue.order(instrument_id, "", order_id)
        fills = await self._venue.executions_of(instrument_id, order_id)
        seen = self._seen.get(order_id)
        if seen is None:
            return
        if row is not None:
            seen.take_row(row)
        elif not fills:
            seen.denials += 1
            if seen.denials == MOST_DENIALS:
                self._log.error(
                    f"Order {order_id} is not booked: the venue knows neither it nor a fill of it"
                )
                del self._seen[order_id]
                return
        seen.fills |= {fill.exec_id: fill for fill in fills if fill.exec_type in FILL_TYPES}
        if (
            seen.row is None
            and seen.fills
            and all(fill.exec_type in FORCED_KIND for fill in seen.fills.values())
        ):
            self._report_forced(order_id)

    def _report_forced(self, order_id: str) -> None:
        """Report what the venue closed by itself, without an order that could be read."""
        fills = list(self._seen.pop(order_id).fills.values())
        try:
            self._client._send_order_status_report(self._venue.forced_order_report(fills[0]))  # noqa: SLF001 - framework API
            for fill in fills:
                self._client._send_fill_report(self._venue.fill_report(fill))  # noqa: SLF001 - framework API
        except BybitDecodeError as e:
            self._log.error(f"Fills of {order_id}, which the venue made, were not taken: {e}")


def _id_of(row: BybitOrder | BybitExecution) -> InstrumentId:
    return instrument_id_of(row.symbol, BybitProductType(row.category))


def _age(row: BybitOrder) -> tuple[int, Decimal]:
    return int(row.updated_time or "0"), Decimal(row.cum_exec_qty or "0")
