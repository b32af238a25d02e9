"""Public trades."""

from __future__ import annotations

from nautilus_trader.data.messages import SubscribeTradeTicks, UnsubscribeTradeTicks
from nautilus_trader.model.instruments import Instrument

from nautilus_bybit_adapter.nt1.data.context import DataContext
from nautilus_bybit_adapter.nt1.data.topics import option_trade_topic, trade_topic
from nautilus_bybit_adapter.nt1.streams import OptionTradeStream, TradeStream, trade_stream
from nautilus_bybit_adapter.wire.enums import BybitProductType


class TradeSubscriptions:
    """
    Opens trade topics and closes them; options share the one of their coin.

    Parameters
    ----------
    context : DataContext
        The data client's parts.

    """

    def __init__(self, context: DataContext) -> None:
        self._context = context

    async def subscribe(self, command: SubscribeTradeTicks) -> None:
        """Stream an instrument's trades; raises `BybitConfigError` where it is not loaded."""
        instrument, category = self._context.instrument(command.instrument_id)
        feeds, publish = self._context.feeds, self._context.publish
        if category is BybitProductType.OPTION:
            topic = option_trade_topic(instrument)
            self._options_of(topic).instruments[instrument.raw_symbol.value] = instrument
        else:
            topic = trade_topic(instrument)
            types = self._context.types
            feeds.stream(
                category, topic, TradeStream, lambda: trade_stream(types, instrument, topic, publish)
            )
        await feeds.open(category, topic)

    async def unsubscribe(self, command: UnsubscribeTradeTicks) -> None:
        """Stream them no more."""
        instrument, category = self._context.instrument(command.instrument_id)
        if category is BybitProductType.OPTION:
            await self._unsubscribe_option(instrument)
            return
        stream = self._context.feeds.find(category, trade_topic(instrument))
        if isinstance(stream, TradeStream):
            stream.is_wanted = False
            await self._context.feeds.release(category, trade_topic(instrument))

    async def _unsubscribe_option(self, instrument: Instrument) -> None:
        topic = option_trade_topic(instrument)
        self._options_of(topic).instruments.pop(instrument.raw_symbol.value, None)
        await self._context.feeds.release(BybitProductType.OPTION, topic)

    def _options_of(self, topic: str) -> OptionTradeStream:
        return self._context.feeds.stream(
            BybitProductType.OPTION,
            topic,
            OptionTradeStream,
            lambda: OptionTradeStream(self._context.publish),
        )
