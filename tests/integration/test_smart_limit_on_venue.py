"""Smart limits on a live node while the venue misbehaves: what is executed and what is canceled is the parent."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from nautilus_trader.model.data import DataType
from nautilus_trader.model.enums import OrderSide
from nautilus_trader.model.identifiers import ExecAlgorithmId
from nautilus_trader.model.objects import Quantity
from nautilus_trader.model.orders import Order
from trading import LINEAR, Recorder, trading, until

from nautilus_bybit_adapter import SmartLimitExecAlgorithm, SmartLimitExecAlgorithmConfig, SmartLimitReport
from nautilus_bybit_adapter.nt1 import factories
from nautilus_bybit_adapter.nt1.algo import Outcome
from nautilus_bybit_adapter.sim import SimConfig, SimVenue
from nautilus_bybit_adapter.transport.options import SocketOptions

OPTIONS = {"ws_trade_timeout_secs": 0.3, "recv_window_ms": 1000}
PATIENCE_SECS = 30.0


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Notice a dead socket in a second instead of half a minute."""
    quick = partial(SocketOptions, ping_interval_secs=0.3, pong_timeout_secs=0.6, step_timeout_secs=2.0)
    monkeypatch.setattr(factories, "SocketOptions", quick)


def smart_limit() -> SmartLimitExecAlgorithm:
    config = SmartLimitExecAlgorithmConfig(instrument_ids=[LINEAR], book_timeout_secs=15.0)
    return SmartLimitExecAlgorithm(config)


def order(trader: Recorder, side: OrderSide, quantity: str, **params: Any) -> Order:
    parent = trader.order_factory.market(
        LINEAR,
        side,
        Quantity.from_str(quantity),
        exec_algorithm_id=ExecAlgorithmId("SMART_LIMIT"),
        exec_algorithm_params=params,
    )
    trader.submit_order(parent)
    return parent


def executed(venue: SimVenue, parent: Order) -> Decimal:
    """What the venue has executed of a parent and its children."""
    name = parent.client_order_id.value
    rows = [
        row
        for row in venue.exchange.account.executions
        if row.order.link_id == name or row.order.link_id.startswith(f"{name}-E")
    ]
    return sum((row.order.instrument.qty(row.lots) for row in rows), Decimal(0))


async def settled(venue: SimVenue, algorithm: SmartLimitExecAlgorithm, parents: list[Order]) -> None:
    """Wait until every parent is reported as the venue has executed it, and nothing is open there."""
    reports = algorithm.reports

    def is_settled(parent: Order) -> bool:
        report = reports.get(parent.client_order_id)
        return report is not None and report.filled_qty.as_decimal() == executed(venue, parent)

    for parent in parents:
        await until(partial(is_settled, parent), f"{parent!r} to end", PATIENCE_SECS)
    await until(lambda: not venue.exchange.open_orders, "an empty book of orders", PATIENCE_SECS)


def check(trader: Recorder, algorithm: SmartLimitExecAlgorithm, sizes: dict[Order, Decimal]) -> None:
    cache = trader.cache
    for parent, size in sizes.items():
        report = algorithm.reports[parent.client_order_id]
        children = cache.orders_for_exec_spawn(parent.client_order_id)
        filled = sum((each.filled_qty.as_decimal() for each in children), Decimal(0))
        assert report.filled_qty.as_decimal() == filled <= size
        assert report.quantity.as_decimal() == size
        assert parent.is_closed
        assert all(child.is_closed for child in children)
        is_sent_itself = parent.filled_qty.as_decimal() > 0
        if 0 < filled < size and not is_sent_itself:
            assert parent.quantity.as_decimal() == size - filled, "executed and canceled make the parent"
        assert report.outcome is not Outcome.FILLED or filled == size


async def rehearse(venue: SimVenue, words: tuple[str, ...]) -> None:
    algorithm = smart_limit()
    async with trading(venue, exec_options=OPTIONS, algorithms=[algorithm]) as trader:
        trader.subscribe_data(DataType(SmartLimitReport))
        for word in words:
            venue.faults.add(word)
        plans: list[tuple[OrderSide, str, dict[str, Any]]] = [
            (OrderSide.BUY, "0.050", {"horizon_secs": 1.0}),
            (OrderSide.SELL, "0.031", {"horizon_secs": 1.5, "slices": 3}),
            (OrderSide.BUY, "0.020", {"urgency": "now", "horizon_secs": 1.0}),
            (OrderSide.SELL, "0.040", {"urgency": "normal", "horizon_secs": 1.0}),
            (OrderSide.BUY, "0.500", {"horizon_secs": 30.0}),
        ]
        parents = []
        for side, quantity, params in plans:
            parents.append(order(trader, side, quantity, **params))
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.5)
        trader.cancel_order(parents[-1])
        await settled(venue, algorithm, parents)
        sizes = {each: Decimal(plan[1]) for each, plan in zip(parents, plans, strict=True)}
        check(trader, algorithm, sizes)
        venue.faults.clear()
        last = order(trader, OrderSide.BUY, "0.010", horizon_secs=0.5)
        await settled(venue, algorithm, [last])
        check(trader, algorithm, {last: Decimal("0.010")})
        assert algorithm.reports[last.client_order_id].outcome is Outcome.FILLED


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("duplicate:family=private", "reorder:family=private,probability=0.5"),
        ("lose:family=private,match=execution*",),
        ("lose:family=private,match=order*",),
        ("cut_after_taken:family=trade,count=2,after=1",),
        ("lose_ack:family=trade,count=4",),
        ("rate_limit:family=trade,probability=0.3",),
        ("corrupt:family=private,probability=0.3",),
    ],
    ids=lambda words: "+".join(word.partition(",")[0] for word in words) or "none",
)
def test_executed_and_canceled_make_the_parent_whatever_the_venue_does(words: tuple[str, ...]) -> None:
    async def main() -> None:
        async with SimVenue(SimConfig(seed=11, rate_limits=False)) as venue:
            await rehearse(venue, words)

    asyncio.run(main())
