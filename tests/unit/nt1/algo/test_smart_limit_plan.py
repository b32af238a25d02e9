"""The plan against a venue that answers late, twice, in its own time, and not always yes."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from smart_limit_fills import fill_of

from nautilus_bybit_adapter.nt1.algo.execution import ZERO, ChildKind, Outcome, ParentExecution
from nautilus_bybit_adapter.nt1.algo.moves import (
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
from nautilus_bybit_adapter.nt1.algo.phases import Closed, Phase, retry_cancel_ns
from nautilus_bybit_adapter.nt1.algo.plan import Plan
from nautilus_bybit_adapter.warden.placement import QuantityRules, Touch
from nautilus_bybit_adapter.warden.policy import Outlook, Preferences, Urgency

if TYPE_CHECKING:
    from collections.abc import Callable

D = Decimal
MS = 1_000_000
LOT = D("0.001")
TOUCH = Touch(D("100.0"), D("100.2"))
PARENT = "O-1"


def outlook(bps: float = 10.0, *, is_deep: bool = True) -> Outlook:
    return Outlook(
        sufficient_depth=is_deep,
        expected_bps=bps,
        walk_bps=bps,
        q90_bps=bps,
        q95_bps=bps,
        spread_bps=20.0,
    )


def terms(urgency: Urgency = Urgency.PASSIVE, **changes: Any) -> Terms:
    values: dict[str, Any] = {
        "is_buy": True,
        "tick": D("0.1"),
        "rules": QuantityRules(LOT, minimum=LOT, minimum_notional=D(5)),
        "preferences": Preferences(
            urgency=urgency,
            threshold=0.01,
            cap_bps=10.0,
            horizon_secs=5.0,
            maker_fee_bps=2.0,
            taker_fee_bps=5.5,
        ),
        "is_market": True,
        "bound": None,
        "never_cross": False,
        "deadline_ns": 5_000 * MS,
        "book_deadline_ns": 1_000 * MS,
        "stale_grace_ns": 2_000 * MS,
        "dust_grace_ns": 2_000 * MS,
        "cap_bps": D(10),
        "reprice_ns": 250 * MS,
        "settle_ns": 100 * MS,
        "max_cross_attempts": 3,
        "max_reposts": 3,
        "max_rejections": 2,
    }
    return Terms(**{**values, **changes})


@dataclass
class VenueOrder:
    """An order as the venue has it, which the plan learns only from events."""

    name: str
    kind: ChildKind
    quantity: Decimal
    filled: Decimal = ZERO
    is_open: bool = True
    is_accepted: bool = False
    wants_cancel: bool = False
    wants_amend: Decimal | None = None

    @property
    def leaves(self) -> Decimal:
        return self.quantity - self.filled if self.is_open else D(0)


@dataclass
class Rehearsal:
    """Runs a plan: a clock, a touch, a venue, and a wire on which events may lag."""

    plan: Plan
    now: int = 0
    view: View = field(default_factory=lambda: View(TOUCH, is_book_ready=True))
    cost: Outlook | None = field(default_factory=outlook)
    orders: list[VenueOrder] = field(default_factory=list)
    wire: deque[Callable[[], None]] = field(default_factory=deque)
    actions: list[Any] = field(default_factory=list)
    finish: Finish | None = None
    trades: int = 0

    @property
    def execution(self) -> ParentExecution:
        return self.plan.execution

    @property
    def venue_filled(self) -> Decimal:
        return sum((order.filled for order in self.orders), D(0))

    def check(self) -> None:
        at_venue = self.venue_filled + sum((order.leaves for order in self.orders), D(0))
        assert at_venue <= self.execution.total
        assert self.execution.filled + self.execution.working <= self.execution.total
        assert self.execution.filled <= self.venue_filled

    def step(self) -> Any:
        """Do everything the plan wants now; return the last action."""
        for _ in range(100):
            action = self.plan.next_action(self.now, self.view)
            self.actions.append(action)
            self._perform(action)
            self.check()
            if isinstance(action, Wait | Finish):
                return action
        raise AssertionError("the plan does not come to rest")

    def _perform(self, action: Any) -> None:
        match action:
            case Begin():
                self.plan.begin(self.cost if self.view.is_book_ready else None, self.view.touch)
            case Post(kind, quantity, price):
                name = f"{PARENT}-E{len(self.orders) + 1}"
                self.execution.add_child(name, kind, quantity, price, self.now)
                self.orders.append(VenueOrder(name, kind, quantity))
            case SubmitPrimary(quantity):
                self.execution.add_child(PARENT, ChildKind.MARKET, quantity, None, self.now)
                self.orders.append(VenueOrder(PARENT, ChildKind.MARKET, quantity))
            case Amend(child, price):
                child.amend_pending = True
                child.sent_ns = self.now
                self.order(child.child_id).wants_amend = price
            case Cancel(child):
                child.cancel_requested = child.cancel_pending = True
                child.cancel_sent_ns = self.now
                self.order(child.child_id).wants_cancel = True
            case Finish():
                assert self.finish is None
                self.finish = action

    def order(self, name: str) -> VenueOrder:
        return next(order for order in self.orders if order.name == name)

    @property
    def open_order(self) -> VenueOrder | None:
        return next((order for order in self.orders if order.is_open), None)

    # What the venue does; the plan hears of it when the wire is read.

    def accept(self, order: VenueOrder) -> None:
        order.is_accepted = True
        self.wire.append(lambda: self.plan.on_accepted(self.execution.children[order.name]))

    def fill(self, order: VenueOrder, quantity: Decimal) -> None:
        self.trades += 1
        trade_id = f"t{self.trades}"
        order.filled += quantity
        order.is_open = order.filled < order.quantity

        def tell() -> None:
            self.execution.on_fill(fill_of(order.name, trade_id, quantity))
            child = self.execution.children[order.name]
            if not child.is_open:
                self.plan.on_closed(child, Closed.FILLED, self.now)

        self.wire.extend([tell, tell])

    def close(self, order: VenueOrder, how: Closed, *, by_strategy: bool = False) -> None:
        order.is_open = False

        def tell() -> None:
            child = self.execution.children[order.name]
            self.plan.on_closed(child, how, self.now, "so it said", by_strategy=by_strategy)

        self.wire.extend([tell, tell])

    def answer_cancel(self, order: VenueOrder, *, yes: bool) -> None:
        order.wants_cancel = False
        if yes and order.is_open:
            self.close(order, Closed.CANCELED)
        else:
            child = self.execution.children[order.name]
            self.wire.append(
                lambda: self.execution.on_cancel_rejected(order.name, retry_cancel_ns(child, self.now))
            )

    def answer_amend(self, order: VenueOrder, *, yes: bool) -> None:
        price, order.wants_amend = order.wants_amend, None
        if yes and order.is_open:
            self.wire.append(lambda: self.execution.on_amended(order.name, price, order.quantity))
        else:
            self.wire.append(lambda: self.execution.on_amend_rejected(order.name))

    def read(self, count: int | None = None) -> None:
        for _ in range(len(self.wire) if count is None else min(count, len(self.wire))):
            self.wire.popleft()()

    def pass_time(self, milliseconds: int) -> Any:
        self.now += milliseconds * MS
        return self.step()


def rehearse(total: str = "1.000", *, cost: Outlook | None = None, **changes: Any) -> Rehearsal:
    plan = Plan(terms(**changes), ParentExecution(D(total)))
    return Rehearsal(plan, cost=cost or outlook())


def resting(total: str = "1.000", **changes: Any) -> tuple[Rehearsal, VenueOrder]:
    it = rehearse(total, **changes)
    it.step()
    order = it.orders[0]
    it.accept(order)
    it.read()
    it.step()
    return it, order


def posts(it: Rehearsal) -> list[Post]:
    return [action for action in it.actions if isinstance(action, Post)]


def test_a_passive_order_joins_its_own_side() -> None:
    it, _ = resting()
    assert posts(it) == [Post(ChildKind.PEG, D("1.000"), D("100.0"))]


def test_the_market_order_is_the_parent_itself_and_only_within_the_guard() -> None:
    it = rehearse(urgency=Urgency.NOW)
    it.step()
    assert it.orders[0].name == PARENT
    for cost in (
        outlook(100.1),
        outlook(math.nan, is_deep=False),
    ):
        it = rehearse(urgency=Urgency.NOW, cost=cost)
        it.step()
        assert posts(it) == [Post(ChildKind.CROSS, D("0.334"), D("100.3"))], "a share only"


def test_an_urgent_limit_order_crosses_up_to_its_bound() -> None:
    it = rehearse(urgency=Urgency.NOW, is_market=False, bound=D("100.2"))
    it.step()
    assert posts(it) == [Post(ChildKind.CROSS, D("1.000"), D("100.2"))]


def test_it_follows_the_touch_in_place_and_not_too_often() -> None:
    it, order = resting()
    it.view = View(Touch(D("100.1"), D("100.2")), is_book_ready=True)
    assert it.step() == Wait(250 * MS)
    it.pass_time(250)
    assert order.wants_amend == D("100.1")
    it.view = View(Touch(D("99.9"), D("100.2")), is_book_ready=True)
    it.pass_time(300)
    assert sum(isinstance(action, Amend) for action in it.actions) == 1, "one at a time"
    it.answer_amend(order, yes=True)
    it.read()
    it.step()
    assert sum(isinstance(action, Amend) for action in it.actions) == 2
    assert len(it.orders) == 1


def test_after_refused_amendments_it_cancels_and_posts_anew() -> None:
    it, order = resting()
    for number in range(3):
        it.view = View(Touch(D("100.1") - number * D("0.1"), D("100.2")), is_book_ready=True)
        it.execution.children[order.name].price = D("98")
        it.pass_time(250)
        it.answer_amend(order, yes=False)
        it.read()
    it.step()
    assert order.wants_cancel
    it.answer_cancel(order, yes=True)
    it.read()
    it.pass_time(100)
    assert len(it.orders) == 2


def test_at_the_deadline_it_waits_for_the_cancel_before_it_crosses_the_rest() -> None:
    it, order = resting()
    it.pass_time(5_000)
    assert order.wants_cancel
    assert len(it.orders) == 1
    it.fill(order, D("0.300"))
    it.answer_cancel(order, yes=True)
    it.step()
    assert len(it.orders) == 1, "the cancel is not confirmed yet"
    it.read()
    assert it.step() == Wait(it.now + 100 * MS)
    it.pass_time(100)
    assert posts(it)[-1] == Post(ChildKind.CROSS, D("0.700"), D("100.3"))


def test_a_fill_after_the_cancel_but_within_the_settling_time_is_not_bought_twice() -> None:
    it, order = resting()
    it.pass_time(5_000)
    it.close(order, Closed.CANCELED)
    it.read()
    it.step()
    order.is_open = True
    it.fill(order, D("0.300"))
    order.is_open = False
    it.read()
    it.pass_time(100)
    assert posts(it)[-1].quantity == D("0.700")


def test_a_fill_of_a_child_that_was_reported_closed_withdraws_what_is_worked_too_much() -> None:
    it, order = resting()
    it.close(order, Closed.CANCELED)
    it.read()
    it.pass_time(250)
    it.accept(it.orders[1])
    it.read()
    it.execution.on_fill(fill_of(order.name, "late", D("0.300")))
    assert it.execution.excess == D("0.300")
    assert isinstance(it.plan.next_action(it.now, it.view), Cancel)
    it.actions.clear()
    it.plan.execution.children["O-1-E2"].cancel_requested = True
    it.orders[1].filled = D(0)
    it.close(it.orders[1], Closed.CANCELED)
    it.orders[0].filled = D("0.300")
    it.read()
    it.pass_time(250)
    assert posts(it) == [Post(ChildKind.PEG, D("0.700"), D("100.0"))]


def test_crossing_gives_up_and_reports_the_remainder() -> None:
    it, order = resting()
    it.pass_time(5_000)
    it.answer_cancel(order, yes=True)
    it.read()
    for _ in range(20):
        it.pass_time(250)
        current = it.open_order
        if current is not None:
            it.accept(current)
            it.fill(current, D("0.100"))
            it.close(current, Closed.CANCELED)
            it.read()
    assert it.finish == Finish(Outcome.PARTIAL, "3 attempts to cross left a remainder")
    assert it.execution.filled == D("0.300")


def test_a_post_only_parent_never_crosses() -> None:
    it, order = resting(is_market=False, never_cross=True, bound=D(101))
    it.pass_time(5_000)
    it.answer_cancel(order, yes=True)
    it.read()
    it.pass_time(100)
    it.pass_time(100)
    assert it.finish == Finish(Outcome.UNFILLED, "the deadline passed and a post-only order never crosses")
    assert [post.kind for post in posts(it)] == [ChildKind.PEG]


def test_a_limit_order_whose_bound_is_out_of_reach_says_so() -> None:
    it, order = resting(is_market=False, bound=D("100.1"))
    it.pass_time(5_000)
    it.answer_cancel(order, yes=True)
    it.read()
    it.pass_time(100)
    assert it.finish == Finish(Outcome.UNFILLED, "the best price 100.2 is beyond the limit 100.1")


def test_post_only_rejections_are_answered_further_back_and_later_each_time_but_not_for_ever() -> None:
    it = rehearse()
    it.step()
    waits = []
    for number in range(4):
        order = it.open_order
        assert order is not None
        it.close(order, Closed.REJECTED_POST_ONLY)
        it.read()
        bid = D("100.0") - (number + 1) * D("0.1")
        it.view = View(Touch(bid, D("100.2")), is_book_ready=True)
        last = it.step()
        assert isinstance(last, Wait)
        assert last.until_ns is not None
        waits.append((last.until_ns - it.now) // MS)
        it.pass_time(waits[-1])
    assert [post.price for post in posts(it)] == [D("100.0"), D("99.9"), D("99.7"), D("99.5")]
    assert waits == [250, 500, 1_000, 100], "the last pause is for fills that may be on their way"
    assert it.finish is not None
    assert it.finish.outcome is Outcome.DENIED
    assert "gave up after 4 times" in it.finish.reason


def test_an_accepted_child_ends_the_backing_off() -> None:
    it = rehearse()
    it.step()
    for _ in range(2):
        assert it.open_order is not None
        it.close(it.open_order, Closed.REJECTED_POST_ONLY)
        it.read()
        it.pass_time(500)
    assert posts(it)[-1].price == D("99.9")
    assert it.open_order is not None
    it.accept(it.open_order)
    it.read()
    it.pass_time(250)
    assert it.open_order.wants_amend == D("100.0"), "and it joins the touch again"


@pytest.mark.parametrize("how", [Closed.REJECTED, Closed.DENIED])
def test_other_refusals_end_it_sooner_with_their_reason(how: Closed) -> None:
    it = rehearse()
    it.step()
    for _ in range(3):
        order = it.open_order
        assert order is not None
        it.close(order, how)
        it.read()
        it.pass_time(1_000)
    assert it.finish is not None
    assert it.finish.outcome is Outcome.DENIED
    assert "so it said; gave up after 3 times" in it.finish.reason


def test_canceling_the_parent_withdraws_the_child_and_counts_the_race() -> None:
    it, order = resting()
    it.plan.end(Outcome.CANCELED, "canceled by the strategy")
    it.step()
    assert order.wants_cancel
    it.fill(order, D("0.250"))
    it.answer_cancel(order, yes=True)
    it.read()
    it.pass_time(100)
    assert it.finish == Finish(Outcome.CANCELED, "canceled by the strategy")
    assert it.execution.filled == D("0.250")


def test_a_child_that_is_not_acknowledged_yet_is_canceled_once_it_is() -> None:
    it = rehearse()
    it.step()
    it.plan.end(Outcome.CANCELED, "canceled by the strategy")
    assert it.step() == Wait(None)
    order = it.orders[0]
    assert not order.wants_cancel
    it.accept(order)
    it.read()
    it.step()
    assert order.wants_cancel


def test_a_child_canceled_by_the_strategy_ends_the_execution() -> None:
    it, order = resting()
    it.close(order, Closed.CANCELED, by_strategy=True)
    it.read()
    it.pass_time(100)
    assert it.finish is not None
    assert it.finish.outcome is Outcome.CANCELED


def test_refused_cancels_are_repeated_and_then_said_aloud() -> None:
    it, order = resting()
    it.plan.end(Outcome.CANCELED, "canceled by the strategy")
    it.step()
    for _ in range(5):
        assert order.wants_cancel
        it.answer_cancel(order, yes=False)
        it.read()
        it.pass_time(20_000)
    assert it.finish is not None
    assert f"{order.name} MAY STILL BE OPEN" in it.finish.reason


def test_a_cancel_that_nobody_confirms_is_sent_again() -> None:
    it, order = resting()
    it.plan.end(Outcome.CANCELED, "canceled by the strategy")
    assert it.step() == Wait(5_000 * MS)
    it.fill(order, D("0.100"))
    order.wants_cancel = False
    it.read()
    it.pass_time(4_000)
    assert not order.wants_cancel
    it.pass_time(1_000)
    assert order.wants_cancel
    it.answer_cancel(order, yes=True)
    it.read()
    it.pass_time(100)
    assert it.finish == Finish(Outcome.CANCELED, "canceled by the strategy")


def test_a_remainder_too_small_to_be_sent_anew_stays_for_another_while_and_is_then_reported() -> None:
    it, order = resting(rules=QuantityRules(LOT, minimum=D("0.010")))
    it.fill(order, D("0.995"))
    it.read()
    it.pass_time(5_000)
    assert not order.wants_cancel
    it.pass_time(2_000)
    assert order.wants_cancel
    it.answer_cancel(order, yes=True)
    it.read()
    it.pass_time(100)
    assert it.finish == Finish(
        Outcome.PARTIAL, "the remainder 0.005 is below what the venue takes in one order"
    )


def test_slices_follow_each_other_and_leave_no_remainder() -> None:
    rules = QuantityRules(LOT, minimum=D("0.010"))
    it = rehearse(slices=4, size_jitter=0.5, seed=7, rules=rules)
    it.step()
    while it.finish is None:
        order = it.open_order
        assert order is not None
        it.accept(order)
        it.fill(order, order.quantity)
        it.read()
        it.pass_time(250)
    sizes = [post.quantity for post in posts(it)]
    assert sum(sizes) == D("1.000")
    assert 3 <= len(sizes) <= 8
    assert len(set(sizes)) > 2
    assert all(D("0.010") <= size <= D("0.400") for size in sizes)
    assert it.finish.outcome is Outcome.FILLED
    again = rehearse(slices=4, size_jitter=0.5, seed=7, rules=rules)
    again.step()
    assert posts(again)[0] == posts(it)[0]


def test_a_stale_book_takes_the_child_off_and_a_fresh_one_brings_it_back() -> None:
    it, order = resting()
    fresh, it.view = it.view, View(TOUCH, is_book_ready=True, is_stale=True)
    it.step()
    assert order.wants_cancel
    it.answer_cancel(order, yes=True)
    it.read()
    it.pass_time(500)
    assert len(it.orders) == 1
    it.view = fresh
    it.step()
    assert len(it.orders) == 2


def test_a_book_that_stays_stale_ends_it_a_while_after_the_deadline() -> None:
    it, order = resting()
    it.view = View(TOUCH, is_book_ready=True, is_stale=True)
    it.step()
    it.answer_cancel(order, yes=True)
    it.read()
    assert it.pass_time(500) == Wait(7_000 * MS)
    it.pass_time(6_500)
    assert it.finish == Finish(Outcome.UNFILLED, "the book could not be trusted when the deadline had passed")
    assert len(it.orders) == 1


def test_a_child_left_alone_one_tick_ahead_keeps_its_place() -> None:
    it, order = resting()
    it.view = View(Touch(D("99.9"), D("100.2")), is_book_ready=True)
    it.pass_time(1_000)
    assert order.wants_amend is None
    it.view = View(Touch(D("99.8"), D("100.2")), is_book_ready=True)
    it.step()
    assert order.wants_amend == D("99.8")


def test_inside_a_wide_spread_it_goes_one_tick_ahead() -> None:
    it = rehearse(improve_from=3)
    it.view = View(Touch(D("100.0"), D("100.3")), is_book_ready=True)
    it.step()
    assert posts(it)[0].price == D("100.1")
    narrow = rehearse(improve_from=4)
    narrow.view = it.view
    narrow.step()
    assert posts(narrow)[0].price == D("100.0")
    sell = rehearse(improve_from=3, is_buy=False, bound=D("100.3"), is_market=False)
    sell.view = it.view
    sell.step()
    assert posts(sell)[0].price == D("100.3"), "not beyond the limit"


def test_an_amendment_waits_for_the_rate_budget() -> None:
    it, order = resting()
    it.view = View(Touch(D("100.1"), D("100.2")), is_book_ready=True, amend_from_ns=900 * MS)
    assert it.pass_time(500) == Wait(900 * MS)
    it.pass_time(400)
    assert order.wants_amend == D("100.1")


def test_a_smaller_parent_withdraws_what_is_too_much() -> None:
    it, order = resting(is_market=False, bound=D(101))
    it.fill(order, D("0.300"))
    it.read()
    assert it.plan.revise(D("0.500"), D(101))
    it.plan.next_action(it.now, it.view)
    action = it.plan.next_action(it.now, it.view)
    assert isinstance(action, Cancel)
    order.is_open = False
    action.child.cancel_requested = True
    it.plan.on_closed(action.child, Closed.CANCELED, it.now)
    it.pass_time(250)
    assert posts(it)[-1].quantity == D("0.200")


def test_a_larger_parent_places_the_rest_after_its_child() -> None:
    it, order = resting()
    assert it.plan.revise(D("1.500"), None)
    it.fill(order, D("1.000"))
    it.read()
    it.step()
    assert posts(it)[-1].quantity == D("0.500")


def test_a_fill_on_its_way_while_the_parent_shrank_counts_into_it() -> None:
    it, order = resting()
    assert it.plan.revise(D("0.500"), None)
    it.execution.on_fill(fill_of(order.name, "t9", D("0.700")))
    assert it.execution.settled_total == D("0.700")
    assert it.execution.unfilled == 0


def test_it_is_too_late_to_change_what_ends() -> None:
    it, _ = resting()
    it.plan.end(Outcome.CANCELED, "canceled by the strategy")
    assert not it.plan.revise(D(2), None)


def test_without_a_book_it_waits_and_then_rests_at_the_quote() -> None:
    it = rehearse()
    it.view = View(TOUCH, is_book_ready=False)
    assert it.step() == Wait(1_000 * MS)
    it.pass_time(1_000)
    assert posts(it) == [Post(ChildKind.PEG, D("1.000"), D("100.0"))]


def test_without_book_and_quote_it_is_denied() -> None:
    it = rehearse()
    it.view = View(Touch(), is_book_ready=False)
    it.pass_time(1_000)
    assert it.finish == Finish(Outcome.DENIED, "no order book and no quote arrived in time")


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_whatever_the_venue_does_no_more_than_the_parent_is_ever_at_the_venue(data: st.DataObject) -> None:
    it = rehearse(
        total=str(data.draw(st.integers(1, 1_000), "total") * LOT),
        urgency=data.draw(st.sampled_from(Urgency), "urgency"),
        is_buy=data.draw(st.booleans(), "is_buy"),
        cost=data.draw(st.sampled_from([outlook(), outlook(1e6)]), "cost"),
    )
    happenings = [
        "time",
        "touch",
        "read",
        "read",
        "accept",
        "fill",
        "cancel",
        "amend",
        "end",
        "off",
        "reject",
    ]
    it.step()
    for _ in range(data.draw(st.integers(0, 60), "steps")):
        _happen(it, data, data.draw(st.sampled_from(happenings)))
        it.check()
        it.step()
        it.check()
    _calm_down(it)
    assert it.plan.phase is Phase.DONE
    assert it.finish is not None
    assert it.execution.filled == it.venue_filled
    assert it.open_order is None
    if it.finish.outcome is Outcome.FILLED:
        assert it.execution.filled == it.execution.total


def _happen(  # noqa: C901  (one branch per happening)
    it: Rehearsal, data: st.DataObject, what: str
) -> None:
    order = it.open_order
    if what == "time":
        it.now += data.draw(st.integers(1, 1_500)) * MS
    elif what == "touch":
        bid = data.draw(st.none() | st.integers(990, 1_010))
        ask = None if bid is None else bid + data.draw(st.integers(-1, 5))
        touch = Touch() if bid is None or ask is None else Touch(D(bid) / 10, D(ask) / 10)
        it.view = View(touch, is_book_ready=True)
    elif what == "read":
        it.read(data.draw(st.integers(1, 5)))
    elif what == "end":
        if data.draw(st.integers(0, 9)) == 0:
            it.plan.end(Outcome.CANCELED, "canceled by the strategy")
    elif order is None:
        return
    elif what == "accept":
        it.accept(order)
    elif what == "fill":
        lots = int(order.leaves / LOT)
        it.fill(order, data.draw(st.integers(1, lots)) * LOT)
    elif what == "cancel" and order.wants_cancel:
        it.answer_cancel(order, yes=data.draw(st.integers(0, 9)) > 0)
    elif what == "amend" and order.wants_amend is not None:
        it.answer_amend(order, yes=data.draw(st.booleans()))
    elif what == "off" and order.is_accepted:
        it.close(order, data.draw(st.sampled_from([Closed.CANCELED, Closed.EXPIRED])))
    elif what == "reject" and not order.is_accepted and not order.filled:
        it.close(
            order, data.draw(st.sampled_from([Closed.REJECTED, Closed.DENIED, Closed.REJECTED_POST_ONLY]))
        )


def _calm_down(it: Rehearsal) -> None:
    """From here on the venue does what it is asked, at once."""
    it.view = View(TOUCH, is_book_ready=True)
    for _ in range(200):
        if it.finish is not None and not it.wire:
            return
        order = it.open_order
        if order is not None:
            if not order.is_accepted:
                it.accept(order)
            if order.wants_amend is not None:
                it.answer_amend(order, yes=True)
            if order.wants_cancel:
                it.answer_cancel(order, yes=True)
            elif order.kind is not ChildKind.PEG:
                it.close(order, Closed.CANCELED)
        for stale in it.orders:
            if stale.wants_cancel and not stale.is_open:
                it.answer_cancel(stale, yes=False)
        it.read()
        it.pass_time(500)
