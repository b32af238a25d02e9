"""A journal loses nothing that it has taken, and what is named a recording is whole."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from nautilus_bybit_adapter.history.recorder.journal import Journal, recover, seal

NAME = "linear_BTCUSDT_20241201T000000.000000000Z.frames.part"


def packed(folder: Path) -> dict[str, bytes]:
    return {path.name: gzip.decompress(path.read_bytes()) for path in sorted(folder.glob("*.frames.gz"))}


def test_a_line_is_with_the_operating_system_before_the_next_one(tmp_path: Path) -> None:
    journal = Journal(tmp_path / NAME)
    journal.write(1, b"1 {}\n")
    assert (tmp_path / NAME).read_bytes() == b"1 {}\n"
    assert not packed(tmp_path)
    journal.write(2, b"2 {}\n")
    journal.sync()
    journal.close()
    assert packed(tmp_path) == {NAME.replace(".part", ".gz"): b"1 {}\n2 {}\n"}
    assert [path.suffix for path in tmp_path.iterdir()] == [".gz"]


def test_a_journal_without_a_line_leaves_no_file(tmp_path: Path) -> None:
    Journal(tmp_path / NAME).close()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("left", [b"1 {}\n22 {}\n333 {", b"1 {}\n22 {}\n"])
def test_what_a_killed_process_left_becomes_a_recording_of_whole_lines(tmp_path: Path, left: bytes) -> None:
    (tmp_path / NAME).write_bytes(left)
    assert recover(tmp_path) == {"linear_BTCUSDT": 22}
    assert list(packed(tmp_path).values()) == [b"1 {}\n22 {}\n"]
    assert recover(tmp_path) == {}


def test_lines_longer_than_a_look_are_found(tmp_path: Path) -> None:
    long = b"7 " + b"x" * 200_000 + b"\n"
    (tmp_path / NAME).write_bytes(b"5 {}\n" + long + b"9 " + b"y" * 100_000)
    assert recover(tmp_path) == {"linear_BTCUSDT": 7}
    assert list(packed(tmp_path).values()) == [b"5 {}\n" + long]


def test_nothing_whole_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"333 {")
    assert recover(tmp_path) == {}
    assert not list(tmp_path.iterdir())


def test_a_journal_of_a_living_process_is_left_alone(tmp_path: Path) -> None:
    journal = Journal(tmp_path / NAME)
    journal.write(1, b"1 {}\n")
    assert recover(tmp_path) == {}
    assert (tmp_path / NAME).exists()
    journal.close()


def test_dying_while_packing_neither_loses_nor_doubles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = tmp_path / NAME
    part.write_bytes(b"1 {}\n")
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", _die)
        with pytest.raises(SystemExit):
            seal(part)
    assert part.exists()
    assert not packed(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", _die)
        with pytest.raises(SystemExit):
            seal(part)
    assert packed(tmp_path)
    recover(tmp_path)
    assert list(packed(tmp_path).values()) == [b"1 {}\n"]
    assert [path.suffix for path in tmp_path.iterdir()] == [".gz"]


def _die(*_args: object, **_options: object) -> None:
    raise SystemExit


def test_a_full_disk_leaves_whole_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(tmp_path / NAME)
    journal.write(1, b"1 {}\n")
    write = os.write
    with monkeypatch.context() as patched:
        patched.setattr(os, "write", lambda fd, data: write(fd, data[:3]))
        with pytest.raises(OSError, match="only 3 of 5 bytes"):
            journal.write(2, b"2 {}\n")
    assert (tmp_path / NAME).read_bytes() == b"1 {}\n"
    journal.write(3, b"3 {}\n")
    journal.close()
    assert list(packed(tmp_path).values()) == [b"1 {}\n3 {}\n"]
