from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nautilus_bybit_adapter.state.limiter import Demand
from nautilus_bybit_adapter.state.waiting_lines import WaitingLines

KINDS = [
    Demand("/v5/order/create", "linear"),
    Demand("/v5/order/create", "spot"),
    Demand("/v5/order/amend", "linear"),
]


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 2), st.integers(1, 3), st.integers(0, 30))))
def test_the_first_of_each_line_is_the_oldest_of_its_kind(steps: list[tuple[bool, int, int, int]]) -> None:
    lines = WaitingLines()
    waiting: dict[int, Demand] = {}
    for ticket, (comes, kind, orders, who) in enumerate(steps):
        if comes:
            waiting[ticket] = KINDS[kind]._replace(orders=orders)
            lines.add(ticket, waiting[ticket])
        else:
            gone = waiting.pop(who, None)
            behind = [each for each, demand in waiting.items() if gone and alike(demand, gone)]
            first = lines.leave(who)
            assert first == ((behind[0], waiting[behind[0]]) if behind else None)
        oldest = {demand._replace(orders=0): each for each, demand in reversed(waiting.items())}
        assert lines.firsts() == [(each, waiting[each]) for each in sorted(oldest.values())]
        assert len(lines) == len(waiting)


def alike(one: Demand, other: Demand) -> bool:
    return one._replace(orders=0) == other._replace(orders=0)
