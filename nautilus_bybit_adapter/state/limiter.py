"""Who may send now, who waits, and for how long.

One limiter serves a program's REST clients and trade sockets together. Nothing here waits or reads a clock;
`now` is monotonic seconds.

Source: Bybit V5 "Rate Limit Rules".
"""

from __future__ import annotations

import heapq
import itertools
import sys
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

from nautilus_bybit_adapter.constants import IP_LIMIT_REQUESTS, IP_LIMIT_SECS, MAX_BATCH_ORDERS
from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.state.rate_table import RATE_TABLE, PathRate, rate_of
from nautilus_bybit_adapter.state.rate_window import RateWindow
from nautilus_bybit_adapter.state.waiting_lines import WaitingLines

if TYPE_CHECKING:
    from collections.abc import Mapping


class Purpose(IntEnum):
    """What a request is for; where requests wait, the lower number goes first.

    Attributes
    ----------
    CANCEL
        Cancels orders.
    ORDER
        Creates or amends orders.
    READ
        All else: reads, reconciliation and settings.
    """

    CANCEL = 0
    ORDER = 1
    READ = 2


_PURPOSES = {
    "/v5/order/create": Purpose.ORDER,
    "/v5/order/amend": Purpose.ORDER,
    "/v5/order/create-batch": Purpose.ORDER,
    "/v5/order/amend-batch": Purpose.ORDER,
    "/v5/order/cancel": Purpose.CANCEL,
    "/v5/order/cancel-all": Purpose.CANCEL,
    "/v5/order/cancel-batch": Purpose.CANCEL,
}


def purpose_of(path: str) -> Purpose:
    """Return what a path is for."""
    return _PURPOSES.get(path, Purpose.READ)


class Demand(NamedTuple):
    """What a request needs.

    Attributes
    ----------
    path : str
        Such as `/v5/order/create`; a trade socket's request has the path of its REST sister.
    category : str
        `spot`, `linear`, `inverse`, `option`, or `""` where the path knows none.
    orders : int
        Orders it carries.
    is_private : bool
        Whether the account's windows count it.
    is_rest : bool
        Whether the window of the IP address counts it.
    account : str
        Whose windows count it, where several accounts use one limiter.
    """

    path: str
    category: str = ""
    orders: int = 1
    is_private: bool = True
    is_rest: bool = True
    account: str = ""

    @property
    def units(self) -> int:
        """Units of the path's window: one per order, but one per request where the venue counts options."""
        return 1 if self.category == "option" else self.orders


@dataclass(frozen=True, slots=True)
class RateLimits:
    """Limits of an account and of this program.

    Parameters
    ----------
    orders_per_second : int
        Orders an account creates and amends per second, this program's own limit; 0 for none.
    requests_per_second : int
        Requests per second in all, this program's own limit; 0 for none.
    table : Mapping of str to PathRate
        The venue's limits by path.
    are_venues_kept : bool
        Whether the venue's limits are kept too; without them a venue that enforces them refuses requests.
    """

    orders_per_second: int = 10
    requests_per_second: int = 20
    table: Mapping[str, PathRate] = field(default_factory=lambda: RATE_TABLE, repr=False)
    are_venues_kept: bool = True

    def __post_init__(self) -> None:
        for name in ("orders_per_second", "requests_per_second"):
            if getattr(self, name) < 0:
                raise BybitConfigError(f"max_{name} must not be negative; it is {getattr(self, name)}.")


NO_LIMITS = RateLimits(0, 0, are_venues_kept=False)

# The windows a request takes units of, and how many of each.
type Needs = tuple[tuple[RateWindow, int], ...]

# One sequence for all limiters, since they share the window of the IP address.
_tickets = itertools.count(1)


class WindowUse(NamedTuple):
    """A window as it stands: units in use, and how many there are."""

    used: int
    limit: int


def ip_window() -> RateWindow:
    """Return the window of an IP address, which all of a process's REST clients share."""
    return RateWindow(IP_LIMIT_REQUESTS, IP_LIMIT_SECS)


