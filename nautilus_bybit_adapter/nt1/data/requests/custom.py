"""Requests for Bybit's own data."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

from nautilus_trader.data.messages import RequestData
from nautilus_trader.model.data import CustomData
from nautilus_trader.model.identifiers import InstrumentId

from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.nt1.custom_data import (
    BybitAdlAlert,
    BybitData,
    BybitInsurance,
    BybitLongShortRatio,
    BybitOpenInterest,
    BybitPriceLimit,
    BybitRpiBook,
    BybitTicker,
)
from nautilus_bybit_adapter.nt1.data.context import DataContext
from nautilus_bybit_adapter.nt1.data.custom_target import instrument_id_in, pool_of
from nautilus_bybit_adapter.nt1.data.requests.span import span_ms_of
from nautilus_bybit_adapter.nt1.mapping.custom import decimal_of, decimal_or_none, ticker_of
from nautilus_bybit_adapter.nt1.mapping.identifiers import MS_TO_NS
from nautilus_bybit_adapter.wire.enums import BybitProductType, StatisticsPeriod

DEFAULT_PERIOD = StatisticsPeriod.MINUTE_5
_Fetch = Callable[[DataContext, RequestData], Awaitable[list[Any]]]


async def requested_custom(context: DataContext, request: RequestData) -> list[CustomData]:
    """
    Return Bybit's own data, oldest first.

    Raises
    ------
    BybitConfigError
        If the type cannot be requested, or the request lacks what it needs.
    BybitError
        If the venue does not answer or refuses.

    """
    fetch = _FETCHES.get(request.data_type.type)
    if fetch is None:
        raise BybitConfigError(
            f"data type {request.data_type.type.__name__} cannot be requested from Bybit: "
            f"{', '.join(sorted(each.__name__ for each in _FETCHES))} can"
        )
    found: list[BybitData] = await fetch(context, request)
    return [CustomData(request.data_type, datum) for datum in found]


def period_in(request: Any) -> str:
    """Return the step of a statistic: ``params["period"]`` or the metadata's, by default five minutes."""
    named = (request.params or {}).get("period") or request.data_type.metadata.get("period")
    return str(named or DEFAULT_PERIOD)


async def _ticker(context: DataContext, request: RequestData) -> list[BybitTicker]:
    instrument, category = context.instrument(instrument_id_in(request))
    rows = await context.http.get_tickers(category, instrument.raw_symbol.value)
    now = context.now_ns()
    return [ticker_of(instrument.id, row, now, now) for row in rows]


async def _open_interest(context: DataContext, request: RequestData) -> list[BybitOpenInterest]:
    instrument, category = context.instrument(instrument_id_in(request))
    start_ms, end_ms = span_ms_of(request)
    rows = await context.http.get_open_interest(
        category,
        instrument.raw_symbol.value,
        period_in(request),
        start_ms=start_ms,
        end_ms=end_ms,
        limit=request.limit or None,
    )
    return [
        BybitOpenInterest(
            instrument_id=instrument.id,
            open_interest=decimal_of(row.open_interest, "open interest"),
            ts_event=int(row.timestamp) * MS_TO_NS,
            ts_init=int(row.timestamp) * MS_TO_NS,
        )
        for row in rows
    ]


async def long_short_ratios(
    context: DataContext,
    instrument_id: InstrumentId,
    period: str,
    *,
    start_ms: int | None = None,
    end_ms: int | None = None,
    limit: int | None = None,
) -> list[BybitLongShortRatio]:
    """Return ratios of a contract in steps of `period`, oldest first; raises `BybitError`."""
    instrument, category = context.instrument(instrument_id)
    rows = await context.http.get_long_short_ratio(
        category, instrument.raw_symbol.value, period, start_ms=start_ms, end_ms=end_ms, limit=limit
    )
    return [
        BybitLongShortRatio(
            instrument_id=instrument.id,
            period=period,
            buy_ratio=decimal_of(row.buy_ratio, "buyRatio"),
            sell_ratio=decimal_of(row.sell_ratio, "sellRatio"),
            ts_event=int(row.timestamp) * MS_TO_NS,
            ts_init=int(row.timestamp) * MS_TO_NS,
        )
        for row in rows
    ]


