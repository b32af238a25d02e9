"""The engine's questions for orders in flight, which it gives up after a few that are not answered."""

from __future__ import annotations

from decimal import Decimal

from nautilus_trader.cache.cache import Cache
from nautilus_trader.common.component import LiveClock
from nautilus_trader.core.uuid import UUID4
from nautilus_trader.execution.reports import OrderStatusReport
from nautilus_trader.live.execution_client import LiveExecutionClient
from nautilus_trader.model.enums import OrderStatus, TriggerType
from nautilus_trader.model.identifiers import ClientOrderId, InstrumentId
from nautilus_trader.model.orders import Order

from nautilus_bybit_adapter.errors import BybitDecodeError, BybitError
from nautilus_bybit_adapter.nt1.execution.reports import VenueState
from nautilus_bybit_adapter.nt1.execution.resolver import OutcomeResolver

PENDING = frozenset({OrderStatus.PENDING_UPDATE, OrderStatus.PENDING_CANCEL})


class InflightOrders:
    """
    Answers the engine while the venue is being asked.

    After some questions without an answer (``inflight_check_retries``) the engine cancels an order whose change is
    in flight by itself, and the order may go on at the venue. A report that it is in flight still is an answer. For
    an order that is being submitted there is no such report.

    Parameters
    ----------
    client : LiveExecutionClient
        Sends the reports.
    cache, clock : Cache, LiveClock
        The node's.
    resolver : OutcomeResolver
        Asks the venue.
    venue : VenueState
        Reports what the venue has.

    """

    def __init__(
        self,
        client: LiveExecutionClient,
        cache: Cache,
        clock: LiveClock,
        resolver: OutcomeResolver,
        venue: VenueState,
    ) -> None:
        self._client = client
        self._cache = cache
        self._clock = clock
        self._resolver = resolver
        self._venue = venue

    async def answer(self, instrument_id: InstrumentId, client_order_id: ClientOrderId) -> None:
        """Ask for an order until the venue has answered; meanwhile, and if nothing has changed, say so."""
        order = self._cache.order(client_order_id)
        if order is not None and order.status in PENDING:
            self._send(self._report_in_flight(order))
        is_open = await self._resolver.resolve(instrument_id, client_order_id.value)
        if is_open and order is not None and order.status in PENDING:
            await self._say_it_is_open(order)

    async def _say_it_is_open(self, order: Order) -> None:
        """Report that the venue works an order as before: the change was lost, or changed nothing."""
        try:
            row = await self._venue.order(order.instrument_id, order.client_order_id.value, "")
            report = self._venue.order_report(row) if row is not None else None
        except (BybitError, BybitDecodeError):
            return  # it is in flight still, and the engine asks again
        # With another quantity filled the engine would book a fill of its own making.
        if report is not None and order.status in PENDING and report.filled_qty == order.filled_qty:
            self._send(report)

    def _report_in_flight(self, order: Order) -> OrderStatusReport:
        now = self._clock.timestamp_ns()
        return OrderStatusReport(
            account_id=self._client.account_id,
            instrument_id=order.instrument_id,
            client_order_id=order.client_order_id,
            venue_order_id=order.venue_order_id,
            order_side=order.side,
            order_type=order.order_type,
            time_in_force=order.time_in_force,
            order_status=order.status,
            price=order.price if order.has_price else None,
            trigger_price=order.trigger_price if order.has_trigger_price else None,
            trigger_type=order.trigger_type if order.has_trigger_price else TriggerType.NO_TRIGGER,
            quantity=order.quantity,
            filled_qty=order.filled_qty,
            avg_px=Decimal(str(order.avg_px or 0)),
            report_id=UUID4(),
            ts_accepted=order.ts_accepted,
            ts_last=order.ts_last,
            ts_init=now,
        )

    def _send(self, report: OrderStatusReport) -> None:
        self._client._send_order_status_report(report)  # noqa: SLF001 - framework API
