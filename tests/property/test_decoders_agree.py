"""The C++ and the Python decoder make the same of any frame, or both refuse it."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from bybit_rows import LINEAR_ROW
from hypothesis import given
from hypothesis import strategies as st
from nautilus_trader.core.data import Data
from nautilus_trader.model.data import OrderBookDeltas, QuoteTick, TradeTick
from nautilus_trader.model.instruments import Instrument

from nautilus_bybit_adapter._ext import FrameDispatcher, FrameworkTypes
from nautilus_bybit_adapter.errors import BybitDecodeError
from nautilus_bybit_adapter.nt1 import native
from nautilus_bybit_adapter.nt1.layout import LAYOUT
from nautilus_bybit_adapter.nt1.mapping.identifiers import MS_TO_NS
from nautilus_bybit_adapter.nt1.mapping.instruments import linear_instrument
from nautilus_bybit_adapter.nt1.mapping.market import deltas_of, quote_of, trades_of
from nautilus_bybit_adapter.wire.codec import decode_public
from nautilus_bybit_adapter.wire.market import OrderbookMessage, TradesMessage

TS_INIT = 1_791_240_000_123_456_789
INSTRUMENT: Instrument = linear_instrument(LINEAR_ROW, None, 1)
BOOK, TOUCH, TRADES = "orderbook.50.BTCUSDT", "orderbook.1.BTCUSDT", "publicTrade.BTCUSDT"


@pytest.fixture(scope="module", params=["the framework's C functions", "the framework's Python objects"])
def types(request: pytest.FixtureRequest) -> FrameworkTypes:
    assert LAYOUT is not None
    addresses = native.deltas_addresses() if "C functions" in request.param else (0, 0)
    return native.framework_types(LAYOUT, *addresses)


def in_cpp(types: FrameworkTypes, frame: bytes) -> list[Data] | None:
    """Decode a frame as the next of its topic; None where it is refused."""
    made: list[Data] = []
    dispatcher = FrameDispatcher()
    book = native.book_feed(types, INSTRUMENT, BOOK, 50, made.append)
    touch = native.book_feed(types, INSTRUMENT, TOUCH, 1, made.append)
    book.deltas_wanted = touch.quotes_wanted = True
    book.last_update_id = 6  # frames are made with `u` 7
    for feed in (book, touch, native.trade_feed(types, INSTRUMENT, TRADES, made.append)):
        dispatcher.add(feed)
    topic = dispatcher.on_frame(frame, TS_INIT)
    assert topic is not None or not made, "what is refused is not published in part"
    assert topic is not None or book.last_update_id == 6, "what is refused changes nothing"
    return None if topic is None else made


def in_python(frame: bytes) -> list[Data] | None:
    """Decode a frame as the next of its topic; None where it is refused, or would not be applied."""
    try:
        message = decode_public(frame, "linear")
        if isinstance(message, TradesMessage) and message.topic == TRADES:
            if any(trade.s != "BTCUSDT" for trade in message.data):
                return None
            return list(trades_of(INSTRUMENT, message.data, TS_INIT))
        if not isinstance(message, OrderbookMessage) or message.topic not in {BOOK, TOUCH}:
            return None
        snapshot = message.is_snapshot or message.data.u == 1
        if not snapshot and (message.topic == TOUCH or message.data.u != 7):
            return None
        ts_event = (message.cts or message.ts) * MS_TO_NS
        deltas = deltas_of(INSTRUMENT, message.data, snapshot=snapshot, ts_event=ts_event, ts_init=TS_INIT)
        if message.topic == BOOK:
            made: Data | None = deltas
        else:
            made = quote_of(INSTRUMENT, message.data, ts_event, TS_INIT)
    except BybitDecodeError:
        return None
    return [] if made is None else [made]


def crosses(frame: bytes) -> bool:
    """Whether a frame of a book crosses it: the levels are looked at after decoding."""
    message = decode_public(frame, "linear")
    if not isinstance(message, OrderbookMessage):
        return False
    sides: list[list[float]] = []
    for side in (message.data.b, message.data.a):
        levels = {float(price): float(size) for price, size in side}
        sides.append([price for price, size in levels.items() if size])
    return bool(sides[0] and sides[1] and max(sides[0]) >= min(sides[1]))


def agree(types: FrameworkTypes, frame: bytes, *, exactly: bool) -> None:
    """Both decoders give the same; unless ``exactly``, C++ may leave more to the Python decoder."""
    mine, theirs = in_cpp(types, frame), in_python(frame)
    if mine is None and theirs is not None:
        assert not exactly or crosses(frame), f"C++ refuses what Python takes: {frame!r}"
        return
    assert mine == theirs, frame
    if mine is not None:
        assert [type(item) for item in mine] == [type(item) for item in theirs or []]


def digits(least: int, most: int, places: int) -> st.SearchStrategy[str]:
    """Return decimals, now and then with zeros at the end, or more places than the instrument has."""
    return st.builds(
        lambda mantissa, shown, zeros: f"{mantissa / 10**shown:.{shown}f}" + ("0" * zeros if shown else ""),
        st.integers(least, most),
        st.integers(0, places + 1),
        st.integers(0, 3),
    )


# Separated by bars; the last three are Arabic digits, a zero character and a letter.
ODD_NUMBERS = st.sampled_from(
    [
        *[
            "",
            "+1",
            "-1",
            "-0",
            "-0.000",
            " 1",
            "1 ",
            "1_0",
            "1e1",
            "1E-2",
            "5e0",
            ".5",
            "5.",
            "0x1",
            "NaN",
            "Infinity",
            "1e400",
            "1e-400",
            "0e9999",
            "00012.50",
        ],
        *[
            "17014118346046",
            "17014118346046.01",
            "34028236692093",
            "34028236692094",
            "99999999999999999999999999",
        ],
        "1." + "0" * 60,
        "1." + "0" * 70,
        "\u0661\u0662",
        "1\0",
        "é",
    ]
)
PRICES = st.one_of(digits(1, 10**7, 2), digits(1, 10**7, 2), digits(1, 10**7, 2), ODD_NUMBERS)
SIZES = st.one_of(digits(0, 10**6, 3), digits(0, 10**6, 3), st.just("0"), ODD_NUMBERS)
LEVELS = st.lists(st.tuples(PRICES, SIZES).map(list), max_size=4)
CLEAN_LEVELS = st.lists(
    st.tuples(st.integers(1, 10**7).map(lambda n: f"{n / 100:.2f}"), st.integers(0, 10**6).map(str)).map(
        list
    ),
    max_size=8,
)
COUNTS = st.one_of(
    st.integers(0, 2**45), st.sampled_from([0, 1, 7, -1, 2**63 - 1, 2**63, 2**64, 10**19, 18_446_744_073_709])
)
UPDATES = st.sampled_from([7, 7, 7, 7, 1, 6, 8, 2**63])


def book_frames(
    levels: st.SearchStrategy[list[Any]], counts: st.SearchStrategy[int]
) -> st.SearchStrategy[Any]:
    return st.builds(
        lambda topic, kind, b, a, u, ts, rest: {
            "topic": topic,
            "type": kind,
            "ts": ts,
            "data": {"s": "BTCUSDT", "b": b, "a": a, "u": u, **({"seq": rest} if rest is not None else {})},
            **({"cts": rest} if rest is not None else {}),
        },
        st.sampled_from([BOOK, BOOK, TOUCH, "orderbook.200.BTCUSDT"]),
        st.sampled_from(["delta", "delta", "snapshot", "other"]),
        levels,
        levels,
        UPDATES,
        counts,
        st.none() | counts,
    )


TRADE_ROWS = st.fixed_dictionaries(
    {
        "T": COUNTS,
        "s": st.sampled_from(["BTCUSDT"] * 6 + ["ETHUSDT"]),
        "S": st.sampled_from(["Buy", "Sell", "", "Both"]),
        "v": SIZES,
        "p": PRICES,
        "i": st.one_of(
            st.uuids().map(str),
            st.integers(0, 10**19).map(str),
            st.text(st.sampled_from("aZ09-_ é€\0\x1f\x7f😀"), max_size=38),
            st.sampled_from(["", "  "]),
        ),
    },
    optional={"L": st.just("PlusTick"), "BT": st.booleans(), "RPI": st.booleans(), "seq": COUNTS},
)
TRADE_FRAMES = st.builds(
    lambda rows, ts: {"topic": TRADES, "type": "snapshot", "ts": ts, "data": rows},
    st.lists(TRADE_ROWS, max_size=4),
    COUNTS,
)


def laid_out(value: Any, chance: random.Random) -> str:
    """Write JSON with its keys shuffled, white space anywhere, escapes, unknown and repeated keys."""
    space = chance.choice(["", "", "", " ", "\n\t", "\r "])
    if isinstance(value, dict):
        keys = chance.sample(list(value), len(value))
        members = [f"{text_of(key, chance)}{space}:{space}{laid_out(value[key], chance)}" for key in keys]
        if chance.random() < 0.3:
            members.append(chance.choice(['"x":[1,{"y":null},"\\u00e9"]', '"\\ud83d\\ude00":-1.5e+3']))
        if keys and chance.random() < 0.1:
            members.append(f"{text_of(keys[0], chance)}:{laid_out(value[keys[0]], chance)}")
        return f"{{{space}{f'{space},{space}'.join(members)}{space}}}"
    if isinstance(value, list):
        return f"[{space}{f'{space},'.join(laid_out(item, chance) for item in value)}{space}]"
    if isinstance(value, str):
        return text_of(value, chance)
    return json.dumps(value)


def text_of(text: str, chance: random.Random) -> str:
    if text and chance.random() < 0.06:
        at = chance.randrange(len(text))
        if ord(text[at]) < 0x10000:
            head, tail = (json.dumps(part, ensure_ascii=False)[1:-1] for part in (text[:at], text[at + 1 :]))
            return f'"{head}\\u{ord(text[at]):04X}{tail}"'
    return json.dumps(text, ensure_ascii=chance.random() < 0.5)


FRAMES = st.one_of(
    book_frames(LEVELS, COUNTS), book_frames(CLEAN_LEVELS, st.integers(0, 2**42)), TRADE_FRAMES
)


@given(frame=FRAMES, seed=st.integers(0, 2**32))
def test_any_frame_however_laid_out(types: FrameworkTypes, frame: Any, seed: int) -> None:
    agree(types, laid_out(frame, random.Random(seed)).encode(), exactly=True)  # noqa: S311 - a layout


@given(frame=book_frames(CLEAN_LEVELS, st.integers(1, 2**42)))
def test_frames_of_levels_become_objects(types: FrameworkTypes, frame: Any) -> None:
    raw = json.dumps(frame).encode()
    agree(types, raw, exactly=True)


@given(frame=FRAMES, cut=st.integers(0, 400))
def test_a_frame_cut_short_is_refused(types: FrameworkTypes, frame: Any, cut: int) -> None:
    raw = json.dumps(frame).encode()
    short = raw[: cut % len(raw)]
    assert in_cpp(types, short) is None
    assert in_python(short) is None


DAMAGE = st.lists(
    st.tuples(
        st.integers(0, 2**16),
        st.integers(0, 2),
        st.one_of(st.binary(max_size=3), st.sampled_from([b'"', b"\\", b"0", b"-", b",", b"null"])),
    ),
    min_size=1,
    max_size=3,
)


@given(frame=FRAMES, escaped=st.booleans(), damage=DAMAGE)
def test_damaged_bytes(
    types: FrameworkTypes, frame: Any, escaped: bool, damage: list[tuple[int, int, bytes]]
) -> None:
    raw = bytearray(json.dumps(frame, ensure_ascii=escaped).encode())
    for place, removed, piece in damage:
        at = place % len(raw)
        raw[at : at + removed] = piece
    agree(types, bytes(raw), exactly=False)


def retyped(value: Any, chance: random.Random) -> Any:
    """Write some numbers as texts, some texts as numbers, and some as null."""
    if isinstance(value, dict):
        return {key: retyped(item, chance) for key, item in value.items()}
    if isinstance(value, list):
        return [retyped(item, chance) for item in value]
    if chance.random() < 0.7:
        return value
    if isinstance(value, int):
        return chance.choice([str(value), None])
    try:
        number = json.loads(value)
    except ValueError:
        return value
    return number if json.dumps(number) == value else value


@given(frame=FRAMES, seed=st.integers(0, 2**32))
def test_numbers_as_texts_and_texts_as_numbers(types: FrameworkTypes, frame: Any, seed: int) -> None:
    raw = json.dumps(retyped(frame, random.Random(seed))).encode()  # noqa: S311 - the same each time
    agree(types, raw, exactly=False)


PIECES = [b"{", b"}", b"[", b"]", b",", b":", b'"', b" ", b"0", b"\xff", b"\xc3\xa9", b"\\u00", b'"topic":']


@given(payload=st.binary(max_size=200) | st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join))
def test_rubbish_is_refused(types: FrameworkTypes, payload: bytes) -> None:
    assert in_cpp(types, payload) is None


TOUCH_FRAME = {
    "topic": TOUCH,
    "type": "snapshot",
    "ts": 3,
    "data": {"s": "BTCUSDT", "b": [["60000.1", "1"]], "a": [["60000.2", "2"]], "u": 7},
}


@pytest.mark.parametrize(
    ("place", "piece"),
    [
        ("extra", b"[" * 200_000),
        ("extra", b'"\xff"'),
        ("extra", b'"\xed\xa0\x80"'),
        ("extra", b'"\xc0\x80"'),
        ("extra", b'"\xf4\x90\x80\x80"'),
        ("extra", b'"\\ud800"'),
        ("extra", b'"\\udc00\\ud800"'),
        ("extra", b'"a\nb"'),
        ("extra", b"01"),
        ("extra", b"+1"),
        ("extra", b"1."),
        ("extra", b"nul"),
        ("extra", b"NaN"),
        ("ts", b"true"),
        ("ts", b"-1"),
        ("ts", b"18446744073710"),
        ("ts", b'"03"'),
    ],
)
def test_what_is_no_frame_is_refused_by_both(types: FrameworkTypes, place: str, piece: bytes) -> None:
    raw = json.dumps(TOUCH_FRAME | {place: "HERE"}).encode().replace(b'"HERE"', piece)
    assert in_cpp(types, raw) is None
    assert in_python(raw) is None


@pytest.mark.parametrize(
    ("place", "piece"),
    [("extra", b"[" * 70 + b"]" * 70), ("ts", b"1e3"), ("ts", b"3.0")],
)
def test_what_only_python_takes_is_left_to_it(types: FrameworkTypes, place: str, piece: bytes) -> None:
    raw = json.dumps(TOUCH_FRAME | {place: "HERE"}).encode().replace(b'"HERE"', piece)
    assert in_cpp(types, raw) is None
    assert in_python(raw)


def test_the_frames_of_this_file_are_taken(types: FrameworkTypes) -> None:
    book = {
        "topic": BOOK,
        "type": "delta",
        "ts": 3,
        "data": {"s": "BTCUSDT", "b": [["60000.10", "1.5"]], "a": [["60000.20", "0"]], "u": 7, "seq": 9},
        "cts": 2,
    }
    row = {"T": 1, "s": "BTCUSDT", "S": "Sell", "v": "0.5", "p": "60000.1", "i": "x" * 36}
    trades = {"topic": TRADES, "ts": 3, "data": [row, row | {"S": "Buy"}]}
    kinds = ((book, [OrderBookDeltas]), (TOUCH_FRAME, [QuoteTick]), (trades, [TradeTick, TradeTick]))
    for frame, expected in kinds:
        raw = json.dumps(frame).encode()
        made = in_cpp(types, raw)
        assert made is not None
        assert [type(item) for item in made] == expected
        assert made == in_python(raw)