async def _long_short_ratio(context: DataContext, request: RequestData) -> list[BybitLongShortRatio]:
    start_ms, end_ms = span_ms_of(request)
    return await long_short_ratios(
        context,
        instrument_id_in(request),
        period_in(request),
        start_ms=start_ms,
        end_ms=end_ms,
        limit=request.limit or None,
    )


async def _price_limit(context: DataContext, request: RequestData) -> list[BybitPriceLimit]:
    instrument, category = context.instrument(instrument_id_in(request))
    row = await context.http.get_price_limit(category, instrument.raw_symbol.value)
    now = context.now_ns()
    return [
        BybitPriceLimit(
            instrument_id=instrument.id,
            highest_bid=decimal_of(row.buy_limit, "buyLmt"),
            lowest_ask=decimal_of(row.sell_limit, "sellLmt"),
            ts_event=int(row.ts) * MS_TO_NS if row.ts.isdigit() else now,
            ts_init=now,
        )
    ]


async def _rpi_book(context: DataContext, request: RequestData) -> list[BybitRpiBook]:
    instrument, category = context.instrument(instrument_id_in(request))
    book = await context.http.get_rpi_orderbook(category, instrument.raw_symbol.value, request.limit or 50)
    bids, asks = (tuple(tuple(map(Decimal, level)) for level in side) for side in (book.b, book.a))
    return [
        BybitRpiBook(
            instrument_id=instrument.id,
            bids=bids,
            asks=asks,
            update_id=book.u,
            sequence=book.seq,
            ts_event=(book.cts or book.ts) * MS_TO_NS,
            ts_init=context.now_ns(),
        )
    ]


async def _insurance(context: DataContext, request: RequestData) -> list[BybitInsurance]:
    category, pool = pool_of(context, request)
    answer = await context.http.get_insurance(None if category is BybitProductType.INVERSE else pool)
    now = context.now_ns()
    ts_event = int(answer.updated_time) * MS_TO_NS if answer.updated_time.isdigit() else now
    return [
        BybitInsurance(
            pool=pool,
            coin=row.coin,
            symbols=row.symbols,
            balance=decimal_of(row.balance, "balance"),
            ts_event=ts_event,
            ts_init=now,
        )
        for row in answer.pools
        if is_in_pool(row.coin, pool)
    ]


async def _adl_alert(context: DataContext, request: RequestData) -> list[BybitAdlAlert]:
    _, pool = pool_of(context, request)
    answer = await context.http.get_adl_alert()
    now = context.now_ns()
    updated = answer.update_time or answer.updated_time
    return [
        BybitAdlAlert(
            pool=pool,
            coin=row.coin,
            symbol=row.symbol,
            balance=decimal_of(row.balance, "balance"),
            pool_pnl_ratio=decimal_or_none(row.insurance_pnl_ratio),
            drawdown_ratio=decimal_or_none(row.pnl_ratio),
            trigger_ratio=decimal_or_none(row.adl_trigger_threshold),
            stop_ratio=decimal_or_none(row.adl_stop_ratio),
            ts_event=int(updated) * MS_TO_NS if updated.isdigit() else now,
            ts_init=now,
        )
        for row in answer.pools
        if is_in_pool(row.coin, pool)
    ]


def is_in_pool(coin: str, pool: str) -> bool:
    """Return whether contracts settled in a coin belong to a pool; the inverse ones have all other coins."""
    return coin == pool if pool != "inverse" else coin not in {"USDT", "USDC"}


_FETCHES: dict[type[BybitData], _Fetch] = {
    BybitTicker: _ticker,
    BybitOpenInterest: _open_interest,
    BybitLongShortRatio: _long_short_ratio,
    BybitPriceLimit: _price_limit,
    BybitRpiBook: _rpi_book,
    BybitInsurance: _insurance,
    BybitAdlAlert: _adl_alert,
}
