"""Records what the venue sends, over as many connections as it takes.

Source: Bybit V5 "Connect", "Public Stream" and "Private Stream".
"""

from __future__ import annotations

import asyncio
import re
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from nautilus_bybit_adapter.errors import BybitConfigError, BybitConnectionError
from nautilus_bybit_adapter.history.frames import topic_in
from nautilus_bybit_adapter.history.recorder.shelf import Shelf
from nautilus_bybit_adapter.transport.options import DEFAULT_LOG, SocketOptions
from nautilus_bybit_adapter.transport.private import ACCOUNT_TOPICS, BybitPrivateWebSocket
from nautilus_bybit_adapter.transport.public import BybitPublicWebSocket
from nautilus_bybit_adapter.transport.public_pool import PublicSocketPool
from nautilus_bybit_adapter.wire.enums import BybitEnvironment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from nautilus_bybit_adapter.transport.options import Log
    from nautilus_bybit_adapter.transport.urls import BaseUrl
    from nautilus_bybit_adapter.wire.signing import Credentials

PRIVATE_MARKET = "private_account"
_TOPIC = re.compile(rb'"topic"\s*:\s*"([^"\\]+)"')
_START_OF_FRAME = 300
_REMOVED = b"[removed]"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecorderConfig:
    """What to record, and where to.

    Parameters
    ----------
    folder : Path
        Where the files lie.
    topics : mapping of str to sequence of str
        Bybit's topics of each category, such as `{"linear": ["orderbook.50.BTCUSDT"]}`.
    environment : BybitEnvironment, default BybitEnvironment.TESTNET
        Whose market.
    credentials : Credentials or None
        The account whose private frames are recorded as well; None for none.
    public_url, private_url : str or callable or None
        Other addresses than the environment's.
    rotate_bytes : int, default 256 MiB
        How large a file may become, unpacked.
    rotate_secs : float, default 3600
        How old a file may become, in seconds.
    sync_secs : float, default 1
        How often everything is made to reach the disk, in seconds. What a killed process has written is safe in any
        case; this is for a machine that fails.
    options : SocketOptions or None
        Waits and limits of the sockets.

    Raises
    ------
    BybitConfigError
        If there is nothing to record, or a limit is not above 0.
    """

    folder: Path
    topics: Mapping[str, Sequence[str]]
    environment: BybitEnvironment = BybitEnvironment.TESTNET
    credentials: Credentials | None = None
    public_url: BaseUrl = None
    private_url: BaseUrl = None
    rotate_bytes: int = 256 << 20
    rotate_secs: float = 3600.0
    sync_secs: float = 1.0
    options: SocketOptions | None = None

    def __post_init__(self) -> None:
        if not any(self.topics.values()) and self.credentials is None:
            raise BybitConfigError(
                "topics is empty; name at least one topic, or credentials for private frames"
            )
        for name in ("rotate_bytes", "rotate_secs", "sync_secs"):
            if getattr(self, name) <= 0:
                raise BybitConfigError(f"{name} is {getattr(self, name)}; it must be above 0")


