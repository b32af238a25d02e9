"""The live market-data client: subscribes topics, hands frames to their streams, publishes what they give."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

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
from nautilus_trader.model.enums import BookType, book_type_to_str
from nautilus_trader.model.identifiers import ClientId, InstrumentId
from nautilus_trader.model.instruments import Instrument

from nautilus_bybit_adapter.constants import ORDERBOOK_DEPTHS
from nautilus_bybit_adapter.errors import BybitConfigError, BybitError
from nautilus_bybit_adapter.nt1.config import BybitDataClientConfig
from nautilus_bybit_adapter.nt1.connection import EnvironmentNotice, or_one_sentence
from nautilus_bybit_adapter.nt1.mapping.identifiers import BYBIT_VENUE, MS_TO_NS, symbol_of
from nautilus_bybit_adapter.nt1.mapping.market import deltas_of, past_trade_of
from nautilus_bybit_adapter.nt1.providers import BybitInstrumentProvider
from nautilus_bybit_adapter.nt1.streams import BookStream, PublicStream, TradeStream
from nautilus_bybit_adapter.transport.http import BybitHTTPClient
from nautilus_bybit_adapter.transport.public import BybitPublicWebSocket
from nautilus_bybit_adapter.wire.codec import MarketMessage
from nautilus_bybit_adapter.wire.enums import BybitProductType
from nautilus_bybit_adapter.wire.messages import UnknownMessage

DEFAULT_DEPTH = 50
TOUCH_DEPTH = 1

OnMessage = Callable[[MarketMessage | UnknownMessage, int], None]
OnStale = Callable[[], None]
PublicSocketBuilder = Callable[[BybitProductType, OnMessage, OnStale], BybitPublicWebSocket]


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
        self._build_socket = build_socket
        self._notice = notice
        self._sockets: dict[BybitProductType, BybitPublicWebSocket] = {}
        self._streams: dict[BybitProductType, dict[str, PublicStream]] = {}
        self._depths: dict[InstrumentId, int] = {}
        self._opening = asyncio.Lock()

    # -- connection ----------------------------------------------------------------------------------------

    async def _connect(self) -> None:
        await or_one_sentence(self._connect_all(), self._log, self.shutdown_system)

    async def _connect_all(self) -> None:
        self._notice.say(self._log)
        await self._http.open()
        await self._instrument_provider.initialize()
        for instrument in self._instrument_provider.list_all():
            self._handle_data(instrument)
        for socket in self._sockets.values():
            await socket.connect()

    async def _disconnect(self) -> None:
        for socket in self._sockets.values():
            await socket.disconnect()
        await self._http.close()

    async def _socket(self, category: BybitProductType) -> BybitPublicWebSocket:
        async with self._opening:
            socket = self._sockets.get(category)
            if socket is None:
                streams: dict[str, PublicStream] = self._streams.setdefault(category, {})
                socket = self._build_socket(
                    category, partial(self._on_message, category, streams), partial(self._on_stale, streams)
                )
                await socket.connect()
                self._sockets[category] = socket
            return socket

    # -- frames --------------------------------------------------------------------------------------------

    def _on_message(
        self,
        category: BybitProductType,
        streams: dict[str, PublicStream],
        message: MarketMessage | UnknownMessage,
        ts_init: int,
    ) -> None:
        stream = streams.get(message.topic)
        if stream is not None and not stream.on_message(message, ts_init):
            self._log.warning(f"Gap in {message.topic}: the book is cleared and subscribed anew")
            self._sockets[category].resubscribe(message.topic)

    def _on_stale(self, streams: dict[str, PublicStream]) -> None:
        now = self._clock.timestamp_ns()
        for stream in streams.values():
            stream.on_stale(now)

    # -- subscriptions -------------------------------------------------------------------------------------

    async def _subscribe_order_book_deltas(self, command: SubscribeOrderBook) -> None:
        if command.book_type != BookType.L2_MBP:
            self._log.error(
                f"book_type {book_type_to_str(command.book_type)} does not exist on Bybit: L2_MBP does"
            )
            return
        instrument, category = self._instrument(command.instrument_id)
        depth = command.depth or DEFAULT_DEPTH
        allowed = ORDERBOOK_DEPTHS[category]
        if depth not in allowed:
            self._log.error(
                f"depth {depth} of {instrument.id} is not served: {', '.join(map(str, allowed))} are"
            )
            return
        known = self._depths.setdefault(instrument.id, depth)
        if known != depth:
            self._log.error(
                f"depth {depth} of {instrument.id} conflicts with its subscription at depth {known}"
            )
            return
        stream = self._book_stream(instrument, category, depth)
        stream.deltas_wanted = True
        await self._open_topic(category, _book_topic(instrument, depth))

    async def _unsubscribe_order_book_deltas(self, command: UnsubscribeOrderBook) -> None:
        instrument, category = self._instrument(command.instrument_id)
        depth = self._depths.pop(instrument.id, DEFAULT_DEPTH)
        self._book_stream(instrument, category, depth).deltas_wanted = False
        await self._close_book_topic(instrument, category, depth)

    async def _subscribe_quote_ticks(self, command: SubscribeQuoteTicks) -> None:
        instrument, category = self._instrument(command.instrument_id)
        self._book_stream(instrument, category, TOUCH_DEPTH).quotes_wanted = True
        await self._open_topic(category, _book_topic(instrument, TOUCH_DEPTH))

    async def _unsubscribe_quote_ticks(self, command: UnsubscribeQuoteTicks) -> None:
        instrument, category = self._instrument(command.instrument_id)
        self._book_stream(instrument, category, TOUCH_DEPTH).quotes_wanted = False
        await self._close_book_topic(instrument, category, TOUCH_DEPTH)

    async def _subscribe_trade_ticks(self, command: SubscribeTradeTicks) -> None:
        instrument, category = self._instrument(command.instrument_id)
        topic = _trade_topic(instrument)
        self._streams.setdefault(category, {})[topic] = TradeStream(instrument, self._handle_data)
        await self._open_topic(category, topic)

    async def _unsubscribe_trade_ticks(self, command: UnsubscribeTradeTicks) -> None:
        instrument, category = self._instrument(command.instrument_id)
        await self._close_topic(category, _trade_topic(instrument))

    async def _subscribe_instrument(self, command: SubscribeInstrument) -> None:
        instrument, _ = self._instrument(command.instrument_id)
        self._handle_data(instrument)

    async def _subscribe_instruments(self, _command: SubscribeInstruments) -> None:
        for instrument in self._instrument_provider.list_all():
            self._handle_data(instrument)

    async def _unsubscribe_instrument(self, command: UnsubscribeInstrument) -> None:
        """Nothing is streamed: instruments are sent when they are loaded."""

    async def _unsubscribe_instruments(self, command: UnsubscribeInstruments) -> None:
        """Nothing is streamed: instruments are sent when they are loaded."""

    def _instrument(self, instrument_id: InstrumentId) -> tuple[Instrument, BybitProductType]:
        _, category = symbol_of(instrument_id)
        instrument = self._instrument_provider.find(instrument_id)
        if instrument is None:
            raise BybitConfigError(
                f"instrument {instrument_id} is not loaded: add it to load_ids, or set load_all"
            )
        return instrument, category

    def _book_stream(self, instrument: Instrument, category: BybitProductType, depth: int) -> BookStream:
        topic = _book_topic(instrument, depth)
        streams = self._streams.setdefault(category, {})
        stream = streams.get(topic)
        if not isinstance(stream, BookStream):
            stream = BookStream(instrument, depth, self._handle_data)
            streams[topic] = stream
        return stream

    async def _open_topic(self, category: BybitProductType, topic: str) -> None:
        (await self._socket(category)).subscribe(topic)

    async def _close_book_topic(self, instrument: Instrument, category: BybitProductType, depth: int) -> None:
        if not self._book_stream(instrument, category, depth).is_wanted:
            await self._close_topic(category, _book_topic(instrument, depth))

    async def _close_topic(self, category: BybitProductType, topic: str) -> None:
        self._streams.setdefault(category, {}).pop(topic, None)
        (await self._socket(category)).unsubscribe(topic)

    # -- requests ------------------------------------------------------------------------------------------

    async def _request_instrument(self, request: RequestInstrument) -> None:
        if self._instrument_provider.find(request.instrument_id) is None:
            try:
                await self._instrument_provider.load_async(request.instrument_id)
            except BybitError as e:
                self._log.error(f"Cannot load {request.instrument_id}: {e}")
                return
        instrument, _ = self._instrument(request.instrument_id)
        self._handle_instrument(instrument, request.id, request.start, request.end, request.params or {})

    async def _request_instruments(self, request: RequestInstruments) -> None:
        instruments = self._instrument_provider.list_all()
        self._handle_instruments(
            request.venue, instruments, request.id, request.start, request.end, request.params or {}
        )

    async def _request_order_book_snapshot(self, request: RequestOrderBookSnapshot) -> None:
        instrument, category = self._instrument(request.instrument_id)
        limit = request.limit or DEFAULT_DEPTH
        book = await self._http.get_orderbook(category, instrument.raw_symbol.value, limit)
        now = self._clock.timestamp_ns()
        deltas = deltas_of(instrument, book, snapshot=True, ts_event=book.ts * MS_TO_NS, ts_init=now)
        answer = [] if deltas is None else [deltas]
        self._handle_order_book_deltas(instrument.id, answer, request.id, None, None, request.params or {})

    async def _request_trade_ticks(self, request: RequestTradeTicks) -> None:
        instrument, category = self._instrument(request.instrument_id)
        rows = await self._http.get_recent_trades(
            category, instrument.raw_symbol.value, request.limit or None
        )
        now = self._clock.timestamp_ns()
        ticks = [past_trade_of(instrument, row, now) for row in reversed(rows)]
        self._handle_trade_ticks(
            instrument.id, ticks, request.id, request.start, request.end, request.params or {}
        )


def _book_topic(instrument: Instrument, depth: int) -> str:
    return f"orderbook.{depth}.{instrument.raw_symbol.value}"


def _trade_topic(instrument: Instrument) -> str:
    return f"publicTrade.{instrument.raw_symbol.value}"
