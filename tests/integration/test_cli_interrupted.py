"""Ctrl-C and SIGTERM end every command at once, with its code and with nothing left behind."""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path

import pytest
from bybit_nt import ended_by, eventually, left_behind, read_until, started

pytestmark = pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")

CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}


@pytest.mark.parametrize("number", CODES)
def test_the_venue(number: signal.Signals) -> None:
    with started("sim") as process:
        read_until(process, '"rest"')
        code, out, err = ended_by(process, number)
        assert (code, out, err) == (CODES[number], "", "")
        assert left_behind(process) == []


@pytest.mark.parametrize("number", CODES)
def test_the_demonstration_while_it_trades(number: signal.Signals, tmp_path: Path) -> None:
    plot = tmp_path / "demo.svg"
    with started("demo", "--horizon", "60", "--plot", str(plot)) as process:
        read_until(process, "Venue at")
        eventually(lambda: len(left_behind(process)) > 1, "the venue's process")
        code, out, err = ended_by(process, number)
        assert code == CODES[number], out + err
        assert err == "Interrupted.\n"
        assert left_behind(process) == []
    assert list(tmp_path.iterdir()) == []


def test_the_demonstration_killed_takes_its_venue_with_it() -> None:
    with started("demo", "--horizon", "60") as process:
        read_until(process, "Venue at")
        os.kill(process.pid, signal.SIGKILL)
        process.wait(20)
        eventually(lambda: left_behind(process) == [], "the end of the venue")


@pytest.mark.parametrize("number", CODES)
def test_the_doctor_while_it_waits_for_an_answer(number: signal.Signals) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(60)
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with started("doctor", "--venue", url, "--timeout", "100") as process:
            connection, _ = silent.accept()
            with connection:
                code, out, err = ended_by(process, number)
            assert (code, out, err) == (CODES[number], "", "Interrupted.\n")
            assert left_behind(process) == []
