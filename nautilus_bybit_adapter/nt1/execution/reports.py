"""What the venue holds, as the framework's reports. Every method raises instead of returning less."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from decimal import Decimal
from typing import TypeVar

import msgspec
from nautilus_trader.common.component import LiveClock
from nautilus_trader.execution.reports import FillReport, OrderStatusReport, PositionStatusReport
from nautilus_trader.model.identifiers import AccountId, InstrumentId, PositionId
from nautilus_trader.model.instruments import CurrencyPair, Instrument

from nautilus_bybit_adapter.errors import BybitDecodeError
from nautilus_bybit_adapter.nt1.mapping.account import ZERO, net_of
from nautilus_bybit_adapter.nt1.mapping.account_data import venue_position_id
from nautilus_bybit_adapter.nt1.mapping.identifiers import instrument_id_of, symbol_of
from nautilus_bybit_adapter.nt1.mapping.reports import (
    fill_report,
    order_report,
    order_report_of_forced,
    position_report,
    spot_position_report,
)
from nautilus_bybit_adapter.nt1.providers import BybitInstrumentProvider
from nautilus_bybit_adapter.state.legs import PositionLegs
from nautilus_bybit_adapter.state.orders import FILL_TYPES, OPEN_STATUSES
from nautilus_bybit_adapter.state.trade_ids import TradeIds
from nautilus_bybit_adapter.transport.http import BybitHTTPClient
from nautilus_bybit_adapter.wire.enums import BybitProductType
from nautilus_bybit_adapter.wire.orders import BybitExecution, BybitOrder
from nautilus_bybit_adapter.wire.positions import BybitPosition

# Source: Bybit V5 order/open-order: a linear query names a symbol or a settlement coin.
LINEAR_SETTLE_COINS = ("USDT", "USDC")

Row = TypeVar("Row")


class VenueState:
    """
    Orders, executions and positions of the account, read over REST.

    Parameters
    ----------
    http : BybitHTTPClient
        The REST client.
    provider : BybitInstrumentProvider
        The loaded instruments.
    categories : Iterable[BybitProductType]
        The categories that are traded.
    account_id : AccountId
        Goes into the reports.
    clock : LiveClock
        Stamps the reports.
    warn : Callable[[str], None]
        Told once of each instrument that something is held of and that is not loaded.
    legs : PositionLegs
        Knows which position a fill moved, where a symbol has two.
    hedging : bool
        Whether the client keeps positions of an instrument apart.
    spot_positions : bool
        Whether balances of spot coins are reported as positions.
    trade_ids : TradeIds, optional
        Names the fills.
    is_given_up : Callable[[str], bool], optional
        Tells of a client order id whether the framework takes nothing for that order any more: what it does is
        reported without it, so as one made elsewhere.
    is_own : Callable[[str], bool], optional
        Tells of a client order id whether the framework has such an order.

    """

    def __init__(
        self,
        http: BybitHTTPClient,
        provider: BybitInstrumentProvider,
        categories: Iterable[BybitProductType],
        account_id: AccountId,
        clock: LiveClock,
        warn: Callable[[str], None],
        legs: PositionLegs,
        *,
        hedging: bool = False,
        spot_positions: bool = False,
        trade_ids: TradeIds | None = None,
        is_given_up: Callable[[str], bool] = lambda _: False,
        is_own: Callable[[str], bool] = lambda _: True,
    ) -> None:
        self._is_own = is_own
        self._trade_ids = trade_ids or TradeIds()
        self._is_given_up = is_given_up
        self._legs = legs
        self._spot_positions = spot_positions
        self._hedging = hedging
        self._http = http
        self._provider = provider
        self._categories = tuple(categories)
        self._account_id = account_id
        self._clock = clock
        self._warn = warn
        self._warned: set[tuple[str, str]] = set()

    # -- rows ----------------------------------------------------------------------------------------------

    async def order(
        self, instrument_id: InstrumentId, client_order_id: str, venue_order_id: str
    ) -> BybitOrder | None:
        """
        Return the venue's newest row of one order; ``None`` when the venue says that it has none.

        An order made elsewhere has a client order id the venue never heard of.
        """
        rows = await self._rows_of(instrument_id, None, client_order_id) if client_order_id else []
        if not rows and venue_order_id:
            rows = await self._rows_of(instrument_id, venue_order_id, None)
        return max(rows, key=lambda row: int(row.created_time or "0"), default=None)

    async def _rows_of(
        self, instrument_id: InstrumentId, order_id: str | None, link_id: str | None
    ) -> list[BybitOrder]:
        symbol, category = symbol_of(instrument_id)
        rows = await self._http.get_open_orders(
            category, symbol=symbol, order_id=order_id, order_link_id=link_id
        )
        if not rows:
            rows = await self._http.get_order_history(
                category, symbol=symbol, order_id=order_id, order_link_id=link_id
            )
        return rows

    async def executions_of(self, instrument_id: InstrumentId, venue_order_id: str) -> list[BybitExecution]:
        """Return every execution of one order, oldest first."""
        symbol, category = symbol_of(instrument_id)
        return _oldest_first(
            await self._http.get_executions(category, symbol=symbol, order_id=venue_order_id)
        )

    async def open_orders(self, instrument_id: InstrumentId | None = None) -> list[BybitOrder]:
        """Return every open order, of one instrument or of all categories."""
        return await self._everywhere(instrument_id, self._http.get_open_orders, by_settle_coin=True)

    async def executions(
        self, start_ms: int | None, end_ms: int | None, instrument_id: InstrumentId | None = None
    ) -> list[BybitExecution]:
        """Return every execution of a time range, oldest first."""

        async def query(category: BybitProductType, *, symbol: str | None = None) -> list[BybitExecution]:
            return await self._http.get_executions(category, symbol=symbol, start_ms=start_ms, end_ms=end_ms)

        return _oldest_first(await self._everywhere(instrument_id, query, by_settle_coin=False))

    # -- reports -------------------------------------------------------------------------------------------

    def order_report(self, row: BybitOrder) -> OrderStatusReport:
        """
        Return the report of an order row; raises `BybitDecodeError` for an instrument that is not loaded.

        Of an order made elsewhere, where the account nets, it does not say that it only reduces: the position it
        reduces is another strategy's, and the engine would leave its fills out of every position.
        """
        instrument = self.instrument(row.category, row.symbol)
        if row.order_status in OPEN_STATUSES or Decimal(row.cum_exec_qty or "0"):
            row = self._without_given_up(row)
        report = order_report(row, instrument, self._account_id, self._now(), hedging=self._hedging)
        if not self._hedging and not self._is_own(row.order_link_id):
            report.reduce_only = False
        return report

    def fill_report(self, row: BybitExecution) -> FillReport:
        """Return the report of an execution row; raises `BybitDecodeError` for an instrument that is not loaded."""
        instrument = self.instrument(row.category, row.symbol)
        return fill_report(
            self._without_given_up(row),
            instrument,
            self._account_id,
            self._now(),
            self._legs.leg_of(row),
            hedging=self._hedging,
            trade_id=self._trade_ids.of(row.exec_id, row.order_id),
        )

    def forced_order_report(self, row: BybitExecution) -> OrderStatusReport:
        """Return the report of an order that only its execution tells of; raises as `fill_report` does."""
        instrument = self.instrument(row.category, row.symbol)
        return order_report_of_forced(
            row, instrument, self._account_id, self._now(), self._legs.leg_of(row), hedging=self._hedging
        )

    async def order_reports(
        self,
        instrument_id: InstrumentId | None,
        start_ms: int | None,
        end_ms: int | None,
        *,
        open_only: bool,
    ) -> list[OrderStatusReport]:
        """Return a report of every open order, and of the closed ones of a time range unless ``open_only``."""
        rows = {row.order_id: row for row in await self.open_orders(instrument_id)}
        if not open_only:

            async def history(category: BybitProductType, *, symbol: str | None = None) -> list[BybitOrder]:
                return await self._http.get_order_history(
                    category, symbol=symbol, start_ms=start_ms, end_ms=end_ms
                )

            for row in await self._everywhere(instrument_id, history, by_settle_coin=False):
                rows.setdefault(row.order_id, row)
        return [
            self.order_report(row) for row in rows.values() if self._is_reportable(row.category, row.symbol)
        ]

    async def fill_reports(
        self,
        instrument_id: InstrumentId | None,
        venue_order_id: str | None,
        start_ms: int | None,
        end_ms: int | None,
    ) -> list[FillReport]:
        """Return a report of every execution that moved a position: funding is not among them."""
        rows = await self.executions(start_ms, end_ms, instrument_id)
        return [
            self.fill_report(row)
            for row in rows
            if row.exec_type in FILL_TYPES
            and venue_order_id in {None, row.order_id}
            and self._is_reportable(row.category, row.symbol)
        ]

    async def position_reports(self, instrument_id: InstrumentId | None) -> list[PositionStatusReport]:
        """Return a report of every position; of one instrument also the flat ones."""
        spot = await self._spot_reports(instrument_id) if self._spot_positions else []
        return spot + [
            position_report(
                row,
                self.instrument(row.category, row.symbol),
                self._account_id,
                self._now(),
                hedging=self._hedging,
            )
            for row in await self.positions(instrument_id)
            if self._is_reportable(row.category, row.symbol)
        ]

    async def positions(self, instrument_id: InstrumentId | None = None) -> list[BybitPosition]:
        """Return every open position slot of the categories; of one instrument its flat slots too."""
        if instrument_id is not None and symbol_of(instrument_id)[1] is BybitProductType.SPOT:
            return []  # spot holds balances, not positions
        rows = await self._everywhere(
            instrument_id, self._http.get_positions, by_settle_coin=True, spot=False
        )
        for row in rows:
            self._legs.on_slot(row.category, row.symbol, row.position_idx)
        return rows

    async def _spot_reports(self, instrument_id: InstrumentId | None) -> list[PositionStatusReport]:
        pairs = [
            each
            for each in self._provider.list_all()
            if isinstance(each, CurrencyPair) and instrument_id in {None, each.id}
        ]
        if not pairs:
            return []
        held = {coin.coin: net_of(coin) for coin in (await self._http.get_wallet_balance()).coins}
        return [
            spot_position_report(
                held.get(each.base_currency.code, ZERO),
                each,
                self._account_id,
                self._now(),
                hedging=self._hedging,
            )
            for each in pairs
        ]

    def position_id(self, row: BybitExecution) -> PositionId | None:
        """Return the framework's id of the position a fill moves; ``None`` where the framework nets by itself."""
        leg = self._legs.leg_of(row)
        if not (leg or self._hedging):
            return None
        instrument_id = instrument_id_of(row.symbol, BybitProductType(row.category))
        return venue_position_id(instrument_id, leg, hedging=self._hedging)

    def is_loaded(self, category: str, symbol: str) -> bool:
        """Tell whether the provider holds the instrument."""
        return self._find(category, symbol) is not None

    def instrument(self, category: str, symbol: str) -> Instrument:
        """Return a loaded instrument; raises `BybitDecodeError` when it is not loaded."""
        found = self._find(category, symbol)
        if found is None:
            raise BybitDecodeError(
                f"instrument {symbol} of category {category} is not loaded: add it to load_ids"
            )
        return found

    def _is_reportable(self, category: str, symbol: str) -> bool:
        if self.is_loaded(category, symbol):
            return True
        if (category, symbol) not in self._warned:
            self._warned.add((category, symbol))
            self._warn(
                f"The account has orders, fills or a position of {symbol} ({category}), which is not loaded: "
                "the framework will not know of them"
            )
        return False

    # -- parts ---------------------------------------------------------------------------------------------

    def _without_given_up[R: (BybitOrder, BybitExecution)](self, row: R) -> R:
        if row.order_link_id and self._is_given_up(row.order_link_id):
            return msgspec.structs.replace(row, order_link_id="")
        return row

    def _find(self, category: str, symbol: str) -> Instrument | None:
        return self._provider.find(instrument_id_of(symbol, BybitProductType(category)))

    def _now(self) -> int:
        return int(self._clock.timestamp_ns())

    async def _everywhere(
        self,
        instrument_id: InstrumentId | None,
        query: Callable[..., Awaitable[list[Row]]],
        *,
        by_settle_coin: bool,
        spot: bool = True,
    ) -> list[Row]:
        """Ask for one instrument, or for each category (and settlement coin, where the venue demands one)."""
        if instrument_id is not None:
            symbol, category = symbol_of(instrument_id)
            return await query(category, symbol=symbol)
        rows: list[Row] = []
        for category in self._categories:
            if category is BybitProductType.LINEAR and by_settle_coin:
                for coin in LINEAR_SETTLE_COINS:
                    rows += await query(category, settle_coin=coin)
            elif spot or category is not BybitProductType.SPOT:
                rows += await query(category)
        return rows


def _oldest_first(rows: list[BybitExecution]) -> list[BybitExecution]:
    # Neighbouring time windows share their edge, and so may share a row.
    return sorted(
        {(row.exec_id, row.order_id): row for row in rows}.values(),
        key=lambda row: (int(row.exec_time or "0"), row.seq),
    )
