"""Choosing what carries requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nautilus_bybit_adapter.transport.http1.dialing import socks_dialler
from nautilus_bybit_adapter.transport.http1.pool import ConnectionPool

if TYPE_CHECKING:
    import ssl

    from nautilus_bybit_adapter.transport.exchange import HttpTransport


def http_transport(proxy_url: str | None, tls: ssl.SSLContext | None) -> HttpTransport:
    """Return what carries requests, through a proxy where one is given; to be called in the event loop."""
    if proxy_url is None:
        return ConnectionPool(tls=tls)
    if proxy_url.startswith("socks"):
        return ConnectionPool(tls=tls, dialler=socks_dialler(proxy_url))
    # Its import takes a good part of a second, which nobody without a proxy needs to wait.
    from nautilus_bybit_adapter.transport.proxied import ProxiedTransport  # noqa: PLC0415 - see above

    return ProxiedTransport(proxy_url, tls)
