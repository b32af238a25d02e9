from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from types import FrameType

import pytest

from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.state.limiter import (
    NO_LIMITS,
    Demand,
    Purpose,
    RateLimiter,
    RateLimits,
    ip_window,
    purpose_of,
)
from nautilus_bybit_adapter.state.rate_table import RATE_TABLE, rate_table

CREATE, CANCEL, READ = "/v5/order/create", "/v5/order/cancel", "/v5/order/realtime"
BATCH = "/v5/order/create-batch"


def limiter(orders: int = 0, requests: int = 0, **overrides: int) -> RateLimiter:
    table = rate_table(overrides={f"/v5/order/{name.replace('_', '-')}": n for name, n in overrides.items()})
    return RateLimiter(RateLimits(orders, requests, table))


def linear(path: str, orders: int = 1) -> Demand:
    return Demand(path, "linear", orders)


def may_go(machine: RateLimiter, demand: Demand, now: float) -> bool:
    ticket, is_free = machine.enter(demand, now)
    return is_free or ticket in machine.poll(now)


def granted(machine: RateLimiter, demand: Demand, now: float, count: int) -> int:
    return sum(may_go(machine, demand, now) for _ in range(count))


@pytest.mark.parametrize(
    ("path", "purpose"),
    [
        (CREATE, Purpose.ORDER),
        ("/v5/order/amend", Purpose.ORDER),
        (BATCH, Purpose.ORDER),
        (CANCEL, Purpose.CANCEL),
        ("/v5/order/cancel-all", Purpose.CANCEL),
        ("/v5/order/cancel-batch", Purpose.CANCEL),
        (READ, Purpose.READ),
        ("/v5/position/set-leverage", Purpose.READ),
    ],
)
def test_what_a_path_is_for(path: str, purpose: Purpose) -> None:
    assert purpose_of(path) is purpose


@pytest.mark.parametrize(
    ("demand", "limit"),
    [
        (Demand(CREATE, "linear"), 10),
        (Demand(CREATE, "inverse"), 10),
        (Demand(CREATE, "option"), 10),
        (Demand(CREATE, "spot"), 20),
        (Demand("/v5/order/cancel-all", "option"), 1),
        (Demand(READ, "linear"), 50),
        (Demand("/v5/account/fee-rate", "spot"), 5),
        (Demand("/v5/account/borrow"), 1),
        (Demand("/v5/user/query-api"), 10),
        (Demand("/v5/user/something-else"), 1),
        (Demand("/v5/not/published"), 10),
        (Demand("/v5/market/time", is_private=False), 600),
    ],
    ids=lambda value: value.path + value.category if isinstance(value, Demand) else "",
)
def test_each_path_has_its_window(demand: Demand, limit: int) -> None:
    assert granted(limiter(), demand, 10.0, limit + 5) == limit


def test_linear_and_inverse_share_a_window_and_spot_has_its_own() -> None:
    machine = limiter()
    assert granted(machine, Demand(CREATE, "linear"), 10.0, 6) == 6
    assert granted(machine, Demand(CREATE, "inverse"), 10.0, 6) == 4
    assert granted(machine, Demand(CREATE, "spot"), 10.0, 21) == 20
    assert granted(machine, Demand(CANCEL, "linear"), 10.0, 11) == 10


def test_ten_orders_and_twenty_requests_a_second_by_default() -> None:
    machine = RateLimiter()
    assert granted(machine, Demand(CREATE, "spot"), 10.0, 15) == 10
    assert granted(machine, linear(CANCEL), 10.0, 15) == 10
    assert granted(machine, Demand("/v5/market/time", is_private=False), 10.0, 3) == 0


def test_a_batch_costs_a_unit_for_each_order_but_options_one_for_each_request() -> None:
    machine = limiter()
    assert machine.enter(linear(BATCH, 6), 10.0)[1]
    assert not machine.enter(linear(BATCH, 6), 10.0)[1]
    assert granted(limiter(), Demand(BATCH, "option", 20), 10.0, 12) == 10
    assert [limiter().largest(BATCH, each) for each in ("linear", "spot", "option")] == [10, 20, 20]
    assert [RateLimiter().largest(BATCH, each) for each in ("linear", "spot", "option")] == [10, 10, 10]
    assert RateLimiter(NO_LIMITS).largest(BATCH, "linear") == 20


