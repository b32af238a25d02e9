"""Groups, coverage and the tail."""

from __future__ import annotations

import math
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from run_logs import begun, event, expected, filled, logged, walked

from nautilus_bybit_adapter.warden.costs import coverage_of, grouped, parents_of, tail_of
from nautilus_bybit_adapter.warden.costs.records import Line
from nautilus_bybit_adapter.warden.costs.summary import mean_and_error, quantile, size_of, wilson

D = Decimal


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "run.jsonl"


def test_groups_weigh_by_value_and_count_losses_like_gains(log: Path) -> None:
    run = logged(
        log,
        begun("A", "BUY", "1"), walked("A", 100.0), filled("A", "101", "1"),
        begun("B", "BUY", "3"), walked("B", 100.0), filled("B", "103", "3"),
        begun("C", "BUY", "300"), filled("C", "101", "150"),
    )  # fmt: skip
    small, large, both = grouped(parents_of(run))
    assert [(group.decision, group.size, group.parents) for group in (small, large, both)] == [
        ("market", "under 1k", 2),
        ("market", "10k to 100k", 1),
        ("market", "all", 3),
    ]
    assert small.total == pytest.approx((1 * 100 + 3 * 300) / 4)
    assert (small.spread, small.deeper) == pytest.approx((100, 150))
    assert (small.median, small.worst) == (200, 300)
    # A market order would have cost 100 + 5.5: the first saves 5.5, the second loses 194.5.
    assert small.saved == pytest.approx((5.5 - 194.5) / 2)
    assert large.completed == pytest.approx(0.5)
    assert math.isnan(large.saved)


def test_nothing_measured_is_no_group(log: Path) -> None:
    assert grouped(parents_of(logged(log, begun("A", "BUY", "1", touch=None)))) == []


def test_coverage_counts_what_came_against_the_quantiles(log: Path) -> None:
    lines = [
        line
        for number in range(20)
        for line in (
            *begun(f"{number}", "BUY", "1", forecast=expected(1.0, 2.0, 3.0)),
            walked(f"{number}", 2.5 if number < 3 else 1.0 if number else 9.0),
        )
    ]
    q90, q95 = coverage_of(parents_of(logged(log, lines)))
    assert (q90.within, q90.compared, q90.share) == (17, 20, 0.85)
    assert q90.is_consistent
    assert (q95.within, q95.compared) == (20, 20)
    assert 0.8 < q95.low < 0.95 < q95.high == pytest.approx(1.0)


def test_a_forecast_without_quantiles_is_not_compared(log: Path) -> None:
    run = logged(log, begun("A", "BUY", "1", forecast=expected(1.0)), walked("A", 1.0))
    assert [each.compared for each in coverage_of(parents_of(run))] == [0, 0]


def test_the_tail_holds_who_had_to_cross(log: Path) -> None:
    def resting(key: str) -> list[Line]:
        terms: dict[str, Any] = {
            "quantity": D(1),
            "price": D(99),
            "parent_id": key,
            "is_resting": True,
        }
        child = event(f"{key}-E1", "OrderInitialized", side="BUY", **terms)
        return [*begun(key, "BUY", "1", algorithm="SMART_LIMIT"), child]

    run = logged(
        log,
        *resting("made"), filled("made-E1", "99", "1", maker=True),
        *resting("crossed"), filled("crossed-E1", "101", "1"),
        *resting("left"), event("left-E1", "OrderAccepted"), event("left-E1", "OrderCanceled"),
        *begun("taken", "BUY", "1"), filled("taken", "101", "1"),
    )  # fmt: skip
    made, crossed = tail_of(parents_of(run))
    assert [parent.client_order_id for parent in made] == ["made"]
    assert {parent.client_order_id for parent in crossed} == {"crossed", "left"}


@pytest.mark.parametrize(
    ("notional", "size"),
    [
        ("0", "under 1k"),
        ("999.99", "under 1k"),
        ("1000", "1k to 10k"),
        ("1e5", "100k to 1M"),
        ("1e9", "over 1M"),
    ],
)
def test_sizes(notional: str, size: str) -> None:
    assert size_of(D(notional)) == size


def test_the_statistics_are_the_textbook_ones() -> None:
    assert quantile([1.0, 2.0, 4.0], 0.5) == 2.0
    assert quantile([1.0, 2.0], 0.25) == 1.25
    assert math.isnan(quantile([], 0.5))
    mean, error = mean_and_error([1.0, 2.0, 3.0, 4.0])
    assert (mean, error) == pytest.approx((2.5, 1.96 * 1.2909944 / 2), rel=1e-4)
    assert all(map(math.isnan, mean_and_error([])))
    # Newcombe (1998), table I: 15 of 148.
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)
