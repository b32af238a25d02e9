"""An execution algorithm that rests at the touch, and crosses only at the deadline or when asked to."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from nautilus_trader.common.enums import ComponentState
from nautilus_trader.execution.algorithm import ExecAlgorithm
from nautilus_trader.execution.messages import SubmitOrder, SubmitOrderList
from nautilus_trader.model.data import DataType
from nautilus_trader.model.enums import BookType, TimeInForce
from nautilus_trader.model.identifiers import ClientOrderId

from nautilus_bybit_adapter.nt1.algo.alerts import Alerts
from nautilus_bybit_adapter.nt1.algo.book import BookFeed, touch_of_quote
from nautilus_bybit_adapter.nt1.algo.config import SmartLimitExecAlgorithmConfig
from nautilus_bybit_adapter.nt1.algo.execution import ChildKind, Outcome, ParentExecution
from nautilus_bybit_adapter.nt1.algo.intake import take_events
from nautilus_bybit_adapter.nt1.algo.moves import (
    Action,
    Amend,
    Begin,
    Cancel,
    Finish,
    Post,
    SubmitPrimary,
    View,
    Wait,
)
from nautilus_bybit_adapter.nt1.algo.params import SmartLimitOrderError, check_order, parse_params
from nautilus_bybit_adapter.nt1.algo.plan import Phase, Plan, retry_cancel_ns
from nautilus_bybit_adapter.nt1.algo.report import SmartLimitReport
from nautilus_bybit_adapter.nt1.algo.run import (
    Run,
    canceled_event,
    denied_event,
    denied_report,
    reduced_event,
)
from nautilus_bybit_adapter.nt1.algo.terms import exact_price, exact_quantity, terms_of, units_of
from nautilus_bybit_adapter.warden import FastWarden

if TYPE_CHECKING:
    from decimal import Decimal

    from nautilus_trader.execution.messages import TradingCommand
    from nautilus_trader.model.data import OrderBookDeltas, QuoteTick
    from nautilus_trader.model.events import OrderEvent
    from nautilus_trader.model.identifiers import InstrumentId
    from nautilus_trader.model.orders import Order, OrderList

# Ended executions that are kept for fills that come late.
_REMEMBERED = 1_000
_REPORTED_LEVELS = 50


class SmartLimitExecAlgorithm(ExecAlgorithm):
    """Executes market and limit orders as a maker where it can, and never beyond a slippage guard.

    An order that names ``exec_algorithm_id=ExecAlgorithmId("SMART_LIMIT")`` rests as a post-only child at the
    best price of its own side and follows it by amending in place. At the deadline what is left crosses as
    immediate-or-cancel limits, at most ``max_cross_bps`` beyond the opposite best and at most
    ``max_cross_attempts`` times; what then remains is reported, not forced. The price of a limit order is a
    bound for every child; a post-only order never crosses.

    ``exec_algorithm_params``, each optional: ``urgency`` ("passive", or "now": a market order is sent as it
    is if the book walk says that it fills within ``slippage_threshold``; if not, capped limits first and the
    touch after), ``horizon_secs``, ``max_cross_bps``. With anything else the order is denied, as are order
    lists, contingent orders, quote quantities and times in force other than GTC (and IOC for market orders,
    of use to one that is sent itself: the simulated venue lets the rest of a GTC market order hang where the
    book runs out).

    **What the strategy sees.** Children carry the parent's id with ``-E1``, ``-E2`` ... and their fills come
    as ``OrderFilled`` for those ids. The parent itself stays ``INITIALIZED`` while children work, so that
    canceling it ends the execution. It never carries a fill that a child has had: that would count the
    position twice. It ends in one of four ways:

    - sent itself (urgency "now" within the guard): ``FILLED`` like any market order;
    - refused before anything reached the venue: ``DENIED`` with the reason;
    - executed in full by children: ``CANCELED`` in the cache, and no ``OrderCanceled`` is published, so that
      a strategy that answers a cancel with a new order does not trade twice;
    - otherwise: ``OrderCanceled``, its quantity reduced first to what was *not* executed.

    To learn what became of an order take the `SmartLimitReport`, which is published just before the parent
    closes and kept in `reports`. A fill that comes still later is accounted for in a further report with a
    higher ``revision``. Strategies get reports in ``on_data`` after
    ``subscribe_data(DataType(SmartLimitReport))`` (the framework then logs an error about a missing client id
    and subscribes all the same).

    Parameters
    ----------
    config : SmartLimitExecAlgorithmConfig, optional

    """

    def __init__(self, config: SmartLimitExecAlgorithmConfig | None = None) -> None:
        super().__init__(config or SmartLimitExecAlgorithmConfig())
        self.reports: dict[ClientOrderId, SmartLimitReport] = {}
        self.warden = FastWarden()
        self._feeds: dict[InstrumentId, BookFeed] = {}
        self._runs: dict[ClientOrderId, Run] = {}
        self._active: dict[ClientOrderId, Run] = {}
        self._ended: deque[ClientOrderId] = deque()
        self._alerts: Alerts | None = None

    # -- life ------------------------------------------------------------------------------------------

    def on_start(self) -> None:
        """Subscribe to the books of the configured instruments."""
        self._alerts = Alerts(self.clock, str(self.id))
        for instrument_id in self.config.instrument_ids or []:
            self._feed_of(instrument_id)

    def on_stop(self) -> None:
        """Withdraw every child and close every parent: no event reaches a stopped algorithm."""
        if self._alerts is not None:
            self._alerts.cancel_all()
        for run in list(self._active.values()):
            reason = "the algorithm was stopped"
            child = run.execution.open_child
            if child is not None:
                reason += f"; {child.child_id} was open and its cancel has been sent"
                order = self.cache.order(ClientOrderId(child.child_id))
                if not (order.is_closed or order.is_pending_cancel):
                    self.cancel_order(order)
            run.plan.end(Outcome.CANCELED, reason)
            run.plan.phase = Phase.DONE
            self._finish(run, Finish(run.plan.settled_outcome(), reason))

    def on_reset(self) -> None:
        """Forget every order, book and report."""
        self.reports.clear()
        self.warden.reset()
        self._feeds.clear()
        self._runs.clear()
        self._active.clear()
        self._ended.clear()

    def execute(self, command: TradingCommand) -> None:
        """Take a command; an order that comes while the algorithm does not run is denied, not lost."""
        if self.state != ComponentState.RUNNING and isinstance(command, SubmitOrder | SubmitOrderList):
            orders = command.order_list.orders if isinstance(command, SubmitOrderList) else [command.order]
            for order in orders:
                self._deny(
                    order, f"{self.id} is not running: algorithms start after the strategies' on_start"
                )
            return
        super().execute(command)

    # -- data ------------------------------------------------------------------------------------------

    def on_order_book_deltas(self, deltas: OrderBookDeltas) -> None:
        """Follow a book."""
        feed = self._feeds.get(deltas.instrument_id)
        if feed is not None:
            feed.apply(deltas)
            self._advance_all(deltas.instrument_id)

    def on_quote_tick(self, tick: QuoteTick) -> None:
        """Follow the touch of an instrument whose book has not come."""
        self._advance_all(tick.instrument_id)

    def _advance_all(self, instrument_id: InstrumentId) -> None:
        for run in list(self._active.values()):
            if run.primary.instrument_id == instrument_id:
                self._advance(run)

    def _feed_of(self, instrument_id: InstrumentId) -> BookFeed:
        feed = self._feeds.get(instrument_id)
        if feed is None:
            feed = self._feeds[instrument_id] = BookFeed(instrument_id, self.warden)
            # A managed subscription would put an empty book in place of the one that a strategy may have.
            self.subscribe_order_book_deltas(
                instrument_id, BookType.L2_MBP, depth=self.config.book_depth, managed=False
            )
        feed.seed(self.cache.order_book(instrument_id))
        return feed

    # -- orders ----------------------------------------------------------------------------------------

    def on_order(self, order: Order) -> None:
        """Begin the execution of a parent order."""
        instrument = self.cache.instrument(order.instrument_id)
        try:
            params = parse_params(order.exec_algorithm_params, self.config)
            check_order(order, params, instrument)
        except SmartLimitOrderError as error:
            self._deny(order, str(error))
            return
        now = self.clock.timestamp_ns()
        terms = terms_of(order, instrument, params, self.config, now)
        plan = Plan(terms, ParentExecution(order.quantity.as_decimal()))
        run = Run(
            primary=order,
            instrument=instrument,
            feed=self._feed_of(order.instrument_id),
            plan=plan,
            quantity=order.quantity,
            ts_start=now,
            units=units_of(instrument),
        )
        self._runs[order.client_order_id] = run
        self._active[order.client_order_id] = run
        self._advance(run)

    def on_order_list(self, order_list: OrderList) -> None:
        """Refuse: the orders of a list depend on each other."""
        for order in order_list.orders:
            self._deny(order, f"{self.id} executes single orders, and this one came in {order_list.id}")

    def on_order_event(self, event: OrderEvent) -> None:
        """Take note of what happened to a parent or a child."""
        order = self.cache.order(event.client_order_id)
        run = self._runs.get(order.exec_spawn_id or order.client_order_id)
        if run is not None:
            self._take(run, order)

    def _take(self, run: Run, order: Order) -> None:
        is_parent = order.client_order_id == run.primary.client_order_id
        if order.client_order_id.value in run.execution.children:
            mid = self._view(run).touch.mid
            is_filled = take_events(run.plan, order, self.clock.timestamp_ns(), mid)
            if is_filled and run.is_reported:
                self._report_late_fill(run)
        elif is_parent and order.is_closed:
            run.plan.end(Outcome.CANCELED, "canceled by the strategy")
        self._advance(run)

    # -- the course ------------------------------------------------------------------------------------

    def _advance(self, run: Run) -> None:
        """Do what there is to do now. Events that come back while doing it are taken up by the same loop."""
        if run.is_advancing:
            run.is_stale = True
            return
        run.is_advancing = True
        try:
            while True:
                run.is_stale = False
                action = run.plan.next_action(self.clock.timestamp_ns(), self._view(run))
                self._perform(run, action)
                if isinstance(action, Wait | Finish) and not run.is_stale:
                    return
        finally:
            run.is_advancing = False

    def _view(self, run: Run) -> View:
        feed = run.feed
        if not feed.is_ready:
            feed.seed(self.cache.order_book(feed.instrument_id))
        if feed.is_ready:
            return View(feed.touch, is_book_ready=True)
        return View(touch_of_quote(self.cache.quote_tick(feed.instrument_id)), is_book_ready=False)

    def _perform(self, run: Run, action: Action) -> None:
        match action:
            case Wait(until_ns):
                self._wake(run, until_ns)
            case Begin():
                self._begin(run)
            case Post():
                self._post(run, action)
            case SubmitPrimary(quantity):
                self._send(run, run.primary, ChildKind.MARKET, quantity, None)
            case Amend():
                self._amend(run, action)
            case Cancel():
                self._cancel(run, action)
            case Finish():
                self._finish(run, action)

    def _wake(self, run: Run, until_ns: int | None) -> None:
        key = run.primary.client_order_id.value
        if self._alerts is None:
            return
        if until_ns is None:
            self._alerts.cancel(key)
        else:
            self._alerts.set(key, until_ns, lambda: self._advance(run))

    def _begin(self, run: Run) -> None:
        view = self._view(run)
        is_buy = run.plan.terms.is_buy
        if view.is_book_ready:
            run.outlook = run.feed.outlook(is_buy=is_buy, quantity=run.execution.total)
            run.arrival_bids, run.arrival_asks = run.feed.levels(_REPORTED_LEVELS)
        elif not run.feed.follows_quotes:
            run.feed.follows_quotes = True
            self.subscribe_quote_ticks(run.feed.instrument_id)
        run.arrival_mid = view.touch.mid
        run.plan.begin(run.outlook, view.touch)
        expected = "unknown" if run.outlook is None else f"{run.outlook.expected_bps:.2f} bps"
        name = run.primary.client_order_id.value
        text = f"{name}: {run.plan.phase.value}; expected cost of a market order: {expected}"
        self.log.info(text)

    def _post(self, run: Run, action: Post) -> None:
        is_peg = action.kind is ChildKind.PEG
        child = self.spawn_limit(
            primary=run.primary,
            quantity=exact_quantity(action.quantity, run.instrument),
            price=exact_price(action.price, run.instrument),
            time_in_force=TimeInForce.GTC if is_peg else TimeInForce.IOC,
            post_only=is_peg,
            reduce_only=run.primary.is_reduce_only,
            reduce_primary=False,
        )
        self._send(run, child, action.kind, action.quantity, action.price)

    def _send(
        self, run: Run, order: Order, kind: ChildKind, quantity: Decimal, price: Decimal | None
    ) -> None:
        now = self.clock.timestamp_ns()
        run.execution.add_child(order.client_order_id.value, kind, quantity, price, now)
        self.submit_order(order)
        # The framework subscribes to a strategy's events only after its first order: look for those missed.
        self._take(run, order)

    def _amend(self, run: Run, action: Amend) -> None:
        child = action.child
        order = self.cache.order(ClientOrderId(child.child_id))
        child.amend_pending = True
        child.sent_ns = self.clock.timestamp_ns()
        self.modify_order(order, price=exact_price(action.price, run.instrument))
        self._take(run, order)
        child.amend_pending = order.is_pending_update

    def _cancel(self, run: Run, action: Cancel) -> None:
        child = action.child
        order = self.cache.order(ClientOrderId(child.child_id))
        child.cancel_requested = True
        child.cancel_pending = True
        self.cancel_order(order)
        self._take(run, order)
        if child.is_open and not order.is_pending_cancel:
            now = self.clock.timestamp_ns()
            run.execution.on_cancel_rejected(child.child_id, retry_cancel_ns(child, now))

    # -- the end ---------------------------------------------------------------------------------------

    def _finish(self, run: Run, action: Finish) -> None:
        now = self.clock.timestamp_ns()
        self._forget(run)
        run.is_reported = True
        self._publish(run.report(now, action.outcome, action.reason))
        if not run.was_sent_itself:
            self._close_parent(run, action, now)

    def _close_parent(self, run: Run, action: Finish, now_ns: int) -> None:
        parent = run.primary
        left = run.execution.unfilled
        if run.execution.filled and left:
            parent.apply(reduced_event(parent, exact_quantity(left, run.instrument), now_ns))
            self.cache.update_order(parent)
        if parent.is_closed:
            return
        if not left:
            # Not published: a strategy that answers a cancel with a new order would trade twice.
            parent.apply(canceled_event(parent, now_ns))
            self.cache.update_order(parent)
        elif action.outcome is Outcome.DENIED:
            self.msgbus.send("ExecEngine.process", denied_event(parent, action.reason, now_ns))
        else:
            self.msgbus.send("ExecEngine.process", canceled_event(parent, now_ns))

    def _forget(self, run: Run) -> None:
        client_order_id = run.primary.client_order_id
        self._active.pop(client_order_id, None)
        if self._alerts is not None:
            self._alerts.cancel(client_order_id.value)
        self._ended.append(client_order_id)
        if len(self._ended) > _REMEMBERED:
            self._runs.pop(self._ended.popleft(), None)

    def _report_late_fill(self, run: Run) -> None:
        run.revision += 1
        reason = f"{run.plan.reason}; a fill came after that"
        self._publish(run.report(self.clock.timestamp_ns(), run.plan.settled_outcome(), reason))

    def _deny(self, order: Order, reason: str) -> None:
        if order.is_closed:
            return
        now = self.clock.timestamp_ns()
        self._publish(denied_report(order, reason, now))
        self.msgbus.send("ExecEngine.process", denied_event(order, reason, now))

    def _publish(self, report: SmartLimitReport) -> None:
        self.reports[report.client_order_id] = report
        filled = f"{report.filled_qty} of {report.quantity}"
        text = f"{report.client_order_id!r} {report.outcome.value}, {filled}: {report.reason}"
        if report.outcome is Outcome.FILLED and not report.revision:
            self.log.info(text)
        else:
            self.log.warning(text)
        self.publish_data(DataType(SmartLimitReport), report)
