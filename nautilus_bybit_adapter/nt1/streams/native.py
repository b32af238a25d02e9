"""Book and trade topics whose frames C++ turns into objects; what C++ leaves goes the way of the Python streams."""

from __future__ import annotations

from nautilus_trader.model.instruments import Instrument

from nautilus_bybit_adapter._ext import BookFeed, FrameworkTypes
from nautilus_bybit_adapter.nt1 import native
from nautilus_bybit_adapter.nt1.mapping.market import SHOWN_LEVELS
from nautilus_bybit_adapter.nt1.streams.book import BookStream, OnBookStatus
from nautilus_bybit_adapter.nt1.streams.stream import Publish
from nautilus_bybit_adapter.nt1.streams.trades import TradeStream
from nautilus_bybit_adapter.wire.codec import MarketMessage
from nautilus_bybit_adapter.wire.messages import UnknownMessage

# More levels than any topic has.
_ALL = 1_000_000


class NativeBookStream(BookStream):
    """
    A book topic in C++: the state of the book lies in the feed, and here only while a message is looked at.

    A message comes here when C++ has left its frame: after a gap, for a crossed book, for a repetition, or for
    numbers written in an unusual way. The parameters are those of `BookStream`.

    Attributes
    ----------
    feed : BookFeed
        The C++ side.

    """

    def __init__(
        self,
        types: FrameworkTypes,
        instrument: Instrument,
        topic: str,
        depth: int,
        publish: Publish,
        on_status: OnBookStatus | None = None,
    ) -> None:
        self.feed = self._build_feed(types, instrument, topic, depth, publish)
        super().__init__(instrument, depth, publish, on_status)

    def _build_feed(
        self, types: FrameworkTypes, instrument: Instrument, topic: str, depth: int, publish: Publish
    ) -> BookFeed:
        return native.book_feed(
            types, instrument, topic, depth, publish, on_live=self._on_live, on_applied=self._on_applied
        )

    @property
    def deltas_wanted(self) -> bool:
        """Whether deltas are subscribed."""
        return self.feed.deltas_wanted

    @deltas_wanted.setter
    def deltas_wanted(self, wanted: bool) -> None:
        self.feed.deltas_wanted = wanted

    @property
    def depths_wanted(self) -> bool:
        """Whether the ten best levels are subscribed."""
        return self.feed.depths_wanted

    @depths_wanted.setter
    def depths_wanted(self, wanted: bool) -> None:
        self.feed.depths_wanted = wanted

    @property
    def quotes_wanted(self) -> bool:
        """Whether quotes are subscribed."""
        return self.feed.quotes_wanted

    @quotes_wanted.setter
    def quotes_wanted(self, wanted: bool) -> None:
        self.feed.quotes_wanted = wanted

    def on_instrument(self, instrument: Instrument) -> None:
        """Take the instrument as it is from now on."""
        super().on_instrument(instrument)
        self.feed.set_precisions(self._instrument.price_precision, self._instrument.size_precision)

    def await_snapshot(self) -> None:
        """Take nothing but a snapshot next, for what has been subscribed just now."""
        self._take_over()
        super().await_snapshot()
        self._give_back()

    def on_message(self, message: MarketMessage | UnknownMessage, ts_init: int) -> bool:
        """Publish a frame that C++ has left; return False when the topic has to be subscribed anew."""
        self._take_over()
        try:
            is_sound = super().on_message(message, ts_init)
        finally:
            is_held = self._give_back()
        if not is_held:
            self.unreadable_count += 1
            self._lose("unreadable", ts_init)
            self._give_back()
        return is_sound and is_held

    def on_stale(self, ts: int) -> None:
        """Empty the book: no book is better than a wrong one."""
        self._take_over()
        super().on_stale(ts)
        self._give_back()

    def _take_over(self) -> None:
        """Bring the state of the book here."""
        feed = self.feed
        self._sequencer.last_update_id = feed.last_update_id
        self._is_live, self._has_book = feed.is_live, feed.has_book
        self._ladder.replace(feed.bids(_ALL), feed.asks(_ALL))

    def _give_back(self) -> bool:
        """Bring the state of the book to C++; return False where a level is none of the instrument's."""
        feed = self.feed
        feed.last_update_id = self._sequencer.last_update_id
        feed.is_live, feed.has_book = self._is_live, self._has_book
        return feed.load(self._ladder.best_bids(_ALL), self._ladder.best_asks(_ALL))

    def _on_live(self, ts: int) -> None:
        self._is_live = True
        self._tell("LIVE", "snapshot", ts)

    def _on_applied(self, sequence: int, ts_event: int, ts_init: int) -> None:
        feed = self.feed
        self._show(feed.bids(SHOWN_LEVELS), feed.asks(SHOWN_LEVELS), sequence, ts_event, ts_init)


class NativeTradeStream(TradeStream):
    """
    A trade topic in C++; the parameters are those of `TradeStream`.

    Attributes
    ----------
    feed : TradeFeed
        The C++ side.

    """

    def __init__(self, types: FrameworkTypes, instrument: Instrument, topic: str, publish: Publish) -> None:
        super().__init__(instrument, publish)
        self.feed = native.trade_feed(types, instrument, topic, publish)

    def on_instrument(self, instrument: Instrument) -> None:
        """Take the instrument as it is from now on."""
        super().on_instrument(instrument)
        self.feed.set_precisions(self._instrument.price_precision, self._instrument.size_precision)


def book_stream(
    types: FrameworkTypes | None,
    instrument: Instrument,
    topic: str,
    depth: int,
    publish: Publish,
    on_status: OnBookStatus | None = None,
) -> BookStream:
    """Return the stream of a book topic, in C++ where there are the types for it."""
    if types is None:
        return BookStream(instrument, depth, publish, on_status)
    return NativeBookStream(types, instrument, topic, depth, publish, on_status)


def trade_stream(
    types: FrameworkTypes | None, instrument: Instrument, topic: str, publish: Publish
) -> TradeStream:
    """Return the stream of one instrument's trades, in C++ where there are the types for it."""
    if types is None:
        return TradeStream(instrument, publish)
    return NativeTradeStream(types, instrument, topic, publish)
