"""Whether a book frame may be applied: a book is right or stale, never silently wrong.

Source: Bybit V5 "Public: Orderbook".
"""

from __future__ import annotations

from enum import Enum


class BookAction(Enum):
    """What to do with a frame.

    Attributes
    ----------
    APPLY_SNAPSHOT
        Replace the book.
    APPLY_DELTA
        Apply the changes.
    REPEAT
        The same book again: level 1 is repeated every 3 s while nothing changes.
    DROP_STALE
        Drop it: it is old, or a snapshot must come first.
    GAP
        Frames are missing: drop it, and subscribe to the topic again.
    OVERDUE
        Nothing but such frames has come for too long, so that the snapshot was lost: drop it, and subscribe again.
    """

    APPLY_SNAPSHOT = "apply snapshot"
    APPLY_DELTA = "apply delta"
    REPEAT = "repeat"
    DROP_STALE = "drop stale"
    GAP = "gap"
    OVERDUE = "overdue"


SNAPSHOT_PATIENCE_NS = 5_000_000_000
"""How long changes may come that cannot be applied: a subscription is answered by a snapshot within a second."""


class BookSequencer:
    """The sequence of one `orderbook.{depth}.{symbol}` topic.

    Attributes
    ----------
    last_update_id : int or None
        `u` of the last frame applied; `None` while a snapshot is awaited.
    gap_count : int
        How often frames were missing.
    crossed_count : int
        How often the book was crossed.
    """

    __slots__ = ("_dropping", "crossed_count", "gap_count", "last_update_id")

    def __init__(self) -> None:
        self.last_update_id: int | None = None
        self.gap_count = 0
        self.crossed_count = 0
        # What was applied last when the present run of dropped frames began, and when that was.
        self._dropping: tuple[int | None, int] | None = None

    @property
    def is_synced(self) -> bool:
        """Whether the book is the venue's."""
        return self.last_update_id is not None

    def on_lost(self) -> None:
        """Wait for a snapshot: the connection or the subscription is gone."""
        self.last_update_id = None
        self._dropping = None

    def on_crossed(self) -> None:
        """Wait for a snapshot: the levels contradict each other."""
        self.on_lost()
        self.crossed_count += 1

    def on_update(self, update_id: int, *, is_snapshot: bool, depth: int, now_ns: int) -> BookAction:
        """Take a frame's `u` and return what to do with the frame.

        Parameters
        ----------
        update_id : int
            The frame's `u`; 1 means that the venue's service restarted and the frame is a whole book.
        is_snapshot : bool
            Whether the frame's type is `snapshot`.
        depth : int
            The topic's levels; level 1 knows snapshots only, and repeats them.
        now_ns : int
            When the frame came, UNIX nanoseconds.
        """
        last = self.last_update_id
        if is_snapshot or update_id == 1:
            self.last_update_id = update_id
            return BookAction.REPEAT if depth == 1 and update_id == last else BookAction.APPLY_SNAPSHOT
        if last is None or update_id <= last:
            return self._drop(now_ns)
        if update_id > last + 1:
            self.on_lost()
            self.gap_count += 1
            return BookAction.GAP
        self.last_update_id = update_id
        return BookAction.APPLY_DELTA

    def _drop(self, now_ns: int) -> BookAction:
        if self._dropping is None or self._dropping[0] != self.last_update_id:
            self._dropping = self.last_update_id, now_ns
        if now_ns - self._dropping[1] < SNAPSHOT_PATIENCE_NS:
            return BookAction.DROP_STALE
        self.on_lost()
        return BookAction.OVERDUE
