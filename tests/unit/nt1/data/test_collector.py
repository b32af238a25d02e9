from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from nautilus_bybit_adapter.nt1.data.collector import CollectorThreshold


@pytest.fixture(autouse=True)
def threshold() -> Iterator[tuple[int, int, int]]:
    before = gc.get_threshold()
    yield before
    gc.set_threshold(*before)


def test_it_holds_while_the_client_is_connected(threshold: tuple[int, int, int]) -> None:
    collector = CollectorThreshold(50_000)
    for _ in range(2):
        collector.start()
        collector.start()
        assert gc.get_threshold() == (50_000, *threshold[1:])
        collector.stop()
        assert gc.get_threshold() == threshold


def test_what_somebody_else_sets_is_left(threshold: tuple[int, int, int]) -> None:
    collector = CollectorThreshold(50_000)
    collector.start()
    gc.set_threshold(7_000, *threshold[1:])
    collector.stop()
    assert gc.get_threshold() == (7_000, *threshold[1:])


def test_none_leaves_the_collector_alone(threshold: tuple[int, int, int]) -> None:
    collector = CollectorThreshold(None)
    collector.start()
    assert gc.get_threshold() == threshold
    collector.stop()
    assert gc.get_threshold() == threshold
