"""What the sockets take besides an address: waits, a logger, a clock."""

from __future__ import annotations

import logging
import ssl
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

from nautilus_bybit_adapter.constants import PING_INTERVAL_SECS
from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.state.session import Backoff


class Log(Protocol):
    """Where a transport reports; the standard library's and the framework's loggers both fit."""

    def info(self, message: str, /) -> object:
        """Take a message for the record."""

    def warning(self, message: str, /) -> object:
        """Take a message about something that was put right."""

    def error(self, message: str, /) -> object:
        """Take a message about something that needs a person."""


_PROXY_SCHEMES = ("http", "https", "socks4", "socks5")

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
    tls : ssl.SSLContext or None
        What to verify the venue's certificate with, such as `tls_context` returns; by default the system's
        authorities.
    """

    connect_timeout_secs: float = 10.0
    step_timeout_secs: float = 10.0
    ping_interval_secs: float = PING_INTERVAL_SECS
    pong_timeout_secs: float = 10.0
    backoff: Backoff = field(default_factory=Backoff)
    max_frame_size: int = 16 * 1024 * 1024
    proxy_url: str | None = field(default=None, repr=False)
    tls: ssl.SSLContext | None = field(default=None, repr=False)


def tls_context(ca_file: str | None) -> ssl.SSLContext | None:
    """Return what verifies certificates by the system's authorities and those of a file besides.

    Parameters
    ----------
    ca_file : str or None
        A PEM file with the certificate of a private authority; `None` for none.

    Raises
    ------
    BybitConfigError
        If the file cannot be read, or holds no certificate.
    """
    if ca_file is None:
        return None
    context = ssl.create_default_context()
    try:
        context.load_verify_locations(cafile=ca_file)
    except (OSError, ssl.SSLError) as exc:
        raise BybitConfigError(f"ca_file {ca_file!r} holds no certificate that can be read: {exc}.") from exc
    return context


def rest_proxy(proxy_url: str | None) -> str | None:
    """Return the address of a proxy for REST; raises `BybitConfigError` for one that REST cannot use."""
    if proxy_url is None:
        return None
    parts = urlsplit(proxy_url)
    if parts.scheme not in _PROXY_SCHEMES:
        raise BybitConfigError(
            f"A proxy for REST must begin with {', '.join(f'{each}://' for each in _PROXY_SCHEMES)}; "
            f"it begins with {parts.scheme!r}."
        )
    try:
        port = parts.port
    except ValueError:
        port = 0
    # The usual port of an HTTP proxy is known; SOCKS proxies have none that all agree on.
    if not parts.hostname or port == 0 or (port is None and parts.scheme.startswith("socks")):
        raise BybitConfigError(
            "A proxy must name a host and a port, as in socks5://127.0.0.1:1080; it is "
            f"{without_password(proxy_url)!r}."
        )
    return proxy_url


def without_password(url: str) -> str:
    """Return an address with the user and password in it masked."""
    parts = urlsplit(url)
    if "@" not in parts.netloc:
        return url
    return parts._replace(netloc=f"***@{parts.netloc.rpartition('@')[2]}").geturl()
