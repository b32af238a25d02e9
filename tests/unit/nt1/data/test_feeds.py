from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
import pytest
from bybit_rows import LINEAR_ROW
from nautilus_trader.model.instruments import CryptoPerpetual

from nautilus_bybit_adapter.errors import BybitDecodeError
from nautilus_bybit_adapter.nt1.data.feeds import OnFrame, OnMessage, OnStale, PublicFeeds
from nautilus_bybit_adapter.nt1.mapping.instruments import linear_instrument
from nautilus_bybit_adapter.nt1.streams import TradeStream
from nautilus_bybit_adapter.wire.enums import BybitProductType
from nautilus_bybit_adapter.wire.instruments import PriceFilter
from nautilus_bybit_adapter.wire.market import PublicTrade, TradesMessage
from nautilus_bybit_adapter.wire.messages import UnknownMessage

LINEAR = BybitProductType.LINEAR


class Socket:
    """Notes what is asked of it."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []

    async def connect(self) -> None:
        self.asked.append(("connect",))

    async def disconnect(self) -> None:
        self.asked.append(("disconnect",))

    def subscribe(self, *topics: str) -> None:
        self.asked.append(("subscribe", *topics))

    def unsubscribe(self, *topics: str) -> None:
        self.asked.append(("unsubscribe", *topics))

    def resubscribe(self, topic: str) -> None:
        self.asked.append(("resubscribe", topic))


class Stream:
    """Notes what reaches it, and cannot go on when told so."""

    def __init__(self) -> None:
        self.is_wanted = True
        self.is_well = True
        self.seen: list[Any] = []

    def on_message(self, message: Any, ts_init: int) -> bool:
        self.seen.append((message.topic, ts_init))
        return self.is_well

    def on_stale(self, ts: int) -> None:
        self.seen.append(("stale", ts))


class Log:
    def warning(self, text: str) -> None:
        assert text


class Desk:
    """Feeds on a socket and a clock that the test moves."""

    def __init__(self, loop: Any) -> None:
        self.socket = Socket()
        self.on_message: OnMessage = lambda _message, _ts: None
        self.on_stale: OnStale = lambda _topics: None
        self.feeds = PublicFeeds(self.build, loop, lambda: 77, Log())

    def build(
        self, category: BybitProductType, on_frame: OnFrame, on_message: OnMessage, on_stale: OnStale
    ) -> Socket:
        assert category is LINEAR
        assert on_frame(b'{"topic":"unknown"}', 1) is None
        self.on_message, self.on_stale = on_message, on_stale
        return self.socket


class Loop:
    """A loop's clock and its timers."""

    def __init__(self) -> None:
        self.now = 100.0
        self.timers: list[tuple[float, Callable[..., None], Iterable[Any]]] = []

    def time(self) -> float:
        return self.now

    def call_at(self, when: float, call: Callable[..., None], *args: Any) -> None:
        self.timers.append((when, call, args))


def test_a_topic_opens_with_its_first_and_closes_with_its_last_subscription() -> None:
    async def run() -> None:
        desk = Desk(Loop())
        stream = desk.feeds.stream(LINEAR, "t", Stream, Stream)
        assert desk.feeds.stream(LINEAR, "t", Stream, Stream) is stream
        await desk.feeds.open(LINEAR, "t")
        await desk.feeds.release(LINEAR, "t")
        assert desk.socket.asked == [("connect",), ("subscribe", "t")]
        stream.is_wanted = False
        await desk.feeds.release(LINEAR, "t")
        assert desk.socket.asked[2:] == [("unsubscribe", "t")]
        desk.on_message(UnknownMessage("t"), 1)
        assert stream.seen == []

    asyncio.run(run())


def test_only_the_topics_that_were_lost_become_stale() -> None:
    async def run() -> None:
        desk = Desk(Loop())
        streams = [desk.feeds.stream(LINEAR, name, Stream, Stream) for name in ("a", "b")]
        await desk.feeds.open(LINEAR, "a")
        desk.on_stale(("b", "gone"))
        assert [stream.seen for stream in streams] == [[], [("stale", 77)]]

    asyncio.run(run())


def test_a_topic_that_stays_broken_is_asked_for_at_intervals() -> None:
    async def run() -> None:
        loop = Loop()
        desk = Desk(loop)
        stream = desk.feeds.stream(LINEAR, "t", Stream, Stream)
        await desk.feeds.open(LINEAR, "t")
        stream.is_well = False
        for _ in range(5):
            desk.on_message(UnknownMessage("t"), 1)
        assert desk.socket.asked.count(("resubscribe", "t")) == 1
        ((when, call, args),) = loop.timers
        assert when == 101.0
        loop.now = when
        call(*args)
        assert desk.socket.asked.count(("resubscribe", "t")) == 2
        loop.now = 101.5
        desk.on_message(UnknownMessage("t"), 1)
        assert [timer[0] for timer in loop.timers] == [101.0, 102.0]
        loop.now = 104.0
        desk.on_message(UnknownMessage("t"), 1)
        assert desk.feeds.renewal_count == 3

    asyncio.run(run())


def test_a_renewal_that_waits_for_a_topic_that_is_gone_does_nothing() -> None:
    async def run() -> None:
        loop = Loop()
        desk = Desk(loop)
        stream = desk.feeds.stream(LINEAR, "t", Stream, Stream)
        await desk.feeds.open(LINEAR, "t")
        stream.is_well = False
        desk.on_message(UnknownMessage("t"), 1)
        desk.on_message(UnknownMessage("t"), 1)
        stream.is_wanted = False
        await desk.feeds.release(LINEAR, "t")
        ((_, call, args),) = loop.timers
        call(*args)
        assert desk.feeds.renewal_count == 1

    asyncio.run(run())


def test_an_instrument_that_was_read_again_reaches_its_streams(perpetual: CryptoPerpetual) -> None:
    desk = Desk(Loop())
    out: list[Any] = []
    desk.feeds.stream(LINEAR, "other", Stream, Stream)
    stream = desk.feeds.stream(LINEAR, "t", TradeStream, lambda: TradeStream(perpetual, out.append))
    finer = msgspec.structs.replace(LINEAR_ROW, price_filter=PriceFilter(tick_size="0.01"))
    other = msgspec.structs.replace(finer, symbol="ETHUSDT", base_coin="ETH")
    trades = TradesMessage("t", 6, [PublicTrade(T=5, s="BTCUSDT", S="Buy", v="1", p="100.25", i="1")])
    for row in (other, finer):
        with pytest.raises(BybitDecodeError, match="more than the 1 decimals"):
            stream.on_message(trades, 7)
        desk.feeds.on_instrument(linear_instrument(row, None, 1))
    stream.on_message(trades, 7)
    assert [str(tick.price) for tick in out] == ["100.25"]
