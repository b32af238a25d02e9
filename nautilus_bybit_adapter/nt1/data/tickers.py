"""What tickers give: mark and index prices, funding, greeks, quotes of options."""

from __future__ import annotations

from nautilus_trader.model.identifiers import InstrumentId
from nautilus_trader.model.instruments import CryptoPerpetual, Instrument

from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.nt1.data.context import DataContext, check_category
from nautilus_bybit_adapter.nt1.data.topics import ticker_topic
from nautilus_bybit_adapter.nt1.streams import TickerKind, TickerStream, ticker_stream
from nautilus_bybit_adapter.wire.enums import BybitProductType

_CONTRACTS = (BybitProductType.LINEAR, BybitProductType.INVERSE)
_CATEGORIES = {
    TickerKind.MARK_PRICE: (*_CONTRACTS, BybitProductType.OPTION),
    TickerKind.INDEX_PRICE: (*_CONTRACTS, BybitProductType.OPTION),
    TickerKind.FUNDING_RATE: _CONTRACTS,
    TickerKind.QUOTE: (BybitProductType.OPTION,),
    TickerKind.GREEKS: (BybitProductType.OPTION,),
}


class TickerSubscriptions:
    """
    Opens ticker topics and closes them with their last subscription.

    Parameters
    ----------
    context : DataContext
        The data client's parts.

    """

    def __init__(self, context: DataContext) -> None:
        self._context = context

    async def subscribe(self, kind: TickerKind, instrument_id: InstrumentId) -> None:
        """
        Stream a kind of an instrument.

        Raises
        ------
        BybitConfigError
            If Bybit has no such thing of this instrument.

        """
        instrument, category = self._context.instrument(instrument_id)
        check_category(kind.value, category, *_CATEGORIES[kind])
        if kind is TickerKind.FUNDING_RATE and not isinstance(instrument, CryptoPerpetual):
            raise BybitConfigError(f"{instrument_id} pays no funding: perpetuals do")
        self.stream_of(instrument, category).add(kind, self._context.now_ns())
        await self.open(instrument, category)

    async def unsubscribe(self, kind: TickerKind, instrument_id: InstrumentId) -> None:
        """Stream it no more."""
        instrument, category = self._context.instrument(instrument_id)
        self.stream_of(instrument, category).remove(kind)
        await self.release(instrument, category)

    def stream_of(self, instrument: Instrument, category: BybitProductType) -> TickerStream:
        """Return the stream of an instrument's ticker."""
        context, topic = self._context, ticker_topic(instrument)
        return context.feeds.stream(
            category,
            topic,
            TickerStream,
            lambda: ticker_stream(context.types, instrument, topic, context.publish),
        )

    async def open(self, instrument: Instrument, category: BybitProductType) -> None:
        """Subscribe an instrument's ticker."""
        await self._context.feeds.open(category, ticker_topic(instrument))

    async def release(self, instrument: Instrument, category: BybitProductType) -> None:
        """Unsubscribe it, unless something still wants it."""
        await self._context.feeds.release(category, ticker_topic(instrument))
