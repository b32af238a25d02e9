"""The same frames through this package's data path and through the framework's own adapter, from socket to object.

Both turn a frame into framework objects and hand them to a callback. For every book frame the framework's adapter
also makes a quote; frames are counted, not objects.
"""

from __future__ import annotations

import array
import asyncio
import itertools
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import frames as frames_of
import msgspec
import uvloop
from bybit_rows import LINEAR_ROW
from nautilus_trader.core import nautilus_pyo3
from nautilus_trader.model.data import (
    Bar,
    BarType,
    IndexPriceUpdate,
    MarkPriceUpdate,
    OrderBookDeltas,
    QuoteTick,
    TradeTick,
    capsule_to_data,
)
from nautilus_trader.model.instruments import Instrument

from nautilus_bybit_adapter._ext import FrameDispatcher, FrameworkTypes
from nautilus_bybit_adapter.nt1 import native
from nautilus_bybit_adapter.nt1.mapping.instruments import linear_instrument
from nautilus_bybit_adapter.nt1.streams import NativeBarStream, NativeTickerStream, TickerKind
from nautilus_bybit_adapter.transport.public import BybitPublicWebSocket
from nautilus_bybit_adapter.wire.codec import MarketMessage
from nautilus_bybit_adapter.wire.messages import UnknownMessage

FLAT_OUT_FRAMES = 100_000
PACED_FRAMES = 6_000
PACE = 2_000.0
ROUNDS = 5
MANY_SYMBOLS = 200
MEMORY_FRAMES = 10_000_000
TIMEOUT_SECS = 120.0
SERVER = str(Path(__file__).with_name("frame_server.py"))


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the bench; ``ratio`` is ours to peer's, above 1 where ours is better."""

    name: str
    unit: str
    ours: float
    peer: float | None
    ratio: float | None
    spread: float


@dataclass(frozen=True, slots=True)
class Feed:
    """What is subscribed and sent, and how many frames make one object."""

    name: str
    topic: str
    kind: type
    make: Callable[[int, Sequence[str]], Iterator[bytes]]
    each: int = 1


BOOK = Feed("book", f"orderbook.{frames_of.DEPTH}.", OrderBookDeltas, frames_of.book_frames)
TRADE = Feed("trade", "publicTrade.", TradeTick, frames_of.trade_frames)
TOUCH = Feed("quote", "orderbook.1.", QuoteTick, frames_of.touch_frames)
PRICE = Feed("mark price", "tickers.", MarkPriceUpdate, frames_of.price_frames)
BAR = Feed("bar", "kline.1.", Bar, frames_of.minute_frames, frames_of.PUSHES_A_CANDLE)
TICKER = Feed("ticker quote", "tickers.", QuoteTick, frames_of.ticker_frames)


class Arrivals:
    """Notes when objects of a kind arrive, and stops at the last."""

    def __init__(self, kind: type, count: int, *, timed: bool) -> None:
        self.kind = kind
        self.left = count
        self.times = array.array("q")
        self.first = self.last = self.cpu = 0.0
        self.done = asyncio.Event()
        self.take: Callable[[object], None] = self._take_timed if timed else self._take

    def _take(self, item: object) -> None:
        if not isinstance(item, self.kind):
            return
        if not self.first:
            self.first, self.cpu = time.perf_counter(), -time.process_time()
        self.left -= 1
        if not self.left:
            self.last = time.perf_counter()
            self.cpu += time.process_time()
            self.done.set()

    def _take_timed(self, item: object) -> None:
        if isinstance(item, self.kind):
            self.times.append(time.monotonic_ns())
        self._take(item)


def symbols_of(count: int) -> list[str]:
    """Return symbols; one alone is Bitcoin's."""
    return ["BTCUSDT"] if count == 1 else [f"C{number:03d}USDT" for number in range(count)]


def instrument_of(symbol: str) -> Instrument:
    """Return a perpetual of that symbol, with the numbers of Bitcoin's."""
    row = msgspec.structs.replace(LINEAR_ROW, symbol=symbol, base_coin=symbol.removesuffix("USDT"))
    return linear_instrument(row, None, 1)


def _stream_of(
    types: FrameworkTypes, feed: Feed, symbol: str, take: Callable[[object], None]
) -> NativeBarStream | NativeTickerStream:
    instrument, topic = instrument_of(symbol), f"{feed.topic}{symbol}"
    if feed is PRICE:
        ticker = NativeTickerStream(types, instrument, topic, take)
        ticker.add(TickerKind.MARK_PRICE, 0)
        ticker.add(TickerKind.INDEX_PRICE, 0)
        return ticker
    bars = NativeBarStream(
        instrument, topic, "1", take, on_close=True, on_missed=lambda _stream, _start, _end: None
    )
    bars.bar_types.append(bar_type_of(symbol))
    return bars


def bar_type_of(symbol: str) -> BarType:
    """Return the minutes of a symbol."""
    return BarType.from_str(f"{symbol}-LINEAR.BYBIT-1-MINUTE-LAST-EXTERNAL")


