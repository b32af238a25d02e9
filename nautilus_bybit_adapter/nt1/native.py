"""The C++ decoders of book and trade topics: whether this installation may use them, and a feed for a topic.

C++ writes the framework's own structs, so it is believed only after a proof: quotes, trades and deltas that the
framework made are read field by field, and frames with known content must become the objects that the framework's
own constructors give. Without the proof the Python decoder does the work.
"""

from __future__ import annotations

import ctypes
import functools
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import nautilus_trader
from nautilus_trader.core import nautilus_pyo3
from nautilus_trader.core.data import Data
from nautilus_trader.model import data as framework_data
from nautilus_trader.model.data import (
    BookOrder,
    IndexPriceUpdate,
    MarkPriceUpdate,
    OrderBookDelta,
    OrderBookDeltas,
    QuoteTick,
    TradeTick,
    capsule_to_data,
)
from nautilus_trader.model.enums import AggressorSide, BookAction, OrderSide
from nautilus_trader.model.identifiers import InstrumentId, TradeId
from nautilus_trader.model.instruments import Instrument
from nautilus_trader.model.objects import Price, Quantity

from nautilus_bybit_adapter._ext import (
    BookFeed,
    DeltaLayout,
    FrameDispatcher,
    FrameworkTypes,
    TickerFeed,
    TradeFeed,
    decode_data,
)
from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.nt1.layout import DIGITS, LAYOUT
from nautilus_bybit_adapter.nt1.mapping.derivatives import reference_precision_of
from nautilus_bybit_adapter.wire.market import TICKER_NAMES

DECODER_VARIABLE = "BYBIT_NT_DECODER"
"""The environment variable that chooses the decoder: ``native``, ``python``, or ``auto`` (native where proved)."""

_DECLARATIONS = (
    "struct OrderBookDeltas_API orderbook_deltas_new(struct InstrumentId_t instrument_id, const CVec *deltas);",
    "void orderbook_deltas_drop(struct OrderBookDeltas_API deltas);",
    "typedef struct OrderBookDeltas_API { struct OrderBookDeltas_t *_0; } OrderBookDeltas_API;",
)
_PROOF_ID = "BTCUSDT-LINEAR.BYBIT"


def _without_comments(header: str) -> str:
    """Return C declarations with the comments left out and one space between words."""
    code = "".join(part.rpartition("*/")[2] for part in header.split("/*"))
    return " ".join(code.split())


def deltas_addresses() -> tuple[int, int]:
    """Return where the framework makes and drops book deltas, or zeros where it does not show that.

    The symbols are called only if the C header that comes with the framework declares them as they are called.
    """
    header = Path(nautilus_trader.__file__).parent / "core" / "includes" / "model.h"
    try:
        declared = _without_comments(header.read_text())
        if not all(declaration in declared for declaration in _DECLARATIONS):
            return 0, 0
        library = ctypes.CDLL(framework_data.__file__)
        made, dropped = (
            ctypes.cast(symbol, ctypes.c_void_p).value or 0
            for symbol in (library.orderbook_deltas_new, library.orderbook_deltas_drop)
        )
    except (OSError, ValueError, AttributeError):
        return 0, 0
    return made, dropped


def _deltas_of(capsule: object) -> OrderBookDeltas:
    """Make deltas the framework's public way: slower, and it needs none of its C functions."""
    deltas = OrderBookDelta.list_from_capsule(capsule)
    return OrderBookDeltas(deltas[0].instrument_id, deltas)


def framework_types(layout: DeltaLayout, deltas_new: int, deltas_drop: int) -> FrameworkTypes:
    """Return how C++ makes the framework's objects; with zeros as addresses deltas take the slower way."""
    return FrameworkTypes(
        layout=layout,
        data_of=capsule_to_data,
        deltas_of=_deltas_of,
        deltas_new=deltas_new,
        deltas_drop=deltas_drop,
    )


