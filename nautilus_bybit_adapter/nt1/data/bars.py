"""Bars."""

from __future__ import annotations

from nautilus_trader.data.messages import SubscribeBars, UnsubscribeBars
from nautilus_trader.model.data import Bar, BarType

from nautilus_bybit_adapter.errors import BybitConfigError, BybitError
from nautilus_bybit_adapter.nt1.data.context import DataContext, check_category
from nautilus_bybit_adapter.nt1.data.requests.bars import past_bars
from nautilus_bybit_adapter.nt1.data.topics import kline_topic
from nautilus_bybit_adapter.nt1.mapping.bars import candle_price_of, interval_of
from nautilus_bybit_adapter.nt1.streams import BarStream, bar_stream
from nautilus_bybit_adapter.wire.enums import BybitProductType

LAST = "last"
_CATEGORIES = (BybitProductType.SPOT, BybitProductType.LINEAR, BybitProductType.INVERSE)


class BarSubscriptions:
    """
    Opens candle topics and closes them with their last subscription.

    Parameters
    ----------
    context : DataContext
        The data client's parts.

    """

    def __init__(self, context: DataContext) -> None:
        self._context = context

    async def subscribe(self, command: SubscribeBars) -> None:
        """
        Stream the closed bars of traded prices.

        Raises
        ------
        BybitConfigError
            If Bybit streams no such bars.

        """
        bar_type = command.bar_type
        instrument, category = self._context.instrument(bar_type.instrument_id)
        check_category("stream of bars", category, *_CATEGORIES)
        interval = interval_of(bar_type)
        price = candle_price_of(bar_type, command.params or {})
        if price != LAST:
            raise BybitConfigError(
                f"bars of the {price} price are not streamed by Bybit: those of LAST are; the others can be requested"
            )
        topic = kline_topic(instrument, interval)
        stream = self._context.feeds.stream(
            category,
            topic,
            BarStream,
            lambda: bar_stream(
                self._context.types,
                instrument,
                topic,
                interval,
                self._context.publish,
                on_close=self._context.config.bars_timestamp_on_close,
                on_missed=self._on_missed,
            ),
        )
        if bar_type not in stream.bar_types:
            stream.bar_types.append(bar_type)
        await self._context.feeds.open(category, topic)

    async def unsubscribe(self, command: UnsubscribeBars) -> None:
        """Stream them no more."""
        instrument, category = self._context.instrument(command.bar_type.instrument_id)
        topic = kline_topic(instrument, interval_of(command.bar_type))
        stream = self._context.feeds.find(category, topic)
        if isinstance(stream, BarStream) and command.bar_type in stream.bar_types:
            stream.bar_types.remove(command.bar_type)
            await self._context.feeds.release(category, topic)

    def _on_missed(self, stream: BarStream, start_ms: int, end_ms: int) -> None:
        self._context.create_task(self._fill(stream, start_ms, end_ms), "read bars that were missed")

    async def _fill(self, stream: BarStream, start_ms: int, end_ms: int) -> None:
        missed: list[Bar] = []
        try:
            for bar_type in tuple(stream.bar_types):
                missed += await self._bars_between(bar_type, start_ms, end_ms)
        except BybitError as e:
            self._context.log.error(
                f"Bars of {stream.instrument.id} that closed while the socket was away are missing: {e}"
            )
        finally:
            stream.fill(missed)

    async def _bars_between(self, bar_type: BarType, start_ms: int, end_ms: int) -> list[Bar]:
        # A later bar has closed at the venue, whatever the clocks say: so have these.
        bars = await past_bars(
            self._context, bar_type, {}, start_ms=start_ms, end_ms=end_ms, limit=0, now_ms=end_ms
        )
        self._context.log.info(f"{len(bars)} bars of {bar_type} that were missed have been read")
        return bars