async def ours(port: int, feed: Feed, symbols: Sequence[str], arrivals: Arrivals) -> None:
    """Run the frames through this package."""
    types = native.proved_types()
    assert types is not None, "the bench measures the C++ decoders"
    dispatcher = FrameDispatcher()
    streams: dict[str, NativeBarStream | NativeTickerStream] = {}
    for symbol in symbols:
        topic = f"{feed.topic}{symbol}"
        if feed in {PRICE, BAR}:
            streams[topic] = _stream_of(types, feed, symbol, arrivals.take)
            dispatcher.add(streams[topic].feed)
            continue
        if feed is TRADE:
            dispatcher.add(native.trade_feed(types, instrument_of(symbol), topic, arrivals.take))
            continue
        depth = int(feed.topic.split(".")[1])
        book = native.book_feed(types, instrument_of(symbol), topic, depth, arrivals.take)
        book.deltas_wanted, book.quotes_wanted = depth > 1, depth == 1
        dispatcher.add(book)

    def on_message(message: MarketMessage | UnknownMessage, ts_init: int) -> None:
        # Only closed candles are the Python decoder's.
        assert feed is BAR, f"left to the Python decoder at {ts_init}: {message}"
        streams[message.topic].on_message(message, ts_init)

    socket = BybitPublicWebSocket(
        "linear",
        base_url=f"ws://127.0.0.1:{port}/v5/public",
        on_message=on_message,
        on_frame=dispatcher.on_frame,
    )
    socket.subscribe(*(f"{feed.topic}{symbol}" for symbol in symbols))
    connecting = asyncio.ensure_future(socket.connect())
    await arrivals.done.wait()
    await connecting
    await socket.disconnect()


async def theirs(port: int, feed: Feed, symbols: Sequence[str], arrivals: Arrivals) -> None:
    """Run the frames through the framework's own adapter."""
    client = nautilus_pyo3.BybitWebSocketClient.new_public(
        product_type=nautilus_pyo3.BybitProductType.LINEAR,
        environment=nautilus_pyo3.BybitEnvironment.TESTNET,
        url=f"ws://127.0.0.1:{port}/v5/public/linear",
    )
    for symbol in symbols:
        instrument = instrument_of(symbol)
        client.cache_instrument(
            nautilus_pyo3.CryptoPerpetual.from_dict(dict(type(instrument).to_dict(instrument)))
        )

    def take(message: object) -> None:
        if nautilus_pyo3.is_pycapsule(message):
            arrivals.take(capsule_to_data(message))
        elif isinstance(message, nautilus_pyo3.MarkPriceUpdate):
            arrivals.take(MarkPriceUpdate.from_pyo3(message))
        elif isinstance(message, nautilus_pyo3.IndexPriceUpdate):
            arrivals.take(IndexPriceUpdate.from_pyo3(message))

    await client.connect(loop_=asyncio.get_running_loop(), callback=take)
    await client.wait_until_active(timeout_secs=10.0)
    for symbol in symbols:
        instrument_id = nautilus_pyo3.InstrumentId.from_str(f"{symbol}-LINEAR.BYBIT")
        if feed.topic.startswith("orderbook"):
            await client.subscribe_orderbook(instrument_id, int(feed.topic.split(".")[1]))
        elif feed is TRADE:
            await client.subscribe_trades(instrument_id)
        elif feed is BAR:
            await client.subscribe_bars(nautilus_pyo3.BarType.from_str(str(bar_type_of(symbol))))
        else:
            await client.subscribe_ticker(instrument_id)
    await arrivals.done.wait()
    await client.close()


Runner = Callable[[int, Feed, Sequence[str], Arrivals], Awaitable[None]]


