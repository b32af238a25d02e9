"""Reading rows one by one, so that a strange row never takes its siblings with it.

A row is first read as its struct says. Where that fails it is read again loosely: a number in a text
field keeps its digits, a text in a number field is parsed, and `null` counts as absent.
"""

from __future__ import annotations

import functools
from types import UnionType
from typing import TYPE_CHECKING, Any, NamedTuple, Union, get_args, get_origin, get_type_hints

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable


class BadRow(NamedTuple):
    """A row that could not be read: why, and its first 80 bytes."""

    error: str
    excerpt: bytes


# Number literals keep their digits: a price never becomes a binary float.
_untyped = msgspec.json.Decoder(float_hook=str)


_decoders: dict[type, msgspec.json.Decoder[Any]] = {}


def decoder_of[T](row_type: type[T]) -> msgspec.json.Decoder[T]:
    """Return the one decoder of a type."""
    decoder = _decoders.get(row_type)
    if decoder is None:
        decoder = _decoders[row_type] = msgspec.json.Decoder(row_type)
    return decoder


def decode_row[T](raw: bytes | memoryview | msgspec.Raw, row_type: type[T]) -> T:
    """Return one row.

    Parameters
    ----------
    raw : bytes, memoryview or msgspec.Raw
        The JSON object.
    row_type : type
        The struct to read it as.

    Raises
    ------
    msgspec.DecodeError
        If it is no JSON, or a needed field is absent or unreadable.
    """
    try:
        try:
            return decoder_of(row_type).decode(raw)
        except msgspec.ValidationError:
            return msgspec.convert(_loosened(_untyped.decode(raw), row_type), row_type, strict=False)
    except UnicodeDecodeError as exc:
        raise msgspec.DecodeError(str(exc)) from exc


def decode_rows[T](
    raw_rows: Iterable[bytes | msgspec.Raw], row_type: type[T]
) -> tuple[list[T], list[BadRow]]:
    """Return the rows that can be read, and those that cannot.

    Parameters
    ----------
    raw_rows : iterable of bytes or msgspec.Raw
        The JSON objects.
    row_type : type
        The struct to read each as.
    """
    rows: list[T] = []
    bad: list[BadRow] = []
    for raw in raw_rows:
        try:
            rows.append(decode_row(raw, row_type))
        except msgspec.DecodeError as exc:
            bad.append(BadRow(str(exc), bytes(raw)[:80]))
    return rows, bad


@functools.cache
def _field_types(row_type: type) -> dict[str, tuple[Any, bool]]:
    """Return wire name -> (type, may be absent)."""
    hints = get_type_hints(row_type)
    return {
        field.encode_name: (hints[field.name], not field.required)
        for field in msgspec.structs.fields(row_type)
    }


def _loosened(value: Any, wanted: Any) -> Any:
    wanted = _without_none(wanted)
    if isinstance(wanted, type) and issubclass(wanted, msgspec.Struct):
        return _loosened_struct(value, wanted)
    origin = get_origin(wanted)
    if origin is list and isinstance(value, list):
        (item_type,) = get_args(wanted)
        return [_loosened(item, item_type) for item in value]
    if origin is tuple and isinstance(value, list) and len(value) == len(get_args(wanted)):
        return [_loosened(item, each) for item, each in zip(value, get_args(wanted), strict=True)]
    if origin is dict and isinstance(value, dict):
        item_type = get_args(wanted)[1]
        return {name: _loosened(item, item_type) for name, item in value.items()}
    if _wants_text(wanted) and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value


def _loosened_struct(value: Any, wanted: type[msgspec.Struct]) -> Any:
    types = _field_types(wanted)
    if isinstance(value, dict):
        return {
            name: _loosened(item, types[name][0])
            for name, item in value.items()
            if name in types and not (types[name][1] and _is_absent(item, types[name][0]))
        }
    if isinstance(value, list) and wanted.__struct_config__.array_like:
        named = zip(value, types.values(), strict=False)
        return [_loosened(item, each) for item, (each, _) in named]
    return value


def _without_none(wanted: Any) -> Any:
    """Return what an optional type wants where there is something; other unions stay."""
    if get_origin(wanted) in {Union, UnionType}:
        others = [each for each in get_args(wanted) if each is not type(None)]
        if len(others) == 1:
            return others[0]
    return wanted


def _wants_text(wanted: Any) -> bool:
    return wanted is str or (get_origin(wanted) in {Union, UnionType} and str in get_args(wanted))


def _is_absent(value: Any, wanted: Any) -> bool:
    return value is None or (value == "" and wanted in {int, bool})