def test_a_batch_that_could_never_pass_is_refused_by_name() -> None:
    with pytest.raises(
        BybitConfigError, match="create-batch carries 11 orders, and the rate limits let 10 pass"
    ):
        limiter().enter(linear(BATCH, 11), 10.0)


# (event, time) -> who may send now. A name is a path and a number; `a+b` enters, `.` is a poll.
QUEUES: dict[str, tuple[RateLimiter, list[tuple[str, float, str]]]] = {
    "a cancel goes before orders that wait longer, and a read after them": (
        limiter(requests=1),
        [
            ("order", 10.0, "order"),
            ("read", 10.0, ""),
            ("order", 10.0, ""),
            ("cancel", 10.0, ""),
            (".", 12.0, "cancel"),
            (".", 14.0, "order"),
            (".", 16.0, "read"),
            (".", 18.0, ""),
        ],
    ),
    "orders of one kind keep their order": (
        limiter(create=1),
        [
            ("order", 10.0, "order"),
            ("order", 10.0, ""),
            ("order", 10.5, ""),
            (".", 12.0, "order"),
            (".", 14.0, "order"),
        ],
    ),
    "a full window holds nobody up who does not need it": (
        limiter(create=1),
        [("order", 10.0, "order"), ("order", 10.0, ""), ("cancel", 10.0, "cancel"), ("read", 10.0, "read")],
    ),
    "a batch that waits is not overtaken by small ones for ever": (
        limiter(create_batch=3),
        [
            ("batch2", 10.0, "batch2"),
            ("batch3", 10.0, ""),
            ("batch1", 10.5, ""),
            (".", 11.0, ""),
            (".", 12.0, "batch3"),
            (".", 14.0, "batch1"),
        ],
    ),
}


@pytest.mark.parametrize("name", QUEUES)
def test_queue(name: str) -> None:
    machine, steps = QUEUES[name]
    paths = {"order": CREATE, "cancel": CANCEL, "read": READ}
    tickets: dict[int, str] = {}
    for event, now, expected in steps:
        if event == ".":
            let_through = machine.poll(now)
        else:
            orders = int(event[5:]) if event.startswith("batch") else 1
            ticket, is_free = machine.enter(linear(paths.get(event, BATCH), orders), now)
            tickets[ticket] = event
            let_through = (ticket,) if is_free else machine.poll(now)
        assert " ".join(tickets[each] for each in let_through) == expected, (event, now)


def test_the_next_look_is_when_the_first_waiter_can_go() -> None:
    machine = limiter(create=1)
    assert machine.next_at(10.0) is None
    first, _ = machine.enter(linear(CREATE), 10.0)
    machine.enter(linear(CREATE), 10.0)
    machine.enter(linear(CREATE), 10.0)
    assert machine.next_at(10.0) == 12.0
    machine.settle(first, 10.25)
    assert machine.next_at(10.25) == 11.25
    assert len(machine.poll(11.25)) == 1
    assert machine.next_at(11.25) == 13.25


def test_a_small_batch_behind_a_large_one_is_no_reason_to_look_at_once() -> None:
    machine = limiter(create_batch=3)
    machine.enter(linear(BATCH, 2), 10.0)
    machine.enter(linear(BATCH, 3), 10.0)
    machine.enter(Demand(BATCH, "inverse", 1), 10.0)
    assert machine.poll(10.0) == ()
    assert machine.next_at(10.0) == 12.0


def test_the_next_look_lets_somebody_through_or_is_later() -> None:
    machine = limiter(orders=10)
    assert granted(machine, linear(CREATE), 10.0, 3) == 3
    machine.on_refused(Demand(BATCH, "spot"), 15.0)
    # The second batch keeps the last order out of the orders' window while it waits for room there.
    for demand in (Demand(BATCH, "spot"), linear(BATCH, 10), linear(CREATE)):
        assert not machine.enter(demand, 10.1)[1]
    assert machine.poll(10.1) == ()
    assert machine.next_at(10.1) == 12.0


def test_one_that_waits_behind_its_like_keeps_nobody_out() -> None:
    machine = limiter(orders=10)
    machine.on_refused(linear(BATCH), 15.0)
    assert not machine.enter(linear(BATCH), 10.0)[1]
    assert not machine.enter(linear(BATCH, 10), 10.0)[1]
    assert may_go(machine, linear(CREATE), 10.0)


