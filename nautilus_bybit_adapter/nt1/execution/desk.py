"""Everything that keeps orders: from what a strategy asks for to what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from typing import Any

from nautilus_trader.cache.cache import Cache
from nautilus_trader.common.component import LiveClock
from nautilus_trader.execution.messages import QueryOrder
from nautilus_trader.live.execution_client import LiveExecutionClient
from nautilus_trader.model.identifiers import ClientOrderId
from nautilus_trader.model.orders import Order

from nautilus_bybit_adapter.errors import BybitError
from nautilus_bybit_adapter.nt1.config import BybitExecClientConfig
from nautilus_bybit_adapter.nt1.execution.borrowing import SpotBorrowing
from nautilus_bybit_adapter.nt1.execution.commands import OrderCommands
from nautilus_bybit_adapter.nt1.execution.entry import OrderPrecheck, OrderRoute
from nautilus_bybit_adapter.nt1.execution.events import OrderEventPublisher
from nautilus_bybit_adapter.nt1.execution.foreign import ForeignOrders
from nautilus_bybit_adapter.nt1.execution.groups import OrderGroups
from nautilus_bybit_adapter.nt1.execution.inflight import InflightOrders
from nautilus_bybit_adapter.nt1.execution.intake import RowIntake
from nautilus_bybit_adapter.nt1.execution.positions import PositionFeed
from nautilus_bybit_adapter.nt1.execution.recovery import Recovery
from nautilus_bybit_adapter.nt1.execution.reports import VenueState
from nautilus_bybit_adapter.nt1.execution.resolver import (
    FIRST_DELAY_SECS,
    LONGEST_DELAY_SECS,
    OutcomeResolver,
)
from nautilus_bybit_adapter.nt1.mapping.identifiers import MS_TO_NS
from nautilus_bybit_adapter.state.legs import PositionLegs
from nautilus_bybit_adapter.state.orders import OrderLifecycles
from nautilus_bybit_adapter.state.trade_ids import REMEMBERED_FILLS, TradeIds
from nautilus_bybit_adapter.transport.http import BybitHTTPClient
from nautilus_bybit_adapter.transport.trade import BybitTradeWebSocket
from nautilus_bybit_adapter.wire.messages import ExecutionMessage, OrderMessage

WATCH_SECS, LOOK_SECS = 1.0, 60.0


class OrderDesk:
    """
    Builds the parts that keep orders, since each of them feeds others, and watches over what is late.

    Parameters
    ----------
    client : LiveExecutionClient
        Publishes the framework's events and runs tasks.
    http : BybitHTTPClient
        The REST client.
    trade : BybitTradeWebSocket or None
        The order-entry WebSocket; None enters orders over REST.
    cache, clock : Cache, LiveClock
        The node's.
    venue : VenueState
        What the venue holds.
    positions : PositionFeed
        Takes fills, and tells where they do not add up.
    borrowing : SpotBorrowing
        Takes fills.
    legs, trade_ids : PositionLegs, TradeIds
        What is known of positions in hedge mode, and of the ids of fills.
    config : BybitExecClientConfig
        The configuration.

    Attributes
    ----------
    commands : OrderCommands
        Carries out what a strategy asks for.
    groups : OrderGroups
        Order lists and brackets.
    precheck : OrderPrecheck or None
        Asked before an order is sent.

    """

    def __init__(
        self,
        client: LiveExecutionClient,
        http: BybitHTTPClient,
        trade: BybitTradeWebSocket | None,
        cache: Cache,
        clock: LiveClock,
        venue: VenueState,
        positions: PositionFeed,
        borrowing: SpotBorrowing,
        legs: PositionLegs,
        trade_ids: TradeIds,
        config: BybitExecClientConfig,
    ) -> None:
        self._client = client
        self._log: Any = client._log  # noqa: SLF001 - the framework gives its components no other way
        self._cache = cache
        self._clock = clock
        self._positions = positions
        self._compare_interval_secs = config.compare_interval_secs
        self._lifecycles = lifecycles = OrderLifecycles(trade_ids)
        self._foreign = ForeignOrders(client, venue, self._is_being_refused)
        self._events = events = OrderEventPublisher(
            client,
            cache,
            lifecycles,
            venue,
            positions,
            borrowing,
            self._foreign,
            self._ask_for,
            lambda: self._insist("Fetching what an exit closed"),
        )
        self._resolver = resolver = OutcomeResolver(
            lifecycles, venue, events.publish, self._now_ms, config.recv_window_ms, self._log.warning
        )
        quiet = config.ignore_uncached_instrument_executions
        self._intake = intake = RowIntake(
            lifecycles,
            cache,
            venue,
            events,
            self._ask_for,
            self._log,
            legs,
            trade_ids,
            quiet_about_unloaded=quiet,
        )
        self._recovery = Recovery(venue, intake, http.server_time_ms)
        self._inflight = InflightOrders(client, cache, clock, resolver, venue)
        self.precheck = OrderPrecheck(http) if config.precheck_orders else None
        entry = OrderRoute(trade, http, self._log) if trade is not None else http
        self.commands = commands = OrderCommands(
            client, cache, clock, http, entry, lifecycles, events, intake, resolver, legs, self.precheck
        )
        self.groups = OrderGroups(
            client, cache, clock, commands.submit, commands.submit_together, commands.modify, commands.cancel
        )

    # -- from connect to disconnect ------------------------------------------------------------------------

    def begin(self) -> None:
        """Take over the orders of an earlier run, and miss from here on what is not pushed."""
        self._recovery.begin()
        self._intake.recall_fills()
        self._intake.open_order_ids()

    def resume(self) -> None:
        """Go on with what an earlier run or a disconnect left undone, now that orders can be sent."""
        self.groups.restore()
        self._foreign.resume()

    def watching(self, is_live: Callable[[], bool]) -> Iterator[Coroutine[Any, Any, None]]:
        """Return what runs while the client is connected; ``is_live`` is whether the private socket is."""
        yield self._ask_for_overdue()
        # A fill that is read again has to be known again, so one reads anew before any is forgotten.
        secs, least_fills = self._compare_interval_secs, 0
        if secs is None:
            secs, least_fills = LOOK_SECS, REMEMBERED_FILLS // 2
        yield self._recovery.compare_every(secs, is_live, self._log.warning, least_fills=least_fills)

    async def catch_up(self) -> None:
        """Read everything since the last complete reading; raises `BybitError`."""
        await self._recovery.catch_up()

    async def close(self) -> None:
        """Stop every inquiry."""
        await self._resolver.close()

    # -- what the venue says -------------------------------------------------------------------------------

    def on_message(self, message: ExecutionMessage | OrderMessage) -> None:
        """Take a push."""
        if message.bad:
            self._log.error(f"{len(message.bad)} rows of {message.topic} could not be read: {message.bad[0]}")
            # What they say has to be had another way.
            self._insist_on("Fetching what they say")
        match message:
            case ExecutionMessage():
                for execution in message.data:
                    self._intake.take_execution(execution)
            case OrderMessage():
                for order in message.data:
                    self._intake.take_order(order)

    def _insist_on(self, what: str) -> None:
        self._client.create_task(self._insist(what))

    async def _insist(self, what: str) -> None:
        await insist(what, self._recovery.catch_up, self._log.warning)

    async def _ask_for_overdue(self) -> None:
        """Ask for what pushes should have told long ago: one may have been lost without the socket noticing."""
        while True:
            await asyncio.sleep(WATCH_SECS)
            self._events.publish(self._lifecycles.overdue(self._now_ms()))
            if self._positions.is_short_of_fills(self._now_ms()):
                self._insist_on("Fetching missed fills")

    # -- what is asked -------------------------------------------------------------------------------------

    def knows(self, command: QueryOrder) -> bool:
        """Tell whether a question is about an order of this trader."""
        return self._intake.knows(command.client_order_id.value)

    async def query(self, command: QueryOrder) -> None:
        """Answer a question about an order of this trader."""
        await self._inflight.answer(command.instrument_id, command.client_order_id)

    def _is_being_refused(self, client_order_id: str) -> bool:
        record = self._lifecycles.record(client_order_id)
        order = self._cache.order(ClientOrderId(client_order_id))
        return record is not None and record.refused and order is not None and order.is_inflight

    def _ask_for(self, order: Order, reason: str) -> None:
        client_order_id = order.client_order_id.value
        self._log.warning(f"Asking the venue for order {client_order_id}: {reason}")
        self._client.create_task(self._resolver.resolve(order.instrument_id, client_order_id))

    def _now_ms(self) -> int:
        return int(self._clock.timestamp_ns()) // MS_TO_NS


async def insist(what: str, step: Callable[[], Awaitable[None]], warn: Callable[[str], None]) -> None:
    """Repeat a step until the venue has answered it."""
    secs = FIRST_DELAY_SECS
    while True:
        try:
            await step()
        except BybitError as e:
            warn(f"{what} failed, trying again in {secs:g} s: {e}")
        else:
            return
        await asyncio.sleep(secs)
        secs = min(secs * 2, LONGEST_DELAY_SECS)
