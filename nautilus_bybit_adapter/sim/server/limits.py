"""Rolling windows: of each private path, and of all requests of one address.

Source: Bybit V5 Rate Limit.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from nautilus_bybit_adapter.sim.exchange.errors import VenueError

from .rates import rate_of


@dataclass(frozen=True, slots=True)
class Quota:
    """State of a window after a request, as its response headers tell it."""

    limit: int
    remaining: int
    reset_ms: int
    granted: int

    def require(self) -> None:
        """Raise 10006 when nothing was granted."""
        if not self.granted:
            raise too_many()

    def headers(self) -> dict[str, str]:
        """Response headers."""
        return {
            "X-Bapi-Limit": str(self.limit),
            "X-Bapi-Limit-Status": str(self.remaining),
            "X-Bapi-Limit-Reset-Timestamp": str(self.reset_ms),
        }


class RateWindows:
    """Windows of one account, shared by REST and the trade socket.

    Parameters
    ----------
    enforced : bool
        Whether requests beyond the limit are refused; the headers are sent either way.
    """

    def __init__(self, *, enforced: bool) -> None:
        self._enforced = enforced
        self._used: dict[tuple[str, str], deque[int]] = {}

    def take(self, path: str, category: str, now_ms: int, units: int = 1) -> Quota:
        """Use up to `units` of the window of `path`; `granted` says how many there were."""
        rate = rate_of(path)
        limit = rate.limit(category)
        used = self._used.setdefault(rate.window(path, category), deque())
        while used and used[0] <= now_ms - rate.window_ms:
            used.popleft()
        granted = min(units, max(0, limit - len(used))) if self._enforced else units
        used.extend([now_ms] * min(granted, max(0, limit - len(used))))
        exceeded = granted < units and used
        reset_ms = used[0] + rate.window_ms if exceeded else now_ms
        return Quota(limit, max(0, limit - len(used)), reset_ms, granted)


class AddressLimit:
    """Requests per window of each network address; who exceeds it is shut out for a while.

    Parameters
    ----------
    limit : int
        Requests per window, 0 for any number.
    window_ms : int
        Length of the window, ms.
    ban_ms : int
        How long everything is refused after a breach, ms.
    """

    def __init__(self, limit: int = 600, window_ms: int = 5000, ban_ms: int = 600_000) -> None:
        self._limit, self._window_ms, self._ban_ms = limit, window_ms, ban_ms
        self._used: dict[str, deque[int]] = {}
        self._banned_until: dict[str, int] = {}

    def allows(self, address: str, now_ms: int) -> bool:
        """Count a request and say whether it may pass."""
        if not self._limit:
            return True
        if now_ms < self._banned_until.get(address, 0):
            return False
        used = self._used.setdefault(address, deque())
        while used and used[0] <= now_ms - self._window_ms:
            used.popleft()
        if len(used) >= self._limit:
            self._banned_until[address] = now_ms + self._ban_ms
            return False
        used.append(now_ms)
        return True


@dataclass(slots=True)
class AddressLimits:
    """Limits of each network address: HTTP requests, new sockets, requests of trade sockets."""

    requests: AddressLimit = field(default_factory=AddressLimit)
    sockets: AddressLimit = field(default_factory=lambda: AddressLimit(500, 300_000, 0))
    orders: AddressLimit = field(default_factory=lambda: AddressLimit(3000, 1000, 0))


def too_many() -> VenueError:
    """Return the error of a request beyond the limit."""
    return VenueError(10006, "Too many visits. Exceeded the API Rate Limit.")
