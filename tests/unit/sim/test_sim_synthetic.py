from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from nautilus_bybit_adapter.sim import ConfigError, FlowParams, SimConfig
from nautilus_bybit_adapter.sim.market.flow import lay_quiet_book
from nautilus_bybit_adapter.sim.market.synthetic import SyntheticFlow

if TYPE_CHECKING:
    from tests.unit.sim.conftest import Desk


def run(desk: Desk, seed: int, step_ms: int, seconds: int = 5) -> list[tuple[str, int, int]]:
    flow = SyntheticFlow(desk.market, seed, FlowParams(), desk.now_ms)
    for _ in range(seconds * 1000 // step_ms):
        desk.now_ms += step_ms
        flow.advance(desk.now_ms)
    return desk.trades()


def test_a_seed_and_the_clock_determine_the_flow(desk: Desk) -> None:
    blank = desk
    runs = []
    for seed, step_ms in ((1, 10), (1, 10), (1, 50), (2, 10)):
        desk = type(blank)()
        runs.append((run(desk, seed, step_ms), desk.market.book.bids.top(1000)))
    assert runs[0] == runs[1] == runs[2]
    assert runs[0] != runs[3]


def test_the_book_stays_deep_and_narrow(desk: Desk) -> None:
    flow = SyntheticFlow(desk.market, 3, FlowParams(), desk.now_ms)
    spreads = []
    for _ in range(1000):
        desk.now_ms += 20
        flow.advance(desk.now_ms)
        book = desk.market.book
        assert len(book.bids) >= 200
        assert len(book.asks) >= 200
        assert book.bids.best is not None
        assert book.asks.best is not None
        spreads.append(book.asks.best - book.bids.best)
    assert min(spreads) >= 1
    assert sorted(spreads)[len(spreads) // 2] <= 3
    assert len(desk.trades()) > 50
    for side in (desk.market.book.bids, desk.market.book.asks):
        side.check()


def test_client_orders_live_in_the_flow(desk: Desk) -> None:
    flow = SyntheticFlow(desk.market, 4, FlowParams(), desk.now_ms)
    for _ in range(200):
        desk.now_ms += 100
        flow.advance(desk.now_ms)
        best = desk.market.book.bids.best
        assert best is not None
        desk.place(price=str(desk.market.instrument.price(best)), qty="0.01")
        desk.exchange.check()
    makers = [fill for fill in desk.exchange.account.executions if fill.is_maker]
    assert makers


def test_a_quiet_book_is_static(desk: Desk) -> None:
    lay_quiet_book(desk.market)
    assert (desk.market.book.bids.best, desk.market.book.asks.best) == (860000, 860001)
    assert len(desk.market.book.bids) == 50


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"market": "wild"}, "market must be one of synthetic, quiet"),
        ({"speed": 0.0}, "speed"),
        ({"port": 70000}, "port"),
        ({"balances": {"USDT": Decimal(-1)}}, "balance of USDT"),
        ({"balances": {"USDT": Decimal("NaN")}}, "balance of USDT"),
        ({"host": "10.0.0.1"}, "--allow-remote"),
        ({"host": "example.org"}, "--allow-remote"),
        ({"api_key": ""}, "api_key"),
    ],
)
def test_wrong_configurations(fields: dict[str, object], text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        SimConfig(**fields)  # type: ignore[arg-type]  # wrong values are the point


def test_the_secret_is_not_shown() -> None:
    assert "sim-secret" not in repr(SimConfig())
