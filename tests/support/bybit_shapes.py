"""A small language for JSON shapes, so that field lists stay readable.

`name:s` is a string, `n` a number, `b` a boolean, `null` null, `o` any object, `_` anything. `{...}` is an object
with exactly these fields, `[...]` a list with at least one element and `*[...]` one that may be empty; the
elements are a type, an object written as its fields, or `(s s s)`, a list of exactly these. `name?:s` may be
absent, `s|null` is either.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

NOTHING = "{}"
IDS = "orderId:s orderLinkId:s"
CURSOR = "nextPageCursor:s"
_TOKEN = re.compile(r"\s*([A-Za-z0-9_]+\??:|[A-Za-z_]+|\*?\[|[\]{}()|])")
_SIMPLE = {"s": str, "b": bool, "o": dict}


class ShapeError(AssertionError):
    """A value that has not the shape it should have, or a shape that cannot be read."""


@dataclass
class Fields:
    """An object with exactly these fields."""

    required: dict[str, Any] = field(default_factory=dict)
    optional: dict[str, Any] = field(default_factory=dict)


@dataclass
class Items:
    """A list of one shape."""

    shape: Any
    may_be_empty: bool


def check(value: Any, shape: str, where: str = "$") -> None:
    """Raise ShapeError unless `value` has the shape written in `shape`."""
    _check(value, parse(shape), where)


@lru_cache
def parse(text: str) -> Any:
    """Read a shape; fields without braces are an object."""
    tokens = _tokens(text)
    if tokens and not tokens[0].endswith(":"):
        shape, rest = _type(tokens)
    else:
        shape, rest = _fields(tokens, None)
    if rest:
        raise ShapeError(f"{rest[0]!r} is left over in {text!r}")
    return shape


def _tokens(text: str) -> list[str]:
    tokens, at, text = [], 0, text.strip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise ShapeError(f"cannot read {text[at : at + 20]!r}")
        tokens.append(match.group(1))
        at = match.end()
    return tokens


def _fields(tokens: list[str], closing: str | None) -> tuple[Fields, list[str]]:
    fields = Fields()
    while tokens and tokens[0] != closing:
        name = tokens[0].removesuffix(":")
        shape, tokens = _type(tokens[1:])
        (fields.optional if name.endswith("?") else fields.required)[name.removesuffix("?")] = shape
    return fields, tokens


def _type(tokens: list[str]) -> tuple[Any, list[str]]:
    head, rest = tokens[0], tokens[1:]
    shape: Any = head
    if head == "{":
        shape, rest = _fields(rest, "}")
        rest = rest[1:]
    elif head == "(":
        members = []
        while rest[0] != ")":
            member, rest = _type(rest)
            members.append(member)
        shape, rest = tuple(members), rest[1:]
    elif head.endswith("["):
        inner, rest = _fields(rest, "]") if rest[0].endswith(":") else _type(rest)
        shape, rest = Items(inner, may_be_empty=head.startswith("*")), rest[1:]
    while rest and rest[0] == "|":
        other, rest = _type(rest[1:])
        shape = [shape, other] if not isinstance(shape, list) else [*shape, other]
    return shape, rest


def _check(value: Any, shape: Any, where: str) -> None:
    if isinstance(shape, list):
        _check_either(value, shape, where)
    elif isinstance(shape, Fields):
        _check_fields(value, shape, where)
    elif isinstance(shape, Items):
        _expect(isinstance(value, list), where, "a list", value)
        _expect(shape.may_be_empty or bool(value), where, "a list that is not empty", value)
        for i, item in enumerate(value):
            _check(item, shape.shape, f"{where}[{i}]")
    elif isinstance(shape, tuple):
        _expect(isinstance(value, list) and len(value) == len(shape), where, f"{len(shape)} values", value)
        for i, (item, each) in enumerate(zip(value, shape, strict=True)):
            _check(item, each, f"{where}[{i}]")
    else:
        _check_simple(value, shape, where)


def _check_simple(value: Any, shape: str, where: str) -> None:
    if shape == "n":
        _expect(isinstance(value, int | float) and not isinstance(value, bool), where, "a number", value)
    elif shape == "null":
        _expect(value is None, where, "null", value)
    elif shape != "_":
        _expect(isinstance(value, _SIMPLE[shape]), where, _SIMPLE[shape].__name__, value)


def _check_either(value: Any, shapes: list[Any], where: str) -> None:
    failures = []
    for shape in shapes:
        try:
            _check(value, shape, where)
        except ShapeError as e:
            failures.append(str(e))
        else:
            return
    raise ShapeError(" or ".join(failures))


def _check_fields(value: Any, shape: Fields, where: str) -> None:
    _expect(isinstance(value, dict), where, "an object", value)
    missing = shape.required.keys() - value.keys()
    unknown = value.keys() - shape.required.keys() - shape.optional.keys()
    if missing or unknown:
        raise ShapeError(f"{where}: missing {sorted(missing)}, unknown {sorted(unknown)}")
    for name, item in value.items():
        each = shape.required[name] if name in shape.required else shape.optional[name]
        _check(item, each, f"{where}.{name}")


def _expect(holds: bool, where: str, wanted: str, value: Any) -> None:
    if not holds:
        raise ShapeError(f"{where}: expected {wanted}, got {str(value)[:80]!r} ({type(value).__name__})")
