"""Positions on a cost basis, so that the sum of realised results is exact."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from .amounts import ZERO, coin_amount


class Fill(NamedTuple):
    """What a fill did to a position: quantities closed and opened, gross result in settle coin."""

    closed: Decimal
    opened: Decimal
    pnl: Decimal


@dataclass(slots=True)
class Position:
    """A position of one symbol, or one leg of it in hedge mode.

    `size` is signed (short is negative), in base coin or on inverse in USD. `cost` is the cumulative entry
    value of what is still open, in the settle coin and never negative: a partial close removes its
    proportional part rounded to 8 decimals, the close of the rest removes the rest, so over a round trip the
    results add up to sales minus purchases. On inverse the values are coins with 8 decimals and a long wins
    what it paid less than it got: purchases minus sales. `added_margin` is what an isolated position holds beyond
    its initial margin, negative when a funding was paid out of it; it leaves in proportion with what is closed.
    """

    leverage: Decimal = Decimal(10)
    is_inverse: bool = False
    index: int = 0
    size: Decimal = ZERO
    cost: Decimal = ZERO
    current_pnl: Decimal = ZERO
    cumulative_pnl: Decimal = ZERO
    created_ms: int = 0
    updated_ms: int = 0
    open_ms: int = 0
    seq: int = -1
    status: str = "Normal"
    added_margin: Decimal = ZERO
    adds_margin: bool = False

    @property
    def side(self) -> str:
        """`Buy`, `Sell` or `""` when flat."""
        return "Buy" if self.size > 0 else "Sell" if self.size < 0 else ""

    @property
    def entry_price(self) -> Decimal:
        """Average entry price with 8 decimals, 0 when flat."""
        if not self.size or not self.cost:
            return ZERO
        size = abs(self.size)
        return coin_amount(size / self.cost if self.is_inverse else self.cost / size)

    def value(self, price: Decimal) -> Decimal:
        """Value of the open quantity at `price`, in settle coin and never negative."""
        return self._worth(abs(self.size), price)

    def unrealised(self, mark: Decimal) -> Decimal:
        """Return the result in settle coin of a close at `mark`."""
        return self._result(self.value(mark), self.cost) if self.size else ZERO

    def would_close(self, side: str, qty: Decimal) -> Decimal:
        """Part of `qty` bought or sold by `side` that reduces the position."""
        reduces = self.size < 0 if side == "Buy" else self.size > 0
        return min(qty, abs(self.size)) if reduces else ZERO

    def fill(self, side: str, qty: Decimal, price: Decimal) -> Fill:
        """Apply a fill and return what it closed."""
        closed = self.would_close(side, qty)
        left = self._worth(qty, price)
        pnl = ZERO
        if closed:
            value = self._worth(closed, price)
            left -= value
            pnl = self._close(closed, value)
        opened = qty - closed
        if opened:
            self.size += opened if side == "Buy" else -opened
            self.cost += left
        return Fill(closed, opened, pnl)

    def book(self, filled: Fill, fee: Decimal) -> None:
        """Count the result and the fee of a fill into the realised totals.

        A position that is new, or that the fill turned around, starts its current total with the fee of the
        part that opened it.
        """
        self.cumulative_pnl += filled.pnl - fee
        if filled.opened and filled.opened == abs(self.size):
            self.current_pnl = -coin_amount(fee * filled.opened / (filled.opened + filled.closed))
        else:
            self.current_pnl += filled.pnl - fee

    def _close(self, qty: Decimal, value: Decimal) -> Decimal:
        open_qty = abs(self.size)
        cost = self.cost if qty == open_qty else coin_amount(self.cost * qty / open_qty)
        pnl = self._result(value, cost)
        self.added_margin -= (
            self.added_margin if qty == open_qty else coin_amount(self.added_margin * qty / open_qty)
        )
        self.size += -qty if self.size > 0 else qty
        self.cost -= cost
        return pnl

    def _worth(self, qty: Decimal, price: Decimal) -> Decimal:
        return coin_amount(qty / price) if self.is_inverse else qty * price

    def _result(self, value: Decimal, cost: Decimal) -> Decimal:
        """Return the result of closing what was opened for `cost` at `value`."""
        return value - cost if (self.size > 0) != self.is_inverse else cost - value
