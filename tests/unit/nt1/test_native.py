"""C++ makes framework objects only where that is proved, and hands over what it cannot judge."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import weakref
from typing import Any

import nautilus_trader
import pytest
from bybit_rows import LINEAR_ROW
from nautilus_trader.core.data import Data
from nautilus_trader.model.data import OrderBookDelta, OrderBookDeltas, QuoteTick
from nautilus_trader.model.instruments import Instrument

from nautilus_bybit_adapter._ext import (
    BookFeed,
    DeltaLayout,
    FrameDispatcher,
    FrameworkTypes,
    TickerFeed,
)
from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.nt1 import native
from nautilus_bybit_adapter.nt1.layout import LAYOUT
from nautilus_bybit_adapter.nt1.mapping.instruments import linear_instrument

INSTRUMENT: Instrument = linear_instrument(LINEAR_ROW, None, 1)
TOPIC = "orderbook.50.BTCUSDT"


def types_of() -> FrameworkTypes:
    types = native.proved_types()
    assert types is not None
    return types


def book_of(made: list[Data], depth: int = 50, **calls: Any) -> BookFeed:
    topic = f"orderbook.{depth}.BTCUSDT"
    feed = native.book_feed(types_of(), INSTRUMENT, topic, depth, made.append, **calls)
    feed.deltas_wanted = depth > 1
    feed.quotes_wanted = depth == 1
    return feed


def frame_of(
    update: int, bids: list[list[str]], asks: list[list[str]], *, kind: str = "delta", depth: int = 50
) -> bytes:
    return json.dumps(
        {
            "topic": f"orderbook.{depth}.BTCUSDT",
            "type": kind,
            "ts": 2,
            "data": {"s": "BTCUSDT", "b": bids, "a": asks, "u": update, "seq": 11},
            "cts": 1,
        }
    ).encode()


def dispatcher_of(*feeds: BookFeed) -> FrameDispatcher:
    dispatcher = FrameDispatcher()
    for feed in feeds:
        dispatcher.add(feed)
    return dispatcher


def test_the_installed_framework_is_proved_with_its_c_functions() -> None:
    assert all(native.deltas_addresses())
    assert native.proved_types() is not None


def test_both_ways_of_making_deltas_are_proved() -> None:
    assert LAYOUT is not None
    for addresses in (native.deltas_addresses(), (0, 0)):
        assert native.makes_objects(native.framework_types(LAYOUT, *addresses))


def test_one_address_alone_is_refused() -> None:
    assert LAYOUT is not None
    with pytest.raises(ValueError, match="both"):
        native.framework_types(LAYOUT, 1, 0)


def test_without_a_proof_there_is_one_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "proof_objects", list)
    with pytest.warns(RuntimeWarning, match="decoded in Python") as warned:
        assert native.prove_types(LAYOUT) is None
    assert len(warned) == 1


def test_data_that_reads_otherwise_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "decode_data", lambda _capsule, _layout: ("quote",))
    with pytest.warns(RuntimeWarning, match="unknown memory layout"):
        assert native.prove_types(LAYOUT) is None


def test_an_unknown_layout_was_told_of_already() -> None:
    assert native.prove_types(None) is None


def test_a_header_that_declares_something_else_costs_the_c_functions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        native, "_DECLARATIONS", ("struct OrderBookDeltas_API orderbook_deltas_new(CVec deltas);",)
    )
    assert native.deltas_addresses() == (0, 0)


def test_a_framework_without_its_header_costs_the_c_functions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nautilus_trader, "__file__", "/nowhere/__init__.py")
    assert native.deltas_addresses() == (0, 0)


@pytest.mark.parametrize(
    ("configured", "variable", "in_cpp"),
    [
        (None, None, True),
        (None, "auto", True),
        (None, "native", True),
        (None, "python", False),
        ("python", "native", False),
        ("native", "python", True),
        ("auto", "python", True),
        ("python", "fast", False),
    ],
)
def test_the_decoder_can_be_chosen(configured: str | None, variable: str | None, in_cpp: bool) -> None:
    environ = {} if variable is None else {native.DECODER_VARIABLE: variable}
    assert native.chosen_types(configured, environ) is (native.proved_types() if in_cpp else None)


def test_another_decoder_is_an_error_that_names_who_asks() -> None:
    with pytest.raises(BybitConfigError, match=r"^decoder is 'fast'; it must be auto, native or python$"):
        native.chosen_types("fast", {})
    with pytest.raises(
        BybitConfigError, match=r"^BYBIT_NT_DECODER is ''; it must be auto, native or python$"
    ):
        native.chosen_types(None, {native.DECODER_VARIABLE: ""})


def test_asking_for_what_is_not_proved_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "proved_types", lambda: None)
    with pytest.raises(BybitConfigError, match=r"decoder is native, .*layout is not known"):
        native.chosen_types("native", {})
    assert native.chosen_types("auto", {}) is None


def test_what_does_not_plainly_follow_is_left_to_python() -> None:
    made: list[Data] = []
    feed = book_of(made)
    on_frame = dispatcher_of(feed).on_frame
    assert on_frame(frame_of(5, [["60000", "1"]], []), 3) is None, "a delta before any snapshot"
    assert on_frame(frame_of(5, [["60000", "1"]], [["60001", "1"]], kind="snapshot"), 3) == TOPIC
    assert on_frame(frame_of(6, [["60000", "2"]], []), 3) == TOPIC
    for update in (5, 6, 8, 7_000):
        assert on_frame(frame_of(update, [["60000", "3"]], []), 3) is None
    assert on_frame(frame_of(7, [["60000.1234", "3"]], []), 3) is None, "more decimals than there are"
    assert on_frame(frame_of(1, [["59000", "1"]], []), 3) == TOPIC, "a restart of the venue's service"
    assert feed.last_update_id == 1
    assert [type(item) for item in made] == [OrderBookDeltas] * 3
    assert isinstance(made[2], OrderBookDeltas)
    assert made[2].is_snapshot


def test_a_crossed_book_is_left_to_python() -> None:
    made: list[Data] = []
    feed = book_of(made)
    on_frame = dispatcher_of(feed).on_frame
    on_frame(frame_of(5, [["60000", "1"]], [["60001", "1"]], kind="snapshot"), 3)
    assert on_frame(frame_of(6, [["60001", "1"]], []), 3) is None
    assert feed.last_update_id == 5
    assert on_frame(frame_of(9, [["60002", "1"]], [["60001", "1"]], kind="snapshot"), 3) is None
    assert len(made) == 1


def test_a_touch_comes_from_snapshots_alone() -> None:
    made: list[Data] = []
    on_frame = dispatcher_of(book_of(made, depth=1)).on_frame
    snapshot = frame_of(5, [["60000", "1"]], [["60001", "2"]], kind="snapshot", depth=1)
    assert on_frame(snapshot, 3) == "orderbook.1.BTCUSDT"
    assert on_frame(snapshot, 4) is None, "the repetition of every three seconds"
    assert on_frame(frame_of(6, [["59999", "1"]], [], depth=1), 5) is None, "a changed level"
    one_sided = frame_of(7, [["60000", "1"]], [["60001", "0"]], kind="snapshot", depth=1)
    assert on_frame(one_sided, 6) == "orderbook.1.BTCUSDT"
    assert [type(item) for item in made] == [QuoteTick]


def test_a_deep_book_gives_no_quotes() -> None:
    made: list[Data] = []
    feed = book_of(made)
    feed.deltas_wanted, feed.quotes_wanted = False, True
    assert dispatcher_of(feed).on_frame(frame_of(1, [["1", "1"]], [["2", "1"]], kind="snapshot"), 3) == TOPIC
    assert made == []


def test_the_calls_of_a_book() -> None:
    told: list[tuple[int, ...]] = []
    feed = book_of([], on_live=lambda *args: told.append(args), on_applied=lambda *args: told.append(args))
    feed.depths_wanted = True
    on_frame = dispatcher_of(feed).on_frame
    on_frame(frame_of(5, [["60000", "1"]], [["60001", "1"]], kind="snapshot"), 3)
    on_frame(frame_of(6, [["60000", "0"], ["59999.5", "1.25"]], []), 4)
    assert told == [(3,), (11, 1_000_000, 3), (11, 1_000_000, 4)]
    assert [(float(price), float(size)) for price, size in feed.bids(9)] == [(59999.5, 1.25)]
    assert [(float(price), float(size)) for price, size in feed.asks(1)] == [(60001.0, 1.0)]


def test_a_book_is_taken_over() -> None:
    made: list[Data] = []
    feed = book_of(made)
    assert feed.load([("60000", "1"), ("59999", "2")], [("60001.1", "3")])
    feed.last_update_id = 41
    assert dispatcher_of(feed).on_frame(frame_of(42, [["60001.1", "1"]], []), 3) is None, "it crosses"
    assert not feed.load([("60000.12345", "1")], [])
    assert feed.bids(5) == feed.asks(5) == []


def test_an_error_of_whoever_takes_the_data_is_passed_on() -> None:
    def refuse(_item: Data) -> None:
        raise LookupError("no room")

    feed = native.book_feed(types_of(), INSTRUMENT, TOPIC, 50, refuse)
    feed.deltas_wanted = True
    with pytest.raises(LookupError, match="no room"):
        dispatcher_of(feed).on_frame(frame_of(1, [["1", "1"]], [["2", "1"]], kind="snapshot"), 3)


def test_a_feed_may_be_removed_while_it_publishes() -> None:
    dispatcher = FrameDispatcher()
    made: list[Data] = []

    def take(item: Data) -> None:
        made.append(item)
        dispatcher.remove(TOPIC)
        gc.collect()

    feed = native.book_feed(types_of(), INSTRUMENT, TOPIC, 50, take)
    feed.deltas_wanted = True
    dispatcher.add(feed)
    del feed
    snapshot = frame_of(1, [["1", "1"]], [["2", "1"]], kind="snapshot")
    assert dispatcher.on_frame(snapshot, 3) == TOPIC
    assert dispatcher.on_frame(snapshot, 3) is None
    assert len(made) == 1


def test_the_collector_sees_through_a_feed() -> None:
    class Holder:
        def __init__(self) -> None:
            self.feed = native.book_feed(types_of(), INSTRUMENT, TOPIC, 50, self.take, on_live=self.live)
            self.dispatcher = dispatcher_of(self.feed)

        def take(self, item: Data) -> None:
            pass

        def live(self, ts_init: int) -> None:
            pass

    holder = Holder()
    gone = weakref.ref(holder)
    del holder
    gc.collect()
    assert gone() is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((b"{}",), "as bytes"),
        (("{}", 1), "as bytes"),
        ((b"{}", -1), "negative|unsigned"),
        ((b"{}", 2**64), "large|big"),
    ],
)
def test_wrong_arguments_are_named(arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises((TypeError, OverflowError), match=message):
        FrameDispatcher().on_frame(*arguments)


def test_a_precision_beyond_the_framework_is_refused() -> None:
    with pytest.raises(ValueError, match="price_precision is 17; it must be between 0 and 16"):
        BookFeed(
            types=native.framework_types(DeltaLayout.RAW128, 0, 0),
            instrument=native._capsule_of(INSTRUMENT.id),
            topic=TOPIC,
            price_precision=17,
            size_precision=0,
            depth=50,
            publish=print,
            on_live=print,
            on_applied=print,
        )


def test_an_instrument_may_get_finer_increments() -> None:
    made: list[Data] = []
    feed = book_of(made)
    on_frame = dispatcher_of(feed).on_frame
    on_frame(frame_of(5, [["60000", "1"]], [["60001", "1"]], kind="snapshot"), 3)
    finer = frame_of(6, [["60000.1234", "1"]], [])
    assert on_frame(finer, 3) is None
    feed.set_precisions(4, 3)
    assert on_frame(finer, 3) == TOPIC
    assert isinstance(made[-1], OrderBookDeltas)
    assert str(made[-1].deltas[0].order.price) == "60000.1234"
    with pytest.raises(ValueError, match="size_precision is -1"):
        feed.set_precisions(4, -1)


GROWTH = """
import json, resource, sys
sys.path.insert(0, "tests/bench")
sys.path.insert(0, "tests/support")
import frames
from bybit_rows import LINEAR_ROW
from nautilus_bybit_adapter._ext import FrameDispatcher
from nautilus_bybit_adapter.nt1 import native
from nautilus_bybit_adapter.nt1.mapping.instruments import linear_instrument

