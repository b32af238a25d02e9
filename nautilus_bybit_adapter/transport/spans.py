"""Reading what lies between two moments whole, however many windows and pages that takes.

Source: Bybit V5 "Get Order History", "Get Trade History", "Get Kline".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from nautilus_bybit_adapter.constants import MAX_HISTORY_WINDOW_MS
from nautilus_bybit_adapter.errors import BybitConfigError, BybitDecodeError
from nautilus_bybit_adapter.transport.paging import (
    Rows,
    check_limit,
    read_list,
    read_page,
    rows_to_ask_for,
)
from nautilus_bybit_adapter.wire.rows import BadRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nautilus_bybit_adapter.transport.paging import Listing, PageSource, Parameters


async def read_history[T: msgspec.Struct](
    session: PageSource,
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
    session : PageSource
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
        first, last = (None if each is None else each // listing.tick_ms for each in (start, end))
        window = {**parameters, listing.start_name: first, listing.end_name: last}
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
    session: PageSource,
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
    session : PageSource
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
        page = await read_page(session, listing, window, rows_to_ask_for(listing, wanted))
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
