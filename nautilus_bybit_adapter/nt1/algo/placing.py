"""Where the next child of an execution goes and how much it carries, and whether a resting one moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nautilus_bybit_adapter.nt1.algo.execution import Child, ChildKind, ChildStatus
from nautilus_bybit_adapter.nt1.algo.moves import Action, Amend, Post, SubmitPrimary, Terms, View, Wait
from nautilus_bybit_adapter.nt1.algo.phases import Phase
from nautilus_bybit_adapter.warden.placement import (
    cap_price,
    ceil_to,
    is_worth_moving,
    peg_price,
    sendable_quantity,
)

if TYPE_CHECKING:
    from decimal import Decimal

    from nautilus_bybit_adapter.nt1.algo.plan import Plan

_AMEND_TIMEOUT_NS = 5_000_000_000


def is_dust(child: Child, terms: Terms, view: View) -> bool:
    """Whether what a child leaves is too small to be sent anew, so that only the child itself can fill it."""
    if not child.filled:
        return False
    price = child.price or view.touch.near(is_buy=terms.is_buy)
    return price is not None and not sendable_quantity(child.leaves, price, terms.rules)


def follow(plan: Plan, child: Child, now_ns: int, view: View, until_ns: int) -> Action:
    """Move a resting child with the touch by amending it in place.

    Amending is preferred to canceling and posting anew: one request instead of two, no time off the book, what was
    filled in between stays with the same order, and the executed and the worked quantity stay exact throughout.
    """
    terms = plan.terms
    if child.status is ChildStatus.SENT:
        return Wait(until_ns)
    if child.amend_pending and now_ns < child.sent_ns + _AMEND_TIMEOUT_NS:
        return Wait(min(until_ns, child.sent_ns + _AMEND_TIMEOUT_NS))
    price = _peg_price(plan, view)
    if price is None or child.price is None or price == child.price:
        return Wait(until_ns)
    if not is_worth_moving(
        child.price, price, view.touch, terms.tick, is_buy=terms.is_buy, bound=terms.bound
    ):
        return Wait(until_ns)
    from_ns = max(child.sent_ns + terms.reprice_ns, plan.reprice_from_ns, view.amend_from_ns)
    if now_ns < from_ns:
        return Wait(min(until_ns, from_ns))
    plan.reprice_from_ns = now_ns + plan.pacing.pause_ns(terms.reprice_ns)
    return Amend(child, price)


def _peg_price(plan: Plan, view: View) -> Decimal | None:
    terms = plan.terms
    return peg_price(
        view.touch,
        terms.tick,
        is_buy=terms.is_buy,
        bound=terms.bound,
        improve_from=terms.improve_from,
        back_off=plan.setbacks.back_off_ticks,
    )


def place_primary(plan: Plan) -> Action:
    """Send the parent itself."""
    return SubmitPrimary(plan.execution.total)


def place_peg(plan: Plan, now_ns: int, view: View) -> Action:
    """Post at the touch, or wait for one."""
    price = _peg_price(plan, view)
    if price is None:
        return Wait(plan.terms.deadline_ns)
    wanted = plan.pacing.slice_of(plan.execution.total)
    return _post(plan, ChildKind.PEG, price, now_ns, view, wanted)


def place_cross(plan: Plan, now_ns: int, view: View) -> Action:
    """Take up to the cap, a limited number of times in a row.

    Before the deadline, where the guard has kept a market order back, each attempt carries a share only, so that the
    book has time to refill.
    """
    terms, setbacks = plan.terms, plan.setbacks
    is_last = plan.phase is Phase.LAST_CROSSING
    if terms.never_cross:
        plan.stop("the deadline passed and a post-only order never crosses")
        return plan.next_action(now_ns, view)
    if setbacks.cross_attempts >= terms.max_cross_attempts:
        return _stop_crossing(
            plan, f"{setbacks.cross_attempts} attempts to cross left a remainder", now_ns, view
        )
    price = cap_price(view.touch, terms.cap_bps, terms.tick, is_buy=terms.is_buy, bound=terms.bound)
    if price is not None:
        is_sliced = not is_last and plan.decision is not None and plan.decision.is_guarded
        share = ceil_to(plan.execution.total / terms.max_cross_attempts, terms.rules.lot)
        wanted = share if is_sliced else None
        return _post(plan, ChildKind.CROSS, price, now_ns, view, wanted)
    far = view.touch.far(is_buy=terms.is_buy)
    if far is not None:
        return _stop_crossing(plan, f"the best price {far} is beyond the limit {terms.bound}", now_ns, view)
    if not is_last:
        return _stop_crossing(plan, "nothing to cross", now_ns, view)
    setbacks.cross_attempts += 1
    plan.pause(now_ns, terms.reprice_ns)
    return Wait(plan.not_before_ns)


def _stop_crossing(plan: Plan, reason: str, now_ns: int, view: View) -> Action:
    """After the deadline this is the end; before it, rest at the touch until then."""
    if plan.phase is Phase.LAST_CROSSING:
        plan.stop(reason)
    else:
        plan.phase = Phase.PASSIVE
    return plan.next_action(now_ns, view)


def _post(
    plan: Plan, kind: ChildKind, price: Decimal, now_ns: int, view: View, wanted: Decimal | None
) -> Action:
    remaining = plan.execution.unallocated
    quantity = sendable_quantity(remaining, price, plan.terms.rules, wanted)
    if not quantity:
        plan.stop(f"the remainder {remaining} is below what the venue takes in one order")
        return plan.next_action(now_ns, view)
    if kind is ChildKind.CROSS:
        plan.setbacks.cross_attempts += 1
    return Post(kind, quantity, price)
