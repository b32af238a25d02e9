"""Market data.

Source: Bybit V5 "Connect" and "Public Stream".
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from nautilus_bybit_adapter.constants import MAX_ARGS_CHARS, MAX_ARGS_PER_REQUEST
from nautilus_bybit_adapter.state.liveness import Cadence, Renew, Replace, TopicWatch, cadence_of
from nautilus_bybit_adapter.state.session import Announce, Input, Session, Subscribe
from nautilus_bybit_adapter.state.subscriptions import Subscriptions
from nautilus_bybit_adapter.transport.options import DEFAULT_LOG, SocketOptions
from nautilus_bybit_adapter.transport.topics import TopicFeed
from nautilus_bybit_adapter.transport.urls import public_url
from nautilus_bybit_adapter.transport.ws import WebSocketLink
from nautilus_bybit_adapter.wire.codec import MarketMessage, decode_public
from nautilus_bybit_adapter.wire.control import ControlKind, ControlMessage
from nautilus_bybit_adapter.wire.enums import BybitEnvironment

if TYPE_CHECKING:
    from collections.abc import Callable

    from nautilus_bybit_adapter.state.session import Authenticate, Recover
    from nautilus_bybit_adapter.transport.options import Log
    from nautilus_bybit_adapter.transport.urls import BaseUrl
    from nautilus_bybit_adapter.wire.messages import UnknownMessage


class BybitPublicWebSocket:
    """A socket of one category's market data, which reconnects and replays its topics by itself.

    Parameters
    ----------
    category : str
        `spot`, `linear`, `inverse` or `option`.
    environment : BybitEnvironment, default BybitEnvironment.TESTNET
        Whose market to see; `DEMO` shows mainnet's.
    base_url : str or callable or None
        Another address, such as `ws://127.0.0.1:8080/v5/public`, or what gives the address for each
        connection; the category is appended unless it ends with one.
    on_message : callable
        Called with each message and its `ts_init` (epoch ns) in the loop turn that read it. Must not block.
    on_frame : callable or None
        Called first with each frame's bytes and its `ts_init`. It returns the frame's topic where it has taken
        the frame, and `None` where the frame is to be decoded for `on_message`. Must not block.
    on_live : callable or None
        Called with the confirmed topics each time the socket is live and every topic has its answer.
    on_stale : callable or None
        Called with the topics that were confirmed when the connection is gone: their state is no longer
        the venue's until their next snapshot.
    on_refused : callable or None
        Called with topic and text when the venue refuses a topic for good.
    on_silent : callable or None
        Called with a topic that stays silent though its connection was replaced for it.
    cadence : callable
        Returns how long a topic may be silent, or `None` for one that may be silent for ever.
    options : SocketOptions or None
        Waits and limits.
    logger : Log or None
        Where to report.
    clock_ns : callable
        Epoch nanoseconds.

    Attributes
    ----------
    renewal_count : int
        How often a silent topic was asked for anew.
    replacement_count : int
        How often the connection was replaced because a topic did not answer.

    Raises
    ------
    BybitConfigError
        If the category or the address is none that can be used.
    """

    def __init__(
        self,
        category: str,
        *,
        environment: BybitEnvironment = BybitEnvironment.TESTNET,
        base_url: BaseUrl = None,
        on_message: Callable[[MarketMessage | UnknownMessage, int], None],
        on_frame: Callable[[bytes, int], str | None] | None = None,
        on_live: Callable[[tuple[str, ...]], None] | None = None,
        on_stale: Callable[[tuple[str, ...]], None] | None = None,
        on_refused: Callable[[str, str], None] | None = None,
        on_silent: Callable[[str], None] | None = None,
        cadence: Callable[[str], Cadence | None] = cadence_of,
        options: SocketOptions | None = None,
        logger: Log | None = None,
        clock_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self.category = str(category)
        options = options or SocketOptions()
        self._on_message = on_message
        self._on_frame = on_frame or _leave
        self._on_live = on_live
        self._on_stale = on_stale
        self._on_silent = on_silent
        self.renewal_count = 0
        self.replacement_count = 0
        self._watch = TopicWatch(cadence)
        self._fresh = self._watch.fresh
        self._link = WebSocketLink(
            public_url(environment, self.category, base_url),
            self,
            Session(backoff=options.backoff),
            name=f"public {self.category}",
            options=options,
            logger=logger or DEFAULT_LOG,
            clock_ns=clock_ns,
        )
        self._feed = TopicFeed(
            self._link,
            Subscriptions(
                max_args=MAX_ARGS_PER_REQUEST.get(self.category),
                max_chars=MAX_ARGS_CHARS,
                timeout_secs=options.step_timeout_secs,
            ),
            on_refused,
        )

    @property
    def url(self) -> str:
        """Where the socket connects."""
        return self._link.url

    @property
    def is_live(self) -> bool:
        """Whether the socket is connected and every topic has its answer."""
        return self._link.is_live

    @property
    def topics(self) -> tuple[str, ...]:
        """Every topic asked for and not given up."""
        return self._feed.topics

    @property
    def confirmed_topics(self) -> tuple[str, ...]:
        """The topics whose data flows."""
        return self._feed.confirmed

    @property
    def connection_count(self) -> int:
        """How often a connection was opened."""
        return self._link.connection_count

    @property
    def bad_frame_count(self) -> int:
        """Frames that could not be read, or whose consumer failed."""
        return self._link.bad_frame_count

    def start(self) -> None:
        """Begin to connect, and keep trying until `disconnect`."""
        self._link.start()

    async def connect(self, timeout_secs: float = 30.0) -> None:
        """Connect, and return when every topic asked for so far has its answer.

        Raises
        ------
        BybitConnectionError
            If that takes more than `timeout_secs` seconds.
        """
        await self._link.connect(timeout_secs)

    async def disconnect(self) -> None:
        """Close the socket; the topics stay, so that `connect` brings them back."""
        await self._link.close()

    def subscribe(self, *topics: str) -> None:
        """Ask for topics, now if connected and after every reconnect."""
        self._feed.subscribe(topics)

    def unsubscribe(self, *topics: str) -> None:
        """Ask for topics no more."""
        self._feed.unsubscribe(topics)

    def resubscribe(self, topic: str) -> None:
        """Drop one topic and ask for it again: the venue answers with a snapshot. Other topics flow on."""
        self._feed.resubscribe(topic)

    def on_step(self, step: Authenticate | Subscribe | Recover | Announce) -> None:
        """Do a step of the session (for the link)."""
        match step:
            case Subscribe():
                self._feed.replay()
            case Announce() if self._on_live is not None:
                self._on_live(self._feed.confirmed)
            case _:
                pass

    def on_payload(self, payload: bytes, ts_init: int) -> None:
        """Take a frame (for the link)."""
        topic = self._on_frame(payload, ts_init)
        if topic is not None:
            self._fresh.add(topic)
            return
        message = decode_public(payload, self.category)
        if isinstance(message, ControlMessage):
            self._on_control(message)
        else:
            self._fresh.add(message.topic)
            self._on_message(message, ts_init)

    def on_lost(self, reason: str) -> None:  # noqa: ARG002 - the link has reported it
        """Learn that the connection is gone (for the link)."""
        self._watch.on_lost()
        stale = self._feed.lose()
        if self._on_stale is not None:
            self._on_stale(stale)

    def on_tick(self, now: float) -> None:
        """Look for overdue acks and for topics that fell silent (for the link)."""
        self._feed.on_tick(now)
        if not self.is_live:
            return
        for action in self._watch.poll(now, self._feed.topics, self._feed.confirmed):
            match action:
                case Renew(topic):
                    self.renewal_count += 1
                    self._feed.resubscribe(topic)
                case Replace(topic):
                    self.replacement_count += 1
                    self._link.feed(Input.LOST, f"{topic} fell silent and did not answer")
                    return
                case _:
                    self._link.journal.error(f"{action.topic} is silent on a fresh connection too.")
                    if self._on_silent is not None:
                        self._on_silent(action.topic)

    def _on_control(self, message: ControlMessage) -> None:
        if message.kind is ControlKind.PONG:
            self._link.on_pong()
        elif message.kind in {ControlKind.SUBSCRIBE, ControlKind.UNSUBSCRIBE, ControlKind.ERROR}:
            self._feed.on_ack(message)


def _leave(payload: bytes, ts_init: int) -> None:
    """Leave every frame to the decoder."""
