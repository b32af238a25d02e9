"""Pages and time windows of lists that are not orders, executions or positions.

Source: Bybit V5, the descriptions of `limit`, `cursor`, `startTime` and `endTime`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from nautilus_bybit_adapter.sim.exchange.errors import bad_param
from nautilus_bybit_adapter.sim.exchange.queries import read_limit, read_ms
from nautilus_bybit_adapter.sim.exchange.requests import Params, read_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

DAY_MS = 86_400_000
WEEK_MS = 7 * DAY_MS


def page[Item](
    items: Sequence[Item], params: Params, name: Callable[[Item], str], default: int, most: int
) -> tuple[list[Item], str]:
    """Return the items after `cursor` and the cursor of the page, `""` only when it is empty."""
    limit = read_limit(params, default, most)
    after = unquote(read_text(params, "cursor")).rpartition(",")[2]
    begin = 0
    if after:
        begin = next((i + 1 for i, item in enumerate(items) if name(item) == after), -1)
        if begin < 0:
            raise bad_param("params error: cursor invalid")
    found = list(items[begin : begin + limit])
    return found, quote(f"{name(found[0])},{name(found[-1])}", safe="") if found else ""


def closed_page[Item](
    items: Sequence[Item], params: Params, name: Callable[[Item], str], default: int, most: int
) -> tuple[list[Item], str]:
    """Page whose cursor is `""` once nothing follows."""
    found, cursor = page(items, params, name, default, most)
    ended = not found or name(found[-1]) == name(items[-1])
    return found, "" if ended else cursor


def window(
    params: Params,
    now_ms: int,
    *,
    longest_ms: int = WEEK_MS,
    default_ms: int | None = None,
    names: tuple[str, str] = ("startTime", "endTime"),
) -> tuple[int, int]:
    """Return the inclusive window in ms that two times ask for.

    Raises
    ------
    VenueError
        10001 when it ends before it starts or spans more than `longest_ms`.
    """
    start, end = read_ms(params, names[0]), read_ms(params, names[1])
    length = longest_ms if default_ms is None else default_ms
    if start is None and end is None:
        return now_ms - length, now_ms
    if start is None:
        return (end or 0) - length, end or 0
    if end is None:
        return start, start + length
    if end < start:
        raise bad_param(f"params error: {names[1]} must not be before {names[0]}")
    if end - start > longest_ms:
        days = longest_ms // DAY_MS
        raise bad_param(f"The time range between {names[0]} and {names[1]} cannot exceed {days} days")
    return start, end
