"""Which host a request goes to, and whether it goes at all.

Source: Bybit V5 "Integration Guidance" and "Rate Limit Rules".
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from nautilus_bybit_adapter.constants import IP_BAN_SECS
from nautilus_bybit_adapter.errors import BybitRateLimitError, BybitUnavailableError
from nautilus_bybit_adapter.state.breaker import Admission, BreakerState
from nautilus_bybit_adapter.state.metrics import HostMetrics
from nautilus_bybit_adapter.transport.signal import Signal

if TYPE_CHECKING:
    from collections.abc import Callable

    from nautilus_bybit_adapter.state.endpoints import Endpoint, EndpointChoice, Host
    from nautilus_bybit_adapter.state.limiter import Purpose
    from nautilus_bybit_adapter.transport.options import Log


class Passage(NamedTuple):
    """A request's way: the host it goes to, and whether its answer decides about the host."""

    host: Host
    is_probe: bool


class HostGate:
    """Sends requests to the host in use, past its breaker, and leaves a host that fails.

    Parameters
    ----------
    choice : EndpointChoice
        The hosts.
    logger : Log
        Where to report.
    ban_secs : float
        How long a host that answered HTTP 403 is left alone, in seconds.
    changes : Signal or None
        Tells of changes of the hosts, where several clients share them.
    monotonic : callable
        Monotonic time in seconds.
    """

    def __init__(
        self,
        choice: EndpointChoice,
        logger: Log,
        *,
        ban_secs: float = IP_BAN_SECS,
        changes: Signal | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._choice = choice
        self._journal = logger
        self._ban_secs = ban_secs
        self._monotonic = monotonic
        self._waiting: Counter[Purpose] = Counter()
        self._changes = changes or Signal()

    @property
    def endpoint(self) -> Endpoint:
        """The addresses in use."""
        return self._choice.current.endpoint

    @property
    def switch_count(self) -> int:
        """How often another host was chosen."""
        return self._choice.switch_count

    @property
    def is_probe_due(self) -> bool:
        """Whether the host's breaker is ready for a probe that nobody makes."""
        breaker = self._choice.current.breaker
        is_ready = breaker.state(self._monotonic()) is BreakerState.HALF_OPEN
        return is_ready and not breaker.is_probed and not self._waiting.total()

    @property
    def is_clear(self) -> bool:
        """Whether `ready` would let any request through at once."""
        return self._choice.current.is_usable(self._monotonic())

    async def ready(self, purpose: Purpose, deadline: float) -> None:
        """Wait until `admit` lets a request through; does not yield where it does so at once.

        Raises
        ------
        BybitUnavailableError
            If the host's breaker is open: at once for orders, for all else if it stays so to the deadline.
        BybitRateLimitError
            If the host has banned this IP address beyond the deadline.
        """
        until = self._obstacle(purpose, deadline)
        if until is None:
            return
        self._waiting[purpose] += 1
        try:
            while until is not None:
                changed = self._changes.next_change
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(max(0.0, until - self._monotonic())):
                        await changed.wait()
                until = self._obstacle(purpose, deadline)
        finally:
            self._waiting[purpose] -= 1
            # Those behind it may be next.
            self._changes.notify()

    def admit(self, purpose: Purpose, deadline: float) -> Passage | None:
        """Let a request through, or return `None` if it has to wait again; raises as `ready` does.

        What is let through must be followed by one of the `on_` calls.
        """
        if self._obstacle(purpose, deadline) is not None:
            return None
        host = self._choice.current
        return Passage(host, host.breaker.admit(self._monotonic(), purpose) is Admission.PROBE)

    def on_answer(self, passage: Passage) -> None:
        """Take an answer that says nothing against the host."""
        host, is_probe = passage
        was_open = is_probe and host.breaker.state(self._monotonic()) is not BreakerState.CLOSED
        host.breaker.on_success(is_probe=is_probe)
        if was_open:
            self._journal.info(f"{host.endpoint.name} answers again.")
            self._changes.notify()

    def on_failure(self, passage: Passage, reason: str, *, is_unreachable: bool = False) -> None:
        """Take a failure; a host that cannot be reached at all is left at once if there is another."""
        host, is_probe = passage
        now = self._monotonic()
        if host.breaker.on_failure(now, is_probe=is_probe):
            wait = host.breaker.retry_at - now
            self._journal.error(f"{host.endpoint.name} is left alone for {wait:.3g} s: {reason}")
            is_unreachable = True
            self._changes.notify()
        if is_unreachable and self._choice.on_broken(host, now):
            self._journal.warning(f"Requests go to {self.endpoint.name} instead of {host.endpoint.name} now.")
            self._changes.notify()

    def on_banned(self, passage: Passage) -> None:
        """Take an HTTP 403: the host is left alone for a while."""
        host, is_probe = passage
        host.ban(self._monotonic() + self._ban_secs)
        host.breaker.on_abandoned(is_probe=is_probe)
        self._journal.error(
            f"{host.endpoint.name} has shut this IP address out (HTTP 403); it is left alone for "
            f"{self._ban_secs:.3g} s."
        )
        self._changes.notify()

    def on_abandoned(self, passage: Passage) -> None:
        """Take a request that ended without saying anything about the host."""
        passage.host.breaker.on_abandoned(is_probe=passage.is_probe)
        if passage.is_probe:
            self._changes.notify()

    def switch_to(self, name: str | None) -> bool:
        """Use a host by its name, or the next one; return whether that is another than before."""
        has_changed = self._choice.switch_to(name)
        if has_changed:
            self._journal.warning(f"Requests go to {self.endpoint.name} now, as asked.")
            self._changes.notify()
        return has_changed

    def metrics(self) -> tuple[HostMetrics, ...]:
        """Return how the hosts fare."""
        now = self._monotonic()
        return tuple(
            HostMetrics(
                name=host.endpoint.name,
                is_current=host is self._choice.current,
                breaker=host.breaker.state(now).value,
                failures=host.breaker.failures,
                opened_count=host.breaker.opened_count,
                retry_in_secs=host.ready_at(now) - now,
                is_banned=now < host.banned_until,
            )
            for host in self._choice.hosts
        )

    def _obstacle(self, purpose: Purpose, deadline: float) -> float | None:
        """Return until when to wait, `None` for no need to; raises where waiting is no use."""
        now = self._monotonic()
        if self._choice.current.is_usable(now):
            return None
        host = self._choice.choose(now)
        if now < host.banned_until:
            if host.banned_until < deadline:
                return host.banned_until
            raise _banned(host, now)
        admission = host.breaker.look(now, purpose)
        if admission is Admission.SEND:
            return None
        until = max(host.breaker.retry_at, now) if not host.breaker.is_probed else deadline
        if admission is Admission.REFUSE or now >= deadline or until > deadline:
            raise _unavailable(host, now)
        if admission is Admission.PROBE:
            # The most urgent of those that wait makes the probe.
            more_urgent = any(count for each, count in self._waiting.items() if each < purpose)
            return deadline if more_urgent else None
        return until


def _banned(host: Host, now: float) -> BybitRateLimitError:
    wait = host.banned_until - now
    return BybitRateLimitError(
        f"{host.endpoint.name} has shut this IP address out (HTTP 403); nothing is sent there for another "
        f"{wait:.0f} s.",
        wait,
    )


def _unavailable(host: Host, now: float) -> BybitUnavailableError:
    wait = max(0.0, host.breaker.retry_at - now)
    return BybitUnavailableError(
        f"{host.endpoint.name} failed {host.breaker.failures} times in a row and is left alone for another "
        f"{wait:.0f} s; nothing was sent.",
        host.endpoint.name,
        wait,
    )
