"""Where requests go: addresses of a host, and the bytes that every request to it begins with."""

from __future__ import annotations

import asyncio
import base64
import ipaddress
import socket
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from nautilus_bybit_adapter.transport.exchange import ExchangeLost
from nautilus_bybit_adapter.transport.http1.body_coding import CODINGS

if TYPE_CHECKING:
    from aiohappyeyeballs import AddrInfoType

    from nautilus_bybit_adapter.transport.exchange import HttpRequest

# Hosts of the venue move between addresses.
_RESOLVED_SECS = 10.0
_AGENT = "bybit-nt-community"
_PORTS = {"http": 80, "https": 443}


class Origin:
    """Scheme, host and port of a base address.

    Parameters
    ----------
    base_url : str
        Such as `https://api.bybit.com`; a path in it is put before every target.

    Attributes
    ----------
    host : str
        The host's name, as its certificate has it.
    port : int
        Its port.
    is_secure : bool
        Whether TLS is spoken.
    """

    __slots__ = ("_addresses", "_fixed", "_prefix", "_resolved_until", "host", "is_secure", "port")

    def __init__(self, base_url: str) -> None:
        parts = urlsplit(base_url)
        host = parts.hostname or ""
        if not host.isascii():
            host = host.encode("idna").decode()
        self.host = host
        self.is_secure = parts.scheme == "https"
        default = _PORTS[parts.scheme]
        self.port = parts.port or default
        self._prefix = parts.path.rstrip("/")
        shown = f"[{host}]" if ":" in host else host
        if self.port != default:
            shown += f":{self.port}"
        self._fixed = (
            f"Host: {shown}\r\nUser-Agent: {_AGENT}\r\nAccept: */*\r\nAccept-Encoding: {CODINGS}\r\n"
        )
        if parts.username is not None:
            pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            self._fixed += f"Authorization: Basic {base64.b64encode(pair.encode()).decode()}\r\n"
        self._addresses: list[AddrInfoType] = _literal(host, self.port)
        self._resolved_until = float("inf") if self._addresses else 0.0

    def request_bytes(self, request: HttpRequest) -> bytes:
        """Return a request as it is sent.

        Raises
        ------
        ExchangeLost
            If its target or a header holds what would end it early.
        """
        method, target, headers, body = request
        if not target.isprintable() or " " in target:
            raise ExchangeLost("the address holds characters that none may have", is_sent=False)
        told = ""
        for name, value in headers.items():
            if not value.isprintable():
                raise ExchangeLost(f"the header {name} holds characters that none may have", is_sent=False)
            told += f"{name}: {value}\r\n"
        if body is not None:
            told += f"Content-Length: {len(body)}\r\n"
        try:
            head = f"{method} {self._prefix}{target} HTTP/1.1\r\n{self._fixed}{told}\r\n".encode("ascii")
        except UnicodeEncodeError:
            raise ExchangeLost(
                "the address or a header holds characters beyond ASCII", is_sent=False
            ) from None
        return head if body is None else head + body

    async def addresses(self) -> list[AddrInfoType]:
        """Return the addresses of the host; a name is looked up anew every few seconds.

        Raises
        ------
        OSError
            If the name has none.
        """
        loop = asyncio.get_running_loop()
        if loop.time() >= self._resolved_until:
            self._addresses = [*await loop.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)]
            self._resolved_until = loop.time() + _RESOLVED_SECS
        return self._addresses

    def forget_addresses(self) -> None:
        """Look a name up again next time, since none of its addresses answered."""
        if self._resolved_until != float("inf"):
            self._resolved_until = 0.0


def _literal(host: str, port: int) -> list[AddrInfoType]:
    """Return what a host that is an address stands for; nothing for a name."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return []
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6  # noqa: PLR2004 - of IP
    flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
    return [*socket.getaddrinfo(host, port, family, socket.SOCK_STREAM, flags=flags)]
