"""JSON into the framework's configs, with errors that name the field."""

from __future__ import annotations

import re
from difflib import get_close_matches
from enum import StrEnum
from importlib import import_module
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec
from nautilus_trader.config import NautilusConfig

from nautilus_bybit_adapter.errors import BybitConfigError

_AT = re.compile(r"^(?P<said>.*?)(?: - at `\$(?P<at>.*)`)?$", re.DOTALL)
_UNKNOWN = re.compile(r"^Object contains unknown field `(?P<name>.*)`$")
_MISSING = re.compile(r"^Object missing required field `(?P<name>.*)`$")


def imported(path: Any, where: str) -> Any:
    """
    Return what a path of the form ``package.module:Name`` names.

    Raises
    ------
    BybitConfigError
        If it is no such path, or cannot be imported.

    """
    if not isinstance(path, str) or path.count(":") != 1:
        raise BybitConfigError(f"{where}: {path!r} is not of the form package.module:Name")
    module, _, name = path.partition(":")
    try:
        return getattr(import_module(module), name)
    except ImportError as e:
        raise BybitConfigError(f"{where}: cannot import {module!r}: {e}") from e
    except (AttributeError, ValueError) as e:
        raise BybitConfigError(f"{where}: the module {module!r} has no {name!r}") from e


def imported_class[T](path: Any, base: type[T], where: str) -> type[T]:
    """Return an imported class; raises `BybitConfigError` for what is none of a kind."""
    found = imported(path, where)
    if not (isinstance(found, type) and issubclass(found, base)):
        raise BybitConfigError(f"{where}: {path} is not a {base.__name__}")
    return found


def decoded[C: NautilusConfig](kind: type[C], fields: Any, where: str) -> C:
    """
    Return a config made of JSON fields.

    Parameters
    ----------
    kind : type[NautilusConfig]
        What to make.
    fields : Any
        What the file says; must be an object.
    where : str
        The path of the object in the file, such as ``strategies[0].config``; empty for the whole.

    Raises
    ------
    BybitConfigError
        If a field is unknown, missing or of a wrong kind; names it, what it is and what is allowed.

    """
    if not isinstance(fields, dict):
        raise BybitConfigError(f"{where or 'the file'}: expected an object, got {fields!r}")
    try:
        return kind.parse(msgspec.json.encode(fields))
    except msgspec.ValidationError as e:
        raise BybitConfigError(_told(str(e), kind, fields, where)) from e
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as e:
        # What the framework's own types raise for a word or a number they do not know.
        raise BybitConfigError(f"{where or 'the file'}: {kind.__name__} refuses {e}") from e


def _told(message: str, kind: type[NautilusConfig], fields: dict[str, Any], where: str) -> str:
    matched = _AT.match(message)
    assert matched is not None  # noqa: S101 - any text matches
    said, at = matched["said"], matched["at"] or ""
    if unknown := _UNKNOWN.match(said):
        place = _joined(where, at, f".{unknown['name']}")
        near = [] if at else get_close_matches(unknown["name"], kind.__struct_fields__, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        return f"{place}: there is no such field{hint}"
    if missing := _MISSING.match(said):
        return f"{_joined(where, at, f'.{missing["name"]}')}: is missing"
    value = _value_at(fields, at)
    told = value is msgspec.UNSET or " got " in said or repr(value) in said
    shown = "" if told else f" (it is {value!r})"
    allowed = _allowed(kind, at)
    words = f"; {', '.join(allowed)} are allowed" if allowed else ""
    return f"{_joined(where, at)}: {said[0].lower()}{said[1:]}{shown}{words}"


def _allowed(kind: Any, at: str) -> list[str]:
    """Return the words a field may hold, where it is an enum of words."""
    for step in _steps(at):
        inner = next((each for each in _members(kind) if hasattr(each, "__struct_fields__")), None)
        if inner is not None:
            kind = get_type_hints(inner).get(step)
        else:  # an element of a list, or a value of an object
            kind = next(
                (get_args(each)[-1 if step == "..." else 0] for each in _members(kind) if get_args(each)),
                None,
            )
    words = next(
        (each for each in _members(kind) if isinstance(each, type) and issubclass(each, StrEnum)), ()
    )
    return [str(word) for word in words]


def _members(kind: Any) -> tuple[Any, ...]:
    """Return the types of a union, or the type itself."""
    return get_args(kind) if get_origin(kind) in {Union, UnionType} else (kind,)


def _steps(at: str) -> list[str]:
    return re.findall(r"\.\.\.|[^.\[\]]+", at)


def _joined(*parts: str) -> str:
    return "".join(parts).removeprefix(".") or "the file"


def _value_at(fields: Any, at: str) -> Any:
    for step in _steps(at):
        try:
            fields = fields[int(step)] if isinstance(fields, list) else fields[step]
        except (KeyError, IndexError, ValueError, TypeError):
            return msgspec.UNSET
    return fields
