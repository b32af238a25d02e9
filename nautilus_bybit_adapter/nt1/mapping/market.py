"""Public frames as framework data."""

from __future__ import annotations

from collections.abc import Sequence

from nautilus_trader.model.data import (
    NULL_ORDER,
    BookOrder,
    OrderBookDelta,
    OrderBookDeltas,
    OrderBookDepth10,
    QuoteTick,
    TradeTick,
)
from nautilus_trader.model.enums import AggressorSide, BookAction, OrderSide, RecordFlag
from nautilus_trader.model.identifiers import InstrumentId, TradeId
from nautilus_trader.model.instruments import Instrument
from nautilus_trader.model.objects import Quantity

from nautilus_bybit_adapter.errors import BybitDecodeError
from nautilus_bybit_adapter.nt1.mapping.fixed import price_of, quantity_of
from nautilus_bybit_adapter.nt1.mapping.identifiers import MS_TO_NS
from nautilus_bybit_adapter.wire.enums import Side
from nautilus_bybit_adapter.wire.market import (
    BybitOrderbook,
    BybitRecentTrade,
    Level,
    OrderbookData,
    PublicTrade,
)

LONGEST_TRADE_ID = 36
_F_LAST: int = RecordFlag.F_LAST.value
_F_SNAPSHOT: int = RecordFlag.F_SNAPSHOT.value
SHOWN_LEVELS = 10
AGGRESSOR: dict[str, AggressorSide] = {Side.BUY: AggressorSide.BUYER, Side.SELL: AggressorSide.SELLER}


def deltas_of(
    instrument: Instrument,
    book: OrderbookData | BybitOrderbook,
    *,
    snapshot: bool,
    ts_event: int,
    ts_init: int,
) -> OrderBookDeltas | None:
    """
    Return an order-book frame as framework deltas, the last one flagged F_LAST.

    A snapshot starts with CLEAR and all of it carries F_SNAPSHOT. ``None`` for a delta frame that changes nothing.

    Parameters
    ----------
    ts_event : int
        When the matching engine produced the frame (``cts``), UNIX nanoseconds.
    ts_init : int
        When the frame was received, UNIX nanoseconds.

    Source: Bybit V5 websocket/public/orderbook

    Raises
    ------
    BybitDecodeError
        If a price or a size is no decimal of the instrument's precision.

    """
    rows = [(OrderSide.BUY, *level) for level in book.b] + [(OrderSide.SELL, *level) for level in book.a]
    levels = [
        (
            side,
            price_of(price, instrument.price_precision),
            quantity_of(size, instrument.size_precision),
        )
        for side, price, size in rows
    ]
    flags = _F_SNAPSHOT if snapshot else 0
    deltas: list[OrderBookDelta] = []
    if snapshot:
        clear_flags = flags if levels else flags | _F_LAST
        deltas.append(
            OrderBookDelta(instrument.id, BookAction.CLEAR, None, clear_flags, book.seq, ts_event, ts_init)
        )
    for position, (side, price, size) in enumerate(levels, start=1):
        # Size 0 deletes in a snapshot too, where a frame names a price twice.
        change = BookAction.ADD if snapshot else BookAction.UPDATE
        action = change if size.raw else BookAction.DELETE
        last = _F_LAST if position == len(levels) else 0
        order = BookOrder(side, price, size, 0)
        deltas.append(OrderBookDelta(instrument.id, action, order, flags | last, book.seq, ts_event, ts_init))
    return OrderBookDeltas(instrument.id, deltas) if deltas else None


def quote_of(instrument: Instrument, book: OrderbookData, ts_event: int, ts_init: int) -> QuoteTick | None:
    """Return the touch of a depth-1 snapshot; ``None`` while a side is empty, for there is no quote then."""
    if not book.b or not book.a:
        return None
    (bid, bid_size), (ask, ask_size) = book.b[0], book.a[0]
    sizes = [quantity_of(size, instrument.size_precision) for size in (bid_size, ask_size)]
    if not all(size.raw for size in sizes):
        return None
    return QuoteTick(
        instrument.id,
        price_of(bid, instrument.price_precision),
        price_of(ask, instrument.price_precision),
        *sizes,
        ts_event,
        ts_init,
    )


