"""A backtest writes its log, and the log says what the engine knows."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from itertools import pairwise
from pathlib import Path

import pytest
from nautilus_trader.model.enums import AggressorSide, OrderSide
from nautilus_trader.model.objects import Price, Quantity
from smart_limit_market import (
    INSTRUMENT_ID,
    Market,
    Trader,
    buys,
    changes,
    data_of,
    recorded,
    sells,
    snapshot,
    trade,
)

from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.nt1.run_log import RunLog, RunLogConfig
from nautilus_bybit_adapter.warden.costs import coverage_of, parents_of, read_run

pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")
ROOT = Path(__file__).resolve().parents[2]
BIDS = [("99.9", "1"), ("99.8", "2"), ("99.5", "10")]
ASKS = [("100.1", "1"), ("100.2", "2"), ("100.5", "10")]


def stopped(trader: Trader) -> None:
    factory = trader.order_factory
    trader.submit_order(
        factory.stop_market(INSTRUMENT_ID, OrderSide.BUY, Quantity.from_str("1.000"), Price.from_str("101.0"))
    )


def log_of(tmp_path: Path) -> RunLog:
    return RunLog(RunLogConfig(path=str(tmp_path / "run.jsonl"), instrument_ids=[INSTRUMENT_ID]))


def test_the_log_of_a_backtest_agrees_with_its_engine(tmp_path: Path) -> None:
    data = [
        snapshot(0, BIDS, ASKS),
        # One horizon later a level is gone: a market order for 2 would have cost more.
        changes(1_050, asks=[("100.1", "0")]),
        *(changes(ms, bids=[("99.5", str(10 + ms % 7))]) for ms in range(1_200, 9_000, 100)),
        trade(3_000, "99.9", "5", AggressorSide.SELLER),
        changes(9_500, asks=[("100.1", "0"), ("100.2", "0"), ("100.5", "0"), ("101.2", "5")]),
        changes(9_900, bids=[("99.5", "1")]),
    ]
    cues = [
        buys("2.000", 1_000, urgency="now", max_cross_bps=50.0),
        sells("1.000", 2_000, urgency="passive", horizon_secs=4.0),
        (8_000, stopped),
    ]
    for it in Market(data, cues, actors=[log_of(tmp_path)]).run():
        reports = dict(it.algorithm.reports)
        orders = {order.client_order_id.value: order for order in it.engine.cache.orders()}
    run = read_run(tmp_path / "run.jsonl")
    parents = {parent.client_order_id: parent for parent in parents_of(run)}
    now, passive, stop = parents.values()
    for client_order_id, report in reports.items():
        parent = parents[client_order_id.value]
        assert parent.filled == report.filled_qty.as_decimal()
        assert (parent.outcome, parent.reason) == (report.outcome.value, report.reason)
        assert parent.mid == report.arrival_mid
        assert parent.parts is not None
        assert float(parent.parts.slippage) == pytest.approx(report.cost_bps)
    assert now.forecast is not None
    assert now.forecast.walk_bps == pytest.approx(15.0)
    assert now.walked_bps == pytest.approx(20.0), "the walk of the book at 1,100 ms"
    assert passive.forecast is not None
    assert passive.children, "it rested in the book"
    # A conditional order is measured from its fill on, not from its birth.
    assert orders[stop.client_order_id].is_closed
    assert stop.arrival_ns > now.arrival_ns + 8_000_000_000
    around = run.books[INSTRUMENT_ID.value]
    assert around[0].ts_ns < now.arrival_ns
    gaps = {after.ts_ns - before.ts_ns for before, after in pairwise(around)}
    assert min(gaps) >= 200_000_000
    assert around[0].bids[0] == (99.9, 1.0)


def test_a_recording_gives_every_parent_a_forecast_and_what_came(tmp_path: Path) -> None:
    data = data_of(recorded("linear_BTCUSDT_2024-08-08.frames.gz"), 40)
    cues = [(buys if n % 2 else sells)("0.160", 2_000 + n * 1_000, urgency="now") for n in range(30)]
    for it in Market(data, cues, latency_ms=100, actors=[log_of(tmp_path)]).run():
        count = len(it.algorithm.reports)
    parents = parents_of(read_run(tmp_path / "run.jsonl"))
    assert len(parents) == count == 30
    gaps = []
    for parent in parents:
        assert parent.forecast is not None
        assert parent.walked_bps is not None
        assert parent.parts is not None
        gaps.append(abs(float(parent.parts.slippage) - parent.walked_bps))
    # The engine takes an order 100 ms late with the first frame after that, so a few meet a book that has just moved.
    assert sorted(gaps)[len(gaps) // 2] < 1e-6
    assert max(gaps) < 1.0
    assert {each.level for each in coverage_of(parents)} == {0.9, 0.95}


def test_an_instrument_nobody_named_is_followed_from_its_first_order_on(tmp_path: Path) -> None:
    actor = RunLog(RunLogConfig(path=str(tmp_path / "run.jsonl")))
    data = [snapshot(0, BIDS, ASKS), snapshot(2_000, BIDS, ASKS), changes(5_000, bids=[("99.5", "1")])]
    cues = [buys("1.000", 1_000, urgency="now"), buys("1.000", 3_000, urgency="now")]
    for it in Market(data, cues, actors=[actor]).run():
        assert len(it.algorithm.reports) == 2
    first, second = parents_of(read_run(tmp_path / "run.jsonl"))
    assert first.filled == 1
    assert first.parts is None
    assert second.parts is not None
    assert second.forecast is not None


def test_a_log_is_continued_and_a_torn_line_before_it_ended(tmp_path: Path) -> None:
    data = [snapshot(0, BIDS, ASKS), changes(5_000, bids=[("99.5", "1")])]
    for _ in range(2):
        for _it in Market(data, [buys("1.000", 1_000)], actors=[log_of(tmp_path)]).run():
            pass
        path = tmp_path / "run.jsonl"
        path.write_bytes(path.read_bytes()[:-5])
    run = read_run(path)
    assert (len(run.starts), run.torn_lines) == (2, 2)


def test_a_file_that_cannot_be_written_is_told_before_anything_is_traded(tmp_path: Path) -> None:
    (tmp_path / "run.jsonl").mkdir()
    with pytest.raises(BybitConfigError, match=r"path '.*run\.jsonl' cannot be written: Is a directory"):
        next(Market([snapshot(0, BIDS, ASKS)], [], actors=[log_of(tmp_path)]).run())


def test_a_full_disk_ends_the_log_and_not_the_trading() -> None:
    actor = RunLog(RunLogConfig(path="/dev/full", instrument_ids=[INSTRUMENT_ID]))
    data = [snapshot(0, BIDS, ASKS), changes(5_000, bids=[("99.5", "1")])]
    for it in Market(data, [buys("1.000", 1_000, urgency="now")], actors=[actor]).run():
        assert it.report.filled_qty == Quantity.from_str("1.000")


def test_a_killed_process_loses_no_line_it_had_written(tmp_path: Path) -> None:
    program = textwrap.dedent("""
        import os, signal, sys
        sys.path.insert(0, "tests/support")
        from smart_limit_market import INSTRUMENT_ID, Market, buys, changes, snapshot
        from nautilus_bybit_adapter.nt1.run_log import RunLog, RunLogConfig
        book = snapshot(0, [("99.9", "1")], [("100.1", "1")])
        late = changes(5_000, bids=[("99.5", "1")])
        die = (4_000, lambda trader: os.kill(os.getpid(), signal.SIGKILL))
        log = RunLog(RunLogConfig(path=sys.argv[1], instrument_ids=[INSTRUMENT_ID]))
        list(Market([book, late], [buys("1.000", 1_000, urgency="now"), die], actors=[log]).run())
    """)
    path = tmp_path / "run.jsonl"
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], cwd=ROOT, check=False, capture_output=True, env=os.environ
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    run = read_run(path)
    (parent,) = parents_of(run)
    assert (parent.outcome, run.torn_lines) == ("filled", 0)
