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
    """

    APPLY_SNAPSHOT = "apply snapshot"
    APPLY_DELTA = "apply delta"
    REPEAT = "repeat"
    DROP_STALE = "drop stale"
    GAP = "gap"


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

    __slots__ = ("crossed_count", "gap_count", "last_update_id")

    def __init__(self) -> None:
        self.last_update_id: int | None = None
        self.gap_count = 0
        self.crossed_count = 0

    @property
    def is_synced(self) -> bool:
        """Whether the book is the venue's."""
        return self.last_update_id is not None

    def on_lost(self) -> None:
        """Wait for a snapshot: the connection or the subscription is gone."""
        self.last_update_id = None

    def on_crossed(self) -> None:
        """Wait for a snapshot: the levels contradict each other."""
        self.last_update_id = None
        self.crossed_count += 1

    def on_update(self, update_id: int, *, is_snapshot: bool, depth: int) -> BookAction:
        """Take a frame's `u` and return what to do with the frame.

        Parameters
        ----------
        update_id : int
            The frame's `u`; 1 means that the venue's service restarted and the frame is a whole book.
        is_snapshot : bool
            Whether the frame's type is `snapshot`.
        depth : int
            The topic's levels; level 1 knows snapshots only, and repeats them.
        """
        last = self.last_update_id
        if is_snapshot or update_id == 1:
            self.last_update_id = update_id
            return BookAction.REPEAT if depth == 1 and update_id == last else BookAction.APPLY_SNAPSHOT
        if last is None or update_id <= last:
            return BookAction.DROP_STALE
        if update_id > last + 1:
            self.last_update_id = None
            self.gap_count += 1
            return BookAction.GAP
        self.last_update_id = update_id
        return BookAction.APPLY_DELTA
