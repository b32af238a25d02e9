"""One id for each fill: the venue may give both sides of a trade with oneself the same ``execId``."""

from __future__ import annotations

from collections import OrderedDict
from zlib import crc32

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
    """The executions that were counted, each by its id and its order's; the oldest of very many are forgotten.

    Attributes
    ----------
    total : int
        How many were counted so far, the forgotten ones too.
    """

    def __init__(self) -> None:
        self.total = 0
        self._keys: OrderedDict[tuple[str, str], None] = OrderedDict()

    def __contains__(self, key: tuple[str, str]) -> bool:
        """Tell whether an execution was counted."""
        return key in self._keys

    def add(self, key: tuple[str, str]) -> None:
        """Count an execution."""
        self.total += 1
        self._keys[key] = None
        if len(self._keys) > REMEMBERED_FILLS:
            self._keys.popitem(last=False)

    def discard(self, key: tuple[str, str]) -> None:
        """Let an execution count again."""
        self._keys.pop(key, None)
