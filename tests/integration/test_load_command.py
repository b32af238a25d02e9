"""`bybit-nt load`: what it loads, refuses and asks for, and what an interruption leaves."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from archives import CONTRACT_HEADER, book_frame, book_lines, contract_row, write_gz, write_zip
from click.testing import CliRunner, Result
from nautilus_trader.persistence.catalog.parquet import ParquetDataCatalog
from venue_thread import VenueThread

from nautilus_bybit_adapter.cli import main
from nautilus_bybit_adapter.cli.exits import ExitCode

DECIMALS = ("--price-precision", "2", "--size-precision", "3")
BOOK = "2024-12-01_BTCUSDT_ob500.data.zip"


@pytest.fixture(scope="module")
def venue() -> Iterator[VenueThread]:
    with VenueThread(market="synthetic") as thread:
        yield thread


def load(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["load", *map(str, arguments)])


def contents(catalog: Path) -> dict[str, bytes]:
    found = sorted((catalog / "data").rglob("*.parquet"))
    return {path.relative_to(catalog).as_posix(): path.read_bytes() for path in found}


def test_several_files_are_loaded_at_once_and_reported(tmp_path: Path) -> None:
    book = write_zip(tmp_path / BOOK, book_lines(50))
    trades = write_gz(
        tmp_path / "BTCUSDT2024-12-01.csv.gz", [CONTRACT_HEADER, contract_row("1733011200.5", 1)]
    )
    catalog, report = tmp_path / "cat", tmp_path / "report.json"
    done = load(book, trades, "--catalog", catalog, *DECIMALS, "--report", report, "--json")
    assert done.exit_code == ExitCode.OK, done.stderr
    shown = json.loads(done.stdout)
    assert shown == json.loads(report.read_text())
    assert [each["rows"] for each in shown] == [{"OrderBookDelta": 104}, {"TradeTick": 1}]
    assert all(len(each["sha256"]) == 64 for each in shown)
    assert len(ParquetDataCatalog(str(catalog)).trade_ticks()) == 1
    again = load(book, trades, "--catalog", catalog, *DECIMALS)
    assert again.stdout.count("already loaded") == 2


def test_archives_of_neighbouring_days_do_not_overlap(tmp_path: Path) -> None:
    first = write_zip(tmp_path / BOOK, book_lines(50))
    levels = ([("99.00", "1.000")], [("99.50", "2.000")])
    frames = [
        book_frame(900 + number, 3000 + 100 * number, *levels, snapshot=not number) for number in range(5)
    ]
    second = write_zip(tmp_path / "2024-12-02_BTCUSDT_ob500.data.zip", frames)
    done = load(second, first, "--catalog", tmp_path / "cat", *DECIMALS, "--json")
    assert done.exit_code == ExitCode.OK, done.stderr
    later, earlier = json.loads(done.stdout)
    assert earlier["cut_rows"] == 2 * 21
    assert earlier["last_ns"] < later["first_ns"]


def test_a_file_that_cannot_be_used_costs_no_other_one(tmp_path: Path) -> None:
    good = write_zip(tmp_path / BOOK, book_lines(5))
    bad = write_gz(tmp_path / "BTCUSDT2024-12-01.csv.gz", [CONTRACT_HEADER, "nonsense"])
    done = load(bad, good, "--catalog", tmp_path / "cat", *DECIMALS)
    assert done.exit_code == ExitCode.FAILED
    assert "line 2: a trade has more than 1 cells" in done.stdout
    assert len(contents(tmp_path / "cat")) == 1


def test_missing_data_ends_with_one(tmp_path: Path) -> None:
    lines = book_lines(5)
    del lines[3]
    done = load(write_zip(tmp_path / BOOK, lines), "--catalog", tmp_path / "cat", *DECIMALS)
    assert done.exit_code == ExitCode.NOT_WELL
    assert "line 4, 2024-12-01T00:00:00.400Z: gap" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "Name files to load"),
        (["--fetch", "1"], "--fetch needs --symbol and --category"),
        (
            ["--fetch", "1", "--symbol", "BTCUSDT", "--category", "linear", "--price-precision", "2"],
            "go together",
        ),
        (
            ["--fetch", "1", "--symbol", "BTCUSDT", "--category", "linear", "--start", "2999-01-01"],
            "must not be after",
        ),
        (["--fetch", "1", "--symbol", "BTCUSDT", "--category", "options"], "is not one of"),
    ],
)
def test_a_wrong_call_is_said_and_does_nothing(tmp_path: Path, arguments: list[str], sentence: str) -> None:
    done = load(*arguments, "--catalog", tmp_path / "cat")
    assert done.exit_code == ExitCode.WRONG_CALL
    assert sentence in done.stderr
    assert not (tmp_path / "cat").exists()


def test_a_file_of_no_known_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.touch()
    done = load(path, "--catalog", tmp_path / "cat")
    assert done.exit_code == ExitCode.FAILED
    assert "of no known kind" in done.stderr


def test_the_venue_tells_the_decimals_and_its_past_once(tmp_path: Path, venue: VenueThread) -> None:
    book = write_zip(tmp_path / BOOK, book_lines(5))
    catalog = tmp_path / "cat"
    asked = (
        "--fetch",
        "1",
        "--fetch",
        "trades",
        "--fetch",
        "funding",
        "--symbol",
        "BTCUSDT",
        "--category",
        "linear",
    )
    done = load(book, *asked, "--catalog", catalog, "--venue", venue.urls.rest, "--json")
    assert done.exit_code == ExitCode.OK, done.stderr
    rows = [each["rows"] for each in json.loads(done.stdout)]
    assert rows[0] == {"OrderBookDelta": 14}
    assert rows[1]["Bar"] > 1000
    found = ParquetDataCatalog(str(catalog))
    assert [each.id.value for each in found.instruments()] == ["BTCUSDT-LINEAR.BYBIT"]
    bars = found.bars()
    assert len(bars) == rows[1]["Bar"]
    assert [bar.ts_init for bar in bars] == sorted({bar.ts_init for bar in bars})
    again = load(*asked[:2], *asked[6:], "--catalog", catalog, "--venue", venue.urls.rest, "--json")
    assert again.exit_code == ExitCode.OK, again.stderr
    # What was there is not written again; a minute may have closed meanwhile.
    (report,) = json.loads(again.stdout)
    assert report["rows"].get("Bar", 0) <= 2


def test_a_venue_that_does_not_answer_is_said(tmp_path: Path) -> None:
    book = write_zip(tmp_path / BOOK, book_lines(5))
    done = load(book, "--catalog", tmp_path / "cat", "--venue", "http://127.0.0.1:1")
    assert done.exit_code == ExitCode.FAILED
    assert "127.0.0.1" in done.stderr


def test_ctrl_c_ends_the_processes_and_the_next_call_goes_on(tmp_path: Path) -> None:
    frames = book_lines(200_000)
    book = write_zip(tmp_path / BOOK, frames)
    other = write_zip(tmp_path / f"spot_{BOOK}", frames)
    command = [sys.executable, "-m", "nautilus_bybit_adapter.cli", "load", str(book), str(other), *DECIMALS]
    catalog = tmp_path / "cat"
    process = subprocess.Popen([*command, "--catalog", str(catalog)], stderr=subprocess.PIPE, text=True)
    end = time.monotonic() + 60.0
    while not list(catalog.rglob("*.parquet.part")):
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60.0)
    assert process.returncode == ExitCode.INTERRUPTED
    assert errors.strip().endswith("Interrupted.")
    assert not list(catalog.rglob("*.part"))
    done = load(book, other, *DECIMALS, "--catalog", catalog)
    assert done.exit_code == ExitCode.OK, done.stderr
    assert load(book, other, *DECIMALS, "--catalog", tmp_path / "whole").exit_code == ExitCode.OK
    assert contents(catalog) == contents(tmp_path / "whole")
