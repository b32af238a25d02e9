"""From the framework's requests to REST calls and framework data."""

from __future__ import annotations

from collections.abc import Callable

from nautilus_trader.model.data import OrderBookDeltas, TradeTick
from nautilus_trader.model.instruments import Instrument

from nautilus_bybit_adapter.nt1.data.subscriptions import DEFAULT_DEPTH
from nautilus_bybit_adapter.nt1.mapping.identifiers import MS_TO_NS
from nautilus_bybit_adapter.nt1.mapping.market import deltas_of, past_trade_of
from nautilus_bybit_adapter.transport.http import BybitHTTPClient
from nautilus_bybit_adapter.wire.enums import BybitProductType

NowNs = Callable[[], int]


async def book_snapshot(
    http: BybitHTTPClient, instrument: Instrument, category: BybitProductType, limit: int, now_ns: NowNs
) -> list[OrderBookDeltas]:
    """Return the book of `limit` levels a side (0: 50) as one snapshot."""
    book = await http.get_orderbook(category, instrument.raw_symbol.value, limit or DEFAULT_DEPTH)
    deltas = deltas_of(instrument, book, snapshot=True, ts_event=book.ts * MS_TO_NS, ts_init=now_ns())
    return [] if deltas is None else [deltas]


async def recent_trades(
    http: BybitHTTPClient, instrument: Instrument, category: BybitProductType, limit: int, now_ns: NowNs
) -> list[TradeTick]:
    """Return the last `limit` public trades (0: the venue's own number), oldest first."""
    rows = await http.get_recent_trades(category, instrument.raw_symbol.value, limit or None)
    now = now_ns()
    return [past_trade_of(instrument, row, now) for row in reversed(rows)]
