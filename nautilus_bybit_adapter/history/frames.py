"""The lines of a recording: ``<receive time, ns> <frame>``, as other collectors write them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from nautilus_bybit_adapter.history.blocks import TextBlocks

if TYPE_CHECKING:
    from pathlib import Path

GAP_TOPIC = "gap"
"""The topic of a line that no venue has sent: frames were not recorded."""

_BOOK_TOPIC = re.compile(rb'"topic":"orderbook\.(\d+)\.')
_LOOKED_AT_BLOCKS = 4


class GapMark(msgspec.Struct, frozen=True, kw_only=True):
    """What a line of the topic ``gap`` says.

    Attributes
    ----------
    reason : str
        Why nothing was recorded.
    since_ns : int
        The last receive time before it; 0 where the recording goes on after this line.
    """

    topic: str = GAP_TOPIC
    reason: str
    since_ns: int = 0


def gap_line(received_ns: int, reason: str, since_ns: int = 0) -> bytes:
    """Return the line that marks a gap."""
    return b"%d %b\n" % (received_ns, msgspec.json.encode(GapMark(reason=reason, since_ns=since_ns)))


def parse_gap(frame: bytes) -> GapMark:
    """Return what a gap's line says.

    Raises
    ------
    msgspec.MsgspecError
        If it says something else.
    """
    return msgspec.json.decode(frame, type=GapMark)


def topic_in(frame: bytes) -> bytes:
    """Return a frame's topic where it stands at its beginning, otherwise nothing."""
    start = b'{"topic":"'
    return frame[len(start) : frame.find(b'"', len(start))] if frame.startswith(start) else b""


def deepest_book(path: Path) -> int:
    """Return the depth of the deepest order book near the beginning of a recording, 0 where there is none."""
    deepest = 0
    for number, block in enumerate(TextBlocks(path, is_torn_allowed=True)):
        deepest = max([deepest, *(int(depth) for depth in _BOOK_TOPIC.findall(block))])
        if number == _LOOKED_AT_BLOCKS:
            break
    return deepest
