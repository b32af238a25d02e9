"""What every public topic's stream is to the data client."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from nautilus_trader.core.data import Data
from nautilus_trader.model.instruments import Instrument

from nautilus_bybit_adapter.wire.codec import MarketMessage
from nautilus_bybit_adapter.wire.messages import UnknownMessage

Publish = Callable[[Data], None]


class PublicStream(Protocol):
    """What the data client hands a topic's frames to."""

    @property
    def is_wanted(self) -> bool:
        """Whether anything is subscribed to this topic."""

    def on_message(self, message: MarketMessage | UnknownMessage, ts_init: int) -> bool:
        """Publish a frame; return False when the topic has to be subscribed anew."""

    def on_stale(self, ts: int) -> None:
        """Forget the state: the socket is gone, and nothing is known until the next snapshot."""


@runtime_checkable
class InstrumentStream(Protocol):
    """A stream whose data have the precision of an instrument."""

    def on_instrument(self, instrument: Instrument) -> None:
        """Take an instrument as it is from now on; the venue changes increments while a node runs."""
