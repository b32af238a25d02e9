"""`bybit-nt record`: what it writes, refuses and leaves when it is interrupted."""

from __future__ import annotations

import gzip
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from venue_thread import VenueThread

from nautilus_bybit_adapter.cli import main
from nautilus_bybit_adapter.cli.exits import ExitCode
from nautilus_bybit_adapter.sim.market.recordings import read_recordings


@pytest.fixture(scope="module")
def venue() -> Iterator[VenueThread]:
    with VenueThread(market="synthetic") as thread:
        yield thread


def record(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["record", *map(str, arguments)])


def test_a_recording_can_be_replayed_and_loaded_at_once(tmp_path: Path, venue: VenueThread) -> None:
    out = tmp_path / "out"
    done = record(
        "BTCUSDT", "ETHUSDT", "--out", out, "--venue", venue.urls.rest, "--duration", "3", "--json",
        "--topic", "orderbook.50", "--topic", "publicTrade", "--topic", "tickers",
    )  # fmt: skip
    assert done.exit_code == ExitCode.OK, done.stderr
    summary = json.loads(done.stdout)
    assert summary["frames"] > 20
    assert (summary["files"], summary["gaps"]) == (2, 0)
    files = sorted(out.iterdir())
    assert [path.name.split("_")[:2] for path in files] == [["linear", "BTCUSDT"], ["linear", "ETHUSDT"]]
    lines = [line for path in files for line in gzip.decompress(path.read_bytes()).splitlines()]
    assert len(lines) == summary["frames"]
    assert {each.head.symbol for each in read_recordings(files)} == {"BTCUSDT", "ETHUSDT"}
    loaded = CliRunner().invoke(
        main,
        ["load", *map(str, files), "--catalog", str(tmp_path / "cat"), "--venue", venue.urls.rest, "--json"],
    )
    assert loaded.exit_code == ExitCode.OK, loaded.stderr
    assert all(each["rows"]["OrderBookDelta"] for each in json.loads(loaded.stdout))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "Name symbols to record"),
        (["btcusdt"], "symbol is 'btcusdt'"),
        (["BTCUSDT", "--topic", "orderbook.50."], "topic is 'orderbook.50.'"),
        (["BTCUSDT", "--rotate-mb", "0"], "rotate-mb"),
        (["BTCUSDT", "--private", "--api-key", "only-the-key"], "secret"),
    ],
)
def test_a_wrong_call_is_said_and_does_nothing(tmp_path: Path, arguments: list[str], sentence: str) -> None:
    done = record(*arguments, "--out", tmp_path / "out")
    assert done.exit_code == ExitCode.WRONG_CALL
    assert sentence in done.stderr
    assert not (tmp_path / "out").exists()


def test_topics_that_the_venue_refuses_are_told(tmp_path: Path, venue: VenueThread) -> None:
    done = record("NOSUCH", "--topic", "orderbook.50", "--out", tmp_path, "--venue", venue.urls.rest)
    assert done.exit_code == ExitCode.FAILED
    assert "orderbook.50.NOSUCH" in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_whole_files(tmp_path: Path, venue: VenueThread, number: signal.Signals) -> None:
    command = [
        sys.executable,
        "-m",
        "nautilus_bybit_adapter.cli",
        "record",
        "BTCUSDT",
        "--out",
        str(tmp_path),
    ]
    process = subprocess.Popen(
        [*command, "--venue", venue.urls.rest], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    end = time.monotonic() + 60.0
    while not any(path.stat().st_size for path in tmp_path.glob("*.part")):
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.05)
    process.send_signal(number)
    shown, errors = process.communicate(timeout=60.0)
    assert process.returncode == 128 + number, errors
    (path,) = tmp_path.iterdir()
    assert path.name.endswith(".frames.gz")
    count = gzip.decompress(path.read_bytes()).count(b"\n")
    assert shown.startswith(f"{count} frames")
