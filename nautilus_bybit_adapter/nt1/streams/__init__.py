"""One public topic each: frames in, framework data out, the sequence rule applied between."""

from nautilus_bybit_adapter.nt1.streams.book import BookStream
from nautilus_bybit_adapter.nt1.streams.stream import PublicStream, Publish
from nautilus_bybit_adapter.nt1.streams.trades import TradeStream

__all__ = ["BookStream", "PublicStream", "Publish", "TradeStream"]
