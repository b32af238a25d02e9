from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nautilus_bybit_adapter.state.contingencies import (
    Action,
    Cancel,
    Contingencies,
    Drop,
    LegState,
    Release,
    Resize,
    Tie,
    Unprotected,
)

D = Decimal
REASON = "the order it depends on ended without a fill"
type Step = tuple[Callable[[Contingencies], list[Action] | bool | None], list[Action] | bool | None]


def bracket(tie: Tie = Tie.SHARE) -> Contingencies:
    machine = Contingencies()
    machine.add(("entry", D(10)), [("take", D(10)), ("stop", D(10))], tie)
    return machine


def pair(tie: Tie) -> Contingencies:
    machine = Contingencies()
    machine.add(None, [("a", D(10)), ("b", D(10))], tie)
    return machine


def accept(name: str) -> Callable[[Contingencies], list[Action]]:
    return lambda machine: machine.on_accepted(name)


def fill(name: str, quantity: int) -> Callable[[Contingencies], list[Action]]:
    return lambda machine: machine.on_filled(name, D(quantity))


def resize(name: str, quantity: int) -> Callable[[Contingencies], None]:
    return lambda machine: machine.on_resized(name, D(quantity))


def refuse(name: str, quantity: int) -> Callable[[Contingencies], bool]:
    return lambda machine: machine.on_change_refused(name, D(quantity))


def close(name: str, *, refused: bool = False) -> Callable[[Contingencies], list[Action]]:
    return lambda machine: machine.on_closed(name, refused=refused)


STORIES: dict[str, tuple[Contingencies, list[Step]]] = {
    "a filled entry releases both": (
        bracket(),
        [
            (accept("entry"), []),
            (fill("entry", 10), [Release("take", D(10)), Release("stop", D(10))]),
            (close("entry"), []),
            (accept("take"), []),
            (accept("stop"), []),
            (fill("take", 10), [Cancel("stop")]),
            (close("take"), []),
            (close("stop"), []),
        ],
    ),
    "a partly filled entry protects what it has, and grows with it": (
        bracket(),
        [
            (fill("entry", 4), [Release("take", D(4)), Release("stop", D(4))]),
            (fill("entry", 3), []),  # both are on their way: they cannot be amended yet
            (accept("stop"), [Resize("stop", D(7))]),
            (accept("take"), [Resize("take", D(7))]),
            (fill("entry", 3), [Resize("take", D(10)), Resize("stop", D(10))]),
        ],
    ),
    "siblings that share a quantity shrink by each other's fills": (
        bracket(),
        [
            (fill("entry", 10), [Release("take", D(10)), Release("stop", D(10))]),
            (accept("take"), []),
            (accept("stop"), []),
            (fill("take", 4), [Resize("stop", D(6))]),
            (fill("stop", 2), [Resize("take", D(8))]),
            (fill("take", 4), [Cancel("stop")]),
        ],
    ),
    "an entry that ends without a fill takes its children with it": (
        bracket(),
        [(close("entry", refused=True), [Drop("take", REASON), Drop("stop", REASON)])],
    ),
    "an entry that is canceled with a fill leaves its children at work": (
        bracket(),
        [
            (fill("entry", 4), [Release("take", D(4)), Release("stop", D(4))]),
            (close("entry"), []),
            (accept("take"), []),
            (close("take"), [Cancel("stop")]),
        ],
    ),
    "an entry that fills further after its children have ended is told of": (
        bracket(),
        [
            (fill("entry", 4), [Release("take", D(4)), Release("stop", D(4))]),
            (accept("take"), []),
            (accept("stop"), []),
            (fill("take", 4), [Cancel("stop")]),
            (close("take"), []),
            (fill("entry", 3), [Unprotected("entry")]),
            (close("stop"), []),
            (fill("entry", 3), [Unprotected("entry")]),
        ],
    ),
    "a refused child leaves its sibling alone": (
        bracket(),
        [
            (fill("entry", 10), [Release("take", D(10)), Release("stop", D(10))]),
            (close("take", refused=True), []),
            (accept("stop"), []),
            (fill("stop", 10), []),
            (close("stop"), []),
        ],
    ),
    "a pair without an entry shrinks by each fill once": (
        pair(Tie.SHARE),
        [
            (accept("a"), []),
            (accept("b"), []),
            (fill("a", 3), [Resize("b", D(7))]),
            (resize("b", 7), None),
            (fill("a", 2), [Resize("b", D(5))]),
            (resize("b", 5), None),
            (fill("b", 5), [Cancel("a")]),
        ],
    ),
    "a pair of which one was changed by its strategy goes on from there": (
        pair(Tie.SHARE),
        [
            (accept("a"), []),
            (accept("b"), []),
            (fill("a", 3), [Resize("b", D(7))]),
            (fill("a", 1), [Resize("b", D(6))]),
            (resize("b", 7), None),
            (resize("b", 6), None),
            (resize("b", 8), None),
            (fill("a", 1), [Resize("b", D(7))]),
        ],
    ),
    "what the venue would not amend or cancel is asked for again with the next fill": (
        bracket(),
        [
            (fill("entry", 8), [Release("take", D(8)), Release("stop", D(8))]),
            (accept("take"), []),
            (accept("stop"), []),
            (fill("take", 2), [Resize("stop", D(6))]),
            (refuse("stop", 8), True),
            (refuse("take", 8), False),
            (fill("entry", 2), [Resize("take", D(10))]),
            (fill("take", 2), [Resize("stop", D(6))]),
            (fill("take", 6), [Cancel("stop")]),
            (refuse("stop", 6), True),
            (close("take"), [Cancel("stop")]),
        ],
    ),
    "one cancels the other": (
        pair(Tie.REPLACE),
        [(accept("a"), []), (accept("b"), []), (fill("a", 1), [Cancel("b")]), (fill("a", 9), [])],
    ),
    "the end of one is the end of the other": (
        pair(Tie.REPLACE),
        [(accept("a"), []), (close("b"), [Cancel("a")]), (close("a"), [])],
    ),
    "children without a tie go their own ways": (
        bracket(Tie.NONE),
        [
            (fill("entry", 10), [Release("take", D(10)), Release("stop", D(10))]),
            (accept("take"), []),
            (accept("stop"), []),
            (fill("take", 10), []),
            (close("take"), []),
        ],
    ),
}


