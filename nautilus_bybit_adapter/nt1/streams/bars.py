"""The topic ``kline.{interval}.{symbol}``."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from nautilus_trader.model.data import Bar, BarType
from nautilus_trader.model.instruments import Instrument

from nautilus_bybit_adapter.nt1.mapping.bars import bar_of, close_ms
from nautilus_bybit_adapter.nt1.streams.stream import Publish
from nautilus_bybit_adapter.wire.codec import MarketMessage
from nautilus_bybit_adapter.wire.messages import UnknownMessage
from nautilus_bybit_adapter.wire.public_topics import Candle, KlineMessage

OnMissed = Callable[["BarStream", int, int], None]


class BarStream:
    """
    A candle topic: each candle once, when it is closed, in their order.

    Candles that closed while the socket was away are asked for; those after them wait until they are there.

    Parameters
    ----------
    instrument : Instrument
        The instrument of the topic.
    interval : str
        Bybit's word for the length of a candle.
    publish : Publish
        Takes the bars.
    on_close : bool
        Whether ``ts_event`` is the end of a candle, rather than its beginning.
    on_missed : OnMissed
        Is told when the candles that were missed begin and end (epoch milliseconds); it answers with `fill`.

    Attributes
    ----------
    bar_types : list of BarType
        What the bars are published as.

    """

    def __init__(
        self,
        instrument: Instrument,
        interval: str,
        publish: Publish,
        *,
        on_close: bool,
        on_missed: OnMissed,
    ) -> None:
        self.instrument = instrument
        self.interval = interval
        self._publish = publish
        self._on_close = on_close
        self._on_missed = on_missed
        self.bar_types: list[BarType] = []
        self._next_start: int | None = None
        self._held: list[tuple[Candle, int]] = []
        self._is_filling = False

    @property
    def is_wanted(self) -> bool:
        """Whether anything is subscribed to this topic."""
        return bool(self.bar_types)

    def on_instrument(self, instrument: Instrument) -> None:
        """Take the instrument as it is from now on."""
        if instrument.id == self.instrument.id:
            self.instrument = instrument

    def on_message(self, message: MarketMessage | UnknownMessage, ts_init: int) -> bool:
        """Publish the closed candles of a frame."""
        if isinstance(message, KlineMessage):
            for candle in message.data:
                if candle.confirm:
                    self._on_closed(candle, ts_init)
        return True

    def on_stale(self, ts: int) -> None:
        """Nothing to forget: the next candle shows whether any was missed."""

    def fill(self, bars: Sequence[Bar]) -> None:
        """Publish the bars that were missed, one of each bar type, and then what has waited for them."""
        for bar in bars:
            self._publish(bar)
        self._is_filling = False
        held, self._held = self._held, []
        for candle, ts_init in held:
            self._hand_over(candle, ts_init)

    def _on_closed(self, candle: Candle, ts_init: int) -> None:
        expected = self._next_start
        if expected is not None and candle.start < expected:
            return
        self._next_start = close_ms(candle.start, self.interval)
        if self._is_filling:
            self._held.append((candle, ts_init))
        elif expected is not None and candle.start > expected:
            self._is_filling = True
            self._held.append((candle, ts_init))
            self._on_missed(self, expected, candle.start)
        else:
            self._hand_over(candle, ts_init)

    def _hand_over(self, candle: Candle, ts_init: int) -> None:
        for bar_type in self.bar_types:
            self._publish(bar_of(self.instrument, bar_type, candle, ts_init, on_close=self._on_close))