@contextmanager
def serving(
    path: Path, feed: Feed, symbols: Sequence[str], count: int, rate: float, repeat: int = 1
) -> Iterator[int]:
    """Serve a feed's frames from a process of its own, and give its port."""
    path.write_bytes(b"\n".join(feed.make(count, symbols)))
    server = subprocess.Popen(
        [sys.executable, SERVER, str(path), str(len(symbols)), str(rate), str(repeat)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    try:
        yield int(server.stdout.readline())
    finally:
        server.terminate()
        server.stdout.close()
        server.wait()


async def _run(
    runner: Runner, port: int, feed: Feed, symbols: Sequence[str], arrivals: Arrivals, sent: Path
) -> dict[str, float]:
    frames = arrivals.left * feed.each
    sent.unlink(missing_ok=True)
    await asyncio.wait_for(runner(port, feed, symbols, arrivals), TIMEOUT_SECS)
    figures = {
        "frames/s": frames / (arrivals.last - arrivals.first),
        "cpu us": arrivals.cpu / frames * 1e6,
    }
    if arrivals.times:
        while not sent.exists():  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.01)
        written = array.array("q")
        written.frombytes(sent.read_bytes())
        late = sorted((there - here) / 1000 for here, there in zip(written, arrivals.times, strict=True))
        figures["p50 us"] = late[len(late) // 2]
        figures["p99 us"] = late[len(late) * 99 // 100]
    return figures


def measure(
    mine: Feed,
    peers: Feed,
    symbols: Sequence[str],
    rate: float,
    columns: dict[str, str],
    progress: Callable[[str], None],
) -> list[Result]:
    """Alternate the two and return the median of each figure; ``columns`` gives the name of a line to a figure."""
    count = PACED_FRAMES if rate else FLAT_OUT_FRAMES
    figures: dict[str, list[dict[str, float]]] = {"ours": [], "peer": []}
    with tempfile.TemporaryDirectory() as folder:
        paths = {who: Path(folder) / who for who in figures}
        with (
            serving(paths["ours"], mine, symbols, count, rate) as our_port,
            serving(paths["peer"], peers, symbols, count, rate) as peer_port,
        ):
            for number in range(ROUNDS):
                runs: list[tuple[str, Runner, int, Feed]] = [
                    ("ours", ours, our_port, mine),
                    ("peer", theirs, peer_port, peers),
                ]
                for who, runner, port, feed in runs if number % 2 else reversed(runs):
                    arrivals = Arrivals(feed.kind, count // feed.each, timed=rate > 0)
                    sent = paths[who].with_suffix(".sent")
                    got = uvloop.run(_run(runner, port, feed, symbols, arrivals, sent))
                    figures[who].append(got)
                    told = ", ".join(f"{value:,.1f} {unit}" for unit, value in got.items())
                    progress(f"{feed.topic}* round {number + 1} of {ROUNDS}, {who}: {told}")
    return [
        result_of(
            name, figure.rpartition(" ")[2], figures, figure, more_is_better=figure.endswith("frames/s")
        )
        for figure, name in columns.items()
    ]


def result_of(
    name: str, unit: str, figures: Mapping[str, Sequence[Any]], column: int | str, *, more_is_better: bool
) -> Result:
    """Return a line of medians: `figures` has the rows of "ours" and of "peer", each with the column."""
    mine, peers = ([row[column] for row in figures[who]] for who in ("ours", "peer"))
    ours_, peer = statistics.median(mine), statistics.median(peers)
    ratio = ours_ / peer if more_is_better else peer / ours_
    return Result(name, unit, ours_, peer, ratio, (max(mine) - min(mine)) / ours_)


def memory(progress: Callable[[str], None]) -> Result:
    """Return by how much the process grows over ten million frames of books, quotes and trades."""
    types = native.proved_types()
    assert types is not None, "the bench measures the C++ decoders"
    instrument = instrument_of("BTCUSDT")
    dispatcher = FrameDispatcher()
    book, touch = (
        native.book_feed(types, instrument, f"orderbook.{depth}.BTCUSDT", depth, lambda _item: None)
        for depth in (frames_of.DEPTH, 1)
    )
    book.deltas_wanted = touch.quotes_wanted = True
    for feed in (
        book,
        touch,
        native.trade_feed(types, instrument, "publicTrade.BTCUSDT", lambda _item: None),
    ):
        dispatcher.add(feed)
    frames = [frame for feed in (BOOK, TOUCH, TRADE) for frame in feed.make(2_000, ["BTCUSDT"])]

    def replay(times: int) -> None:
        for frame in itertools.chain.from_iterable(itertools.repeat(frames, times)):
            assert dispatcher_on_frame(frame, 1) is not None

    dispatcher_on_frame = dispatcher.on_frame
    replay(10)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    replay(MEMORY_FRAMES // len(frames))
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    progress(f"memory: {grown:.2f} MB more after {MEMORY_FRAMES:,} frames")
    return Result(f"growth over {MEMORY_FRAMES // 10**6} million frames", "MB", grown, None, None, 0.0)


def run(progress: Callable[[str], None]) -> list[Result]:
    """Return every line of this bench."""
    results: list[Result] = [memory(progress)]
    one, many = symbols_of(1), symbols_of(MANY_SYMBOLS)
    for mine, peers in (
        (BOOK, BOOK),
        (TRADE, TRADE),
        (TOUCH, TOUCH),
        (TOUCH, TICKER),
        (PRICE, PRICE),
        (BAR, BAR),
    ):
        what = mine.name if mine is peers else f"{mine.name} (peer: ticker)"
        arguments: list[tuple[Sequence[str], float, dict[str, Any]]] = [
            (one, 0.0, {"frames/s": f"{what}, flat out", "cpu us": f"{what}, flat out: CPU a frame"}),
        ]
        if mine.each == 1:
            late = {"p50 us": f"{what}, {PACE:,.0f}/s: p50", "p99 us": f"{what}, {PACE:,.0f}/s: p99"}
            arguments.append((one, PACE, late))
        if mine is peers and mine.each == 1:
            arguments.append((many, 0.0, {"frames/s": f"{what}, {MANY_SYMBOLS} symbols, flat out"}))
        for symbols, rate, columns in arguments:
            results += measure(mine, peers, symbols, rate, columns, progress)
    return results


def main() -> None:
    """Run this bench alone."""
    for result in run(lambda line: print(f"  {line}", file=sys.stderr, flush=True)):
        figures = (
            f"{result.ours:>12,.2f} {result.peer or 0:>12,.2f} {result.unit:>9} {result.ratio or 0:>7.2f}x"
        )
        print(f"{result.name:<48} {figures}")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
    main()
