"""The public sockets, one a category, and the streams of their topics."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

from nautilus_bybit_adapter.nt1.streams import PublicStream
from nautilus_bybit_adapter.transport.public import BybitPublicWebSocket
from nautilus_bybit_adapter.wire.codec import MarketMessage
from nautilus_bybit_adapter.wire.enums import BybitProductType
from nautilus_bybit_adapter.wire.messages import UnknownMessage

OnMessage = Callable[[MarketMessage | UnknownMessage, int], None]
OnStale = Callable[[], None]
PublicSocketBuilder = Callable[[BybitProductType, OnMessage, OnStale], BybitPublicWebSocket]


class PublicFeeds:
    """
    Opens the socket of a category with its first topic, and hands every frame to the stream of its topic.

    Parameters
    ----------
    build_socket : PublicSocketBuilder
        Makes the public WebSocket of a category from its message handler and its loss handler.
    now_ns : Callable[[], int]
        The node's clock, UNIX nanoseconds.
    log : Logger
        Where to report.

    """

    def __init__(self, build_socket: PublicSocketBuilder, now_ns: Callable[[], int], log: Any) -> None:
        self._build_socket = build_socket
        self._now_ns = now_ns
        self._log = log
        self._sockets: dict[BybitProductType, BybitPublicWebSocket] = {}
        self._streams: dict[BybitProductType, dict[str, PublicStream]] = {}
        self._opening = asyncio.Lock()

    async def connect(self) -> None:
        """Connect every socket there is, which brings back its topics."""
        for socket in self._sockets.values():
            await socket.connect()

    async def disconnect(self) -> None:
        """Disconnect every socket; the topics stay."""
        for socket in self._sockets.values():
            await socket.disconnect()

    def find(self, category: BybitProductType, topic: str) -> PublicStream | None:
        """Return the stream of a topic, or None where there is none."""
        return self._streams.get(category, {}).get(topic)

    def add(self, category: BybitProductType, topic: str, stream: PublicStream) -> None:
        """Take a topic's stream; frames reach it once the topic is open."""
        self._streams.setdefault(category, {})[topic] = stream

    async def open(self, category: BybitProductType, topic: str) -> None:
        """Subscribe a topic."""
        (await self._socket(category)).subscribe(topic)

    async def close(self, category: BybitProductType, topic: str) -> None:
        """Unsubscribe a topic and forget its stream."""
        self._streams.setdefault(category, {}).pop(topic, None)
        (await self._socket(category)).unsubscribe(topic)

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
        now = self._now_ns()
        for stream in streams.values():
            stream.on_stale(now)
