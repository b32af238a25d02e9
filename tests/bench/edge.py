"""The same frames through this package's data path and through the framework's own adapter, from socket to object.

Both turn a frame into framework objects and hand them to a callback. For every book frame the framework's adapter
also makes a quote; frames are counted, not objects.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
from bybit_rows import LINEAR_ROW
from nautilus_trader.core import nautilus_pyo3
from nautilus_trader.model.data import OrderBookDeltas, TradeTick, capsule_to_data

from nautilus_bybit_adapter.nt1.mapping.instruments import linear_instrument
from nautilus_bybit_adapter.nt1.streams import BookStream, TradeStream
from nautilus_bybit_adapter.transport.public import BybitPublicWebSocket
from nautilus_bybit_adapter.wire.codec import MarketMessage
from nautilus_bybit_adapter.wire.messages import UnknownMessage

FRAMES = 40_000
ROUNDS = 5
DEPTH = 50


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the bench; ``ratio`` is ours to peer's, above 1 where ours is better."""

    name: str
    unit: str
    ours: float
    peer: float | None
    ratio: float | None
    spread: float


def book_frames(count: int) -> list[bytes]:
    """Return a snapshot and then deltas of ten levels."""
    chance = random.Random(5)  # noqa: S311 - the same frames each time
    levels = [
        [[f"{60000 - n / 10:.2f}", "1.5"] for n in range(DEPTH)],
        [[f"{60000.1 + n / 10:.2f}", "1.5"] for n in range(DEPTH)],
    ]
    frames = [_book("snapshot", levels[0], levels[1], 1)]
    for number in range(2, count + 1):
        bids = [
            [f"{60000 - chance.randrange(DEPTH) / 10:.2f}", f"{chance.randrange(1, 9000) / 1000:.3f}"]
            for _ in range(5)
        ]
        asks = [
            [f"{60000.1 + chance.randrange(DEPTH) / 10:.2f}", f"{chance.randrange(1, 9000) / 1000:.3f}"]
            for _ in range(5)
        ]
        frames.append(_book("delta", bids, asks, number))
    return frames


def _book(kind: str, bids: list[list[str]], asks: list[list[str]], update: int) -> bytes:
    return msgspec.json.encode(
        {
            "topic": f"orderbook.{DEPTH}.BTCUSDT",
            "type": kind,
            "ts": 1_791_240_000_000 + update,
            "data": {"s": "BTCUSDT", "b": bids, "a": asks, "u": update, "seq": 9_688_000_000 + update},
            "cts": 1_791_240_000_000 + update,
        }
    )


def trade_frames(count: int) -> list[bytes]:
    """Return frames of one trade each."""
    return [
        msgspec.json.encode(
            {
                "topic": "publicTrade.BTCUSDT",
                "type": "snapshot",
                "ts": 1_791_240_000_000 + number,
                "data": [
                    {
                        "T": 1_791_240_000_000 + number,
                        "s": "BTCUSDT",
                        "S": "Buy" if number % 2 else "Sell",
                        "v": "0.004",
                        "p": f"{60000 + number % 100 / 10:.2f}",
                        "L": "ZeroMinusTick",
                        "i": f"c9973f17-3657-54b1-b419-{number:012d}",
                        "BT": False,
                        "RPI": False,
                        "seq": 9_688_000_000 + number,
                    }
                ],
            }
        )
        for number in range(count)
    ]


class Countdown:
    """Stops the clock at the last frame."""

    def __init__(self, kind: type, count: int) -> None:
        self.kind = kind
        self.left = count
        self.first = 0.0
        self.last = 0.0
        self.cpu = 0.0
        self._cpu_start = 0.0
        self.done = asyncio.Event()

    def take(self, item: object) -> None:
        """Count an object of the kind."""
        if not isinstance(item, self.kind):
            return
        if not self.first:
            self.first, self._cpu_start = time.perf_counter(), time.process_time()
        self.left -= 1
        if self.left == 0:
            self.last, self.cpu = time.perf_counter(), time.process_time() - self._cpu_start
            self.done.set()


