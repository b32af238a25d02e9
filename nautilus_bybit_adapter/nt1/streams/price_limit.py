"""The topic ``priceLimit.{symbol}``."""

from __future__ import annotations

from nautilus_trader.model.identifiers import InstrumentId

from nautilus_bybit_adapter.nt1.mapping.custom import price_limit_of
from nautilus_bybit_adapter.nt1.mapping.identifiers import MS_TO_NS
from nautilus_bybit_adapter.nt1.streams.outlet import Outlet
from nautilus_bybit_adapter.nt1.streams.stream import Publish
from nautilus_bybit_adapter.wire.codec import MarketMessage
from nautilus_bybit_adapter.wire.messages import UnknownMessage
from nautilus_bybit_adapter.wire.public_topics import PriceLimitMessage


class PriceLimitStream:
    """
    The prices orders of one instrument may have.

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
        """Publish a frame."""
        if isinstance(message, PriceLimitMessage):
            ts_event = message.ts * MS_TO_NS
            self.outlet.publish(price_limit_of(self._instrument_id, message.data, ts_event, ts_init))
        return True

    def on_stale(self, ts: int) -> None:
        """Nothing to forget: the venue tells the limits again when the topic is subscribed anew."""
