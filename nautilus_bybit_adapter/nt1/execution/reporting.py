"""The reports the framework reconciles itself with: what the venue holds, or an error, and never less."""

from __future__ import annotations

from typing import Any

from nautilus_trader.execution.messages import (
    GenerateFillReports,
    GenerateOrderStatusReport,
    GenerateOrderStatusReports,
    GeneratePositionStatusReports,
)
from nautilus_trader.execution.reports import FillReport, OrderStatusReport, PositionStatusReport
from nautilus_trader.live.execution_client import LiveExecutionClient

from nautilus_bybit_adapter.nt1.execution.reports import VenueState


class ReportingClient(LiveExecutionClient):
    """A live execution client whose reports come from a `VenueState`."""

    _venue: VenueState

    async def generate_order_status_report(
        self, command: GenerateOrderStatusReport
    ) -> OrderStatusReport | None:
        """Return the report of one order; None when the venue has no such order. Raises `BybitError`."""
        row = await self._venue.order(
            command.instrument_id,
            command.client_order_id.value if command.client_order_id is not None else "",
            command.venue_order_id.value if command.venue_order_id is not None else "",
        )
        return self._venue.order_report(row) if row is not None else None

    async def generate_order_status_reports(
        self, command: GenerateOrderStatusReports
    ) -> list[OrderStatusReport]:
        """Return the reports of open orders, and of closed ones unless ``open_only``. Raises `BybitError`."""
        start_ms, end_ms = _millis(command.start), _millis(command.end)
        return await self._venue.order_reports(
            command.instrument_id, start_ms, end_ms, open_only=command.open_only
        )

    async def generate_fill_reports(self, command: GenerateFillReports) -> list[FillReport]:
        """Return the reports of executions that moved a position. Raises `BybitError`."""
        return await self._venue.fill_reports(
            command.instrument_id,
            command.venue_order_id.value if command.venue_order_id is not None else None,
            _millis(command.start),
            _millis(command.end),
        )

    async def generate_position_status_reports(
        self, command: GeneratePositionStatusReports
    ) -> list[PositionStatusReport]:
        """Return the reports of positions. Raises `BybitError`."""
        return await self._venue.position_reports(command.instrument_id)


def _millis(time: Any) -> int | None:
    return int(time.timestamp() * 1000) if time is not None else None
