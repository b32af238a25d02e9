"""What a fault does to a frame or body: JSON in, damaged JSON out, or None when there is nothing to damage."""

from __future__ import annotations

import copy
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from .engine import Fault

Json = dict[str, Any]
# Fields that hold one word of a documented list.
ENUM_FIELDS = (
    "orderStatus",
    "execType",
    "orderType",
    "side",
    "S",
    "timeInForce",
    "stopOrderType",
    "cancelType",
    "rejectReason",
    "createType",
    "positionStatus",
    "tickDirection",
    "L",
    "status",
    "accountType",
)
_ABOVE_ASKS = Decimal("1.05")


def rows_of(message: Json) -> list[Json]:
    """Rows of a push or of a REST result, and the coins of a wallet; the one object where there is no list."""
    data: Any = message.get("data", message.get("result"))
    if isinstance(data, dict):
        data = data["list"] if isinstance(data.get("list"), list) else [data]
    rows = [row for row in data if isinstance(row, dict)] if isinstance(data, list) else []
    coins = [coin for row in rows if isinstance(row.get("coin"), list) for coin in row["coin"]]
    return rows + [coin for coin in coins if isinstance(coin, dict)]


def unknown_enum(message: Json, fault: Fault) -> Json | None:
    """Replace one word of one row by an unheard one."""
    return _change(
        message, fault, ENUM_FIELDS, lambda row, name: row.update({name: fault.spec.text("value")})
    )


def missing_field(message: Json, fault: Fault) -> Json | None:
    """Leave one field of one row out."""
    return _change(message, fault, (), lambda row, name: row.pop(name))


def smp_group_string(message: Json, fault: Fault) -> Json | None:
    """Write `smpGroup` of every row as text."""
    del fault
    if not any(isinstance(row.get("smpGroup"), int) for row in rows_of(message)):
        return None
    damaged = copy.deepcopy(message)
    for row in rows_of(damaged):
        if isinstance(row.get("smpGroup"), int):
            row["smpGroup"] = str(row["smpGroup"])
    return damaged


def crossed(message: Json, fault: Fault) -> Json | None:
    """Add a bid five percent above the highest price of a book frame."""
    del fault
    if not is_book(message):
        return None
    data = message["data"]
    prices = [level[0] for side in ("b", "a") for level in data[side]]
    try:
        highest = max(prices, key=Decimal)
    except (ValueError, InvalidOperation):
        return None
    above = (Decimal(highest) * _ABOVE_ASKS).quantize(Decimal(highest))
    damaged = copy.deepcopy(message)
    damaged["data"]["b"].insert(0, [str(above), "1"])
    return damaged


def is_book(message: Json) -> bool:
    """Whether a message is a push of an order book."""
    return str(message.get("topic", "")).startswith("orderbook.") and isinstance(message.get("data"), dict)


def is_delta(message: Json) -> bool:
    """Whether a message is a delta of an order book."""
    return is_book(message) and message.get("type") == "delta"


def cut(text: str, fault: Fault) -> str:
    """Cut JSON text somewhere before its end."""
    return text[: fault.random.randrange(1, max(2, len(text)))]


# Changes of the message itself, by kind.
CHANGES: dict[str, Callable[[Json, Fault], Json | None]] = {
    "unknown_enum": unknown_enum,
    "missing_field": missing_field,
    "smp_group_string": smp_group_string,
    "crossed": crossed,
}


def _change(
    message: Json, fault: Fault, preferred: tuple[str, ...], apply: Callable[[Json, str], object]
) -> Json | None:
    wanted = fault.spec.text("field")
    places = [
        (index, name)
        for index, row in enumerate(rows_of(message))
        for name in row
        if (name == wanted if wanted else not preferred or name in preferred)
    ]
    if not places:
        return None
    index, name = fault.random.choice(places)
    damaged = copy.deepcopy(message)
    apply(rows_of(damaged)[index], name)
    return damaged
