"""Faults as words, and when they hit."""

from __future__ import annotations

from typing import Any

import pytest

from nautilus_bybit_adapter.sim.faults.damage import crossed, missing_field, unknown_enum
from nautilus_bybit_adapter.sim.faults.engine import LOG_LENGTH, MOST_FAULTS, Fault, FaultEngine
from nautilus_bybit_adapter.sim.faults.kinds import KINDS
from nautilus_bybit_adapter.sim.faults.spec import FaultError, parse_fault, read_fault


def engine(seed: int = 1) -> FaultEngine:
    return FaultEngine(seed, lambda: 1_791_270_000_000)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_is_named_by_its_name_alone_and_shown_as_it_is_read(kind: str) -> None:
    spec = parse_fault(kind)
    assert read_fault(spec.to_json()) == read_fault(read_fault(spec.to_json()).to_json())
    assert all(spec.covers(family) for family in KINDS[kind].families)


def test_a_fault_in_words() -> None:
    spec = parse_fault("delay:family=private,match=order*,probability=0.5,count=3,after=2,ms=20,jitter_ms=5")
    assert (spec.family, spec.match, spec.probability, spec.count, spec.after) == (
        "private",
        "order*",
        0.5,
        3,
        2,
    )
    assert (spec.number("ms"), spec.number("jitter_ms")) == (20, 5)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("", "fault must be one of"),
        ("nothing", "got 'nothing'"),
        ("lose:family=trade", "family of lose must be one of public, private, got 'trade'"),
        ("lose:probability=0", "above 0 and at most 1"),
        ("lose:probability=nan", "above 0 and at most 1"),
        ("lose:probability=often", "probability must be a number"),
        ("lose:count=0", "count must be at least 1"),
        ("lose:count=1.5", "count must be a whole number"),
        ("lose:after=-1", "after must not be negative"),
        ("lose:match=", "match must be a pattern"),
        ("lose:ms=5", "lose can set family, match, probability, count, after, got 'ms'"),
        ("lose:count", "a fault is KIND"),
        ("lose:count=1,count=2", "count is given twice"),
        ("delay:ms=-1", "ms must not be negative"),
        ("delay:ms=9999999", "at most 3600000"),
        ("http_error:status=200", "status must be from 400 to 599"),
        ("hang:when=never", "when must be one of before, after"),
        ("ret_code:text=" + "x" * 201, "not be longer than 200"),
    ],
)
def test_wrong_faults_say_what_is_allowed(words: str, complaint: str) -> None:
    with pytest.raises(FaultError, match=complaint):
        parse_fault(words)


@pytest.mark.parametrize(
    "settings", [{"kind": 1}, {"kind": "lose", "match": 1}, {"kind": "lose", "count": True}]
)
def test_wrong_types_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(FaultError):
        read_fault(settings)


def hits(faults: FaultEngine, occasions: int, subject: str = "order") -> list[bool]:
    return [faults.first({"lose"}, "private", subject) is not None for _ in range(occasions)]


def test_after_and_count() -> None:
    faults = engine()
    ident = faults.add("lose:after=2,count=3")
    assert hits(faults, 8) == [False, False, True, True, True, False, False, False]
    (fault,) = faults.active
    assert (fault.ident, fault.seen, fault.fired, fault.exhausted) == (ident, 8, 3, True)
    assert [(firing.number, firing.subject) for firing in faults.log] == [
        (1, "order"),
        (2, "order"),
        (3, "order"),
    ]


def test_families_and_patterns() -> None:
    faults = engine()
    faults.add("lose", family="private", match="order*")
    assert faults.first({"lose"}, "public", "order") is None
    assert faults.first({"lose"}, "private", "execution") is None
    assert faults.first({"gap"}, "private", "order") is None
    assert faults.first({"lose"}, "private", "order.linear") is not None


def test_chance_repeats_with_its_seed_and_is_not_disturbed_by_other_faults() -> None:
    alone, accompanied, other = engine(), engine(), engine(2)
    for each in (alone, accompanied, other):
        each.add("lose:probability=0.5")
    accompanied.add("duplicate:probability=0.5")
    for _ in range(50):
        accompanied.first({"duplicate"}, "private", "order")
    pattern = hits(alone, 50)
    assert hits(accompanied, 50) == pattern
    assert hits(other, 50) != pattern
    assert 10 < sum(pattern) < 40


def test_faults_and_log_are_bounded() -> None:
    faults = engine()
    ident = faults.add("lose")
    hits(faults, LOG_LENGTH + 5)
    assert len(faults.log) == LOG_LENGTH
    assert faults.log[-1].number == LOG_LENGTH + 5
    assert [firing.number for firing in faults.told(LOG_LENGTH + 3)] == [LOG_LENGTH + 4, LOG_LENGTH + 5]
    for _ in range(MOST_FAULTS - 1):
        faults.add("ban")
    with pytest.raises(FaultError, match="at most 200"):
        faults.add("ban")
    faults.remove(ident)
    with pytest.raises(FaultError, match="there is no fault 'f1'"):
        faults.remove(ident)
    faults.clear()
    assert not faults.is_armed


def fault(words: str) -> Fault:
    faults = engine()
    faults.add(words)
    return faults.active[0]


def test_what_cannot_be_damaged_is_left_alone() -> None:
    book: dict[str, Any] = {"topic": "orderbook.1.X", "data": {"b": [], "a": []}}
    assert crossed(book, fault("crossed")) is None
    assert crossed({"topic": "order", "data": []}, fault("crossed")) is None
    assert unknown_enum({"topic": "wallet", "data": [{"coin": []}]}, fault("unknown_enum")) is None
    assert missing_field({"topic": "order", "data": [{"a": 1}]}, fault("missing_field:field=b")) is None
    assert missing_field({"op": "pong"}, fault("missing_field")) is None


def test_damage_leaves_the_original_alone() -> None:
    message: dict[str, Any] = {
        "topic": "orderbook.50.X",
        "data": {"b": [["10.50", "1"]], "a": [["10.60", "0"]]},
    }
    damaged = crossed(message, fault("crossed"))
    assert damaged is not None
    assert damaged["data"]["b"] == [["11.13", "1"], ["10.50", "1"]]
    assert message["data"]["b"] == [["10.50", "1"]]
