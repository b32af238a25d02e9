"""Closed results: what each closing order earned, from the executions alone.

Source: Bybit V5 Get Closed PnL.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from .amounts import ZERO, coin_amount, plain

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from .account import Account
    from .orders import Execution, Order


@dataclass(slots=True)
class OpenPart:
    """Quantity still open in a slot and the opening fees that are waiting for its close."""

    qty: Decimal = ZERO
    fees: Decimal = ZERO

    def take(self, fill: Execution) -> tuple[Decimal, Decimal]:
        """Count a fill; return the opening and the closing fee of what it closed."""
        it = fill.order.instrument
        qty, closed = it.qty(fill.lots), it.qty(fill.closed_lots)
        close_fee = coin_amount(fill.charged_in_settle * closed / qty) if closed else ZERO
        open_fee = self.closed(closed) if closed else ZERO
        if qty > closed:
            self.opened(qty - closed, fill.charged_in_settle - close_fee)
        return open_fee, close_fee

    def opened(self, qty: Decimal, fee: Decimal) -> None:
        """Count an opening fill."""
        self.qty += qty
        self.fees += fee

    def closed(self, qty: Decimal) -> Decimal:
        """Take `qty` out and return its share of the opening fees."""
        share = self.fees if qty >= self.qty else coin_amount(self.fees * qty / self.qty)
        self.qty -= min(qty, self.qty)
        self.fees -= share
        return share


@dataclass(slots=True)
class ClosedPart:
    """What one order has closed."""

    order: Order
    leverage: Decimal
    first_ms: int
    last_ms: int = 0
    qty: Decimal = ZERO
    exit_value: Decimal = ZERO
    pnl: Decimal = ZERO
    open_fee: Decimal = ZERO
    close_fee: Decimal = ZERO
    fills: int = 0
    exec_type: str = "Trade"
    order_ticks: int = 0

    @property
    def entry_value(self) -> Decimal:
        """Value at which the closed quantity was opened."""
        gained = self.pnl if (self.order.side == "Sell") != _is_inverse(self.order) else -self.pnl
        return self.exit_value - gained

    def row(self) -> dict[str, Any]:
        """Item of `/v5/position/closed-pnl`."""
        it = self.order.instrument
        return {
            "symbol": it.symbol,
            "orderId": self.order.order_id,
            "side": self.order.side,
            "qty": plain(it.qty(self.order.lots)),
            "orderPrice": plain(it.price(self.order_ticks)),
            "orderType": self.order.order_type,
            "execType": self.exec_type,
            "closedSize": plain(self.qty),
            "cumEntryValue": plain(self.entry_value),
            "avgEntryPrice": plain(self._average(self.entry_value)),
            "cumExitValue": plain(self.exit_value),
            "avgExitPrice": plain(self._average(self.exit_value)),
            "closedPnl": plain(self.pnl - self.open_fee - self.close_fee),
            "fillCount": str(self.fills),
            "leverage": plain(self.leverage),
            "openFee": plain(self.open_fee),
            "closeFee": plain(self.close_fee),
            "createdTime": str(self.first_ms),
            "updatedTime": str(self.last_ms),
        }

    def _average(self, value: Decimal) -> Decimal:
        if not value:
            return ZERO
        return coin_amount(self.qty / value if _is_inverse(self.order) else value / self.qty)


def closed_parts(account: Account, category: str) -> list[ClosedPart]:
    """Return what every order of a category closed, oldest first."""
    executions = (
        fill
        for fill in account.executions
        if fill.moves_position and fill.order.instrument.category == category
    )
    return _closed_parts(account, executions)


def _closed_parts(account: Account, executions: Iterable[Execution]) -> list[ClosedPart]:
    slots: defaultdict[tuple[str, int], OpenPart] = defaultdict(OpenPart)
    slots.update((slot, replace(part)) for slot, part in account.carried.open_parts.items())
    parts: dict[str, ClosedPart] = {}
    for fill in executions:
        it = fill.order.instrument
        qty, closed = it.qty(fill.lots), it.qty(fill.closed_lots)
        open_fee, close_fee = slots[it.symbol, fill.order.position_idx].take(fill)
        if closed:
            leverage = account.position(it.symbol, fill.order.position_idx).leverage
            part = parts.setdefault(fill.order.order_id, ClosedPart(fill.order, leverage, fill.at_ms))
            part.last_ms, part.order_ticks = fill.at_ms, fill.order_ticks
            part.exec_type = fill.exec_type
            part.fills += 1
            part.qty += closed
            part.exit_value += fill.value if closed == qty else coin_amount(fill.value * closed / qty)
            part.pnl += fill.pnl
            part.open_fee += open_fee
            part.close_fee += close_fee
    return list(parts.values())


def _is_inverse(order: Order) -> bool:
    return order.instrument.category == "inverse"
