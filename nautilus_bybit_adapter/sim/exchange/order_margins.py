"""Initial margin of open orders, by market, kept until something that it depends on changes.

Of each position slot the more expensive side counts. Orders that would only close the position cost nothing, and so
do conditional orders that wait for their trigger. Source: Bybit V5, order cost of the unified account.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .account import LedgerError
from .amounts import ZERO
from .instruments import LINEAR, OPTION
from .margin import order_im, short_option_im
from .portfolio import order_margin as portfolio_order_im

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from decimal import Decimal

    from .account import Account
    from .market import Market
    from .orders import Order

ISOLATED, PORTFOLIO = "ISOLATED_MARGIN", "PORTFOLIO_MARGIN"
Key = tuple[str, str]


class OrderMargins:
    """Margins of the open orders of derivatives, in the settle coins of their markets.

    Parameters
    ----------
    account : Account
        Positions, and the margins that are known.
    by_symbol : mapping
        Markets of derivatives by symbol.
    open_in : mapping
        Open orders by id, by category and symbol.
    """

    def __init__(
        self,
        account: Account,
        by_symbol: Mapping[str, Market],
        open_in: Mapping[Key, Mapping[str, Order]],
    ) -> None:
        self._account = account
        self._by_symbol = by_symbol
        self._open_in = open_in

    def known(self, key: tuple[str, str]) -> Decimal:
        """Order margin of a market, reckoned anew only after something that it depends on has changed."""
        if key[0] == OPTION:  # it moves with the mark
            return self.reckon(key[1])
        known = self._account.order_margins.get(key)
        if known is None:
            known = self._account.order_margins[key] = self.reckon(key[1])
        return known

    def prove(self) -> None:
        """Check what is known of order margins against the orders.

        Raises
        ------
        LedgerError
            Naming the first market whose margin is another one.
        """
        for key, known in self._account.order_margins.items():
            if known != (margin := self.reckon(key[1])):
                raise LedgerError(f"{key} has an order margin of {margin}, known as {known}")

    def reckon(self, symbol: str, extra: Order | None = None, without: Order | None = None) -> Decimal:
        """Return the margin of a symbol's open orders, with one that is not placed yet and without another."""
        category = self._by_symbol[symbol].instrument.category
        orders = [o for o in self._open_in.get((category, symbol), {}).values() if o is not without]
        if extra is not None:
            orders.append(extra)
        slots = {order.position_idx for order in orders}
        return sum((self._slot_margin(symbol, slot, orders) for slot in slots), ZERO)

    def _slot_margin(self, symbol: str, slot: int, orders: Iterable[Order]) -> Decimal:
        mine = [order for order in orders if order.position_idx == slot and not order.reduce_only]
        return max(self._side_margin(symbol, slot, [o for o in mine if o.side == s]) for s in ("Buy", "Sell"))

    def _side_margin(self, symbol: str, slot: int, mine: list[Order]) -> Decimal:
        opening, value = self.opening(symbol, slot, mine)
        if not opening:
            return ZERO
        it, side = mine[0].instrument, mine[0].side
        if not it.is_option and self._account.margin_mode == PORTFOLIO:
            return portfolio_order_im(value)
        if not it.is_option:
            rate = self._account.rates[LINEAR].taker
            # What an isolated position pays to open must not be missing from the margins of the others.
            fee = value * rate if self._account.margin_mode == ISOLATED else ZERO
            return order_im(value, self._account.position(symbol, slot).leverage, rate) + fee
        if side == "Buy":
            return value
        market = self._by_symbol[symbol]
        return short_option_im(it, opening, max(value / opening, market.mark), market.index)

    def opening(self, symbol: str, slot: int, mine: list[Order]) -> tuple[Decimal, Decimal]:
        """Quantity and value by which orders of one side would enlarge a position."""
        lots = sum(order.lots - order.filled for order in mine)
        if not lots:
            return ZERO, ZERO
        it, side = mine[0].instrument, mine[0].side
        position = self._account.position(symbol, slot)
        opening = it.qty(lots) - position.would_close(side, it.qty(lots))
        if not opening:
            return ZERO, ZERO
        if it.is_inverse:
            value = sum((it.value(order.ticks, order.lots - order.filled) for order in mine), ZERO)
        else:
            # Whole numbers first: hundreds of orders are summed on every private push.
            value = it.value(sum(order.ticks * (order.lots - order.filled) for order in mine), 1)
        return opening, value * opening / it.qty(lots)
