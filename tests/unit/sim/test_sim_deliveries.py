"""Deliveries by the clock: what is settled, withdrawn, closed and listed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from nautilus_bybit_adapter.sim import SimConfig, SimVenue, VenueError
from nautilus_bybit_adapter.sim.clock import VirtualClock
from nautilus_bybit_adapter.sim.exchange.deliveries import CLOSED_AFTER_MS
from nautilus_bybit_adapter.sim.exchange.exchange import ExchangeConfig
from nautilus_bybit_adapter.sim.exchange.generated import generated_catalogue
from nautilus_bybit_adapter.sim.exchange.index_average import IndexAverage
from nautilus_bybit_adapter.sim.exchange.instruments import default_catalogue
from nautilus_bybit_adapter.sim.server import asset_api, facts_api, market_api
from tests.unit.sim.conftest import START_MS, Desk

if TYPE_CHECKING:
    from nautilus_bybit_adapter.sim.exchange.floor import TradedMarket

MARKET = {"orderType": "Market"}
WEEK_MS = 7 * 86_400_000
D = Decimal


def dated_desk() -> Desk:
    desk = Desk(
        ExchangeConfig(instruments=default_catalogue(START_MS), balances={"USDT": D(10**6), "BTC": D(5)})
    )
    for market in desk.exchange.markets.values():
        ticks = market.start_ticks
        market.set_levels({ticks: 10**6}, {ticks + 1: 10**6}, replace=True)
    desk.told.clear()
    return desk


def first(desk: Desk, category: str, contract: str = "") -> TradedMarket:
    """Return the contract of a category that is delivered first."""
    dated = [
        m
        for key, m in desk.exchange.markets.items()
        if key[0] == category and m.instrument.delivery_ms and contract in {"", m.instrument.contract}
    ]
    return min(dated, key=lambda m: m.instrument.delivery_ms)


def at(desk: Desk, now_ms: int) -> None:
    desk.now_ms = now_ms
    desk.exchange.advance(now_ms)


def request(market: TradedMarket, **fields: Any) -> dict[str, Any]:
    it = market.instrument
    qty = f"{(it.min_qty * 10).normalize():f}"
    link = {"orderLinkId": f"{it.symbol[-10:]}{len(fields)}"} if it.is_option else {}
    return {"category": it.category, "symbol": it.symbol, "qty": qty, **link, **fields}


@pytest.mark.parametrize(
    ("category", "contract", "exec_type", "cancel_type"),
    [
        ("linear", "", "Delivery", "CancelBySettle"),
        ("inverse", "", "Settle", "CancelBySettle"),
        ("option", "Call", "Delivery", "CancelByDelivery"),
        ("option", "Put", "Delivery", "CancelByDelivery"),
    ],
)
def test_a_contract_is_delivered_at_its_time(
    category: str, contract: str, exec_type: str, cancel_type: str
) -> None:
    desk = dated_desk()
    market = first(desk, category, contract)
    it = market.instrument
    desk.place(**request(market, **MARKET))
    low = it.price(max(1, market.start_ticks - market.start_ticks // 10))
    resting = desk.place(**request(market, price=str(low), side="Buy"))
    at(desk, it.delivery_ms - 1)
    assert (market.status, resting.is_open) == ("Trading", True)
    desk.told.clear()
    at(desk, it.delivery_ms + 8)
    slot = desk.exchange.account.position(it.symbol)
    assert not slot.size
    rows = [row for row in desk.rows("execution") if row["symbol"] == it.symbol]
    assert [row["execType"] for row in rows] == [exec_type]
    assert resting.cancel_type == cancel_type
    assert desk.exchange.account.ledger[-1].kind in {"DELIVERY", "TRADE"}
    assert [e.kind for e in desk.exchange.account.ledger if e.execution is not None][-1] == "DELIVERY"
    assert market.status == "Delivering"
    assert market.touch_price("Buy") is None
    assert market.touch_price("Sell") is None
    listed = {"category": category, "symbol": it.symbol, "baseCoin": it.base}
    assert (
        market_api.instruments(desk.exchange, listed | {"status": "Delivering"})["list"][0]["status"]
        == "Delivering"
    )
    with pytest.raises(VenueError) as refused:
        desk.place(**request(market, **MARKET, side="Sell"))
    assert refused.value.ret_code == 110074
    at(desk, it.delivery_ms + CLOSED_AFTER_MS)
    assert market.status == "Closed"
    assert market_api.instruments(desk.exchange, listed)["list"] == []
    prices = facts_api.delivery_price(desk.exchange, {"category": category, "symbol": it.symbol})["list"]
    assert [price["deliveryTime"] for price in prices] == [str(it.delivery_ms)]
    records = asset_api.deliveries(desk.exchange, {"category": category})["list"]
    assert [record["symbol"] for record in records] == [it.symbol]
    desk.exchange.check()


def test_what_takes_the_place_of_a_delivered_contract() -> None:
    desk = dated_desk()
    before = set(desk.exchange.markets)
    delivered = first(desk, "linear")
    it = delivered.instrument
    at(desk, it.delivery_ms)
    new = {key: desk.exchange.markets[key].instrument for key in desk.exchange.markets.keys() - before}
    gone = [m.instrument for m in desk.exchange.markets.values() if m.status == "Delivering"]
    assert sorted(key[0] for key in new) == sorted(g.category for g in gone)
    (future,) = [each for each in new.values() if each.category == "linear" and each.base == "BTC"]
    assert future.delivery_ms == it.delivery_ms + WEEK_MS
    assert (future.contract, future.tick, future.settle) == (it.contract, it.tick, it.settle)
    market = desk.exchange.markets[future.key]
    assert market.underlying is delivered.underlying
    market.set_levels({market.start_ticks: 10**6}, {market.start_ticks + 1: 10**6})
    desk.place(**request(market, **MARKET))
    assert desk.exchange.account.position(future.symbol).size
    assert {m.instrument.symbol_id for m in desk.exchange.markets.values()}
    option = next(each for each in new.values() if each.category == "option" and each.base == "BTC")
    assert option.strike % 500 == 0
    assert abs(option.strike / market.index - 1) < D("0.15")
    assert str(int(option.strike)) in option.symbol
    desk.exchange.check()


def test_a_clock_that_leaps_delivers_everything_on_its_way() -> None:
    desk = dated_desk()
    at(desk, START_MS + 40 * WEEK_MS)
    at(desk, START_MS + 40 * WEEK_MS + 2 * CLOSED_AFTER_MS)
    late = [m for m in desk.exchange.markets.values() if 0 < m.instrument.delivery_ms <= desk.now_ms]
    assert {m.status for m in late} == {"Closed"}
    assert any(m.instrument.delivery_ms > desk.now_ms for m in desk.exchange.markets.values())
    desk.exchange.check()


def test_generated_options_have_a_successor() -> None:
    made = [it for it in generated_catalogue(120, START_MS).instruments if it.symbol.startswith("GEN")]
    options = [it for it in made if it.category == "option"]
    assert options
    for it in options:
        assert it.listing.series is not None
        assert it.symbol.startswith(it.base)


def test_a_contract_of_a_fixed_day_has_no_successor() -> None:
    desk = dated_desk()
    instruments = tuple(
        it for it in default_catalogue(START_MS) if it.category == "linear" and not it.delivery_ms
    )
    fixed = first(desk, "linear").instrument
    bare = Desk(ExchangeConfig(instruments=(*instruments, without_series(fixed))))
    at(bare, fixed.delivery_ms)
    assert len(bare.exchange.markets) == len(instruments) + 1
    assert bare.exchange.markets[fixed.key].status == "Delivering"


def without_series(it: Any) -> Any:
    return replace(it, listing=replace(it.listing, series=None))


def test_the_new_contract_moves_like_the_others() -> None:
    clock = VirtualClock()
    venue = SimVenue(SimConfig(seed=3, clock=clock))
    desk_markets = venue.exchange.markets
    before = set(desk_markets)
    due = min(m.instrument.delivery_ms for m in desk_markets.values() if m.instrument.delivery_ms)
    venue.clock.ahead_ms += due - clock() - 20
    for _ in range(20):
        venue.step(10)
    new = desk_markets.keys() - before
    assert new
    for key in new:
        market = desk_markets[key]
        assert market.touch_price("Buy") is not None
        assert market.touch_price("Sell") is not None
        market.asked()
    venue.step(500)
    venue.exchange.check()
    for market in desk_markets.values():
        if market.status in {"Delivering", "Closed"}:
            market.asked()
            assert market.touch_price("Buy") is None


def test_the_price_of_a_contract_listed_later_goes_on_where_the_coin_is() -> None:
    clock = VirtualClock()
    venue = SimVenue(SimConfig(seed=3, clock=clock))
    markets = venue.exchange.markets
    perpetual = markets["linear", "BTCUSDT"]
    before = set(markets)
    due = min(m.instrument.delivery_ms for m in markets.values() if m.instrument.delivery_ms)
    # A leap of days, so that the price is far from where the venue started.
    venue.clock.ahead_ms += due - clock() - 20
    perpetual.asked()
    for _ in range(10):
        venue.step(500)
    moved = abs(perpetual.index / perpetual.instrument.index_price - 1)
    assert moved > D("0.002")
    (future,) = (markets[key] for key in markets.keys() - before if key[0] == "linear" and "BTC" in key[1])
    for _ in range(10):
        future.asked()
        perpetual.asked()
        venue.step(500)
        assert abs(future.mark / perpetual.mark - 1) < moved / 2
        assert abs(future.instrument.price(future.last_ticks) / perpetual.mark - 1) < moved / 2


def test_an_index_is_averaged_by_time_over_half_an_hour() -> None:
    average = IndexAverage()
    assert average.at(0) is None
    average.note(100.0, 0)
    assert average.at(60_000) == 100
    average.note(400.0, 20 * 60_000)
    assert average.at(30 * 60_000) == pytest.approx(200)
    assert average.at(40 * 60_000) == pytest.approx(300)
    assert average.at(500 * 60_000) == pytest.approx(400)
    average.note(100.0, 500 * 60_000 + 500)
    assert average.at(500 * 60_000 + 1_000) == pytest.approx(400, rel=1e-3)


def test_a_delivery_takes_place_at_the_average_of_the_index() -> None:
    desk = dated_desk()
    perpetual = desk.exchange.markets["linear", "BTCUSDT"]
    future = next(
        m for m in desk.exchange.markets.values() if m.underlying is perpetual and not m.instrument.is_option
    )
    perpetual.follow_index(860_000.0)
    desk.now_ms += 15 * 60_000
    perpetual.follow_index(900_000.0)
    desk.now_ms += 15 * 60_000
    desk.exchange.deliver(future.instrument.symbol)
    assert future.index == 90_000
    assert desk.exchange.delivered[future.instrument.key].price == 88_000
