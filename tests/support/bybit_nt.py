"""`bybit-nt` as a user runs it; whatever it starts carries a mark, so that what it leaves behind can be found."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECS = 60.0
MARK = "BYBIT_NT_TEST_MARK"
_marks: dict[int, str] = {}


def bybit_nt(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "nautilus_bybit_adapter.cli", *arguments],
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
        cwd=ROOT,
        env={**os.environ, **environ},
    )


def is_one_sentence(text: str) -> bool:
    """Tell whether an error output is a short message and no traceback."""
    lines = [line for line in text.strip().splitlines() if line and not line.startswith(("Usage:", "Try "))]
    return len(lines) == 1 and "Traceback" not in text


@contextmanager
def started(*arguments: str, **environ: str) -> Iterator[subprocess.Popen[str]]:
    """Start a command; whatever it started and left is killed at the end."""
    mark = uuid4().hex
    process = subprocess.Popen(
        [sys.executable, "-m", "nautilus_bybit_adapter.cli", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, **environ, MARK: mark},
        start_new_session=True,
    )
    _marks[process.pid] = mark
    try:
        yield process
    finally:
        for pid in left_behind(process):
            os.kill(pid, signal.SIGKILL)
        process.communicate()


def left_behind(process: subprocess.Popen[str]) -> list[int]:
    """Return the processes that still run of those a command started, itself among them."""
    mark = f"{MARK}={_marks[process.pid]}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdecimal() and mark in (entry / "environ").read_bytes():
                found.append(int(entry.name))
        except OSError:  # it has ended, or is none of ours
            continue
    return found


def read_until(process: subprocess.Popen[str], text: str) -> str:
    """Read standard output up to the line that holds a text."""
    assert process.stdout is not None
    read = []
    for line in process.stdout:
        read.append(line)
        if text in line:
            return "".join(read)
    raise AssertionError(f"{text!r} did not come:\n{''.join(read)}\n{process.communicate()[1]}")


def eventually(condition: Callable[[], bool], what: str) -> None:
    """Wait until something is so that nothing announces."""
    deadline = time.monotonic() + PATIENCE_SECS
    while not condition():
        assert time.monotonic() < deadline, f"did not come: {what}"
        time.sleep(0.02)


def ended_by(process: subprocess.Popen[str], number: signal.Signals) -> tuple[int, str, str]:
    """Send a signal as a terminal does, to the process group; return the exit code and the rest of the output."""
    os.killpg(process.pid, number)
    out, err = process.communicate(timeout=PATIENCE_SECS)
    return process.returncode, out, err
