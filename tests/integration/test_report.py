"""`bybit-nt report` on the log of a backtest, and its page in a headless Chromium."""

from __future__ import annotations

import json
import os
import re
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from browser import CHROMIUM, DRIVER, chromium, keep_screenshot, set_scheme
from click.testing import CliRunner
from nautilus_trader.model.enums import AggressorSide
from run_logs import begun, event, expected, filled, run_line, walked, written
from smart_limit_market import INSTRUMENT_ID, Market, buys, changes, sells, snapshot, trade

from nautilus_bybit_adapter.cli import main
from nautilus_bybit_adapter.nt1.run_log import RunLog, RunLogConfig

DRAWN = ("rect.loss", "rect.gain", ".part.fees", ".dot", ".heat", ".touch.ask", ".child", ".wall", ".eaten")
pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")


def market_data() -> list[Any]:
    """Two minutes of a book that swings, with a wall on each side."""
    data: list[Any] = []
    for number in range(600):
        mid = 1_000 + (number // 20) % 7 - 3
        bids = [(f"{(mid - 1 - n) / 10:.1f}", str(40 if n == 6 else 1 + (n + number) % 4)) for n in range(20)]
        asks = [
            (f"{(mid + 1 + n) / 10:.1f}", str(40 if n == 9 else 1 + (n * 3 + number) % 4)) for n in range(20)
        ]
        data.append(snapshot(number * 200, bids, asks))
        if number % 9 == 0:
            side = AggressorSide.SELLER if number % 2 else AggressorSide.BUYER
            data.append(trade(number * 200 + 50, (bids if number % 2 else asks)[0][0], "2", side))
    data.append(changes(120_000, bids=[("1.0", "1")]))
    return data


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("run") / "rehearsal.run.jsonl"
    cues = [
        (buys if number % 2 else sells)(
            quantity,
            2_000 + number * 5_000,
            urgency="now" if number % 3 == 0 else "passive",
            horizon_secs=4.0,
        )
        for number, quantity in enumerate(["1.000", "4.000", "12.000", "30.000"] * 5)
    ]
    actor = RunLog(RunLogConfig(path=str(path), instrument_ids=[INSTRUMENT_ID]))
    for _ in Market(market_data(), cues, actors=[actor], latency_ms=20).run():
        pass
    return path


def report(*arguments: str) -> Any:
    return CliRunner().invoke(main, ["report", *arguments])


def test_the_page_is_one_file_that_asks_for_nothing(log: Path, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "report.html"
    done = report(str(log), "--out", str(out))
    assert done.exit_code == 0, done.output
    assert f"Written to {out}." in done.output
    page = out.read_text()
    assert not re.findall(r"""(?:src|href)=["'](?!data:)|url\(|@import|<script|<link rel="stylesheet""", page)
    assert page.count("<details") == 12
    assert list(out.parent.iterdir()) == [out]
    assert "rehearsal: what it cost" in page


def test_json_says_what_the_page_does(log: Path, tmp_path: Path) -> None:
    done = report(str(log), "--out", str(tmp_path / "r.html"), "--json")
    told = json.loads(done.output)
    assert told["file"] == str(tmp_path / "r.html")
    assert sum(group["parents"] for group in told["groups"] if group["size"] != "all") == 20
    for group in told["groups"]:
        parts = [group[part] for part in ("spread", "deeper", "waiting", "fees")]
        assert group["total"] == pytest.approx(sum(parts))


def test_names_are_text_and_never_markup(tmp_path: Path) -> None:
    key = "<img src=x onerror=alert(1)>"
    lines = [
        *begun(key, "BUY", "1", forecast=expected(1.0, 2.0, 3.0)),
        walked(key, 1.5),
        filled(key, "101", "1"),
    ]
    path = written(tmp_path / "<b>.jsonl", lines)
    assert report(str(path), "--out", str(tmp_path / "r.html")).exit_code == 0
    page = (tmp_path / "r.html").read_text()
    assert "<img" not in page
    assert "<b>" not in page


def test_a_run_without_orders_has_a_page(tmp_path: Path) -> None:
    path = written(tmp_path / "run.jsonl")
    assert report(str(path)).exit_code == 0
    assert "no orders" in (tmp_path / "run.html").read_text()


def test_orders_that_never_filled_have_a_page(tmp_path: Path) -> None:
    path = written(
        tmp_path / "run.jsonl", begun("A", "BUY", "1", touch=None), event("A", "OrderDenied", reason="no")
    )
    assert report(str(path)).exit_code == 0
    assert "unfilled" in (tmp_path / "run.html").read_text()


def test_what_is_no_log_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "notes.jsonl"
    path.write_text("hello\n")
    done = report(str(path))
    assert done.exit_code == 2
    assert done.output.startswith("Error: notes.jsonl, line 1: ")
    assert not (tmp_path / "notes.html").exists()


def test_a_missing_log_is_a_wrong_call(tmp_path: Path) -> None:
    done = report(str(tmp_path / "nothing.jsonl"))
    assert done.exit_code == 2
    assert "nothing.jsonl' does not exist" in done.output


def test_ctrl_c_leaves_no_file_behind(tmp_path: Path) -> None:
    pipe = tmp_path / "run.jsonl"
    os.mkfifo(pipe)
    command = [sys.executable, "-m", "nautilus_bybit_adapter.cli", "report", str(pipe)]
    with (
        subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process,
        pipe.open("wb", buffering=0) as writer,  # opens once the command reads
    ):
        writer.write(msgspec.json.encode(run_line()) + b"\n")
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (130, "Interrupted.\n")
    assert list(tmp_path.iterdir()) == [pipe]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_one_sentence(log: Path, tmp_path: Path) -> None:
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    done = report(str(log), "--out", str(tmp_path / "r.html"))
    assert done.exit_code == 3
    assert "Permission denied" in done.output


def test_a_file_in_the_place_of_a_folder_is_one_sentence(log: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    done = report(str(log), "--out", str(tmp_path / "taken" / "r.html"))
    assert done.exit_code == 3
    assert f"{tmp_path / 'taken'}: File exists" in done.output


@pytest.mark.skipif(DRIVER is None or CHROMIUM is None, reason="chromium and chromedriver are not here")
def test_a_person_sees_costs_losses_and_the_book(log: Path, tmp_path: Path) -> None:
    pytest.importorskip("selenium", reason="the page is tested with selenium, which is not installed")
    from selenium.webdriver.common.by import By  # noqa: PLC0415 - only where selenium is

    out = tmp_path / "report.html"
    assert report(str(log), "--out", str(out)).exit_code == 0
    with chromium(tmp_path / "profile", height=2_600) as browser:
        browser.get(out.as_uri())
        heads = [head.text for head in browser.find_elements(By.TAG_NAME, "h2")]
        assert heads == [
            "Cost by decision and size",
            "Saved, order by order",
            "Forecast against what came",
            "The tail of the unfilled",
            "The book around the orders",
            "Every parent order",
        ]
        tiles = [tile.text for tile in browser.find_elements(By.CSS_SELECTOR, ".tile strong")]
        assert tiles[0] == "20"
        assert re.fullmatch(r"\d+ of \d+", tiles[-1])
        for selector in (
            "rect.loss",
            "rect.gain",
            ".part.fees",
            ".dot",
            "image.heat",
            ".touch.ask",
            ".child",
            ".wall",
            ".eaten",
        ):
            drawn = browser.find_elements(By.CSS_SELECTOR, selector)
            assert any(
                each.is_displayed() and each.size["width"] + each.size["height"] > 1 for each in drawn
            ), selector
        # Nothing spills out of the page, wide or narrow.
        for width in (1_100, 480):
            browser.set_window_size(width, 2_600)
            spill = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert browser.execute_script(spill) == 0
        browser.set_window_size(1_100, 2_600)
        light = keep_screenshot(browser, "report.png")
        set_scheme(browser, "dark")
        dark = keep_screenshot(browser, "report-dark.png")
        assert light.stat().st_size > 50_000
        assert light.read_bytes() != dark.read_bytes()
        assert browser.get_log("browser") == []
        assert browser.execute_script("return performance.getEntriesByType('resource').length") == 0
