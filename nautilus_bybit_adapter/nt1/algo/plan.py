"""The course of one smart-limit execution: what to do next, decided without clock, timer or framework."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from nautilus_bybit_adapter.nt1.algo.execution import Child, ChildKind, ChildStatus, Outcome, ParentExecution
from nautilus_bybit_adapter.nt1.algo.moves import Action, Begin, Cancel, Finish, Terms, View, Wait
from nautilus_bybit_adapter.nt1.algo.pacing import Pacing
from nautilus_bybit_adapter.nt1.algo.phases import Closed, Phase, Setbacks
from nautilus_bybit_adapter.nt1.algo.placing import follow, is_dust, place_cross, place_peg, place_primary
from nautilus_bybit_adapter.warden.placement import Touch
from nautilus_bybit_adapter.warden.policy import Decision, Outlook, Route, decide

if TYPE_CHECKING:
    from decimal import Decimal

# Orders that take close by themselves; one that a venue has let rest is withdrawn after this.
_TAKE_TIMEOUT_NS = 5_000_000_000
# A fill takes an order out of what the framework asks the venue about: a lost confirmation is then asked for here, by
# canceling again.
_CANCEL_TIMEOUT_NS = 5_000_000_000
_MAX_AMEND_REJECTIONS = 3
_MAX_CANCEL_REJECTIONS = 5


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
        self.pacing = Pacing(terms.slices, terms.size_jitter, terms.time_jitter, terms.seed)
        self.setbacks = Setbacks(terms)
        self.phase = Phase.WAITING
        self.decision: Decision | None = None
        self.outcome: Outcome | None = None
        self.reason = ""
        self.not_before_ns = 0
        self.reprice_from_ns = 0

    # -- what happened ---------------------------------------------------------------------------------

    def begin(self, outlook: Outlook | None, touch: Touch) -> None:
        """Choose the route, once there is a book or no more time to wait for one."""
        if outlook is None and touch == Touch():
            self.end(Outcome.DENIED, "no order book and no quote arrived in time")
            return
        self.take(decide(outlook, self.terms.preferences))

    def take(self, decision: Decision) -> None:
        """Go the route of a decision."""
        self.decision = decision
        if decision.route is Route.MARKET and self.terms.is_market:
            self.phase = Phase.MARKET
        elif decision.route is Route.PEG:
            self.phase = Phase.PASSIVE
        else:
            self.phase = Phase.CROSSING

    def revise(self, total: Decimal, bound: Decimal | None) -> bool:
        """Change the parent's quantity (base units) and limit price.

        What is worked beyond the new quantity is withdrawn; what was executed beyond it stays executed.

        Returns
        -------
        bool
            Whether it was not too late.

        """
        if self.phase in {Phase.ENDING, Phase.DONE, Phase.MARKET} or self.execution.was_sent_itself:
            return False
        self.execution.revise(total)
        self.terms = dataclasses.replace(self.terms, bound=bound)
        return True

    def end(self, outcome: Outcome, reason: str) -> None:
        """Send nothing more; withdraw what is open. The first reason given is the one that counts."""
        if self.phase in {Phase.ENDING, Phase.DONE}:
            return
        self.phase = Phase.ENDING
        self.outcome = outcome
        self.reason = reason

    def stop(self, reason: str) -> None:
        """End with whatever was executed so far."""
        self.end(Outcome.PARTIAL if self.execution.reached_venue else Outcome.DENIED, reason)

    def on_accepted(self, child: Child) -> None:
        """Take note that the venue has a child."""
        self.execution.on_accepted(child.child_id)
        if child.kind is ChildKind.PEG:
            self.setbacks.on_resting()

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
        self.pause(now_ns, self.terms.settle_ns)
        said = f": {reason}" if reason else ""
        if by_strategy:
            self.end(Outcome.CANCELED, f"the strategy canceled the child order {child.child_id}")
        elif child.kind is ChildKind.MARKET:
            self.stop(f"the market order was {how.value}{said}")
        elif how in {Closed.REJECTED, Closed.DENIED}:
            pause_ns = self.setbacks.on_refused()
            if not self.setbacks.is_out_of_rejections:
                self.pause(now_ns, pause_ns)
                return
            self.stop(
                f"{child.child_id} was {how.value}{said}; gave up after {self.setbacks.rejections} times"
            )
        elif child.kind is ChildKind.PEG and not child.cancel_requested:
            pause_ns = self.setbacks.on_taken_off(how)
            if not self.setbacks.is_out_of_reposts:
                self.pause(now_ns, pause_ns)
                return
            self.stop(f"{child.child_id} was {how.value}{said}; gave up after {self.setbacks.reposts} times")
        elif child.kind is ChildKind.CROSS:
            self.pause(now_ns, self.terms.reprice_ns)

    def on_slice_filled(self, now_ns: int) -> None:
        """Take note that a child was filled in full: the next slice is not sent in the same breath."""
        if self.terms.slices > 1:
            self.pause(now_ns, self.terms.reprice_ns)

    def pause(self, now_ns: int, length_ns: int) -> None:
        """Place nothing for a time, nanoseconds."""
        self.not_before_ns = max(self.not_before_ns, now_ns + self.pacing.pause_ns(length_ns))

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
        if not self.execution.unfilled:
            self.end(Outcome.FILLED, "filled")
        child = self.execution.open_child
        if self.phase is Phase.ENDING:
            return self._wind_up(child, now_ns)
        if self.phase is Phase.WAITING:
            is_over = now_ns >= self.terms.book_deadline_ns
            return Begin() if view.is_book_ready or is_over else Wait(self.terms.book_deadline_ns)
        if child is not None:
            return self._tend(child, now_ns, view)
        if now_ns < self.not_before_ns:
            return Wait(self.not_before_ns)
        return self._place(now_ns, view)

    def _wind_up(self, child: Child | None, now_ns: int) -> Action:
        if child is not None and child.cancel_rejections < _MAX_CANCEL_REJECTIONS:
            return self._withdraw(child, now_ns)
        if child is None and now_ns < self.not_before_ns and self.execution.unfilled:
            return Wait(self.not_before_ns)
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
        if child.status is ChildStatus.SENT:
            return Wait(None)
        if child.cancel_pending and now_ns < child.cancel_sent_ns + _CANCEL_TIMEOUT_NS:
            return Wait(child.cancel_sent_ns + _CANCEL_TIMEOUT_NS)
        if child.kind is not ChildKind.PEG and now_ns < child.sent_ns + _TAKE_TIMEOUT_NS:
            return Wait(child.sent_ns + _TAKE_TIMEOUT_NS)
        if now_ns < child.cancel_not_before_ns:
            return Wait(child.cancel_not_before_ns)
        return Cancel(child)

    def _tend(self, child: Child, now_ns: int, view: View) -> Action:
        until_ns = self.terms.deadline_ns
        if child.kind is ChildKind.PEG and is_dust(child, self.terms, view):
            until_ns += self.terms.dust_grace_ns
        is_to_go = (
            child.kind is not ChildKind.PEG
            or now_ns >= until_ns
            or view.is_stale
            or self.execution.excess
            or child.cancel_requested
            or child.amend_rejections >= _MAX_AMEND_REJECTIONS
        )
        if not is_to_go:
            return follow(self, child, now_ns, view, until_ns)
        if child.cancel_rejections >= _MAX_CANCEL_REJECTIONS:
            self.stop("the venue refused to cancel a child order")
            return self._wind_up(child, now_ns)
        return self._withdraw(child, now_ns)

    def _place(self, now_ns: int, view: View) -> Action:
        if self.phase is Phase.MARKET:
            return place_primary(self)
        if view.is_stale:
            return self._sit_out(now_ns, view)
        if now_ns >= self.terms.deadline_ns and self.phase is not Phase.LAST_CROSSING:
            self.phase = Phase.LAST_CROSSING
            self.setbacks.cross_attempts = 0
        if self.phase is Phase.PASSIVE:
            return place_peg(self, now_ns, view)
        return place_cross(self, now_ns, view)

    def _sit_out(self, now_ns: int, view: View) -> Action:
        """Wait for a book that can be trusted, for a while past the deadline."""
        until_ns = self.terms.deadline_ns + self.terms.stale_grace_ns
        if now_ns < until_ns:
            return Wait(until_ns)
        self.stop("the book could not be trusted when the deadline had passed")
        return self.next_action(now_ns, view)
