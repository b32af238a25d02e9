"""What the sockets take besides an address: waits, a logger, a clock."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import Protocol

from nautilus_bybit_adapter.constants import PING_INTERVAL_SECS
from nautilus_bybit_adapter.state.session import Backoff


class Log(Protocol):
    """Where a transport reports; the standard library's and the framework's loggers both fit."""

    def info(self, message: str, /) -> object:
        """Take a message for the record."""

    def warning(self, message: str, /) -> object:
        """Take a message about something that was put right."""

    def error(self, message: str, /) -> object:
        """Take a message about something that needs a person."""


DEFAULT_LOG: Log = logging.getLogger("nautilus_bybit_adapter.transport")


@dataclass(frozen=True, slots=True)
class SocketOptions:
    """Waits and limits of a socket.

    Parameters
    ----------
    connect_timeout_secs : float
        From dialling to the end of the WebSocket handshake, in seconds.
    step_timeout_secs : float
        For the answer to `auth`, and for the acks of all topics, in seconds.
    ping_interval_secs : float
        Between pings, in seconds.
    pong_timeout_secs : float
        From a ping to the latest pong, in seconds; after that the connection counts as dead.
    backoff : Backoff
        Waits between attempts to connect.
    max_frame_size : int
        The largest message taken, in bytes.
    proxy_url : str or None
        An HTTP or SOCKS proxy.
    """

    connect_timeout_secs: float = 10.0
    step_timeout_secs: float = 10.0
    ping_interval_secs: float = PING_INTERVAL_SECS
    pong_timeout_secs: float = 10.0
    backoff: Backoff = field(default_factory=Backoff)
    max_frame_size: int = 16 * 1024 * 1024
    proxy_url: str | None = None
