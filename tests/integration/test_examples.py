"""Every example runs against the local venue, as its docstring says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run_example(
    name: str, venue: dict[str, str], *arguments: str, **environ: str
) -> subprocess.CompletedProcess[str]:
    keys = {"BYBIT_TESTNET_API_KEY": venue["api_key"], "BYBIT_TESTNET_API_SECRET": venue["api_secret"]}
    return subprocess.run(
        [sys.executable, f"examples/{name}", *arguments],
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
        cwd=ROOT,
        env={**os.environ, **keys, **environ},
    )


def test_the_round_trip_trades_and_ends_by_itself(venue: dict[str, str]) -> None:
    done = run_example("round_trip.py", venue, "--venue", venue["rest"])
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "Round trip through SMART_LIMIT" in done.stdout


def test_a_wrong_key_is_told_in_one_line_and_the_program_ends(venue: dict[str, str]) -> None:
    done = run_example(
        "round_trip.py", venue, "--venue", venue["rest"], BYBIT_TESTNET_API_SECRET="not-the-secret"
    )
    told = [line for line in (done.stdout + done.stderr).splitlines() if "Cannot connect" in line]
    assert len(told) == 1, done.stdout[-3000:] + done.stderr[-3000:]
    assert "10004" in told[0]
    assert f"{venue['api_key']}5000" not in done.stdout + done.stderr, "the signed text holds the key"
    assert "not-the-secret" not in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert done.returncode != 0


def test_the_warden_alone_forecasts_without_the_framework() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "examples/fast_warden.py"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        cwd=ROOT,
    )
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["0.01", "1.0", "100.0"]
    assert all("bps expected" in line and "nan" not in line for line in lines[:2])
    assert "insufficient depth, the book holds" in lines[2]
    assert "nautilus_bybit_adapter.warden" in done.stderr
    assert "nautilus_trader" not in done.stderr
