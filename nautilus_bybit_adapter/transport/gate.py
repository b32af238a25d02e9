"""The rate limits, as something to wait for.

Source: Bybit V5 "Rate Limit Rules".
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from nautilus_bybit_adapter.errors import (
    BybitError,
    BybitRateLimitError,
    BybitStatusError,
    BybitTransportError,
    Outcome,
)
from nautilus_bybit_adapter.state.limiter import RateLimiter
from nautilus_bybit_adapter.state.metrics import Waits
from nautilus_bybit_adapter.transport.signal import Signal
from nautilus_bybit_adapter.wire.rate_headers import read_rate_headers, read_reset_ms

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nautilus_bybit_adapter.state.breaker import BreakerPolicy, CircuitBreaker
    from nautilus_bybit_adapter.state.limiter import Demand, RateLimits, WindowUse
    from nautilus_bybit_adapter.state.rate_window import RateWindow

# After a refusal for the rate that does not say when to come back, in seconds; and the longest wait believed.
_UNTOLD_WAIT_SECS = 0.25
_LONGEST_WAIT_SECS = 60.0


class RateGate:
    """Lets requests through as the limits allow: cancels first, then orders, then all else.

    One gate serves a program's REST clients and trade sockets, on one event loop.

    Parameters
    ----------
    limits : RateLimits or None
        The limits.
    address : RateWindow or None
        The window of the IP address, where several gates share it.
    monotonic : callable
        Monotonic time in seconds.

    Attributes
    ----------
    waits : Waits
        Time spent waiting so far.
    bans : dict of str to float
        Until when a host must not be asked (monotonic seconds), by its REST address: what one client is
        told holds for all.
    breakers : dict of (str, BreakerPolicy) to CircuitBreaker
        The breakers of hosts, by the same addresses and by their policy: what one client finds out holds for all
        that open their breakers as it does.
    hosts_changed : Signal
        Given when a host was left, banned or found to answer again.
    """

    def __init__(
        self,
        limits: RateLimits | None = None,
        address: RateWindow | None = None,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.waits = Waits()
        self.bans: dict[str, float] = {}
        self.breakers: dict[tuple[str, BreakerPolicy], CircuitBreaker] = {}
        self.hosts_changed = Signal()
        self._limiter = RateLimiter(limits, address)
        self._monotonic = monotonic
        self._waiters: dict[int, asyncio.Future[None]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._armed_for: float | None = None

    @property
    def waiting_count(self) -> int:
        """Requests that wait."""
        return self._limiter.waiting_count

    def use(self) -> dict[str, WindowUse]:
        """Return the windows as they stand, by name."""
        return self._limiter.use(self._monotonic())

    @property
    def limits(self) -> RateLimits:
        """The limits that are kept."""
        return self._limiter.limits

    def set_limits(self, limits: RateLimits) -> None:
        """Keep other limits from now on."""
        self._limiter.set_limits(limits)
        self._wake()

    def largest(self, path: str, category: str) -> int:
        """Return how many orders one request of a path may carry at most."""
        return self._limiter.largest(path, category)

    async def enter(self, demand: Demand, deadline: float) -> int:
        """Return a ticket when the request may be sent; does not yield where there is room at once.

        Each ticket must be given to `settle`, `give_up` or `give_back`.

        Parameters
        ----------
        demand : Demand
            What the request needs.
        deadline : float
            Monotonic seconds until which to wait.

        Raises
        ------
        BybitRateLimitError
            If there is no room before the deadline.
        BybitConfigError
            If the request carries more orders than can ever pass at once.
        """
        now = self._monotonic()
        ticket, may_go = self._limiter.enter(demand, now)
        if not may_go:
            await self._wait(ticket, demand, now, deadline)
        return ticket

    def settle(self, ticket: int) -> None:
        """Note that a request was answered."""
        self._limiter.settle(ticket, self._monotonic())
        self._wake()

    def give_up(self, ticket: int) -> None:
        """Note that a request was sent and will have no answer; it may reach the venue yet."""
        self._limiter.give_up(ticket)

    def release(self, ticket: int, failure: BaseException) -> None:
        """Note how a request failed."""
        if not isinstance(failure, BybitTransportError):
            # An answer that says no, or cannot be read, is one; a cancelled call has none.
            (self.settle if isinstance(failure, BybitError) else self.give_up)(ticket)
        elif isinstance(failure, BybitStatusError):
            self.settle(ticket)
        elif failure.outcome is Outcome.NOT_SENT:
            self.give_back(ticket)
        else:
            self.give_up(ticket)

    def give_back(self, ticket: int) -> None:
        """Note that a request was not sent after all."""
        self._limiter.give_back(ticket)
        self._wake()

    def on_answer(self, demand: Demand, headers: Mapping[str, str]) -> None:
        """Take over what an answer's headers say about the path's limit."""
        told = read_rate_headers(headers)
        if told is not None:
            self._limiter.on_answer(demand, self._monotonic(), told.limit, told.remaining)

    def on_refused(self, demand: Demand, headers: Mapping[str, str], server_time_ms: int) -> None:
        """Keep a path shut that the venue refused for its rate (10006), until the time its answer names."""
        reset_ms = read_reset_ms(headers)
        secs = (reset_ms - server_time_ms) / 1000 if reset_ms is not None else 0.0
        secs = min(secs if secs > 0 else _UNTOLD_WAIT_SECS, _LONGEST_WAIT_SECS)
        self._limiter.on_refused(demand, self._monotonic() + secs)

    async def _wait(self, ticket: int, demand: Demand, since: float, deadline: float) -> None:
        future = asyncio.get_running_loop().create_future()
        self._waiters[ticket] = future
        # Those that wait may be waiting for other limits than this one.
        self._wake()
        if future.done():
            return
        try:
            async with asyncio.timeout(deadline - since):
                await future
        except BaseException as exc:
            # It may have been let through in the very turn that ended the wait; it is not sent all the same.
            self._waiters.pop(ticket, None)
            self.give_back(ticket)
            self._note(since, is_given_up=True)
            if isinstance(exc, TimeoutError):
                raise BybitRateLimitError(
                    f"{demand.path} waited {deadline - since:.3g} s for the rate limit, and was not sent."
                ) from None
            raise
        self._note(since, is_given_up=False)

    def _note(self, since: float, *, is_given_up: bool) -> None:
        self.waits = self.waits.plus(self._monotonic() - since, is_given_up=is_given_up)

    def _wake(self) -> None:
        if not self._waiters:
            return
        now = self._monotonic()
        for ticket in self._limiter.poll(now):
            waiter = self._waiters.pop(ticket, None)
            if waiter is not None and not waiter.done():
                waiter.set_result(None)
        self._arm(now)

    def _arm(self, now: float) -> None:
        at = self._limiter.next_at(now)
        if at == self._armed_for:
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._armed_for = at
        if at is not None:
            self._timer = asyncio.get_running_loop().call_later(at - now, self._on_timer)

    def _on_timer(self) -> None:
        self._armed_for = None
        self._wake()
