"""Fields of one catalogue entry, read with one sentence for whatever is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .amounts import parse_amount, plain

if TYPE_CHECKING:
    from decimal import Decimal
    from pathlib import Path


class CatalogueError(ValueError):
    """A catalogue the venue cannot serve, with the file, the symbol and the field.

    Parameters
    ----------
    path : Path
        The file.
    where : str
        Symbol or number of the entry and the field; `""` when the file as a whole is at fault.
    reason : str
        What is wrong and what is allowed.
    """

    def __init__(self, path: Path, where: str, reason: str) -> None:
        super().__init__(f"{path}, {where}: {reason}" if where else f"{path}: {reason}")
        self.path = path
        self.where = where


class Row:
    """A JSON object of the catalogue.

    Parameters
    ----------
    path : Path
        The file, for messages.
    number : int
        Number of the entry, from 1; 0 for the collateral table.
    item : object
        What the file holds there.
    name, prefix : str
        Symbol and path of an inner object, for messages.
    """

    def __init__(self, path: Path, number: int, item: Any, *, name: str = "", prefix: str = "") -> None:
        self.path = path
        self.number = number
        self.prefix = prefix
        self.name = name or f"entry {number}"
        if not isinstance(item, dict):
            raise CatalogueError(
                path, self.name, f"{prefix or 'an entry'} must be a JSON object, got {item!r}"
            )
        self.item: dict[str, Any] = item
        if not prefix and isinstance(item.get("symbol"), str):
            self.name = item["symbol"]

    def refusal(self, field: str, value: object, allowed: str) -> CatalogueError:
        """Error that names the field, its value and what is allowed."""
        return CatalogueError(
            self.path, f"{self.name}, {self._full(field)}", f"{value!r} is not allowed; allowed is {allowed}"
        )

    def inner(self, field: str) -> Row:
        """Object inside this one."""
        if field not in self.item:
            raise CatalogueError(self.path, f"{self.name}, {self._full(field)}", "it is missing")
        return Row(self.path, self.number, self.item[field], name=self.name, prefix=self._full(field))

    def text(self, field: str, *, default: str | None = None) -> str:
        """Text; not empty unless it has a default."""
        value = self._value(field, default)
        if not isinstance(value, str) or (default is None and not value):
            raise self.refusal(field, value, "a text")
        return value

    def one_of(self, field: str, allowed: tuple[str, ...]) -> str:
        """One of a few texts."""
        value = self._value(field, None)
        if not isinstance(value, str) or value not in allowed:
            raise self.refusal(field, value, f"one of {', '.join(allowed)}")
        return value

    def whole(self, field: str, *, least: int, most: int | None = None) -> int:
        """Whole number, as JSON number or text."""
        value = self._value(field, None)
        is_number = isinstance(value, int) and not isinstance(value, bool)
        number = value if is_number else int(value) if isinstance(value, str) and value.isdecimal() else None
        if number is None or number < least or (most is not None and number > most):
            span = f"from {least} to {most}" if most is not None else f"of at least {least}"
            raise self.refusal(field, value, f"a whole number {span}")
        return int(number)

    def amount(
        self,
        field: str,
        *,
        default: Decimal | None = None,
        zero: bool = False,
        at_least: Decimal | None = None,
        at_most: Decimal | None = None,
        grid: Decimal | None = None,
    ) -> Decimal:
        """Decimal text above 0, or from 0 with `zero`."""
        if default is not None and field not in self.item:
            return default
        value = self._value(field, None)
        amount = parse_amount(value)
        allowed = "a decimal text of 0 or more" if zero else "a decimal text above 0"
        if amount is None or (not amount and not zero):
            raise self.refusal(field, value, allowed)
        if at_least is not None and amount < at_least:
            raise self.refusal(field, value, f"at least {plain(at_least)}")
        if at_most is not None and amount > at_most:
            raise self.refusal(field, value, f"at most {plain(at_most)}")
        if grid is not None and amount % grid:
            raise self.refusal(field, value, f"a multiple of {plain(grid)}")
        return amount

    def _full(self, field: str) -> str:
        return f"{self.prefix}.{field}" if self.prefix else field

    def _value(self, field: str, default: Any) -> Any:
        if field not in self.item and default is None:
            raise CatalogueError(self.path, f"{self.name}, {self._full(field)}", "it is missing")
        return self.item.get(field, default)