@pytest.mark.parametrize(("machine", "steps"), STORIES.values(), ids=STORIES)
def test_stories(machine: Contingencies, steps: list[Step]) -> None:
    for number, (step, actions) in enumerate(steps):
        assert step(machine) == actions, number


def test_a_group_that_is_over_is_forgotten() -> None:
    machine = pair(Tie.REPLACE)
    machine.on_closed("a")
    assert machine.knows("b")
    machine.on_closed("b")
    assert not machine.knows("a")
    assert not machine.knows("b")
    assert machine.on_filled("a", D(1)) == []


def resumed(machine: Contingencies, *legs: tuple[str, int, int]) -> list[Action]:
    for name, quantity, filled in legs:
        machine.resume(name, D(quantity), D(filled))
    return machine.catch_up(legs[0][0])


def test_a_group_of_an_earlier_run_goes_on() -> None:
    assert resumed(bracket(), ("entry", 10, 10), ("take", 10, 0), ("stop", 10, 0)) == []
    assert resumed(bracket(), ("entry", 10, 6), ("take", 4, 0), ("stop", 4, 0)) == [
        Resize("take", D(6)),
        Resize("stop", D(6)),
    ]
    assert resumed(bracket(), ("entry", 10, 10)) == [Release("take", D(10)), Release("stop", D(10))]
    assert resumed(bracket(), ("entry", 10, 10), ("take", 10, 4), ("stop", 10, 0)) == [Resize("stop", D(6))]
    assert resumed(pair(Tie.REPLACE), ("a", 10, 1), ("b", 10, 0)) == [Cancel("b")]


def test_a_pair_of_an_earlier_run_goes_on_from_what_its_orders_are_worth() -> None:
    assert resumed(pair(Tie.SHARE), ("a", 10, 3), ("b", 10, 0)) == [Resize("b", D(7))]
    machine = pair(Tie.SHARE)
    assert resumed(machine, ("a", 10, 3), ("b", 7, 0)) == []
    assert machine.on_filled("a", D(2)) == [Resize("b", D(5))]


@given(
    st.lists(
        st.tuples(st.sampled_from(["entry", "take", "stop"]), st.sampled_from(["accept", "fill", "close"])),
        max_size=40,
    )
)
def test_children_are_never_worth_more_than_the_entry_filled(steps: list[tuple[str, str]]) -> None:
    machine = bracket()
    worth = {"entry": D(10), "take": D(0), "stop": D(0)}
    filled = dict.fromkeys(worth, D(0))
    closed: set[str] = set()
    for name, what in steps:
        state = machine.state_of(name)
        if state in {None, LegState.HELD, LegState.CLOSED}:
            continue
        if what == "fill":
            if filled[name] == worth[name]:
                continue
            filled[name] += 1
            actions = machine.on_filled(name, D(1))
        elif what == "accept":
            actions = machine.on_accepted(name)
        else:
            closed.add(name)
            actions = machine.on_closed(name)
        for action in actions:
            match action:
                case Release(child, quantity) | Resize(child, quantity):
                    assert child not in closed
                    assert filled[child] < quantity <= filled["entry"]
                    worth[child] = quantity
                case Cancel(child):
                    assert child not in closed
                case Drop(child):
                    assert not filled["entry"]
                    closed.add(child)
