"""From the framework's order events to the books of an execution."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nautilus_trader.model.enums import LiquiditySide
from nautilus_trader.model.events import (
    OrderAccepted,
    OrderCanceled,
    OrderCancelRejected,
    OrderDenied,
    OrderExpired,
    OrderFilled,
    OrderModifyRejected,
    OrderPendingCancel,
    OrderRejected,
    OrderUpdated,
)

from nautilus_bybit_adapter.nt1.algo.course import SmartLimitFill
from nautilus_bybit_adapter.nt1.algo.phases import Closed, retry_cancel_ns

if TYPE_CHECKING:
    from decimal import Decimal

    from nautilus_trader.model.events import OrderEvent
    from nautilus_trader.model.orders import Order

    from nautilus_bybit_adapter.nt1.algo.execution import Child
    from nautilus_bybit_adapter.nt1.algo.plan import Plan


# How the report names what happened to a child.
_STEPS: dict[type, str] = {
    OrderAccepted: "accepted",
    OrderUpdated: "amended",
    OrderModifyRejected: "amend refused",
    OrderCancelRejected: "cancel refused",
    OrderCanceled: "canceled",
    OrderExpired: "expired",
    OrderRejected: "rejected",
    OrderDenied: "denied",
}


def take_events(plan: Plan, order: Order, now_ns: int, mid: Decimal | None = None) -> bool:
    """Take in every event of a child order that has not been seen yet.

    The order's own list of events is the source, so that an event is neither missed nor counted twice
    however often, and from wherever, this is called.

    Parameters
    ----------
    plan : Plan
        Of the parent.
    order : Order
        A child, or the parent if it was sent itself.
    now_ns : int
        UNIX nanoseconds.
    mid : Decimal or None
        The market's, for the report.

    Returns
    -------
    bool
        Whether there was a new fill among them.

    """
    child = plan.execution.children[order.client_order_id.value]
    has_fill = False
    while child.events_seen < order.event_count:
        event = order.events[child.events_seen]
        child.events_seen += 1
        if isinstance(event, OrderFilled):
            has_fill |= _fill(plan, child, event, mid)
            if not child.is_open:
                plan.on_slice_filled(now_ns)
        else:
            _note(plan, child, event, order, now_ns)
            _step(plan, child, event)
    return has_fill


def _fill(plan: Plan, child: Child, event: OrderFilled, mid: Decimal | None) -> bool:
    fill = SmartLimitFill(
        ts_event=event.ts_event,
        child_id=child.child_id,
        trade_id=event.trade_id.value,
        price=event.last_px.as_decimal(),
        quantity=event.last_qty.as_decimal(),
        is_maker=event.liquidity_side == LiquiditySide.MAKER,
        commission=event.commission.as_decimal(),
        currency=event.commission.currency.code,
        mid=mid,
    )
    is_new = plan.execution.on_fill(fill)
    if is_new:
        plan.execution.note(child, "filled", event.ts_event, price=fill.price, quantity=fill.quantity)
    return is_new


def _step(plan: Plan, child: Child, event: OrderEvent) -> None:
    name = _STEPS.get(type(event))
    if name is None:
        return
    if isinstance(event, OrderRejected) and event.due_post_only:
        name = "rejected post-only"
    plan.execution.note(child, name, event.ts_event, price=child.price, quantity=child.quantity)


def _note(plan: Plan, child: Child, event: OrderEvent, order: Order, now_ns: int) -> None:
    execution, name = plan.execution, child.child_id
    match event:
        case OrderAccepted():
            plan.on_accepted(child)
        case OrderUpdated():
            price = None if event.price is None else event.price.as_decimal()
            execution.on_amended(name, price, event.quantity.as_decimal())
        case OrderModifyRejected():
            execution.on_amend_rejected(name)
        case OrderPendingCancel():
            child.cancel_pending = True
            child.cancel_sent_ns = now_ns
        case OrderCancelRejected():
            execution.on_cancel_rejected(name, retry_cancel_ns(child, now_ns))
        case OrderCanceled():
            by_strategy = not child.cancel_requested and _was_asked_to_cancel(order)
            plan.on_closed(child, Closed.CANCELED, now_ns, by_strategy=by_strategy)
        case OrderExpired():
            plan.on_closed(child, Closed.EXPIRED, now_ns)
        case OrderRejected():
            how = Closed.REJECTED_POST_ONLY if event.due_post_only else Closed.REJECTED
            plan.on_closed(child, how, now_ns, event.reason)
        case OrderDenied():
            plan.on_closed(child, Closed.DENIED, now_ns, event.reason)


def _was_asked_to_cancel(order: Order) -> bool:
    """Whether anyone on this side asked; a cancel out of nothing is the venue's doing."""
    return any(isinstance(event, OrderPendingCancel) for event in order.events)
