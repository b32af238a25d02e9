"""Strict reading of a model's table: what is missing, of a wrong kind or unknown is named with what is allowed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from nautilus_bybit_adapter.errors import BybitConfigError

if TYPE_CHECKING:
    from numpy.typing import NDArray


class ModelError(BybitConfigError):
    """A file of coefficients cannot be used; the message names the field, its value and what is allowed."""


class Fields:
    """One table of a file.

    Parameters
    ----------
    name : str
        The file, for messages.
    table : dict
    path : str, default ""
        The table within the file, for messages.

    """

    def __init__(self, name: str, table: dict[str, Any], path: str = "") -> None:
        self._name = name
        self._table = table
        self._path = path
        self._read: set[str] = set()

    @property
    def where(self) -> str:
        """The file and the table, as a message begins."""
        return f"{self._name}: {self._path}"

    def close(self) -> None:
        """Refuse fields that nobody read."""
        unknown = sorted(set(self._table) - self._read)
        if unknown:
            raise ModelError(
                f"{self.where}{unknown[0]} is unknown; allowed are {', '.join(sorted(self._read))}"
            )

    def integer(self, key: str, *, least: int) -> int:
        """Return an integer not below `least`."""
        value = self._get(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise self._wrong(key, value, f"an integer of at least {least}")
        return value

    def number(self, key: str, *, above: float = -math.inf) -> float:
        """Return a finite number above a bound."""
        value = self._get(key)
        if not _is_number(value, above):
            raise self._wrong(key, value, _number_words(above))
        return float(value)

    def numbers(self, key: str, count: int, *, above: float = -math.inf) -> NDArray[np.float64]:
        """Return so many finite numbers above a bound, shape (count,)."""
        values = self._get(key)
        if not isinstance(values, list) or len(values) != count:
            held = f"a list of {len(values)}" if isinstance(values, list) else values
            raise self._wrong(key, held, f"a list of {count} numbers")
        for index, value in enumerate(values):
            if not _is_number(value, above):
                raise self._wrong(f"{key}[{index}]", value, _number_words(above))
        return np.array(values, dtype=np.float64)

    def text(self, key: str) -> str:
        """Return a text."""
        value = self._get(key)
        if not isinstance(value, str):
            raise self._wrong(key, value, "a text")
        return value

    def texts(self, key: str) -> list[str]:
        """Return a list of texts, at least one."""
        values = self._get(key)
        if not isinstance(values, list) or not values or not all(isinstance(value, str) for value in values):
            raise self._wrong(key, values, "a list of texts, at least one")
        return values

    def table(self, key: str) -> Fields:
        """Return a table within this one."""
        value = self._get(key)
        if not isinstance(value, dict):
            raise self._wrong(key, value, "a table")
        return Fields(self._name, value, f"{self._path}{key}.")

    def tables(self, key: str) -> list[Fields]:
        """Return a list of tables, at least one."""
        values = self._get(key)
        if not isinstance(values, list) or not values or not all(isinstance(value, dict) for value in values):
            raise self._wrong(key, values, "a list of tables, at least one")
        return [
            Fields(self._name, value, f"{self._path}{key}[{index}].") for index, value in enumerate(values)
        ]

    def _get(self, key: str) -> Any:
        self._read.add(key)
        if key not in self._table:
            raise ModelError(f"{self.where}{key} is missing")
        return self._table[key]

    def _wrong(self, key: str, value: Any, allowed: str) -> ModelError:
        return ModelError(f"{self.where}{key} is {value!r}; it must be {allowed}")


def _is_number(value: Any, above: float) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    try:
        number = float(value)
    except OverflowError:
        return False
    return math.isfinite(number) and number > above


def _number_words(above: float) -> str:
    return "a finite number" if above == -math.inf else f"a finite number above {above:g}"
