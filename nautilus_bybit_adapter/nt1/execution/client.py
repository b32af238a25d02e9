"""The live execution client: builds requests, calls the venue, publishes what the lifecycles say."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import suppress
from typing import Any

from nautilus_trader.accounting.factory import AccountFactory
from nautilus_trader.cache.cache import Cache
from nautilus_trader.common.component import LiveClock, MessageBus
from nautilus_trader.execution.messages import (
    BatchCancelOrders,
    CancelAllOrders,
    CancelOrder,
    ModifyOrder,
    QueryAccount,
    QueryOrder,
    SubmitOrder,
    SubmitOrderList,
)
from nautilus_trader.model.data import DataType
from nautilus_trader.model.enums import AccountType, OmsType
from nautilus_trader.model.identifiers import AccountId, ClientId, ClientOrderId

from nautilus_bybit_adapter.errors import BybitApiError, BybitError, BybitStatusError
from nautilus_bybit_adapter.nt1.config import BybitExecClientConfig
from nautilus_bybit_adapter.nt1.connection import EnvironmentNotice, or_one_sentence
from nautilus_bybit_adapter.nt1.custom_data import BybitData
from nautilus_bybit_adapter.nt1.execution.account import AccountFeed
from nautilus_bybit_adapter.nt1.execution.borrowing import SpotBorrowing
from nautilus_bybit_adapter.nt1.execution.desk import OrderDesk, insist
from nautilus_bybit_adapter.nt1.execution.events import is_given_up
from nautilus_bybit_adapter.nt1.execution.positions import PositionFeed
from nautilus_bybit_adapter.nt1.execution.prompt import PromptClient
from nautilus_bybit_adapter.nt1.execution.reporting import ReportingClient
from nautilus_bybit_adapter.nt1.execution.reports import VenueState
from nautilus_bybit_adapter.nt1.execution.settings import AccountSettings, dcp_topics, is_absent
from nautilus_bybit_adapter.nt1.execution.terms import AccountTerms
from nautilus_bybit_adapter.nt1.mapping.account import balances_of, info_of, margins_of, owed_of
from nautilus_bybit_adapter.nt1.mapping.identifiers import BYBIT_VENUE, MS_TO_NS
from nautilus_bybit_adapter.nt1.providers import BybitInstrumentProvider
from nautilus_bybit_adapter.state.legs import PositionLegs
from nautilus_bybit_adapter.state.trade_ids import TradeIds
from nautilus_bybit_adapter.state.wallet import WalletCoins
from nautilus_bybit_adapter.transport.http import BybitHTTPClient
from nautilus_bybit_adapter.transport.private import AccountMessage, BybitPrivateWebSocket
from nautilus_bybit_adapter.transport.trade import BybitTradeWebSocket
from nautilus_bybit_adapter.wire.enums import BybitProductType
from nautilus_bybit_adapter.wire.messages import (
    ExecutionMessage,
    OrderMessage,
    PositionMessage,
    WalletMessage,
)

WATCH_SECS = 1.0
ORDER_EVENTS = "events.order.*"

PrivateSocketBuilder = Callable[
    [
        Callable[[AccountMessage, int], None],
        Callable[[], Awaitable[None]],
        Callable[[], None],
        Callable[[], None],
    ],
    BybitPrivateWebSocket,
]


class BybitExecutionClient(PromptClient, ReportingClient):
    """
    Trades a Bybit unified account in the framework's live node.

    Order entry goes over the trade WebSocket, and over REST while that is down or where ``trade`` is None; orders,
    executions, positions and balances come from the private WebSocket, and after each outage also from REST. What
    the framework has no event for (funding, forced fills, position updates, ranks for deleveraging, results of
    margin actions) is published as data.

    Parameters
    ----------
    loop : asyncio.AbstractEventLoop
        The node's event loop.
    http : BybitHTTPClient
        The REST client, with credentials.
    build_private : PrivateSocketBuilder
        Makes the private WebSocket from its message handler, its recovery and what to call when it is live, and
        when it is lost.
    trade : BybitTradeWebSocket or None
        The order-entry WebSocket; None enters orders over REST.
    msgbus, cache, clock : MessageBus, Cache, LiveClock
        The node's.
    instrument_provider : BybitInstrumentProvider
        The instruments that are traded.
    categories : tuple[BybitProductType, ...]
        The categories that are traded.
    terms : AccountTerms
        The settings the account is to have.
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
        terms: AccountTerms,
        notice: EnvironmentNotice,
        config: BybitExecClientConfig,
        name: str | None = None,
    ) -> None:
        spot_only = set(categories) == {BybitProductType.SPOT}
        super().__init__(
            loop=loop,
            client_id=ClientId(name or BYBIT_VENUE.value),
            venue=BYBIT_VENUE,
            oms_type=OmsType.HEDGING if terms.is_hedging else OmsType.NETTING,
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
        self._private = build_private(self._on_private, self._recover, self._on_live, self._on_stale)
        self._notice = notice
        self._was_live = False
        self._watches: list[asyncio.Task[None]] = []
        self._compare_interval_secs = config.compare_interval_secs
        legs, trade_ids = PositionLegs(), TradeIds()
        self._account = AccountFeed(http, self._publish_wallet)
        self._venue = VenueState(
            http,
            instrument_provider,
            categories,
            self.account_id,
            clock,
            self._log.warning,
            legs,
            hedging=terms.is_hedging,
            spot_positions=config.use_spot_position_reports,
            trade_ids=trade_ids,
            is_given_up=lambda client_order_id: is_given_up(cache.order(ClientOrderId(client_order_id))),
            is_own=lambda client_order_id: (
                bool(client_order_id) and cache.order_exists(ClientOrderId(client_order_id))
            ),
        )
        self._settings = AccountSettings(http, instrument_provider, categories, terms, legs, self._log)
        self._watched_topics = dcp_topics(categories) if terms.dcp_window_secs is not None else ()
        self._positions = PositionFeed(self._venue, legs, self._publish_datum, clock.timestamp_ns, self._log)
        self._borrowing = SpotBorrowing(
            http,
            self._account,
            self._publish_datum,
            clock.timestamp_ns,
            self._log,
            is_automatic=config.auto_repay_spot_borrows and BybitProductType.SPOT in categories,
            interval_secs=config.repay_queue_interval_secs,
        )
        self._desk = OrderDesk(
            self,
            http,
            trade,
            cache,
            clock,
            self._venue,
            self._positions,
            self._borrowing,
            legs,
            trade_ids,
            config,
        )
        self._commands, self._groups = self._desk.commands, self._desk.groups

    # -- connection ----------------------------------------------------------------------------------------

    async def _connect(self) -> None:
        await or_one_sentence(self._connect_all(), self._log, self.shutdown_system)

    async def _connect_all(self) -> None:
        self._notice.say(self._log)
        await self._http.open()
        await self._instrument_provider.initialize()
        for instrument in self._instrument_provider.list_all():
            self._cache.add_instrument(instrument)
        await self._settings.apply()
        if self._desk.precheck is not None:
            self._desk.precheck.margin_mode = await self._settings.margin_mode()
        await self._allow_debts()
        await self._account.refresh()
        await self._await_account_registered()
        # What the private socket will catch up with may release what waits.
        self._msgbus.subscribe(topic=ORDER_EVENTS, handler=self._groups.on_order_event)
        await self._positions.read()
        self._desk.begin()
        await self._private.connect()
        if self._trade is not None:
            await self._trade.connect()
        self._desk.resume()
        self._watches = [asyncio.get_running_loop().create_task(each) for each in self._watching()]
        self._borrowing.start()

    def _watching(self) -> Iterator[Coroutine[Any, Any, None]]:
        yield from self._desk.watching(lambda: self._private.is_live)
        if self._compare_interval_secs is not None:
            yield self._account.compare_every(
                self._compare_interval_secs, lambda: self._private.is_live, self._log.warning
            )

    async def _allow_debts(self) -> None:
        """Let a cash account owe coins where spot may borrow them: the framework refuses such a balance otherwise."""
        if self.account_type != AccountType.CASH:
            return
        try:
            may_borrow = (await self._http.get_spot_margin_state()).spot_margin_mode == "1"
        except (BybitApiError, BybitStatusError) as e:
            if not is_absent(e):
                raise
            self._log.info(f"The venue does not tell whether spot may borrow: {e}")
            may_borrow = any(owed_of(coin) for coin in (await self._http.get_wallet_balance()).coins)
        if may_borrow:
            with suppress(KeyError):  # said by an earlier client of this process
                AccountFactory.register_cash_borrowing(self.id.value)

    async def _disconnect(self) -> None:
        if self._watches:
            for watch in self._watches:
                watch.cancel()
            self._watches.clear()
            self._msgbus.unsubscribe(topic=ORDER_EVENTS, handler=self._groups.on_order_event)
        await self._borrowing.stop()
        await self._desk.close()
        if self._trade is not None:
            await self._trade.disconnect()
        # A clean end is no loss: the venue is not to cancel what rests.
        self._private.unsubscribe(self._watched_topics)
        await self._private.disconnect()
        await self._http.close()

    async def _recover(self) -> None:
        # The first time the framework's own reconciliation does it.
        if self._was_live:
            await self._desk.catch_up()
        self._was_live = True

    def _on_live(self) -> None:
        # Wallet pushes that were kept during the recovery are older than the wallet is now.
        self._read_wallet()

    def _read_wallet(self) -> None:
        self.create_task(insist("Reading the wallet", self._account.refresh, self._log.warning))

    def _on_stale(self) -> None:
        if self._watches:  # otherwise it is ours that ends
            self.create_task(self._learn_clock())

    async def _learn_clock(self) -> None:
        """Learn the venue's clock anew: with a wrong one no socket is let in, and nothing else would tell."""
        try:
            await self._http.learn_clock()
        except BybitError as e:
            self._log.warning(f"The venue's clock could not be read: {e}")

    # -- what the venue says -------------------------------------------------------------------------------

    def _on_private(self, message: AccountMessage, ts_init: int) -> None:
        match message:
            case ExecutionMessage() | OrderMessage():
                self._desk.on_message(message)
            case WalletMessage():
                self._account.on_message(message)
                if message.bad:
                    self._log.error(
                        f"A push of the wallet could not be read, and it is asked for: {message.bad[0]}"
                    )
                    self._read_wallet()
            case PositionMessage():
                self._positions.on_message(message, ts_init)
            case _:
                pass

    def _publish_wallet(self, wallet: WalletCoins, at_ms: int | None) -> None:
        coins = wallet.coins()
        self.generate_account_state(
            balances=balances_of(coins),
            margins=margins_of(coins, wallet.account),
            reported=True,
            ts_event=self._clock.timestamp_ns() if at_ms is None else at_ms * MS_TO_NS,
            info=info_of(coins, wallet.account),
        )

    def _publish_datum(self, datum: BybitData) -> None:
        self._msgbus.publish(topic=f"data.{DataType(type(datum)).topic}", msg=datum)

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
        sent = [cancel for cancel in command.cancels if not self._groups.cancel_held(cancel)]
        if sent:
            await self._commands.cancel_together(sent)

    async def _query_account(self, command: QueryAccount) -> None:
        await self._borrowing.carry_out(command.params)
        await self._account.refresh()

    async def _query_order(self, command: QueryOrder) -> None:
        if self._desk.knows(command):
            await self._desk.query(command)
        else:
            await super()._query_order(command)
