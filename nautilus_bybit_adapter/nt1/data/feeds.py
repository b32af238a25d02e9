"""The public sockets, one a category, and the streams of their topics."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Protocol

from nautilus_trader.model.instruments import Instrument

from nautilus_bybit_adapter._ext import FrameDispatcher
from nautilus_bybit_adapter.nt1.streams import (
    InstrumentStream,
    NativeBarStream,
    NativeBookStream,
    NativeTickerStream,
    NativeTradeStream,
    PublicStream,
)
from nautilus_bybit_adapter.wire.codec import MarketMessage
from nautilus_bybit_adapter.wire.enums import BybitProductType
from nautilus_bybit_adapter.wire.messages import UnknownMessage

OnFrame = Callable[[bytes, int], str | None]
OnMessage = Callable[[MarketMessage | UnknownMessage, int], None]
OnStale = Callable[[Iterable[str]], None]

_NATIVE = (NativeBarStream, NativeBookStream, NativeTickerStream, NativeTradeStream)

# A topic that stays broken is asked for once in this time, not in every loop turn.
RENEWAL_PAUSE_SECS = 1.0


class PublicSocket(Protocol):
    """A socket of one category, or several that look like one."""

    async def connect(self) -> None:
        """Connect, and bring back every topic."""

    async def disconnect(self) -> None:
        """Close; the topics stay."""

    def subscribe(self, *topics: str) -> None:
        """Ask for topics."""

    def unsubscribe(self, *topics: str) -> None:
        """Ask for them no more."""

    def resubscribe(self, topic: str) -> None:
        """Ask for a topic anew, which brings a snapshot."""


PublicSocketBuilder = Callable[[BybitProductType, OnFrame, OnMessage, OnStale], PublicSocket]


class PublicFeeds:
    """
    Opens the socket of a category with its first topic, and hands every frame to the stream of its topic.

    Parameters
    ----------
    build_socket : PublicSocketBuilder
        Makes the public WebSocket of a category from its frame, message and loss handlers.
    loop : asyncio.AbstractEventLoop
        The node's event loop.
    now_ns : Callable[[], int]
        The node's clock, UNIX nanoseconds.
    log : Logger
        Where to report.

    Attributes
    ----------
    renewal_count : int
        How often a topic was subscribed anew because its stream could not go on.

    """

    def __init__(
        self,
        build_socket: PublicSocketBuilder,
        loop: asyncio.AbstractEventLoop,
        now_ns: Callable[[], int],
        log: Any,
    ) -> None:
        self._build_socket = build_socket
        self._loop = loop
        self._now_ns = now_ns
        self._log = log
        self._sockets: dict[BybitProductType, PublicSocket] = {}
        self._streams: dict[BybitProductType, dict[str, PublicStream]] = {}
        self._dispatchers: dict[BybitProductType, FrameDispatcher] = {}
        self._opening = asyncio.Lock()
        self._renewed_at: dict[tuple[BybitProductType, str], float] = {}
        self.renewal_count = 0

    async def connect(self) -> None:
        """Connect every socket there is, which brings back its topics."""
        for socket in self._sockets.values():
            await socket.connect()

    async def disconnect(self) -> None:
        """Disconnect every socket; the topics stay."""
        for socket in self._sockets.values():
            await socket.disconnect()

    def stream[S: PublicStream](
        self, category: BybitProductType, topic: str, kind: type[S], make: Callable[[], S]
    ) -> S:
        """Return the stream of a topic, made where there is none; frames reach it once the topic is open."""
        streams = self._streams.setdefault(category, {})
        stream = streams.get(topic)
        if not isinstance(stream, kind):
            stream = streams[topic] = make()
            dispatcher = self._dispatcher(category)
            dispatcher.remove(topic)
            if isinstance(stream, _NATIVE):
                dispatcher.add(stream.feed)
        return stream

    def find(self, category: BybitProductType, topic: str) -> PublicStream | None:
        """Return the stream of a topic, or None where there is none."""
        return self._streams.get(category, {}).get(topic)

    async def open(self, category: BybitProductType, topic: str) -> None:
        """Subscribe a topic."""
        (await self._socket(category)).subscribe(topic)

    async def release(self, category: BybitProductType, topic: str) -> None:
        """Unsubscribe a topic and forget its stream, unless something still wants it."""
        stream = self.find(category, topic)
        if stream is None or stream.is_wanted:
            return
        del self._streams[category][topic]
        self._dispatcher(category).remove(topic)
        self._renewed_at.pop((category, topic), None)
        (await self._socket(category)).unsubscribe(topic)

    def on_instrument(self, instrument: Instrument) -> None:
        """Hand an instrument that was read again to the streams of it."""
        for streams in self._streams.values():
            for stream in streams.values():
                if isinstance(stream, InstrumentStream):
                    stream.on_instrument(instrument)

    def renew(self, category: BybitProductType, topic: str) -> None:
        """Subscribe a topic anew for a snapshot, at once or when the pause since the last time is over."""
        now = self._loop.time()
        key = (category, topic)
        last = self._renewed_at.get(key)
        if last is None or now - last >= RENEWAL_PAUSE_SECS:
            self._renewed_at[key] = now
            self._renew_now(category, topic)
        elif last <= now:
            # A time to come says that a renewal waits already.
            self._renewed_at[key] = last + RENEWAL_PAUSE_SECS
            self._loop.call_at(last + RENEWAL_PAUSE_SECS, self._renew_now, category, topic)

    def _renew_now(self, category: BybitProductType, topic: str) -> None:
        if self.find(category, topic) is not None:
            self.renewal_count += 1
            self._sockets[category].resubscribe(topic)

    def _dispatcher(self, category: BybitProductType) -> FrameDispatcher:
        dispatcher = self._dispatchers.get(category)
        if dispatcher is None:
            dispatcher = self._dispatchers[category] = FrameDispatcher()
        return dispatcher

    async def _socket(self, category: BybitProductType) -> PublicSocket:
        async with self._opening:
            socket = self._sockets.get(category)
            if socket is None:
                streams: dict[str, PublicStream] = self._streams.setdefault(category, {})
                socket = self._build_socket(
                    category,
                    self._dispatcher(category).on_frame,
                    partial(self._on_message, category, streams),
                    partial(self._on_stale, streams),
                )
                await socket.connect()
                self._sockets[category] = socket
            return socket

    def _on_message(
        self,
        category: BybitProductType,
        streams: dict[str, PublicStream],
        message: MarketMessage | UnknownMessage,
        ts_init: int,
    ) -> None:
        stream = streams.get(message.topic)
        if stream is not None and not stream.on_message(message, ts_init):
            self._log.warning(f"The state of {message.topic} is lost: it is emptied and subscribed anew")
            self.renew(category, message.topic)

    def _on_stale(self, streams: dict[str, PublicStream], topics: Iterable[str]) -> None:
        now = self._now_ns()
        for topic in topics:
            stream = streams.get(topic)
            if stream is not None:
                stream.on_stale(now)
