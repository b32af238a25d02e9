"""`bybit-nt run` against the venue: until a signal, until its duration, and when it cannot start."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import pytest
from bybit_nt import ROOT, bybit_nt, ended_by, left_behind, read_until, started

FILE = ROOT / "examples" / "run.json"


def variables(venue: dict[str, str]) -> dict[str, str]:
    return {
        "BYBIT_BASE_URL_HTTP": venue["rest"],
        "BYBIT_BASE_URL_WS_PUBLIC": venue["ws_public"],
        "BYBIT_BASE_URL_WS_PRIVATE": venue["ws_private"],
        "BYBIT_BASE_URL_WS_TRADE": venue["ws_trade"],
        "BYBIT_TESTNET_API_KEY": venue["api_key"],
        "BYBIT_TESTNET_API_SECRET": venue["api_secret"],
    }


@pytest.mark.parametrize(("number", "expected"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_stops_the_node_in_order(
    number: signal.Signals, expected: int, venue: dict[str, str]
) -> None:
    with started("run", str(FILE), **variables(venue)) as process:
        read_until(process, "OrderAccepted")
        code, out, err = ended_by(process, number)
        assert code == expected, out + err
        assert "OrderFlow: STOPPED" in out, "the strategy first"
        assert [line for line in out.splitlines() if line.startswith("Ran ")], "what came of it"
        assert "Still" not in out, "nothing is left open"
        assert "\x1b[" not in out, "no colours off a terminal"
        assert err == "Bybit TESTNET: no real money.\nInterrupted.\n"
        assert left_behind(process) == []


def test_a_node_that_cannot_start_fails_with_a_sentence(venue: dict[str, str], tmp_path: Path) -> None:
    fields: dict[str, Any] = json.loads(FILE.read_text())
    fields["strategies"] = []
    path = tmp_path / "node.json"
    path.write_text(json.dumps(fields))
    done = bybit_nt("run", str(path), **variables(venue) | {"BYBIT_TESTNET_API_SECRET": "not-the-secret"})
    assert done.returncode == 3, done.stdout[-2000:] + done.stderr
    assert "Cannot connect" in done.stdout + done.stderr
    assert done.stderr.endswith("Error: the node did not start; its log says why\n")
    assert "Traceback" not in done.stdout + done.stderr
    assert "not-the-secret" not in done.stdout + done.stderr


def test_a_duration_ends_it_well(venue: dict[str, str]) -> None:
    done = bybit_nt("run", str(FILE), "--duration", "2", **variables(venue))
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line for line in done.stdout.splitlines() if line.startswith("Ran ")]
