"""The topic ``orderbook.rpi.{symbol}``."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from nautilus_trader.model.identifiers import InstrumentId

from nautilus_bybit_adapter.nt1.custom_data import BybitRpiBook
from nautilus_bybit_adapter.nt1.custom_data.base import Levels
from nautilus_bybit_adapter.nt1.mapping.identifiers import MS_TO_NS
from nautilus_bybit_adapter.nt1.streams.outlet import Outlet
from nautilus_bybit_adapter.nt1.streams.stream import Publish
from nautilus_bybit_adapter.state.book import BookAction, BookSequencer
from nautilus_bybit_adapter.state.rpi import RpiLadder, RpiLevel
from nautilus_bybit_adapter.wire.codec import MarketMessage
from nautilus_bybit_adapter.wire.messages import UnknownMessage
from nautilus_bybit_adapter.wire.public_topics import RpiBookMessage

RPI_DEPTH = 50


class RpiBookStream:
    """
    A book with retail-price-improvement orders, published whole with every change.

    Parameters
    ----------
    instrument_id : InstrumentId
        The instrument of the topic.
    publish : Publish
        Takes the data.

    """

    def __init__(self, instrument_id: InstrumentId, publish: Publish) -> None:
        self._instrument_id = instrument_id
        self._sequencer = BookSequencer()
        self._ladder = RpiLadder()
        self.outlet = Outlet(publish)

    @property
    def is_wanted(self) -> bool:
        """Whether anything is subscribed to this topic."""
        return bool(self.outlet)

    def on_message(self, message: MarketMessage | UnknownMessage, ts_init: int) -> bool:
        """Publish the book; return False after a gap in ``u`` or a frame that cannot be applied."""
        if not isinstance(message, RpiBookMessage):
            return True
        frame = message.data
        action = self._sequencer.on_update(
            frame.u, is_snapshot=message.is_snapshot, depth=RPI_DEPTH, now_ns=ts_init
        )
        if action in {BookAction.GAP, BookAction.OVERDUE}:
            return False
        if action is BookAction.DROP_STALE:
            return True
        try:
            if action is BookAction.APPLY_SNAPSHOT:
                self._ladder.replace(frame.b, frame.a)
            else:
                self._ladder.apply(frame.b, frame.a)
        except ValueError:
            self._sequencer.on_lost()
            return False
        self.outlet.publish(
            BybitRpiBook(
                instrument_id=self._instrument_id,
                bids=_decimals(self._ladder.bids),
                asks=_decimals(self._ladder.asks),
                update_id=frame.u,
                sequence=frame.seq,
                ts_event=(message.cts or message.ts) * MS_TO_NS,
                ts_init=ts_init,
            )
        )
        return True

    def on_stale(self, ts: int) -> None:  # noqa: ARG002 - nothing is published of a lost book
        """Wait for a snapshot."""
        self._sequencer.on_lost()


def _decimals(levels: Iterable[RpiLevel]) -> Levels:
    return tuple(tuple(map(Decimal, level)) for level in levels)
