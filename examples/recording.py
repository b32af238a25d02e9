"""Recorded frames as the framework's data, decoded as the live client decodes them."""

import gzip
from collections.abc import Iterator
from pathlib import Path

from nautilus_trader.core.data import Data
from nautilus_trader.model.instruments import Instrument

from nautilus_bybit_adapter.nt1.streams import BookStream, TradeStream
from nautilus_bybit_adapter.wire.codec import decode_public
from nautilus_bybit_adapter.wire.market import OrderbookMessage, TradesMessage


def read_recording(path: Path, instrument: Instrument, depth: int = 200) -> Iterator[Data]:
    """
    Yield the order book and the trades of a recording.

    Parameters
    ----------
    path : Path
        A ``*.frames.gz`` file.
    instrument : Instrument
        The instrument recorded.
    depth : int, default 200
        The depth of the book topic to read; a recording may hold several.

    """
    out: list[Data] = []
    book, trades = BookStream(instrument, depth, out.append), TradeStream(instrument, out.append)
    book.deltas_wanted = True
    category = instrument.id.symbol.value.rpartition("-")[2].lower()
    with gzip.open(path, "rb") as lines:
        for line in lines:
            received_ns, _, frame = line.partition(b" ")
            message = decode_public(frame, category)
            if isinstance(message, TradesMessage):
                trades.on_message(message, int(received_ns))
            elif isinstance(message, OrderbookMessage) and message.topic.startswith(f"orderbook.{depth}."):
                book.on_message(message, int(received_ns))
            yield from out
            out.clear()
