"""The frame around every REST answer.

Source: Bybit V5 "Integration Guidance: Common Response".
"""

from __future__ import annotations

import msgspec

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