async def ours(port: int, topic: str, count: Countdown) -> None:
    """Run the frames through this package."""
    instrument = linear_instrument(LINEAR_ROW, None, 1)
    book = BookStream(instrument, DEPTH, count.take)
    book.deltas_wanted = True
    stream = book if topic.startswith("orderbook") else TradeStream(instrument, count.take)

    def take(message: MarketMessage | UnknownMessage, ts_init: int) -> None:
        assert stream.on_message(message, ts_init), "no frame is missing"

    socket = BybitPublicWebSocket("linear", base_url=f"ws://127.0.0.1:{port}/v5/public", on_message=take)
    socket.subscribe(topic)
    connecting = asyncio.ensure_future(socket.connect())
    await count.done.wait()
    await connecting
    await socket.disconnect()


async def theirs(port: int, topic: str, count: Countdown) -> None:
    """Run the frames through the framework's own adapter."""
    client = nautilus_pyo3.BybitWebSocketClient.new_public(
        product_type=nautilus_pyo3.BybitProductType.LINEAR,
        environment=nautilus_pyo3.BybitEnvironment.TESTNET,
        url=f"ws://127.0.0.1:{port}/v5/public/linear",
    )
    client.cache_instrument(nautilus_pyo3.CryptoPerpetual.from_dict(_pyo3_instrument()))

    def take(message: object) -> None:
        if nautilus_pyo3.is_pycapsule(message):
            count.take(capsule_to_data(message))

    await client.connect(loop_=asyncio.get_running_loop(), callback=take)
    await client.wait_until_active(timeout_secs=10.0)
    instrument_id = nautilus_pyo3.InstrumentId.from_str("BTCUSDT-LINEAR.BYBIT")
    if topic.startswith("orderbook"):
        await client.subscribe_orderbook(instrument_id, DEPTH)
    else:
        await client.subscribe_trades(instrument_id)
    await count.done.wait()
    await client.close()


def _pyo3_instrument() -> dict[str, str]:
    instrument = linear_instrument(LINEAR_ROW, None, 1)
    return dict(type(instrument).to_dict(instrument))


Runner = Callable[[int, str, Countdown], Awaitable[None]]


def measure(frames: list[bytes], topic: str, kind: type, progress: Callable[[str], None]) -> list[Result]:
    """Alternate the two and return throughput and CPU of each."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "frames"
        path.write_bytes(b"\n".join(frames))
        server = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("frame_server.py")), str(path)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert server.stdout is not None
        port = int(server.stdout.readline())
        try:
            figures: dict[str, list[tuple[float, float]]] = {"ours": [], "peer": []}
            for number in range(ROUNDS):
                for name, runner in (("ours", ours), ("peer", theirs)):
                    figures[name].append(
                        asyncio.run(_once(runner, port, topic, Countdown(kind, len(frames))))
                    )
                    progress(
                        f"{topic} round {number + 1} of {ROUNDS}, {name}: {figures[name][-1][0]:,.0f} frames/s"
                    )
        finally:
            server.terminate()
            server.stdout.close()
            server.wait()
    what = "book" if topic.startswith("orderbook") else "trade"
    return [
        result_of(f"{what} frames, socket to framework object", "frames/s", figures, 0, more_is_better=True),
        result_of(f"CPU a {what} frame", "us", figures, 1, more_is_better=False),
    ]


async def _once(runner: Runner, port: int, topic: str, count: Countdown) -> tuple[float, float]:
    frames = count.left
    await asyncio.wait_for(runner(port, topic, count), 120)
    return frames / (count.last - count.first), count.cpu / frames * 1e6


def result_of(
    name: str, unit: str, figures: dict[str, list[tuple[float, float]]], column: int, *, more_is_better: bool
) -> Result:
    mine, peers = ([row[column] for row in figures[who]] for who in ("ours", "peer"))
    ours_, peer = statistics.median(mine), statistics.median(peers)
    ratio = ours_ / peer if more_is_better else peer / ours_
    return Result(name, unit, ours_, peer, ratio, (max(mine) - min(mine)) / ours_)


def run(progress: Callable[[str], None]) -> list[Result]:
    """Return every line of this bench."""
    results = measure(book_frames(FRAMES), f"orderbook.{DEPTH}.BTCUSDT", OrderBookDeltas, progress)
    return results + measure(trade_frames(FRAMES), "publicTrade.BTCUSDT", TradeTick, progress)
