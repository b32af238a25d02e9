"""The ratio of long to short accounts, which the venue does not push."""

from __future__ import annotations

from nautilus_trader.data.messages import SubscribeData, UnsubscribeData
from nautilus_trader.model.data import CustomData, DataType

from nautilus_bybit_adapter.nt1.custom_data import BybitLongShortRatio
from nautilus_bybit_adapter.nt1.data.context import DataContext, check_category
from nautilus_bybit_adapter.nt1.data.custom_target import instrument_id_in
from nautilus_bybit_adapter.nt1.data.polling import Poller
from nautilus_bybit_adapter.nt1.data.requests.custom import long_short_ratios, period_in
from nautilus_bybit_adapter.wire.enums import BybitProductType

POLL_SECS = 60.0


class _Series:
    """One subscription: polls a contract's ratio and publishes the values that are new."""

    def __init__(self, context: DataContext, command: SubscribeData) -> None:
        self._context = context
        self._data_type: DataType = command.data_type
        self._period = period_in(command)
        self.instrument_id = instrument_id_in(command)
        self._last_ns = 0
        self.poller = Poller(
            context, f"long-short ratios of {self.instrument_id}", POLL_SECS, self.read_newest
        )

    async def read_newest(self) -> None:
        """Publish the newest value if it is new; raises `BybitError`."""
        found: list[BybitLongShortRatio] = await long_short_ratios(
            self._context, self.instrument_id, self._period, limit=1
        )
        for ratio in found:
            if ratio.ts_event > self._last_ns:
                self._last_ns = ratio.ts_event
                self._context.publish(CustomData(self._data_type, ratio))


class RatioSubscriptions:
    """
    Polls the ratios that are subscribed.

    Parameters
    ----------
    context : DataContext
        The data client's parts.

    """

    def __init__(self, context: DataContext) -> None:
        self._context = context
        self._series: dict[str, _Series] = {}

    def start(self) -> None:
        """Poll everything that is subscribed."""
        for series in self._series.values():
            series.poller.start()

    def stop(self) -> None:
        """Poll no more."""
        for series in self._series.values():
            series.poller.stop()

    async def subscribe(self, command: SubscribeData) -> None:
        """
        Publish a contract's newest ratio, and each that follows.

        Raises
        ------
        BybitError
            If there is no such ratio, or the venue does not answer.

        """
        series = _Series(self._context, command)
        _, category = self._context.instrument(series.instrument_id)
        check_category("long-short ratio", category, BybitProductType.LINEAR, BybitProductType.INVERSE)
        await series.read_newest()
        self._series[command.data_type.topic] = series
        series.poller.start()

    async def unsubscribe(self, command: UnsubscribeData) -> None:
        """Publish them no more."""
        series = self._series.pop(command.data_type.topic, None)
        if series is not None:
            series.poller.stop()
