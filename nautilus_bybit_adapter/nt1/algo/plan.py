"""The course of one smart-limit execution: what to do next, decided without clock, timer or framework."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from nautilus_bybit_adapter.nt1.algo.execution import Child, ChildKind, ChildStatus, Outcome, ParentExecution
from nautilus_bybit_adapter.nt1.algo.moves import (
    Action,
    Amend,
    Begin,
    Cancel,
    Finish,
    Post,
    SubmitPrimary,
    Terms,
    View,
    Wait,
)
from nautilus_bybit_adapter.warden.placement import Touch, cap_price, peg_price, sendable_quantity
from nautilus_bybit_adapter.warden.policy import Decision, Outlook, Route, decide

if TYPE_CHECKING:
    from decimal import Decimal

_MS = 1_000_000
_AMEND_TIMEOUT_NS = 5_000 * _MS
# Orders that take close by themselves; one that a venue has let rest is withdrawn after this.
_TAKE_TIMEOUT_NS = 5_000 * _MS
_MAX_AMEND_REJECTIONS = 3
_MAX_CANCEL_REJECTIONS = 5
_CANCEL_RETRY_NS = 500 * _MS


class Phase(Enum):
    """Where an execution stands."""

    WAITING = "waiting for a book"
    MARKET = "market order"
    CROSSING = "crossing up to the cap"
    PASSIVE = "resting at the touch"
    LAST_CROSSING = "crossing up to the cap after the deadline"
    ENDING = "withdrawing what is open"
    DONE = "done"


class Closed(Enum):
    """How a child order closed."""

    FILLED = "filled"
    CANCELED = "canceled"
    EXPIRED = "expired"
    REJECTED = "rejected by the venue"
    REJECTED_POST_ONLY = "rejected by the venue as it would have taken"
    DENIED = "denied before it was sent"


class Plan:
    """Decides the next action of one execution.

    At most one child is open at a time, and a child is replaced only once it is closed for certain, so that
    what is executed and what is worked together never exceed the parent.

    Parameters
    ----------
    terms : Terms
    execution : ParentExecution

    """

    def __init__(self, terms: Terms, execution: ParentExecution) -> None:
        self.terms = terms
        self.execution = execution
        self.phase = Phase.WAITING
        self.decision: Decision | None = None
        self.outcome: Outcome | None = None
        self.reason = ""
        self._cross_attempts = 0
        self._reposts = 0
        self._rejections = 0
        self._not_before_ns = 0

    # -- what happened ---------------------------------------------------------------------------------

    def begin(self, outlook: Outlook | None, touch: Touch) -> None:
        """Choose the route, once there is a book or no more time to wait for one."""
        if outlook is None and touch == Touch():
            self.end(Outcome.DENIED, "no order book and no quote arrived in time")
            return
        self.decision = decide(outlook, self.terms.preferences)
        if self.decision.route is Route.MARKET and self.terms.is_market:
            self.phase = Phase.MARKET
        elif self.decision.route is Route.PEG:
            self.phase = Phase.PASSIVE
        else:
            self.phase = Phase.CROSSING

    def end(self, outcome: Outcome, reason: str) -> None:
        """Send nothing more; withdraw what is open. The first reason given is the one that counts."""
        if self.phase in {Phase.ENDING, Phase.DONE}:
            return
        self.phase = Phase.ENDING
        self.outcome = outcome
        self.reason = reason

    def on_closed(
        self, child: Child, how: Closed, now_ns: int, reason: str = "", *, by_strategy: bool = False
    ) -> None:
        """Take note of a child that has closed.

        Parameters
        ----------
        child : Child
            As it was before closing; the execution's books are updated here.
        how : Closed
        now_ns : int
            UNIX nanoseconds.
        reason : str
            The venue's or the risk engine's words.
        by_strategy : bool
            Whether the strategy asked for the child to be canceled.

        """
        was_open = child.is_open
        self.execution.on_closed(child.child_id)
        if how is Closed.FILLED or not was_open:
            return
        self._not_before_ns = max(self._not_before_ns, now_ns + self.terms.settle_ns)
        if by_strategy:
            self.end(Outcome.CANCELED, f"the strategy canceled the child order {child.child_id}")
        elif child.kind is ChildKind.MARKET:
            self._stop(f"the market order was {how.value}" + (f": {reason}" if reason else ""))
        elif how in {Closed.REJECTED, Closed.DENIED}:
            self._refused(child, how, now_ns, reason)
        elif child.kind is ChildKind.PEG and not child.cancel_requested:
            self._taken_off(child, how, now_ns, reason)
        elif child.kind is ChildKind.CROSS:
            self._not_before_ns = max(self._not_before_ns, now_ns + self.terms.reprice_ns)

    def _refused(self, child: Child, how: Closed, now_ns: int, reason: str) -> None:
        self._rejections += 1
        if self._rejections > self.terms.max_rejections:
            tries = f"gave up after {self._rejections} times"
            self._stop(f"{child.child_id} was {how.value}: {reason}; {tries}")
        self._not_before_ns = max(self._not_before_ns, now_ns + self._rejections * self.terms.reprice_ns)

    def _taken_off(self, child: Child, how: Closed, now_ns: int, reason: str) -> None:
        self._reposts += 1
        if self._reposts > self.terms.max_reposts:
            said = f": {reason}" if reason else ""
            self._stop(f"{child.child_id} was {how.value}{said}; gave up after {self._reposts} times")
        self._not_before_ns = max(self._not_before_ns, now_ns + self.terms.reprice_ns)

    def _stop(self, reason: str) -> None:
        """End with whatever was executed so far."""
        self.end(Outcome.PARTIAL if self.execution.reached_venue else Outcome.DENIED, reason)

    # -- what to do ------------------------------------------------------------------------------------

    def next_action(self, now_ns: int, view: View) -> Action:
        """Return the one thing to do now; call again after doing it, until the answer is `Wait`.

        Parameters
        ----------
        now_ns : int
            UNIX nanoseconds.
        view : View

        """
        if self.phase is Phase.DONE:
            return Wait(None)
        execution = self.execution
        if not execution.unfilled:
            self.end(Outcome.FILLED, "filled")
        child = execution.open_child
        if self.phase is Phase.ENDING:
            return self._wind_up(child, now_ns)
        if self.phase is Phase.WAITING:
            is_over = now_ns >= self.terms.book_deadline_ns
            return Begin() if view.is_book_ready or is_over else Wait(self.terms.book_deadline_ns)
        if child is not None:
            return self._tend(child, now_ns, view)
        if now_ns < self._not_before_ns:
            return Wait(self._not_before_ns)
        return self._place(now_ns, view)

    def _wind_up(self, child: Child | None, now_ns: int) -> Action:
        if child is not None and child.cancel_rejections < _MAX_CANCEL_REJECTIONS:
            return self._withdraw(child, now_ns)
        if child is None and now_ns < self._not_before_ns and self.execution.unfilled:
            return Wait(self._not_before_ns)
        if child is not None:
            self.reason += f"; {child.child_id} MAY STILL BE OPEN: its cancel was refused every time"
        self.phase = Phase.DONE
        return Finish(self.settled_outcome(), self.reason)

    def settled_outcome(self) -> Outcome:
        """Return the outcome as the fills have it, those included that came while it was ending, or after."""
        if not self.execution.unfilled:
            return Outcome.FILLED
        if self.outcome is Outcome.CANCELED:
            return Outcome.CANCELED
        if self.execution.filled:
            return Outcome.PARTIAL
        return Outcome.UNFILLED if self.execution.reached_venue else Outcome.DENIED

    def _withdraw(self, child: Child, now_ns: int) -> Action:
        if child.status is ChildStatus.SENT or child.cancel_pending:
            return Wait(None)
        if child.kind is not ChildKind.PEG and now_ns < child.sent_ns + _TAKE_TIMEOUT_NS:
            return Wait(child.sent_ns + _TAKE_TIMEOUT_NS)
        if now_ns < child.cancel_not_before_ns:
            return Wait(child.cancel_not_before_ns)
        return Cancel(child)

    def _tend(self, child: Child, now_ns: int, view: View) -> Action:
        is_to_go = (
            child.kind is not ChildKind.PEG
            or now_ns >= self.terms.deadline_ns
            or self.execution.excess
            or child.cancel_requested
            or child.amend_rejections >= _MAX_AMEND_REJECTIONS
        )
        if not is_to_go:
            return self._follow(child, now_ns, view)
        if child.cancel_rejections >= _MAX_CANCEL_REJECTIONS:
            self._stop("the venue refused to cancel a child order")
            return self._wind_up(child, now_ns)
        return self._withdraw(child, now_ns)

    def _follow(self, child: Child, now_ns: int, view: View) -> Action:
        terms = self.terms
        if child.status is ChildStatus.SENT:
            return Wait(terms.deadline_ns)
        if child.amend_pending and now_ns < child.sent_ns + _AMEND_TIMEOUT_NS:
            return Wait(min(terms.deadline_ns, child.sent_ns + _AMEND_TIMEOUT_NS))
        price = peg_price(view.touch, terms.tick, is_buy=terms.is_buy, bound=terms.bound)
        if price is None or price == child.price:
            return Wait(terms.deadline_ns)
        if now_ns < child.sent_ns + terms.reprice_ns:
            return Wait(min(terms.deadline_ns, child.sent_ns + terms.reprice_ns))
        return Amend(child, price)

    def _place(self, now_ns: int, view: View) -> Action:
        if self.phase is Phase.MARKET:
            return SubmitPrimary(self.execution.total)
        if now_ns >= self.terms.deadline_ns and self.phase is not Phase.LAST_CROSSING:
            self.phase = Phase.LAST_CROSSING
            self._cross_attempts = 0
        if self.phase is Phase.PASSIVE:
            return self._place_peg(now_ns, view)
        return self._place_cross(now_ns, view)

    def _place_peg(self, now_ns: int, view: View) -> Action:
        terms = self.terms
        price = peg_price(view.touch, terms.tick, is_buy=terms.is_buy, bound=terms.bound)
        if price is None:
            return Wait(terms.deadline_ns)
        return self._post(ChildKind.PEG, price, now_ns, view)

    def _place_cross(self, now_ns: int, view: View) -> Action:
        terms = self.terms
        is_last = self.phase is Phase.LAST_CROSSING
        if terms.never_cross:
            self._stop("the deadline passed and a post-only order never crosses")
            return self.next_action(now_ns, view)
        if self._cross_attempts >= terms.max_cross_attempts:
            return self._stop_crossing(
                f"{self._cross_attempts} attempts to cross left a remainder", now_ns, view
            )
        price = cap_price(view.touch, terms.cap_bps, terms.tick, is_buy=terms.is_buy, bound=terms.bound)
        if price is not None:
            return self._post(ChildKind.CROSS, price, now_ns, view)
        far = view.touch.far(is_buy=terms.is_buy)
        if far is not None:
            return self._stop_crossing(
                f"the best price {far} is beyond the limit {terms.bound}", now_ns, view
            )
        if not is_last:
            return self._stop_crossing("nothing to cross", now_ns, view)
        self._cross_attempts += 1
        self._not_before_ns = now_ns + terms.reprice_ns
        return Wait(self._not_before_ns)

    def _stop_crossing(self, reason: str, now_ns: int, view: View) -> Action:
        """After the deadline this is the end; before it, rest at the touch until then."""
        if self.phase is Phase.LAST_CROSSING:
            self._stop(reason)
        else:
            self.phase = Phase.PASSIVE
        return self.next_action(now_ns, view)

    def _post(self, kind: ChildKind, price: Decimal, now_ns: int, view: View) -> Action:
        remaining = self.execution.unallocated
        quantity = sendable_quantity(remaining, price, self.terms.rules)
        if not quantity:
            self._stop(f"the remainder {remaining} is below what the venue takes in one order")
            return self.next_action(now_ns, view)
        if kind is ChildKind.CROSS:
            self._cross_attempts += 1
        return Post(kind, quantity, price)


def retry_cancel_ns(child: Child, now_ns: int) -> int:
    """Return when to ask again after a refused cancel (UNIX nanoseconds): twice as long after each."""
    return now_ns + (_CANCEL_RETRY_NS << child.cancel_rejections)
