from __future__ import annotations

import pytest

from nautilus_bybit_adapter.state.book import SNAPSHOT_PATIENCE_NS, BookAction, BookSequencer

SECOND = 1_000_000_000
SNAP, DELTA, REPEAT, STALE, GAP, OVERDUE = (
    BookAction.APPLY_SNAPSHOT,
    BookAction.APPLY_DELTA,
    BookAction.REPEAT,
    BookAction.DROP_STALE,
    BookAction.GAP,
    BookAction.OVERDUE,
)


@pytest.mark.parametrize(
    ("frames", "actions"),
    [
        ([("s", 10), ("d", 11), ("d", 12)], [SNAP, DELTA, DELTA]),
        ([("d", 11), ("s", 12), ("d", 13)], [STALE, SNAP, DELTA]),
        ([("s", 12), ("d", 15), ("d", 16), ("s", 20), ("d", 21)], [SNAP, GAP, STALE, SNAP, DELTA]),
        ([("s", 12), ("d", 12), ("d", 11), ("d", 13)], [SNAP, STALE, STALE, DELTA]),
        ([("s", 12), ("d", 1), ("d", 2)], [SNAP, SNAP, DELTA]),
        ([("s", 12), ("s", 1), ("d", 2)], [SNAP, SNAP, DELTA]),
        ([("s", 12), ("s", 12), ("d", 13)], [SNAP, SNAP, DELTA]),
        ([("s", 12), ("s", 900)], [SNAP, SNAP]),
        ([("d", 1)], [SNAP]),
    ],
)
def test_the_sequence(frames: list[tuple[str, int]], actions: list[BookAction]) -> None:
    sequencer = BookSequencer()
    assert [
        sequencer.on_update(u, is_snapshot=kind == "s", depth=50, now_ns=0) for kind, u in frames
    ] == actions


def test_level_one_repeats_itself() -> None:
    sequencer = BookSequencer()
    frames = [7, 7, 9, 9, 1, 1]
    actions = [sequencer.on_update(u, is_snapshot=True, depth=1, now_ns=0) for u in frames]
    assert actions == [SNAP, REPEAT, SNAP, REPEAT, SNAP, REPEAT]


def test_a_repeat_after_a_reconnect_is_news() -> None:
    sequencer = BookSequencer()
    sequencer.on_update(7, is_snapshot=True, depth=1, now_ns=0)
    sequencer.on_lost()
    assert not sequencer.is_synced
    assert sequencer.on_update(7, is_snapshot=True, depth=1, now_ns=0) is SNAP


def test_gaps_are_counted() -> None:
    sequencer = BookSequencer()
    for start in (10, 20):
        sequencer.on_update(start, is_snapshot=True, depth=50, now_ns=0)
        sequencer.on_update(start + 5, is_snapshot=False, depth=50, now_ns=0)
        assert not sequencer.is_synced
    assert sequencer.gap_count == 2


@pytest.mark.parametrize(
    ("frames", "actions"),
    [
        # The snapshot was lost, and is asked for again after each five seconds.
        (
            [("d", 11, 0), ("d", 12, 4), ("d", 13, 5), ("d", 14, 6), ("d", 15, 10), ("d", 16, 11)],
            [STALE, STALE, OVERDUE, STALE, STALE, OVERDUE],
        ),
        # It came in time, and the next wait begins with the next loss.
        (
            [("d", 11, 0), ("s", 12, 4), ("d", 13, 9), ("d", 20, 10), ("d", 21, 11), ("d", 22, 16)],
            [STALE, SNAP, DELTA, GAP, STALE, OVERDUE],
        ),
        # The numbers began anew, and the frame that said so was lost: the book looks whole and is none.
        (
            [("s", 900, 0), ("d", 2, 1), ("d", 3, 3), ("d", 4, 6), ("d", 5, 7), ("s", 6, 8), ("d", 7, 9)],
            [SNAP, STALE, STALE, OVERDUE, STALE, SNAP, DELTA],
        ),
        # Late repetitions between frames that go on are nothing to worry about.
        (
            [("s", 10, 0), ("d", 9, 1), ("d", 11, 3), ("d", 9, 6), ("d", 12, 8), ("d", 12, 12)],
            [SNAP, STALE, DELTA, STALE, DELTA, STALE],
        ),
    ],
)
def test_a_snapshot_that_does_not_come_is_asked_for_again(
    frames: list[tuple[str, int, int]], actions: list[BookAction]
) -> None:
    sequencer = BookSequencer()
    assert SNAPSHOT_PATIENCE_NS == 5 * SECOND
    done = [
        sequencer.on_update(u, is_snapshot=kind == "s", depth=50, now_ns=at * SECOND)
        for kind, u, at in frames
    ]
    assert done == actions
    assert sequencer.gap_count == actions.count(GAP)


def test_waiting_begins_anew_with_the_connection() -> None:
    sequencer = BookSequencer()
    sequencer.on_update(11, is_snapshot=False, depth=50, now_ns=0)
    sequencer.on_lost()
    assert sequencer.on_update(12, is_snapshot=False, depth=50, now_ns=6 * SECOND) is STALE
    assert sequencer.on_update(13, is_snapshot=False, depth=50, now_ns=11 * SECOND) is OVERDUE