class Recorder:
    """Writes every frame of some topics, with the time of its receipt, until it is stopped.

    Each market has files of its own, `linear_BTCUSDT_20261125T120000.000000000Z.frames.gz`, with the lines
    `<receive time, ns> <frame>`. They begin with a snapshot of the deepest book, and tell by lines of the topic
    `gap` where frames may be missing. Acks and pongs are not kept, and of private frames no key and no secret.

    Parameters
    ----------
    config : RecorderConfig
        What to record, and where to.
    logger : Log or None
        Where to report.
    clock_ns : callable
        Epoch nanoseconds.
    on_kept : callable or None
        Is shown each public frame after it was kept: its topic, its bytes and its receive time, epoch nanoseconds.

    Attributes
    ----------
    refused : dict of str to str
        The topics that the venue refuses, and why.
    error : OSError or None
        Why nothing can be written any more.

    Raises
    ------
    OSError
        If the folder cannot be used.
    """

    def __init__(
        self,
        config: RecorderConfig,
        *,
        logger: Log | None = None,
        clock_ns: Callable[[], int] = time.time_ns,
        on_kept: Callable[[str, bytes, int], None] | None = None,
    ) -> None:
        self._config = config
        self._on_kept = on_kept
        self._log = logger or DEFAULT_LOG
        self._clock_ns = clock_ns
        self._shelf = Shelf(config.folder, config.rotate_bytes, config.rotate_secs, self._ask_anew)
        self._pools: dict[str, PublicSocketPool] = {}
        self._private: BybitPrivateWebSocket | None = None
        self._syncing: asyncio.Task[None] | None = None
        self._failed = asyncio.Event()
        self._is_stopping = False
        self.refused: dict[str, str] = {}
        self.error: OSError | None = None
        credentials = config.credentials
        texts = (credentials.api_key, credentials.api_secret) if credentials is not None else ()
        self._secrets = [text.encode() for text in texts if text]

    @property
    def frame_count(self) -> int:
        """Frames written."""
        return self._shelf.frame_count

    @property
    def byte_count(self) -> int:
        """Bytes written, unpacked."""
        return self._shelf.byte_count

    @property
    def gap_count(self) -> int:
        """Gaps marked."""
        return self._shelf.gap_count

    @property
    def file_count(self) -> int:
        """Files begun."""
        return self._shelf.file_count

    async def start(self, timeout_secs: float = 30.0) -> None:
        """Connect, and begin to write; afterwards the sockets keep themselves connected.

        Raises
        ------
        BybitAuthError
            If the venue refuses the credentials.
        BybitConnectionError
            If a socket is not live within `timeout_secs` seconds, or every topic is refused.
        """
        for category, topics in self._config.topics.items():
            if topics:
                self._pools[category] = pool = PublicSocketPool(partial(self._socket, category))
                for topic in topics:
                    if topic.startswith("orderbook."):
                        self._shelf.add_book(_market_of(category, topic), topic)
                pool.subscribe(*topics)
        if self._config.credentials is not None:
            self._private = self._private_socket()
        self._syncing = asyncio.create_task(self._sync(), name="sync of the recording")
        try:
            await asyncio.gather(*(each.connect(timeout_secs) for each in self._sockets()))
            self._check_topics()
        except BaseException:
            await self.stop()
            raise

    def _check_topics(self) -> None:
        asked = sum(len(topics) for topics in self._config.topics.values())
        if asked and asked == len(self.refused):
            reasons = "; ".join(f"{topic}: {reason}" for topic, reason in self.refused.items())
            raise BybitConnectionError(f"the venue refuses every topic ({reasons})")

    async def wait(self) -> None:
        """Return when nothing can be written any more; see `error`."""
        await self._failed.wait()

    async def stop(self) -> None:
        """Close the sockets and pack the files."""
        self._is_stopping = True
        await asyncio.gather(*(each.disconnect() for each in self._sockets()))
        if self._syncing is not None:
            self._syncing.cancel()
            with suppress(asyncio.CancelledError):
                await self._syncing
        await self._shelf.close()

    def _sockets(self) -> list[PublicSocketPool | BybitPrivateWebSocket]:
        return [*self._pools.values(), *([] if self._private is None else [self._private])]

    def _socket(self, category: str) -> BybitPublicWebSocket:
        return BybitPublicWebSocket(
            category,
            environment=self._config.environment,
            base_url=self._config.public_url,
            on_frame=lambda payload, ts_init: self._take(category, payload, ts_init),
            on_message=_pass_over,
            on_stale=lambda topics: self._lose({_market_of(category, topic) for topic in topics}),
            on_refused=self._refuse,
            options=self._config.options,
            logger=self._log,
            clock_ns=self._clock_ns,
        )

    def _private_socket(self) -> BybitPrivateWebSocket:
        return BybitPrivateWebSocket(
            environment=self._config.environment,
            credentials=self._config.credentials,
            base_url=self._config.private_url,
            topics=ACCOUNT_TOPICS,
            on_frame=self._take_private,
            on_message=_pass_over,
            on_stale=lambda: self._lose({PRIVATE_MARKET}),
            options=self._config.options,
            logger=self._log,
            clock_ns=self._clock_ns,
        )

    def _take(self, category: str, payload: bytes, received_ns: int) -> str | None:
        """Keep a public frame, and return its topic; acks and pongs are none of it."""
        name = topic_in(payload) or _topic_within(payload)
        if not name:
            return None
        topic = name.decode(errors="replace")
        self._keep(_market_of(category, topic), topic, received_ns, payload)
        if self._on_kept is not None:
            self._on_kept(topic, payload, received_ns)
        return topic

    def _take_private(self, payload: bytes, received_ns: int) -> None:
        name = topic_in(payload) or _topic_within(payload)
        if name:
            for secret in self._secrets:
                payload = payload.replace(secret, _REMOVED)
            self._keep(PRIVATE_MARKET, name.decode(errors="replace"), received_ns, payload)

    def _keep(self, market: str, topic: str, received_ns: int, payload: bytes) -> None:
        if self.error is None:
            try:
                self._shelf.take(market, topic, received_ns, payload)
            except OSError as e:
                self._fail(e)

    def _lose(self, markets: set[str]) -> None:
        """Mark what a lost connection may have cost."""
        now_ns = self._clock_ns()
        for market in sorted(markets):
            if self.error is None and not self._is_stopping:
                try:
                    self._shelf.mark_gap(market, now_ns, "the connection was lost")
                except OSError as e:
                    self._fail(e)

    def _fail(self, error: OSError) -> None:
        self.error = error
        self._failed.set()
        self._log.error(f"Nothing is recorded any more: {error}")

    def _refuse(self, topic: str, reason: str) -> None:
        self.refused[topic] = reason

    def _ask_anew(self, market: str, topic: str) -> None:
        self._pools[market.partition("_")[0]].resubscribe(topic)

    async def _sync(self) -> None:
        while True:
            await asyncio.sleep(self._config.sync_secs)
            try:
                await asyncio.to_thread(self._shelf.sync)
            except OSError as e:
                self._fail(e)
                return


def _market_of(category: str, topic: str) -> str:
    return f"{category}_{topic.rpartition('.')[2]}"


def _topic_within(payload: bytes) -> bytes:
    """Return the topic of a frame that does not begin with it."""
    found = _TOPIC.search(payload[:_START_OF_FRAME]) or _TOPIC.search(payload)
    return found[1] if found is not None else b""


def _pass_over(_message: object, _ts_init: int) -> None:
    """Leave what was decoded: the frame has been kept."""
