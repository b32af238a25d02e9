"""The topic ``tickers.{symbol}``."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import NamedTuple

from nautilus_trader.core.data import Data
from nautilus_trader.model.instruments import Instrument

from nautilus_bybit_adapter.nt1.mapping.custom import open_interest_of, ticker_of
from nautilus_bybit_adapter.nt1.mapping.derivatives import (
    funding_rate_of,
    greeks_of,
    index_price_of,
    mark_price_of,
    option_quote_of,
)
from nautilus_bybit_adapter.nt1.mapping.identifiers import MS_TO_NS
from nautilus_bybit_adapter.nt1.streams.outlet import Outlet
from nautilus_bybit_adapter.nt1.streams.stream import Publish
from nautilus_bybit_adapter.state.ticker import TickerChange, TickerState
from nautilus_bybit_adapter.wire.codec import MarketMessage
from nautilus_bybit_adapter.wire.market import BybitTicker, TickerMessage
from nautilus_bybit_adapter.wire.messages import UnknownMessage


class TickerKind(Enum):
    """What of the framework's data a ticker gives."""

    MARK_PRICE = "mark price"
    INDEX_PRICE = "index price"
    FUNDING_RATE = "funding rate"
    QUOTE = "quote"
    GREEKS = "option greeks"


class _Maker(NamedTuple):
    """The fields a kind is made of, and how; it is published when one of them has changed."""

    fields: tuple[str, ...]
    make: Callable[[Instrument, BybitTicker, int, int], Data | None]


MAKERS: dict[TickerKind, _Maker] = {
    TickerKind.MARK_PRICE: _Maker(("mark_price",), mark_price_of),
    TickerKind.INDEX_PRICE: _Maker(("index_price",), index_price_of),
    TickerKind.FUNDING_RATE: _Maker(
        ("funding_rate", "funding_interval_hour", "next_funding_time"), funding_rate_of
    ),
    TickerKind.QUOTE: _Maker(("bid_price", "bid_size", "ask_price", "ask_size"), option_quote_of),
    TickerKind.GREEKS: _Maker(
        (
            "delta",
            "gamma",
            "vega",
            "theta",
            "mark_price_iv",
            "bid_iv",
            "ask_iv",
            "underlying_price",
            "open_interest",
        ),
        greeks_of,
    ),
}
INTEREST = ("open_interest", "open_interest_value")


class TickerStream:
    """
    A ticker topic: everything that is made of it is published when it changes, `BybitTicker` with every frame.

    Parameters
    ----------
    instrument : Instrument
        The instrument of the topic.
    publish : Publish
        Takes the data.

    Attributes
    ----------
    tickers, open_interest : Outlet
        Who wants whole tickers, and who open interest.

    """

    def __init__(self, instrument: Instrument, publish: Publish) -> None:
        self._instrument = instrument
        self._publish = publish
        self._state = TickerState()
        self._kinds: list[TickerKind] = []
        self._ts_event = 0
        self.tickers = Outlet(publish, self._on_wanted)
        self.open_interest = Outlet(publish, self._on_wanted)

    @property
    def is_wanted(self) -> bool:
        """Whether anything is subscribed to this topic."""
        return bool(self._kinds or self.tickers or self.open_interest)

    def add(self, kind: TickerKind, ts_init: int) -> None:
        """Publish one more kind, beginning with what is known already."""
        if kind in self._kinds:
            return
        self._kinds.append(kind)
        if self._state.ticker is not None:
            datum = self._made(kind, TickerChange(None, self._state.ticker), ts_init)
            if datum is not None:
                self._publish(datum)

    def remove(self, kind: TickerKind) -> None:
        """Publish it no more."""
        if kind in self._kinds:
            self._kinds.remove(kind)

    def on_instrument(self, instrument: Instrument) -> None:
        """Take the instrument as it is from now on."""
        if instrument.id == self._instrument.id:
            self._instrument = instrument

    def on_message(self, message: MarketMessage | UnknownMessage, ts_init: int) -> bool:
        """Merge a frame and publish what has changed; return False when the topic has to be subscribed anew."""
        if not isinstance(message, TickerMessage):
            return True
        change = self._state.on_frame(message.data, is_snapshot=message.is_snapshot)
        if change is None:
            return not self._state.is_overdue(ts_init)
        self._ts_event = message.ts * MS_TO_NS
        # All of it is made before the first is handed over: a field that cannot be read leaves nothing half-told.
        data = [self._made(kind, change, ts_init) for kind in self._kinds]
        about = (self._instrument.id, change.after, self._ts_event, ts_init)
        ticker = ticker_of(*about) if self.tickers else None
        is_interesting = self.open_interest and _differs(change, INTEREST)
        interest = open_interest_of(*about) if is_interesting else None
        for datum in data:
            if datum is not None:
                self._publish(datum)
        if ticker is not None:
            self.tickers.publish(ticker)
        if interest is not None:
            self.open_interest.publish(interest)
        return True

    def _on_wanted(self) -> None:
        """Learn that whole tickers or open interest are wanted, or are no more."""

    def on_stale(self, ts: int) -> None:  # noqa: ARG002 - the last value stands until the next snapshot
        """Wait for a snapshot; what it tells is published again."""
        self._state.on_lost()

    def _made(self, kind: TickerKind, change: TickerChange, ts_init: int) -> Data | None:
        maker = MAKERS[kind]
        if not _differs(change, maker.fields):
            return None
        return maker.make(self._instrument, change.after, self._ts_event, ts_init)


def _differs(change: TickerChange, fields: tuple[str, ...]) -> bool:
    before, after = change
    return before is None or any(getattr(before, name) != getattr(after, name) for name in fields)
