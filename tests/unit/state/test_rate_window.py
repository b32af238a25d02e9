from __future__ import annotations

import pytest

from nautilus_bybit_adapter.state.rate_window import RateWindow

# (event, time, argument) -> what the window says afterwards: (used, has room for one, ready at)
type Step = tuple[str, float, int, tuple[int, bool, float]]

TABLES: dict[str, list[Step]] = {
    "a unit is free one window after its answer": [
        ("take", 10.0, 1, (1, True, 10.0)),
        ("take", 10.0, 2, (2, False, 12.0)),
        ("settle", 10.25, 1, (2, False, 11.25)),
        ("settle", 10.5, 2, (2, False, 11.25)),
        ("look", 11.125, 0, (2, False, 11.25)),
        ("look", 11.25, 0, (1, True, 11.25)),
        ("look", 11.5, 0, (0, True, 11.5)),
    ],
    "answers out of order free their own units": [
        ("take", 10.0, 1, (1, True, 10.0)),
        ("take", 10.0, 2, (2, False, 12.0)),
        ("settle", 10.25, 2, (2, False, 11.25)),
        ("look", 11.25, 0, (1, True, 11.25)),
        ("look", 12.0, 0, (0, True, 12.0)),
    ],
    "what is never answered counts as arrived one window later": [
        ("take", 10.0, 1, (1, True, 10.0)),
        ("take", 10.0, 2, (2, False, 12.0)),
        ("look", 11.5, 0, (2, False, 12.0)),
        ("settle", 11.75, 1, (2, False, 12.0)),
        ("look", 12.0, 0, (0, True, 12.0)),
    ],
    "what was not sent is free at once": [
        ("take", 10.0, 1, (1, True, 10.0)),
        ("take", 10.0, 2, (2, False, 12.0)),
        ("give_back", 10.0, 2, (1, True, 10.0)),
        ("give_back", 10.0, 2, (1, True, 10.0)),
    ],
    "a block outlasts free units": [
        ("block", 10.0, 13, (0, False, 13.0)),
        ("block", 10.0, 12, (0, False, 13.0)),
        ("look", 13.0, 0, (0, True, 13.0)),
    ],
    "units of another program count for one window": [
        ("take", 10.0, 1, (1, True, 10.0)),
        ("observe", 10.0, 0, (2, False, 11.0)),
        ("settle", 10.0, 1, (2, False, 11.0)),
        ("look", 11.0, 0, (0, True, 11.0)),
    ],
    "fewer units than our own count are no news": [
        ("take", 10.0, 1, (1, True, 10.0)),
        ("observe", 10.0, 2, (1, True, 10.0)),
    ],
}


@pytest.mark.parametrize("name", TABLES)
def test_table(name: str) -> None:
    window = RateWindow(2)
    for event, now, argument, expected in TABLES[name]:
        match event:
            case "take":
                window.take(argument, now)
            case "settle":
                window.settle(argument, now)
            case "give_back":
                window.give_back(argument)
            case "block":
                window.block_until(argument)
            case "observe":
                window.observe(now, 2, argument)
        assert (window.used(now), window.has_room(now), window.ready_at(now)) == expected, (event, now)


def test_more_units_than_there_are_wait_for_an_empty_window() -> None:
    window = RateWindow(3)
    window.take(1, 10.0)
    assert not window.has_room(10.0, 5)
    assert window.ready_at(10.0, 5) == 12.0
    assert window.has_room(12.0, 5)


@pytest.mark.parametrize("late", [0.0, 0.2, 0.9])
def test_the_venue_never_counts_more_than_the_limit(late: float) -> None:
    """A first request that travels slowly and a later one that travels fast do not meet at the venue."""
    window, arrived, now = RateWindow(3), [], 0.0
    for ticket in range(60):
        now = window.ready_at(now)
        window.take(ticket, now)
        arrived.append(now + (late if ticket % 3 == 0 else 0.0))
        window.settle(ticket, arrived[-1])
        now = max(now, arrived[-1])
    arrived.sort()
    for at in arrived:
        assert sum(at - 1.0 < other <= at for other in arrived) <= 3
