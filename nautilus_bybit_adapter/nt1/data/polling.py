"""Asking again and again for what the venue does not push."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from nautilus_bybit_adapter.errors import BybitError
from nautilus_bybit_adapter.nt1.data.context import DataContext


class Poller:
    """
    Calls a coroutine at intervals, from `start` until `stop`.

    Parameters
    ----------
    context : DataContext
        The data client's parts.
    name : str
        What is polled, for the log.
    interval_secs : float
        Seconds between two calls.
    poll : Callable[[], Awaitable[None]]
        What to call; a failure is logged and the next call comes all the same.

    """

    def __init__(
        self, context: DataContext, name: str, interval_secs: float, poll: Callable[[], Awaitable[None]]
    ) -> None:
        self._context = context
        self._name = name
        self._interval_secs = interval_secs
        self._poll = poll
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, unless begun already."""
        if self._task is None or self._task.done():
            self._task = self._context.create_task(self._run(), f"poll {self._name}")

    def stop(self) -> None:
        """End; `start` begins again."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._interval_secs)
            try:
                await self._poll()
            except BybitError as e:
                self._context.log.warning(f"Cannot read {self._name}, will ask again: {e}")
