"""Which of a symbol's positions an order or a fill belongs to, where the symbol has two.

Source: Bybit V5 position/position-mode; execution rows do not name the position.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from nautilus_bybit_adapter.wire.enums import PositionIdx

if TYPE_CHECKING:
    from nautilus_bybit_adapter.wire.orders import BybitExecution, BybitOrder

REMEMBERED_ORDERS = 10_000


class PositionLegs:
    """
    Knows the symbols in hedge mode, and the leg of each order.

    Symbols are learnt from the account's settings, and from every row that names a leg.
    """

    def __init__(self) -> None:
        self._hedged: set[tuple[str, str]] = set()
        self._by_order: OrderedDict[str, int] = OrderedDict()

    def set_mode(self, category: str, symbol: str, *, hedged: bool) -> None:
        """Take what the venue's settings say of a symbol."""
        if hedged:
            self._hedged.add((category, symbol))
        else:
            self._hedged.discard((category, symbol))

    def is_hedged(self, category: str, symbol: str) -> bool:
        """Tell whether a symbol has a long and a short position side by side."""
        return (category, symbol) in self._hedged

    def on_sent(self, client_order_id: str, position_idx: int | None) -> None:
        """Take the leg an order was sent for."""
        if position_idx:
            self._remember(client_order_id, position_idx)

    def on_order(self, order: BybitOrder) -> None:
        """Take the leg an order row names."""
        if order.position_idx:
            self._hedged.add((order.category, order.symbol))
            self._remember(order.order_id, order.position_idx)

    def on_slot(self, category: str, symbol: str, position_idx: int) -> None:
        """Take a position slot."""
        if position_idx:
            self._hedged.add((category, symbol))

    def is_news(self, category: str, symbol: str, position_idx: int) -> bool:
        """Tell whether a slot is the first that shows a symbol in hedge mode."""
        return bool(position_idx) and not self.is_hedged(category, symbol)

    def leg_of(self, execution: BybitExecution) -> int:
        """
        Return the position index of a fill, 0 in one-way mode.

        An order belongs to one leg, and a leg is never turned: what shrank a position by selling shrank the long one.
        """
        if not self.is_hedged(execution.category, execution.symbol):
            return PositionIdx.ONE_WAY
        known = self._by_order.get(execution.order_id) or self._by_order.get(execution.order_link_id)
        if known:
            return known
        shrinks = bool((execution.closed_size or "0").strip("0."))
        bought = execution.side == "Buy"
        return PositionIdx.BUY_SIDE if bought != shrinks else PositionIdx.SELL_SIDE

    def _remember(self, order: str, position_idx: int) -> None:
        self._by_order[order] = position_idx
        self._by_order.move_to_end(order)
        while len(self._by_order) > REMEMBERED_ORDERS:
            self._by_order.popitem(last=False)
