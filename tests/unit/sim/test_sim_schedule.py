"""Which markets move, the price they share, and where index and mark come from."""

from __future__ import annotations

import math
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nautilus_bybit_adapter.sim import FlowParams, SimConfig, SimVenue
from nautilus_bybit_adapter.sim.clock import VirtualClock
from nautilus_bybit_adapter.sim.market.latent import MOST_STEPS, STEP_MS, CoinPrice
from nautilus_bybit_adapter.sim.market.options import OptionFlow
from nautilus_bybit_adapter.sim.market.schedule import AWAKE_MS

if TYPE_CHECKING:
    from tests.unit.sim.conftest import Desk

T0 = 1_750_000_000_000
BTC = ("linear", "BTCUSDT")
ORDER = {"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "orderType": "Market", "qty": "0.1"}


def moving(**fields: object) -> SimVenue:
    return SimVenue(SimConfig(**{"clock": VirtualClock(T0), **fields}))  # type: ignore[arg-type]  # a test's choice


def test_nothing_moves_but_one_quote_per_side_while_nobody_looks() -> None:
    venue = moving()
    assert venue._flows.awake() == []
    for market in venue.exchange.markets.values():
        levels = 50 if market.gathers else 1  # what an auction gathers is not a quote
        assert (len(market.book.bids), len(market.book.asks)) == (levels, levels)
    first = venue.exchange.markets[BTC].book.bids.best
    venue.step(20_000)
    assert venue.exchange.markets[BTC].book.bids.best != first
    assert venue._flows.awake() == []


def test_a_request_lays_the_whole_book_and_a_minute_later_it_rests() -> None:
    venue = moving()
    market = venue.exchange.market({"category": "linear", "symbol": "BTCUSDT"})
    assert len(market.book.bids) >= 200
    assert venue._flows.awake() == [BTC]
    venue.step(AWAKE_MS - 1000)
    assert venue._flows.awake() == [BTC]
    venue.step(3000)
    assert venue._flows.awake() == []
    assert len(market.book.bids) == 1
    assert abs(market.last_ticks / market.mark_ticks - 1) < 0.001


def test_a_watched_market_and_one_with_orders_never_rest() -> None:
    venue = moving()
    venue.exchange.markets["spot", "ETHUSDT"].watchers += 1
    venue.exchange.markets["spot", "ETHUSDT"].asked()
    assert venue.exchange.place(ORDER).status == "Filled"
    venue.step(AWAKE_MS + 5000)
    assert sorted(venue._flows.awake()) == [BTC, ("spot", "ETHUSDT")]


def test_markets_of_one_coin_stay_together() -> None:
    venue = moving(seed=3)
    keys = [BTC, ("spot", "BTCUSDT"), ("inverse", "BTCUSD"), ("linear", "BTCPERP")]
    for category, symbol in keys:
        venue.exchange.market({"category": category, "symbol": symbol})
    venue.step(30_000)
    markets = [venue.exchange.markets[key] for key in keys]
    marks = [market.mark for market in markets]
    assert max(marks) / min(marks) - 1 < Decimal("0.001")
    for market in markets:
        assert abs(market.mark / market.index - 1) < Decimal("0.001")
        assert market.reference.premium_ticks != 0
        high, low = market.band()
        assert low < market.mark_ticks < high
    assert any(market.mark != market.index for market in markets)
    option = next(m for key, m in venue.exchange.markets.items() if key[0] == "option" and "BTC" in key[1])
    assert option.index == markets[0].index


def test_a_dated_future_keeps_its_distance_to_the_index() -> None:
    venue = moving()
    key = next(key for key in venue.exchange.markets if key[1].startswith("BTCUSDT-") and "DEC" not in key[1])
    market = venue.exchange.market({"category": key[0], "symbol": key[1]})
    venue.step(10_000)
    assert Decimal("0.001") < market.mark / market.index - 1 < Decimal("0.01")


def test_the_path_of_a_coin_does_not_depend_on_who_asks_when() -> None:
    often, seldom = (CoinPrice(1, "BTC", FlowParams(), T0) for _ in range(2))
    for ms in range(0, 10_000, 7):
        often.at(T0 + ms)
    for ms in range(0, 10_000, 1900):
        seldom.at(T0 + ms)
    assert often.at(T0 + 9500) == seldom.at(T0 + 9500)
    assert often.at(T0 + 9400) == seldom.at(T0 + 9400)
    leap = seldom.at(T0 + 10_000 + 2 * STEP_MS * MOST_STEPS)
    assert leap.price != 1


def test_bursts_raise_the_volatility_and_end() -> None:
    params = FlowParams(burst_every_s=2.0, burst_s=2.0, burst_volatility=10.0)
    coin = CoinPrice(5, "BTC", params, T0)
    moves: dict[bool, list[float]] = {True: [], False: []}
    last = coin.at(T0)
    for step in range(1, 20_000):
        now = coin.at(T0 + step * STEP_MS)
        moves[now.is_burst].append(math.log(now.price / last.price))
        last = now
    spread = {kind: math.sqrt(sum(x * x for x in found) / len(found)) for kind, found in moves.items()}
    assert len(moves[True]) > 4000
    assert len(moves[False]) > 4000
    assert 9 < spread[True] / spread[False] < 11
    per_step = params.volatility_bps / 10_000 * math.sqrt(STEP_MS / 1000)
    assert spread[False] == pytest.approx(per_step, rel=0.05)


def test_option_quotes_stand_around_the_model_and_a_few_trade(desk: Desk) -> None:
    for market in [m for key, m in desk.exchange.markets.items() if key[0] == "option"]:
        flow = OptionFlow(market, 1, FlowParams(option_trades_per_s=0.5), desk.now_ms)
        for _ in range(120):
            desk.now_ms += 250
            flow.advance(desk.now_ms)
            bid, ask = market.book.bids.best, market.book.asks.best
            assert ask is not None
            assert bid is None or bid < ask
            assert (bid or 0) * market.instrument.tick <= market.mark <= ask * market.instrument.tick
        assert 2 < len(market.tape) < 60


@pytest.mark.parametrize("field", ["adds_per_s", "levels", "option_spread_vol"])
@pytest.mark.parametrize("value", [-1, float("nan"), float("inf")])
def test_impossible_flow_figures(field: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"{field} must be a number of at least"):
        FlowParams(**{field: value})  # type: ignore[arg-type]  # a wrong value is the point


def test_a_restarted_venue_goes_on_at_its_prices(tmp_path: Path) -> None:
    venue = moving(state=tmp_path / "venue.db")
    venue.exchange.place(ORDER)
    venue.exchange.place(ORDER | {"orderType": "Limit", "price": "80000", "qty": "1"})
    venue.step(15_000)
    before = venue.exchange.markets[BTC]
    index, balances = before.index, dict(venue.exchange.account.balances)
    assert venue._journal is not None
    venue._journal.commit()
    venue._journal.abandon()
    again = moving(state=tmp_path / "venue.db")
    market = again.exchange.markets[BTC]
    assert again.exchange.account.balances == balances
    assert market.index == index != Decimal(86000)
    assert market.book.bids.top(5) == before.book.bids.top(5)
    again.step(5_000)
    assert BTC in again._flows.awake()
    assert abs(market.index / index - 1) < Decimal("0.002")
    assert len(again.exchange.register.open_orders) == 1
    again.exchange.check()
    again._journal.abandon() if again._journal is not None else None