def calls_of(act: Callable[[], object]) -> int:
    count = 0

    def note(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(note)
    try:
        act()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("act", ["poll", "next_at", "enter"])
def test_a_long_queue_costs_no_more_than_a_short_one(act: str) -> None:
    costs = []
    for waiting in (10, 5_000):
        machine = limiter(create=1)
        for number in range(waiting):
            machine.enter(linear(CREATE) if number % 2 else Demand(CREATE, "spot"), 10.0)
        arguments = (linear(CREATE), 10.5) if act == "enter" else (10.5,)
        costs.append(calls_of(functools.partial(getattr(machine, act), *arguments)))
    assert costs[0] == costs[1] < 100


def test_everybody_gets_through_a_long_queue_in_turn() -> None:
    machine = limiter(create=100)
    tickets = [machine.enter(linear(CREATE), 10.0)[0] for _ in range(1_000)]
    gone: list[int] = []
    now = 10.0
    while (at := machine.next_at(now)) is not None:
        now = at
        for ticket in machine.poll(now):
            gone.append(ticket)
            machine.settle(ticket, now)
    assert gone == tickets[100:]
    # The first hundred are never answered, so that they count for two seconds; the others for one.
    assert now == 10.0 + 2.0 + 8.0


def test_who_gives_up_leaves_the_queue_and_frees_what_it_had() -> None:
    machine = limiter(create=1)
    first, _ = machine.enter(linear(CREATE), 10.0)
    second, _ = machine.enter(linear(CREATE), 10.0)
    assert machine.waiting_count == 1
    machine.give_back(second)
    assert machine.waiting_count == 0
    machine.give_back(first)
    assert machine.enter(linear(CREATE), 10.0)[1]


def test_a_refusal_shuts_its_own_path_until_the_reset() -> None:
    machine = limiter()
    machine.on_refused(linear(CREATE), 11.5)
    assert not may_go(machine, linear(CREATE), 11.25)
    assert machine.next_at(11.25) == 11.5
    assert may_go(machine, Demand(CREATE, "spot"), 11.25)
    assert may_go(machine, linear(CANCEL), 11.25)
    assert len(machine.poll(11.5)) == 1


@pytest.mark.parametrize(
    ("told", "orders", "reads"),
    [(5, 5, 50), (40, 40, 50), (0, 10, 50)],
    ids=["lower", "higher", "nothing"],
)
def test_the_venues_own_limit_is_taken_over(told: int, orders: int, reads: int) -> None:
    machine = limiter()
    machine.on_answer(linear(CREATE), 10.0, told, told)
    assert granted(machine, linear(CREATE), 10.0, 60) == orders
    assert granted(machine, linear(READ), 10.0, 60) == reads


@pytest.mark.parametrize(
    ("limits", "demand"),
    [(NO_LIMITS, linear(CREATE)), (RateLimits(), Demand("/v5/market/tickers", is_private=False))],
    ids=["no limits are kept", "a path without a window"],
)
def test_a_refusal_shuts_a_path_that_has_no_window_too(limits: RateLimits, demand: Demand) -> None:
    machine = RateLimiter(limits)
    machine.on_refused(demand, 11.5)
    assert not may_go(machine, demand, 11.0)
    assert machine.next_at(11.0) == 11.5
    assert may_go(machine, demand, 11.5)


def test_a_limit_the_user_set_is_not_raised_and_one_nobody_can_raise_neither() -> None:
    machine = limiter(create=3)
    machine.on_answer(linear(CREATE), 10.0, 40, 40)
    machine.on_answer(linear(READ), 10.0, 500, 500)
    assert granted(machine, linear(CREATE), 10.0, 60) == 3
    assert granted(machine, linear(READ), 10.0, 60) == 50


def test_what_another_program_uses_is_counted() -> None:
    machine = limiter()
    ticket, _ = machine.enter(linear(CREATE), 10.0)
    machine.on_answer(linear(CREATE), 10.25, 10, 2)
    machine.settle(ticket, 10.25)
    assert granted(machine, linear(CREATE), 10.25, 5) == 2


def test_a_limit_that_shrinks_under_a_waiting_batch_lets_it_through_alone() -> None:
    machine = limiter()
    machine.enter(linear(BATCH, 5), 10.0)
    machine.enter(linear(BATCH, 8), 10.0)
    machine.on_answer(linear(BATCH), 10.0, 4, 0)
    assert machine.poll(11.5) == ()
    assert len(machine.poll(12.0)) == 1


def test_the_address_is_shared_by_accounts_and_the_sockets_do_not_use_it() -> None:
    address = ip_window()
    first, second = (RateLimiter(RateLimits(0, 0), address) for _ in range(2))
    market = Demand("/v5/market/time", is_private=False)
    assert granted(first, market, 10.0, 400) == 400
    assert granted(second, market, 10.0, 400) == 200
    assert may_go(second, Demand(CREATE, "linear", is_rest=False), 10.0)
    # Tickets of the two do not meet.
    assert address.used(14.9) == 600
    assert address.used(20.0) == 0


def test_without_limits_everything_passes() -> None:
    machine = RateLimiter(NO_LIMITS)
    assert granted(machine, linear(CREATE), 10.0, 2000) == 2000
    machine.on_answer(linear(CREATE), 10.0, 10, 0)
    assert machine.enter(linear(CREATE), 10.0)[1]


def test_use_names_the_windows() -> None:
    machine = RateLimiter()
    machine.enter(linear(CREATE), 10.0)
    machine.enter(Demand("/v5/account/info"), 10.0)
    assert machine.use(10.0) == {
        "orders": (1, 10),
        "requests": (2, 20),
        "address": (2, 600),
        "/v5/order/create derivatives": (1, 10),
        "/v5/account/info": (1, 50),
    }


@pytest.mark.parametrize(
    ("tier", "create", "batch", "spot", "read"),
    [(0, 10, 10, 20, 50), (1, 20, 20, 25, 50), (2, 40, 40, 30, 50), (3, 60, 60, 40, 50), (9, 60, 60, 40, 50)],
)
def test_tiers(tier: int, create: int, batch: int, spot: int, read: int) -> None:
    table = rate_table(tier)
    assert table[CREATE].limit("linear") == create
    assert table[BATCH].limit("inverse") == batch
    assert table[CREATE].limit("spot") == spot
    assert table[READ].limit("linear") == read
    assert table.keys() == RATE_TABLE.keys()


def test_overrides_win_over_the_tier() -> None:
    table = rate_table(1, {CREATE: 7, f"{CANCEL} spot": 9, f"{CANCEL} option": 8, "/v5/new/path": 3})
    assert [table[CREATE].limit(each) for each in ("linear", "option", "spot")] == [7, 7, 7]
    assert [table[CANCEL].limit(each) for each in ("inverse", "option", "spot")] == [20, 8, 9]
    assert table["/v5/new/path"].limit("") == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((-1, {}), "vip_tier must not be negative; it is -1"),
        ((0, {"order/create": 1}), "begins with /v5/; it is 'order/create'"),
        ((0, {f"{CREATE} swap": 1}), "'/v5/order/create swap' must be one of spot, linear"),
        ((0, {CREATE: 0}), "'/v5/order/create' must be at least 1; it is 0"),
    ],
)
def test_a_table_that_cannot_be(arguments: tuple[int, dict[str, int]], message: str) -> None:
    with pytest.raises(BybitConfigError, match=message):
        rate_table(*arguments)


def test_limits_are_not_negative() -> None:
    with pytest.raises(BybitConfigError, match="max_orders_per_second must not be negative; it is -1"):
        RateLimits(-1)


def test_accounts_have_their_own_windows_and_share_the_requests() -> None:
    machine = RateLimiter(RateLimits(orders_per_second=3, requests_per_second=8))
    first, second = (linear(CREATE)._replace(account=name) for name in ("***a", "***b"))
    assert granted(machine, first, 10.0, 5) == 3
    assert granted(machine, second, 10.0, 5) == 3
    assert granted(machine, linear(CANCEL)._replace(account="***a"), 10.0, 5) == 2
    use = machine.use(10.0)
    assert (use["orders ***a"], use["requests"]) == ((3, 3), (8, 8))
    assert use["/v5/order/create derivatives ***b"] == (3, 10)


def test_limits_can_be_changed_under_way() -> None:
    machine = RateLimiter(RateLimits(1, 1))
    assert granted(machine, linear(CREATE), 10.0, 3) == 1
    machine.set_limits(RateLimits(0, 2, rate_table(overrides={CREATE: 2})))
    assert len(machine.poll(10.0)) == 1
    machine.set_limits(NO_LIMITS)
    assert len(machine.poll(10.0)) == 1
