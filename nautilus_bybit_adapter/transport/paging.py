"""Reading a list whole: every page of every window, or all of a series back to its start.

Source: Bybit V5 "Get Open & Closed Orders", "Get Order History", "Get Trade History", "Get Kline".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from nautilus_bybit_adapter.constants import MAX_HISTORY_WINDOW_MS
from nautilus_bybit_adapter.errors import BybitConfigError, BybitDecodeError
from nautilus_bybit_adapter.wire.envelope import list_page
from nautilus_bybit_adapter.wire.rows import BadRow, decode_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from nautilus_bybit_adapter.transport.rest_session import RestSession
    from nautilus_bybit_adapter.wire.envelope import ListPage

type Parameters = Mapping[str, str | int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing[T: msgspec.Struct]:
    """A list the venue offers, and how it pages.

    Parameters
    ----------
    path : str
        Such as `/v5/order/history`.
    row_type : type
        The struct of a row.
    is_private : bool
        Whether the request is signed.
    page_rows : int or None
        How many rows to ask for at a time; `None` where the venue takes no limit.
    has_pages : bool
        Whether a cursor leads on; the venue gives one with some lists that have one page.
    span_ms : int
        The longest window the venue takes, in milliseconds.
    time_field : str
        The field of a row, epoch milliseconds, that orders the rows.
    key : callable or None
        What makes a row of a history one of a kind; all its fields where none is given.
    start_name, end_name : str
        The venue's names for the first and last moment of a window, which both belong to it.
    page_of : callable
        Reads a `result` as a page.
    """

    path: str
    row_type: type[T]
    is_private: bool = True
    page_rows: int | None = None
    has_pages: bool = True
    span_ms: int = MAX_HISTORY_WINDOW_MS
    time_field: str = ""
    key: Callable[[T], object] | None = None
    start_name: str = "startTime"
    end_name: str = "endTime"
    page_of: Callable[[msgspec.Raw], ListPage] = list_page


@dataclass(frozen=True, slots=True)
class Rows[T]:
    """The rows of a list, and those that defy reading."""

    good: list[T] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)


class _Page[T](NamedTuple):
    good: list[T]
    bad: list[BadRow]
    cursor: str
    is_empty: bool


async def read_list[T: msgspec.Struct](
    session: RestSession, listing: Listing[T], parameters: Parameters, limit: int | None = None
) -> Rows[T]:
    """Return the rows of all pages in the venue's order, or the first `limit` of them.

    Lists of orders, executions and positions carry a cursor on the last page too, so their end is an empty
    page.

    Raises
    ------
    BybitDecodeError
        If a page cannot be read or the venue repeats a cursor.
    BybitError
        If any page fails: a part is never returned as the whole.
    """
    check_limit(limit)
    rows: Rows[T] = Rows()
    seen = {""}
    cursor = ""
    while True:
        wanted = None if limit is None else limit - len(rows.good)
        page = await _read_page(session, listing, parameters, _page_rows(listing, wanted), cursor)
        rows.good.extend(page.good)
        rows.bad.extend(page.bad)
        if limit is not None and len(rows.good) >= limit:
            del rows.good[limit:]
            return rows
        cursor = page.cursor
        if page.is_empty or not cursor or not listing.has_pages:
            return rows
        if cursor in seen:
            raise BybitDecodeError(
                f"The venue repeats the page cursor of {listing.path}, so the list has no end.",
                topic=listing.path,
            )
        seen.add(cursor)


async def read_history[T: msgspec.Struct](
    session: RestSession,
    listing: Listing[T],
    parameters: Parameters,
    *,
    start_ms: int | None,
    end_ms: int | None,
    limit: int | None = None,
) -> Rows[T]:
    """Return the rows between two moments, each once and oldest first, however many windows that takes.

    Parameters
    ----------
    session : RestSession
        What reads.
    listing : Listing
        What to read.
    parameters : mapping
        Besides the window and the page.
    start_ms, end_ms : int or None
        Epoch milliseconds, both included. Without a start the venue's own rule holds: the window before the
        end, as long as it may be.
    limit : int or None
        Keep the newest rows only, this many.

    Raises
    ------
    BybitConfigError
        If the start is after the end, or the limit is below 1.
    BybitError
        If any page of any window fails.
    """
    check_limit(limit)
    windows = list(history_windows(start_ms, end_ms, session.server_time_ms(), listing.span_ms))
    rows: Rows[T] = Rows()
    found: dict[object, T] = {}
    for start, end in reversed(windows):
        window = {**parameters, listing.start_name: start, listing.end_name: end}
        # Rows on the seam of two windows are read twice, so what is found already does not shorten the next.
        part = await read_list(session, listing, window, limit)
        rows.bad.extend(part.bad)
        for row in part.good:
            found.setdefault(row if listing.key is None else listing.key(row), row)
        if limit is not None and len(found) >= limit:
            break
    rows.good.extend(_oldest_first(listing, found, limit))
    return rows


async def read_series[T: msgspec.Struct](
    session: RestSession,
    listing: Listing[T],
    parameters: Parameters,
    *,
    start_ms: int | None,
    end_ms: int | None,
    limit: int | None = None,
) -> Rows[T]:
    """Return the rows of a series between two moments, each once and oldest first.

    Such a series has one row per moment and no cursor: it is read from its newest row backwards, each page
    ending before the oldest row of the one before.

    Parameters
    ----------
    session : RestSession
        What reads.
    listing : Listing
        What to read; it needs `page_rows` and `time_field`.
    parameters : mapping
        Besides the window and the page.
    start_ms, end_ms : int or None
        Epoch milliseconds, both included. Without an end up to now; without a start as far back as `limit`
        says, or one page.
    limit : int or None
        Keep the newest rows only, this many.

    Raises
    ------
    BybitConfigError
        If the start is after the end, or the limit is below 1.
    BybitDecodeError
        If a page cannot be read, or lies not before the one before.
    BybitError
        If any page fails.
    """
    check_limit(limit)
    if start_ms is not None and end_ms is not None:
        check_window(start_ms, end_ms)
    if start_ms is None and limit is None:
        limit = listing.page_rows
    rows: Rows[T] = Rows()
    found: dict[object, T] = {}
    stop_ms, oldest_ms = end_ms, None
    while limit is None or len(found) < limit:
        # The venue takes a start without an end for "forwards from there".
        window = {
            **parameters,
            listing.start_name: None if stop_ms is None else start_ms,
            listing.end_name: stop_ms,
        }
        wanted = None if limit is None else limit - len(found)
        page = await _read_page(session, listing, window, _page_rows(listing, wanted))
        rows.bad.extend(page.bad)
        if page.is_empty:
            break
        timed, odd = _with_times(listing, page.good)
        rows.bad.extend(odd)
        oldest_ms = _oldest(listing, timed, oldest_ms, rows.bad)
        for row in timed:
            time_ms = _time_ms(listing, row)
            if start_ms is None or time_ms >= start_ms:
                found.setdefault(time_ms, row)
        if start_ms is not None and oldest_ms <= start_ms:
            break
        stop_ms = oldest_ms - 1
    rows.good.extend(_oldest_first(listing, found, limit))
    return rows


def history_windows(
    start_ms: int | None, end_ms: int | None, now_ms: int, span_ms: int = MAX_HISTORY_WINDOW_MS
) -> Iterator[tuple[int | None, int | None]]:
    """Yield windows the venue takes, oldest first; neighbours share one millisecond.

    Parameters
    ----------
    start_ms, end_ms : int or None
        Epoch milliseconds. Without a start the venue's own rule holds.
    now_ms : int
        The venue's time, the end where none is given.
    span_ms : int
        The longest window, in milliseconds.

    Raises
    ------
    BybitConfigError
        If the start is after the end.
    """
    if start_ms is None:
        yield None, end_ms
        return
    last_ms = now_ms if end_ms is None else end_ms
    check_window(start_ms, last_ms)
    while True:
        stop_ms = min(start_ms + span_ms, last_ms)
        yield start_ms, stop_ms
        if stop_ms == last_ms:
            return
        start_ms = stop_ms


def check_window(start_ms: int, end_ms: int) -> None:
    """Raise `BybitConfigError` unless the start (epoch ms) is not after the end."""
    if start_ms > end_ms:
        raise BybitConfigError(f"start_ms must not be after end_ms; they are {start_ms} and {end_ms}.")


def check_limit(limit: int | None) -> None:
    """Raise `BybitConfigError` unless the limit counts at least one row."""
    if limit is not None and limit < 1:
        raise BybitConfigError(f"limit must be at least 1; it is {limit}.")


async def _read_page[T: msgspec.Struct](
    session: RestSession, listing: Listing[T], parameters: Parameters, page_rows: int | None, cursor: str = ""
) -> _Page[T]:
    raw = await session.read(
        listing.path, {**parameters, "limit": page_rows}, cursor=cursor, is_private=listing.is_private
    )
    try:
        page = listing.page_of(raw)
    except msgspec.DecodeError as exc:
        excerpt = bytes(raw)[:80]
        raise BybitDecodeError(
            f"Cannot read the result of {listing.path} ({exc}): {excerpt!r}",
            topic=listing.path,
            excerpt=excerpt,
        ) from exc
    good, bad = decode_rows(page.rows, listing.row_type)
    return _Page(good, bad, page.next_page_cursor or "", is_empty=not page.rows)


def _page_rows[T: msgspec.Struct](listing: Listing[T], wanted: int | None) -> int | None:
    if listing.page_rows is None or wanted is None:
        return listing.page_rows
    return max(min(listing.page_rows, wanted), 1)


def _with_times[T: msgspec.Struct](listing: Listing[T], rows: list[T]) -> tuple[list[T], list[BadRow]]:
    """Part the rows that can be ordered from those whose time is no number."""
    good: list[T] = []
    odd: list[BadRow] = []
    for row in rows:
        time = str(getattr(row, listing.time_field))
        if time.isdecimal():
            good.append(row)
        else:
            odd.append(BadRow(f"{listing.time_field} is no number: {time!r}", msgspec.json.encode(row)[:80]))
    return good, odd


def _time_ms[T: msgspec.Struct](listing: Listing[T], row: T) -> int:
    time = str(getattr(row, listing.time_field))
    return int(time) if time.isdecimal() else 0


def _oldest[T: msgspec.Struct](
    listing: Listing[T], rows: list[T], before_ms: int | None, bad: list[BadRow]
) -> int:
    if not rows:
        raise BybitDecodeError(
            f"No row of a page of {listing.path} can be read, the last because {bad[-1].error}.",
            topic=listing.path,
            excerpt=bad[-1].excerpt,
        )
    oldest_ms = min(_time_ms(listing, row) for row in rows)
    if before_ms is not None and oldest_ms >= before_ms:
        raise BybitDecodeError(
            f"The venue gives a page of {listing.path} again, so the series has no end.", topic=listing.path
        )
    return oldest_ms


def _oldest_first[T: msgspec.Struct](
    listing: Listing[T], found: Mapping[object, T], limit: int | None
) -> list[T]:
    # Rows came newest first: turned round, those of one moment keep the venue's order.
    ordered = list(found.values())[::-1]
    ordered.sort(key=lambda row: _time_ms(listing, row))
    return ordered if limit is None else ordered[-limit:]
