"""Instruments: publishing what is loaded, and reading it again."""

from __future__ import annotations

from nautilus_trader.model.identifiers import InstrumentId
from nautilus_trader.model.instruments import Instrument

from nautilus_bybit_adapter.nt1.data.context import DataContext
from nautilus_bybit_adapter.nt1.data.polling import Poller

SECS_A_MINUTE = 60


class InstrumentRefresh:
    """
    Reads the instruments again at intervals and publishes them.

    Parameters
    ----------
    context : DataContext
        The data client's parts; `update_instruments_interval_mins` of the configuration is the interval.

    """

    def __init__(self, context: DataContext) -> None:
        self._context = context
        minutes = context.config.update_instruments_interval_mins
        self._poller = (
            None if minutes is None else Poller(context, "instruments", minutes * SECS_A_MINUTE, self.refresh)
        )

    def start(self) -> None:
        """Read at intervals."""
        if self._poller is not None:
            self._poller.start()

    def stop(self) -> None:
        """Read no more."""
        if self._poller is not None:
            self._poller.stop()

    async def refresh(self) -> None:
        """Read and publish every instrument; raises `BybitError`."""
        await self._context.provider.initialize(reload=True)
        self.publish_all()

    def publish_all(self) -> None:
        """Publish every instrument that is loaded."""
        for instrument in self._context.provider.list_all():
            self._context.publish(instrument)

    async def loaded(self, instrument_id: InstrumentId) -> Instrument:
        """Return an instrument, read from the venue if it is not loaded; raises `BybitError`."""
        if self._context.provider.find(instrument_id) is None:
            await self._context.provider.load_async(instrument_id)
        return self._context.instrument(instrument_id)[0]
