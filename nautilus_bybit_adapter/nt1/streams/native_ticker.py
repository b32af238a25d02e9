"""Ticker and candle topics in C++, which ends the frames that change nothing of what is subscribed."""

from __future__ import annotations

from nautilus_trader.model.instruments import Instrument

from nautilus_bybit_adapter._ext import FrameworkTypes, KlineFeed
from nautilus_bybit_adapter.nt1 import native
from nautilus_bybit_adapter.nt1.mapping.derivatives import reference_precision_of
from nautilus_bybit_adapter.nt1.streams.bars import BarStream, OnMissed
from nautilus_bybit_adapter.nt1.streams.stream import Publish
from nautilus_bybit_adapter.nt1.streams.ticker import INTEREST, MAKERS, TickerKind, TickerStream
from nautilus_bybit_adapter.wire.codec import MarketMessage
from nautilus_bybit_adapter.wire.market import TICKER_NAMES, BybitTicker
from nautilus_bybit_adapter.wire.messages import UnknownMessage

_IN_CPP = (TickerKind.MARK_PRICE, TickerKind.INDEX_PRICE, TickerKind.QUOTE)
_FIELDS = {wire_name: name for name, wire_name in TICKER_NAMES.items()}


class NativeTickerStream(TickerStream):
    """
    A ticker topic in C++, which keeps the ticker whole and makes quotes, mark and index prices.

    A frame comes here when it changes something else that is subscribed. While greeks or whole tickers are, which
    nearly every frame changes, every frame does. The parameters are those of `TickerStream`.

    Attributes
    ----------
    feed : TickerFeed
        The C++ side.

    """

    def __init__(self, types: FrameworkTypes, instrument: Instrument, topic: str, publish: Publish) -> None:
        self.feed = native.ticker_feed(types, instrument, topic, publish)
        super().__init__(instrument, publish)
        self._on_wanted()

    def add(self, kind: TickerKind, ts_init: int) -> None:
        """Publish one more kind, beginning with what is known already."""
        self._take_over()
        super().add(kind, ts_init)
        self._on_wanted()

    def remove(self, kind: TickerKind) -> None:
        """Publish it no more."""
        super().remove(kind)
        self._on_wanted()

    def on_instrument(self, instrument: Instrument) -> None:
        """Take the instrument as it is from now on."""
        super().on_instrument(instrument)
        self.feed.set_precisions(self._instrument.price_precision, self._instrument.size_precision)
        self.feed.reference_precision = reference_precision_of(self._instrument)

    def on_message(self, message: MarketMessage | UnknownMessage, ts_init: int) -> bool:
        """Merge a frame that C++ has left, and publish what has changed."""
        self._take_over()
        try:
            return super().on_message(message, ts_init)
        finally:
            self._give_back()

    def on_stale(self, ts: int) -> None:
        """Wait for a snapshot; what it tells is published again."""
        super().on_stale(ts)
        self.feed.fields = None

    def _on_wanted(self) -> None:
        self._take_over()
        left = [name for kind in self._kinds if kind not in _IN_CPP for name in MAKERS[kind].fields]
        if self.open_interest:
            left += INTEREST
        self.feed.watch(
            [kind.value for kind in self._kinds if kind in _IN_CPP], [TICKER_NAMES[name] for name in left]
        )
        self.feed.is_on = not self.tickers and TickerKind.GREEKS not in self._kinds
        self._give_back()

    def _take_over(self) -> None:
        """Bring the ticker here; while C++ leaves every frame it is here already."""
        if self.feed.is_on:
            fields = self.feed.fields
            self._ts_event = self.feed.ts_event
            self._state.ticker = None if fields is None else self._ticker_of(fields)

    def _give_back(self) -> None:
        """Bring the ticker to C++, where that takes frames."""
        if self.feed.is_on:
            ticker = self._state.ticker
            self.feed.ts_event = self._ts_event
            self.feed.fields = None if ticker is None else _texts_of(ticker)

    def _ticker_of(self, fields: dict[str, str]) -> BybitTicker:
        named = {_FIELDS[wire_name]: text for wire_name, text in fields.items()}
        return BybitTicker(symbol=self._instrument.raw_symbol.value, **named)


def _texts_of(ticker: BybitTicker) -> dict[str, str]:
    stated = ((wire_name, getattr(ticker, name)) for name, wire_name in TICKER_NAMES.items())
    return {wire_name: text for wire_name, text in stated if text is not None}


class NativeBarStream(BarStream):
    """
    A candle topic whose forming candles end in C++; the parameters are those of `BarStream`, and the topic.

    Attributes
    ----------
    feed : KlineFeed
        The C++ side.

    """

    def __init__(
        self,
        instrument: Instrument,
        topic: str,
        interval: str,
        publish: Publish,
        *,
        on_close: bool,
        on_missed: OnMissed,
    ) -> None:
        super().__init__(instrument, interval, publish, on_close=on_close, on_missed=on_missed)
        self.feed = KlineFeed(topic=topic)


def ticker_stream(
    types: FrameworkTypes | None, instrument: Instrument, topic: str, publish: Publish
) -> TickerStream:
    """Return the stream of a ticker topic, in C++ where there are the types for it."""
    if types is None:
        return TickerStream(instrument, publish)
    return NativeTickerStream(types, instrument, topic, publish)


def bar_stream(
    types: FrameworkTypes | None,
    instrument: Instrument,
    topic: str,
    interval: str,
    publish: Publish,
    *,
    on_close: bool,
    on_missed: OnMissed,
) -> BarStream:
    """Return the stream of a candle topic, in C++ where there are the types for it."""
    if types is None:
        return BarStream(instrument, interval, publish, on_close=on_close, on_missed=on_missed)
    return NativeBarStream(instrument, topic, interval, publish, on_close=on_close, on_missed=on_missed)
