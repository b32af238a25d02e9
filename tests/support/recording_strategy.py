"""Records a venue, and writes down what a strategy sees of the very same frames; runs until it is killed.

The strategy's side is the live client's Python streams; each frame's objects are a line, with the operating system
before the next frame is read.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import msgspec
from nautilus_trader.core.data import Data

from nautilus_bybit_adapter.history.recorder import Recorder, RecorderConfig
from nautilus_bybit_adapter.nt1.history import HistoryMarket
from nautilus_bybit_adapter.nt1.streams import BookStream, PublicStream, TradeStream
from nautilus_bybit_adapter.wire.codec import decode_public
from nautilus_bybit_adapter.wire.control import ControlMessage
from nautilus_bybit_adapter.wire.enums import BybitProductType
from nautilus_bybit_adapter.wire.signing import Credentials

SYMBOL, CATEGORY = "BTCUSDT", "linear"
TOPICS = [f"orderbook.50.{SYMBOL}", f"orderbook.1.{SYMBOL}", f"publicTrade.{SYMBOL}"]


class Given(msgspec.Struct, frozen=True):
    public: str
    private: str
    api_key: str
    api_secret: str
    folder: str
    seen: str
    price_precision: int
    size_precision: int
    rotate_secs: float = 3600.0


class Strategy:
    """What is seen, frame by frame."""

    def __init__(self, given: Given) -> None:
        self._fd = os.open(given.seen, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._found: list[Data] = []
        market = HistoryMarket.named(
            SYMBOL, BybitProductType(CATEGORY), given.price_precision, given.size_precision
        )
        book, touch = BookStream(market, 50, self._found.append), BookStream(market, 1, self._found.append)
        book.deltas_wanted = touch.quotes_wanted = True
        trades = TradeStream(market, self._found.append)
        self._streams: dict[str, PublicStream] = dict(zip(TOPICS, (book, touch, trades), strict=True))

    def on_frame(self, topic: str, payload: bytes, received_ns: int) -> None:
        stream = self._streams.get(topic)
        if stream is None:
            return
        message = decode_public(payload, CATEGORY)
        assert not isinstance(message, ControlMessage)
        stream.on_message(message, received_ns)
        found, self._found[:] = self._found[:], []
        line = {"ts": received_ns, "objects": [type(each).to_dict(each) for each in found]}
        os.write(self._fd, msgspec.json.encode(line) + b"\n")


async def main(given: Given) -> None:
    config = RecorderConfig(
        folder=Path(given.folder),
        topics={CATEGORY: TOPICS},
        credentials=Credentials(given.api_key, given.api_secret),
        public_url=given.public,
        private_url=given.private,
        rotate_secs=given.rotate_secs,
    )
    strategy = Strategy(given)
    recorder = Recorder(config, on_kept=strategy.on_frame)
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    await recorder.start()
    await ended.wait()
    await recorder.stop()


if __name__ == "__main__":
    asyncio.run(main(msgspec.json.decode(sys.argv[1], type=Given)))
