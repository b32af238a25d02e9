"""Follows imagined passive orders at the touch through a recording: how long until they would have been filled.

Each joins the back of the queue at the best price of its side. Nobody ahead cancels; trades at the price eat the queue
and then the order; a trade through the price, or the other side's best price reaching it, fills it at once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from nautilus_bybit_adapter.warden.calibration.events import BookEvent
from nautilus_bybit_adapter.warden.features import FEATURES, feature_vector

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from nautilus_bybit_adapter.warden.calibration.events import Event
    from nautilus_bybit_adapter.warden.feature_state import FeatureState

LONGEST_MS = 10_000
PLACE_MS = 500
_MS_NS = 1_000_000


@dataclass(slots=True)
class _Order:
    row: int
    sign: int
    price: float
    ahead: float
    placed_ns: int


class Fills(NamedTuple):
    """What became of the orders, m of them.

    Parameters
    ----------
    times_ns : int64 array, shape (m,)
        When they were placed.
    features : float64 array, shape (m, f)
    fill_ms : float64 array, shape (m,)
        Until complete; infinite where not within 10 s.
    watched_ms : float64 array, shape (m,)
        How long the order was, or would have been, watched: 10 s, or less at the recording's end.

    """

    times_ns: NDArray[np.int64]
    features: NDArray[np.float64]
    fill_ms: NDArray[np.float64]
    watched_ms: NDArray[np.float64]


@dataclass(slots=True)
class PassiveOrders:
    """The orders of one market.

    Parameters
    ----------
    notional : float
        Size of each, quote units.

    """

    notional: float
    _live: list[_Order] = field(default_factory=list)
    _times: list[int] = field(default_factory=list)
    _features: list[list[float]] = field(default_factory=list)
    _fill_ms: list[float] = field(default_factory=list)
    _last_ns: int = 0

    def place(self, state: FeatureState, now_ns: int) -> None:
        """Place a buy and a sell, where the book has the features of both."""
        if state.mid is None:
            return
        quantity = state.quantity_of(self.notional, state.mid)
        for sign, own in ((1, state.bids), (-1, state.asks)):
            vector = feature_vector(state, sign, quantity, now_ns)
            if vector is None:
                continue
            price, size = own[0]
            self._live.append(_Order(len(self._times), sign, price, size + quantity, now_ns))
            self._times.append(now_ns)
            self._features.append(vector.values)
            self._fill_ms.append(math.inf)

    def on_event(self, event: Event) -> None:
        """Let an event reach the orders."""
        self._last_ns = event.received_ns
        kept = []
        for order in self._live:
            if event.received_ns - order.placed_ns > LONGEST_MS * _MS_NS:
                continue
            if _fills(order, event):
                self._fill_ms[order.row] = (event.received_ns - order.placed_ns) / _MS_NS
            else:
                kept.append(order)
        self._live = kept

    def fills(self) -> Fills:
        """Return what became of the orders until now."""
        times = np.array(self._times, dtype=np.int64)
        return Fills(
            times,
            np.array(self._features).reshape(-1, len(FEATURES)),
            np.array(self._fill_ms),
            np.minimum((self._last_ns - times) / _MS_NS, LONGEST_MS),
        )


def _fills(order: _Order, event: Event) -> bool:
    if isinstance(event, BookEvent):
        far = event.asks if order.sign > 0 else event.bids
        return bool(far) and order.sign * (far[0][0] - order.price) <= 0
    if event.is_buy is (order.sign > 0):
        return False
    beyond = order.sign * (order.price - event.price)
    if beyond == 0:
        order.ahead -= event.size
    return beyond > 0 or order.ahead <= 0
