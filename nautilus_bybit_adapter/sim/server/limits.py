"""Rolling one-second windows of the private endpoints.

Source: Bybit V5 Rate Limit; the default figures of an account without a tier.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from nautilus_bybit_adapter.sim.exchange.errors import VenueError
from nautilus_bybit_adapter.sim.exchange.instruments import SPOT

WINDOW_MS = 1000
# Requests per second on derivatives and on spot, by path.
_PER_PATH: dict[str, tuple[int, int]] = {
    "/v5/order/create": (10, 20),
    "/v5/order/amend": (10, 10),
    "/v5/order/cancel": (10, 20),
    "/v5/order/cancel-all": (10, 20),
    "/v5/order/create-batch": (10, 20),
    "/v5/order/amend-batch": (10, 20),
    "/v5/order/cancel-batch": (10, 20),
    "/v5/position/set-leverage": (10, 10),
    "/v5/account/fee-rate": (5, 5),
    "/v5/user/query-api": (10, 10),
}
_DEFAULT = (50, 50)


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
        self._used: dict[tuple[str, bool], deque[int]] = {}

    def take(self, path: str, category: str, now_ms: int, units: int = 1) -> Quota:
        """Use up to `units` of the window of `path`; `granted` says how many there were."""
        spot = category == SPOT
        limit = _PER_PATH.get(path, _DEFAULT)[spot]
        used = self._used.setdefault((path, spot), deque())
        while used and used[0] <= now_ms - WINDOW_MS:
            used.popleft()
        granted = min(units, max(0, limit - len(used))) if self._enforced else units
        used.extend([now_ms] * min(granted, max(0, limit - len(used))))
        exceeded = granted < units and used
        return Quota(limit, max(0, limit - len(used)), used[0] + WINDOW_MS if exceeded else now_ms, granted)


def too_many() -> VenueError:
    """Return the error of a request beyond the limit."""
    return VenueError(10006, "Too many visits. Exceeded the API Rate Limit.")
