"""Values that are asked for once however many want them, and asked for again in the background when they age."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, NamedTuple

from nautilus_bybit_adapter.errors import BybitError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

# A value older than this many lifetimes is not handed out while a newer one can be had.
_OLDEST_LIFETIMES = 2.0
_LONGEST_PAUSE_SECS = 30.0


class _Kept[V](NamedTuple):
    value: V
    read_at: float


class RefreshingCache[K, V]:
    """Values by key, each from one request at a time.

    A value is handed out as it is within its lifetime. One that is older, though not twice as old, is handed out
    as well, and a refresh begins beside it; one older still is waited for. A refresh that fails is reported, keeps
    the old value, and is not tried again for half a minute or a lifetime, whichever is shorter.

    Parameters
    ----------
    load : callable
        Reads the value of a key.
    lifetime_secs : float
        How long a value counts as fresh, in seconds.
    report : callable
        Takes a sentence on a refresh that failed.
    now : callable
        Seconds of a clock that never goes back.

    Attributes
    ----------
    failures : int
        Loads that failed so far.
    """

    def __init__(
        self,
        load: Callable[[K], Awaitable[V]],
        lifetime_secs: float,
        report: Callable[[str], object],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        if not lifetime_secs > 0:
            raise ValueError(f"lifetime_secs must be above 0; it is {lifetime_secs}")
        self._load = load
        self._lifetime_secs = lifetime_secs
        self._report = report
        self._now = now
        self._kept: dict[K, _Kept[V]] = {}
        self._loads: dict[K, asyncio.Task[V]] = {}
        self._not_before: dict[K, float] = {}
        self.failures = 0

    async def get(self, key: K) -> V:
        """Return the value of a key.

        Raises
        ------
        BybitError
            If there is no value yet and it cannot be read.
        """
        kept = self._kept.get(key)
        now = self._now()
        if kept is None:
            return await asyncio.shield(self._begin(key))
        age_secs = now - kept.read_at
        if age_secs < self._lifetime_secs or now < self._not_before.get(key, now):
            return kept.value
        load = self._begin(key)
        if age_secs < _OLDEST_LIFETIMES * self._lifetime_secs:
            return kept.value
        try:
            return await asyncio.shield(load)
        except BybitError:
            return kept.value

    def peek(self, key: K) -> V | None:
        """Return what is kept of a key, however old, without asking."""
        kept = self._kept.get(key)
        return None if kept is None else kept.value

    def forget(self, key: K) -> None:
        """Drop the value of a key; what is on its way is handed to those who wait for it, and not kept."""
        self._kept.pop(key, None)
        self._loads.pop(key, None)
        self._not_before.pop(key, None)

    async def close(self) -> None:
        """Give up what is on its way; those who wait for it are cancelled. Values stay."""
        loads = list(self._loads.values())
        self._loads.clear()
        for load in loads:
            load.cancel()
            with contextlib.suppress(asyncio.CancelledError, BybitError):
                await load

    def _begin(self, key: K) -> asyncio.Task[V]:
        load = self._loads.get(key)
        if load is None:
            load = self._loads[key] = asyncio.ensure_future(self._read(key))
            load.add_done_callback(lambda done: self._on_done(key, done))
        return load

    async def _read(self, key: K) -> V:
        return await self._load(key)

    def _on_done(self, key: K, load: asyncio.Task[V]) -> None:
        is_current = self._loads.get(key) is load
        if is_current:
            del self._loads[key]
        if load.cancelled():
            return
        failure = load.exception()
        if failure is None:
            if is_current:
                self._kept[key] = _Kept(load.result(), self._now())
                self._not_before.pop(key, None)
            return
        self.failures += 1
        if is_current and key in self._kept:
            self._not_before[key] = self._now() + min(self._lifetime_secs, _LONGEST_PAUSE_SECS)
            self._report(f"A refresh of {key} failed, and the value read before is kept: {failure}")
