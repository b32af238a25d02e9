"""Order lists and brackets: which order waits for which, carried out as the framework's events come in."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from decimal import Decimal
from typing import Any

from nautilus_trader.cache.cache import Cache
from nautilus_trader.common.component import LiveClock
from nautilus_trader.core.uuid import UUID4
from nautilus_trader.execution.messages import CancelOrder, ModifyOrder, SubmitOrder, SubmitOrderList
from nautilus_trader.live.execution_client import LiveExecutionClient
from nautilus_trader.model.enums import ContingencyType, OrderStatus, contingency_type_to_str
from nautilus_trader.model.events import (
    OrderAccepted,
    OrderCanceled,
    OrderCancelRejected,
    OrderDenied,
    OrderEvent,
    OrderExpired,
    OrderFilled,
    OrderModifyRejected,
    OrderRejected,
    OrderUpdated,
)
from nautilus_trader.model.identifiers import ClientOrderId
from nautilus_trader.model.objects import Price, Quantity
from nautilus_trader.model.orders import Order

from nautilus_bybit_adapter.nt1.mapping.fixed import quantity_of
from nautilus_bybit_adapter.nt1.mapping.order_params import OrderNotSupportedError
from nautilus_bybit_adapter.state.contingencies import (
    Action,
    Cancel,
    Contingencies,
    Drop,
    LegState,
    Release,
    Resize,
    Tie,
    Unprotected,
)

TIES = {
    ContingencyType.NO_CONTINGENCY: Tie.NONE,
    ContingencyType.OUO: Tie.SHARE,
    ContingencyType.OCO: Tie.REPLACE,
}


class OrderGroups:
    """
    Sends lists of orders, holds back what waits for an entry, and keeps siblings in step.

    Parameters
    ----------
    client : LiveExecutionClient
        Publishes the framework's events and runs tasks.
    cache, clock : Cache, LiveClock
        The node's.
    submit, modify, cancel : callable
        Carry out single commands.
    submit_together : callable
        Sends several orders.

    """

    def __init__(
        self,
        client: LiveExecutionClient,
        cache: Cache,
        clock: LiveClock,
        submit: Callable[[SubmitOrder], Coroutine[Any, Any, None]],
        submit_together: Callable[[Sequence[SubmitOrder]], Coroutine[Any, Any, None]],
        modify: Callable[[ModifyOrder], Coroutine[Any, Any, None]],
        cancel: Callable[[CancelOrder], Coroutine[Any, Any, None]],
    ) -> None:
        self._client = client
        self._log: Any = client._log  # noqa: SLF001 - the framework gives its components no other way
        self._cache = cache
        self._clock = clock
        self._submit = submit
        self._submit_together = submit_together
        self._modify = modify
        self._cancel = cancel
        self._machine = Contingencies()
        self._resizing: set[ClientOrderId] = set()

    async def submit_list(self, command: SubmitOrderList) -> None:
        """Send a list; its orders may not depend on each other, or hang on one entry. Takes checked orders."""
        orders: Sequence[Order] = command.order_list.orders
        parent, children = split(orders)
        if parent is not None or tie_of(children) is not Tie.NONE:
            self._machine.add(
                _leg(parent) if parent else None, [_leg(each) for each in children], tie_of(children)
            )
        first = [parent] if parent is not None else children
        await self._submit_together([single(command, order) for order in first])

    def cancel_held(self, command: CancelOrder) -> bool:
        """Cancel an order that waits for its entry and was never sent; tell whether it was one."""
        if self._machine.state_of(command.client_order_id.value) is not LegState.HELD:
            return False
        self._tell_canceled(self._cache.order(command.client_order_id))
        return True

    def modify_held(self, command: ModifyOrder) -> bool:
        """Change an order that waits for its entry and was never sent; tell whether it was one."""
        if self._machine.state_of(command.client_order_id.value) is not LegState.HELD:
            return False
        order = self._cache.order(command.client_order_id)
        self._tell_updated(order, command.quantity, command.price, command.trigger_price)
        return True

    def restore(self) -> None:
        """Go on with the groups of an earlier run: a child whose entry has filled is sent."""
        for order in self._cache.orders(venue=self._client.venue):
            if order.contingency_type == ContingencyType.OTO and self._is_ours(order):
                self._adopt(order)

    def on_order_event(self, event: OrderEvent) -> None:
        """Take an order's event, whether a push or a reconciliation brought it."""
        is_known = self._machine.knows(event.client_order_id.value)
        order = self._cache.order(event.client_order_id)
        # Most orders are of no group, and each of their events comes by here.
        if order is None or not (is_known or order.contingency_type != ContingencyType.NO_CONTINGENCY):
            return
        if self._is_ours(order):
            if is_known:
                self._carry_out(self._actions_after(event))
            else:
                self._adopt(order)

    def _is_ours(self, order: Order) -> bool:
        client_id = self._cache.client_id(order.client_order_id)
        return order.instrument_id.venue == self._client.venue and client_id in {None, self._client.id}

    def _actions_after(self, event: OrderEvent) -> list[Action]:
        name = event.client_order_id.value
        match event:
            case OrderAccepted():
                return self._machine.on_accepted(name)
            case OrderUpdated():
                self._machine.on_resized(name, event.quantity.as_decimal())
                if event.client_order_id in self._resizing:
                    self._resizing.remove(event.client_order_id)
                    self._client.create_task(self._submit_child(self._cache.order(event.client_order_id)))
            case OrderFilled():
                actions = self._machine.on_filled(name, event.last_qty.as_decimal())
                order = self._cache.order(event.client_order_id)
                return actions + (self._machine.on_closed(name) if order.is_closed else [])
            case OrderCanceled() | OrderExpired():
                return self._machine.on_closed(name)
            case OrderRejected() | OrderDenied():
                return self._machine.on_closed(name, refused=True)
            case OrderModifyRejected() | OrderCancelRejected():
                order = self._cache.order(event.client_order_id)
                asked = self._machine.on_change_refused(name, order.quantity.as_decimal())
                if asked and not order.is_closed:
                    self._log.error(
                        f"Order {name} stays as it is, with {order.leaves_qty} open, though the orders it is tied to "
                        f"have changed: {event.reason}"
                    )
        return []

    # -- actions -------------------------------------------------------------------------------------------

    def _carry_out(self, actions: list[Action]) -> None:
        for action in actions:
            order = self._cache.order(ClientOrderId(action.client_order_id))
            match action:
                case Release(_, quantity):
                    self._release(order, quantity)
                case Resize(_, quantity):
                    self._client.create_task(self._modify(self._resize_command(order, quantity)))
                case Cancel():
                    self._client.create_task(self._cancel(self._cancel_command(order)))
                case Drop(_, reason):
                    self._log.info(f"Order {action.client_order_id} is not sent: {reason}")
                    self._tell_canceled(order)
                case Unprotected():
                    self._log.error(
                        f"Order {action.client_order_id} has filled further, and the orders that were to protect it "
                        "have ended: what it filled is not protected"
                    )

    def _release(self, order: Order, quantity: Decimal) -> None:
        if order.quantity.as_decimal() == quantity:
            self._client.create_task(self._submit_child(order))
        else:
            # The engine takes events from a queue: the child is sent when its own quantity has come to be this one.
            self._resizing.add(order.client_order_id)
            self._tell_updated(order, self._quantity(order, quantity))

    async def _submit_child(self, order: Order) -> None:
        await self._submit(
            SubmitOrder(
                trader_id=order.trader_id,
                strategy_id=order.strategy_id,
                order=order,
                command_id=UUID4(),
                ts_init=self._clock.timestamp_ns(),
                position_id=self._cache.position_id(order.parent_order_id or order.client_order_id),
            )
        )

    # The client's own `generate_*` methods want an id of the venue, which an order that was never sent has not.

    def _tell_canceled(self, order: Order) -> None:
        now = self._clock.timestamp_ns()
        self._client._send_order_event(OrderCanceled(*_ids(order), None, None, UUID4(), now, now))  # noqa: SLF001 - framework API

    def _tell_updated(
        self,
        order: Order,
        quantity: Quantity | None = None,
        price: Price | None = None,
        trigger_price: Price | None = None,
    ) -> None:
        now = self._clock.timestamp_ns()
        event = OrderUpdated(
            *_ids(order),
            None,
            None,
            quantity or order.quantity,
            (price or order.price) if order.has_price else None,
            (trigger_price or order.trigger_price) if order.has_trigger_price else None,
            UUID4(),
            now,
            now,
        )
        self._client._send_order_event(event)  # noqa: SLF001 - framework API

    def _resize_command(self, order: Order, quantity: Decimal) -> ModifyOrder:
        return ModifyOrder(
            trader_id=order.trader_id,
            strategy_id=order.strategy_id,
            instrument_id=order.instrument_id,
            client_order_id=order.client_order_id,
            venue_order_id=order.venue_order_id,
            quantity=self._quantity(order, quantity),
            price=None,
            trigger_price=None,
            command_id=UUID4(),
            ts_init=self._clock.timestamp_ns(),
        )

    def _cancel_command(self, order: Order) -> CancelOrder:
        return CancelOrder(
            trader_id=order.trader_id,
            strategy_id=order.strategy_id,
            instrument_id=order.instrument_id,
            client_order_id=order.client_order_id,
            venue_order_id=order.venue_order_id,
            command_id=UUID4(),
            ts_init=self._clock.timestamp_ns(),
        )

    def _quantity(self, order: Order, quantity: Decimal) -> Quantity:
        return quantity_of(quantity, self._cache.instrument(order.instrument_id).size_precision)

    # -- earlier runs --------------------------------------------------------------------------------------

    def _adopt(self, order: Order) -> None:
        """Take over the group of an order of an earlier run, as far as it has come."""
        parent_id = order.parent_order_id
        parent = order if order.contingency_type == ContingencyType.OTO else self._cache.order(parent_id)
        ids = (
            parent.linked_order_ids
            if parent is not None
            else [order.client_order_id, *order.linked_order_ids]
        )
        children = [child for each in ids if (child := self._cache.order(each)) is not None]
        if all(leg.is_closed for leg in children) or self._machine.knows(order.client_order_id.value):
            return
        legs = [parent, *children] if parent is not None else children
        self._machine.add(
            _leg(parent) if parent else None, [_leg(each) for each in children], tie_of(children)
        )
        for leg in legs:
            if leg.status != OrderStatus.INITIALIZED:
                self._machine.resume(
                    leg.client_order_id.value, leg.quantity.as_decimal(), leg.filled_qty.as_decimal()
                )
        # What has ended first: nothing is to be sent or amended for it.
        actions: list[Action] = []
        for leg in legs:
            if leg.is_closed:
                refused = leg.status in {OrderStatus.REJECTED, OrderStatus.DENIED}
                actions += self._machine.on_closed(leg.client_order_id.value, refused=refused)
        self._carry_out(actions + self._machine.catch_up(order.client_order_id.value))


