"""Snapshots of order books."""

from __future__ import annotations

from nautilus_trader.data.messages import RequestOrderBookSnapshot
from nautilus_trader.model.data import OrderBookDeltas

from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.nt1.data.books import DEFAULT_DEPTHS
from nautilus_bybit_adapter.nt1.data.context import DataContext
from nautilus_bybit_adapter.nt1.mapping.identifiers import MS_TO_NS
from nautilus_bybit_adapter.nt1.mapping.market import deltas_of
from nautilus_bybit_adapter.wire.enums import BybitProductType

_MOST_LEVELS, _MOST_OPTION_LEVELS = 1000, 25
NO_BOOK_HISTORY = (
    "Bybit keeps no history of order books behind its interface: request a snapshot, subscribe to the book, or load "
    "Bybit's public archives"
)


async def book_snapshot(context: DataContext, request: RequestOrderBookSnapshot) -> list[OrderBookDeltas]:
    """
    Return a book as one snapshot of `request.limit` levels a side (0: 50, options 25).

    Raises
    ------
    BybitConfigError
        If Bybit gives no so many levels.
    BybitError
        If the venue does not answer or refuses.

    """
    instrument, category = context.instrument(request.instrument_id)
    most = _MOST_OPTION_LEVELS if category is BybitProductType.OPTION else _MOST_LEVELS
    limit = request.limit or DEFAULT_DEPTHS[category]
    if limit > most:
        raise BybitConfigError(f"limit {limit} of {instrument.id} is not served: 1 to {most} levels are")
    book = await context.http.get_orderbook(category, instrument.raw_symbol.value, limit)
    ts_event = (book.cts or book.ts) * MS_TO_NS
    deltas = deltas_of(instrument, book, snapshot=True, ts_event=ts_event, ts_init=context.now_ns())
    return [] if deltas is None else [deltas]
