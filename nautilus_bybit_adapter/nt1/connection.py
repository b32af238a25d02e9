"""What both live clients say and do when they connect."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

from nautilus_bybit_adapter.errors import BybitError
from nautilus_bybit_adapter.wire.enums import BybitEnvironment

TESTNET_NOTICE = (
    "No environment is configured: this client is on TESTNET. "
    "Set environment=BybitEnvironment.DEMO or BybitEnvironment.MAINNET (real money) to choose another"
)


async def or_one_sentence(connecting: Awaitable[None], log: Any) -> None:
    """
    Await a connect; log what the venue or the configuration objects to as one sentence.

    The framework leaves a client whose connect was cancelled unconnected and gives up after its own timeout; any
    other exception it would print with a traceback that tells a trader nothing.
    """
    try:
        await connecting
    except BybitError as e:
        log.error(f"Cannot connect: {e}")
        raise asyncio.CancelledError from e


class EnvironmentNotice:
    """Says once that a client without a configured environment is on TESTNET."""

    def __init__(self, environment: BybitEnvironment, *, by_default: bool) -> None:
        self.environment = environment
        self._pending = by_default

    def say(self, log: Any) -> None:
        """Log the notice the first time, and the environment in any case."""
        if self._pending:
            log.warning(TESTNET_NOTICE)
            self._pending = False
        log.info(f"Environment: {self.environment.name}")