instrument = linear_instrument(LINEAR_ROW, None, 1)
types = native.proved_types()
def ignore(item): pass
book = native.book_feed(types, instrument, "orderbook.50.BTCUSDT", 50, ignore)
touch = native.book_feed(types, instrument, "orderbook.1.BTCUSDT", 1, ignore)
book.deltas_wanted = touch.quotes_wanted = True
dispatcher = FrameDispatcher()
for feed in (book, touch, native.trade_feed(types, instrument, "publicTrade.BTCUSDT", ignore)):
    dispatcher.add(feed)
raw = [frame for make in (frames.book_frames, frames.touch_frames, frames.trade_frames)
       for frame in make(2000, ["BTCUSDT"])]
on_frame = dispatcher.on_frame
def run(times):
    for _ in range(times):
        for frame in raw:
            assert on_frame(frame, 1)
run(5)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
run(40)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_memory_stays_flat() -> None:
    done = subprocess.run([sys.executable, "-c", GROWTH], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    # A leak of one object a frame would be some 20 MB of these 240,000 frames.
    assert int(done.stdout) < 2_000


def test_a_ticker_feed_names_what_it_does_not_know() -> None:
    feed = native.ticker_feed(types_of(), INSTRUMENT, "tickers.BTCUSDT", lambda _item: None)
    with pytest.raises(
        ValueError, match="output is 'mid price'; it must be 'mark price', 'index price' or 'quote'"
    ):
        feed.watch(outputs=["mid price"], left=[])
    with pytest.raises(ValueError, match="there is no field 'midPrice' of a ticker"):
        feed.watch(outputs=["mark price"], left=["midPrice"])
    with pytest.raises(ValueError, match="there is no field 'midPrice' of a ticker"):
        feed.fields = {"midPrice": "1"}
    assert feed.fields is None, "what is refused changes nothing"


@pytest.mark.parametrize(
    ("names", "told"),
    [(["markPrice", "markPrice"], "has 'markPrice' twice"), ([f"field{n}" for n in range(65)], "65 names")],
)
def test_a_ticker_feed_takes_distinct_names_that_fit_one_word(names: list[str], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        TickerFeed(
            types=types_of(),
            instrument=OrderBookDelta.capsule_from_list([OrderBookDelta.clear(INSTRUMENT.id, 0, 0, 0)]),
            topic="tickers.BTCUSDT",
            price_precision=2,
            size_precision=3,
            symbol="BTCUSDT",
            names=names,
            publish=lambda _item: None,
        )
