"""Fields that hold one of the venue's words, and finding words this version does not know.

Such a field is text, so that a new word never costs a row; its type names the enum the word should be in.

Source: Bybit V5 "Enums Definitions".
"""

from __future__ import annotations

import functools
import operator
from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, get_args, get_type_hints

import msgspec

from nautilus_bybit_adapter.wire.enums import (
    CancelType,
    ContractType,
    CreateType,
    ExecType,
    InstrumentStatus,
    MarginMode,
    OptionsType,
    OrderStatus,
    OrderType,
    PositionStatus,
    Side,
    StopOrderType,
    TimeInForce,
    TriggerBy,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

_KEY = "words"

CancelTypeText = Annotated[str, msgspec.Meta(extra={_KEY: CancelType})]
ContractTypeText = Annotated[str, msgspec.Meta(extra={_KEY: ContractType})]
CreateTypeText = Annotated[str, msgspec.Meta(extra={_KEY: CreateType})]
ExecTypeText = Annotated[str, msgspec.Meta(extra={_KEY: ExecType})]
InstrumentStatusText = Annotated[str, msgspec.Meta(extra={_KEY: InstrumentStatus})]
MarginModeText = Annotated[str, msgspec.Meta(extra={_KEY: MarginMode})]
OptionsTypeText = Annotated[str, msgspec.Meta(extra={_KEY: OptionsType})]
OrderStatusText = Annotated[str, msgspec.Meta(extra={_KEY: OrderStatus})]
OrderTypeText = Annotated[str, msgspec.Meta(extra={_KEY: OrderType})]
PositionStatusText = Annotated[str, msgspec.Meta(extra={_KEY: PositionStatus})]
SideText = Annotated[str, msgspec.Meta(extra={_KEY: Side})]
StopOrderTypeText = Annotated[str, msgspec.Meta(extra={_KEY: StopOrderType})]
TimeInForceText = Annotated[str, msgspec.Meta(extra={_KEY: TimeInForce})]
TriggerByText = Annotated[str, msgspec.Meta(extra={_KEY: TriggerBy})]

# The venue's own ways to say that there is none.
_NONE = frozenset({"", "UNKNOWN", "None"})


@functools.cache
def known_words(row_type: type) -> dict[str, frozenset[str]]:
    """Return the words each field of a struct may hold, by the field's name; fields of free text are absent."""
    found: dict[str, frozenset[str]] = {}
    for name, hint in get_type_hints(row_type, include_extras=True).items():
        for part in get_args(hint):
            words = part.extra.get(_KEY) if isinstance(part, msgspec.Meta) and part.extra else None
            if isinstance(words, type) and issubclass(words, StrEnum):
                found[name] = frozenset(words) | _NONE
    return found


def unknown_words(rows: Sequence[msgspec.Struct]) -> dict[str, int]:
    """Return how often rows of one kind hold a word that is not known, by `Struct.field=word`."""
    found: dict[str, int] = {}
    if not rows:
        return found
    row_type = type(rows[0])
    for name, words in known_words(row_type).items():
        texts = list(map(operator.attrgetter(name), rows))
        if not words.issuperset(texts):
            found |= Counter(f"{row_type.__name__}.{name}={text}" for text in texts if text not in words)
    return found
