"""An execution algorithm that rests at the touch, and crosses only at the deadline or when asked to."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from nautilus_trader.common.enums import ComponentState
from nautilus_trader.execution.algorithm import ExecAlgorithm
from nautilus_trader.execution.messages import CancelOrder, SubmitOrder, SubmitOrderList

from nautilus_bybit_adapter.nt1.algo.alerts import Alerts
from nautilus_bybit_adapter.nt1.algo.arrival import Arrival, arrival_key
from nautilus_bybit_adapter.nt1.algo.config import SmartLimitExecAlgorithmConfig
from nautilus_bybit_adapter.nt1.algo.desk import ChildDesk
from nautilus_bybit_adapter.nt1.algo.endings import Endings
from nautilus_bybit_adapter.nt1.algo.execution import Outcome
from nautilus_bybit_adapter.nt1.algo.feeds import MarketFeeds
from nautilus_bybit_adapter.nt1.algo.intake import take_events
from nautilus_bybit_adapter.nt1.algo.modification import SmartLimitModify, apply_modification
from nautilus_bybit_adapter.nt1.algo.moves import (
    Action,
    Amend,
    Begin,
    Cancel,
    Finish,
    Post,
    SubmitPrimary,
    Wait,
)
from nautilus_bybit_adapter.nt1.algo.opening import begin
from nautilus_bybit_adapter.nt1.algo.params import SmartLimitOrderError, check_order, parse_params
from nautilus_bybit_adapter.nt1.algo.phases import Phase
from nautilus_bybit_adapter.nt1.algo.recovery import (
    arrival_of,
    children_of,
    orphans,
    restore,
    unreported_parents,
)
from nautilus_bybit_adapter.nt1.algo.run import Run, begin_run
from nautilus_bybit_adapter.nt1.algo.withdrawal import cancel_while_away, withdraw

if TYPE_CHECKING:
    from typing import Any

    from nautilus_trader.execution.messages import TradingCommand
    from nautilus_trader.model.data import OrderBookDeltas, QuoteTick, TradeTick
    from nautilus_trader.model.events import OrderEvent
    from nautilus_trader.model.identifiers import ClientOrderId, InstrumentId
    from nautilus_trader.model.orders import Order, OrderList

    from nautilus_bybit_adapter.nt1.algo.report import SmartLimitReport
    from nautilus_bybit_adapter.warden import FastWarden

# Ended executions that are kept for fills that come late.
_REMEMBERED = 1_000


class SmartLimitExecAlgorithm(ExecAlgorithm):
    """Executes market and limit orders as a maker where it can, and never beyond a slippage guard.

    An order that names ``exec_algorithm_id=ExecAlgorithmId("SMART_LIMIT")`` rests as a post-only child at the
    best price of its own side, one tick before it inside a wide spread, and follows it by amending in place. At
    the deadline what is left crosses as immediate-or-cancel limits, at most ``max_cross_bps`` beyond the opposite
    best and at most ``max_cross_attempts`` times; what then remains is reported, not forced. The price of a limit
    order is a bound for every child; a post-only order never crosses.

    ``exec_algorithm_params``, each optional:

    - ``urgency``: "passive" (the default) rests whatever the forecast; "normal" takes the cheapest of market order,
      capped limit and resting, by expected cost with the instrument's fees and the weighted 95 % quantile; "now" the
      cheaper of the two that trade at once. A market order is sent only if that quantile is within
      ``slippage_threshold`` and the visible depth fills it; else capped limits in parts, and the touch after;
    - ``horizon_secs`` or ``deadline_ns``: how long to rest; ``max_cross_bps``: the cap;
    - ``slices``, ``size_jitter``, ``time_jitter``: resting in parts, sizes and pauses spread by a seeded draw;
    - ``improve_from_ticks``: from which spread to go before the best price.

    With anything else the order is denied, as are order lists, contingent orders, quote quantities and times in
    force other than GTC (and IOC for market orders, of use to one that is sent itself: the simulated venue lets the
    rest of a GTC market order hang where the book runs out). Position id, ``params`` and tags of the parent go with
    every child.

    **What the strategy sees.** Children carry the parent's id with ``-E1``, ``-E2`` ... and their fills come
    as ``OrderFilled`` for those ids. The parent itself stays ``INITIALIZED`` while children work, so that
    canceling it ends the execution; send a `SmartLimitModify` to change it. It never carries a fill that a child has
    had: that would count the position twice. It ends in one of four ways:

    - sent itself (a market order): ``FILLED`` like any market order;
    - refused before anything reached the venue: ``DENIED`` with the reason;
    - executed in full by children: ``CANCELED`` in the cache, and no ``OrderCanceled`` is published, so that
      a strategy that answers a cancel with a new order does not trade twice;
    - otherwise: ``OrderCanceled``, its quantity reduced to what was *not* executed.

    To learn what became of an order take the `SmartLimitReport`, which is published just before the parent
    closes and kept in `reports`. A fill that comes still later is accounted for in a further report with a
    higher ``revision``. Strategies get reports in ``on_data`` after
    ``subscribe_data(DataType(SmartLimitReport))`` (the framework then logs an error about a missing client id
    and subscribes all the same).

    **Data that go away.** Nothing rests on, or is priced from, a book that its client distrusts
    (`BybitBookStatus`) or that has been silent for ``max_book_age_secs``: the child is withdrawn until the book is
    back; if it is not within ``book_timeout_secs`` of the deadline, the execution ends with what it has.

    **Restarts.** With ``children_on_stop="keep"``, and after a process that was killed, `on_start` takes every
    parent in the cache up again that has not been reported: fills that came meanwhile are accounted, the open child
    is followed on or withdrawn, the deadline stays what it was. It takes a cache that survives, hence a database
    behind it, to outlive a process.

    Parameters
    ----------
    config : SmartLimitExecAlgorithmConfig, optional

    """

    def __init__(self, config: SmartLimitExecAlgorithmConfig | None = None) -> None:
        super().__init__(config or SmartLimitExecAlgorithmConfig())
        self._endings = Endings(self)
        self._desk = ChildDesk(self, self.config.max_amends_per_sec, self._take)
        self._feeds = MarketFeeds(self, self._advance_all)
        self._runs: dict[ClientOrderId, Run] = {}
        self._active: dict[ClientOrderId, Run] = {}
        self._ended: deque[ClientOrderId] = deque()
        self._alerts: Alerts | None = None
        self._params: dict[str, Any] | None = None

    @property
    def reports(self) -> dict[ClientOrderId, SmartLimitReport]:
        """The last report of each parent that has ended."""
        return self._endings.reports

    @property
    def warden(self) -> FastWarden:
        """What forecasts; its books are those of the instruments traded."""
        return self._feeds.warden

    # -- life ------------------------------------------------------------------------------------------

    def on_start(self) -> None:
        """Subscribe to the books of the configured instruments, and take up what an earlier run has left."""
        self._alerts = Alerts(self.clock, str(self.id))
        self.msgbus.register(endpoint=f"{self.id}.modify", handler=self.modify)
        for instrument_id in self.config.instrument_ids or []:
            self._feeds.of(instrument_id)
        self._take_up_again()

    def on_resume(self) -> None:
        """Go on after a stop, as after a start."""
        self.on_start()

    def on_stop(self) -> None:
        """Withdraw every child and close every parent, or leave them all, as configured.

        No event and no data reach a stopped algorithm.
        """
        if self._alerts is not None:
            self._alerts.cancel_all()
        self.msgbus.deregister(endpoint=f"{self.id}.modify", handler=self.modify)
        if self.config.children_on_stop == "cancel":
            for run in list(self._active.values()):
                self._perform(run, withdraw(self, run, "the algorithm was stopped"))
        for run in self._active.values():
            self._runs.pop(run.primary.client_order_id)
        self._active.clear()
        self._feeds.close()

    def on_reset(self) -> None:
        """Forget every order, book and report."""
        self.reports.clear()
        self._feeds.forget()
        self._runs.clear()
        self._active.clear()
        self._ended.clear()

    def execute(self, command: TradingCommand) -> None:
        """Take a command; what comes while the algorithm does not run is answered, not lost."""
        if self.state == ComponentState.RUNNING:
            self._params = getattr(command, "params", None)
            super().execute(command)
        elif isinstance(command, CancelOrder):
            cancel_while_away(self, command)
        elif isinstance(command, SubmitOrder | SubmitOrderList):
            orders = command.order_list.orders if isinstance(command, SubmitOrderList) else [command.order]
            for order in orders:
                self._endings.deny(
                    order, f"{self.id} is not running: algorithms start after the strategies' on_start"
                )

    # -- data ------------------------------------------------------------------------------------------

    def on_order_book_deltas(self, deltas: OrderBookDeltas) -> None:
        """Follow a book."""
        if self._feeds.apply(deltas):
            self._advance_all(deltas.instrument_id)

    def on_quote_tick(self, tick: QuoteTick) -> None:
        """Follow the touch of an instrument whose book has not come."""
        self._advance_all(tick.instrument_id)

    def on_trade_tick(self, tick: TradeTick) -> None:
        """Follow the trades of a market, for the forecast."""
        self._feeds.on_trade(tick)

    def _advance_all(self, instrument_id: InstrumentId) -> None:
        """Look at every execution in a market, but for those which have seen it just so and wait."""
        amend_from_ns = self._desk.amends.free_from_ns
        for run in list(self._active.values()):
            if run.feed.instrument_id == instrument_id and self._feeds.view(run, amend_from_ns) != run.seen:
                self._advance(run)

    # -- orders ----------------------------------------------------------------------------------------

    def on_order(self, order: Order) -> None:
        """Begin the execution of a parent order."""
        self._execute(order, Arrival(params=self._params or None), self.clock.timestamp_ns())

    def on_order_list(self, order_list: OrderList) -> None:
        """Refuse: the orders of a list depend on each other."""
        for order in order_list.orders:
            self._endings.deny(
                order, f"{self.id} executes single orders, and this one came in {order_list.id}"
            )

    def on_order_event(self, event: OrderEvent) -> None:
        """Take note of what happened to a parent or a child."""
        order = self.cache.order(event.client_order_id)
        run = self._runs.get(order.exec_spawn_id or order.client_order_id)
        if run is not None:
            self._take(run, order)

    def modify(self, request: SmartLimitModify) -> None:
        """Change quantity or limit price of a parent at work; also the endpoint ``<id>.modify`` of the message bus.

        Raises
        ------
        SmartLimitOrderError
            If there is no such parent, it is too late, or a value is not allowed; nothing is changed then.

        """
        run = self._active.get(request.client_order_id)
        apply_modification(self, run, request)
        if run is not None:
            self._advance(run)

    def _execute(self, order: Order, arrival: Arrival, arrived_ns: int) -> None:
        run = self._set_up(order, arrival, arrived_ns)
        if run is not None:
            self.cache.add(arrival_key(order.client_order_id.value), arrival.to_bytes())
            if order.is_closed and not run.was_sent_itself:
                run.plan.end(Outcome.CANCELED, "canceled by the strategy")
            self._runs[order.client_order_id] = run
            self._active[order.client_order_id] = run
            self._advance(run)

    def _set_up(self, order: Order, arrival: Arrival, arrived_ns: int) -> Run | None:
        """Return the execution of an order as its children have left it; None for one that is refused."""
        instrument, now = self.cache.instrument(order.instrument_id), self.clock.timestamp_ns()
        try:
            params = parse_params(order.exec_algorithm_params, self.config, arrived_ns)
            check_order(order, params, instrument)
        except SmartLimitOrderError as error:
            self._endings.deny(order, str(error))
            return None
        feed = self._feeds.of(order.instrument_id)
        run = begin_run(order, instrument, feed, params, self.config, arrival, arrived_ns, now)
        for child in children_of(self.cache, order):
            restore(run.execution, child)
            take_events(run.plan, child, now)
        return run

    def _take_up_again(self) -> None:
        for parent in unreported_parents(self.cache, self.id):
            topic = f"events.order.{parent.strategy_id}"
            if not self.msgbus.is_subscribed(topic=topic, handler=self._on_resumed_event):
                self.msgbus.subscribe(topic=topic, handler=self._on_resumed_event)
            self.log.info(f"{parent.client_order_id!r} is taken up again")
            self._execute(parent, arrival_of(self.cache, parent), parent.ts_init)
        for child in orphans(self.cache, self.id):
            if child.exec_spawn_id not in self._runs:
                self.log.warning(f"{child.client_order_id!r} is canceled: its parent has ended")
                self.cancel_order(child)

    def _on_resumed_event(self, event: OrderEvent) -> None:
        """Hear of a strategy that has sent no command since the restart; events heard twice count once."""
        order = self.cache.order(event.client_order_id)
        if self.state == ComponentState.RUNNING and order is not None and order.exec_algorithm_id == self.id:
            self.on_order_event(event)

    def _take(self, run: Run, order: Order) -> None:
        is_parent = order.client_order_id == run.primary.client_order_id
        if order.client_order_id.value in run.execution.children:
            mid = self._feeds.view(run).touch.mid
            is_filled = take_events(run.plan, order, self.clock.timestamp_ns(), mid)
            if is_filled and run.is_reported:
                self._endings.report_late_fill(run)
        elif is_parent and order.is_closed:
            run.plan.end(Outcome.CANCELED, "canceled by the strategy")
        self._advance(run)

    # -- the course ------------------------------------------------------------------------------------

    def _advance(self, run: Run) -> None:
        """Do what there is to do now. Events that come back while doing it are taken up by the same loop."""
        if run.is_advancing:
            run.is_behind = True
            return
        run.is_advancing = True
        try:
            while True:
                run.is_behind = False
                view = self._feeds.view(run, self._desk.amends.free_from_ns)
                action = run.plan.next_action(self.clock.timestamp_ns(), view)
                self._perform(run, action)
                if isinstance(action, Wait | Finish) and not run.is_behind:
                    run.seen = view if isinstance(action, Wait) else None
                    return
        finally:
            run.is_advancing = False

    def _perform(self, run: Run, action: Action) -> None:
        match action:
            case Wait(until_ns):
                self._wake(run, until_ns)
            case Begin():
                begin(self, run, self._feeds.view(run))
            case Post():
                self._desk.post(run, action)
            case SubmitPrimary():
                self._desk.submit_primary(run, action)
            case Amend():
                self._desk.amend(run, action)
            case Cancel():
                self._desk.cancel(run, action)
            case Finish():
                self._forget(run)
                self._endings.finish(run, action)

    def _wake(self, run: Run, until_ns: int | None) -> None:
        key = run.primary.client_order_id.value
        if self._alerts is None or run.plan.phase is Phase.DONE:
            return
        if until_ns is None:
            self._alerts.cancel(key)
        else:
            self._alerts.set(key, until_ns, lambda: self._advance(run))
        self._watch(run)

    def _watch(self, run: Run) -> None:
        """Look again when the book would be too old, so that a silent feed is noticed."""
        key = f"{run.primary.client_order_id.value}:age"
        if self._alerts is not None and not self._alerts.is_pending(key):
            at_ns = self._feeds.stale_from_ns(run) + 1
            if at_ns > self.clock.timestamp_ns():
                self._alerts.set(key, at_ns, lambda: self._advance(run))

    def _forget(self, run: Run) -> None:
        client_order_id = run.primary.client_order_id
        self._active.pop(client_order_id, None)
        if self._alerts is not None:
            self._alerts.cancel(client_order_id.value)
            self._alerts.cancel(f"{client_order_id.value}:age")
        self._ended.append(client_order_id)
        if len(self._ended) > _REMEMBERED:
            self._runs.pop(self._ended.popleft(), None)
