"""Instruments change while a node runs: new listings, other increments, deliveries."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

from nautilus_trader.core.data import Data

from nautilus_bybit_adapter.errors import BybitError
from nautilus_bybit_adapter.nt1.providers import BybitInstrumentProvider, InstrumentChanges

_MOST_NAMED = 5


class CatalogueRefresh:
    """
    Reads the instruments again at an interval, and publishes those that are new or differ.

    Parameters
    ----------
    provider : BybitInstrumentProvider
        Whose instruments to read again.
    interval_mins : float or None
        Minutes from one reading to the next; None never reads again.
    publish : Callable[[Data], None]
        Takes the instruments.
    log : Any
        The framework's logger.

    """

    def __init__(
        self,
        provider: BybitInstrumentProvider,
        interval_mins: float | None,
        publish: Callable[[Data], None],
        log: Any,
    ) -> None:
        self._provider = provider
        self._interval_mins = interval_mins
        self._publish = publish
        self._log = log
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin; does nothing when begun already."""
        if self._task is None and self._interval_mins is not None:
            self._task = asyncio.ensure_future(self._run(self._interval_mins * 60))

    async def stop(self) -> None:
        """End; `start` begins anew."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def refresh(self) -> InstrumentChanges:
        """
        Read once, publish what is new or differs, and return the changes.

        Raises
        ------
        BybitError
            If the venue does not answer or refuses; the instruments stay as they were.

        """
        changes = await self._provider.reload()
        for instrument_id in (*changes.added, *changes.changed):
            self._publish(self._provider.find(instrument_id))
        if changes:
            told = (
                ("new", changes.added),
                ("changed", changes.changed),
                ("no longer listed", changes.removed),
            )
            self._log.info("Instruments: " + "; ".join(_counted(*each) for each in told if each[1]))
        return changes

    async def _run(self, interval_secs: float) -> None:
        while True:
            await asyncio.sleep(interval_secs)
            try:
                await self.refresh()
            except BybitError as e:
                self._log.warning(f"The instruments could not be read again, and stay as they were: {e}")


def _counted(what: str, ids: tuple[Any, ...]) -> str:
    more = ", ..." if len(ids) > _MOST_NAMED else ""
    return f"{len(ids)} {what} ({', '.join(map(str, ids[:_MOST_NAMED]))}{more})"