def reads_data(layout: DeltaLayout) -> bool:
    """Return whether C++ reads what the framework has put into capsules as the framework means it."""
    rust: Any = nautilus_pyo3
    one = 10**DIGITS
    instrument_id = rust.InstrumentId.from_str(_PROOF_ID)
    bid, ask = rust.Price.from_str("61800.50"), rust.Price.from_str("-0.25")
    small, large = rust.Quantity.from_str("0.003"), rust.Quantity.from_str("18446744073.000")
    quote = rust.QuoteTick(instrument_id, bid, ask, small, large, 2**64 - 1, 3)
    trade = rust.TradeTick(
        instrument_id, bid, small, rust.AggressorSide.SELLER, rust.TradeId("i" * 36), 2, 2**64 - 1
    )
    order = rust.BookOrder(rust.OrderSide.BUY, bid, small, 1)
    delta = rust.OrderBookDelta(instrument_id, rust.BookAction.ADD, order, 0, 1, 2, 3)
    deltas = rust.OrderBookDeltas(instrument_id, [delta])
    raw_bid, raw_small = (618005 * one // 10, 2), (3 * one // 1000, 3)
    expected: tuple[tuple[object, ...], ...] = (
        (
            "quote",
            _PROOF_ID,
            raw_bid,
            (-one // 4, 2),
            raw_small,
            (18_446_744_073 * one, 3),
            2**64 - 1,
            3,
        ),
        ("trade", _PROOF_ID, raw_bid, raw_small, 2, "i" * 36, 2, 2**64 - 1),
        ("deltas",),
    )
    capsules = [item.as_pycapsule() for item in (quote, trade, deltas)]
    return all(
        decode_data(capsule, layout) == fields for capsule, fields in zip(capsules, expected, strict=True)
    )


_PROOF_FRAMES = (
    (
        b'{"topic":"book","type":"snapshot","ts":9,"data":{"s":"BTCUSDT","b":[["61800.5","0.003"]],'
        b'"a":[["61800.75","12"]],"u":5,"seq":6},"cts":8}'
    ),
    b'{"topic":"book","type":"delta","ts":9,"data":{"s":"BTCUSDT","b":[["61800.5","0"]],"a":[],"u":6}}',
    (
        b'{"topic":"touch","type":"snapshot","ts":9,"data":{"s":"BTCUSDT","b":[["61800.5","0.003"]],'
        b'"a":[["61800.75","12"]],"u":5,"seq":6},"cts":8}'
    ),
    (
        b'{"topic":"trades","ts":9,"data":[{"T":8,"s":"BTCUSDT","S":"Buy","v":"0.003","p":"61800.5","i":"one"},'
        b'{"T":9,"s":"BTCUSDT","S":"Sell","v":"12","p":"61800.75","i":"two"}]}'
    ),
    (
        b'{"topic":"ticker","type":"snapshot","ts":9,"data":{"symbol":"BTCUSDT","markPrice":"61800.5",'
        b'"indexPrice":"61800.1234"}}'
    ),
)


def proof_objects() -> list[Data]:
    """Return what the frames of the proof must become, from the framework's own constructors."""
    instrument_id = InstrumentId.from_str(_PROOF_ID)
    bid, ask = Price.from_str("61800.50"), Price.from_str("61800.75")
    small, large, none = (Quantity.from_str(text) for text in ("0.003", "12.000", "0.000"))

    def delta(action: BookAction, order: BookOrder | None, flags: int, seq: int, ms: int) -> OrderBookDelta:
        return OrderBookDelta(instrument_id, action, order, flags, seq, ms * 1_000_000, 7)

    def add(side: OrderSide, price: Price, size: Quantity, flags: int) -> OrderBookDelta:
        return delta(BookAction.ADD, BookOrder(side, price, size, 0), flags, 6, 8)

    snapshot = [
        delta(BookAction.CLEAR, None, 32, 6, 8),
        add(OrderSide.BUY, bid, small, 32),
        add(OrderSide.SELL, ask, large, 32 | 128),
    ]
    removal = [delta(BookAction.DELETE, BookOrder(OrderSide.BUY, bid, none, 0), 128, 0, 9)]
    return [
        OrderBookDeltas(instrument_id, snapshot),
        OrderBookDeltas(instrument_id, removal),
        QuoteTick(instrument_id, bid, ask, small, large, 8_000_000, 7),
        TradeTick(instrument_id, bid, small, AggressorSide.BUYER, TradeId("one"), 8_000_000, 7),
        TradeTick(instrument_id, ask, large, AggressorSide.SELLER, TradeId("two"), 9_000_000, 7),
        MarkPriceUpdate(instrument_id, bid, 9_000_000, 7),
        IndexPriceUpdate(instrument_id, Price.from_str("61800.1234"), 9_000_000, 7),
    ]


def makes_objects(types: FrameworkTypes) -> bool:
    """Return whether C++ makes of known frames what the framework's constructors make."""
    made: list[Data] = []
    numbers: dict[str, Any] = {
        "types": types,
        "instrument": _capsule_of(InstrumentId.from_str(_PROOF_ID)),
        "price_precision": 2,
        "size_precision": 3,
        "publish": made.append,
    }
    book = BookFeed(topic="book", depth=50, on_live=_ignore, on_applied=_ignore, **numbers)
    touch = BookFeed(topic="touch", depth=1, on_live=_ignore, on_applied=_ignore, **numbers)
    book.deltas_wanted = touch.quotes_wanted = True
    ticker = TickerFeed(topic="ticker", symbol="BTCUSDT", names=["markPrice", "indexPrice"], **numbers)
    ticker.watch(outputs=["mark price", "index price"], left=[])
    ticker.reference_precision = 2
    dispatcher = FrameDispatcher()
    for feed in (book, touch, TradeFeed(topic="trades", symbol="BTCUSDT", **numbers), ticker):
        dispatcher.add(feed)
    taken = [dispatcher.on_frame(frame, 7) for frame in _PROOF_FRAMES]
    expected = proof_objects()
    return (
        taken == ["book", "book", "touch", "trades", "ticker"]
        and [type(item) for item in made] == [type(item) for item in expected]
        and made == expected
    )


def _ignore(*_args: int) -> None:
    """Take a call that means nothing here."""


def _capsule_of(instrument_id: InstrumentId) -> object:
    return OrderBookDelta.capsule_from_list([OrderBookDelta.clear(instrument_id, 0, 0, 0)])


def prove_types(layout: DeltaLayout | None) -> FrameworkTypes | None:
    """Return how C++ makes the framework's objects in this installation, or None with one warning."""
    if layout is None:
        return None  # the missing layout has been told already
    if reads_data(layout):
        for addresses in (deltas_addresses(), (0, 0)):
            types = framework_types(layout, *addresses)
            if makes_objects(types):
                return types
    warnings.warn(
        "The installed nautilus_trader keeps quotes, trades, prices or book deltas in an unknown memory layout; frames"
        " are decoded in Python instead, which is slower.",
        RuntimeWarning,
        stacklevel=2,
    )
    return None


@functools.cache
def proved_types() -> FrameworkTypes | None:
    """Return how C++ makes the framework's objects; the proof runs at the first call."""
    return prove_types(LAYOUT)


def chosen_types(configured: str | None, environ: Mapping[str, str]) -> FrameworkTypes | None:
    """Return how C++ makes the framework's objects, or None where frames are decoded in Python.

    Parameters
    ----------
    configured : str or None
        The decoder that a config names; None takes the environment's.
    environ : Mapping[str, str]
        The environment.

    Raises
    ------
    BybitConfigError
        If the choice is none of its values, or asks for what this installation cannot do.

    """
    named = "decoder" if configured is not None else DECODER_VARIABLE
    choice = configured if configured is not None else environ.get(DECODER_VARIABLE, "auto")
    if choice not in {"auto", "native", "python"}:
        raise BybitConfigError(f"{named} is {choice!r}; it must be auto, native or python")
    types = None if choice == "python" else proved_types()
    if choice == "native" and types is None:
        raise BybitConfigError(f"{named} is native, and this installation's layout is not known")
    return types


def book_feed(
    types: FrameworkTypes,
    instrument: Instrument,
    topic: str,
    depth: int,
    publish: Callable[[Data], None],
    on_live: Callable[[int], None] = _ignore,
    on_applied: Callable[[int, int, int], None] = _ignore,
) -> BookFeed:
    """Return the C++ side of an order-book topic; see `BookFeed` for the calls."""
    return BookFeed(
        types=types,
        instrument=_capsule_of(instrument.id),
        topic=topic,
        price_precision=instrument.price_precision,
        size_precision=instrument.size_precision,
        depth=depth,
        publish=publish,
        on_live=on_live,
        on_applied=on_applied,
    )


def trade_feed(
    types: FrameworkTypes, instrument: Instrument, topic: str, publish: Callable[[Data], None]
) -> TradeFeed:
    """Return the C++ side of a trade topic."""
    return TradeFeed(
        types=types,
        instrument=_capsule_of(instrument.id),
        topic=topic,
        price_precision=instrument.price_precision,
        size_precision=instrument.size_precision,
        symbol=instrument.raw_symbol.value,
        publish=publish,
    )


def ticker_feed(
    types: FrameworkTypes, instrument: Instrument, topic: str, publish: Callable[[Data], None]
) -> TickerFeed:
    """Return the C++ side of a ticker topic."""
    feed = TickerFeed(
        types=types,
        instrument=_capsule_of(instrument.id),
        topic=topic,
        price_precision=instrument.price_precision,
        size_precision=instrument.size_precision,
        symbol=instrument.raw_symbol.value,
        names=list(TICKER_NAMES.values()),
        publish=publish,
    )
    feed.reference_precision = reference_precision_of(instrument)
    return feed
