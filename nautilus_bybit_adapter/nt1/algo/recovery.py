"""Takes executions up again that a stop or a crash has left: from the orders and their events in the cache."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from nautilus_trader.model.enums import TimeInForce
from nautilus_trader.model.events import OrderSubmitted

from nautilus_bybit_adapter.nt1.algo.arrival import Arrival, arrival_key
from nautilus_bybit_adapter.nt1.algo.execution import ChildKind

if TYPE_CHECKING:
    from nautilus_trader.cache.base import CacheFacade
    from nautilus_trader.model.identifiers import ExecAlgorithmId
    from nautilus_trader.model.orders import Order

    from nautilus_bybit_adapter.nt1.algo.execution import ParentExecution


def unreported_parents(cache: CacheFacade, exec_algorithm_id: ExecAlgorithmId) -> list[Order]:
    """Return the parents of an algorithm whose end has not been reported, the oldest first.

    One that is closed is among them as long as its arrival is kept: it was canceled while its child was at the venue.
    """
    orders = cache.orders_for_exec_algorithm(exec_algorithm_id)
    parents = [
        order
        for order in orders
        if order.is_primary and (not order.is_closed or cache.get(arrival_key(order.client_order_id.value)))
    ]
    return sorted(parents, key=lambda order: (order.ts_init, order.client_order_id.value))


def orphans(cache: CacheFacade, exec_algorithm_id: ExecAlgorithmId) -> list[Order]:
    """Return the children of an algorithm that may still fill though their parent has ended."""
    children = [
        order
        for order in cache.orders_for_exec_algorithm(exec_algorithm_id)
        if order.is_spawned and not order.is_closed
    ]
    parents = {child.exec_spawn_id: cache.order(child.exec_spawn_id) for child in children}
    return [
        child
        for child in children
        if parents[child.exec_spawn_id] is None or parents[child.exec_spawn_id].is_closed
    ]


def children_of(cache: CacheFacade, parent: Order) -> list[Order]:
    """Return the children of a parent in the order they were sent, the parent among them if it was sent itself."""
    orders = cache.orders_for_exec_spawn(parent.client_order_id)
    return sorted((order for order in orders if order.is_spawned or _was_sent(order)), key=_number)


def restore(execution: ParentExecution, order: Order) -> None:
    """Put a child into the books of its parent as it was sent; its events are still to be taken in."""
    price = order.init_event.options.get("price")
    execution.restore_child(
        order.client_order_id.value,
        _kind(order),
        order.init_event.quantity.as_decimal(),
        None if price is None else Decimal(price),
        order.ts_init,
    )


def arrival_of(cache: CacheFacade, parent: Order) -> Arrival:
    """Return what the execution of a parent began with, as far as it was kept."""
    return Arrival.from_bytes(cache.get(arrival_key(parent.client_order_id.value)))


def _was_sent(order: Order) -> bool:
    return any(isinstance(event, OrderSubmitted) for event in order.events)


def _kind(order: Order) -> ChildKind:
    if not order.is_spawned:
        return ChildKind.MARKET
    return ChildKind.CROSS if order.time_in_force == TimeInForce.IOC else ChildKind.PEG


def _number(order: Order) -> int:
    _, _, number = order.client_order_id.value.rpartition("-E")
    return int(number) if order.is_spawned else 0
