"""Closes parents and tells what became of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nautilus_trader.model.data import DataType

from nautilus_bybit_adapter.nt1.algo.arrival import arrival_key
from nautilus_bybit_adapter.nt1.algo.execution import Outcome
from nautilus_bybit_adapter.nt1.algo.report import SmartLimitReport
from nautilus_bybit_adapter.nt1.algo.run import (
    Run,
    canceled_event,
    denied_event,
    denied_report,
    reduced_event,
)
from nautilus_bybit_adapter.nt1.algo.terms import exact_quantity

if TYPE_CHECKING:
    from nautilus_trader.execution.algorithm import ExecAlgorithm
    from nautilus_trader.model.identifiers import ClientOrderId
    from nautilus_trader.model.orders import Order

    from nautilus_bybit_adapter.nt1.algo.moves import Finish


class Endings:
    """Publishes a report for each parent, then closes it.

    Parameters
    ----------
    algorithm : ExecAlgorithm
        In whose name.

    """

    def __init__(self, algorithm: ExecAlgorithm) -> None:
        self.reports: dict[ClientOrderId, SmartLimitReport] = {}
        self._algorithm = algorithm

    def finish(self, run: Run, action: Finish) -> None:
        """Report an execution and close its parent."""
        now = self._algorithm.clock.timestamp_ns()
        run.is_reported = True
        self._algorithm.cache.add(arrival_key(run.primary.client_order_id.value), b"")
        self._publish(run.report(now, action.outcome, action.reason))
        if not run.was_sent_itself:
            self._close_parent(run, action, now)

    def report_late_fill(self, run: Run) -> None:
        """Report once more, with a fill that came after the end."""
        run.revision += 1
        reason = f"{run.plan.reason}; a fill came after that"
        now = self._algorithm.clock.timestamp_ns()
        self._publish(run.report(now, run.plan.settled_outcome(), reason))
        if not run.was_sent_itself:
            self._leave_unfilled(run, now)

    def deny(self, order: Order, reason: str) -> None:
        """Refuse an order that was never sent."""
        if order.is_closed:
            return
        now = self._algorithm.clock.timestamp_ns()
        self._publish(denied_report(order, reason, now))
        self._algorithm.msgbus.send("ExecEngine.process", denied_event(order, reason, now))

    def _close_parent(self, run: Run, action: Finish, now_ns: int) -> None:
        parent, cache = run.primary, self._algorithm.cache
        self._leave_unfilled(run, now_ns)
        if parent.is_closed:
            return
        if not run.execution.unfilled:
            # Not published: a strategy that answers a cancel with a new order would trade twice.
            parent.apply(canceled_event(parent, now_ns))
            cache.update_order(parent)
        elif action.outcome is Outcome.DENIED:
            self._algorithm.msgbus.send("ExecEngine.process", denied_event(parent, action.reason, now_ns))
        else:
            self._algorithm.msgbus.send("ExecEngine.process", canceled_event(parent, now_ns))

    def _leave_unfilled(self, run: Run, now_ns: int) -> None:
        """Reduce a parent to what its children did not execute, so that executed and canceled make the order."""
        parent, left = run.primary, run.execution.unfilled
        if run.execution.filled and left and parent.quantity.as_decimal() != left:
            parent.apply(reduced_event(parent, exact_quantity(left, run.instrument), now_ns))
            self._algorithm.cache.update_order(parent)

    def _publish(self, report: SmartLimitReport) -> None:
        self.reports[report.client_order_id] = report
        filled = f"{report.filled_qty} of {report.quantity}"
        text = f"{report.client_order_id!r} {report.outcome.value}, {filled}: {report.reason}"
        if report.outcome is Outcome.FILLED and not report.revision:
            self._algorithm.log.info(text)
        else:
            self._algorithm.log.warning(text)
        self._algorithm.publish_data(DataType(SmartLimitReport), report)
