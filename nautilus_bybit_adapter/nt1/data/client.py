"""The live market-data client: hands the framework's commands to the rooms that carry them out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from nautilus_trader.cache.cache import Cache
from nautilus_trader.common.component import LiveClock, MessageBus
from nautilus_trader.data import messages as msg
from nautilus_trader.live.data_client import LiveMarketDataClient
from nautilus_trader.model.identifiers import ClientId

from nautilus_bybit_adapter._ext import FrameworkTypes
from nautilus_bybit_adapter.errors import BybitConfigError, BybitError
from nautilus_bybit_adapter.nt1.config import BybitDataClientConfig
from nautilus_bybit_adapter.nt1.connection import EnvironmentNotice, or_one_sentence
from nautilus_bybit_adapter.nt1.custom_data import BybitRequestFailed
from nautilus_bybit_adapter.nt1.data.bars import BarSubscriptions
from nautilus_bybit_adapter.nt1.data.books import BookSubscriptions
from nautilus_bybit_adapter.nt1.data.catalogue_refresh import CatalogueRefresh
from nautilus_bybit_adapter.nt1.data.collector import CollectorThreshold
from nautilus_bybit_adapter.nt1.data.context import DataContext
from nautilus_bybit_adapter.nt1.data.custom import CustomSubscriptions
from nautilus_bybit_adapter.nt1.data.feeds import PublicFeeds, PublicSocketBuilder
from nautilus_bybit_adapter.nt1.data.ratios import RatioSubscriptions
from nautilus_bybit_adapter.nt1.data.requests.bars import requested_bars
from nautilus_bybit_adapter.nt1.data.requests.books import NO_BOOK_HISTORY, book_snapshot
from nautilus_bybit_adapter.nt1.data.requests.custom import requested_custom
from nautilus_bybit_adapter.nt1.data.requests.funding import forward_prices, requested_funding_rates
from nautilus_bybit_adapter.nt1.data.requests.trades import requested_trades
from nautilus_bybit_adapter.nt1.data.status import InstrumentWatch
from nautilus_bybit_adapter.nt1.data.tickers import TickerSubscriptions
from nautilus_bybit_adapter.nt1.data.trades import TradeSubscriptions
from nautilus_bybit_adapter.nt1.mapping.identifiers import BYBIT_VENUE
from nautilus_bybit_adapter.nt1.providers import BybitInstrumentProvider
from nautilus_bybit_adapter.nt1.streams import TickerKind
from nautilus_bybit_adapter.transport.http import BybitHTTPClient

NO_QUOTE_HISTORY = "Bybit keeps no history of quotes: subscribe to them, or request trades or bars"


class BybitDataClient(LiveMarketDataClient):
    """
    Brings Bybit's public market data into the framework's live node.

    One WebSocket a category, opened with the first subscription of that category. What Bybit does not have is
    refused with the reason. A request that fails is logged and told as `BybitRequestFailed`; it is never answered
    with an empty list.

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
    types : FrameworkTypes or None
        How C++ makes the framework's objects; ``None`` decodes every frame in Python.
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
        types: FrameworkTypes | None,
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
        self._context = context = DataContext(
            feeds=PublicFeeds(build_socket, loop, clock.timestamp_ns, self._log),
            provider=instrument_provider,
            http=http,
            publish=self._handle_data,
            create_task=self.create_task,
            now_ns=clock.timestamp_ns,
            log=self._log,
            config=config,
            types=types,
        )
        self._tickers = TickerSubscriptions(context)
        self._books = BookSubscriptions(context, self._tickers)
        self._trades = TradeSubscriptions(context)
        self._bars = BarSubscriptions(context)
        self._ratios = RatioSubscriptions(context)
        self._custom = CustomSubscriptions(context, self._tickers, self._ratios)
        self._watch = InstrumentWatch(context)
        self._collector = CollectorThreshold(config.gc_threshold)
        self._refresh = CatalogueRefresh(
            instrument_provider, config.update_instruments_interval_mins, self._on_instrument, self._log
        )

    # -- connection ----------------------------------------------------------------------------------------

    async def _connect(self) -> None:
        await or_one_sentence(self._connect_all(), self._log, self.shutdown_system)

    async def _connect_all(self) -> None:
        self._notice.say(self._log)
        await self._http.open()
        if not self._http.has_credentials:
            # Which bar still forms is a matter of the venue's clock; with credentials it is learned on opening.
            await self._http.learn_clock()
        await self._context.provider.initialize()
        self._publish_instruments()
        await self._context.feeds.connect()
        self._collector.start()
        for polled in (self._refresh, self._watch, self._ratios):
            polled.start()

    async def _disconnect(self) -> None:
        self._collector.stop()
        await self._refresh.stop()
        self._watch.stop()
        self._ratios.stop()
        await self._context.feeds.disconnect()
        await self._http.close()

    def _on_instrument(self, instrument: Any) -> None:
        self._context.feeds.on_instrument(instrument)
        self._handle_data(instrument)

    def _publish_instruments(self) -> None:
        for instrument in self._context.provider.list_all():
            self._handle_data(instrument)

    # -- subscriptions -------------------------------------------------------------------------------------

    async def _or_undo(self, subscribing: Awaitable[None], undo: Callable[[Any], None], key: object) -> None:
        """
        Await a subscription; log in one sentence why it is refused, and let it be tried again.

        The framework takes for subscribed what it has handed over once. Ending by a cancellation keeps it from logging
        a success.
        """
        try:
            await subscribing
        except BybitError as e:
            undo(key)
            self._log.error(f"Cannot subscribe: {e}")
            raise asyncio.CancelledError from e

    async def _subscribe_order_book_deltas(self, command: msg.SubscribeOrderBook) -> None:
        key = command.instrument_id
        await self._or_undo(
            self._books.subscribe_deltas(command), self._remove_subscription_order_book_deltas, key
        )

    async def _unsubscribe_order_book_deltas(self, command: msg.UnsubscribeOrderBook) -> None:
        await self._books.unsubscribe_deltas(command)

    async def _subscribe_order_book_depth(self, command: msg.SubscribeOrderBook) -> None:
        key = command.instrument_id
        await self._or_undo(
            self._books.subscribe_depths(command), self._remove_subscription_order_book_depth, key
        )

    async def _unsubscribe_order_book_depth(self, command: msg.UnsubscribeOrderBook) -> None:
        await self._books.unsubscribe_depths(command)

    async def _subscribe_quote_ticks(self, command: msg.SubscribeQuoteTicks) -> None:
        key = command.instrument_id
        await self._or_undo(self._books.subscribe_quotes(command), self._remove_subscription_quote_ticks, key)

    async def _unsubscribe_quote_ticks(self, command: msg.UnsubscribeQuoteTicks) -> None:
        await self._books.unsubscribe_quotes(command)

    async def _subscribe_trade_ticks(self, command: msg.SubscribeTradeTicks) -> None:
        key = command.instrument_id
        await self._or_undo(self._trades.subscribe(command), self._remove_subscription_trade_ticks, key)

    async def _unsubscribe_trade_ticks(self, command: msg.UnsubscribeTradeTicks) -> None:
        await self._trades.unsubscribe(command)

    async def _subscribe_bars(self, command: msg.SubscribeBars) -> None:
        key = command.bar_type
        await self._or_undo(self._bars.subscribe(command), self._remove_subscription_bars, key)

    async def _unsubscribe_bars(self, command: msg.UnsubscribeBars) -> None:
        await self._bars.unsubscribe(command)

    async def _subscribe_mark_prices(self, command: msg.SubscribeMarkPrices) -> None:
        key = command.instrument_id
        subscribing = self._tickers.subscribe(TickerKind.MARK_PRICE, key)
        await self._or_undo(subscribing, self._remove_subscription_mark_prices, key)

    async def _unsubscribe_mark_prices(self, command: msg.UnsubscribeMarkPrices) -> None:
        await self._tickers.unsubscribe(TickerKind.MARK_PRICE, command.instrument_id)

    async def _subscribe_index_prices(self, command: msg.SubscribeIndexPrices) -> None:
        key = command.instrument_id
        subscribing = self._tickers.subscribe(TickerKind.INDEX_PRICE, key)
        await self._or_undo(subscribing, self._remove_subscription_index_prices, key)

    async def _unsubscribe_index_prices(self, command: msg.UnsubscribeIndexPrices) -> None:
        await self._tickers.unsubscribe(TickerKind.INDEX_PRICE, command.instrument_id)

    async def _subscribe_funding_rates(self, command: msg.SubscribeFundingRates) -> None:
        key = command.instrument_id
        subscribing = self._tickers.subscribe(TickerKind.FUNDING_RATE, key)
        await self._or_undo(subscribing, self._remove_subscription_funding_rates, key)

    async def _unsubscribe_funding_rates(self, command: msg.UnsubscribeFundingRates) -> None:
        await self._tickers.unsubscribe(TickerKind.FUNDING_RATE, command.instrument_id)

    async def _subscribe_option_greeks(self, command: msg.SubscribeOptionGreeks) -> None:
        key = command.instrument_id
        subscribing = self._tickers.subscribe(TickerKind.GREEKS, key)
        await self._or_undo(subscribing, self._remove_subscription_option_greeks, key)

    async def _unsubscribe_option_greeks(self, command: msg.UnsubscribeOptionGreeks) -> None:
        await self._tickers.unsubscribe(TickerKind.GREEKS, command.instrument_id)

    async def _subscribe_instrument_status(self, command: msg.SubscribeInstrumentStatus) -> None:
        key = command.instrument_id
        subscribing = self._watch.subscribe_status(key)
        await self._or_undo(subscribing, self._remove_subscription_instrument_status, key)

    async def _unsubscribe_instrument_status(self, command: msg.UnsubscribeInstrumentStatus) -> None:
        await self._watch.unsubscribe_status(command.instrument_id)

    async def _subscribe_instrument_close(self, command: msg.SubscribeInstrumentClose) -> None:
        key = command.instrument_id
        subscribing = self._watch.subscribe_close(key)
        await self._or_undo(subscribing, self._remove_subscription_instrument_close, key)

    async def _unsubscribe_instrument_close(self, command: msg.UnsubscribeInstrumentClose) -> None:
        await self._watch.unsubscribe_close(command.instrument_id)

    async def _subscribe(self, command: msg.SubscribeData) -> None:
        key = command.data_type
        await self._or_undo(self._custom.subscribe(command), self._remove_subscription, key)

    async def _unsubscribe(self, command: msg.UnsubscribeData) -> None:
        await self._custom.unsubscribe(command)

    async def _subscribe_instrument(self, command: msg.SubscribeInstrument) -> None:
        key = command.instrument_id
        await self._or_undo(self._publish_instrument(command), self._remove_subscription_instrument, key)

    async def _publish_instrument(self, command: msg.SubscribeInstrument) -> None:
        self._handle_data(await self._context.loaded(command.instrument_id))

    async def _subscribe_instruments(self, _command: msg.SubscribeInstruments) -> None:
        self._publish_instruments()

    async def _unsubscribe_instrument(self, command: msg.UnsubscribeInstrument) -> None:
        """Nothing is streamed: instruments are sent when they are loaded."""

    async def _unsubscribe_instruments(self, command: msg.UnsubscribeInstruments) -> None:
        """Nothing is streamed: instruments are sent when they are loaded."""

    # -- requests ------------------------------------------------------------------------------------------

    async def _answer(
        self, request: Any, fetching: Awaitable[Any], handle: Callable[..., None], *head: object
    ) -> None:
        """Await what was asked for and hand it over, or tell why there is none."""
        try:
            found = await fetching
        except BybitError as e:
            self._fail(request, e)
        else:
            handle(*head, found, request.id, request.start, request.end, request.params or {})

    def _fail(self, request: Any, reason: BybitError) -> None:
        name = type(request).__name__
        # The framework hands requests over a range on under an id of its own.
        request_id = (request.correlation_id or request.id).value
        self._log.error(f"{name} {request_id} failed: {reason}")
        now = self._clock.timestamp_ns()
        self._context.announce(
            BybitRequestFailed(
                request_id=request_id, request=name, reason=str(reason), ts_event=now, ts_init=now
            )
        )

    async def _request_instrument(self, request: msg.RequestInstrument) -> None:
        await self._answer(request, self._context.loaded(request.instrument_id), self._handle_instrument)

    async def _request_instruments(self, request: msg.RequestInstruments) -> None:
        await self._answer(request, self._all_instruments(), self._handle_instruments, request.venue)

    async def _all_instruments(self) -> list[Any]:
        return list(self._context.provider.list_all())

    async def _request_order_book_snapshot(self, request: msg.RequestOrderBookSnapshot) -> None:
        fetching = book_snapshot(self._context, request)
        await self._answer(request, fetching, self._handle_order_book_deltas, request.instrument_id)

    async def _request_order_book_deltas(self, request: msg.RequestOrderBookDeltas) -> None:
        self._fail(request, BybitConfigError(NO_BOOK_HISTORY))

    async def _request_order_book_depth(self, request: msg.RequestOrderBookDepth) -> None:
        self._fail(request, BybitConfigError(NO_BOOK_HISTORY))

    async def _request_quote_ticks(self, request: msg.RequestQuoteTicks) -> None:
        self._fail(request, BybitConfigError(NO_QUOTE_HISTORY))

    async def _request_trade_ticks(self, request: msg.RequestTradeTicks) -> None:
        fetching = requested_trades(self._context, request)
        await self._answer(request, fetching, self._handle_trade_ticks, request.instrument_id)

    async def _request_funding_rates(self, request: msg.RequestFundingRates) -> None:
        fetching = requested_funding_rates(self._context, request)
        await self._answer(request, fetching, self._handle_funding_rates, request.instrument_id)

    async def _request_bars(self, request: msg.RequestBars) -> None:
        fetching = requested_bars(self._context, request)
        await self._answer(request, fetching, self._handle_bars, request.bar_type)

    async def _request(self, request: msg.RequestData) -> None:
        fetching = requested_custom(self._context, request)
        await self._answer(request, fetching, self._handle_data_response, request.data_type)

    async def _request_forward_prices(self, request: msg.RequestForwardPrices) -> None:
        prices: list[Any] = []
        try:
            prices = await forward_prices(self._context, request)
        except BybitError as e:
            self._fail(request, e)
        # Without an answer the framework would never begin the chain; without a price it waits for live data.
        self._handle_forward_prices(prices, request.id, request.params or {})
