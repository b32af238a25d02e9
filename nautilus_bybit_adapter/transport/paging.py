"""Reading a list whole: every page of it.

Source: Bybit V5 "Get Open & Closed Orders", "Get Position Info".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

import msgspec

from nautilus_bybit_adapter.constants import MAX_HISTORY_WINDOW_MS
from nautilus_bybit_adapter.errors import BybitConfigError, BybitDecodeError
from nautilus_bybit_adapter.wire.envelope import even_page, list_page
from nautilus_bybit_adapter.wire.rows import BadRow, decode_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nautilus_bybit_adapter.wire.envelope import ListPage

type PageReader = Callable[[msgspec.Raw], ListPage]
type Parameters = Mapping[str, str | int | None]


class PageSource(Protocol):
    """What pages are read from: a `RestSession`."""

    async def read(
        self, path: str, parameters: Parameters, *, cursor: str = "", is_private: bool = False
    ) -> msgspec.Raw:
        """Return the `result` of a GET."""
        ...

    def server_time_ms(self) -> int:
        """Return the venue's time in epoch milliseconds."""
        ...


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
    tick_ms : int
        Milliseconds in the venue's unit of both moments and of `time_field`.
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
    tick_ms: int = 1
    page_of: PageReader = list_page


@dataclass(frozen=True, slots=True)
class Rows[T]:
    """The rows of a list, and those that defy reading."""

    good: list[T] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)


class Page[T](NamedTuple):
    """One page: rows that can be read, those that cannot, and where the next one starts."""

    good: list[T]
    bad: list[BadRow]
    cursor: str
    is_empty: bool


async def read_list[T: msgspec.Struct](
    session: PageSource, listing: Listing[T], parameters: Parameters, limit: int | None = None
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
        page = await read_page(session, listing, parameters, rows_to_ask_for(listing, wanted), cursor)
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


def check_limit(limit: int | None) -> None:
    """Raise `BybitConfigError` unless the limit counts at least one row."""
    if limit is not None and limit < 1:
        raise BybitConfigError(f"limit must be at least 1; it is {limit}.")


async def read_page[T: msgspec.Struct](
    session: PageSource, listing: Listing[T], parameters: Parameters, page_rows: int | None, cursor: str = ""
) -> Page[T]:
    """Return one page, asking for at most `page_rows` rows."""
    raw = await session.read(
        listing.path, {**parameters, "limit": page_rows}, cursor=cursor, is_private=listing.is_private
    )
    if listing.page_of is list_page:
        even = even_page(raw, listing.row_type)
        if even is not None:
            return Page(even.rows, [], even.next_page_cursor or "", is_empty=not even.rows)
    page = decode_page(raw, listing.page_of, listing.path)
    good, bad = decode_rows(page.rows, listing.row_type)
    return Page(good, bad, page.next_page_cursor or "", is_empty=not page.rows)


def decode_page(raw: msgspec.Raw, page_of: PageReader, path: str) -> ListPage:
    """Return a `result` as a page, or raise `BybitDecodeError`."""
    try:
        return page_of(raw)
    except msgspec.DecodeError as exc:
        excerpt = bytes(raw)[:80]
        raise BybitDecodeError(
            f"Cannot read the result of {path} ({exc}): {excerpt!r}", topic=path, excerpt=excerpt
        ) from exc


def rows_to_ask_for[T: msgspec.Struct](listing: Listing[T], wanted: int | None) -> int | None:
    """Return how many rows of a page to ask for where `wanted` are still missing, or all."""
    if listing.page_rows is None or wanted is None:
        return listing.page_rows
    return max(min(listing.page_rows, wanted), 1)
