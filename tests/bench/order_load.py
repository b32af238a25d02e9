"""The requests of the venue's load: orders far from the market, each cancelled after others were placed."""

from __future__ import annotations

from typing import Any

ORDERS_PER_S = 500
RESTING = 25


class OrderLoad:
    """Requests of the trade socket, a create and a cancel in turn.

    Parameters
    ----------
    orders : mapping of str to dict
        `price` and `qty` of an order of each symbol.
    """

    def __init__(self, orders: dict[str, dict[str, str]]) -> None:
        self._orders = orders
        self._symbols = list(orders)
        self._sent = 0
        self._placed = 0
        self._cancelled = 0

    def next(self, now_ms: int) -> dict[str, Any]:
        """Return the next request, stamped with the present time."""
        self._sent += 1
        places = self._placed - self._cancelled < RESTING or self._sent % 2
        number = self._placed if places else self._cancelled
        symbol = self._symbols[number % len(self._symbols)]
        args: dict[str, Any] = {"category": "linear", "symbol": symbol, "orderLinkId": f"bench-{number}"}
        if places:
            self._placed += 1
            args |= {"side": "Buy", "orderType": "Limit", **self._orders[symbol]}
        else:
            self._cancelled += 1
        return {
            "reqId": str(self._sent),
            "header": {"X-BAPI-TIMESTAMP": str(now_ms)},
            "op": "order.create" if places else "order.cancel",
            "args": [args],
        }
