"""Reading a list whole: every page of every window.

Source: Bybit V5 "Get Open & Closed Orders", "Get Order History", "Get Trade History".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from nautilus_bybit_adapter.constants import MAX_HISTORY_WINDOW_MS
from nautilus_bybit_adapter.errors import BybitConfigError, BybitDecodeError
from nautilus_bybit_adapter.transport.rest_session import decode_result
from nautilus_bybit_adapter.wire.envelope import ListPage
from nautilus_bybit_adapter.wire.rows import decode_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nautilus_bybit_adapter.transport.rest_session import RestSession
    from nautilus_bybit_adapter.wire.orders import BybitExecution, BybitOrder
    from nautilus_bybit_adapter.wire.positions import BybitPosition
    from nautilus_bybit_adapter.wire.rows import BadRow


async def read_list[T](
    session: RestSession,
    path: str,
    parameters: Mapping[str, str | int | None],
    row_type: type[T],
    *,
    is_private: bool,
    has_pages: bool = True,
) -> tuple[list[T], list[BadRow]]:
    """Return the rows of all pages, and those that cannot be read.

    The cursor is present on the last page too, so the end is an empty page.

    Raises
    ------
    BybitError
        If any page fails: a part is never returned as the whole.
    """
    rows: list[T] = []
    bad: list[BadRow] = []
    seen = {""}
    cursor = ""
    while True:
        raw = await session.read(path, parameters, cursor=cursor, is_private=is_private)
        page = decode_result(raw, ListPage, path)
        good_rows, bad_rows = decode_rows(page.rows, row_type)
        rows += good_rows
        bad += bad_rows
        cursor = page.next_page_cursor or ""
        if not page.rows or not cursor or not has_pages:
            return rows, bad
        if cursor in seen:
            raise BybitDecodeError(
                f"The venue repeats the page cursor of {path}, so the list has no end.", topic=path
            )
        seen.add(cursor)


async def read_all[T](
    session: RestSession,
    path: str,
    parameters: Mapping[str, str | int | None],
    row_type: type[T],
    *,
    has_pages: bool = True,
) -> list[T]:
    """Return the rows of all pages of a private list, of which none may be missing.

    Raises
    ------
    BybitDecodeError
        If a row cannot be read.
    BybitError
        If a page fails.
    """
    rows, bad = await read_list(session, path, parameters, row_type, is_private=True, has_pages=has_pages)
    if bad:
        raise BybitDecodeError(
            f"{len(bad)} of {len(rows) + len(bad)} rows of {path} cannot be read, "
            f"the first because {bad[0].error}: {bad[0].excerpt!r}",
            topic=path,
            excerpt=bad[0].excerpt,
        )
    return rows


async def read_all_of_category[T: (BybitOrder, BybitExecution, BybitPosition)](
    session: RestSession,
    path: str,
    parameters: Mapping[str, str | int | None],
    row_type: type[T],
    *,
    has_pages: bool = True,
) -> list[T]:
    """Return what `read_all` returns, each row with the category that was asked for: REST rows carry none."""
    category = str(parameters["category"])
    rows = await read_all(session, path, parameters, row_type, has_pages=has_pages)
    return [msgspec.structs.replace(row, category=row.category or category) for row in rows]


def history_windows(
    start_ms: int | None, end_ms: int | None, now_ms: int
) -> Iterator[tuple[int | None, int | None]]:
    """Yield windows the venue takes, which span seven days at most; neighbours share one millisecond.

    Parameters
    ----------
    start_ms, end_ms : int or None
        Epoch milliseconds. Without a start the venue's own rule holds: the seven days before the end.
    now_ms : int
        The venue's time, the end where none is given.

    Raises
    ------
    BybitConfigError
        If the start is after the end.
    """
    if start_ms is None:
        yield None, end_ms
        return
    last_ms = now_ms if end_ms is None else end_ms
    if start_ms > last_ms:
        raise BybitConfigError(f"start_ms must not be after end_ms; they are {start_ms} and {last_ms}.")
    while True:
        stop_ms = min(start_ms + MAX_HISTORY_WINDOW_MS, last_ms)
        yield start_ms, stop_ms
        if stop_ms == last_ms:
            return
        start_ms = stop_ms
