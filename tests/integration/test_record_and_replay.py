"""A recording survives anything, and what is made of it is what was seen live."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from nautilus_trader.model.data import OrderBookDeltas, QuoteTick, TradeTick
from nautilus_trader.persistence.catalog.parquet import ParquetDataCatalog
from pybit_client import http
from recording_strategy import Given
from venue_thread import VenueThread

from nautilus_bybit_adapter.history.frames import parse_gap
from nautilus_bybit_adapter.history.sources import source_of
from nautilus_bybit_adapter.nt1.history import HistoryMarket, LoadPlan, load_file
from nautilus_bybit_adapter.sim.market.recordings import read_recordings

SCRIPT = Path(__file__).resolve().parents[1] / "support" / "recording_strategy.py"
PATIENCE_SECS = 60.0
KEY, SECRET = "recorded-key-4711", "recorded-secret-0815"
DECIMALS = (2, 3)


@pytest.fixture(scope="module")
def venue() -> Iterator[VenueThread]:
    with VenueThread(market="synthetic", api_key=KEY, api_secret=SECRET) as thread:
        yield thread


@contextmanager
def recording(
    venue: VenueThread, folder: Path, seen: Path, **options: Any
) -> Iterator[subprocess.Popen[bytes]]:
    given = Given(
        public=venue.urls.ws_public,
        private=venue.urls.ws_private,
        api_key=KEY,
        api_secret=SECRET,
        folder=str(folder),
        seen=str(seen),
        price_precision=DECIMALS[0],
        size_precision=DECIMALS[1],
        **options,
    )
    environ = {**os.environ, "PYTHONPATH": str(SCRIPT.parent)}
    process = subprocess.Popen(
        [sys.executable, str(SCRIPT), msgspec.json.encode(given).decode()], env=environ
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def until(seen: Path, count: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until the strategy has seen so many frames."""
    end = time.monotonic() + PATIENCE_SECS
    while not seen.exists() or seen.read_bytes().count(b"\n") < count:
        assert process.poll() is None, "the recorder ended"
        assert time.monotonic() < end, "too few frames"
        time.sleep(0.05)


def seen_frames(seen: Path) -> list[dict[str, Any]]:
    """Return what the strategy saw; a line that was cut off by the kill does not count."""
    return [json.loads(line) for line in seen.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]


def live_catalogue(frames: list[dict[str, Any]], path: Path) -> dict[str, bytes]:
    """Let the framework write what the strategy saw."""
    classes: dict[str, Any] = {each.__name__: each for each in (OrderBookDeltas, QuoteTick, TradeTick)}
    data: list[Any] = []
    for each in (each for frame in frames for each in frame["objects"]):
        found = classes[each["type"]].from_dict(each)
        data += found.deltas if isinstance(found, OrderBookDeltas) else [found]
    path.mkdir(parents=True)
    by_class: dict[type, list[Any]] = {}
    for datum in data:
        by_class.setdefault(type(datum), []).append(datum)
    for found in by_class.values():
        ParquetDataCatalog(str(path)).write_data(found)
    return contents(path)


def contents(path: Path) -> dict[str, bytes]:
    found = sorted((path / "data").rglob("*.parquet"))
    return {each.relative_to(path).as_posix(): each.read_bytes() for each in found}


def loaded(recorded: Path, path: Path) -> dict[str, bytes]:
    source = source_of(recorded)
    load_file(LoadPlan(source, HistoryMarket.named(source.symbol, source.category, *DECIMALS), path))
    return contents(path)


def lines_of(recorded: Path) -> list[bytes]:
    return gzip.decompress(recorded.read_bytes()).splitlines()


