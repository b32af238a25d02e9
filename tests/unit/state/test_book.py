from __future__ import annotations

import pytest

from nautilus_bybit_adapter.state.book import BookAction, BookSequencer

SNAP, DELTA, REPEAT, STALE, GAP = (
    BookAction.APPLY_SNAPSHOT,
    BookAction.APPLY_DELTA,
    BookAction.REPEAT,
    BookAction.DROP_STALE,
    BookAction.GAP,
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
    assert [sequencer.on_update(u, is_snapshot=kind == "s", depth=50) for kind, u in frames] == actions


def test_level_one_repeats_itself() -> None:
    sequencer = BookSequencer()
    frames = [7, 7, 9, 9, 1, 1]
    actions = [sequencer.on_update(u, is_snapshot=True, depth=1) for u in frames]
    assert actions == [SNAP, REPEAT, SNAP, REPEAT, SNAP, REPEAT]


def test_a_repeat_after_a_reconnect_is_news() -> None:
    sequencer = BookSequencer()
    sequencer.on_update(7, is_snapshot=True, depth=1)
    sequencer.on_lost()
    assert not sequencer.is_synced
    assert sequencer.on_update(7, is_snapshot=True, depth=1) is SNAP


def test_gaps_are_counted() -> None:
    sequencer = BookSequencer()
    for start in (10, 20):
        sequencer.on_update(start, is_snapshot=True, depth=50)
        sequencer.on_update(start + 5, is_snapshot=False, depth=50)
        assert not sequencer.is_synced
    assert sequencer.gap_count == 2
