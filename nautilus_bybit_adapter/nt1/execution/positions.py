"""What the venue says of positions, and what happens to them without an order of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from nautilus_trader.model.identifiers import InstrumentId

from nautilus_bybit_adapter.errors import BybitDecodeError
from nautilus_bybit_adapter.nt1.custom_data import BybitData
from nautilus_bybit_adapter.nt1.execution.reports import VenueState
from nautilus_bybit_adapter.nt1.mapping.account_data import (
    FORCED_KIND,
    adl_rank_of,
    forced_fill_of,
    funding_of,
    position_update_of,
)
from nautilus_bybit_adapter.nt1.mapping.identifiers import instrument_id_of
from nautilus_bybit_adapter.nt1.mapping.reports import fee_currency_of
from nautilus_bybit_adapter.state.legs import PositionLegs
from nautilus_bybit_adapter.state.positions import DANGEROUS_RANK, AdlRanks, PositionSizes
from nautilus_bybit_adapter.wire.enums import BybitProductType, ExecType
from nautilus_bybit_adapter.wire.messages import PositionMessage
from nautilus_bybit_adapter.wire.orders import BybitExecution
from nautilus_bybit_adapter.wire.positions import BybitPosition


class PositionFeed:
    """
    Publishes position pushes, funding and forced fills; holds positions against fills.

    Parameters
    ----------
    venue : VenueState
        Knows the instruments, and reads positions.
    legs : PositionLegs
        Learns and knows which position a fill moves.
    publish : Callable[[BybitData], None]
        Takes the data.
    now_ns : Callable[[], int]
        The time, UNIX nanoseconds.
    log : Any
        The framework's logger.

    """

    def __init__(
        self,
        venue: VenueState,
        legs: PositionLegs,
        publish: Callable[[BybitData], None],
        now_ns: Callable[[], int],
        log: Any,
    ) -> None:
        self._venue = venue
        self._legs = legs
        self._publish = publish
        self._now_ns = now_ns
        self._log = log
        self._sizes = PositionSizes()
        self._ranks = AdlRanks()

    async def read(self) -> None:
        """Learn the open positions, from which fills are added up; raises `BybitError`."""
        for row in await self._venue.positions():
            self._sizes.on_position(row)
        self._sizes.on_whole()

    def on_message(self, message: PositionMessage, ts_init: int) -> None:
        """Take a push."""
        for row in message.data:
            if self._legs.is_news(row.category, row.symbol, row.position_idx):
                self._log.error(
                    f"{row.symbol} has been switched to hedge mode: start anew with "
                    f'position_mode={{"{row.symbol}": BybitPositionMode.BOTH_SIDES}}'
                )
            self._legs.on_slot(row.category, row.symbol, row.position_idx)
            self._sizes.on_position(row)
            if self._venue.is_loaded(row.category, row.symbol):
                self._publish_position(row, ts_init)

    def on_fill(self, execution: BybitExecution) -> None:
        """Take a fill that was not seen before."""
        if execution.category == BybitProductType.SPOT:
            return
        self._sizes.on_fill(execution, self._legs.leg_of(execution))
        kind = FORCED_KIND.get(execution.exec_type)
        if kind is not None and self._venue.is_loaded(execution.category, execution.symbol):
            instrument_id = _id_of(execution)
            self._log.warning(
                f"{kind} of {instrument_id}: the venue traded {execution.side} {execution.exec_qty} "
                f"at {execution.exec_price}"
            )
            with self._saying_what_is_not_taken():
                currency = self._currency(execution)
                self._publish(forced_fill_of(execution, instrument_id, currency, self._now_ns()))

    def on_no_fill(self, execution: BybitExecution) -> None:
        """Take an execution row that moved no position."""
        if execution.exec_type != ExecType.FUNDING:
            self._log.warning(f"{execution.exec_type!r} of {execution.symbol} is no fill this version knows")
        elif self._venue.is_loaded(execution.category, execution.symbol):
            with self._saying_what_is_not_taken():
                currency = self._currency(execution)
                self._publish(funding_of(execution, _id_of(execution), currency, self._now_ns()))

    def is_short_of_fills(self, now_ms: int) -> bool:
        """Tell whether a position differs from its fills for too long, so that the venue is to be asked for them."""
        slots = self._sizes.overdue(now_ms)
        for category, symbol, position_idx in slots:
            leg = f", index {position_idx}" if position_idx else ""
            self._log.warning(
                f"The position of {symbol} ({category}{leg}) is not what its fills add up to: asking for fills"
            )
        return bool(slots)

    def _publish_position(self, row: BybitPosition, ts_init: int) -> None:
        instrument_id = instrument_id_of(row.symbol, BybitProductType(row.category))
        with self._saying_what_is_not_taken():
            self._publish(position_update_of(row, instrument_id, ts_init))
        rank = self._ranks.on_position(row)
        if rank is None:
            return
        if rank >= DANGEROUS_RANK:
            self._log.warning(f"The position of {instrument_id} has rank {rank} of 5 for deleveraging")
        self._publish(adl_rank_of(row, instrument_id, ts_init))

    @contextmanager
    def _saying_what_is_not_taken(self) -> Iterator[None]:
        """Keep a datum that cannot be made from costing the events beside it."""
        try:
            yield
        except BybitDecodeError as e:
            self._log.error(f"A row about a position was not published: {e}")

    def _currency(self, execution: BybitExecution) -> str:
        instrument = self._venue.instrument(execution.category, execution.symbol)
        return str(fee_currency_of(execution, instrument).code)


def _id_of(execution: BybitExecution) -> InstrumentId:
    return instrument_id_of(execution.symbol, BybitProductType(execution.category))
