"""The live market-data client: hands the framework's commands to the rooms that carry them out."""

from __future__ import annotations

import asyncio

from nautilus_trader.cache.cache import Cache
from nautilus_trader.common.component import LiveClock, MessageBus
from nautilus_trader.data.messages import (
    RequestInstrument,
    RequestInstruments,
    RequestOrderBookSnapshot,
    RequestTradeTicks,
    SubscribeInstrument,
    SubscribeInstruments,
    SubscribeOrderBook,
    SubscribeQuoteTicks,
    SubscribeTradeTicks,
    UnsubscribeInstrument,
    UnsubscribeInstruments,
    UnsubscribeOrderBook,
    UnsubscribeQuoteTicks,
    UnsubscribeTradeTicks,
)
from nautilus_trader.live.data_client import LiveMarketDataClient
from nautilus_trader.model.identifiers import ClientId

from nautilus_bybit_adapter.errors import BybitError
from nautilus_bybit_adapter.nt1.config import BybitDataClientConfig
from nautilus_bybit_adapter.nt1.connection import EnvironmentNotice, or_one_sentence
from nautilus_bybit_adapter.nt1.data.catalogue import loaded_instrument
from nautilus_bybit_adapter.nt1.data.catalogue_refresh import CatalogueRefresh
from nautilus_bybit_adapter.nt1.data.feeds import PublicFeeds, PublicSocketBuilder
from nautilus_bybit_adapter.nt1.data.requests import book_snapshot, recent_trades
from nautilus_bybit_adapter.nt1.data.subscriptions import DataSubscriptions
from nautilus_bybit_adapter.nt1.mapping.identifiers import BYBIT_VENUE
from nautilus_bybit_adapter.nt1.providers import BybitInstrumentProvider
from nautilus_bybit_adapter.transport.http import BybitHTTPClient


class BybitDataClient(LiveMarketDataClient):
    """
    Brings Bybit's public market data into the framework's live node.

    One WebSocket a category, opened with the first subscription of that category.

    Parameters
    ----------
    loop : asyncio.AbstractEventLoop
        The node's event loop.
    http : BybitHTTPClient
        The REST client.
    build_socket : PublicSocketBuilder
        Makes the public WebSocket of a category from its message handler and its loss handler.
    msgbus, cache, clock : MessageBus, Cache, LiveClock
        The node's.
    instrument_provider : BybitInstrumentProvider
        The instruments.
    notice : EnvironmentNotice
        Says which environment this is.
    config : BybitDataClientConfig
        The configuration.
    name : str, optional
        A client id other than ``BYBIT``.

    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        http: BybitHTTPClient,
        build_socket: PublicSocketBuilder,
        msgbus: MessageBus,
        cache: Cache,
        clock: LiveClock,
        instrument_provider: BybitInstrumentProvider,
        notice: EnvironmentNotice,
        config: BybitDataClientConfig,
        name: str | None = None,
    ) -> None:
        super().__init__(
            loop=loop,
            client_id=ClientId(name or BYBIT_VENUE.value),
            venue=BYBIT_VENUE,
            msgbus=msgbus,
            cache=cache,
            clock=clock,
            instrument_provider=instrument_provider,
            config=config,
        )
        self._http = http
        self._notice = notice
        self._feeds = PublicFeeds(build_socket, clock.timestamp_ns, self._log)
        self._refresh = CatalogueRefresh(
            instrument_provider, config.update_instruments_interval_mins, self._handle_data, self._log
        )
        self._subscriptions = DataSubscriptions(
            self._feeds, instrument_provider, self._handle_data, self._log
        )

    # -- connection ----------------------------------------------------------------------------------------

    async def _connect(self) -> None:
        await or_one_sentence(self._connect_all(), self._log, self.shutdown_system)

    async def _connect_all(self) -> None:
        self._notice.say(self._log)
        await self._http.open()
        await self._instrument_provider.initialize()
        for instrument in self._instrument_provider.list_all():
            self._handle_data(instrument)
        await self._feeds.connect()
        self._refresh.start()

    async def _disconnect(self) -> None:
        await self._refresh.stop()
        await self._feeds.disconnect()
        await self._http.close()

    # -- subscriptions -------------------------------------------------------------------------------------

    async def _subscribe_order_book_deltas(self, command: SubscribeOrderBook) -> None:
        await self._subscriptions.subscribe_deltas(command)

    async def _unsubscribe_order_book_deltas(self, command: UnsubscribeOrderBook) -> None:
        await self._subscriptions.unsubscribe_deltas(command)

    async def _subscribe_quote_ticks(self, command: SubscribeQuoteTicks) -> None:
        await self._subscriptions.subscribe_quotes(command)

    async def _unsubscribe_quote_ticks(self, command: UnsubscribeQuoteTicks) -> None:
        await self._subscriptions.unsubscribe_quotes(command)

    async def _subscribe_trade_ticks(self, command: SubscribeTradeTicks) -> None:
        await self._subscriptions.subscribe_trades(command)

    async def _unsubscribe_trade_ticks(self, command: UnsubscribeTradeTicks) -> None:
        await self._subscriptions.unsubscribe_trades(command)

    async def _subscribe_instrument(self, command: SubscribeInstrument) -> None:
        await self._subscriptions.subscribe_instrument(command)

    async def _subscribe_instruments(self, command: SubscribeInstruments) -> None:
        await self._subscriptions.subscribe_instruments(command)

    async def _unsubscribe_instrument(self, command: UnsubscribeInstrument) -> None:
        """Nothing is streamed: instruments are sent when they are loaded."""

    async def _unsubscribe_instruments(self, command: UnsubscribeInstruments) -> None:
        """Nothing is streamed: instruments are sent when they are loaded."""

    # -- requests ------------------------------------------------------------------------------------------

    async def _request_instrument(self, request: RequestInstrument) -> None:
        if self._instrument_provider.find(request.instrument_id) is None:
            try:
                await self._instrument_provider.load_async(request.instrument_id)
            except BybitError as e:
                self._log.error(f"Cannot load {request.instrument_id}: {e}")
                return
        instrument, _ = loaded_instrument(self._instrument_provider, request.instrument_id)
        self._handle_instrument(instrument, request.id, request.start, request.end, request.params or {})

    async def _request_instruments(self, request: RequestInstruments) -> None:
        instruments = self._instrument_provider.list_all()
        self._handle_instruments(
            request.venue, instruments, request.id, request.start, request.end, request.params or {}
        )

    async def _request_order_book_snapshot(self, request: RequestOrderBookSnapshot) -> None:
        instrument, category = loaded_instrument(self._instrument_provider, request.instrument_id)
        deltas = await book_snapshot(
            self._http, instrument, category, request.limit, self._clock.timestamp_ns
        )
        self._handle_order_book_deltas(instrument.id, deltas, request.id, None, None, request.params or {})

    async def _request_trade_ticks(self, request: RequestTradeTicks) -> None:
        instrument, category = loaded_instrument(self._instrument_provider, request.instrument_id)
        ticks = await recent_trades(self._http, instrument, category, request.limit, self._clock.timestamp_ns)
        self._handle_trade_ticks(
            instrument.id, ticks, request.id, request.start, request.end, request.params or {}
        )
