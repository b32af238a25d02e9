"""Fields that requests of the whole earn family share, refused with its own codes.

Source: Bybit V5 Earn, error codes.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from nautilus_bybit_adapter.sim.exchange.amounts import parse_amount
from nautilus_bybit_adapter.sim.exchange.errors import VenueError
from nautilus_bybit_adapter.sim.exchange.requests import Params, read_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from nautilus_bybit_adapter.sim.earn.shares import ShareOrder

LINK_ID_LIMIT = 36
SECOND_MS = 1000
_LINK_ID = re.compile(r"[0-9A-Za-z_-]+")
_SECONDS = re.compile(r"\d{1,11}")


def invalid(name: str) -> VenueError:
    """Return the refusal of a field."""
    return VenueError(180001, f"Invalid parameter {name}.")


def read_word(params: Params, name: str, allowed: Collection[str]) -> str:
    """Return a string that must be one of `allowed`."""
    value = params.get(name)
    if not isinstance(value, str) or value not in allowed:
        raise invalid(name)
    return value


def read_link_id(params: Params) -> str:
    """Return an `orderLinkId` that must be there."""
    link_id = read_text(params, "orderLinkId")
    if not link_id:
        raise VenueError(180019, "orderLinkId cannot be empty.")
    if len(link_id) > LINK_ID_LIMIT or not _LINK_ID.fullmatch(link_id):
        raise invalid("orderLinkId")
    return link_id


def read_stake(params: Params, name: str, places: int) -> Decimal:
    """Return a positive amount of at most `places` decimals."""
    amount = parse_amount(params.get(name))
    if not amount or amount % Decimal(1).scaleb(-places):
        raise invalid(name)
    return amount


def read_ident(params: Params, name: str) -> str:
    """Return an id that may come as a number; `""` when it is absent."""
    value = params.get(name)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def read_seconds(params: Params, names: tuple[str, str], now_ms: int, longest_ms: int) -> tuple[int, int]:
    """Return the inclusive window in ms that two times in seconds ask for; the longest one by default."""
    found = []
    for name in names:
        text = read_ident(params, name)
        if text and not _SECONDS.fullmatch(text):
            raise invalid(name)
        found.append(int(text) * SECOND_MS if text else None)
    start, end = found
    end = now_ms if end is None else end + SECOND_MS - 1
    start = end - longest_ms if start is None else start
    if not 0 <= end - start <= longest_ms:
        raise invalid(names[0])
    return start, end


def matching_orders(
    params: Params, now_ms: int, orders: Iterable[ShareOrder], *, kinds: tuple[str, ...], longest_ms: int
) -> list[ShareOrder]:
    """Return the order an id names, else those of a kind and a window, newest first."""
    order_id, link_id = read_text(params, "orderId"), read_text(params, "orderLinkId")
    newest_first = list(orders)[::-1]
    if order_id or link_id:
        return [o for o in newest_first if order_id in {"", o.order_id} and link_id in {"", o.link_id}]
    kind = read_text(params, "orderType")
    if kind not in {"", *kinds}:
        raise invalid("orderType")
    start, end = read_seconds(params, ("startTime", "endTime"), now_ms, longest_ms)
    return [o for o in newest_first if start <= o.at_ms <= end and kind in {"", o.kind}]
