"""A ticker kept whole across frames that hold only what changed.

Source: Bybit V5 "Public: Ticker".
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from nautilus_bybit_adapter.state.book import SNAPSHOT_PATIENCE_NS
from nautilus_bybit_adapter.wire.market import BybitTicker


class TickerChange(NamedTuple):
    """The ticker before and after a frame; `before` is `None` where nothing was known."""

    before: BybitTicker | None
    after: BybitTicker


class TickerState:
    """The ticker of one `tickers.{symbol}` topic.

    Attributes
    ----------
    ticker : BybitTicker or None
        Every field as last stated; `None` while a snapshot is awaited.
    """

    __slots__ = ("_dropping_since_ns", "ticker")

    def __init__(self) -> None:
        self.ticker: BybitTicker | None = None
        self._dropping_since_ns: int | None = None

    def on_lost(self) -> None:
        """Wait for a snapshot: the connection or the subscription is gone."""
        self.ticker = None
        self._dropping_since_ns = None

    def is_overdue(self, now_ns: int) -> bool:
        """Take note of a delta that was dropped, and tell whether that goes on for too long.

        The snapshot was lost then, and the topic is to be subscribed again; the wait begins anew.

        Parameters
        ----------
        now_ns : int
            When the delta came, UNIX nanoseconds.
        """
        if self._dropping_since_ns is None:
            self._dropping_since_ns = now_ns
        if now_ns - self._dropping_since_ns < SNAPSHOT_PATIENCE_NS:
            return False
        self._dropping_since_ns = None
        return True

    def on_frame(self, frame: BybitTicker, *, is_snapshot: bool) -> TickerChange | None:
        """Take a frame; a snapshot replaces everything, a delta what it names.

        Returns `None` for a delta that nothing precedes: what it leaves out is not known.
        """
        before = self.ticker
        if is_snapshot:
            self.ticker = frame
        elif before is None:
            return None
        else:
            self.ticker = msgspec.structs.replace(before, **_stated(frame))
        return TickerChange(before, self.ticker)


_FIELDS = BybitTicker.__struct_fields__


def _stated(frame: BybitTicker) -> dict[str, str]:
    return {name: value for name in _FIELDS if (value := getattr(frame, name)) is not None}
