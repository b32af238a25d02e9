"""Order books and quotes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nautilus_trader.data.messages import (
    SubscribeOrderBook,
    SubscribeQuoteTicks,
    UnsubscribeOrderBook,
    UnsubscribeQuoteTicks,
)
from nautilus_trader.model.enums import BookType, book_type_to_str
from nautilus_trader.model.identifiers import InstrumentId
from nautilus_trader.model.instruments import Instrument

from nautilus_bybit_adapter.constants import ORDERBOOK_DEPTHS
from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.nt1.data.context import DataContext
from nautilus_bybit_adapter.nt1.data.tickers import TickerSubscriptions
from nautilus_bybit_adapter.nt1.data.topics import book_topic
from nautilus_bybit_adapter.nt1.mapping.market import SHOWN_LEVELS
from nautilus_bybit_adapter.nt1.streams import BookStream, TickerKind, book_stream
from nautilus_bybit_adapter.wire.enums import BybitProductType

TOUCH_DEPTH = 1
DEFAULT_DEPTHS = {category: 25 if category == "option" else 50 for category in ORDERBOOK_DEPTHS}


class BookSubscriptions:
    """
    Opens order-book topics and closes them with their last subscription.

    Parameters
    ----------
    context : DataContext
        The data client's parts.
    tickers : TickerSubscriptions
        Where the quotes of options come from.

    """

    def __init__(self, context: DataContext, tickers: TickerSubscriptions) -> None:
        self._context = context
        self._tickers = tickers
        self._depths: dict[InstrumentId, int] = {}
        self._shown_depths: dict[InstrumentId, int] = {}

    async def subscribe_deltas(self, command: SubscribeOrderBook) -> None:
        """
        Stream the changes of a book; ``params["depth"]`` or the command's depth chooses the topic.

        Raises
        ------
        BybitConfigError
            If Bybit has no such book.

        """
        _check_book_type(command.book_type)
        instrument, category = self._context.instrument(command.instrument_id)
        depth = depth_of(category, command.depth, command.params or {})
        stream = self._stream(instrument, category, depth)
        is_open = stream.is_wanted
        stream.deltas_wanted = True
        self._depths[instrument.id] = depth
        await self._open(category, book_topic(instrument, depth), stream, is_open=is_open)

    async def unsubscribe_deltas(self, command: UnsubscribeOrderBook) -> None:
        """Stream them no more."""
        instrument, category = self._context.instrument(command.instrument_id)
        depth = self._depths.pop(instrument.id, None)
        if depth is not None:
            self._stream(instrument, category, depth).deltas_wanted = False
            await self._context.feeds.release(category, book_topic(instrument, depth))

    async def subscribe_depths(self, command: SubscribeOrderBook) -> None:
        """
        Stream the ten best levels, from the topic that ``params["depth"]`` names.

        Raises
        ------
        BybitConfigError
            If Bybit has no such book.

        """
        _check_book_type(command.book_type)
        instrument, category = self._context.instrument(command.instrument_id)
        params = command.params or {}
        asked = 0 if command.depth == SHOWN_LEVELS else command.depth
        if not asked and "depth" not in params:
            # The topic of the deltas will do, where there is one that is deep enough.
            known = self._depths.get(instrument.id, 0)
            asked = known if known >= SHOWN_LEVELS else 0
        depth = depth_of(category, asked, params)
        stream = self._stream(instrument, category, depth)
        is_open = stream.is_wanted
        stream.depths_wanted = True
        self._shown_depths[instrument.id] = depth
        await self._open(category, book_topic(instrument, depth), stream, is_open=is_open)

    async def unsubscribe_depths(self, command: UnsubscribeOrderBook) -> None:
        """Stream them no more."""
        instrument, category = self._context.instrument(command.instrument_id)
        depth = self._shown_depths.pop(instrument.id, None)
        if depth is not None:
            self._stream(instrument, category, depth).depths_wanted = False
            await self._context.feeds.release(category, book_topic(instrument, depth))

    async def subscribe_quotes(self, command: SubscribeQuoteTicks) -> None:
        """Stream the touch: from the depth-1 topic, for options from their ticker."""
        instrument, category = self._context.instrument(command.instrument_id)
        if category is BybitProductType.OPTION:
            await self._tickers.subscribe(TickerKind.QUOTE, command.instrument_id)
            return
        stream = self._stream(instrument, category, TOUCH_DEPTH)
        is_open = stream.is_wanted
        stream.quotes_wanted = True
        await self._open(category, book_topic(instrument, TOUCH_DEPTH), stream, is_open=is_open)

    async def unsubscribe_quotes(self, command: UnsubscribeQuoteTicks) -> None:
        """Stream it no more."""
        instrument, category = self._context.instrument(command.instrument_id)
        if category is BybitProductType.OPTION:
            await self._tickers.unsubscribe(TickerKind.QUOTE, command.instrument_id)
            return
        self._stream(instrument, category, TOUCH_DEPTH).quotes_wanted = False
        await self._context.feeds.release(category, book_topic(instrument, TOUCH_DEPTH))

    def _stream(self, instrument: Instrument, category: BybitProductType, depth: int) -> BookStream:
        context = self._context
        topic = book_topic(instrument, depth)
        return context.feeds.stream(
            category,
            topic,
            BookStream,
            lambda: book_stream(context.types, instrument, topic, depth, context.publish, context.announce),
        )

    async def _open(
        self, category: BybitProductType, topic: str, stream: BookStream, *, is_open: bool
    ) -> None:
        if is_open:
            # The topic flows already, for something else: what is new needs a snapshot to begin with.
            stream.await_snapshot()
            self._context.feeds.renew(category, topic)
        else:
            await self._context.feeds.open(category, topic)


def depth_of(category: BybitProductType, depth: int, params: Mapping[str, Any]) -> int:
    """
    Return the levels a side that are asked for; ``params["depth"]`` wins, 0 is the default (50, options 25).

    Raises
    ------
    BybitConfigError
        If the category has no topic of that depth.

    """
    asked = params.get("depth", depth) or DEFAULT_DEPTHS[category]
    allowed = ORDERBOOK_DEPTHS[category]
    if asked not in allowed:
        raise BybitConfigError(
            f"depth {asked!r} is not served for {category.name}: {', '.join(map(str, allowed))} are"
        )
    return int(asked)


def _check_book_type(book_type: BookType) -> None:
    if book_type != BookType.L2_MBP:
        raise BybitConfigError(
            f"book_type {book_type_to_str(book_type)} does not exist on Bybit: L2_MBP does"
        )
