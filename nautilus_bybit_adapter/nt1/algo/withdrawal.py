"""What is done with an execution when nobody will be there to see it end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nautilus_trader.model.identifiers import ClientOrderId

from nautilus_bybit_adapter.nt1.algo.execution import Outcome
from nautilus_bybit_adapter.nt1.algo.moves import Finish
from nautilus_bybit_adapter.nt1.algo.phases import Phase
from nautilus_bybit_adapter.nt1.algo.run import canceled_event

if TYPE_CHECKING:
    from nautilus_trader.execution.algorithm import ExecAlgorithm
    from nautilus_trader.execution.messages import CancelOrder

    from nautilus_bybit_adapter.nt1.algo.run import Run


def withdraw(algorithm: ExecAlgorithm, run: Run, reason: str) -> Finish:
    """Send the cancel of what is open, and end without waiting for the answer."""
    child = run.execution.open_child
    if child is not None:
        reason += f"; {child.child_id} was open and its cancel has been sent"
        order = algorithm.cache.order(ClientOrderId(child.child_id))
        if not (order.is_closed or order.is_pending_cancel):
            algorithm.cancel_order(order)
    run.plan.end(Outcome.CANCELED, reason)
    run.plan.phase = Phase.DONE
    return Finish(run.plan.settled_outcome(), reason)


def cancel_while_away(algorithm: ExecAlgorithm, command: CancelOrder) -> None:
    """Cancel a parent, and the children it has at the venue, while the algorithm does not run.

    The report follows when it runs again: until then it does not hear what the venue makes of that.
    """
    parent = algorithm.cache.order(command.client_order_id)
    if parent is None or not parent.is_active_local:
        return
    for child in algorithm.cache.orders_for_exec_spawn(parent.client_order_id):
        if child.is_spawned and not (child.is_closed or child.is_pending_cancel):
            algorithm.cancel_order(child)
    algorithm.msgbus.send("ExecEngine.process", canceled_event(parent, algorithm.clock.timestamp_ns()))
