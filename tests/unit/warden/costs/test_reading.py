"""The log of a run is read whole, or the line that cannot be is named."""

from __future__ import annotations

import gzip
from pathlib import Path

import msgspec
import pytest
from run_logs import begun, filled, report_line, run_line, written

from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.warden.costs import read_run


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return written(tmp_path / "run.jsonl", begun("A", "BUY", "1"), filled("A", "101", "1"), report_line("A"))


def test_every_kind_of_line_comes_back(log: Path) -> None:
    run = read_run(log)
    assert [line.event for line in run.orders] == ["OrderInitialized", "OrderFilled"]
    assert set(run.arrivals) == set(run.reports) == {"A"}
    assert len(run.instruments) == 2
    assert run.torn_lines == 0


def test_a_gzipped_log_reads_the_same(log: Path) -> None:
    packed = log.with_name("run.jsonl.gz")
    packed.write_bytes(gzip.compress(log.read_bytes()))
    assert read_run(packed) == read_run(log)


@pytest.mark.parametrize("cut", [1, 10, 40])
def test_a_torn_last_line_is_passed_over_and_counted(log: Path, cut: int) -> None:
    whole = log.read_bytes()
    log.write_bytes(whole[: -cut - 1])
    run = read_run(log)
    assert (run.torn_lines, len(run.reports)) == (1, 0)


def test_a_restart_after_a_torn_line_goes_on(log: Path) -> None:
    restart = msgspec.json.encode(run_line(60)) + b"\n"
    log.write_bytes(log.read_bytes()[:-9] + b"\n" + restart)
    run = read_run(log)
    assert (run.torn_lines, len(run.starts)) == (1, 2)


def test_a_damaged_line_within_is_named(log: Path) -> None:
    lines = log.read_bytes().splitlines(keepends=True)
    lines[3] = b'{"kind": "order"}\n'
    log.write_bytes(b"".join(lines))
    with pytest.raises(BybitConfigError, match=r"run\.jsonl, line 4: Object missing required field `ts_ns`"):
        read_run(log)


def test_what_is_no_log_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.jsonl"
    for content in (b'{"a": 1}\n', b"hello\n", bytes(range(256))):
        other.write_bytes(content)
        with pytest.raises(BybitConfigError, match=r"other\.jsonl, line 1"):
            read_run(other)
    other.write_bytes(b"")
    with pytest.raises(BybitConfigError, match="is empty"):
        read_run(other)
    with pytest.raises(BybitConfigError, match="cannot be read: No such file"):
        read_run(tmp_path / "nothing.jsonl")


def test_a_log_has_to_begin_with_its_run(tmp_path: Path) -> None:
    other = tmp_path / "other.jsonl"
    other.write_bytes(msgspec.json.encode(report_line("A")) + b"\n")
    with pytest.raises(BybitConfigError, match="first line"):
        read_run(other)


def test_a_later_format_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.jsonl"
    other.write_bytes(msgspec.json.encode(run_line(format=2)) + b"\n")
    with pytest.raises(BybitConfigError, match="format is 2; this version reads format 1"):
        read_run(other)
