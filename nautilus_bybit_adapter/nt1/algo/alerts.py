"""Time alerts that fire on the thread that set them up.

The framework's live clock calls back from a thread of its own, next to whatever the event loop is doing then;
its backtest clock calls back in line. Code that changes state wants one thread, in both.
"""

from __future__ import annotations

import asyncio
import itertools
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from nautilus_trader.common.component import Clock


class Alerts:
    """At most one pending alert per key.

    Create it on the thread, and in live trading inside the event loop, on which the callbacks shall run.

    Parameters
    ----------
    clock : Clock
    prefix : str
        Start of the alerts' names on the clock.

    """

    def __init__(self, clock: Clock, prefix: str) -> None:
        self._clock = clock
        self._prefix = prefix
        self._numbers = itertools.count(1)
        self._pending: dict[str, tuple[int, str]] = {}
        self._thread = threading.get_ident()
        try:
            self._loop: asyncio.AbstractEventLoop | None = asyncio.get_running_loop()
        except RuntimeError:
            self._loop = None

    def set(self, key: str, at_ns: int, callback: Callable[[], None]) -> None:
        """Call back at a time (UNIX nanoseconds), in place of any other alert of this key."""
        if key in self._pending and self._pending[key][0] == at_ns:
            return
        self.cancel(key)
        # A name that has just fired may still be taken on the live clock: each is used once.
        name = f"{self._prefix}:{key}:{next(self._numbers)}"
        self._pending[key] = (at_ns, name)

        def fire() -> None:
            if self._pending.get(key) == (at_ns, name):
                del self._pending[key]
                callback()

        self._clock.set_time_alert_ns(name, at_ns, lambda _event: self._hop(fire))

    def is_pending(self, key: str) -> bool:
        """Whether there is an alert of a key."""
        return key in self._pending

    def cancel(self, key: str) -> None:
        """Forget the alert of a key, if there is one."""
        pending = self._pending.pop(key, None)
        if pending is not None and pending[1] in self._clock.timer_names:
            self._clock.cancel_timer(pending[1])

    def cancel_all(self) -> None:
        """Forget every alert."""
        for key in list(self._pending):
            self.cancel(key)

    def _hop(self, fire: Callable[[], Any]) -> None:
        if self._loop is None or threading.get_ident() == self._thread:
            fire()
        elif not self._loop.is_closed():
            self._loop.call_soon_threadsafe(fire)
