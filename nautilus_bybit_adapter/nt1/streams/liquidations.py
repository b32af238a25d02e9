"""The topic ``allLiquidation.{symbol}``."""

from __future__ import annotations

from nautilus_trader.model.identifiers import InstrumentId

from nautilus_bybit_adapter.nt1.mapping.custom import liquidation_of
from nautilus_bybit_adapter.nt1.streams.outlet import Outlet
from nautilus_bybit_adapter.nt1.streams.stream import Publish
from nautilus_bybit_adapter.wire.codec import MarketMessage
from nautilus_bybit_adapter.wire.messages import UnknownMessage
from nautilus_bybit_adapter.wire.public_topics import LiquidationsMessage


class LiquidationStream:
    """
    Positions of one contract that the venue took over.

    Parameters
    ----------
    instrument_id : InstrumentId
        The instrument of the topic.
    publish : Publish
        Takes the data.

    """

    def __init__(self, instrument_id: InstrumentId, publish: Publish) -> None:
        self._instrument_id = instrument_id
        self.outlet = Outlet(publish)

    @property
    def is_wanted(self) -> bool:
        """Whether anything is subscribed to this topic."""
        return bool(self.outlet)

    def on_message(self, message: MarketMessage | UnknownMessage, ts_init: int) -> bool:
        """Publish every liquidation of a frame."""
        if isinstance(message, LiquidationsMessage):
            for row in message.data:
                self.outlet.publish(liquidation_of(self._instrument_id, row, ts_init))
        return True

    def on_stale(self, ts: int) -> None:
        """Liquidations that happened while the socket was away are not replayed by the venue."""
