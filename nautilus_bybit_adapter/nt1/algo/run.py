"""One parent order on its way, its report, and the events that close it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nautilus_trader.core.uuid import UUID4
from nautilus_trader.model.events import OrderCanceled, OrderDenied, OrderUpdated
from nautilus_trader.model.objects import Currency, Money, Quantity

from nautilus_bybit_adapter.nt1.algo.execution import Outcome, ParentExecution
from nautilus_bybit_adapter.nt1.algo.report import SmartLimitReport
from nautilus_bybit_adapter.nt1.algo.terms import exact_quantity
from nautilus_bybit_adapter.warden.policy import cost_bps

if TYPE_CHECKING:
    from decimal import Decimal

    from nautilus_trader.model.instruments import Instrument
    from nautilus_trader.model.orders import Order

    from nautilus_bybit_adapter.nt1.algo.book import BookFeed
    from nautilus_bybit_adapter.nt1.algo.plan import Plan


@dataclass(slots=True, kw_only=True)
class Run:
    """The state of one execution.

    Parameters
    ----------
    primary : Order
        The parent.
    instrument : Instrument
    feed : BookFeed
    plan : Plan
    quantity : Quantity
        What the parent was for when it came.
    ts_start : int
        When that was, UNIX nanoseconds.

    """

    primary: Order
    instrument: Instrument
    feed: BookFeed
    plan: Plan
    quantity: Quantity
    ts_start: int
    arrival_mid: Decimal | None = None
    expected_slippage_bps: float | None = None
    revision: int = 0
    is_reported: bool = False
    is_advancing: bool = False
    is_stale: bool = False

    @property
    def execution(self) -> ParentExecution:
        """The books of the parent."""
        return self.plan.execution

    @property
    def was_sent_itself(self) -> bool:
        """Whether the parent went to the venue as it is."""
        return self.primary.client_order_id.value in self.execution.children

    def report(self, now_ns: int, outcome: Outcome, reason: str) -> SmartLimitReport:
        """Return what became of it; `now_ns` is UNIX nanoseconds."""
        execution, mid = self.execution, self.arrival_mid
        average = execution.average_price
        cost = None
        if average is not None and mid is not None:
            cost = float(cost_bps(average, mid, is_buy=self.plan.terms.is_buy))
        return SmartLimitReport(
            client_order_id=self.primary.client_order_id,
            instrument_id=self.primary.instrument_id,
            side=self.primary.side,
            quantity=self.quantity,
            filled_qty=exact_quantity(execution.filled, self.instrument),
            avg_px=average,
            arrival_mid=mid,
            expected_slippage_bps=self.expected_slippage_bps,
            cost_bps=cost,
            commissions=tuple(
                Money.from_decimal(amount, Currency.from_str(code))
                for code, amount in execution.commissions.items()
            ),
            children=len(execution.children),
            amends=execution.amends,
            outcome=outcome,
            reason=reason,
            revision=self.revision,
            ts_start=self.ts_start,
            ts_end=now_ns,
        )


def denied_report(order: Order, reason: str, now_ns: int) -> SmartLimitReport:
    """Return the report of an order that was refused on arrival."""
    return SmartLimitReport(
        client_order_id=order.client_order_id,
        instrument_id=order.instrument_id,
        side=order.side,
        quantity=order.quantity,
        filled_qty=Quantity.zero(order.quantity.precision),
        avg_px=None,
        arrival_mid=None,
        expected_slippage_bps=None,
        cost_bps=None,
        commissions=(),
        children=0,
        amends=0,
        outcome=Outcome.DENIED,
        reason=reason,
        revision=0,
        ts_start=now_ns,
        ts_end=now_ns,
    )


def _identity(order: Order) -> dict[str, Any]:
    return {
        "trader_id": order.trader_id,
        "strategy_id": order.strategy_id,
        "instrument_id": order.instrument_id,
        "client_order_id": order.client_order_id,
        "event_id": UUID4(),
    }


def denied_event(order: Order, reason: str, now_ns: int) -> OrderDenied:
    """Return the event that refuses an order which was never sent."""
    return OrderDenied(**_identity(order), reason=reason, ts_init=now_ns)


def canceled_event(order: Order, now_ns: int) -> OrderCanceled:
    """Return the event that closes a parent which was never sent."""
    return OrderCanceled(
        **_identity(order),
        venue_order_id=order.venue_order_id,
        account_id=order.account_id,
        ts_event=now_ns,
        ts_init=now_ns,
    )


def reduced_event(order: Order, quantity: Quantity, now_ns: int) -> OrderUpdated:
    """Return the event that leaves a parent with the quantity its children did not execute."""
    return OrderUpdated(
        **_identity(order),
        venue_order_id=order.venue_order_id,
        account_id=order.account_id,
        quantity=quantity,
        price=None,
        trigger_price=None,
        ts_event=now_ns,
        ts_init=now_ns,
    )
