from __future__ import annotations

from pathlib import Path

import pytest

from nautilus_bybit_adapter.ret_codes import (
    NOT_IN_TABLE,
    TABLE,
    Outcome,
    RetClass,
    classify,
    is_already_done,
    is_order_gone,
    lookup,
    outcome_of,
)

# Every code the venue lists, with the classes its description allows; `*` where it allows any.
LISTED = {
    int(code): classes
    for code, classes in (
        line.split()
        for line in (Path(__file__).resolve().parents[1] / "fixtures" / "ret_codes.txt")
        .read_text()
        .splitlines()
        if not line.startswith("#")
    )
}


def test_every_listed_code_has_a_meaning_and_an_outcome() -> None:
    assert len(LISTED) > 400
    for code, classes in LISTED.items():
        row = lookup(code)
        assert row is not NOT_IN_TABLE, code
        assert classes == "*" or row.ret_class.value in classes, code
        if code != 0:
            assert outcome_of(code) in {Outcome.REJECTED, Outcome.UNKNOWN}, code
        if "?" in classes:
            assert outcome_of(code) is Outcome.UNKNOWN, code
        if set(classes) <= set("SGMPAX"):
            assert outcome_of(code) is Outcome.REJECTED, code


def test_a_family_stands_for_the_codes_the_venue_does_not_list_one_by_one() -> None:
    assert "withdrawal" in lookup(131005).meaning
    assert "transfer" in lookup(131231).meaning
    assert outcome_of(131231) is Outcome.UNKNOWN
    assert lookup(131212).ret_class is RetClass.MARGIN


@pytest.mark.parametrize(
    "code", [10000, 10016, 10019, 10429, 429, 170007, 170146, 40004, 110079, 110072, 170141, 10014]
)
def test_the_order_may_be_live(code: int) -> None:
    assert outcome_of(code) is Outcome.UNKNOWN


@pytest.mark.parametrize("code", [10001, 10002, 10005, 10006, 10403, 20003, 110003, 110007, 110094, 170131])
def test_the_order_was_refused_for_certain(code: int) -> None:
    assert outcome_of(code) is Outcome.REJECTED


def test_a_code_nobody_has_seen_is_no_rejection() -> None:
    assert 987654 not in TABLE
    assert classify(987654) is RetClass.UNKNOWN
    assert outcome_of(987654) is Outcome.UNKNOWN
    assert "does not know" in lookup(987654).meaning


@pytest.mark.parametrize("code", [110043, 110025, 110026, 34040, 20001])
def test_already_so_is_a_success(code: int) -> None:
    assert is_already_done(code)


def test_only_the_text_tells_an_unchanged_amend_from_a_wrong_parameter() -> None:
    assert is_already_done(10001, "order not modified")
    assert not is_already_done(10001, "Qty invalid")


@pytest.mark.parametrize("code", [110001, 110008, 110010, 170139, 170142, 170143, 170190, 170213])
def test_the_order_is_gone(code: int) -> None:
    assert is_order_gone(code)


def test_the_table_is_whole() -> None:
    assert len(TABLE) > 200
    assert all(row.meaning and row.ret_class in RetClass for row in TABLE.values())
    assert [code for code, row in TABLE.items() if row.ret_class is RetClass.OK] == [0]


def test_no_class_of_doubt_is_ever_a_rejection() -> None:
    for code, row in TABLE.items():
        if row.ret_class is RetClass.UNKNOWN:
            assert outcome_of(code) is Outcome.UNKNOWN
