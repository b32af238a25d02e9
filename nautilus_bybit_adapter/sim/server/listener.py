"""A TCP port with an aiohttp application behind it and a bound on its connections."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

from aiohttp import web

if TYPE_CHECKING:
    from aiohttp.web_server import Server

_SHUTDOWN_S = 0.5


class Listener:
    """One application on one port.

    Parameters
    ----------
    app : web.Application
        What answers.
    host : str
        Address to listen on.
    port : int
        TCP port, 0 for any free one.
    connections : int
        TCP connections at once; further ones are closed before a byte is read.
    """

    def __init__(self, app: web.Application, host: str, port: int, connections: int) -> None:
        self.port = port
        self._host = host
        self._most = connections
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_S)
        self._listening: asyncio.Server | None = None

    @property
    def authority(self) -> str:
        """Host and port as they stand in a URL."""
        return f"[{self._host}]:{self.port}" if ":" in self._host else f"{self._host}:{self.port}"

    async def start(self) -> None:
        """Listen.

        Raises
        ------
        OSError
            When the port is taken.
        """
        await self._runner.setup()
        loop = asyncio.get_running_loop()
        try:
            self._listening = await loop.create_server(self._protocol, self._host, self.port)
        except OSError:
            await self._runner.cleanup()
            raise
        self.port = self._listening.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close the port and every connection."""
        if self._listening is not None:
            self._listening.close()
            self._listening = None
        await self._runner.cleanup()

    def _protocol(self) -> asyncio.Protocol:
        server: Server | None = self._runner.server
        if server is None or len(server.connections) >= self._most:
            return _Closing()
        return server()


class _Closing(asyncio.Protocol):
    """Ends a connection as soon as it is made."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast("asyncio.Transport", transport).abort()
