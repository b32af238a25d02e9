"""What makes a frozen dataclass a framework datum that the message bus and a Parquet catalogue can carry.

Decimals and quantities travel as their exact text, identifiers and enumerations as their value, levels and rows
as JSON.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from decimal import Decimal
from enum import Enum
from typing import Any, ClassVar, NamedTuple, Self, get_args, get_origin, get_type_hints

import msgspec
import pyarrow as pa
from nautilus_trader.core.data import Data
from nautilus_trader.model.enums import OrderSide, order_side_from_str, order_side_to_str
from nautilus_trader.model.identifiers import ClientOrderId, InstrumentId, StrategyId
from nautilus_trader.model.objects import Money, Quantity
from nautilus_trader.serialization.arrow.serializer import register_arrow
from nautilus_trader.serialization.base import register_serializable_type

type Levels = tuple[tuple[Decimal, ...], ...]


class _Codec(NamedTuple):
    arrow: pa.DataType
    encode: Callable[[Any], Any]
    decode: Callable[[Any], Any]


def _same(value: Any) -> Any:
    return value


def _encode_levels(levels: Levels) -> str:
    return msgspec.json.encode([[f"{number:f}" for number in level] for level in levels]).decode()


def _decode_levels(text: str) -> Levels:
    return tuple(tuple(map(Decimal, level)) for level in msgspec.json.decode(text, type=list[list[str]]))


def _encode_decimal(number: Decimal) -> str:
    return f"{number:f}"


def _value(member: Any) -> Any:
    return member.value


def _encode_money(amounts: tuple[Money, ...]) -> str:
    return msgspec.json.encode([str(money) for money in amounts]).decode()


def _decode_money(text: str) -> tuple[Money, ...]:
    return tuple(map(Money.from_str, msgspec.json.decode(text, type=list[str])))


_CODECS: dict[Any, _Codec] = {
    InstrumentId: _Codec(pa.string(), _value, InstrumentId.from_str),
    ClientOrderId: _Codec(pa.string(), _value, ClientOrderId),
    StrategyId: _Codec(pa.string(), _value, StrategyId),
    OrderSide: _Codec(pa.string(), order_side_to_str, order_side_from_str),
    Quantity: _Codec(pa.string(), str, Quantity.from_str),
    tuple[Money, ...]: _Codec(pa.string(), _encode_money, _decode_money),
    Decimal: _Codec(pa.string(), _encode_decimal, Decimal),
    str: _Codec(pa.string(), _same, str),
    int: _Codec(pa.int64(), _same, int),
    float: _Codec(pa.float64(), _same, float),
    bool: _Codec(pa.bool_(), _same, bool),
    Levels: _Codec(pa.string(), _encode_levels, _decode_levels),
}


class BybitData(Data):
    """
    A datum of Bybit that the framework has no type for.

    Subclasses are frozen dataclasses with `ts_event` (when it happened at the venue) and `ts_init` (when it was
    received), both UNIX nanoseconds.
    """

    _codecs: ClassVar[dict[str, _Codec]] = {}
    _schema: ClassVar[pa.Schema] = pa.schema({})

    def to_dict(self) -> dict[str, Any]:
        """Return every field as JSON has it, and the type's name."""
        row: dict[str, Any] = {"type": type(self).__name__}
        for name, codec in self._codecs.items():
            value = getattr(self, name)
            row[name] = None if value is None else codec.encode(value)
        return row

    @classmethod
    def from_dict(cls, row: dict[str, Any]) -> Self:
        """Return the datum that `to_dict` was given of."""
        return cls(
            **{
                name: None if row[name] is None else codec.decode(row[name])
                for name, codec in cls._codecs.items()
            }
        )

    def to_arrow(self) -> pa.RecordBatch:
        """Return the datum as one row."""
        return pa.RecordBatch.from_pylist([self.to_dict()], schema=self._schema)

    @classmethod
    def from_arrow(cls, table: pa.Table) -> list[Self]:
        """Return the data of a table's rows."""
        return [cls.from_dict(row) for row in table.to_pylist()]


def serializable[T: type[BybitData]](cls: T) -> T:
    """Make a frozen dataclass known to the message bus and the catalogue."""
    hints = get_type_hints(cls)
    cls._codecs = {field.name: _codec_of(hints[field.name]) for field in dataclasses.fields(cls)}
    columns = {name: codec.arrow for name, codec in cls._codecs.items()}
    cls._schema = pa.schema({"type": pa.string(), **columns})
    register_serializable_type(cls, cls.to_dict, cls.from_dict)
    register_arrow(cls, cls._schema, cls.to_arrow, cls.from_arrow)
    return cls


def _codec_of(hint: Any) -> _Codec:
    """Return the codec of a field's type, `X | None` being that of `X`."""
    known = _CODECS.get(hint)
    if known is not None:
        return known
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _Codec(pa.string(), _value, hint)
    if get_origin(hint) is tuple:
        return _rows_codec(get_args(hint)[0])
    (inner,) = (each for each in hint.__args__ if each is not type(None))
    return _codec_of(inner)


def _rows_codec(row: type[msgspec.Struct]) -> _Codec:
    """Return the codec of a tuple of structs."""
    rows: Any = list.__class_getitem__(row)

    def decode(text: str) -> tuple[Any, ...]:
        return tuple(msgspec.json.decode(text, type=rows))

    return _Codec(pa.string(), lambda rows: msgspec.json.encode(rows).decode(), decode)
