"""The package's REST client on a venue that answers as a test says."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from scripted_venue import ScriptedVenue, scripted_venue

from nautilus_bybit_adapter.state.limiter import NO_LIMITS, RateLimits
from nautilus_bybit_adapter.transport import BybitHTTPClient
from nautilus_bybit_adapter.transport.gate import RateGate
from nautilus_bybit_adapter.wire import Credentials


def answering(
    answers: Callable[[web.Request, Any], web.Response],
    question: Callable[[BybitHTTPClient], Awaitable[None]],
    limits: RateLimits = NO_LIMITS,
) -> ScriptedVenue:
    """Ask a venue that answers all but its clock as told."""

    async def scenario() -> ScriptedVenue:
        async with scripted_venue() as venue:

            async def rest(request: web.Request) -> web.StreamResponse | None:
                if request.path == "/v5/market/time":
                    return None
                body = await request.json() if request.method == "POST" else None
                return answers(request, body)

            venue.rest = rest
            client = BybitHTTPClient(
                base_url=venue.url,
                credentials=Credentials("key", "secret"),
                max_retries=0,
                gate=RateGate(limits),
            )
            await client.open()
            try:
                await question(client)
            finally:
                await client.close()
            return venue

    return asyncio.run(scenario())
