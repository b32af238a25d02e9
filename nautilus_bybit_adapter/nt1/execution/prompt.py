"""Order commands begun within the call that brings them, since every turn of the loop is latency."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Coroutine
from typing import Any

from nautilus_trader.common.enums import LogColor
from nautilus_trader.execution.messages import CancelOrder, ModifyOrder, SubmitOrder
from nautilus_trader.live.execution_client import LiveExecutionClient


def begin[T](coroutine: Coroutine[Any, Any, T], *, name: str | None = None) -> asyncio.Task[T]:
    """Run a coroutine of the running loop up to where it first waits, and return the rest as a task."""
    return asyncio.Task(coroutine, name=name, eager_start=True, loop=asyncio.get_running_loop())


class PromptClient(LiveExecutionClient):
    """
    A live execution client whose orders are on their way when the call returns, where the rate limits have room.

    The framework's own describes a command twice in words and leaves it for a later turn of the loop before
    anything is sent. Here the words come after.
    """

    def submit_order(self, command: SubmitOrder) -> None:
        """Send an order."""
        self._begin(self._submit_order(command), f"submit_order: {command.order.client_order_id}")
        self._log.info(f"Submit {command.order}", LogColor.BLUE)

    def modify_order(self, command: ModifyOrder) -> None:
        """Amend an order."""
        self._begin(self._modify_order(command), f"modify_order: {command.client_order_id}")
        self._log.info(f"Modify {command.client_order_id!r} {command.venue_order_id!r}", LogColor.BLUE)

    def cancel_order(self, command: CancelOrder) -> None:
        """Cancel an order."""
        self._begin(self._cancel_order(command), f"cancel_order: {command.client_order_id}")
        self._log.info(f"Cancel {command.client_order_id!r} {command.venue_order_id!r}", LogColor.BLUE)

    def _begin(self, command: Coroutine[Any, Any, None], name: str) -> None:
        """Begin a command, and keep the rest of it as the framework keeps its own."""
        task = begin(command, name=name)
        task.add_done_callback(functools.partial(self._on_task_completed, None, None, LogColor.NORMAL))
        self._tasks.add(task)
