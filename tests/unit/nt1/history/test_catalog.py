"""Loading into a catalogue: once, whole, and going on after any interruption."""

from __future__ import annotations

import fcntl
import shutil
from pathlib import Path

import msgspec
import pytest
from archives import START_MS, book_lines, plan_of, write_zip
from nautilus_trader.persistence.catalog.parquet import ParquetDataCatalog

from nautilus_bybit_adapter.errors import BybitHistoryError
from nautilus_bybit_adapter.nt1.history import LoadInterruptedError, load_file
from nautilus_bybit_adapter.nt1.history.catalog import WORK_FOLDER, LoadPlan

NAME = "2024-12-01_BTCUSDT_ob500.data.zip"
PART = 500


class StopAfterError(Exception):
    """Ends a load as a crash does."""


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return write_zip(tmp_path / NAME, book_lines(3000))


def contents(catalog: Path) -> dict[str, bytes]:
    return {
        path.relative_to(catalog).as_posix(): path.read_bytes()
        for path in sorted((catalog / "data").rglob("*.parquet"))
    }


def whole(archive: Path, catalog: Path) -> dict[str, bytes]:
    load_file(plan_of(archive, catalog, rows_per_part=PART))
    return contents(catalog)


def test_a_file_is_loaded_once(tmp_path: Path, archive: Path) -> None:
    plan = plan_of(archive, tmp_path / "cat", rows_per_part=PART)
    first = load_file(plan)
    before = contents(tmp_path / "cat")
    again = load_file(plan)
    assert (first.status, again.status) == ("loaded", "already loaded")
    assert again.files == first.files
    assert contents(tmp_path / "cat") == before
    assert len(before) == len(first.files) > 5


@pytest.mark.parametrize("moment", ["before the move", "after the move", "before the state", "in a part"])
def test_a_load_that_died_at_any_moment_goes_on_without_a_double_row(
    tmp_path: Path, archive: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    expected = whole(archive, tmp_path / "whole")
    plan = plan_of(archive, tmp_path / "cat", rows_per_part=PART)
    count = 0
    replace = Path.replace

    def dying(self: Path, target: Path) -> Path:
        nonlocal count
        wanted = ".json" if moment == "before the state" else ".parquet"
        count += Path(target).suffix == wanted
        if count == 4 and Path(target).suffix == wanted:
            if moment == "after the move":
                replace(self, target)
            raise StopAfterError
        return replace(self, target)

    with monkeypatch.context() as patched:
        if moment == "in a part":
            stops = iter([False] * 6)
            with pytest.raises(LoadInterruptedError):
                load_file(plan, is_stopped=lambda: next(stops, True))
        else:
            patched.setattr(Path, "replace", dying)
            with pytest.raises(StopAfterError):
                load_file(plan)
    done = contents(tmp_path / "cat")
    assert done.items() <= expected.items()
    marks = {name: (tmp_path / "cat" / name).stat().st_mtime_ns for name in done}
    report = load_file(plan)
    assert contents(tmp_path / "cat") == expected
    assert report.files == list(expected)
    # What was there was not written again.
    assert {name: (tmp_path / "cat" / name).stat().st_mtime_ns for name in done} == marks
    assert not list((tmp_path / "cat" / WORK_FOLDER).rglob("*.part"))


def test_parts_never_share_a_moment_and_are_read_as_one(tmp_path: Path) -> None:
    archive = write_zip(tmp_path / NAME, book_lines(60))
    load_file(plan_of(archive, tmp_path / "cat", rows_per_part=3))
    load_file(plan_of(archive, tmp_path / "one"))
    small, one = (ParquetDataCatalog(str(tmp_path / name)).order_book_deltas() for name in ("cat", "one"))
    assert list(map(str, small)) == list(map(str, one))


def test_rows_of_the_same_time_from_elsewhere_are_refused(tmp_path: Path, archive: Path) -> None:
    load_file(plan_of(archive, tmp_path / "cat"))
    before = contents(tmp_path / "cat")
    other = write_zip(tmp_path / f"linear_{NAME}", book_lines(10))
    with pytest.raises(BybitHistoryError, match="holds rows of the same time"):
        load_file(plan_of(other, tmp_path / "cat"))
    assert contents(tmp_path / "cat") == before


def test_rows_that_the_next_file_has_too_are_left_to_it(tmp_path: Path, archive: Path) -> None:
    until_ns = (START_MS + 1000) * 1_000_000
    report = load_file(plan_of(archive, tmp_path / "cat", until_ns=until_ns))
    assert report.last_ns == until_ns - 100_000_000
    assert report.cut_rows == 2 * (3000 - 9)


def test_another_file_under_the_same_name_is_refused_once_the_first_is_loaded(
    tmp_path: Path, archive: Path
) -> None:
    plan = plan_of(archive, tmp_path / "cat")
    load_file(plan)
    before = contents(tmp_path / "cat")
    write_zip(archive, book_lines(20))
    with pytest.raises(BybitHistoryError, match="was loaded before with other content"):
        load_file(plan)
    assert contents(tmp_path / "cat") == before


def test_another_file_under_the_same_name_replaces_what_was_interrupted(
    tmp_path: Path, archive: Path
) -> None:
    plan = plan_of(archive, tmp_path / "cat", rows_per_part=PART)
    stops = iter([False] * 6)
    with pytest.raises(LoadInterruptedError):
        load_file(plan, is_stopped=lambda: next(stops, True))
    write_zip(archive, book_lines(20))
    load_file(plan)
    assert contents(tmp_path / "cat") == whole(archive, tmp_path / "whole")


def test_a_lost_part_starts_the_load_anew(tmp_path: Path, archive: Path) -> None:
    plan = plan_of(archive, tmp_path / "cat", rows_per_part=PART)
    stops = iter([False] * 6)
    with pytest.raises(LoadInterruptedError):
        load_file(plan, is_stopped=lambda: next(stops, True))
    (tmp_path / "cat" / next(iter(contents(tmp_path / "cat")))).unlink()
    load_file(plan)
    assert contents(tmp_path / "cat") == whole(archive, tmp_path / "whole")


def test_a_state_that_cannot_be_read_is_said(tmp_path: Path, archive: Path) -> None:
    plan: LoadPlan = plan_of(archive, tmp_path / "cat")
    load_file(plan)
    plan.state_path.write_text("{")
    with pytest.raises(BybitHistoryError, match="remove it to load anew"):
        load_file(plan)
    plan.state_path.write_bytes(msgspec.json.encode({"sha256": "", "form": "", "version": 99}))
    with pytest.raises(BybitHistoryError, match="of version 99"):
        load_file(plan)


def test_a_file_that_another_process_loads_is_left_to_it(tmp_path: Path, archive: Path) -> None:
    plan = plan_of(archive, tmp_path / "cat", rows_per_part=PART)
    plan.workplace.mkdir(parents=True)
    with (plan.workplace / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(BybitHistoryError, match="being loaded into this catalogue by another process"):
            load_file(plan)
    load_file(plan)


def test_progress_is_told_and_ends_at_the_end(tmp_path: Path, archive: Path) -> None:
    shares: list[float] = []
    load_file(plan_of(archive, tmp_path / "cat"), on_progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    shutil.rmtree(tmp_path / "cat")
