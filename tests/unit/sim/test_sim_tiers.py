"""Risk tiers: which one applies, what it asks for, and orders and leverage it does not allow."""

from __future__ import annotations

import json
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nautilus_bybit_adapter.sim import VenueError
from nautilus_bybit_adapter.sim.exchange import queries
from nautilus_bybit_adapter.sim.exchange.catalogue import DEFAULT_PATH, default_catalogue, read_catalogue
from nautilus_bybit_adapter.sim.exchange.catalogue_rows import CatalogueError
from nautilus_bybit_adapter.sim.exchange.exchange import ExchangeConfig
from nautilus_bybit_adapter.sim.exchange.tiers import TierError, make_tiers, tier_of, tiers_of
from nautilus_bybit_adapter.sim.server import facts_api
from tests.unit.sim.conftest import START_MS, Desk

if TYPE_CHECKING:
    from pathlib import Path

LINEAR = {"category": "linear", "symbol": "BTCUSDT"}
MARKET = {"orderType": "Market"}
D = Decimal
CONTRACTS = [it for it in default_catalogue(START_MS).instruments if it.category in {"linear", "inverse"}]


def rich_desk(leverage: int = 10) -> Desk:
    desk = Desk(ExchangeConfig(balances={"USDT": D(500_000_000)}, leverage=D(leverage)))
    desk.market.set_book([("86000.0", "5000")], [("86000.1", "5000")])
    desk.told.clear()
    return desk


def row(desk: Desk) -> dict[str, Any]:
    return dict(queries.positions(desk.exchange, LINEAR)["list"][0])


@pytest.mark.parametrize("it", CONTRACTS, ids=lambda it: f"{it.category} {it.symbol}")
def test_every_contract_has_tiers_that_begin_with_its_own_figures(it: Any) -> None:
    tiers = tiers_of(it)
    assert (tiers[0].limit, tiers[0].mmr, tiers[0].max_leverage) == (it.risk_limit, it.mmr, it.max_leverage)
    assert [tier.number for tier in tiers] == list(range(1, len(tiers) + 1))
    assert len(tiers) > 1


@given(st.sampled_from(CONTRACTS), st.decimals(0, 500_000_000, places=2))
def test_maintenance_margin_rises_without_a_jump(it: Any, value: Decimal) -> None:
    tiers = tiers_of(it)
    tier = tier_of(it, value)
    due = tier.maintenance(value)
    assert 0 <= due <= value
    assert due == max(other.maintenance(value) for other in tiers if other.number <= tier.number)
    for lower, upper in pairwise(tiers):
        assert lower.maintenance(lower.limit) == upper.maintenance(lower.limit)


def test_the_tier_follows_the_value_of_the_position() -> None:
    desk = rich_desk()
    assert (row(desk)["riskId"], row(desk)["riskLimitValue"]) == (1, "300000")
    desk.place(**MARKET, qty="5")
    shown = row(desk)
    assert (shown["riskId"], shown["riskLimitValue"]) == (2, "1000000")
    value = 5 * desk.market.mark
    buffer = D("430000.5") * D("0.9") * D("0.00055")
    deduction = 300_000 * D("0.0007")
    assert abs(D(shown["positionMM"]) - (value * D("0.004") - deduction + buffer)) < D("1e-8")
    desk.place(**MARKET, side="Sell", qty="4")
    assert row(desk)["riskId"] == 1
    desk.exchange.check()


def test_leverage_is_bounded_by_the_tier() -> None:
    desk = rich_desk()
    desk.exchange.set_leverage(LINEAR | {"buyLeverage": "150", "sellLeverage": "150"})
    for qty, fits in (("3", True), ("1", False)):
        if fits:
            desk.place(**MARKET, qty=qty)
            continue
        with pytest.raises(VenueError) as refused:
            desk.place(**MARKET, qty=qty)
        assert (refused.value.ret_code, "125 or below" in refused.value.ret_msg) == (110090, True)
    desk.place(**MARKET, side="Sell", qty="1")
    desk.exchange.set_leverage(LINEAR | {"buyLeverage": "125", "sellLeverage": "125"})
    desk.place(**MARKET, qty="2")
    with pytest.raises(VenueError) as refused:
        desk.exchange.set_leverage(LINEAR | {"buyLeverage": "126", "sellLeverage": "126"})
    assert refused.value.ret_code == 110013
    assert "maxLeverage [12500]" in refused.value.ret_msg


def test_orders_count_for_the_tier_and_the_last_tier_is_the_end() -> None:
    desk = rich_desk(leverage=2)
    for _ in range(4):
        desk.place(price="80000", qty="1190")
    with pytest.raises(VenueError) as refused:
        desk.place(price="80000", qty="1190")
    assert refused.value.ret_code == 110089
    desk.place(side="Sell", price="90000", qty="1")


def test_the_endpoint_tells_the_table() -> None:
    desk = rich_desk()
    rows = facts_api.risk_limit(desk.exchange, LINEAR)["list"]
    assert [item["id"] for item in rows] == list(range(1, 11))
    assert [item["isLowestRisk"] for item in rows[:2]] == [1, 0]
    assert rows[0]["mmDeduction"] == ""
    assert rows[1] == {
        "id": 2,
        "symbol": "BTCUSDT",
        "riskLimitValue": "1000000",
        "maintenanceMargin": "0.004",
        "initialMargin": "0.008",
        "isLowestRisk": 0,
        "maxLeverage": "125.00",
        "mmDeduction": "210",
    }


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [(D(1), D("0.1"), D(5)), (D(1), D("0.2"), D(4))],
        [(D(1), D("0.1"), D(5)), (D(2), D("0.1"), D(4))],
        [(D(1), D("0.1"), D(5)), (D(2), D("0.2"), D(6))],
    ],
)
def test_a_table_that_does_not_rise_is_no_table(rows: list[tuple[Decimal, Decimal, Decimal]]) -> None:
    with pytest.raises(TierError):
        make_tiers(rows)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("x", "riskTiers"),
        ([{"riskLimitValue": "0"}], "venue.riskTiers.riskLimitValue"),
        (
            [{"riskLimitValue": "1", "maintenanceMarginRate": "2", "maxLeverage": "1"}],
            "maintenanceMarginRate",
        ),
        ([{"riskLimitValue": "1", "maintenanceMarginRate": "0.1", "maxLeverage": "1"}] * 2, "higher limit"),
        ([3], "JSON object"),
    ],
)
def test_a_wrong_table_is_named(tmp_path: Path, table: object, words: str) -> None:
    content = json.loads(DEFAULT_PATH.read_bytes())
    content["instruments"] = content["instruments"][:1]
    content["instruments"][0]["venue"]["riskTiers"] = table
    path = tmp_path / "catalogue.json"
    path.write_text(json.dumps(content))
    with pytest.raises(CatalogueError, match=words):
        read_catalogue(path, START_MS)
