"""The topics ``publicTrade.{symbol}`` and, for options, ``publicTrade.{base coin}``."""

from __future__ import annotations

from nautilus_trader.model.instruments import Instrument

from nautilus_bybit_adapter.nt1.mapping.market import trade_of, trades_of
from nautilus_bybit_adapter.nt1.streams.stream import Publish
from nautilus_bybit_adapter.wire.codec import MarketMessage
from nautilus_bybit_adapter.wire.market import TradesMessage
from nautilus_bybit_adapter.wire.messages import UnknownMessage


class TradeStream:
    """
    A trade topic of one instrument.

    Parameters
    ----------
    instrument : Instrument
        The instrument of the topic.
    publish : Publish
        Takes the data.

    """

    is_wanted = True

    def __init__(self, instrument: Instrument, publish: Publish) -> None:
        self._instrument = instrument
        self._publish = publish

    def on_instrument(self, instrument: Instrument) -> None:
        """Take the instrument as it is from now on."""
        if instrument.id == self._instrument.id:
            self._instrument = instrument

    def on_message(self, message: MarketMessage | UnknownMessage, ts_init: int) -> bool:
        """Publish every trade of a frame, or none where one cannot be read."""
        if isinstance(message, TradesMessage):
            for trade in trades_of(self._instrument, message.data, ts_init):
                self._publish(trade)
        return True

    def on_stale(self, ts: int) -> None:
        """Trades that were made while the socket was away are not replayed by the venue."""


class OptionTradeStream:
    """
    The trade topic of all options on a coin; only those of subscribed instruments are published.

    Parameters
    ----------
    publish : Publish
        Takes the data.

    Attributes
    ----------
    instruments : dict of str to Instrument
        The instruments wanted, by Bybit's symbol.

    """

    def __init__(self, publish: Publish) -> None:
        self._publish = publish
        self.instruments: dict[str, Instrument] = {}

    @property
    def is_wanted(self) -> bool:
        """Whether any instrument's trades are subscribed."""
        return bool(self.instruments)

    def on_instrument(self, instrument: Instrument) -> None:
        """Take one of the instruments as it is from now on."""
        known = self.instruments.get(instrument.raw_symbol.value)
        if known is not None and known.id == instrument.id:
            self.instruments[instrument.raw_symbol.value] = instrument

    def on_message(self, message: MarketMessage | UnknownMessage, ts_init: int) -> bool:
        """Publish the trades of the instruments wanted, or none where one of them cannot be read."""
        if isinstance(message, TradesMessage):
            wanted = [(self.instruments.get(trade.s), trade) for trade in message.data]
            trades = [
                trade_of(instrument, trade, ts_init) for instrument, trade in wanted if instrument is not None
            ]
            for trade in trades:
                self._publish(trade)
        return True

    def on_stale(self, ts: int) -> None:
        """Trades that were made while the socket was away are not replayed by the venue."""
