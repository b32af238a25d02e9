"""Many orders in a row: each is filled once, the venue's limits are kept, and nothing in the client grows with them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator, Mapping
from types import MethodType
from typing import Any

import pytest
from nautilus_trader.model.enums import OrderSide
from nautilus_trader.model.events import OrderFilled, OrderRejected
from nautilus_trader.model.identifiers import ClientId
from nautilus_trader.model.objects import Quantity
from rest_clients import reads_of
from trading import LINEAR, Recorder, trading, until

from nautilus_bybit_adapter import BYBIT
from nautilus_bybit_adapter.nt1.execution import desk
from nautilus_bybit_adapter.sim import SimConfig, SimVenue
from nautilus_bybit_adapter.state import legs, order_records, trade_ids

OWN = "nautilus_bybit_adapter."
CONTAINERS = (Mapping, list, set, frozenset, deque)
REMEMBERED, ROUND = 10, 20
QUANTITY = Quantity.from_str("0.010")


def kept_by(client: object) -> dict[str, int]:
    """Return how many items each container holds that the package's objects keep, by its place."""
    sizes: dict[str, int] = {}
    seen: set[int] = set()
    waiting: list[tuple[str, Any]] = [("client", client)]
    while waiting:
        place, each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        if isinstance(each, CONTAINERS):
            sizes[place] = len(each)
        else:
            waiting.extend((f"{place}.{name}", value) for name, value in _attributes(each))
    return sizes


def _attributes(each: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(each, MethodType):
        yield "self", each.__self__
    if not type(each).__module__.startswith(OWN):
        return
    yield from getattr(each, "__dict__", {}).items()
    for base in type(each).__mro__:
        for name in getattr(base, "__slots__", ()):
            if hasattr(each, name):
                yield name, getattr(each, name)


async def trade(trader: Recorder, count: int) -> None:
    """Send orders as fast as they can be made, and wait until all are filled."""
    wanted = len(trader.of(OrderFilled)) + count
    for number in range(count):
        side = OrderSide.SELL if number % 2 else OrderSide.BUY
        trader.submit_order(trader.order_factory.market(LINEAR, side, QUANTITY))
    await trader.until(lambda: len(trader.of(OrderFilled)) >= wanted, f"{wanted} fills")
    await trader.until(lambda: not trader.cache.orders_inflight(), "the answers")


def test_nothing_is_missed_and_nothing_grows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order_records, "REMEMBERED_CLOSED_ORDERS", REMEMBERED)
    monkeypatch.setattr(trade_ids, "REMEMBERED_FILLS", REMEMBERED)
    monkeypatch.setattr(legs, "REMEMBERED_ORDERS", REMEMBERED)

    async def scenario() -> None:
        async with SimVenue(SimConfig(market="quiet")) as venue:
            patience = {"order_wait_secs": 30.0, "recv_window_ms": 30_000}
            async with trading(venue, exec_options=patience) as trader:
                assert trader.node is not None
                client = trader.node.kernel.exec_engine._clients[ClientId(BYBIT)]
                await trade(trader, ROUND)
                before = kept_by(client)
                await trade(trader, ROUND)
                after = kept_by(client)
                # A task or a frame may be under way when it is looked at.
                assert {place: size for place, size in after.items() if size > before.get(place, 0) + 2} == {}
                fills = trader.of(OrderFilled)
                assert len({event.trade_id for event in fills}) == len(fills) == 2 * ROUND
                assert len(venue.exchange.account.executions) == 2 * ROUND
                assert not trader.of(OrderRejected)

    asyncio.run(scenario())


def test_fills_are_compared_before_any_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is read again after it was forgotten would be booked twice."""
    monkeypatch.setattr(desk, "REMEMBERED_FILLS", 2 * ROUND)
    monkeypatch.setattr(desk, "LOOK_SECS", 0.05)

    async def scenario() -> None:
        async with SimVenue(SimConfig(market="quiet")) as venue:
            options = {"compare_interval_secs": None, "order_wait_secs": 30.0, "recv_window_ms": 30_000}
            async with trading(venue, exec_options=options) as trader:
                assert trader.node is not None
                client = trader.node.kernel.exec_engine._clients[ClientId(BYBIT)]
                reads = reads_of(client._http)
                # The venue takes ten a second, so that there are many looks, each of which finds too few.
                await trade(trader, ROUND - 1)
                assert not reads
                await trade(trader, 1)
                await until(lambda: any(read["path"] == "/v5/execution/list" for read in reads), "a reading")
                assert len(trader.of(OrderFilled)) == ROUND

    asyncio.run(scenario())
