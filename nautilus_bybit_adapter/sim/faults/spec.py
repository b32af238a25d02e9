"""A fault as somebody asks for it: read from words, checked against its kind."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .kinds import CHOICES, FAMILIES, KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

LEAST_HTTP_ERROR = 400
MOST_HTTP_ERROR = 599
LONGEST_MS = 3_600_000
LONGEST_TEXT = 200
_COMMON = ("family", "match", "probability", "count", "after")


class FaultError(ValueError):
    """A fault that cannot be: what is wrong and what is allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultSpec:
    """What goes wrong, where and how often.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    family : str
        `rest`, `public`, `private` or `trade`; `""` for every family the kind knows.
    match : str
        Pattern with `*` and `?` for what it hits: the topic of a push, the `op` of another frame, the path
        of a request.
    probability : float
        Chance that a fault hits what it matches, above 0 and at most 1.
    count : int, optional
        Most times it hits; without it there is no end.
    after : int
        Matching occasions to let pass first.
    options : mapping
        Settings of the kind.

    Raises
    ------
    FaultError
        When a setting is unknown or out of range.
    """

    kind: str
    family: str = ""
    match: str = "*"
    probability: float = 1.0
    count: int | None = None
    after: int = 0
    options: Mapping[str, int | str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        kind = KINDS.get(self.kind)
        if kind is None:
            raise FaultError(f"fault must be one of {', '.join(sorted(KINDS))}, got {self.kind!r}")
        if self.family and self.family not in kind.families:
            raise FaultError(
                f"family of {self.kind} must be one of {', '.join(kind.families)}, got {self.family!r}"
            )
        if not 0 < self.probability <= 1:
            raise FaultError(f"probability must be above 0 and at most 1, got {self.probability}")
        if self.count is not None and self.count < 1:
            raise FaultError(f"count must be at least 1, got {self.count}")
        if self.after < 0:
            raise FaultError(f"after must not be negative, got {self.after}")
        if not self.match or len(self.match) > LONGEST_TEXT:
            raise FaultError(f"match must be a pattern of 1 to {LONGEST_TEXT} characters")
        _check_options(self.kind, self.options)

    def option(self, name: str) -> int | str:
        """Return a setting of the kind, or its default."""
        return self.options.get(name, KINDS[self.kind].options[name])

    def number(self, name: str) -> int:
        """Whole-number setting of the kind."""
        return int(self.option(name))

    def text(self, name: str) -> str:
        """Text setting of the kind."""
        return str(self.option(name))

    def covers(self, family: str) -> bool:
        """Whether it can happen in `family`."""
        return family in ((self.family,) if self.family else KINDS[self.kind].families)

    def to_json(self) -> dict[str, Any]:
        """Return the fault as the admin port shows it; `read_fault` reads it back."""
        shown = {name: getattr(self, name) for name in ("kind", *_COMMON)}
        return shown | {name: self.option(name) for name in KINDS[self.kind].options}


def read_fault(settings: Mapping[str, Any]) -> FaultSpec:
    """Read a fault from named settings, as numbers or as text.

    Raises
    ------
    FaultError
        When one is unknown, malformed or out of range.
    """
    given = dict(settings)
    kind = given.pop("kind", "")
    if not isinstance(kind, str) or kind not in KINDS:
        raise FaultError(f"fault must be one of {', '.join(sorted(KINDS))}, got {kind!r}")
    common = {name: given.pop(name) for name in _COMMON if name in given}
    options = {name: _option(kind, name, value) for name, value in given.items()}
    return FaultSpec(
        kind=kind,
        family=_text("family", common.get("family", "")),
        match=_text("match", common.get("match", "*")),
        probability=_fraction(common.get("probability", 1.0)),
        count=None if common.get("count") is None else _whole("count", common["count"]),
        after=_whole("after", common.get("after", 0)),
        options=options,
    )


def parse_fault(text: str) -> FaultSpec:
    """Read `KIND[:key=value,...]`.

    Raises
    ------
    FaultError
        When it is none.
    """
    kind, _, rest = text.partition(":")
    settings: dict[str, str] = {}
    for part in filter(None, rest.split(",")):
        name, sign, value = part.partition("=")
        if not sign or not name:
            raise FaultError(f"a fault is KIND[:key=value,...], got {text!r}")
        if name in settings:
            raise FaultError(f"{name} is given twice in {text!r}")
        settings[name] = value
    return read_fault({"kind": kind, **settings})


def _option(kind: str, name: str, value: object) -> int | str:
    known = KINDS[kind].options
    if name not in known:
        raise FaultError(f"{kind} can set {', '.join((*_COMMON, *known))}, got {name!r}")
    return _whole(name, value) if isinstance(known[name], int) else _text(name, value)


def _check_options(kind: str, options: Mapping[str, int | str]) -> None:
    for name, value in options.items():
        if name not in KINDS[kind].options:
            raise FaultError(f"{kind} can set {', '.join((*_COMMON, *KINDS[kind].options))}, got {name!r}")
        if name in CHOICES and value not in CHOICES[name]:
            raise FaultError(f"{name} must be one of {', '.join(CHOICES[name])}, got {value!r}")
        if name == "status" and not LEAST_HTTP_ERROR <= int(value) <= MOST_HTTP_ERROR:
            raise FaultError(f"status must be from {LEAST_HTTP_ERROR} to {MOST_HTTP_ERROR}, got {value}")
        if name.endswith("ms") and abs(int(value)) > LONGEST_MS:
            raise FaultError(f"{name} must be at most {LONGEST_MS}, got {value}")
        if name.endswith("ms") and kind == "delay" and int(value) < 0:
            raise FaultError(f"{name} must not be negative, got {value}")
        if isinstance(value, str) and len(value) > LONGEST_TEXT:
            raise FaultError(f"{name} must not be longer than {LONGEST_TEXT} characters")


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise FaultError(f"{name} must be text, got {value!r}")
    return value


def _whole(name: str, value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and value.removeprefix("-").isdecimal() and len(value) < LONGEST_TEXT:
        return int(value)
    raise FaultError(f"{name} must be a whole number, got {value!r}")


def _fraction(value: object) -> float:
    try:
        if isinstance(value, int | float | str) and not isinstance(value, bool):
            return float(value)
    except (ValueError, OverflowError):
        pass
    raise FaultError(f"probability must be a number, got {value!r}")


__all__ = ["FAMILIES", "FaultError", "FaultSpec", "parse_fault", "read_fault"]
