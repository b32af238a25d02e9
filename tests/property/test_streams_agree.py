"""Whatever comes in whatever order, the stream in C++ and the stream in Python publish the same.

A book that the framework keeps from what is published is the book of a reference kept by hand, or empty.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from bybit_rows import LINEAR_ROW
from hypothesis import given
from hypothesis import strategies as st
from nautilus_trader.core.data import Data
from nautilus_trader.model.book import OrderBook
from nautilus_trader.model.data import OrderBookDeltas, OrderBookDepth10, QuoteTick
from nautilus_trader.model.enums import BookType
from nautilus_trader.model.instruments import Instrument

from nautilus_bybit_adapter._ext import FrameDispatcher
from nautilus_bybit_adapter.errors import BybitDecodeError
from nautilus_bybit_adapter.nt1 import native
from nautilus_bybit_adapter.nt1.custom_data import BybitBookStatus
from nautilus_bybit_adapter.nt1.mapping.instruments import linear_instrument
from nautilus_bybit_adapter.nt1.streams import BookStream, NativeBookStream
from nautilus_bybit_adapter.wire.codec import decode_public
from nautilus_bybit_adapter.wire.control import ControlMessage

INSTRUMENT: Instrument = linear_instrument(LINEAR_ROW, None, 1)

# Prices so close together that books cross now and then.
PRICE = st.integers(1, 12)
SIZE = st.sampled_from(["0", "0", "1", "2.5", "7.125"])
ODD: st.SearchStrategy[Any] = st.sampled_from(
    [["6.00", "1.0001"], ["-", "1"], ["6.001", "1"], [6, 1], [5.5, 2], ["6", "1e0"], ["6"]]
)


@st.composite
def steps(draw: st.DrawFn) -> list[tuple[str, Any]]:
    """Return what happens to a topic: mostly frames that follow, and all that can go wrong."""
    done: list[tuple[str, Any]] = []
    update = 10
    for _ in range(draw(st.integers(1, 14))):
        what = draw(st.sampled_from(["delta"] * 8 + ["snapshot"] * 3 + ["repeat", "gap", "old", "one"]))
        what = draw(st.sampled_from([what] * 14 + ["stale", "await", "broken"])) if done else "snapshot"
        if what in {"stale", "await", "broken"}:
            done.append((what, None))
            continue
        update = {"gap": update + 3, "old": update - 2, "repeat": update, "one": 1}.get(what, update + 1)
        low, high = st.integers(1, 7), st.integers(6, 12)
        bids, asks = (
            [[f"{price}.0", size] for price, size in draw(st.lists(st.tuples(side, SIZE), max_size=4))]
            for side in (low, high)
        )
        if draw(st.integers(0, 19)) == 0:
            bids.append(draw(ODD))
        kind = "snapshot" if what in {"snapshot", "repeat"} else "delta"
        done.append((kind, {"s": "BTCUSDT", "b": bids, "a": asks, "u": update, "seq": update}))
    return done


class Topic:
    """A stream as the socket and the feeds drive it."""

    def __init__(self, depth: int, *, in_cpp: bool) -> None:
        self.name = f"orderbook.{depth}.BTCUSDT"
        self.seen: list[Any] = []
        self.taken = 0
        self._dispatcher = FrameDispatcher()
        if in_cpp:
            types = native.proved_types()
            assert types is not None
            stream = NativeBookStream(types, INSTRUMENT, self.name, depth, self.publish, self.tell)
            self._dispatcher.add(stream.feed)
            self.stream: BookStream = stream
        else:
            self.stream = BookStream(INSTRUMENT, depth, self.publish, self.tell)
        self.stream.deltas_wanted = True
        self.stream.depths_wanted = True
        self.stream.quotes_wanted = depth == 1

    def publish(self, item: Data) -> None:
        if isinstance(item, OrderBookDepth10):
            levels = [
                [(order.price, order.size) for order in side if order.size] for side in (item.bids, item.asks)
            ]
            self.seen.append((levels, item.sequence, item.ts_event, item.ts_init))
        else:
            self.seen.append(item)

    def tell(self, status: BybitBookStatus) -> None:
        self.seen.append(
            (status.status, status.reason, status.gap_count, status.crossed_count, status.unreadable_count)
        )

    def take(self, raw: bytes, ts_init: int) -> None:
        if self._dispatcher.on_frame(raw, ts_init) is not None:
            self.taken += 1
            return
        try:
            message = decode_public(raw, "linear")
        except BybitDecodeError:
            self.seen.append("undecodable")
            return
        assert not isinstance(message, ControlMessage)
        self.seen.append(("goes on", self.stream.on_message(message, ts_init)))
        if self.seen[-1] == ("goes on", True):
            self.seen.pop()

    def do(self, what: str, data: Any, at: int) -> None:
        if what == "stale":
            self.stream.on_stale(at)
        elif what == "await":
            self.stream.await_snapshot()
        elif what == "broken":
            self.take(b'{"topic":"' + self.name.encode() + b'","type":"delta","data":{"u":12,', at)
        else:
            frame = {"topic": self.name, "type": what, "ts": at, "data": data, "cts": at}
            self.take(json.dumps(frame).encode(), at)


@given(happened=steps(), depth=st.sampled_from([1, 50, 50]))
def test_both_streams_publish_the_same(happened: list[tuple[str, Any]], depth: int) -> None:
    cpp, python = Topic(depth, in_cpp=True), Topic(depth, in_cpp=False)
    for at, (what, data) in enumerate(happened, start=1):
        cpp.do(what, data, at)
        python.do(what, data, at)
        assert cpp.seen == python.seen
    assert python.taken == 0


def test_plain_frames_never_leave_cpp() -> None:
    cpp = Topic(50, in_cpp=True)
    data = {"s": "BTCUSDT", "b": [["5", "1"]], "a": [["6", "1"]], "u": 3, "seq": 3}
    cpp.do("snapshot", data, 1)
    cpp.do("delta", data | {"u": 4, "a": []}, 2)
    cpp.do("delta", data | {"u": 6}, 3)
    assert cpp.taken == 2
    assert [what for what in cpp.seen if isinstance(what, tuple) and what[0] == "STALE"] == [
        ("STALE", "gap", 1, 0, 0)
    ]


@given(happened=steps())
def test_the_framework_keeps_the_reference_book(happened: list[tuple[str, Any]]) -> None:
    topic = Topic(50, in_cpp=True)
    book = OrderBook(INSTRUMENT.id, BookType.L2_MBP)
    reference: tuple[dict[Decimal, Decimal], dict[Decimal, Decimal]] = ({}, {})
    for at, (what, data) in enumerate(happened, start=1):
        topic.seen.clear()
        topic.do(what, data, at)
        for item in topic.seen:
            if isinstance(item, OrderBookDeltas):
                book.apply_deltas(item)
                assert book.best_bid_price() is None or book.spread() is None or book.spread() > 0
        if data is not None and any(
            isinstance(item, OrderBookDeltas) and item.ts_event == at * 10**6 for item in topic.seen
        ):
            for side, rows in zip(reference, (data["b"], data["a"]), strict=True):
                if what == "snapshot" or data["u"] == 1:
                    side.clear()
                side.update({Decimal(str(row[0])): Decimal(str(row[1])) for row in rows})
        elif any(isinstance(item, OrderBookDeltas) for item in topic.seen):
            for side in reference:
                side.clear()
        kept = [
            {level.price.as_decimal(): Decimal(str(level.size())) for level in side}
            for side in (book.bids(), book.asks())
        ]
        assert kept == [{price: size for price, size in side.items() if size} for side in reference]


@given(happened=steps())
def test_quotes_are_the_touch_of_a_snapshot(happened: list[tuple[str, Any]]) -> None:
    for in_cpp in (True, False):
        topic = Topic(1, in_cpp=in_cpp)
        for at, (what, data) in enumerate(happened, start=1):
            topic.seen.clear()
            topic.do(what, data, at)
            quotes = [item for item in topic.seen if isinstance(item, QuoteTick)]
            if not quotes:
                continue
            assert what == "snapshot" or data["u"] == 1
            (quote,) = quotes
            touch = [Decimal(str(text)) for side in (data["b"], data["a"]) for text in side[0]]
            assert touch == [
                number.as_decimal()
                for number in (quote.bid_price, quote.bid_size, quote.ask_price, quote.ask_size)
            ]
