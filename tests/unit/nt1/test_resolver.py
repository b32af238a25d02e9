from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest
from nautilus_trader.model.identifiers import InstrumentId

from nautilus_bybit_adapter.nt1.execution import resolver
from nautilus_bybit_adapter.nt1.execution.resolver import OutcomeResolver
from nautilus_bybit_adapter.state.order_events import Accepted, OrderEvent, Phase
from nautilus_bybit_adapter.state.orders import OrderLifecycles
from nautilus_bybit_adapter.wire.orders import BybitExecution, BybitOrder

LINEAR = InstrumentId.from_str("BTCUSDT-LINEAR.BYBIT")


class EmptyVenue:
    """A venue that has no such order, and moves the time on with each question."""

    def __init__(self) -> None:
        self.now_ms = 1_000_000
        self.asked = 0
        self.asked_often = asyncio.Event()

    async def order(self, *_: object) -> BybitOrder | None:
        self.asked += 1
        self.now_ms += 4_000
        if self.asked >= 20:
            self.asked_often.set()
        return None

    async def executions_of(self, *_: object) -> list[BybitExecution]:
        return []


def test_an_order_that_still_waits_to_be_sent_is_not_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolver, "FIRST_DELAY_SECS", 0.0)

    async def scenario() -> None:
        venue, published = EmptyVenue(), list[OrderEvent]()
        lifecycles = OrderLifecycles()
        lifecycles.on_submitted("O-1", Decimal(1), Decimal(1), submitted_ms=venue.now_ms)
        asks = OutcomeResolver(
            lifecycles, venue, published.extend, lambda: venue.now_ms, 5_000, lambda _: None
        )
        with asks.sending("O-1"):
            inquiry = asyncio.ensure_future(asks.resolve(LINEAR, "O-1"))
            await venue.asked_often.wait()
            assert not published
            sent_ms = venue.now_ms
        assert not await inquiry
        # The request may have left in the last moment: its whole receive window passes before.
        assert venue.now_ms - sent_ms >= 7_000
        record = lifecycles.record("O-1")
        assert record is None or record.phase is Phase.CLOSED

    asyncio.run(scenario())


class LateVenue(EmptyVenue):
    """A venue whose first answer is made before the order arrives and comes long after."""

    async def order(self, *_: object) -> BybitOrder | None:
        self.asked += 1
        if self.asked == 1:
            self.now_ms += 60_000
            return None
        return BybitOrder(
            symbol="BTCUSDT", order_id="v-1", order_link_id="O-1", order_status="New", side="Buy",
            order_type="Limit", qty="1", price="1", created_time=str(self.now_ms), updated_time=str(self.now_ms),
        )  # fmt: skip


def test_an_answer_that_comes_late_gives_no_order_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is decided is how long after the request the venue was asked, however long its answer took."""
    monkeypatch.setattr(resolver, "FIRST_DELAY_SECS", 0.0)

    async def scenario() -> None:
        venue, published = LateVenue(), list[OrderEvent]()
        lifecycles = OrderLifecycles()
        lifecycles.on_submitted("O-1", Decimal(1), Decimal(1), submitted_ms=venue.now_ms)
        asks = OutcomeResolver(
            lifecycles, venue, published.extend, lambda: venue.now_ms, 5_000, lambda _: None
        )
        assert await asks.resolve(LINEAR, "O-1")
        assert [type(event) for event in published] == [Accepted]

    asyncio.run(scenario())


class SlowVenue(EmptyVenue):
    """A venue that answers when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.may_answer = asyncio.Event()

    async def order(self, *ids: object) -> BybitOrder | None:
        self.asked += 1
        if self.asked == resolver.ASKED_AT_ONCE:
            self.asked_often.set()
        await self.may_answer.wait()
        return order_row(str(ids[1]))


def order_row(link_id: str) -> BybitOrder:
    return BybitOrder(
        symbol="BTCUSDT", order_id=f"v-{link_id}", order_link_id=link_id, order_status="Cancelled", side="Buy",
        order_type="Limit", qty="1", price="1", created_time="1000000", updated_time="1000001",
    )  # fmt: skip


def test_of_many_orders_those_that_are_told_of_meanwhile_are_not_asked_for() -> None:
    async def scenario() -> None:
        venue, published = SlowVenue(), list[OrderEvent]()
        lifecycles = OrderLifecycles()
        asks = OutcomeResolver(
            lifecycles, venue, published.extend, lambda: venue.now_ms, 5_000, lambda _: None
        )
        names = [f"O-{number}" for number in range(600)]
        for name in names:
            lifecycles.on_submitted(name, Decimal(1), Decimal(1), submitted_ms=venue.now_ms)
        inquiries = [asyncio.ensure_future(asks.resolve(LINEAR, name)) for name in names]
        await venue.asked_often.wait()
        for name in names[:-1]:
            lifecycles.on_order(order_row(name))
        venue.may_answer.set()
        assert not any(await asyncio.gather(*inquiries))
        # The last one was not told of.
        assert venue.asked == resolver.ASKED_AT_ONCE + 1
        assert all(record.phase is Phase.CLOSED for name in names if (record := lifecycles.record(name)))

    asyncio.run(scenario())


def test_an_order_that_had_ended_when_it_was_asked_for_is_asked_for() -> None:
    """What made one ask may be that its end was not all of it."""

    async def scenario() -> None:
        venue, published = SlowVenue(), list[OrderEvent]()
        venue.may_answer.set()
        lifecycles = OrderLifecycles()
        lifecycles.on_submitted("O-1", Decimal(1), Decimal(1), submitted_ms=venue.now_ms)
        lifecycles.on_order(order_row("O-1"))
        asks = OutcomeResolver(
            lifecycles, venue, published.extend, lambda: venue.now_ms, 5_000, lambda _: None
        )
        assert not await asks.resolve(LINEAR, "O-1")
        assert venue.asked == 1

    asyncio.run(scenario())
