"""Opening sockets to a host, straight or through a SOCKS proxy.

Source: RFC 8305 "Happy Eyeballs", RFC 1928 "SOCKS Protocol Version 5".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import aiohappyeyeballs

if TYPE_CHECKING:
    import socket

    from nautilus_bybit_adapter.transport.http1.origin import Origin

_ADDRESS_DELAY_SECS = 0.25


class Dialler(Protocol):
    """What opens a socket to a host; raises `OSError` where it cannot."""

    async def __call__(self, origin: Origin) -> socket.socket:
        """Return a socket that is connected."""
        ...


async def dial_straight(origin: Origin) -> socket.socket:
    """Connect to the first of the host's addresses that answers."""
    return await aiohappyeyeballs.start_connection(
        await origin.addresses(), happy_eyeballs_delay=_ADDRESS_DELAY_SECS, interleave=1
    )


def socks_dialler(proxy_url: str) -> Dialler:
    """Return what connects through a SOCKS proxy; SOCKS5 leaves it to the proxy to look the host's name up."""
    # Few need it.
    from python_socks import ProxyError  # noqa: PLC0415 - see above
    from python_socks.async_.asyncio import Proxy  # noqa: PLC0415 - see above

    async def dial(origin: Origin) -> socket.socket:
        try:
            return await Proxy.from_url(proxy_url).connect(origin.host, origin.port)
        except ProxyError as exc:
            raise OSError(f"the proxy says {exc}") from exc

    return dial
