"""Ticker and candle topics decoded in C++ beside the same in Python: from a frame's bytes to what is published."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Sequence

import frames as frames_of
import msgspec
from bybit_rows import OPTION_ROW
from edge import ROUNDS, Result, instrument_of
from nautilus_trader.core.data import Data
from nautilus_trader.model.data import BarType
from nautilus_trader.model.instruments import Instrument

from nautilus_bybit_adapter._ext import FrameDispatcher, FrameworkTypes
from nautilus_bybit_adapter.nt1 import native
from nautilus_bybit_adapter.nt1.mapping.instruments import option_instrument
from nautilus_bybit_adapter.nt1.streams import BarStream, TickerKind, TickerStream, bar_stream, ticker_stream
from nautilus_bybit_adapter.wire.codec import decode_public
from nautilus_bybit_adapter.wire.control import ControlMessage

FRAMES = 5_000
_CONTRACT_KINDS = (TickerKind.MARK_PRICE, TickerKind.INDEX_PRICE, TickerKind.FUNDING_RATE)

type Made = tuple[TickerStream | BarStream, list[Data]]
type Make = Callable[[FrameworkTypes | None], Made]


def _ticker(instrument: Instrument, *kinds: TickerKind) -> Make:
    def make(types: FrameworkTypes | None) -> Made:
        out: list[Data] = []
        stream = ticker_stream(types, instrument, f"tickers.{instrument.raw_symbol}", out.append)
        for kind in kinds:
            stream.add(kind, 1)
        return stream, out

    return make


def _bars(types: FrameworkTypes | None) -> Made:
    out: list[Data] = []
    instrument = instrument_of("BTCUSDT")
    stream = bar_stream(
        types,
        instrument,
        "kline.1.BTCUSDT",
        "1",
        out.append,
        on_close=True,
        on_missed=lambda _stream, _start, _end: None,
    )
    stream.bar_types.append(BarType.from_str(f"{instrument.id}-1-MINUTE-LAST-EXTERNAL"))
    return stream, out


def _replay(make: Make, types: FrameworkTypes | None, frames: Sequence[bytes]) -> tuple[float, list[Data]]:
    """Return the CPU time of a frame, microseconds, and what was published."""
    stream, out = make(types)
    dispatcher = FrameDispatcher()
    feed = getattr(stream, "feed", None)
    if feed is not None:
        dispatcher.add(feed)
    on_frame = dispatcher.on_frame
    start = time.process_time()
    for frame in frames:
        if on_frame(frame, 7) is None:
            message = decode_public(frame, "linear")
            assert not isinstance(message, ControlMessage)
            stream.on_message(message, 7)
    return (time.process_time() - start) / len(frames) * 1e6, out


def _option_frames(symbol: str) -> list[bytes]:
    chance = random.Random(8)  # noqa: S311 - the same frames each time
    whole = dict.fromkeys(("bidIv", "askIv", "markPriceIv", "delta", "gamma", "vega", "theta"), "0.75")
    whole |= {"symbol": symbol, "markPrice": "305.5", "indexPrice": "60000.5", "openInterest": "100.5"}
    touches = (
        {
            "bidPrice": str(100 + 5 * chance.randrange(40)),
            "bidSize": f"{chance.randrange(1, 90) / 10:.1f}",
            "askPrice": str(400 + 5 * chance.randrange(40)),
            "askSize": f"{chance.randrange(1, 90) / 10:.1f}",
        }
        for _ in range(FRAMES)
    )
    return [
        msgspec.json.encode(
            {
                "topic": f"tickers.{symbol}",
                "ts": frames_of.START_MS + at,
                "type": "snapshot",
                "data": whole | touch,
            }
        )
        for at, touch in enumerate(touches)
    ]


def run(progress: Callable[[str], None]) -> list[Result]:
    """Return every line of this bench."""
    types = native.proved_types()
    assert types is not None, "the bench measures the C++ decoders"
    contract, option = instrument_of("BTCUSDT"), option_instrument(OPTION_ROW, None, 1)
    contract_ticker = _ticker(contract, *_CONTRACT_KINDS)
    symbols = ["BTCUSDT"]
    cases: tuple[tuple[str, Make, Sequence[bytes]], ...] = (
        ("candle that forms", _bars, list(frames_of.candle_frames(FRAMES, symbols))),
        (
            "ticker, nothing wanted changes",
            contract_ticker,
            list(frames_of.ticker_frames(FRAMES, symbols)),
        ),
        (
            "ticker, mark and index price change",
            contract_ticker,
            list(frames_of.price_frames(FRAMES, symbols)),
        ),
        (
            "option ticker to quote",
            _ticker(option, TickerKind.QUOTE),
            _option_frames(option.raw_symbol.value),
        ),
    )
    results = []
    for name, make, frames in cases:
        mine, peers = [], []
        for _ in range(ROUNDS):
            (in_cpp, made), (in_python, expected) = (_replay(make, each, frames) for each in (types, None))
            assert len(made) == len(expected)
            mine.append(in_cpp)
            peers.append(in_python)
        ours, peer = statistics.median(mine), statistics.median(peers)
        results.append(
            Result(
                f"{name} (peer: Python)", "cpu us", ours, peer, peer / ours, (max(mine) - min(mine)) / ours
            )
        )
        progress(f"{name}: {ours:.2f} us, in Python {peer:.2f} us")
    return results
