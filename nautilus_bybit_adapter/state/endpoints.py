"""Which of several hosts to ask.

Nothing here waits or reads a clock; `now` is monotonic seconds.

Source: Bybit V5 "Integration Guidance".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.state.breaker import BreakerPolicy, BreakerState, CircuitBreaker

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One host of the venue with the sockets that belong to it.

    Parameters
    ----------
    name : str
        What to call it, such as `api.bybit.com`.
    rest : str
        Address of the REST interface.
    ws_public, ws_private, ws_trade : str or None
        Addresses of the sockets; the public one without a category. `None` where there is none.
    """

    name: str
    rest: str
    ws_public: str | None = None
    ws_private: str | None = None
    ws_trade: str | None = None


class Host:
    """An endpoint and how it fares.

    Attributes
    ----------
    endpoint : Endpoint
        Its addresses.
    breaker : CircuitBreaker
        Whether it is worth asking.
    """

    __slots__ = ("_bans", "breaker", "endpoint")

    def __init__(self, endpoint: Endpoint, breaker: CircuitBreaker, bans: dict[str, float]) -> None:
        self.endpoint = endpoint
        self.breaker = breaker
        self._bans = bans

    @property
    def banned_until(self) -> float:
        """Until when it must not be asked at all."""
        return self._bans.get(self.endpoint.rest, 0.0)

    def ban(self, until: float) -> None:
        """Let nobody ask it before `until`."""
        self._bans[self.endpoint.rest] = until

    def is_usable(self, now: float) -> bool:
        """Return whether requests pass."""
        return self.breaker.is_closed and (not self._bans or now >= self.banned_until)

    def ready_at(self, now: float) -> float:
        """Return when the next request passes."""
        is_open = self.breaker.state(now) is not BreakerState.CLOSED
        return max(now, self.banned_until, self.breaker.retry_at if is_open else now)


class EndpointChoice:
    """The hosts of an environment, of which one is in use until it fails.

    Parameters
    ----------
    endpoints : sequence of Endpoint
        The hosts; the first is used first.
    policy : BreakerPolicy or None
        When a host counts as failed.
    bans : dict of str to float or None
        Until when a host must not be asked, by its REST address; several clients may share it.
    breakers : dict of (str, BreakerPolicy) to CircuitBreaker or None
        The breakers of hosts by the same addresses and by their policy, to which those of new hosts are added.
        Several clients may share it: those of one policy share their breakers, and a client of another policy has
        breakers that keep to its own.

    Attributes
    ----------
    current : Host
        The host in use.
    switch_count : int
        How often another was chosen.
    """

    def __init__(
        self,
        endpoints: Sequence[Endpoint],
        policy: BreakerPolicy | None = None,
        bans: dict[str, float] | None = None,
        breakers: dict[tuple[str, BreakerPolicy], CircuitBreaker] | None = None,
    ) -> None:
        if not endpoints:
            raise BybitConfigError("There must be at least one endpoint.")
        known, shared = {} if bans is None else bans, {} if breakers is None else breakers
        kept = policy or BreakerPolicy()
        self.hosts = tuple(
            Host(endpoint, shared.setdefault((endpoint.rest, kept), CircuitBreaker(kept)), known)
            for endpoint in endpoints
        )
        self.current = self.hosts[0]
        self.switch_count = 0

    def on_broken(self, host: Host, now: float) -> bool:
        """Leave a host whose breaker opened or that cannot be reached; return whether another is in use.

        Without another one that is fit, the host stays in use. An IP address is banned on all hosts, so a
        ban is no reason to leave.
        """
        if host is not self.current:
            return False
        following = next((each for each in self._others() if each.is_usable(now)), None)
        return following is not None and self._use(following)

    def choose(self, now: float) -> Host:
        """Return the host to ask: the one in use, unless it is broken and another can be asked sooner."""
        current = self.current
        if current.breaker.state(now) is not BreakerState.CLOSED and now >= current.banned_until:
            soonest = min((current, *self._others()), key=lambda host: host.ready_at(now))
            self._use(soonest)
        return self.current

    def switch_to(self, name: str | None = None) -> bool:
        """Use a host by its name, or the next one; return whether that is another than before.

        Raises
        ------
        BybitConfigError
            If no host has the name.
        """
        if name is None:
            return self._use(next(iter(self._others()), self.current))
        for host in self.hosts:
            if host.endpoint.name == name:
                return self._use(host)
        known = ", ".join(host.endpoint.name for host in self.hosts)
        raise BybitConfigError(f"The endpoint must be one of {known}; it is {name!r}.")

    def _others(self) -> list[Host]:
        """Return the other hosts, in their order from the one in use."""
        at = self.hosts.index(self.current)
        return [*self.hosts[at + 1 :], *self.hosts[:at]]

    def _use(self, host: Host) -> bool:
        if host is self.current:
            return False
        self.current = host
        self.switch_count += 1
        return True
