"""What a person sees: the demonstration's tables, and one clear sentence when something is wrong."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from pathlib import Path

import pytest
from bybit_nt import bybit_nt, is_one_sentence

ROOT = Path(__file__).resolve().parents[2]
RECORDING = (
    Path(os.environ.get("BYBIT_NT_DATA", ROOT.parent / "shared" / "data"))
    / "linear_BTCUSDT_2024-08-08.frames.gz"
)


def check_demo(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 0, done.stdout + done.stderr
    rows = [line.split() for line in done.stdout.splitlines()]
    assert [row[1:3] for row in rows if row and row[0] in {"1", "2", "3", "4"}] == [
        ["BUY", "SMART_LIMIT"],
        ["SELL", "SMART_LIMIT"],
        ["BUY", "MARKET"],
        ["SELL", "MARKET"],
    ]
    balances = {row[-1] for row in rows if row[:2] == ["USDT", "now,"]}
    assert len(balances) == 1, "three sides, one balance"
    assert "The accounts agree to the last digit." in done.stdout
    assert done.stderr == ""


def test_the_demonstration_on_a_synthetic_market_with_its_report(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "demo.html"
    done = bybit_nt("demo", "--horizon", "3", "--report", str(out))
    check_demo(done)
    assert done.stdout.endswith(f"What the orders cost, with the book around them: {out}\n")
    page = out.read_text()
    assert page.count("<details") == 4
    assert "live run of DEMO-001" in page
    assert "SMART_LIMIT: peg" in page


def test_a_report_that_cannot_be_written_is_told_before_anything_is_traded(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    done = bybit_nt("demo", "--report", str(tmp_path / "taken" / "demo.html"))
    assert done.returncode == 2
    assert is_one_sentence(done.stderr), done.stderr
    assert done.stdout == ""


@pytest.mark.skipif(not RECORDING.exists(), reason=f"the recording {RECORDING.name} is not on this machine")
def test_the_demonstration_on_a_recording() -> None:
    check_demo(bybit_nt("demo", "--replay", str(RECORDING), "--horizon", "3"))


def test_the_demonstration_on_a_venue_that_runs_already(venue: dict[str, str]) -> None:
    access = ("--venue", venue["rest"], "--api-key", venue["api_key"], "--api-secret", venue["api_secret"])
    check_demo(bybit_nt("demo", *access, "--horizon", "2"))


def test_the_demonstration_as_json_prints_nothing_else_on_stdout(venue: dict[str, str]) -> None:
    access = ("--venue", venue["rest"], "--api-key", venue["api_key"], "--api-secret", venue["api_secret"])
    done = bybit_nt("demo", *access, "--horizon", "2", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads(done.stdout)
    assert result["agreed"]
    assert [leg["order"] for leg in result["legs"]] == ["SMART_LIMIT", "SMART_LIMIT", "MARKET", "MARKET"]
    assert result["accounts"]["venue_balance"] == result["accounts"]["framework_balance"]


def test_a_wrong_key_is_one_sentence(venue: dict[str, str]) -> None:
    done = bybit_nt(
        "demo", "--venue", venue["rest"], "--api-key", "not-the-key", "--api-secret", "secret-of-mine"
    )
    assert done.returncode != 0
    assert is_one_sentence(done.stderr), done.stderr
    assert "API key is invalid" in done.stderr
    assert "secret-of-mine" not in done.stderr + done.stdout


def test_a_wrong_secret_is_one_sentence(venue: dict[str, str]) -> None:
    done = bybit_nt(
        "demo", "--venue", venue["rest"], "--api-key", venue["api_key"], "--api-secret", "secret-of-mine"
    )
    assert done.returncode != 0
    assert is_one_sentence(done.stderr), done.stderr
    assert "10004" in done.stderr
    assert "secret-of-mine" not in done.stderr + done.stdout


def test_an_unknown_symbol_is_one_sentence() -> None:
    done = bybit_nt("demo", "--symbol", "NOPEUSDT")
    assert done.returncode != 0
    assert is_one_sentence(done.stderr), done.stderr
    assert "'NOPEUSDT' is not listed" in done.stderr
    assert "BTCUSDT" in done.stderr


@pytest.mark.parametrize("arguments", [("demo", "--replay"), ("sim", "--replay")])
def test_a_missing_file_is_one_sentence(arguments: tuple[str, ...], tmp_path: Path) -> None:
    done = bybit_nt(*arguments, str(tmp_path / "nothing.frames.gz"))
    assert done.returncode != 0
    assert is_one_sentence(done.stderr), done.stderr
    assert "nothing.frames.gz" in done.stderr


def test_a_file_that_is_no_recording_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "linear_BTCUSDT.frames.gz"
    path.write_bytes(b"this is not gzip")
    done = bybit_nt("demo", "--replay", str(path))
    assert done.returncode != 0
    assert is_one_sentence(done.stderr), done.stderr
    assert "linear_BTCUSDT.frames.gz" in done.stderr


def test_a_port_in_use_is_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = bybit_nt("sim", "--port", str(taken.getsockname()[1]))
    assert done.returncode != 0
    assert is_one_sentence(done.stderr), done.stderr
    assert str(taken) not in done.stderr


@pytest.mark.parametrize("quantity", ["0", "-1", "many", "nan"])
def test_a_quantity_that_is_none_is_one_sentence(quantity: str) -> None:
    done = bybit_nt("demo", "--quantity", quantity)
    assert done.returncode != 0
    assert is_one_sentence(done.stderr), done.stderr


def test_a_venue_without_a_key_is_one_sentence() -> None:
    done = bybit_nt("demo", "--venue", "http://127.0.0.1:1")
    assert done.returncode != 0
    assert is_one_sentence(done.stderr), done.stderr


def test_a_venue_that_does_not_answer_is_one_sentence() -> None:
    done = bybit_nt("demo", "--venue", "http://127.0.0.1:1", "--api-key", "k", "--api-secret", "s")
    assert done.returncode != 0
    *attempts, last = done.stderr.strip().splitlines()
    assert last.startswith("Error: GET /v5/market/time could not be sent")
    assert all("Attempt" in line for line in attempts), done.stderr


def test_the_plot_shows_the_market_and_the_fills(venue: dict[str, str], tmp_path: Path) -> None:
    access = ("--venue", venue["rest"], "--api-key", venue["api_key"], "--api-secret", venue["api_secret"])
    done = bybit_nt("demo", *access, "--horizon", "2", "--plot", str(tmp_path / "demo.svg"))
    assert done.returncode == 0, done.stdout + done.stderr
    drawn = (tmp_path / "demo.svg").read_text()
    for label in ("best ask", "best bid", "SMART_LIMIT buy", "MARKET sell"):
        assert label in drawn, label


def test_a_plot_of_an_unknown_kind_is_one_sentence(tmp_path: Path) -> None:
    done = bybit_nt("demo", "--plot", str(tmp_path / "demo.docx"))
    assert done.returncode != 0
    assert is_one_sentence(done.stderr), done.stderr
    assert ".docx" in done.stderr


def test_a_python_that_is_too_old_is_one_sentence(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    # Answers as an old Python does, to the version question and to `--version`.
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && { echo "Python 3.11.7"; exit 0; }\nexit 1\n')
    old.chmod(0o755)
    bare = tmp_path / "checkout"
    (bare / ".ci").mkdir(parents=True)
    for name in (".ci/bootstrap", "pyproject.toml", "Makefile"):
        (bare / name).write_bytes((ROOT / name).read_bytes())
    (bare / ".ci/bootstrap").chmod(0o755)
    (bare / "ext").mkdir()
    (bare / "nautilus_bybit_adapter").mkdir()
    done = subprocess.run(
        ["make", "--silent", "setup"],
        capture_output=True,
        text=True,
        check=False,
        cwd=bare,
        env={"PATH": os.environ["PATH"], "PYTHON": str(old), "MAKEFLAGS": ""},
    )
    assert done.returncode != 0
    sentence, *rest = done.stderr.strip().splitlines()
    assert "needs Python 3.12 or newer and found Python 3.11.7" in sentence
    assert all(line.startswith("make:") for line in rest), done.stderr
