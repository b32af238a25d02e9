"""A smart limit outlives its node where the node's cache does: nothing is lost, and nothing is sent twice."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from nautilus_trader.config import CacheConfig, DatabaseConfig, StrategyConfig
from nautilus_trader.model.enums import OrderSide, OrderStatus
from nautilus_trader.model.identifiers import ClientOrderId, ExecAlgorithmId, PositionId
from nautilus_trader.model.objects import Quantity
from redis_server import redis_server
from trading import LINEAR, Recorder, trading, until

from nautilus_bybit_adapter import BybitPositionMode, SmartLimitExecAlgorithm, SmartLimitExecAlgorithmConfig
from nautilus_bybit_adapter.nt1.algo import Outcome
from nautilus_bybit_adapter.sim import SimConfig, SimVenue

PARENT = "O-SMART-1"


def smart_limit() -> SmartLimitExecAlgorithm:
    return SmartLimitExecAlgorithm(
        SmartLimitExecAlgorithmConfig(instrument_ids=[LINEAR], children_on_stop="keep")
    )


def trader() -> Recorder:
    return Recorder(StrategyConfig(external_order_claims=[LINEAR], order_id_tag="000"))


def smart(trader: Recorder, side: OrderSide, name: str = PARENT, **params: Any) -> Any:
    return trader.order_factory.market(
        LINEAR,
        side,
        Quantity.from_str("0.050"),
        exec_algorithm_id=ExecAlgorithmId("SMART_LIMIT"),
        exec_algorithm_params=params,
        client_order_id=ClientOrderId(name),
    )


def touch(venue: SimVenue) -> Decimal:
    market = venue.exchange.markets["linear", "BTCUSDT"]
    ticks = market.touch_price("Sell")
    assert ticks is not None
    return ticks * market.instrument.tick


@pytest.mark.parametrize("happens", ["nothing", "a fill"])
def test_a_node_that_starts_again_goes_on_where_the_last_one_stopped(tmp_path: Path, happens: str) -> None:
    async def first(venue: SimVenue, cache: CacheConfig) -> None:
        algorithm = smart_limit()
        async with trading(venue, trader(), cache=cache, algorithms=[algorithm]) as it:
            it.submit_order(smart(it, OrderSide.BUY, horizon_secs=3.0))
            await until(lambda: venue.exchange.open_orders, "a child at the venue")
            child = ClientOrderId(f"{PARENT}-E1")
            await until(lambda: it.cache.order(child).status == OrderStatus.ACCEPTED, "the child at work")
        assert algorithm.reports == {}

    async def second(venue: SimVenue, cache: CacheConfig) -> None:
        algorithm = smart_limit()
        async with trading(venue, trader(), cache=cache, algorithms=[algorithm]) as it:
            await until(lambda: ClientOrderId(PARENT) in algorithm.reports, "the report")
            report = algorithm.reports[ClientOrderId(PARENT)]
            assert report.outcome is Outcome.FILLED
            assert report.filled_qty == Quantity.from_str("0.050")
            assert report.arrival_mid is not None
            assert report.decision == "peg"
            assert it.cache.order(ClientOrderId(PARENT)).is_closed

    async def main(port: int) -> None:
        cache = CacheConfig(database=DatabaseConfig(host="127.0.0.1", port=port))
        async with SimVenue(SimConfig(market="quiet", seed=11, rate_limits=False)) as venue:
            await first(venue, cache)
            assert len(venue.exchange.open_orders) == 1
            if happens == "a fill":
                market, bid = venue.exchange.markets["linear", "BTCUSDT"], touch(venue)
                market.trade("Sell", bid, Decimal(1000))
                market.set_book([(bid, "50")], [(bid + Decimal("0.1"), "50")])
            await second(venue, cache)
            assert not venue.exchange.open_orders
            assert venue.exchange.account.position("BTCUSDT").size == Decimal("0.050")
            names = {row.order.link_id for row in venue.exchange.account.executions}
            assert names == {f"{PARENT}-E1" if happens == "a fill" else f"{PARENT}-E2"}

    with redis_server(tmp_path) as port:
        asyncio.run(main(port))


@pytest.mark.parametrize("urgency", ["passive", "now"])
def test_in_hedge_mode_a_parent_closes_the_leg_it_names(urgency: str) -> None:
    async def main() -> None:
        async with SimVenue(SimConfig(market="quiet", seed=11, rate_limits=False)) as venue:
            algorithm = smart_limit()
            options = {"position_mode": {"BTCUSDT": BybitPositionMode.BOTH_SIDES}}
            async with trading(venue, exec_options=options, algorithms=[algorithm]) as it:
                it.submit_order(it.order_factory.market(LINEAR, OrderSide.BUY, Quantity.from_str("0.050")))
                await until(it.cache.positions_open, "a long position")
                leg = PositionId(f"{LINEAR}-LONG")
                assert [position.id for position in it.cache.positions_open()] == [leg]
                it.submit_order(smart(it, OrderSide.SELL, horizon_secs=0.5, urgency=urgency), position_id=leg)
                await until(lambda: not it.cache.positions_open(), "the end of the position")
                assert len(it.cache.positions()) == 1

    asyncio.run(main())
