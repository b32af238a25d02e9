"""Whatever comes in whatever order, tickers and candles in C++ and in Python publish the same, or both refuse it."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from bybit_rows import LINEAR_ROW, OPTION_ROW
from hypothesis import given
from hypothesis import strategies as st
from nautilus_trader.core.data import Data
from nautilus_trader.model.data import (
    Bar,
    BarType,
    CustomData,
    DataType,
    IndexPriceUpdate,
    MarkPriceUpdate,
    OptionGreeks,
    QuoteTick,
)
from nautilus_trader.model.instruments import Instrument

from nautilus_bybit_adapter._ext import FrameDispatcher, FrameworkTypes, KlineFeed
from nautilus_bybit_adapter.errors import BybitDecodeError
from nautilus_bybit_adapter.nt1 import native
from nautilus_bybit_adapter.nt1.custom_data import BybitOpenInterest, BybitTicker
from nautilus_bybit_adapter.nt1.mapping.instruments import linear_instrument, option_instrument
from nautilus_bybit_adapter.nt1.streams import (
    BarStream,
    NativeTickerStream,
    TickerKind,
    TickerStream,
    bar_stream,
    ticker_stream,
)
from nautilus_bybit_adapter.wire.codec import decode_public
from nautilus_bybit_adapter.wire.control import ControlMessage

PERPETUAL: Instrument = linear_instrument(LINEAR_ROW, None, 1)
OPTION: Instrument = option_instrument(OPTION_ROW, None, 1)
BAR_TYPE = BarType.from_str(f"{PERPETUAL.id}-1-MINUTE-LAST-EXTERNAL")


class Topic:
    """A stream as the socket and the feeds drive it; `errors` holds what could not be read."""

    def __init__(self, stream: TickerStream | BarStream) -> None:
        self.stream = stream
        self.taken = 0
        self.dispatcher = FrameDispatcher()
        feed = getattr(stream, "feed", None)
        if feed is not None:
            self.dispatcher.add(feed)

    def take(self, raw: bytes, ts_init: int) -> bool:
        """Return whether the frame could be read and its content published."""
        if self.dispatcher.on_frame(raw, ts_init) is not None:
            self.taken += 1
            return True
        try:
            message = decode_public(raw, "linear")
            return not isinstance(message, ControlMessage) and self.stream.on_message(message, ts_init)
        except (BybitDecodeError, ArithmeticError, ValueError):
            return False


def laid_out(value: Any, chance: random.Random) -> str:
    """Write JSON with its keys shuffled, white space, unknown members, and repeated keys."""
    space = chance.choice(["", "", "", " ", "\n\t"])
    if isinstance(value, dict):
        keys = chance.sample(list(value), len(value))
        members = [f"{json.dumps(key)}{space}:{space}{laid_out(value[key], chance)}" for key in keys]
        if chance.random() < 0.2:
            members.append(
                chance.choice(['"x":[1,{"y":null},"\\u00e9"]', '"\\ud83d\\ude00":-1.5e+3', '"x":01'])
            )
        if keys and chance.random() < 0.1:
            members.append(f"{json.dumps(keys[0])}:{laid_out(value[keys[0]], chance)}")
        return f"{{{f'{space},'.join(members)}{space}}}"
    if isinstance(value, list):
        return f"[{f'{space},'.join(laid_out(item, chance) for item in value)}{space}]"
    text = json.dumps(value, ensure_ascii=chance.random() < 0.5)
    return text.replace("0", "\\u0030", 1) if text[0] == '"' and chance.random() < 0.05 else text


NUMBERS = st.one_of(
    st.sampled_from(["100.5", "100.50", "101", "99.25", "0", "0.0", "5"]),
    st.decimals("0.00000001", "99999", places=4).map(str),
    st.sampled_from(
        [
            "",
            "-1.5",
            "-0",
            "1e2",
            "1E-3",
            "1.",
            ".5",
            "+1",
            " 1",
            "NaN",
            "x",
            "é",
            "\u0661",
            "1\0",
            "1_0",
            "1.2.3",
        ]
    ),
    st.sampled_from(
        ["17014118346046", "17014118346047", "9" * 40, "1." + "1" * 16, "1." + "1" * 17, "1." + "0" * 60]
    ),
)
VALUES = st.one_of(NUMBERS, NUMBERS, NUMBERS, st.none(), st.sampled_from([5, 2.5, True]))
NAMES = [
    *["markPrice", "indexPrice", "bidPrice", "bidSize", "askPrice", "askSize", "bid1Price", "openInterest"],
    *[
        "fundingRate",
        "nextFundingTime",
        "fundingIntervalHour",
        "lastPrice",
        "delta",
        "markPriceIv",
        "volume24h",
    ],
]
PLAIN = st.dictionaries(
    st.sampled_from(NAMES), st.sampled_from(["100.5", "100.50", "7", "0", ""]), max_size=8
)
ODD = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=8)
COUNTS = st.one_of(
    st.integers(0, 2**42),
    st.sampled_from([0, -1, 2**63 - 1, 2**63, 18_446_744_073_709, 18_446_744_073_710, 1.5, "7", "x"]),
)


@st.composite
def frames(draw: st.DrawFn) -> tuple[str, Any]:
    """Return something that happens to a ticker topic, mostly a frame."""
    what = draw(st.sampled_from(["frame"] * 12 + ["stale", "tickers", "interest", "instrument", *TickerKind]))
    if what != "frame":
        return "do", what
    fields = draw(st.one_of(PLAIN, PLAIN, ODD))
    odd = draw(st.integers(0, 9)) == 0
    frame: dict[str, Any] = {
        "topic": "TOPIC",
        "ts": draw(COUNTS) if odd else draw(st.integers(1, 2**42)),
        "data": {"symbol": "SYMBOL"} | fields,
    }
    kind = draw(st.sampled_from(["delta", "delta", "snapshot", "snapshot", None, "other"]))
    if kind is not None:
        frame["type"] = kind
    if draw(st.booleans()):
        frame["cs"] = draw(COUNTS) if odd else 7
    chance = random.Random(draw(st.integers(0, 2**32)))  # noqa: S311 - a layout
    raw = laid_out(frame, chance)
    if draw(st.integers(0, 19)) == 0:
        at = draw(st.integers(0, len(raw)))
        raw = (
            raw[:at]
            + draw(st.sampled_from(["", '"', "}", "0", ",", "null", "\\"]))
            + raw[at + draw(st.integers(0, 3)) :]
        )
    return "frame", raw


class TickerTopic(Topic):
    """A ticker topic, with everything that can be done to it."""

    def __init__(self, instrument: Instrument, *, in_cpp: bool) -> None:
        self.seen: list[Any] = []
        self.instrument = instrument
        self.name = f"tickers.{instrument.raw_symbol}"
        types = native.proved_types()
        assert types is not None
        super().__init__(ticker_stream(types if in_cpp else None, instrument, self.name, self.publish))
        assert isinstance(self.stream, NativeTickerStream) is in_cpp
        self.wanted: set[Any] = set()

    def publish(self, item: Data) -> None:
        if isinstance(item, CustomData):
            self.seen.append((str(item.data_type), type(item.data).to_dict(item.data)))
        else:
            told = repr(item) if isinstance(item, OptionGreeks) else type(item).to_dict(item)
            self.seen.append((type(item), told))

    def do(self, what: Any, at: int) -> None:
        assert isinstance(self.stream, TickerStream)
        if what == "stale":
            self.stream.on_stale(at)
        elif what == "instrument":
            self.stream.on_instrument(self.instrument)
        elif what in {"tickers", "interest"}:
            outlet = self.stream.tickers if what == "tickers" else self.stream.open_interest
            kind = BybitTicker if what == "tickers" else BybitOpenInterest
            (outlet.remove if what in self.wanted else outlet.add)(DataType(kind))
            self.wanted ^= {what}
        elif what in self.wanted:
            self.stream.remove(what)
            self.wanted.discard(what)
        else:
            self.wanted.add(what)
            self.stream.add(what, at)

    def happen(self, what: str, detail: Any, at: int) -> None:
        try:
            if what == "frame":
                symbol = self.instrument.raw_symbol.value
                raw = detail.replace("TOPIC", self.name).replace("SYMBOL", symbol)
                self.seen.append(("read", self.take(raw.encode(), at)))
            else:
                self.do(detail, at)
        except (BybitDecodeError, ArithmeticError, ValueError) as error:
            self.seen.append(type(error))


@given(
    happened=st.lists(frames(), min_size=1, max_size=14),
    kinds=st.lists(st.sampled_from(TickerKind), unique=True, max_size=3),
    is_option=st.booleans(),
)
def test_both_ticker_streams_publish_the_same(
    happened: list[tuple[str, Any]], kinds: list[TickerKind], is_option: bool
) -> None:
    instrument = OPTION if is_option else PERPETUAL
    cpp, python = (TickerTopic(instrument, in_cpp=in_cpp) for in_cpp in (True, False))
    for at, (what, detail) in enumerate([*(("do", kind) for kind in kinds), *happened], start=1):
        cpp.happen(what, detail, at)
        python.happen(what, detail, at)
        assert cpp.seen == python.seen, detail
    assert python.taken == 0


@given(
    deltas=st.lists(
        st.dictionaries(st.sampled_from(NAMES), st.sampled_from(["100", "100.0", "7", "0", ""]), max_size=8),
        max_size=8,
    ),
    kinds=st.lists(
        st.sampled_from([TickerKind.MARK_PRICE, TickerKind.INDEX_PRICE, TickerKind.QUOTE]), unique=True
    ),
)
def test_plain_frames_never_leave_cpp(deltas: list[dict[str, str]], kinds: list[TickerKind]) -> None:
    cpp = TickerTopic(OPTION, in_cpp=True)
    for kind in kinds:
        cpp.do(kind, 1)
    for number, fields in enumerate(deltas):
        frame = {"topic": "TOPIC", "type": "delta" if number else "snapshot", "ts": number}
        cpp.happen("frame", json.dumps(frame | {"data": {"symbol": "SYMBOL"} | fields}), 1)
    assert cpp.taken == len(deltas)


def test_what_is_subscribed_is_made_in_cpp() -> None:
    cpp = TickerTopic(OPTION, in_cpp=True)
    for kind in (TickerKind.QUOTE, TickerKind.MARK_PRICE, TickerKind.INDEX_PRICE):
        cpp.do(kind, 1)
    data = {"symbol": "SYMBOL", "markPrice": "5.123", "indexPrice": "6"}
    data |= {"bidPrice": "5", "bidSize": "0.5", "askPrice": "10", "askSize": "2"}
    for _ in range(2):
        cpp.happen("frame", json.dumps({"topic": "TOPIC", "ts": 3, "data": data}), 9)
    assert [what for what, _ in cpp.seen] == [QuoteTick, MarkPriceUpdate, IndexPriceUpdate, "read", "read"]
    assert cpp.taken == 2


CANDLE: dict[str, Any] = {
    "start": 1672324800000,
    "end": 1672324859999,
    "interval": "1",
    "open": "16649.5",
    "close": "16677",
    "high": "16677",
    "low": "16608",
    "volume": "2.081",
    "turnover": "34666.4005",
    "confirm": False,
    "timestamp": 1672324988882,
}


@st.composite
def candle_frames(draw: st.DrawFn) -> bytes:
    rows = []
    for number in range(draw(st.integers(0, 3))):
        row: dict[str, Any] = CANDLE | {
            "start": CANDLE["start"] + 60_000 * number,
            "confirm": draw(st.booleans()),
        }
        name = draw(st.sampled_from(list(CANDLE)))
        change = draw(st.integers(0, 3))
        if change == 0:
            del row[name]
        elif change == 1:
            row[name] = draw(st.one_of(COUNTS, VALUES, st.booleans()))
        rows.append(row)
    frame: dict[str, Any] = {"topic": "kline.1.BTCUSDT", "ts": draw(COUNTS), "data": rows, "type": "snapshot"}
    if draw(st.integers(0, 9)) == 0:
        frame.pop(draw(st.sampled_from(list(frame))))
    raw = laid_out(frame, random.Random(draw(st.integers(0, 2**32))))  # noqa: S311 - a layout
    cut = draw(st.integers(0, 9 * len(raw)))
    return (raw[:cut] if cut < len(raw) else raw).encode()


@given(happened=st.lists(candle_frames(), min_size=1, max_size=4))
def test_both_candle_streams_publish_the_same(happened: list[bytes]) -> None:
    cpp, python = (published(types, happened) for types in (native.proved_types(), None))
    assert cpp == python


def published(types: FrameworkTypes | None, happened: list[bytes]) -> list[Any]:
    """Return the bars, the gaps told and the frames that could not be read."""
    out: list[Any] = []
    stream = bar_stream(
        types,
        PERPETUAL,
        "kline.1.BTCUSDT",
        "1",
        out.append,
        on_close=True,
        on_missed=lambda _stream, start, end: out.append((start, end)),
    )
    stream.bar_types.append(BAR_TYPE)
    topic = Topic(stream)
    out.extend(topic.take(raw, at) for at, raw in enumerate(happened))
    return [Bar.to_dict(each) if isinstance(each, Bar) else each for each in out]


@pytest.mark.parametrize("closed", [False, True])
def test_only_a_closed_candle_leaves_cpp(closed: bool) -> None:
    dispatcher = FrameDispatcher()
    dispatcher.add(KlineFeed(topic="kline.1.BTCUSDT"))
    frame = {"topic": "kline.1.BTCUSDT", "ts": 1, "data": [CANDLE, CANDLE | {"confirm": closed}]}
    assert (dispatcher.on_frame(json.dumps(frame).encode(), 1) is None) is closed
