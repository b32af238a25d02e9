"""The live execution client: builds requests, calls the venue, publishes what the lifecycles say."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from nautilus_trader.cache.cache import Cache
from nautilus_trader.common.component import LiveClock, MessageBus
from nautilus_trader.execution.messages import (
    BatchCancelOrders,
    CancelAllOrders,
    CancelOrder,
    GenerateFillReports,
    GenerateOrderStatusReport,
    GenerateOrderStatusReports,
    GeneratePositionStatusReports,
    ModifyOrder,
    QueryAccount,
    QueryOrder,
    SubmitOrder,
    SubmitOrderList,
)
from nautilus_trader.execution.reports import FillReport, OrderStatusReport, PositionStatusReport
from nautilus_trader.live.execution_client import LiveExecutionClient
from nautilus_trader.model.enums import AccountType, OmsType
from nautilus_trader.model.identifiers import AccountId, ClientId
from nautilus_trader.model.orders import Order

from nautilus_bybit_adapter.errors import BybitError
from nautilus_bybit_adapter.nt1.config import BybitExecClientConfig
from nautilus_bybit_adapter.nt1.connection import EnvironmentNotice, or_one_sentence
from nautilus_bybit_adapter.nt1.execution.account import AccountFeed
from nautilus_bybit_adapter.nt1.execution.commands import OrderCommands
from nautilus_bybit_adapter.nt1.execution.events import OrderEventPublisher
from nautilus_bybit_adapter.nt1.execution.groups import OrderGroups
from nautilus_bybit_adapter.nt1.execution.intake import RowIntake
from nautilus_bybit_adapter.nt1.execution.recovery import recover_outage
from nautilus_bybit_adapter.nt1.execution.reports import VenueState
from nautilus_bybit_adapter.nt1.execution.resolver import (
    FIRST_DELAY_SECS,
    LONGEST_DELAY_SECS,
    OutcomeResolver,
)
from nautilus_bybit_adapter.nt1.mapping.account import balances_of, margins_of
from nautilus_bybit_adapter.nt1.mapping.identifiers import BYBIT_VENUE, MS_TO_NS
from nautilus_bybit_adapter.nt1.providers import BybitInstrumentProvider
from nautilus_bybit_adapter.state.orders import OrderLifecycles
from nautilus_bybit_adapter.transport.http import BybitHTTPClient
from nautilus_bybit_adapter.transport.private import AccountMessage, BybitPrivateWebSocket
from nautilus_bybit_adapter.transport.trade import BybitTradeWebSocket
from nautilus_bybit_adapter.wire.account import BybitWalletCoin
from nautilus_bybit_adapter.wire.enums import BybitProductType
from nautilus_bybit_adapter.wire.messages import ExecutionMessage, OrderMessage, WalletMessage

WATCH_SECS = 1.0
ORDER_EVENTS = "events.order.*"

PrivateSocketBuilder = Callable[
    [Callable[[AccountMessage, int], None], Callable[[], Awaitable[None]], Callable[[], None]],
    BybitPrivateWebSocket,
]


class BybitExecutionClient(LiveExecutionClient):
    """
    Trades a Bybit unified account in the framework's live node.

    Order entry goes over the trade WebSocket (over REST where ``trade`` is None); orders, executions and balances
    come from the private WebSocket, and after each outage also from REST.

    Parameters
    ----------
    loop : asyncio.AbstractEventLoop
        The node's event loop.
    http : BybitHTTPClient
        The REST client, with credentials.
    build_private : PrivateSocketBuilder
        Makes the private WebSocket from its message handler, its recovery and what to call when it is live.
    trade : BybitTradeWebSocket or None
        The order-entry WebSocket; None enters orders over REST (the demo environment has no such socket).
    msgbus, cache, clock : MessageBus, Cache, LiveClock
        The node's.
    instrument_provider : BybitInstrumentProvider
        The instruments that are traded.
    categories : tuple[BybitProductType, ...]
        The categories that are traded.
    notice : EnvironmentNotice
        Says which environment this is.
    config : BybitExecClientConfig
        The configuration.
    name : str, optional
        A client id other than ``BYBIT``.

    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        http: BybitHTTPClient,
        build_private: PrivateSocketBuilder,
        trade: BybitTradeWebSocket | None,
        msgbus: MessageBus,
        cache: Cache,
        clock: LiveClock,
        instrument_provider: BybitInstrumentProvider,
        categories: tuple[BybitProductType, ...],
        notice: EnvironmentNotice,
        config: BybitExecClientConfig,
        name: str | None = None,
    ) -> None:
        spot_only = set(categories) == {BybitProductType.SPOT}
        super().__init__(
            loop=loop,
            client_id=ClientId(name or BYBIT_VENUE.value),
            venue=BYBIT_VENUE,
            oms_type=OmsType.NETTING,
            account_type=AccountType.CASH if spot_only else AccountType.MARGIN,
            base_currency=None,
            instrument_provider=instrument_provider,
            msgbus=msgbus,
            cache=cache,
            clock=clock,
            config=config,
        )
        self._set_account_id(AccountId(f"{name or BYBIT_VENUE.value}-UNIFIED"))
        self._http = http
        self._trade = trade
        self._private = build_private(self._on_private, self._recover, self._on_live)
        self._notice = notice
        self._was_live = False
        self._watch: asyncio.Task[None] | None = None
        self._lifecycles = lifecycles = OrderLifecycles()
        self._account = AccountFeed(http, self._publish_wallet)
        self._venue = VenueState(
            http, instrument_provider, categories, self.account_id, clock, self._log.warning
        )
        self._events = OrderEventPublisher(self, cache, self._venue, self._ask_for)
        self._resolver = OutcomeResolver(
            lifecycles,
            self._venue,
            self._events.publish,
            self._now_ms,
            config.recv_window_ms,
            self._log.warning,
        )
        self._intake = RowIntake(
            lifecycles,
            cache,
            self._venue,
            self._events,
            self._ask_for,
            self._log,
            quiet_about_unloaded=config.ignore_uncached_instrument_executions,
        )
        self._commands = OrderCommands(
            self, cache, clock, http, trade or http, lifecycles, self._events, self._intake, self._resolver
        )
        self._groups = OrderGroups(
            self, cache, clock, self._commands.submit, self._commands.modify, self._commands.cancel
        )

    # -- connection ----------------------------------------------------------------------------------------

    async def _connect(self) -> None:
        await or_one_sentence(self._connect_all(), self._log, self.shutdown_system)

    async def _connect_all(self) -> None:
        self._notice.say(self._log)
        await self._http.open()
        await self._instrument_provider.initialize()
        for instrument in self._instrument_provider.list_all():
            self._cache.add_instrument(instrument)
        await self._account.refresh()
        await self._await_account_registered()
        # A second connect goes on where the first one ended: what happened in between is caught up with.
        self._intake.last_execution_ms = self._intake.last_execution_ms or self._now_ms()
        await self._private.connect()
        if self._trade is not None:
            await self._trade.connect()
        self._msgbus.subscribe(topic=ORDER_EVENTS, handler=self._groups.on_order_event)
        self._groups.restore()
        self._watch = asyncio.get_running_loop().create_task(self._ask_for_overdue())

    async def _disconnect(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            self._msgbus.unsubscribe(topic=ORDER_EVENTS, handler=self._groups.on_order_event)
        await self._resolver.close()
        if self._trade is not None:
            await self._trade.disconnect()
        await self._private.disconnect()
        await self._http.close()

    async def _recover(self) -> None:
        # The first time the framework's own reconciliation does it.
        if self._was_live:
            await self._catch_up()
        self._was_live = True

    async def _catch_up(self) -> None:
        await recover_outage(self._venue, self._intake, self._intake.last_execution_ms)

    def _on_live(self) -> None:
        # Wallet pushes that were kept during the recovery are older than the wallet is now.
        self.create_task(self._insist("Reading the wallet", self._account.refresh))

    async def _insist(self, what: str, step: Callable[[], Awaitable[None]]) -> None:
        """Repeat a step until the venue has answered it."""
        secs = FIRST_DELAY_SECS
        while True:
            try:
                await step()
            except BybitError as e:
                self._log.warning(f"{what} failed, trying again in {secs:g} s: {e}")
            else:
                return
            await asyncio.sleep(secs)
            secs = min(secs * 2, LONGEST_DELAY_SECS)

    # -- what the venue says -------------------------------------------------------------------------------

    def _on_private(self, message: AccountMessage, _ts_init: int) -> None:
        if isinstance(message, ExecutionMessage | OrderMessage) and message.bad:
            self._log.error(f"{len(message.bad)} rows of {message.topic} could not be read: {message.bad[0]}")
            # What they say has to be had another way.
            self.create_task(self._insist("Fetching what they say", self._catch_up))
        match message:
            case ExecutionMessage():
                for execution in message.data:
                    self._intake.take_execution(execution)
            case OrderMessage():
                for order in message.data:
                    self._intake.take_order(order)
            case WalletMessage():
                self._account.on_message(message)
            case _:
                pass  # position pushes repeat what orders and executions say

    async def _ask_for_overdue(self) -> None:
        """Ask for what pushes should have told long ago: one may have been lost without the socket noticing."""
        while True:
            await asyncio.sleep(WATCH_SECS)
            self._events.publish(self._lifecycles.overdue(self._now_ms()))

    def _ask_for(self, order: Order, reason: str) -> None:
        client_order_id = order.client_order_id.value
        self._log.warning(f"Asking the venue for order {client_order_id}: {reason}")
        self.create_task(self._resolver.resolve(order.instrument_id, client_order_id))

    def _publish_wallet(self, coins: list[BybitWalletCoin], at_ms: int | None) -> None:
        self.generate_account_state(
            balances=balances_of(coins),
            margins=margins_of(coins),
            reported=True,
            ts_event=self._clock.timestamp_ns() if at_ms is None else at_ms * MS_TO_NS,
        )

    # -- commands ------------------------------------------------------------------------------------------

    async def _submit_order(self, command: SubmitOrder) -> None:
        await self._commands.submit(command)

    async def _submit_order_list(self, command: SubmitOrderList) -> None:
        if not self._commands.deny_list_unless_whole(command):
            await self._groups.submit_list(command)

    async def _modify_order(self, command: ModifyOrder) -> None:
        if not self._groups.modify_held(command):
            await self._commands.modify(command)

    async def _cancel_order(self, command: CancelOrder) -> None:
        if not self._groups.cancel_held(command):
            await self._commands.cancel(command)

    async def _cancel_all_orders(self, command: CancelAllOrders) -> None:
        await self._commands.cancel_all(command)

    async def _batch_cancel_orders(self, command: BatchCancelOrders) -> None:
        await asyncio.gather(*(self._cancel_order(cancel) for cancel in command.cancels))

    async def _query_account(self, _command: QueryAccount) -> None:
        await self._account.refresh()

    async def _query_order(self, command: QueryOrder) -> None:
        if self._intake.knows(command.client_order_id.value):
            await self._resolver.resolve(command.instrument_id, command.client_order_id.value)
        else:
            await super()._query_order(command)

    # -- reports -------------------------------------------------------------------------------------------

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

    def _now_ms(self) -> int:
        return int(self._clock.timestamp_ns()) // MS_TO_NS


def _millis(time: Any) -> int | None:
    return int(time.timestamp() * 1000) if time is not None else None
