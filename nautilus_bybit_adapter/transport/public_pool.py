"""One category's market data over as many sockets as its topics need.

Source: Bybit V5 "Connect: Public channel - Args limits".
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from nautilus_bybit_adapter.constants import MAX_ARGS_CHARS, MAX_TOPICS_PER_CONNECTION
from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.state.shards import TopicShards

if TYPE_CHECKING:
    from collections.abc import Callable

    from nautilus_bybit_adapter.transport.public import BybitPublicWebSocket


class PublicSocketPool:
    """Spreads topics over sockets, and opens another one when the venue's limits ask for it.

    Parameters
    ----------
    build_socket : callable
        Makes one more `BybitPublicWebSocket` of the category.
    max_topics : int, optional
        Topics of one connection.
    max_chars : int, optional
        Characters of all topics of one connection; the venue allows 21,000.

    Raises
    ------
    BybitConfigError
        If a limit is less than one, or more characters than the venue allows.
    """

    def __init__(
        self,
        build_socket: Callable[[], BybitPublicWebSocket],
        *,
        max_topics: int = MAX_TOPICS_PER_CONNECTION,
        max_chars: int = MAX_ARGS_CHARS,
    ) -> None:
        if max_topics < 1:
            raise BybitConfigError(f"max_topics must be at least 1; it is {max_topics}.")
        if not 1 <= max_chars <= MAX_ARGS_CHARS:
            raise BybitConfigError(f"max_chars must be from 1 to {MAX_ARGS_CHARS:,}; it is {max_chars}.")
        self._build_socket = build_socket
        self._shards = TopicShards(max_topics, max_chars)
        self._sockets: list[BybitPublicWebSocket] = []
        self._is_started = False

    @property
    def sockets(self) -> tuple[BybitPublicWebSocket, ...]:
        """The sockets, in the order of their opening."""
        return tuple(self._sockets)

    @property
    def is_live(self) -> bool:
        """Whether every socket is connected and every topic has its answer."""
        return self._is_started and all(socket.is_live for socket in self._sockets)

    @property
    def topics(self) -> tuple[str, ...]:
        """Every topic asked for and not given up."""
        return tuple(topic for socket in self._sockets for topic in socket.topics)

    @property
    def confirmed_topics(self) -> tuple[str, ...]:
        """The topics whose data flows."""
        return tuple(topic for socket in self._sockets for topic in socket.confirmed_topics)

    def start(self) -> None:
        """Begin to connect; each socket keeps trying until `disconnect`."""
        self._is_started = True
        for socket in self._sockets:
            socket.start()

    async def connect(self, timeout_secs: float = 30.0) -> None:
        """Connect every socket, and return when every topic asked for so far has its answer.

        Raises
        ------
        BybitConnectionError
            If that takes more than `timeout_secs` seconds.
        """
        self._is_started = True
        await asyncio.gather(*(socket.connect(timeout_secs) for socket in self._sockets))

    async def disconnect(self) -> None:
        """Close every socket; the topics stay, so that `connect` brings them back."""
        self._is_started = False
        await asyncio.gather(*(socket.disconnect() for socket in self._sockets))

    def subscribe(self, *topics: str) -> None:
        """Ask for topics, on a socket with room or on one more; they are asked for again after each reconnect."""
        for number, mine in self._shards.add(topics).items():
            self._socket(number).subscribe(*mine)

    def unsubscribe(self, *topics: str) -> None:
        """Ask for topics no more."""
        for number, mine in self._shards.remove(topics).items():
            self._sockets[number].unsubscribe(*mine)

    def resubscribe(self, topic: str) -> None:
        """Drop one topic and ask for it again: the venue answers with a snapshot. Other topics flow on."""
        number = self._shards.home_of(topic)
        if number is not None:
            self._sockets[number].resubscribe(topic)

    def _socket(self, number: int) -> BybitPublicWebSocket:
        while number >= len(self._sockets):
            socket = self._build_socket()
            self._sockets.append(socket)
            if self._is_started:
                socket.start()
        return self._sockets[number]
