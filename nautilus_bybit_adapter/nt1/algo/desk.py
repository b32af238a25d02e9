"""Sends, amends and cancels the children of executions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nautilus_trader.core.uuid import UUID4
from nautilus_trader.execution.messages import SubmitOrder
from nautilus_trader.model.enums import TimeInForce
from nautilus_trader.model.identifiers import ClientOrderId

from nautilus_bybit_adapter.nt1.algo.execution import ChildKind
from nautilus_bybit_adapter.nt1.algo.pacing import RateBudget
from nautilus_bybit_adapter.nt1.algo.phases import retry_cancel_ns
from nautilus_bybit_adapter.nt1.algo.terms import exact_price, exact_quantity

if TYPE_CHECKING:
    from collections.abc import Callable

    from nautilus_trader.execution.algorithm import ExecAlgorithm
    from nautilus_trader.model.orders import LimitOrder, Order

    from nautilus_bybit_adapter.nt1.algo.moves import Amend, Cancel, Post, SubmitPrimary
    from nautilus_bybit_adapter.nt1.algo.run import Run


class ChildDesk:
    """Turns the moves of a plan into orders and commands.

    The framework's own ``submit_order`` of an algorithm drops the position id that a strategy gave with the parent,
    and its ``params``: in hedge mode a child would then open the other leg instead of closing this one. Children
    sent from here carry both.

    Parameters
    ----------
    algorithm : ExecAlgorithm
        Whose orders they are.
    max_amends_per_sec : int
    take : Callable[[Run, Order], None]
        Takes in the events of an order; the framework subscribes to a strategy's events only after its first
        command, and a venue may answer within the call.

    """

    def __init__(
        self, algorithm: ExecAlgorithm, max_amends_per_sec: int, take: Callable[[Run, Order], None]
    ) -> None:
        self.amends = RateBudget(max_amends_per_sec)
        self._algorithm = algorithm
        self._take = take

    def post(self, run: Run, action: Post) -> None:
        """Send a new child."""
        child = self._spawn(run, action)
        self._add(run, child, action)
        cache, parent = self._algorithm.cache, run.primary.client_order_id
        cache.add_order(child, cache.position_id(parent), cache.client_id(parent))
        self._algorithm.msgbus.publish(topic=f"events.order.{child.strategy_id}", msg=child.init_event)
        self._submit(run, child)

    def submit_primary(self, run: Run, action: SubmitPrimary) -> None:
        """Send the parent itself."""
        name = run.primary.client_order_id.value
        now = self._algorithm.clock.timestamp_ns()
        run.execution.add_child(name, ChildKind.MARKET, action.quantity, None, now)
        self._submit(run, run.primary)

    def amend(self, run: Run, action: Amend) -> None:
        """Move a child to another price in place."""
        child = action.child
        order = self._algorithm.cache.order(ClientOrderId(child.child_id))
        now = self._algorithm.clock.timestamp_ns()
        child.amend_pending = True
        child.sent_ns = now
        self.amends.on_sent(now)
        self._algorithm.modify_order(order, price=exact_price(action.price, run.instrument))
        self._take(run, order)
        child.amend_pending = order.is_pending_update

    def cancel(self, run: Run, action: Cancel) -> None:
        """Ask the venue to cancel a child, once more if it has not answered.

        While the framework holds an order for one that is being canceled it asks the venue itself.
        """
        child = action.child
        order = self._algorithm.cache.order(ClientOrderId(child.child_id))
        child.cancel_requested = True
        child.cancel_pending = True
        child.cancel_sent_ns = self._algorithm.clock.timestamp_ns()
        if order.is_pending_cancel:
            return
        self._algorithm.cancel_order(order)
        self._take(run, order)
        if child.is_open and not order.is_pending_cancel:
            now = self._algorithm.clock.timestamp_ns()
            run.execution.on_cancel_rejected(child.child_id, retry_cancel_ns(child, now))

    def _spawn(self, run: Run, action: Post) -> LimitOrder:
        is_peg = action.kind is ChildKind.PEG
        while True:
            child = self._algorithm.spawn_limit(
                primary=run.primary,
                quantity=exact_quantity(action.quantity, run.instrument),
                price=exact_price(action.price, run.instrument),
                time_in_force=TimeInForce.GTC if is_peg else TimeInForce.IOC,
                post_only=is_peg,
                reduce_only=run.primary.is_reduce_only,
                tags=run.primary.tags,
                reduce_primary=False,
            )
            # After a restart the framework counts children from 1 again.
            if not self._algorithm.cache.order_exists(child.client_order_id):
                return child

    def _add(self, run: Run, child: LimitOrder, action: Post) -> None:
        now = self._algorithm.clock.timestamp_ns()
        run.execution.add_child(child.client_order_id.value, action.kind, action.quantity, action.price, now)

    def _submit(self, run: Run, order: Order) -> None:
        cache, parent = self._algorithm.cache, run.primary.client_order_id
        command = SubmitOrder(
            trader_id=order.trader_id,
            strategy_id=order.strategy_id,
            order=order,
            command_id=UUID4(),
            ts_init=self._algorithm.clock.timestamp_ns(),
            position_id=cache.position_id(parent),
            client_id=cache.client_id(parent),
            params=run.arrival.params,
        )
        self._algorithm.msgbus.send(endpoint="RiskEngine.execute", msg=command)
        self._take(run, order)