def test_what_a_killed_recorder_wrote_is_what_the_strategy_saw(venue: VenueThread, tmp_path: Path) -> None:
    folder, first, second = tmp_path / "recorded", tmp_path / "first", tmp_path / "second"
    with recording(venue, folder, first) as process:
        until(first, 150, process)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert not list(folder.glob("linear_*.frames.gz"))
    with recording(venue, folder, second) as process:
        until(second, 150, process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_SECS) == 0
    assert not list(folder.glob("*.part"))
    assert not list(folder.glob("*.tmp"))
    before, after = sorted(folder.glob("linear_*.frames.gz"))

    frames = seen_frames(first)
    lines = lines_of(before)
    stamps = [int(line.split(b" ")[0]) for line in lines]
    # Each frame is kept before the strategy sees it: the kill can have come between the two, once.
    assert [frame["ts"] for frame in frames] == stamps[: len(frames)]
    assert len(stamps) - len(frames) in {0, 1}
    if len(stamps) > len(frames):
        before.write_bytes(gzip.compress(b"".join(line + b"\n" for line in lines[: len(frames)])))
    assert loaded(before, tmp_path / "ours1") == live_catalogue(frames, tmp_path / "live1")

    frames, lines = seen_frames(second), lines_of(after)
    mark = parse_gap(lines[0].partition(b" ")[2])
    assert (mark.since_ns, mark.reason) == (stamps[-1], "the recorder was not running")
    assert [int(line.split(b" ")[0]) for line in lines[1:]] == [frame["ts"] for frame in frames]
    ours = loaded(after, tmp_path / "ours2")
    assert ours == live_catalogue(frames, tmp_path / "live2")
    assert {Path(name).parts[1] for name in ours} == {"order_book_deltas", "quote_tick", "trade_tick"}

    # The venue plays both as they are.
    for path in (before, after):
        (recorded,) = read_recordings([path])
        assert recorded.head.symbol == "BTCUSDT"
        assert sum(1 for _ in recorded.frames()) == sum(
            b'"topic":"gap"' not in line for line in lines_of(path)
        )


def test_no_key_and_no_secret_is_in_a_recording_of_the_account(venue: VenueThread, tmp_path: Path) -> None:
    folder, seen = tmp_path / "recorded", tmp_path / "seen"
    with recording(venue, folder, seen) as process:
        until(seen, 20, process)
        _place_order(venue)
        _until_private(folder, process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_SECS) == 0
    (private,) = folder.glob("private_account_*.frames.gz")
    lines = lines_of(private)
    assert any(b'"topic":"order"' in line for line in lines)
    for path in folder.iterdir():
        text = gzip.decompress(path.read_bytes())
        for secret in (KEY.encode(), SECRET.encode(), b"signature", b'"op":"auth"', b"apiKey"):
            assert secret not in text


def _place_order(venue: VenueThread) -> None:
    http(venue).place_order(
        category="linear", symbol="BTCUSDT", side="Buy", orderType="Limit", qty="0.001", price="10000"
    )


def _until_private(folder: Path, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE_SECS
    while not any(b'"order"' in path.read_bytes() for path in folder.glob("private_*.part")):
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.05)


def test_files_turn_while_frames_flow_and_each_stands_alone(venue: VenueThread, tmp_path: Path) -> None:
    folder, seen = tmp_path / "recorded", tmp_path / "seen"
    with recording(venue, folder, seen, rotate_secs=0.5) as process:
        end = time.monotonic() + PATIENCE_SECS
        while len(list(folder.glob("linear_*.frames.gz"))) < 3:
            assert process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_SECS) == 0
    files = sorted(folder.glob("linear_*.frames.gz"))
    assert len(files) >= 3
    frames = seen_frames(seen)
    assert [line.split(b" ")[0] for path in files for line in lines_of(path)] == [
        b"%d" % frame["ts"] for frame in frames
    ]
    for number, path in enumerate(files):
        first = lines_of(path)[0]
        assert b'"topic":"orderbook.50.BTCUSDT","type":"snapshot"' in first or number == 0
    at = 0
    for number, path in enumerate(files):
        count = len(lines_of(path))
        ours = loaded(path, tmp_path / f"ours{number}")
        live = live_catalogue(frames[at : at + count], tmp_path / f"live{number}")
        at += count
        # A strategy that looks at one file alone sees what the one that saw all of them saw meanwhile.
        assert ours == live
