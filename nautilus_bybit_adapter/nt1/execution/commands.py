"""What a strategy asks for, sent to the venue; what fails on the way, told with its true outcome."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from nautilus_trader.cache.cache import Cache
from nautilus_trader.common.component import LiveClock
from nautilus_trader.core.uuid import UUID4
from nautilus_trader.execution.messages import (
    CancelAllOrders,
    CancelOrder,
    ModifyOrder,
    SubmitOrder,
    SubmitOrderList,
)
from nautilus_trader.live.execution_client import LiveExecutionClient
from nautilus_trader.model.enums import OrderSide
from nautilus_trader.model.orders import Order

from nautilus_bybit_adapter.errors import BybitApiError, BybitConfigError, BybitError, Outcome
from nautilus_bybit_adapter.nt1.execution.entry import OrderPrecheck
from nautilus_bybit_adapter.nt1.execution.events import OrderEventPublisher
from nautilus_bybit_adapter.nt1.execution.groups import single, split
from nautilus_bybit_adapter.nt1.execution.intake import RowIntake
from nautilus_bybit_adapter.nt1.execution.prompt import begin
from nautilus_bybit_adapter.nt1.execution.resolver import OutcomeResolver
from nautilus_bybit_adapter.nt1.mapping.identifiers import MS_TO_NS, symbol_of
from nautilus_bybit_adapter.nt1.mapping.order_params import OrderNotSupportedError
from nautilus_bybit_adapter.nt1.mapping.orders import build_amend, build_cancel, build_place
from nautilus_bybit_adapter.ret_codes import is_order_gone
from nautilus_bybit_adapter.state.legs import PositionLegs
from nautilus_bybit_adapter.state.orders import OrderLifecycles
from nautilus_bybit_adapter.transport.http import BybitHTTPClient
from nautilus_bybit_adapter.transport.order_entry import OrderEntry
from nautilus_bybit_adapter.wire.requests import CancelAllOrders as CancelAllRequest
from nautilus_bybit_adapter.wire.requests import PlaceOrder

CLOCK_OFF = 10002


class OrderCommands:
    """
    Carries out order commands.

    Parameters
    ----------
    client : LiveExecutionClient
        Publishes the framework's events.
    cache, clock : Cache, LiveClock
        The node's.
    http : BybitHTTPClient
        Cancels all, and learns the venue's clock.
    entry : OrderEntry
        Places, amends and cancels: the trade socket, or the REST client.
    lifecycles : OrderLifecycles
        Knows every order.
    events : OrderEventPublisher
        Publishes what the lifecycles say.
    intake : RowIntake
        Takes over orders of earlier runs.
    resolver : OutcomeResolver
        Asks for what is not known.
    legs : PositionLegs
        Knows the symbols in hedge mode.
    precheck : OrderPrecheck or None
        Asked before an order is sent.

    """

    def __init__(
        self,
        client: LiveExecutionClient,
        cache: Cache,
        clock: LiveClock,
        http: BybitHTTPClient,
        entry: OrderEntry,
        lifecycles: OrderLifecycles,
        events: OrderEventPublisher,
        intake: RowIntake,
        resolver: OutcomeResolver,
        legs: PositionLegs,
        precheck: OrderPrecheck | None,
    ) -> None:
        self._client = client
        self._log: Any = client._log  # noqa: SLF001 - the framework gives its components no other way
        self._cache = cache
        self._clock = clock
        self._http = http
        self._entry = entry
        self._lifecycles = lifecycles
        self._events = events
        self._intake = intake
        self._resolver = resolver
        self._legs = legs
        self._precheck = precheck

    # -- submit --------------------------------------------------------------------------------------------

    async def submit(self, command: SubmitOrder) -> None:
        """Send an order, or deny it when the venue has no such order."""
        request = await self._request_of(command)
        if request is None:
            return
        client_order_id = command.order.client_order_id.value
        # Nothing the venue says can be heard before this yields: the order is told of while it travels.
        answer = begin(self._entry.place_order(request))
        self._note_submitted(command.order, request)
        try:
            with self._resolver.sending(client_order_id):
                response = await answer
        except BybitError as e:
            self._on_place_failed(client_order_id, e)
        else:
            self._lifecycles.on_acknowledged(client_order_id, response.order_id)

    async def submit_together(self, commands: Sequence[SubmitOrder]) -> None:
        """Send orders of one instrument in few requests; each has an outcome of its own."""
        if len(commands) == 1:
            await self.submit(commands[0])
            return
        prepared = [(each.order, await self._request_of(each)) for each in commands]
        requests = [request for _, request in prepared if request is not None]
        answer = begin(self._entry.batch_place_orders(requests))
        with ExitStack() as stack:
            for order, request in prepared:
                if request is not None:
                    self._note_submitted(order, request)
                    stack.enter_context(self._resolver.sending(order.client_order_id.value))
            outcomes = await answer
        for outcome in outcomes:
            client_order_id = outcome.request.order_link_id or ""
            if outcome.error is not None:
                self._on_place_failed(client_order_id, outcome.error)
            elif outcome.response is not None:
                self._lifecycles.on_acknowledged(client_order_id, outcome.response.order_id)

    async def _request_of(self, command: SubmitOrder) -> PlaceOrder | None:
        """Return the request of an order; None for one that is denied, which its strategy is told."""
        order = command.order
        if order.is_closed:
            self._log.warning(f"Order {order.client_order_id} is closed already and is not sent")
            return None
        try:
            request = self._build_place(command)
        except (OrderNotSupportedError, BybitConfigError) as e:
            self._deny(order, str(e))
            return None
        refusal = await self._precheck.refusal_of(request) if self._precheck is not None else None
        if refusal is not None:
            self._deny(order, refusal)
            return None
        return request

    def _note_submitted(self, order: Order, request: PlaceOrder) -> None:
        client_order_id, now_ns = order.client_order_id.value, self._clock.timestamp_ns()
        self._legs.on_sent(client_order_id, request.position_idx)
        self._client.generate_order_submitted(
            order.strategy_id, order.instrument_id, order.client_order_id, now_ns
        )
        self._lifecycles.on_submitted(
            client_order_id,
            order.quantity.as_decimal(),
            order.price.as_decimal() if order.has_price else None,
            order.trigger_price.as_decimal() if order.has_trigger_price else None,
            quote_quantity=order.is_quote_quantity,
            submitted_ms=now_ns // MS_TO_NS,
        )

    def deny_list_unless_whole(self, command: SubmitOrderList) -> bool:
        """Deny a list of which one order cannot be sent, since half a list is no list; tell whether it was."""
        orders = command.order_list.orders
        try:
            split(orders)
            for order in orders:
                self._build_place(single(command, order))
        except (OrderNotSupportedError, BybitConfigError) as e:
            for order in orders:
                self._deny(order, f"order list {command.order_list.id} cannot be sent: {e}")
            return True
        return False

    def _build_place(self, command: SubmitOrder) -> PlaceOrder:
        symbol, category = symbol_of(command.order.instrument_id)
        return build_place(command, hedged=self._legs.is_hedged(category, symbol))

    def _on_place_failed(self, client_order_id: str, error: BybitError) -> None:
        self._learn_clock_after(error)
        if error.outcome is Outcome.UNKNOWN:
            self._events.publish(self._lifecycles.on_unknown(client_order_id, str(error)))
        else:
            self._events.publish(self._lifecycles.on_refused(client_order_id, str(error), self._now_ms()))

    def _deny(self, order: Order, reason: str) -> None:
        self._client.generate_order_denied(
            order.strategy_id,
            order.instrument_id,
            order.client_order_id,
            reason,
            self._clock.timestamp_ns(),
        )

    # -- modify and cancel ---------------------------------------------------------------------------------

    async def modify(self, command: ModifyOrder) -> None:
        """Amend an order in place; what comes of it is told by the venue's push."""
        order = self._cache.order(command.client_order_id)
        if order is None or order.is_closed:
            self._log.warning(f"Order {command.client_order_id} is not open and is not modified")
            return
        self._intake.adopt(order.client_order_id.value)
        try:
            request = build_amend(command, order)
        except (OrderNotSupportedError, BybitConfigError) as e:
            self._reject_modify(order, str(e))
            return
        before = self._terms_of(order)
        try:
            await self._entry.amend_order(request)
        except BybitError as e:
            still_open = await self._is_still_open(order, e)
            if still_open and self._terms_of(order) == before:
                self._reject_modify(order, str(e))

    async def cancel(self, command: CancelOrder) -> None:
        """Cancel an order; what comes of it is told by the venue's push."""
        order = self._open_order(command)
        if order is None:
            return
        try:
            await self._entry.cancel_order(build_cancel(command, order))
        except BybitError as e:
            await self._on_cancel_failed(order, e)

    async def cancel_together(self, commands: Sequence[CancelOrder]) -> None:
        """Cancel orders of one instrument in few requests; each has an outcome of its own."""
        if len(commands) == 1:
            await self.cancel(commands[0])
            return
        orders = [(each, order) for each in commands if (order := self._open_order(each)) is not None]
        requests = [build_cancel(each, order) for each, order in orders]
        outcomes = await self._entry.batch_cancel_orders(requests)
        failed = (
            self._on_cancel_failed(order, outcome.error)
            for (_, order), outcome in zip(orders, outcomes, strict=True)
            if outcome.error is not None
        )
        await asyncio.gather(*failed)

    def _open_order(self, command: CancelOrder) -> Order | None:
        order = self._cache.order(command.client_order_id)
        if order is None or order.is_closed:
            self._log.warning(f"Order {command.client_order_id} is not open and is not canceled")
            return None
        self._intake.adopt(order.client_order_id.value)
        return order

    async def _on_cancel_failed(self, order: Order, error: BybitError) -> None:
        if await self._is_still_open(order, error):
            self._reject_cancel(order, str(error))

    async def cancel_all(self, command: CancelAllOrders) -> None:
        """Cancel a strategy's orders of one instrument, of one side where the command names one."""
        wanted = self._open_orders(command, of_strategy=True)
        everything = self._open_orders(command, of_strategy=False)
        if command.order_side == OrderSide.NO_ORDER_SIDE and len(wanted) == len(everything) > 1:
            symbol, category = symbol_of(command.instrument_id)
            try:
                rows = await self._http.cancel_all_orders(
                    CancelAllRequest(category=category.value, symbol=symbol)
                )
            except BybitError as e:
                self._log.warning(f"Cancel-all failed, canceling by name: {e}")
            else:
                # On spot it passes over conditional orders, and elsewhere it ends after 500.
                canceled = {row.order_link_id for row in rows}
                wanted = [order for order in wanted if order.client_order_id.value not in canceled]
        # The venue's cancel-all knows neither sides nor strategies.
        if wanted:
            await self.cancel_together([_cancel_command(command, order) for order in wanted])

    def _open_orders(self, command: CancelAllOrders, *, of_strategy: bool) -> list[Order]:
        strategy_id = command.strategy_id if of_strategy else None
        found = {
            order.client_order_id: order
            for query in (self._cache.orders_open, self._cache.orders_inflight)
            for order in query(
                instrument_id=command.instrument_id, strategy_id=strategy_id, side=command.order_side
            )
        }
        return list(found.values())

    async def _is_still_open(self, order: Order, error: BybitError) -> bool:
        """Tell whether an order that could not be amended or canceled is open; ask unless it is certain."""
        self._learn_clock_after(error)
        gone = isinstance(error, BybitApiError) and is_order_gone(error.ret_code)
        if error.outcome is not Outcome.UNKNOWN and not gone:
            return not order.is_closed
        return await self._resolver.resolve(order.instrument_id, order.client_order_id.value)

    def _terms_of(self, order: Order) -> tuple[object, ...] | None:
        record = self._lifecycles.record(order.client_order_id.value)
        return (record.quantity, record.price, record.trigger_price) if record is not None else None

    def _reject_modify(self, order: Order, reason: str) -> None:
        self._client.generate_order_modify_rejected(*_ids(order), reason, self._clock.timestamp_ns())

    def _reject_cancel(self, order: Order, reason: str) -> None:
        self._client.generate_order_cancel_rejected(*_ids(order), reason, self._clock.timestamp_ns())

    # -- parts ---------------------------------------------------------------------------------------------

    def _learn_clock_after(self, error: BybitError) -> None:
        if isinstance(error, BybitApiError) and error.ret_code == CLOCK_OFF:
            self._client.create_task(self._http.learn_clock())

    def _now_ms(self) -> int:
        return int(self._clock.timestamp_ns()) // MS_TO_NS


def _ids(order: Order) -> tuple[Any, Any, Any, Any]:
    return order.strategy_id, order.instrument_id, order.client_order_id, order.venue_order_id


def _cancel_command(command: CancelAllOrders, order: Order) -> CancelOrder:
    return CancelOrder(
        trader_id=command.trader_id,
        strategy_id=order.strategy_id,
        instrument_id=order.instrument_id,
        client_order_id=order.client_order_id,
        venue_order_id=order.venue_order_id,
        command_id=UUID4(),
        ts_init=command.ts_init,
    )
