"""Orders, executions, positions and wallet.

Source: Bybit V5 "Connect" and "Private Stream".
"""

from __future__ import annotations

import asyncio
import random
import time
from typing import TYPE_CHECKING

from nautilus_bybit_adapter.constants import MAX_ARGS_CHARS
from nautilus_bybit_adapter.state.session import (
    Announce,
    Authenticate,
    Input,
    Recover,
    Session,
    Subscribe,
    backoff_secs,
)
from nautilus_bybit_adapter.state.subscriptions import Subscriptions
from nautilus_bybit_adapter.transport.auth import (
    auth_refusal,
    auth_request,
    local_time_ms,
    require_credentials,
)
from nautilus_bybit_adapter.transport.options import DEFAULT_LOG, SocketOptions
from nautilus_bybit_adapter.transport.topics import TopicFeed
from nautilus_bybit_adapter.transport.urls import private_url
from nautilus_bybit_adapter.transport.ws import WebSocketLink
from nautilus_bybit_adapter.wire.codec import decode_private
from nautilus_bybit_adapter.wire.control import ControlKind, ControlMessage
from nautilus_bybit_adapter.wire.enums import BybitEnvironment
from nautilus_bybit_adapter.wire.messages import (
    ExecutionMessage,
    OrderMessage,
    PositionMessage,
    UnknownMessage,
    WalletMessage,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from nautilus_bybit_adapter.transport.options import Log
    from nautilus_bybit_adapter.transport.urls import BaseUrl
    from nautilus_bybit_adapter.wire.signing import Credentials

ACCOUNT_TOPICS = ("order", "execution", "position", "wallet")

type AccountMessage = OrderMessage | ExecutionMessage | PositionMessage | WalletMessage | UnknownMessage


class BybitPrivateWebSocket:
    """The account's socket, which misses nothing across a reconnect.

    Each time it connects it authenticates, has every topic confirmed, and then awaits `recover` while it
    keeps the frames that arrive; these are handed over in order before the socket is live.

    Parameters
    ----------
    environment : BybitEnvironment, default BybitEnvironment.TESTNET
        Whose account.
    credentials : Credentials or None
        Key and secret.
    base_url : str or callable or None
        Another address, such as `ws://127.0.0.1:8080/v5/private`, or what gives the address
        for each connection.
    topics : tuple of str
        What to subscribe to; all-in-one topics and those of a category do not mix.
    on_message : callable
        Called with each message and its `ts_init` (epoch ns, of arrival). Must not block.
    on_frame : callable or None
        Is shown each frame's bytes and its `ts_init` before it is read, the answers to requests among them.
    recover : callable or None
        Fetches what was missed: `get_executions` from a little before its last start, `get_open_orders`, and
        the orders that are no longer listed. Rows and messages overlap, so count an `execId` of an order once.
        Awaited on each connect, the first too, and after a frame that could not be read; one that raises is
        repeated.
    on_live, on_stale : callable or None
        Called when the socket is live (and again when what a frame that could not be read said has been
        fetched), and when its connection is gone.
    options : SocketOptions or None
        Waits and limits.
    logger : Log or None
        Where to report.
    clock_ns : callable
        Epoch nanoseconds, for `ts_init`.
    server_time_ms : callable
        The venue's time in epoch milliseconds, such as `BybitHTTPClient.server_time_ms`.

    Raises
    ------
    BybitConfigError
        If there are no credentials, or the address cannot be used.
    """

    def __init__(
        self,
        *,
        environment: BybitEnvironment = BybitEnvironment.TESTNET,
        credentials: Credentials | None,
        base_url: BaseUrl = None,
        topics: tuple[str, ...] = ACCOUNT_TOPICS,
        on_message: Callable[[AccountMessage, int], None],
        on_frame: Callable[[bytes, int], None] | None = None,
        recover: Callable[[], Awaitable[None]] | None = None,
        on_live: Callable[[], None] | None = None,
        on_stale: Callable[[], None] | None = None,
        options: SocketOptions | None = None,
        logger: Log | None = None,
        clock_ns: Callable[[], int] = time.time_ns,
        server_time_ms: Callable[[], int] = local_time_ms,
    ) -> None:
        self._credentials = require_credentials(credentials, "private")
        options = options or SocketOptions()
        self._backoff = options.backoff
        self._on_message = on_message
        self._on_frame = on_frame
        self._recover = recover
        self._on_live = on_live
        self._on_stale = on_stale
        self._server_time_ms = server_time_ms
        self._recovery: asyncio.Task[None] | None = None
        self._repair: asyncio.Task[None] | None = None
        self._has_unread = False
        self._kept: list[tuple[AccountMessage, int]] = []
        self._session = Session(needs_auth=True, needs_recovery=recover is not None, backoff=options.backoff)
        self._link = WebSocketLink(
            private_url(environment, base_url),
            self,
            self._session,
            name="private",
            options=options,
            logger=logger or DEFAULT_LOG,
            clock_ns=clock_ns,
        )
        # One topic per request: each has an ack of its own.
        self._feed = TopicFeed(
            self._link,
            Subscriptions(max_args=1, max_chars=MAX_ARGS_CHARS, timeout_secs=options.step_timeout_secs),
            self._on_topic_refused,
        )
        self._topics = topics

    @property
    def url(self) -> str:
        """Where the socket connects."""
        return self._link.url

    @property
    def is_live(self) -> bool:
        """Whether the socket is authenticated, subscribed and recovered."""
        return self._link.is_live

    @property
    def confirmed_topics(self) -> tuple[str, ...]:
        """The topics whose data flows."""
        return self._feed.confirmed

    @property
    def kept_count(self) -> int:
        """Messages kept back until the recovery is done."""
        return len(self._kept)

    @property
    def connection_count(self) -> int:
        """How often a connection was opened."""
        return self._link.connection_count

    @property
    def bad_frame_count(self) -> int:
        """Frames that could not be read, or whose consumer failed."""
        return self._link.bad_frame_count

    async def connect(self, timeout_secs: float = 30.0) -> None:
        """Connect, and return when the socket is live.

        Raises
        ------
        BybitAuthError
            If the venue refuses the credentials.
        BybitConnectionError
            If the socket is not live within `timeout_secs` seconds.
        """
        await self._link.connect(timeout_secs)

    async def disconnect(self) -> None:
        """Close the socket; what is kept back for an unfinished recovery is handed over by the next."""
        tasks = [task for task in (self._recovery, self._repair) if task is not None]
        await self._link.close()
        await asyncio.gather(*tasks, return_exceptions=True)

    def unsubscribe(self, topics: tuple[str, ...]) -> None:
        """Ask for topics no more on this connection; the next one asks for all of them again."""
        self._feed.unsubscribe(topics)

    def on_step(self, step: Authenticate | Subscribe | Recover | Announce) -> None:
        """Do a step of the session (for the link)."""
        match step:
            case Authenticate():
                self._link.send(auth_request(self._credentials, self._server_time_ms()))
            case Subscribe():
                # A topic refused on an earlier connection is wanted again.
                self._feed.subscribe(self._topics)
                self._feed.replay()
            case Recover():
                self._recovery = asyncio.create_task(self._recover_until_done(), name="private recovery")
            case Announce():
                if self._on_live is not None:
                    self._on_live()
                if self._has_unread:
                    self._make_good()

    def on_payload(self, payload: bytes, ts_init: int) -> None:
        """Take a frame (for the link); what one that cannot be read said is fetched."""
        try:
            self._take(payload, ts_init)
        except Exception:
            # Whether the frame or its consumer was at fault, what it said is not known.
            self._make_good()
            raise

    def _take(self, payload: bytes, ts_init: int) -> None:
        if self._on_frame is not None:
            self._on_frame(payload, ts_init)
        message = decode_private(payload)
        if isinstance(message, ControlMessage):
            self._on_control(message)
        elif self._recover is not None and not self._session.is_live:
            self._kept.append((message, ts_init))
        else:
            self._on_message(message, ts_init)

    def on_lost(self, reason: str) -> None:  # noqa: ARG002 - the link has reported it
        """Learn that the connection is gone (for the link)."""
        recovery, self._recovery = self._recovery, None
        repair, self._repair = self._repair, None
        for task in (recovery, repair):
            if task is not None:
                task.cancel()
        self._feed.lose()
        if self._on_stale is not None:
            self._on_stale()

    def on_tick(self, now: float) -> None:
        """Look for overdue acks (for the link)."""
        self._feed.on_tick(now)

    def _on_control(self, message: ControlMessage) -> None:
        match message.kind:
            case ControlKind.PONG:
                self._link.on_pong()
            case ControlKind.AUTH if message.success:
                self._link.feed(Input.AUTH_OK)
            case ControlKind.AUTH:
                refusal = auth_refusal(message)
                self._link.give_up(refusal)
                self._link.feed(Input.AUTH_FAILED, str(refusal).rstrip("."))
            case _:
                self._feed.on_ack(message)

    def _on_topic_refused(self, topic: str, message: str) -> None:
        # An account that does not see its fills is not live.
        self._link.feed(Input.LOST, f"the venue refuses the {topic} topic: {message.rstrip('.')}")

    async def _recover_until_done(self) -> None:
        assert self._recover is not None  # noqa: S101 - the session skips the step otherwise
        attempt = 0
        while True:
            try:
                await self._recover()
                break
            except Exception as exc:  # noqa: BLE001 - whatever failed, what was missed is still missing
                secs = backoff_secs(attempt, random.random(), self._backoff)  # noqa: S311 - spreads retries
                attempt += 1
                self._link.journal.error(
                    f"Recovery of the private socket failed ({type(exc).__name__}: {exc}); "
                    f"{len(self._kept)} messages are kept, next attempt in {secs:.1f} s."
                )
                await asyncio.sleep(secs)
        self._recovery = None
        self._has_unread = False
        self._hand_over()
        self._link.feed(Input.RECOVERED)

    def _make_good(self) -> None:
        """Fetch what an unread frame said; a recovery that is under way or due is followed by another."""
        self._has_unread = True
        if self._recover is not None and self._session.is_live and self._repair is None:
            self._repair = asyncio.create_task(self._repair_until_done(), name="private repair")

    async def _repair_until_done(self) -> None:
        assert self._recover is not None  # noqa: S101 - nobody starts it otherwise
        attempt = 0
        while self._has_unread:
            self._has_unread = False
            try:
                await self._recover()
            except Exception as exc:  # noqa: BLE001 - whatever failed, what was not read is still missing
                self._has_unread = True
                secs = backoff_secs(attempt, random.random(), self._backoff)  # noqa: S311 - spreads retries
                attempt += 1
                self._link.journal.error(
                    f"What an unread frame said could not be fetched ({type(exc).__name__}: {exc}); "
                    f"next attempt in {secs:.1f} s."
                )
                await asyncio.sleep(secs)
        self._repair = None
        if self._on_live is not None:
            self._on_live()

    def _hand_over(self) -> None:
        kept, self._kept = self._kept, []
        for message, ts_init in kept:
            try:
                self._on_message(message, ts_init)
            except Exception as exc:  # noqa: BLE001 - one message's consumer must not cost the others
                self._has_unread = True
                self._link.report_bad_frame(f"{type(exc).__name__}: {exc}, while handling {message.topic}")