class RateLimiter:
    """The windows of accounts, and the queue in front of them.

    A request that finds no room waits; waiting ones go by `Purpose`, then in their order. One that is first of its
    kind and waits for a window keeps those behind it out of that window, and of no other.

    Parameters
    ----------
    limits : RateLimits or None
        The limits.
    address : RateWindow or None
        The window of the IP address, where it is shared.
    """

    def __init__(self, limits: RateLimits | None = None, address: RateWindow | None = None) -> None:
        self.limits = limits or RateLimits()
        self._address = address or ip_window()
        # Windows without a limit are kept too, so that one may be set later.
        self._requests = RateWindow(self.limits.requests_per_second)
        self._orders: dict[str, RateWindow] = {}
        self._paths: dict[tuple[str, str, str], RateWindow] = {}
        # Where the venue refused a request for its rate: the path is shut for a time, whoever counts it.
        self._refusals: dict[tuple[str, str, str], RateWindow] = {}
        self._known_needs: dict[Demand, Needs] = {}
        self._held: dict[int, Needs] = {}
        self._waiting = tuple(WaitingLines() for _ in Purpose)

    @property
    def waiting_count(self) -> int:
        """Requests that wait."""
        return sum(map(len, self._waiting))

    def largest(self, path: str, category: str) -> int:
        """Return how many orders one request of a path may carry by the limits."""
        # What a window counts by orders gives more for two than for one.
        one, two = self._needs(Demand(path, category)), self._needs(Demand(path, category, 2))
        limits = [window.limit for (window, few), (_, many) in zip(one, two, strict=True) if many > few]
        return min(limits, default=MAX_BATCH_ORDERS.get(category, 1))

    def enter(self, demand: Demand, now: float) -> tuple[int, bool]:
        """Return a ticket for a request, and whether it may be sent now; else it waits for `poll` to name it.

        Raises
        ------
        BybitConfigError
            If it carries more orders than a window holds, so that it could never be sent.
        """
        needs = self._needs(demand)
        for window, units in needs:
            if units > window.limit:
                raise BybitConfigError(
                    f"{demand.path} carries {demand.orders} orders, and the rate limits let {window.limit} pass "
                    "at once: send fewer at a time."
                )
        ticket = next(_tickets)
        if not self.waiting_count and all(window.has_room(now, units) for window, units in needs):
            self._take(ticket, needs, now)
            return ticket, True
        self._waiting[purpose_of(demand.path)].add(ticket, demand)
        return ticket, False

    def poll(self, now: float) -> tuple[int, ...]:
        """Return the tickets that may be sent now."""
        full: set[int] = set()
        granted: list[int] = []
        for lines in self._waiting:
            turn = lines.firsts()
            while turn:
                ticket, demand = heapq.heappop(turn)
                needs = self._needs(demand)
                lacking = [
                    window for window, units in needs if id(window) in full or not window.has_room(now, units)
                ]
                if not lacking:
                    self._take(ticket, needs, now)
                    granted.append(ticket)
                    if (behind := lines.leave(ticket)) is not None:
                        heapq.heappush(turn, behind)
                    continue
                full.update(map(id, lacking))
                if id(self._requests) in full:
                    return tuple(granted)
        return tuple(granted)

    def next_at(self, now: float) -> float | None:
        """Return when to poll again; `None` while nobody waits."""
        full: set[int] = set()
        times: list[float] = []
        # As `poll` goes, since whoever it would not let through is no reason to look.
        for _, demand in (first for lines in self._waiting for first in lines.firsts()):
            needs = self._needs(demand)
            # One that waits behind another for a window comes after it.
            if full.isdisjoint(id(window) for window, _ in needs):
                times.append(max(window.ready_at(now, units) for window, units in needs))
            full.update(id(window) for window, units in needs if not window.has_room(now, units))
            if id(self._requests) in full:
                break
        return min(times, default=None)

    def settle(self, ticket: int, now: float) -> None:
        """Note that a request was answered."""
        for window, _ in self._held.pop(ticket, ()):
            window.settle(ticket, now)

    def give_up(self, ticket: int) -> None:
        """Note that a request was sent and will have no answer; it may reach the venue yet."""
        self._held.pop(ticket, None)

    def give_back(self, ticket: int) -> None:
        """Note that a request was not sent after all, whether it waited or not."""
        for lines in self._waiting:
            lines.leave(ticket)
        for window, _ in self._held.pop(ticket, ()):
            window.give_back(ticket)

    def on_answer(self, demand: Demand, now: float, limit: int, remaining: int) -> None:
        """Take over what an answer's headers say of the path's window: its limit, and what is left of it."""
        if limit < 1 or not demand.is_private:
            return
        rate = rate_of(demand.path, self.limits.table)
        window = self._path_window(demand)
        if limit < window.limit or (rate.is_upgradable and limit > window.limit):
            window.limit = limit
        window.observe(now, limit, remaining)

    def on_refused(self, demand: Demand, until: float) -> None:
        """Keep a path shut until `until`: the venue refused a request of it for its rate."""
        key = self._key(demand)
        if key not in self._refusals:
            self._refusals[key] = RateWindow(sys.maxsize)
            self._known_needs.clear()
        self._refusals[key].block_until(until)

    def use(self, now: float) -> dict[str, WindowUse]:
        """Return the windows that were used, by name."""
        named = [
            ("requests", self._requests),
            ("address", self._address),
            *((f"orders {account}", window) for account, window in self._orders.items()),
            *((" ".join(filter(None, key)), window) for key, window in self._paths.items()),
        ]
        return {name.rstrip(): WindowUse(window.used(now), window.limit) for name, window in named}

    def set_limits(self, limits: RateLimits) -> None:
        """Keep other limits from now on; what is in use stays in use."""
        self.limits = limits
        self._known_needs.clear()
        self._requests.limit = limits.requests_per_second
        for window in self._orders.values():
            window.limit = limits.orders_per_second
        for (path, kind, _), window in self._paths.items():
            window.limit = rate_of(path, limits.table).limit(kind)

    def _needs(self, demand: Demand) -> Needs:
        needs = self._known_needs.get(demand)
        if needs is None:
            needs = self._known_needs[demand] = self._work_out_needs(demand)
        return needs

    def _work_out_needs(self, demand: Demand) -> Needs:
        needs: list[tuple[RateWindow, int]] = []
        if self.limits.requests_per_second:
            needs.append((self._requests, 1))
        if self.limits.orders_per_second and purpose_of(demand.path) is Purpose.ORDER:
            needs.append((self._order_window(demand.account), demand.orders))
        if self._refusals and (refusal := self._refusals.get(self._key(demand))) is not None:
            needs.append((refusal, 1))
        if not self.limits.are_venues_kept:
            return tuple(needs)
        if demand.is_private:
            needs.append((self._path_window(demand), demand.units))
        if demand.is_rest:
            needs.append((self._address, 1))
        return tuple(needs)

    def _order_window(self, account: str) -> RateWindow:
        window = self._orders.get(account)
        if window is None:
            window = self._orders[account] = RateWindow(self.limits.orders_per_second)
        return window

    def _key(self, demand: Demand) -> tuple[str, str, str]:
        return demand.path, rate_of(demand.path, self.limits.table).kind(demand.category), demand.account

    def _path_window(self, demand: Demand) -> RateWindow:
        key = self._key(demand)
        window = self._paths.get(key)
        if window is None:
            rate = rate_of(demand.path, self.limits.table)
            window = self._paths[key] = RateWindow(rate.limit(demand.category), rate.window_secs)
        return window

    def _take(self, ticket: int, needs: Needs, now: float) -> None:
        for window, units in needs:
            window.take(ticket, now, units)
        self._held[ticket] = needs