def split(orders: Sequence[Order]) -> tuple[Order | None, list[Order]]:
    """
    Return a list's entry, if there is one, and the other orders.

    Raises
    ------
    OrderNotSupportedError
        If more than one order releases others, or siblings are tied in different ways.

    """
    entries = [order for order in orders if order.contingency_type == ContingencyType.OTO]
    children = [order for order in orders if order.contingency_type != ContingencyType.OTO]
    if len(entries) > 1:
        raise OrderNotSupportedError(
            f"contingency_type OTO of {len(entries)} orders in one order list is not supported: of one order it is"
        )
    ties = {contingency_type_to_str(order.contingency_type) for order in children}
    if len(ties) > 1:
        raise OrderNotSupportedError(
            f"contingency_type {' and '.join(sorted(ties))} in one order list is not supported: one type for all is"
        )
    return (entries[0] if entries else None), children


def tie_of(children: Sequence[Order]) -> Tie:
    """Return what siblings do to each other."""
    return TIES[children[0].contingency_type] if children else Tie.NONE


def _leg(order: Order) -> tuple[str, Decimal]:
    """Return an order's id, and the quantity its strategy gave it at first."""
    return order.client_order_id.value, order.init_event.quantity.as_decimal()


def _ids(order: Order) -> tuple[Any, Any, Any, Any]:
    return order.trader_id, order.strategy_id, order.instrument_id, order.client_order_id


def single(command: SubmitOrderList, order: Order) -> SubmitOrder:
    """Return the command for one order of a list; params are meant for the entry, not for what waits for it."""
    return SubmitOrder(
        trader_id=command.trader_id,
        strategy_id=command.strategy_id,
        order=order,
        command_id=UUID4(),
        ts_init=command.ts_init,
        position_id=command.position_id,
        client_id=command.client_id,
        params=command.params if order.parent_order_id is None else None,
    )
