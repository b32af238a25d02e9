"""Whether a pushed row can be reckoned with: its category is one, and its numbers are numbers.

A row that is not sound counts as one that cannot be read, so that what it says is had another way, instead of
failing where it is used, with half of it done.
"""

from __future__ import annotations

import operator
import re
from typing import TYPE_CHECKING

import msgspec

from nautilus_bybit_adapter.wire.enums import BybitProductType
from nautilus_bybit_adapter.wire.orders import BybitExecution, BybitOrder
from nautilus_bybit_adapter.wire.rows import BadRow

if TYPE_CHECKING:
    from collections.abc import Iterable

_CATEGORIES = frozenset(each.value for each in BybitProductType)
# A number, or nothing: the venue writes what it does not state as an empty text.
_NUMBER_TEXT = r"(?:[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?)?"
_TIME_TEXT = r"[0-9]{0,16}"
_NUMBER = re.compile(_NUMBER_TEXT).fullmatch
_TIME = re.compile(_TIME_TEXT).fullmatch

_NUMBERS: dict[type, tuple[str, ...]] = {
    BybitOrder: ("qty", "price", "avg_price", "leaves_qty", "cum_exec_qty", "trigger_price"),
    BybitExecution: ("exec_price", "exec_qty", "exec_fee", "order_qty", "leaves_qty", "closed_size"),
}
_TIMES: dict[type, tuple[str, ...]] = {
    BybitOrder: ("created_time", "updated_time"),
    BybitExecution: ("exec_time",),
}
_NEEDED: dict[type, tuple[str, ...]] = {BybitOrder: ("qty",), BybitExecution: ("exec_price", "exec_qty")}
_READ = {kind: operator.attrgetter(*_NUMBERS[kind], *_TIMES[kind]) for kind in _NUMBERS}
# All of a row's numbers and times at one look, which nearly every row stands.
_ALL = {
    kind: re.compile(",".join([_NUMBER_TEXT] * len(numbers) + [_TIME_TEXT] * len(_TIMES[kind]))).fullmatch
    for kind, numbers in _NUMBERS.items()
}


def sound_rows[T: (BybitOrder, BybitExecution)](rows: Iterable[T]) -> tuple[list[T], list[BadRow]]:
    """Return the rows that can be reckoned with, and what is wrong with the others."""
    sound: list[T] = []
    bad: list[BadRow] = []
    for row in rows:
        defect = defect_of(row)
        if defect:
            bad.append(BadRow(defect, msgspec.json.encode(row)[:80]))
        else:
            sound.append(row)
    return sound, bad


def defect_of(row: BybitOrder | BybitExecution) -> str:
    """Return what is wrong with a row, or an empty text: the field, its value and what is allowed."""
    kind = type(row)
    if row.category not in _CATEGORIES:
        return f"category is {row.category!r}; it must be one of {', '.join(sorted(_CATEGORIES))}"
    values = _READ[kind](row)
    if not _ALL[kind](",".join(values)):
        return _odd_value(kind, values)
    for name in _NEEDED[kind]:
        if not getattr(row, name):
            return f"{name} is empty; it must be a number"
    return ""


def _odd_value(kind: type, values: tuple[str, ...]) -> str:
    numbers, times = _NUMBERS[kind], _TIMES[kind]
    for name, value in zip(numbers, values, strict=False):
        if not _NUMBER(value):
            return f"{name} is {value!r}; it must be a number"
    for name, value in zip(times, values[len(numbers) :], strict=True):
        if not _TIME(value):
            return f"{name} is {value!r}; it must be epoch milliseconds"
    raise AssertionError("each value is sound and all together are not")
