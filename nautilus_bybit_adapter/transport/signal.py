"""Telling all that wait at once that something is different."""

from __future__ import annotations

import asyncio


class Signal:
    """Wakes all who wait for a change, each time there is one."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    @property
    def next_change(self) -> asyncio.Event:
        """What is set at the next change; take it before looking at what may change."""
        return self._event

    def notify(self) -> None:
        """Wake those who wait now."""
        event, self._event = self._event, asyncio.Event()
        event.set()
