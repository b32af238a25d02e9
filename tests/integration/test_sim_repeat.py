"""A run on a virtual clock repeats byte for byte: frames with their times, ids and counters."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

from nautilus_bybit_adapter.sim import SimConfig, SimVenue
from nautilus_bybit_adapter.sim.clock import VirtualClock

SCRIPT = Path(__file__).resolve().parents[1] / "support" / "repeatable_run.py"


def run(seed: int, hash_seed: str) -> bytes:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(seed)],
        capture_output=True,
        timeout=120,
        check=False,
        env=environment,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def test_one_seed_and_the_same_commands_give_the_same_frames() -> None:
    first, second = run(7, "1"), run(7, "2")
    assert first == second
    lines = [line.split(" ", 1) for line in first.decode().splitlines()]
    assert not [text for name, text in lines if name == "refused"]
    found = Counter((name, json.loads(text)["topic"].split(".")[0]) for name, text in lines)
    for category in ("linear", "spot", "inverse", "option"):
        for topic in ("orderbook", "tickers", "publicTrade"):
            assert found[category, topic], (category, topic)
    assert {topic for name, topic in found if name == "private"} == {
        "order",
        "execution",
        "position",
        "wallet",
        "greeks",
    }
    assert run(8, "1") != first


def test_nothing_moves_between_two_steps() -> None:
    venue = SimVenue(SimConfig(clock=VirtualClock(1_750_000_000_000)))
    market = venue.exchange.markets["linear", "BTCUSDT"]
    market.asked()
    before = market.book.bids.top(1000)
    assert venue.step(1) == 1_750_000_000_001
    assert venue.step(999) == 1_750_000_001_000
    assert market.book.bids.top(1000) != before
