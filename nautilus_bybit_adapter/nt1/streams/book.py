"""The topic ``orderbook.{depth}.{symbol}``."""

from __future__ import annotations

from nautilus_trader.model.instruments import Instrument

from nautilus_bybit_adapter.nt1.mapping.identifiers import MS_TO_NS
from nautilus_bybit_adapter.nt1.mapping.market import clear_of, deltas_of, quote_of
from nautilus_bybit_adapter.nt1.streams.stream import Publish
from nautilus_bybit_adapter.state.book import BookAction, BookSequencer
from nautilus_bybit_adapter.wire.codec import MarketMessage
from nautilus_bybit_adapter.wire.market import OrderbookMessage
from nautilus_bybit_adapter.wire.messages import UnknownMessage


class BookStream:
    """
    An order-book topic. Deltas, and quotes where it is the depth-1 topic, come from the same frames.

    Parameters
    ----------
    instrument : Instrument
        The instrument of the topic.
    depth : int
        Levels a side; 1 is a stream of snapshots.
    publish : Publish
        Takes the data.

    """

    def __init__(self, instrument: Instrument, depth: int, publish: Publish) -> None:
        self._instrument = instrument
        self._depth = depth
        self._sequencer = BookSequencer()
        self._publish = publish
        self.deltas_wanted = False
        self.quotes_wanted = False
        self._has_book = False

    @property
    def is_wanted(self) -> bool:
        """Whether anything is subscribed to this topic."""
        return self.deltas_wanted or self.quotes_wanted

    def on_message(self, message: MarketMessage | UnknownMessage, ts_init: int) -> bool:
        """Publish a frame; a gap in ``u`` clears the book and asks for a new subscription."""
        if not isinstance(message, OrderbookMessage):
            return True
        action = self._sequencer.on_update(message.data.u, is_snapshot=message.is_snapshot, depth=self._depth)
        if action is BookAction.GAP:
            self.on_stale(ts_init)
            return False
        if action in {BookAction.REPEAT, BookAction.DROP_STALE}:
            return True
        ts_event = (message.cts or message.ts) * MS_TO_NS
        if self.deltas_wanted:
            snapshot = action is BookAction.APPLY_SNAPSHOT
            deltas = deltas_of(
                self._instrument, message.data, snapshot=snapshot, ts_event=ts_event, ts_init=ts_init
            )
            if deltas is not None:
                self._has_book = True
                self._publish(deltas)
        if self.quotes_wanted:
            quote = quote_of(self._instrument, message.data, ts_event, ts_init)
            if quote is not None:
                self._publish(quote)
        return True

    def on_stale(self, ts: int) -> None:
        """Clear the book: no book is better than a wrong one."""
        self._sequencer.on_lost()
        if self._has_book:
            self._has_book = False
            self._publish(clear_of(self._instrument.id, ts))
