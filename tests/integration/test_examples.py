"""Every example runs against the local venue, as its docstring says."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from bybit_nt import bybit_nt

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
SHARED = {"order_flow.py", "running.py", "stage.py", "rehearsal.py", "recording.py"}
BY_VENUE_OPTION = {
    # name: arguments, and what it says at its end
    "round_trip.py": ((), "Round trip through SMART_LIMIT"),
    "market_maker.py": (("--seconds", "4"), "Bought"),
    "bracket.py": (("--seconds", "60"), "Closed with"),
    "funding_watcher.py": (("--seconds", "2"), "3 of 3 rates seen."),
    "option_chain.py": (("--seconds", "4"), "snapshots shown."),
    "earn.py": ((), "Took 0.1 USDT out: Success."),
}
BY_VARIABLES = {"testnet.py": ("--seconds", "5"), "live.py": ("--seconds", "5", "--real-money")}


def keys(venue: dict[str, str], *prefixes: str) -> dict[str, str]:
    return {
        f"{prefix}_{name}": venue[name.lower()] for prefix in prefixes for name in ("API_KEY", "API_SECRET")
    }


def hosts(venue: dict[str, str]) -> dict[str, str]:
    """Return the variables that point every client at the venue, whatever its environment."""
    return {
        "BYBIT_BASE_URL_HTTP": venue["rest"],
        "BYBIT_BASE_URL_WS_PUBLIC": venue["ws_public"],
        "BYBIT_BASE_URL_WS_PRIVATE": venue["ws_private"],
        "BYBIT_BASE_URL_WS_TRADE": venue["ws_trade"],
    }


def run_example(name: str, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    without_keys = {name: value for name, value in os.environ.items() if not name.startswith("BYBIT_")}
    return subprocess.run(
        [sys.executable, f"examples/{name}", *arguments],
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
        cwd=ROOT,
        env={**without_keys, **environ},
    )


def check(done: subprocess.CompletedProcess[str], said: str) -> None:
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert said in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize("name", BY_VENUE_OPTION)
def test_an_example_runs_on_a_local_venue_and_ends_by_itself(name: str, venue: dict[str, str]) -> None:
    arguments, said = BY_VENUE_OPTION[name]
    check(run_example(name, "--venue", venue["rest"], *arguments, **keys(venue, "BYBIT_TESTNET")), said)


def test_the_paper_stage_runs_on_a_local_venue(venue: dict[str, str]) -> None:
    check(run_example("paper.py", "--seconds", "5", BYBIT_NT_VENUE=venue["rest"]), "decisions,")


@pytest.mark.parametrize("name", BY_VARIABLES)
def test_a_stage_for_bybit_runs_where_the_variables_point(name: str, venue: dict[str, str]) -> None:
    variables = hosts(venue) | keys(venue, "BYBIT_TESTNET" if name == "testnet.py" else "BYBIT")
    done = run_example(name, *BY_VARIABLES[name], **variables)
    check(done, "decisions,")
    assert ("MAINNET" in done.stdout) is (name == "live.py"), "real money is said aloud"


@pytest.mark.parametrize("name", ["testnet.py", "live.py", "market_maker.py", "earn.py"])
def test_without_a_key_an_example_says_so_and_ends(name: str) -> None:
    done = run_example(name, *(["--real-money"] if name == "live.py" else []))
    assert done.returncode != 0
    (sentence,) = done.stderr.strip().splitlines()
    assert sentence.startswith("No API credentials for Bybit")


def test_live_asks_whether_real_money_is_meant(venue: dict[str, str]) -> None:
    done = run_example("live.py", **hosts(venue), **keys(venue, "BYBIT"))
    assert done.returncode != 0
    assert done.stderr == (
        "live.py trades real money on Bybit MAINNET; say --real-money if that is what you want.\n"
    )


def code_without_config(path: Path) -> str:
    """Return a stage's program without its docstring, its CONFIG and what it says on the command line."""
    *statements, main = ast.parse(path.read_text()).body
    assert isinstance(main, ast.If)
    main.body = [main.body[-1]]
    code = [ast.unparse(node) for node in (*statements, main) if not isinstance(node, ast.Expr)]
    return "\n".join(line for line in code if not line.startswith("CONFIG = "))


def test_the_stages_for_bybit_differ_in_their_configs_alone() -> None:
    assert code_without_config(EXAMPLES / "testnet.py") == code_without_config(EXAMPLES / "live.py")
    paper = code_without_config(EXAMPLES / "paper.py").splitlines()
    own = [line for line in paper if line not in code_without_config(EXAMPLES / "testnet.py").splitlines()]
    assert [line.partition(" ")[0] for line in own] == ["import", "VENUE", "SOCKETS"]


def test_a_wrong_key_is_told_in_one_line_and_the_program_ends(venue: dict[str, str]) -> None:
    done = run_example(
        "round_trip.py",
        "--venue",
        venue["rest"],
        **keys(venue, "BYBIT_TESTNET") | {"BYBIT_TESTNET_API_SECRET": "not-the-secret"},
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


def test_the_node_of_a_json_file_runs(venue: dict[str, str]) -> None:
    variables = hosts(venue) | keys(venue, "BYBIT_TESTNET")
    done = bybit_nt("run", "examples/run.json", "--duration", "4", "--json", **variables)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == "Bybit TESTNET: no real money.\n"
    result = json.loads(done.stdout)
    assert result["environments"] == ["testnet"]
    assert result["ran_secs"] >= 4
    assert result["open_orders"] == result["open_positions"] == []


def test_every_example_is_listed_and_run() -> None:
    listed = (EXAMPLES / "README.md").read_text()
    found = {path.name for path in EXAMPLES.glob("*.py")}
    for name in found:
        assert f"`{name}`" in listed or f"]({name})" in listed, name
    alone = {"paper.py", "backtest.py", "fast_warden.py"}
    assert found == SHARED | BY_VENUE_OPTION.keys() | BY_VARIABLES.keys() | alone
