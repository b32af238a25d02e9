"""Bad input and Ctrl-C for the commands that read files; other commands have files of tests of their own."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from bybit_nt import bybit_nt, ended_by, eventually, is_one_sentence, left_behind, started

FILES = {"report": "log.jsonl", "run": "node.json", "calibrate": "linear_BTCUSDT.frames.gz"}
"""Commands that take a file, with a name such a file may have; `load` and `record` have tests of their own."""


def call(name: str, path: Path) -> tuple[str, ...]:
    """Return the words of a command that would write beside its file."""
    written = ("--output", "coefficients.toml", "--report", "calibration.html") if name == "calibrate" else ()
    return (name, str(path), *(each if each[0] == "-" else str(path.parent / each) for each in written))


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("content", [b"", b"\x00\xff nonsense", b"[1, 2"])
def test_a_file_of_another_kind_is_one_sentence(name: str, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / FILES[name]
    path.write_bytes(content)
    done = bybit_nt(*call(name, path))
    assert done.returncode in {2, 3}, done.stdout + done.stderr
    assert is_one_sentence(done.stderr), done.stderr
    assert path.name in done.stderr
    assert [each.name for each in tmp_path.iterdir()] == [path.name], "nothing half-done"


def opened(pipe: Path) -> int:
    """Return the writing end of a pipe once somebody reads it."""
    found: list[int] = []

    def has_reader() -> bool:
        try:
            found.append(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))
        except OSError:
            return False
        return True

    eventually(has_reader, "the reader")
    return found[0]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("name", FILES)
def test_a_signal_while_a_file_is_read(name: str, number: signal.Signals, code: int, tmp_path: Path) -> None:
    pipe = tmp_path / FILES[name]
    os.mkfifo(pipe)
    with started(*call(name, pipe)) as process:
        writer = opened(pipe)  # and never written to
        ended, out, err = ended_by(process, number)
        os.close(writer)
        assert (ended, out, err) == (code, "", "Interrupted.\n")
        assert left_behind(process) == []
    assert [each.name for each in tmp_path.iterdir()] == [pipe.name]
