"""One public topic each: frames in, framework data out, the sequence rule applied between."""

from nautilus_bybit_adapter.nt1.streams.bars import BarStream
from nautilus_bybit_adapter.nt1.streams.book import BookStream
from nautilus_bybit_adapter.nt1.streams.liquidations import LiquidationStream
from nautilus_bybit_adapter.nt1.streams.native import (
    NativeBookStream,
    NativeTradeStream,
    book_stream,
    trade_stream,
)
from nautilus_bybit_adapter.nt1.streams.native_ticker import (
    NativeBarStream,
    NativeTickerStream,
    bar_stream,
    ticker_stream,
)
from nautilus_bybit_adapter.nt1.streams.outlet import Outlet
from nautilus_bybit_adapter.nt1.streams.pools import PoolStream
from nautilus_bybit_adapter.nt1.streams.price_limit import PriceLimitStream
from nautilus_bybit_adapter.nt1.streams.rpi_book import RpiBookStream
from nautilus_bybit_adapter.nt1.streams.stream import InstrumentStream, PublicStream, Publish
from nautilus_bybit_adapter.nt1.streams.ticker import TickerKind, TickerStream
from nautilus_bybit_adapter.nt1.streams.trades import OptionTradeStream, TradeStream

__all__ = [
    "BarStream",
    "BookStream",
    "InstrumentStream",
    "LiquidationStream",
    "NativeBarStream",
    "NativeBookStream",
    "NativeTickerStream",
    "NativeTradeStream",
    "OptionTradeStream",
    "Outlet",
    "PoolStream",
    "PriceLimitStream",
    "PublicStream",
    "Publish",
    "RpiBookStream",
    "TickerKind",
    "TickerStream",
    "TradeStream",
    "bar_stream",
    "book_stream",
    "ticker_stream",
    "trade_stream",
]
