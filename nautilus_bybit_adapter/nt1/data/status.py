"""Status and close of instruments, which the venue does not push."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Coroutine, Iterable
from typing import Any

from nautilus_trader.model.data import InstrumentClose
from nautilus_trader.model.enums import InstrumentCloseType
from nautilus_trader.model.identifiers import InstrumentId

from nautilus_bybit_adapter.errors import BybitError
from nautilus_bybit_adapter.nt1.data.context import DataContext, check_category
from nautilus_bybit_adapter.nt1.data.polling import Poller
from nautilus_bybit_adapter.nt1.listing import VenueListing
from nautilus_bybit_adapter.nt1.mapping.derivatives import moment_ns_of, reference_price_of
from nautilus_bybit_adapter.nt1.mapping.identifiers import symbol_of
from nautilus_bybit_adapter.nt1.mapping.status import ENDED, GONE, Standing, standing_of, status_of
from nautilus_bybit_adapter.wire.enums import BybitProductType
from nautilus_bybit_adapter.wire.instruments import BybitInstrument

_DATED = (BybitProductType.LINEAR, BybitProductType.INVERSE, BybitProductType.OPTION)


class InstrumentWatch:
    """
    Asks for the status of the instruments that somebody watches, and publishes what changes.

    Parameters
    ----------
    context : DataContext
        The data client's parts; `instrument_status_poll_secs` of the configuration is the interval.

    """

    def __init__(self, context: DataContext) -> None:
        self._context = context
        self._listing = VenueListing(context.http, context.log)
        self._statuses: set[InstrumentId] = set()
        self._closes: set[InstrumentId] = set()
        self._standings: dict[InstrumentId, Standing] = {}
        self._unpriced: set[InstrumentId] = set()
        secs = context.config.instrument_status_poll_secs
        self._poller = None if secs is None else Poller(context, "instrument statuses", secs, self.poll)

    def start(self) -> None:
        """Poll while anything is watched."""
        if self._poller is not None and (self._statuses or self._closes):
            self._poller.start()

    def stop(self) -> None:
        """Poll no more."""
        if self._poller is not None:
            self._poller.stop()

    async def subscribe_status(self, instrument_id: InstrumentId) -> None:
        """
        Publish an instrument's status now and whenever it changes.

        Raises
        ------
        BybitError
            If the instrument is not loaded, or the venue does not answer.

        """
        self._context.instrument(instrument_id)
        standing = await self._look_up(instrument_id)
        self._statuses.add(instrument_id)
        self._standings[instrument_id] = standing
        self._context.publish(status_of(instrument_id, standing, self._context.now_ns()))
        self._warn_without_poller()
        self.start()

    async def unsubscribe_status(self, instrument_id: InstrumentId) -> None:
        """Publish it no more."""
        self._statuses.discard(instrument_id)
        self._stop_without_need()

    async def subscribe_close(self, instrument_id: InstrumentId) -> None:
        """
        Publish the price an instrument is delivered at, when it is; at the next look if it has been already.

        Raises
        ------
        BybitError
            If the instrument is not loaded or never delivered, or the venue does not answer.

        """
        _, category = self._context.instrument(instrument_id)
        check_category("delivery", category, *_DATED)
        standing = self._standings.setdefault(instrument_id, await self._look_up(instrument_id))
        self._closes.add(instrument_id)
        if standing.action in ENDED:
            # It was delivered before anybody asked: nothing will change any more, and the price is there.
            self._unpriced.add(instrument_id)
        self._warn_without_poller()
        self.start()

    async def unsubscribe_close(self, instrument_id: InstrumentId) -> None:
        """Publish it no more."""
        self._closes.discard(instrument_id)
        self._unpriced.discard(instrument_id)
        self._stop_without_need()

    async def poll(self) -> None:
        """Look at every watched instrument; what fails costs only itself. Raises the first `BybitError` at the end."""
        watched: dict[BybitProductType, list[InstrumentId]] = defaultdict(list)
        for instrument_id in self._statuses | self._closes:
            watched[symbol_of(instrument_id)[1]].append(instrument_id)
        looks = [self._look_at(category, instrument_ids) for category, instrument_ids in watched.items()]
        failures = await _each(looks)
        failures += await _each([self._publish_close(each) for each in tuple(self._unpriced)])
        if failures:
            raise failures[0]

    async def _look_at(self, category: BybitProductType, instrument_ids: Iterable[InstrumentId]) -> None:
        rows = await self._rows(category, instrument_ids)
        for instrument_id in instrument_ids:
            row = rows.get(symbol_of(instrument_id)[0])
            standing = await self._look_up(instrument_id) if row is None else standing_of(row)
            self._take(instrument_id, standing)

    def _take(self, instrument_id: InstrumentId, standing: Standing) -> None:
        before = self._standings.get(instrument_id)
        if standing == before:
            return
        self._standings[instrument_id] = standing
        if instrument_id in self._statuses:
            self._context.publish(status_of(instrument_id, standing, self._context.now_ns()))
        ended_before = before is not None and before.action in ENDED
        if instrument_id in self._closes and standing.action in ENDED and not ended_before:
            self._unpriced.add(instrument_id)

    async def _publish_close(self, instrument_id: InstrumentId) -> None:
        """Publish the price of a delivery; it is asked for again while the venue does not tell it."""
        instrument, category = self._context.instrument(instrument_id)
        found = await self._context.http.get_delivery_prices(category, instrument.raw_symbol.value)
        if not found:
            self._context.log.warning(f"{instrument_id} has ended, and Bybit tells no delivery price yet")
            return
        self._unpriced.discard(instrument_id)
        now = self._context.now_ns()
        self._context.publish(
            InstrumentClose(
                instrument_id,
                reference_price_of(instrument, found[0].delivery_price),
                InstrumentCloseType.CONTRACT_EXPIRED,
                moment_ns_of(found[0].delivery_time) or now,
                now,
            )
        )

    async def _rows(
        self, category: BybitProductType, instrument_ids: Iterable[InstrumentId]
    ) -> dict[str, BybitInstrument]:
        http = self._context.http
        if category is BybitProductType.OPTION:
            # The venue lists options by coin.
            coins = sorted({symbol_of(each)[0].partition("-")[0] for each in instrument_ids})
            rows = [row for coin in coins for row in await http.get_instruments(category, base_coin=coin)]
        else:
            rows = await http.get_instruments(category)
        return {row.symbol: row for row in rows}

    async def _look_up(self, instrument_id: InstrumentId) -> Standing:
        """Return the status of one instrument; those that do not trade are not in the list of a category."""
        symbol, category = symbol_of(instrument_id)
        rows = await self._listing.of_symbol(category, symbol)
        return standing_of(rows[0]) if rows else GONE

    def _warn_without_poller(self) -> None:
        if self._poller is None:
            self._context.log.warning("instrument_status_poll_secs is None: changes will not be seen")

    def _stop_without_need(self) -> None:
        if not (self._statuses or self._closes):
            self.stop()


async def _each(steps: Iterable[Coroutine[Any, Any, None]]) -> list[BybitError]:
    """Do every step, one after the other; return what failed."""
    failures = []
    for step in steps:
        try:
            await step
        except BybitError as e:
            failures.append(e)
    return failures
