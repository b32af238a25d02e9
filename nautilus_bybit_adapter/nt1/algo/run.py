"""One parent order on its way, its report, and the events that close it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nautilus_trader.core.uuid import UUID4
from nautilus_trader.model.events import OrderCanceled, OrderDenied, OrderUpdated
from nautilus_trader.model.objects import Currency, Money, Quantity

from nautilus_bybit_adapter.nt1.algo.arrival import Arrival
from nautilus_bybit_adapter.nt1.algo.course import Units, fee_bps, split_cost
from nautilus_bybit_adapter.nt1.algo.execution import Outcome, ParentExecution
from nautilus_bybit_adapter.nt1.algo.plan import Plan
from nautilus_bybit_adapter.nt1.algo.report import SmartLimitReport
from nautilus_bybit_adapter.nt1.algo.terms import exact_quantity, terms_of, units_of
from nautilus_bybit_adapter.warden.policy import Urgency

if TYPE_CHECKING:
    from decimal import Decimal

    from nautilus_trader.model.instruments import Instrument
    from nautilus_trader.model.orders import Order

    from nautilus_bybit_adapter.nt1.algo.book import BookFeed
    from nautilus_bybit_adapter.nt1.algo.config import SmartLimitExecAlgorithmConfig
    from nautilus_bybit_adapter.nt1.algo.moves import View
    from nautilus_bybit_adapter.nt1.algo.params import OrderParams


@dataclass(slots=True, kw_only=True)
class Run:
    """The state of one execution.

    Parameters
    ----------
    primary : Order
        The parent.
    arrival : Arrival
        What the route was chosen by; its `params` go with every child.
    instrument : Instrument
    feed : BookFeed
    plan : Plan
    ts_start : int
        When that was, UNIX nanoseconds.
    units : Units

    """

    primary: Order
    instrument: Instrument
    feed: BookFeed
    plan: Plan
    ts_start: int
    units: Units
    arrival: Arrival = field(default_factory=Arrival)
    revision: int = 0
    is_reported: bool = False
    is_advancing: bool = False
    is_behind: bool = False
    seen: View | None = None
    """The market at which there was nothing to do but wait."""

    @property
    def execution(self) -> ParentExecution:
        """The books of the parent."""
        return self.plan.execution

    @property
    def was_sent_itself(self) -> bool:
        """Whether the parent went to the venue as it is."""
        return self.execution.was_sent_itself

    def report(self, now_ns: int, outcome: Outcome, reason: str) -> SmartLimitReport:
        """Return what became of it; `now_ns` is UNIX nanoseconds."""
        execution, arrival = self.execution, self.arrival
        decision, outlook = arrival.decision, arrival.outlook
        costs = None if decision is None else decision.costs
        fee = fee_bps(execution.fills, self.units)
        split = None
        if arrival.mid is not None:
            split = split_cost(execution.fills, arrival.mid, is_buy=self.plan.terms.is_buy)
        return SmartLimitReport(
            client_order_id=self.primary.client_order_id,
            strategy_id=self.primary.strategy_id,
            instrument_id=self.primary.instrument_id,
            side=self.primary.side,
            quantity=exact_quantity(execution.settled_total, self.instrument),
            filled_qty=exact_quantity(execution.filled, self.instrument),
            notional=self._notional(),
            urgency=self.plan.terms.preferences.urgency.value,
            decision="none" if decision is None else decision.route.value,
            decision_reason="" if decision is None else decision.reason,
            market_cost_bps=None if costs is None else _number(costs.market),
            capped_cost_bps=None if costs is None else _number(costs.capped),
            peg_cost_bps=None if costs is None else _number(costs.peg),
            arrival_mid=arrival.mid,
            arrival_spread_bps=None if outlook is None else _number(outlook.spread_bps),
            expected_slippage_bps=None if outlook is None else _number(outlook.expected_bps),
            walk_slippage_bps=None if outlook is None else _number(outlook.walk_bps),
            q90_slippage_bps=None if outlook is None else _number(outlook.q90_bps),
            q95_slippage_bps=None if outlook is None else _number(outlook.q95_bps),
            horizon_ns=0 if outlook is None else outlook.horizon_ns,
            sufficient_depth=outlook is not None and outlook.sufficient_depth,
            uses_model=outlook is not None and outlook.uses_model,
            fill_probability=None if costs is None else _number(costs.fill_probability),
            bids=arrival.bids,
            asks=arrival.asks,
            avg_px=execution.average_price,
            cost_bps=None if split is None else float(split.total),
            spread_cost_bps=None if split is None or split.spread is None else float(split.spread),
            drift_cost_bps=None if split is None or split.drift is None else float(split.drift),
            fee_bps=None if fee is None else float(fee),
            maker_qty=execution.filled_as(is_maker=True),
            taker_qty=execution.filled_as(is_maker=False),
            commissions=tuple(
                Money.from_decimal(amount, Currency.from_str(code))
                for code, amount in execution.commissions.items()
            ),
            children=len(execution.children),
            amends=execution.amends,
            fills=tuple(execution.fills),
            steps=tuple(execution.steps),
            outcome=outcome,
            reason=reason,
            revision=self.revision,
            ts_start=self.ts_start,
            ts_event=now_ns,
            ts_init=now_ns,
        )

    def _notional(self) -> Decimal | None:
        if self.arrival.mid is None:
            return None
        return self.units.value(self.execution.settled_total, self.arrival.mid)


def begin_run(
    order: Order,
    instrument: Instrument,
    feed: BookFeed,
    params: OrderParams,
    config: SmartLimitExecAlgorithmConfig,
    arrival: Arrival,
    arrived_ns: int,
    now_ns: int,
) -> Run:
    """Return the execution of an order that has been checked and came at `arrived_ns`, UNIX nanoseconds."""
    terms = terms_of(order, instrument, params, config, arrived_ns, now_ns)
    return Run(
        primary=order,
        instrument=instrument,
        feed=feed,
        plan=Plan(terms, ParentExecution(order.quantity.as_decimal())),
        ts_start=arrived_ns,
        units=units_of(instrument),
        arrival=arrival,
    )


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value


def denied_report(order: Order, reason: str, now_ns: int) -> SmartLimitReport:
    """Return the report of an order that was refused on arrival."""
    asked = (order.exec_algorithm_params or {}).get("urgency", Urgency.PASSIVE.value)
    return SmartLimitReport(
        client_order_id=order.client_order_id,
        strategy_id=order.strategy_id,
        instrument_id=order.instrument_id,
        side=order.side,
        quantity=order.quantity,
        filled_qty=Quantity.zero(order.quantity.precision),
        urgency=str(asked),
        outcome=Outcome.DENIED,
        reason=reason,
        ts_start=now_ns,
        ts_event=now_ns,
        ts_init=now_ns,
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
