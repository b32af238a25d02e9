"""A recording goes on where a restarted venue had played it to, whatever ended the venue."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from nautilus_bybit_adapter.sim import SimConfig, SimVenue
from tests.unit.sim.test_sim_recording import SNAPSHOT, book, record, trade

START_MS = 1_791_270_000_000
END_MS = 5000
FRAMES: list[Any] = [
    SNAPSHOT,
    book(1000, [["86000", "3"], ["85999.8", "4"]], [["86000.1", "2"]]),
    trade(1500, "Sell", "86000", "1"),
    book(2000, [["86000", "2"]], [["86000.2", "0"]]),
    trade(2500, "Buy", "86000.1", "0.5"),
    book(3000, [["85999.9", "0"]], [["86000.1", "1.5"], ["86000.3", "6"]]),
    book(3900, [["86000", "2.5"]], []),
    book(4000, [["85999.7", "9"]], [["86000.3", "0"]]),
]


class Clock:
    """Real time, turned by hand; the venue's own never goes back behind what it kept."""

    def __init__(self) -> None:
        self.now_ms = START_MS

    def __call__(self) -> int:
        return self.now_ms


@contextmanager
def running(state: Path, clock: Clock, replay: Path, *, abruptly: bool) -> Iterator[SimVenue]:
    config: dict[str, Any] = {"market": "quiet", "state": state, "clock": clock, "replay": replay}
    venue = SimVenue(SimConfig(**config))
    venue._flows.begin(venue._now_ms())
    yield venue
    journal = venue._journal
    assert journal is not None
    journal.abandon() if abruptly else journal.close()


def play(venue: SimVenue, clock: Clock, ms: int) -> None:
    for _ in range(ms // 10):
        clock.now_ms += 10
        venue._turn()


def sides(venue: SimVenue) -> tuple[dict[int, int], dict[int, int]]:
    market = venue.exchange.markets["linear", "BTCUSDT"]
    return dict(market.book.bids.top(20)), dict(market.book.asks.top(20))


def prints(venue: SimVenue) -> int:
    return len(venue.exchange.markets["linear", "BTCUSDT"].tape)


def undisturbed(tmp_path: Path, replay: Path) -> tuple[Any, int]:
    clock = Clock()
    with running(tmp_path / "undisturbed.db", clock, replay, abruptly=True) as venue:
        play(venue, clock, END_MS)
        return sides(venue), prints(venue)


@pytest.mark.parametrize("abruptly", [True, False])
@pytest.mark.parametrize("cuts", [[10], [1000], [1700], [2990, 10], [500, 1100, 900, 1000], [4500]])
def test_it_goes_on_where_it_was(tmp_path: Path, cuts: list[int], *, abruptly: bool) -> None:
    replay = record(tmp_path, *FRAMES)
    expected = undisturbed(tmp_path, replay)
    clock, state = Clock(), tmp_path / "state.db"
    for ms in cuts:
        with running(state, clock, replay, abruptly=abruptly) as venue:
            play(venue, clock, ms)
            before = sides(venue)
        clock.now_ms += 60_000  # while the venue is away
        with running(state, clock, replay, abruptly=abruptly) as venue:
            assert sides(venue) == before
    with running(state, clock, replay, abruptly=abruptly) as venue:
        play(venue, clock, END_MS)
        assert (sides(venue), prints(venue)) == expected


def test_what_the_client_took_stays_away_over_a_restart(tmp_path: Path) -> None:
    replay, clock, state = record(tmp_path, *FRAMES), Clock(), tmp_path / "state.db"
    with running(state, clock, replay, abruptly=True) as venue:
        play(venue, clock, 1100)
        order = {"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "orderType": "Market", "qty": "1"}
        venue.exchange.place(order)
        assert sides(venue)[1][860001] == 1000
    with running(state, clock, replay, abruptly=True) as venue:
        play(venue, clock, 1500)
        assert sides(venue)[1].get(860001, 0) <= 1000
        venue.exchange.check()


def test_another_recording_begins_at_its_beginning(tmp_path: Path) -> None:
    clock, state = Clock(), tmp_path / "state.db"
    with running(state, clock, record(tmp_path, *FRAMES), abruptly=True) as venue:
        play(venue, clock, 3500)
    shifted = [frame | {"ts": frame["ts"] + 9, "cts": frame["ts"] + 9} for frame in FRAMES if "cts" in frame]
    other = record(tmp_path, *shifted, name="linear_BTCUSDT-2.frames.gz")
    with running(state, clock, other, abruptly=True) as venue:
        assert sides(venue) == ({860000: 1000, 859999: 2000}, {860001: 1000, 860002: 2000})
