"""The package's REST client on a local venue that runs in a thread."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from venue_thread import VenueThread

from nautilus_bybit_adapter.state.limiter import NO_LIMITS
from nautilus_bybit_adapter.transport import BybitHTTPClient
from nautilus_bybit_adapter.transport.gate import RateGate
from nautilus_bybit_adapter.wire import Credentials


def ask[T](venue: VenueThread, question: Callable[[BybitHTTPClient], Awaitable[T]], **options: Any) -> T:
    """Open a client, ask, close it; it keeps no limits, as the venue has none."""

    async def run() -> T:
        client = BybitHTTPClient(
            base_url=venue.urls.rest,
            credentials=Credentials(venue.api_key, venue.api_secret),
            gate=RateGate(NO_LIMITS),
            **options,
        )
        await client.open()
        try:
            return await question(client)
        finally:
            await client.close()

    return asyncio.run(run())


def reads_of(client: BybitHTTPClient) -> list[dict[str, Any]]:
    """Parameters of the reads that the client makes from here on."""
    made: list[dict[str, Any]] = []
    read = client.read

    async def noted(path: str, parameters: Any, **options: Any) -> Any:
        made.append({"path": path, **parameters, **options})
        return await read(path, parameters, **options)

    client.read = noted  # type: ignore[method-assign]
    return made
