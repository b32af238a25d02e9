"""One id for each fill: the venue may give both sides of a trade with oneself the same ``execId``."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Callable

REMEMBERED_FILLS = 100_000
# The framework's ids hold 36 characters, as many as a UUID: of a long ``execId`` the end gives way.
_KEPT = 27


class TradeIds:
    """
    Names fills: by the ``execId``, and the second side of a trade with oneself by that and its order.

    A position takes two fills of one id and equal terms for the same fill, so the sides need ids of their own. An
    id stays with a fill: ids that were booked in an earlier run are told to `on_booked` before anything is named.
    """

    def __init__(self) -> None:
        self._order_of: OrderedDict[str, str] = OrderedDict()

    def on_booked(self, trade_id: str, order_id: str) -> None:
        """Take a fill of an earlier run by the id it was booked under."""
        self._first_order_of(trade_id, order_id)

    def of(self, exec_id: str, order_id: str) -> str:
        """Return a fill's id; the same fill has the same one, whatever brought it."""
        if self._first_order_of(exec_id, order_id) == order_id:
            return exec_id
        return f"{exec_id[:_KEPT]}-{crc32(f'{exec_id} {order_id}'.encode()):08x}"

    def _first_order_of(self, exec_id: str, order_id: str) -> str:
        first = self._order_of.setdefault(exec_id, order_id)
        if len(self._order_of) > REMEMBERED_FILLS:
            self._order_of.popitem(last=False)
        return first


class CountedFills:
    """The executions that were counted, each by its id and its order's.

    The oldest of very many are forgotten, those of open orders excepted: an open order may be asked for at any time,
    and then all it ever filled comes again.

    Parameters
    ----------
    is_open : callable
        Tells whether an order is open, by the venue's id.

    Attributes
    ----------
    total : int
        How many were counted so far, the forgotten ones too.
    """

    def __init__(self, is_open: Callable[[str], bool] = lambda _: False) -> None:
        self.total = 0
        self._is_open = is_open
        self._keys: OrderedDict[tuple[str, str], None] = OrderedDict()

    def __contains__(self, key: tuple[str, str]) -> bool:
        """Tell whether an execution was counted."""
        return key in self._keys

    def add(self, key: tuple[str, str]) -> None:
        """Count an execution."""
        self.total += 1
        self._keys[key] = None
        # Two at a time, so that what was kept for its open order is caught up with once that has ended.
        for _ in range(min(2, len(self._keys) - REMEMBERED_FILLS)):
            oldest, _nothing = self._keys.popitem(last=False)
            if self._is_open(oldest[1]):
                self._keys[oldest] = None

    def discard(self, key: tuple[str, str]) -> None:
        """Let an execution count again."""
        self._keys.pop(key, None)
