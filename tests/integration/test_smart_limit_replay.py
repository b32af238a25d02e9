"""Many orders through recorded and random markets: none lost, none doubled, and cheaper than taking."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import pytest
from nautilus_trader.model.enums import AggressorSide, OrderSide
from smart_limit_market import Market, Outcomes, buys, changes, data_of, recorded, sells, snapshot, trade

from nautilus_bybit_adapter.nt1.algo import Outcome, SmartLimitReport

pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")

D = Decimal


def check_all(it: Outcomes) -> list[SmartLimitReport]:
    """Each report against the orders it speaks of, and all of them against the position."""
    cache = it.engine.cache
    assert cache.orders_open() == [], cache.orders_open()[0].events[-4:]
    assert cache.orders_inflight() == []
    net = D(0)
    reports = list(it.algorithm.reports.values())
    for report in reports:
        orders = cache.orders_for_exec_spawn(report.client_order_id)
        filled = sum((order.filled_qty.as_decimal() for order in orders), D(0))
        assert report.filled_qty.as_decimal() == filled <= report.quantity.as_decimal()
        net += filled if report.side == OrderSide.BUY else -filled
    assert it.net_position == net
    assert len(reports) == len(it.trader.cues)
    assert it.trader.reports == reports
    return reports


def test_on_recorded_order_flow_resting_is_cheaper_than_taking() -> None:
    data = data_of(recorded("linear_BTCUSDT_2024-08-08.frames.gz"), 100)
    fees_bps = {"maker": 2.0, "taker": 5.5}

    def cost(report: SmartLimitReport) -> float:
        assert report.cost_bps is not None
        assert report.avg_px is not None
        fee = sum(money.as_decimal() for money in report.commissions)
        return report.cost_bps + float(fee / (report.avg_px * report.filled_qty.as_decimal()) * 10_000)

    means: dict[str, float] = {}
    for urgency in ("passive", "now"):
        cues = [
            (buys if number % 2 else sells)("0.160", 2_000 + number * 1_000, urgency=urgency)
            for number in range(80)
        ]
        for it in Market(data, cues, latency_ms=100).run():
            reports = check_all(it)
            assert all(report.outcome is Outcome.FILLED for report in reports)
            means[urgency] = sum(map(cost, reports)) / len(reports)
            if urgency == "now":
                assert all(report.children == 1 for report in reports)
                gaps = [abs((r.cost_bps or 0.0) - (r.expected_slippage_bps or 0.0)) for r in reports]
                assert sorted(gaps)[len(gaps) // 2] < 1.0, "the forecast is of the size of the cost"
    assert means["passive"] < means["now"] - 1.0, means
    assert fees_bps["maker"] - 1.0 < means["passive"] < fees_bps["taker"], means


def _level(rng: random.Random, ticks: int) -> tuple[str, str]:
    return str(D(ticks) / 10), str(D(rng.randint(1, 3_000)) / 1_000)


@pytest.mark.parametrize("seed", range(4))
def test_random_markets_neither_lose_nor_double_a_lot(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311  (a market, not a secret)
    data: list[Any] = []
    mid = 1_000
    for ms in range(0, 60_000, 50):
        mid += rng.choice([-2, -1, 0, 0, 0, 1, 2])
        spread = rng.choice([1, 1, 2, 5])
        bids = [_level(rng, mid - number) for number in range(rng.randint(1, 4))]
        asks = [_level(rng, mid + spread + number) for number in range(rng.randint(1, 4))]
        data.append(snapshot(ms, bids, asks))
        if rng.random() < 0.3:
            is_sell = rng.random() < 0.5
            side = AggressorSide.SELLER if is_sell else AggressorSide.BUYER
            data.append(trade(ms + 10, *(bids if is_sell else asks)[0], side))
    data.append(changes(60_000, bids=[("1.0", "1")]))
    cues: list[Any] = []
    for number in range(60):
        make = rng.choice([buys, sells])
        quantity = f"{rng.choice([1, 60, 500, 2_000, 9_000]) / 1_000:.3f}"
        urgency = rng.choice(["passive", "passive", "now"])
        cues.append(
            make(quantity, 500 + number * 700, urgency=urgency, horizon_secs=rng.choice([0.3, 2.0, 6.0]))
        )
    venue = {"liquidity_consumption": True}
    for it in Market(data, cues, latency_ms=rng.choice([0, 5, 60, 300]), venue=venue).run():
        reports = check_all(it)
        outcomes = {report.outcome for report in reports}
        assert Outcome.FILLED in outcomes
        assert len(outcomes) > 1
