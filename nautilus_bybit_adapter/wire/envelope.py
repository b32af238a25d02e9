"""The frame around every REST answer.

Source: Bybit V5 "Integration Guidance: Common Response".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from nautilus_bybit_adapter.wire.rows import decode_row, decoder_of

if TYPE_CHECKING:
    from collections.abc import Callable

_EMPTY = msgspec.Raw(b"{}")


class Envelope(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A REST answer; `result` is read according to the request, `time` is epoch milliseconds."""

    ret_code: int
    ret_msg: str = ""
    result: msgspec.Raw = _EMPTY
    ret_ext_info: msgspec.Raw = _EMPTY
    time: int = 0


class ListPage(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One page of rows; the cursor is percent-encoded already and goes back as it came."""

    rows: list[msgspec.Raw] = msgspec.field(name="list")
    next_page_cursor: str | None = None
    category: str = ""


class RowPage[T](msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One page whose rows are structs already; the cursor is that of `ListPage`."""

    rows: list[T] = msgspec.field(name="list")
    next_page_cursor: str | None = None


def list_page(result: msgspec.Raw) -> ListPage:
    """Return a page whose rows are in `list`."""
    return decode_row(result, ListPage)


def even_page[T](result: msgspec.Raw, row_type: type[T]) -> RowPage[T] | None:
    """Return a page whose rows are in `list` from one reading, or `None` where any row takes a closer look.

    Parameters
    ----------
    result : msgspec.Raw
        The `result` of an answer.
    row_type : type
        The struct to read each row as.
    """
    page_type: Any = RowPage
    try:
        page: RowPage[T] = decoder_of(page_type[row_type]).decode(result)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return page


def bare_page(result: msgspec.Raw) -> ListPage:
    """Return the one page of a result that is itself the list."""
    return ListPage(rows=_bare.decode(result))


def page_under(*names: str, cursor_name: str = "nextPageCursor") -> Callable[[msgspec.Raw], ListPage]:
    """Return a reader of pages whose rows are under the first of these names that is present.

    Parameters
    ----------
    *names : str
        The names.
    cursor_name : str
        What the venue calls the cursor of the next page.
    """

    def page(result: msgspec.Raw) -> ListPage:
        fields = _fields.decode(result)
        for name in names:
            if name in fields:
                cursor = fields.get(cursor_name)
                return ListPage(
                    rows=_bare.decode(fields[name]),
                    next_page_cursor=None if cursor is None else _cursor.decode(cursor),
                )
        raise msgspec.ValidationError(f"Object missing required field `{names[0]}`")

    return page


_bare = msgspec.json.Decoder(list[msgspec.Raw])
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])
_cursor = msgspec.json.Decoder(str | None)
