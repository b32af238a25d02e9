"""What both live clients say and do when they connect."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from nautilus_bybit_adapter.errors import BybitError
from nautilus_bybit_adapter.wire.enums import BybitEnvironment

TESTNET_NOTICE = (
    "No environment is configured: this client is on TESTNET. "
    "Set environment=BybitEnvironment.DEMO or BybitEnvironment.MAINNET (real money) to choose another"
)


async def or_one_sentence(connecting: Awaitable[None], log: Any, shut_down: Callable[[str], None]) -> None:
    """
    Await a connect; say in one sentence what the venue or the configuration objects to, and end the node.

    The framework starts no strategy while a client is not connected and asks no client a second time: a node that
    stayed up would do nothing for ever. Ending the connect by a cancellation spares the log a traceback.
    """
    try:
        await connecting
    except BybitError as e:
        log.error(f"Cannot connect: {e}")
        shut_down(f"a client could not connect: {e}")
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