def depth10_of(
    instrument: Instrument,
    bids: Sequence[Level],
    asks: Sequence[Level],
    sequence: int,
    ts_event: int,
    ts_init: int,
) -> OrderBookDepth10:
    """
    Return the ten best levels a side, best first; fewer are filled up with empty ones.

    Raises
    ------
    BybitDecodeError
        If a price or a size is no decimal of the instrument's precision.

    """
    sides = (
        _shown_orders(instrument, OrderSide.BUY, bids),
        _shown_orders(instrument, OrderSide.SELL, asks),
    )
    counts = [[1 if order.size.raw else 0 for order in side] for side in sides]
    return OrderBookDepth10(
        instrument.id, *sides, *counts, _F_SNAPSHOT | _F_LAST, sequence, ts_event, ts_init
    )


def _shown_orders(instrument: Instrument, side: OrderSide, levels: Sequence[Level]) -> list[BookOrder]:
    orders = [
        BookOrder(
            side,
            price_of(price, instrument.price_precision),
            quantity_of(size, instrument.size_precision),
            0,
        )
        for price, size in levels[:SHOWN_LEVELS]
    ]
    return orders + [NULL_ORDER] * (SHOWN_LEVELS - len(orders))


def trade_id_of(text: str) -> TradeId:
    """
    Return a trade's id.

    Raises
    ------
    BybitDecodeError
        If it is not 1 to 36 printable ASCII characters: the framework ends the process on some of the others.

    """
    if (
        not 1 <= len(text) <= LONGEST_TRADE_ID
        or not (text.isascii() and text.isprintable())
        or text.isspace()
    ):
        raise BybitDecodeError(f"trade id {text!r} is not 1 to {LONGEST_TRADE_ID} printable ASCII characters")
    return TradeId(text)


def _traded_size_of(text: str, instrument: Instrument) -> Quantity:
    size = quantity_of(text, instrument.size_precision)
    if not size.raw:
        raise BybitDecodeError(f"size {text!r} of a trade is not above 0")
    return size


def trades_of(instrument: Instrument, trades: Sequence[PublicTrade], ts_init: int) -> list[TradeTick]:
    """Return the trades of a frame: all of them, or an error where one cannot be read."""
    return [trade_of(instrument, trade, ts_init) for trade in trades]


def trade_of(instrument: Instrument, trade: PublicTrade, ts_init: int) -> TradeTick:
    """
    Return one public trade; the aggressor is Bybit's ``S``, the taker's side.

    Raises
    ------
    BybitDecodeError
        If the price, the size or the id is none that the framework takes.

    """
    return TradeTick(
        instrument.id,
        price_of(trade.p, instrument.price_precision),
        _traded_size_of(trade.v, instrument),
        AGGRESSOR.get(trade.S, AggressorSide.NO_AGGRESSOR),
        trade_id_of(trade.i),
        trade.T * MS_TO_NS,
        ts_init,
    )


def past_trade_of(instrument: Instrument, trade: BybitRecentTrade, ts_init: int) -> TradeTick:
    """Return one public trade of a REST answer."""
    return TradeTick(
        instrument.id,
        price_of(trade.price, instrument.price_precision),
        _traded_size_of(trade.size, instrument),
        AGGRESSOR.get(trade.side, AggressorSide.NO_AGGRESSOR),
        trade_id_of(trade.exec_id),
        int(trade.time) * MS_TO_NS,
        ts_init,
    )


def clear_of(instrument_id: InstrumentId, ts: int) -> OrderBookDeltas:
    """Return a lone CLEAR: the book is not known until its next snapshot."""
    clear = OrderBookDelta(instrument_id, BookAction.CLEAR, None, _F_SNAPSHOT | _F_LAST, 0, ts, ts)
    return OrderBookDeltas(instrument_id, [clear])
