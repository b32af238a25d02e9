"""How long what was filled is kept, and what the forgotten part of it adds up to.

Bybit shows executions, closed results, the transaction log and orders with fills for two years. What is older is
forgotten, and its sums are carried on, so that balances, positions and results can still be proved and continued.
Source: Bybit V5 Get Trade History, Get Closed PnL and Get Transaction Log.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import takewhile
from typing import TYPE_CHECKING

from .amounts import ZERO
from .closed_pnl import OpenPart

if TYPE_CHECKING:
    from decimal import Decimal

    from .account import Account
    from .orders import Execution
    from .register import Register

DAY_MS = 86_400_000
FILLS_KEPT_MS = 2 * 365 * DAY_MS
Slot = tuple[str, int]


@dataclass(slots=True)
class Traded:
    """What executions of one position slot add up to: signed size, values bought and sold, gross result."""

    size: Decimal = ZERO
    bought: Decimal = ZERO
    sold: Decimal = ZERO
    pnl: Decimal = ZERO

    def add(self, fill: Execution) -> None:
        """Count a fill."""
        qty = fill.order.instrument.qty(fill.lots)
        self.pnl += fill.pnl
        if fill.side == "Buy":
            self.size, self.bought = self.size + qty, self.bought + fill.value
        else:
            self.size, self.sold = self.size - qty, self.sold + fill.value


@dataclass(slots=True)
class Carried:
    """Sums of what was forgotten.

    Attributes
    ----------
    executions, entries : int
        How many executions and entries of the ledger were forgotten.
    balances : dict of str to Decimal
        Balance after the last forgotten entry, by coin.
    traded, open_parts : dict
        What the forgotten fills of a position slot add up to, and what they left open.
    filled : dict of str to int
        Forgotten lots of orders that are still kept, by `orderId`.
    """

    executions: int = 0
    entries: int = 0
    balances: dict[str, Decimal] = field(default_factory=dict)
    traded: dict[Slot, Traded] = field(default_factory=dict)
    open_parts: dict[Slot, OpenPart] = field(default_factory=dict)
    filled: dict[str, int] = field(default_factory=dict)

    def add(self, fill: Execution) -> None:
        """Carry a forgotten execution."""
        self.executions += 1
        if fill.moves_position and fill.order.instrument.is_derivative:
            slot = (fill.order.instrument.symbol, fill.order.position_idx)
            self.traded.setdefault(slot, Traded()).add(fill)
            self.open_parts.setdefault(slot, OpenPart()).take(fill)


def forget_fills(account: Account, register: Register, now_ms: int) -> None:
    """Forget executions and entries of the ledger that are older than two years, once a day at most."""
    if not account.ledger or account.ledger[0].at_ms >= now_ms - FILLS_KEPT_MS - DAY_MS:
        return
    carried, before_ms = account.carried, now_ms - FILLS_KEPT_MS
    gone = list(takewhile(lambda entry: entry.at_ms < before_ms, account.ledger))
    last = gone[-1].execution
    if last is not None:  # both entries of a spot fill
        gone += takewhile(lambda entry: entry.execution is last, account.ledger[len(gone) :])
    fills = list({id(e.execution): e.execution for e in gone if e.execution is not None}.values())
    del account.ledger[: len(gone)], account.executions[: len(fills)]
    carried.entries += len(gone)
    carried.balances.update((entry.coin, entry.balance) for entry in gone)
    for fill in fills:
        carried.add(fill)
        _forget_order(carried, register, fill)


def _forget_order(carried: Carried, register: Register, fill: Execution) -> None:
    order = fill.order
    if register.orders.get(order.order_id) is not order:
        return
    filled = carried.filled.pop(order.order_id, 0) + fill.lots
    if filled == order.filled and not order.is_live:
        register.drop(order)
    else:
        carried.filled[order.order_id] = filled
