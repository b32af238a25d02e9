"""From the framework's subscribe commands to topics and their streams."""

from __future__ import annotations

from typing import Any

from nautilus_trader.data.messages import (
    SubscribeInstrument,
    SubscribeInstruments,
    SubscribeOrderBook,
    SubscribeQuoteTicks,
    SubscribeTradeTicks,
    UnsubscribeOrderBook,
    UnsubscribeQuoteTicks,
    UnsubscribeTradeTicks,
)
from nautilus_trader.model.enums import BookType, book_type_to_str
from nautilus_trader.model.identifiers import InstrumentId
from nautilus_trader.model.instruments import Instrument

from nautilus_bybit_adapter.constants import ORDERBOOK_DEPTHS
from nautilus_bybit_adapter.nt1.data.catalogue import loaded_instrument
from nautilus_bybit_adapter.nt1.data.feeds import PublicFeeds
from nautilus_bybit_adapter.nt1.data.topics import book_topic, trade_topic
from nautilus_bybit_adapter.nt1.providers import BybitInstrumentProvider
from nautilus_bybit_adapter.nt1.streams import BookStream, Publish, TradeStream
from nautilus_bybit_adapter.wire.enums import BybitProductType

DEFAULT_DEPTH = 50
TOUCH_DEPTH = 1


class DataSubscriptions:
    """
    Opens a topic with its first subscription and closes it with its last.

    Parameters
    ----------
    feeds : PublicFeeds
        The sockets and streams.
    provider : BybitInstrumentProvider
        The instruments.
    publish : Publish
        Takes the data.
    log : Logger
        Where to say what is refused.

    """

    def __init__(
        self, feeds: PublicFeeds, provider: BybitInstrumentProvider, publish: Publish, log: Any
    ) -> None:
        self._feeds = feeds
        self._provider = provider
        self._publish = publish
        self._log = log
        self._depths: dict[InstrumentId, int] = {}

    async def subscribe_deltas(self, command: SubscribeOrderBook) -> None:
        """Stream the changes of an order book."""
        if command.book_type != BookType.L2_MBP:
            self._log.error(
                f"book_type {book_type_to_str(command.book_type)} does not exist on Bybit: L2_MBP does"
            )
            return
        instrument, category = loaded_instrument(self._provider, command.instrument_id)
        depth = command.depth or DEFAULT_DEPTH
        allowed = ORDERBOOK_DEPTHS[category]
        if depth not in allowed:
            self._log.error(
                f"depth {depth} of {instrument.id} is not served: {', '.join(map(str, allowed))} are"
            )
            return
        known = self._depths.setdefault(instrument.id, depth)
        if known != depth:
            self._log.error(
                f"depth {depth} of {instrument.id} conflicts with its subscription at depth {known}"
            )
            return
        self._book_stream(instrument, category, depth).deltas_wanted = True
        await self._feeds.open(category, book_topic(instrument, depth))

    async def unsubscribe_deltas(self, command: UnsubscribeOrderBook) -> None:
        """Stream them no more."""
        instrument, category = loaded_instrument(self._provider, command.instrument_id)
        depth = self._depths.pop(instrument.id, DEFAULT_DEPTH)
        self._book_stream(instrument, category, depth).deltas_wanted = False
        await self._close_book_topic(instrument, category, depth)

    async def subscribe_quotes(self, command: SubscribeQuoteTicks) -> None:
        """Stream the touch, from the depth-1 topic."""
        instrument, category = loaded_instrument(self._provider, command.instrument_id)
        self._book_stream(instrument, category, TOUCH_DEPTH).quotes_wanted = True
        await self._feeds.open(category, book_topic(instrument, TOUCH_DEPTH))

    async def unsubscribe_quotes(self, command: UnsubscribeQuoteTicks) -> None:
        """Stream it no more."""
        instrument, category = loaded_instrument(self._provider, command.instrument_id)
        self._book_stream(instrument, category, TOUCH_DEPTH).quotes_wanted = False
        await self._close_book_topic(instrument, category, TOUCH_DEPTH)

    async def subscribe_trades(self, command: SubscribeTradeTicks) -> None:
        """Stream public trades."""
        instrument, category = loaded_instrument(self._provider, command.instrument_id)
        topic = trade_topic(instrument)
        self._feeds.add(category, topic, TradeStream(instrument, self._publish))
        await self._feeds.open(category, topic)

    async def unsubscribe_trades(self, command: UnsubscribeTradeTicks) -> None:
        """Stream them no more."""
        instrument, category = loaded_instrument(self._provider, command.instrument_id)
        await self._feeds.close(category, trade_topic(instrument))

    async def subscribe_instrument(self, command: SubscribeInstrument) -> None:
        """Publish one instrument as it is loaded."""
        instrument, _ = loaded_instrument(self._provider, command.instrument_id)
        self._publish(instrument)

    async def subscribe_instruments(self, _command: SubscribeInstruments) -> None:
        """Publish every instrument that is loaded."""
        for instrument in self._provider.list_all():
            self._publish(instrument)

    def _book_stream(self, instrument: Instrument, category: BybitProductType, depth: int) -> BookStream:
        topic = book_topic(instrument, depth)
        stream = self._feeds.find(category, topic)
        if not isinstance(stream, BookStream):
            stream = BookStream(instrument, depth, self._publish)
            self._feeds.add(category, topic, stream)
        return stream

    async def _close_book_topic(self, instrument: Instrument, category: BybitProductType, depth: int) -> None:
        if not self._book_stream(instrument, category, depth).is_wanted:
            await self._feeds.close(category, book_topic(instrument, depth))
