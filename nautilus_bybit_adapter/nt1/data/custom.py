"""Bybit's own data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nautilus_trader.data.messages import SubscribeData, UnsubscribeData
from nautilus_trader.model.data import DataType

from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.nt1.custom_data import (
    BybitAdlAlert,
    BybitAdlRank,
    BybitBookStatus,
    BybitForcedFill,
    BybitFunding,
    BybitInsurance,
    BybitLiquidation,
    BybitLongShortRatio,
    BybitMarginBorrowResult,
    BybitMarginRepayResult,
    BybitMarginStatusResult,
    BybitOpenInterest,
    BybitPositionUpdate,
    BybitPriceLimit,
    BybitRequestFailed,
    BybitRpiBook,
    BybitTicker,
)
from nautilus_bybit_adapter.nt1.data.context import DataContext, check_category
from nautilus_bybit_adapter.nt1.data.custom_target import instrument_id_in, pool_of
from nautilus_bybit_adapter.nt1.data.ratios import RatioSubscriptions
from nautilus_bybit_adapter.nt1.data.tickers import TickerSubscriptions
from nautilus_bybit_adapter.nt1.data.topics import (
    liquidation_topic,
    price_limit_topic,
    rpi_book_topic,
    ticker_topic,
)
from nautilus_bybit_adapter.nt1.mapping.identifiers import symbol_of
from nautilus_bybit_adapter.nt1.streams import (
    LiquidationStream,
    Outlet,
    PoolStream,
    PriceLimitStream,
    RpiBookStream,
)
from nautilus_bybit_adapter.wire.enums import BybitProductType

# Published by the execution client, of everything the account holds.
_OF_THE_ACCOUNT = frozenset(
    {
        BybitAdlRank,
        BybitForcedFill,
        BybitFunding,
        BybitMarginBorrowResult,
        BybitMarginRepayResult,
        BybitMarginStatusResult,
        BybitPositionUpdate,
    }
)
_OF_THEMSELVES = _OF_THE_ACCOUNT | {BybitBookStatus, BybitRequestFailed}
_CONTRACTS = (BybitProductType.LINEAR, BybitProductType.INVERSE)
_NO_OPTIONS = (BybitProductType.SPOT, *_CONTRACTS)


class CustomSubscriptions:
    """
    Opens the topics of Bybit's own data and closes them with their last subscription.

    Parameters
    ----------
    context : DataContext
        The data client's parts.
    tickers : TickerSubscriptions
        Where tickers and open interest come from.
    ratios : RatioSubscriptions
        Where long-short ratios come from.

    """

    def __init__(
        self, context: DataContext, tickers: TickerSubscriptions, ratios: RatioSubscriptions
    ) -> None:
        self._context = context
        self._tickers = tickers
        self._ratios = ratios
        self._find: dict[type, Callable[[Any], tuple[BybitProductType, str, Outlet]]] = {
            BybitTicker: self._ticker,
            BybitOpenInterest: self._open_interest,
            BybitLiquidation: self._liquidations,
            BybitPriceLimit: self._price_limit,
            BybitRpiBook: self._rpi_book,
            BybitInsurance: self._insurance,
            BybitAdlAlert: self._adl_alert,
        }

    async def subscribe(self, command: SubscribeData) -> None:
        """
        Stream data of a type.

        Raises
        ------
        BybitConfigError
            If the type is not known, or the command lacks what it needs.

        """
        data_type = command.data_type
        if data_type.type in _OF_THE_ACCOUNT and (data_type.metadata or command.instrument_id is not None):
            raise BybitConfigError(
                f"{data_type.type.__name__} comes for the whole account: subscribe it without metadata and instrument"
            )
        if data_type.type in _OF_THEMSELVES:
            return
        if data_type.type is BybitLongShortRatio:
            await self._ratios.subscribe(command)
            return
        category, topic, outlet = self._finder(data_type)(command)
        outlet.add(data_type)
        await self._context.feeds.open(category, topic)

    async def unsubscribe(self, command: UnsubscribeData) -> None:
        """Stream it no more."""
        data_type = command.data_type
        if data_type.type in _OF_THEMSELVES:
            return
        if data_type.type is BybitLongShortRatio:
            await self._ratios.unsubscribe(command)
            return
        category, topic, outlet = self._finder(data_type)(command)
        outlet.remove(data_type)
        await self._context.feeds.release(category, topic)

    def _finder(self, data_type: DataType) -> Callable[[Any], tuple[BybitProductType, str, Outlet]]:
        find = self._find.get(data_type.type)
        if find is None:
            known = sorted(each.__name__ for each in (*self._find, *_OF_THEMSELVES, BybitLongShortRatio))
            raise BybitConfigError(
                f"data type {data_type.type.__name__} is not known: {', '.join(known)} are"
            )
        return find

    def _ticker(self, command: Any) -> tuple[BybitProductType, str, Outlet]:
        instrument, category = self._context.instrument(instrument_id_in(command))
        stream = self._tickers.stream_of(instrument, category)
        return category, ticker_topic(instrument), stream.tickers

    def _open_interest(self, command: Any) -> tuple[BybitProductType, str, Outlet]:
        instrument, category = self._context.instrument(instrument_id_in(command))
        check_category("open interest", category, *_CONTRACTS, BybitProductType.OPTION)
        stream = self._tickers.stream_of(instrument, category)
        return category, ticker_topic(instrument), stream.open_interest

    def _liquidations(self, command: Any) -> tuple[BybitProductType, str, Outlet]:
        instrument, category = self._context.instrument(instrument_id_in(command))
        check_category("liquidations", category, *_CONTRACTS)
        topic = liquidation_topic(instrument)
        publish = self._context.publish
        stream = self._context.feeds.stream(
            category, topic, LiquidationStream, lambda: LiquidationStream(instrument.id, publish)
        )
        return category, topic, stream.outlet

    def _price_limit(self, command: Any) -> tuple[BybitProductType, str, Outlet]:
        instrument, category = self._context.instrument(instrument_id_in(command))
        check_category("price limits", category, *_NO_OPTIONS)
        topic = price_limit_topic(instrument)
        publish = self._context.publish
        stream = self._context.feeds.stream(
            category, topic, PriceLimitStream, lambda: PriceLimitStream(instrument.id, publish)
        )
        return category, topic, stream.outlet

    def _rpi_book(self, command: Any) -> tuple[BybitProductType, str, Outlet]:
        instrument, category = self._context.instrument(instrument_id_in(command))
        check_category("books with retail price improvement", category, *_NO_OPTIONS)
        topic = rpi_book_topic(instrument)
        publish = self._context.publish
        stream = self._context.feeds.stream(
            category, topic, RpiBookStream, lambda: RpiBookStream(instrument.id, publish)
        )
        return category, topic, stream.outlet

    def _insurance(self, command: Any) -> tuple[BybitProductType, str, Outlet]:
        return self._pool("insurance", command)

    def _adl_alert(self, command: Any) -> tuple[BybitProductType, str, Outlet]:
        return self._pool("adlAlert", command)

    def _pool(self, kind: str, command: Any) -> tuple[BybitProductType, str, Outlet]:
        category, pool = pool_of(self._context, command)
        is_whole = "pool" in command.data_type.metadata
        symbol = "" if is_whole else symbol_of(instrument_id_in(command))[0]
        topic = f"{kind}.{pool}"
        stream = self._context.feeds.stream(
            category, topic, PoolStream, lambda: PoolStream(pool, self._context.publish)
        )
        return category, topic, stream.outlet_of(symbol)
