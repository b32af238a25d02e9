"""What is done with an execution when nobody will be there to see it end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nautilus_trader.model.identifiers import ClientOrderId

from nautilus_bybit_adapter.nt1.algo.execution import Outcome
from nautilus_bybit_adapter.nt1.algo.moves import Finish
from nautilus_bybit_adapter.nt1.algo.phases import Phase

if TYPE_CHECKING:
    from nautilus_trader.execution.algorithm import ExecAlgorithm

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
