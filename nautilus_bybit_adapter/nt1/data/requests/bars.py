"""Bars over any range."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nautilus_trader.data.messages import RequestBars
from nautilus_trader.model.data import Bar, BarType

from nautilus_bybit_adapter.nt1.data.context import DataContext, check_category
from nautilus_bybit_adapter.nt1.data.requests.span import span_ms_of
from nautilus_bybit_adapter.nt1.mapping.bars import candle_price_of, close_ms, interval_of, past_bars_of
from nautilus_bybit_adapter.wire.enums import BybitProductType

_CONTRACTS = (BybitProductType.LINEAR, BybitProductType.INVERSE)
_CATEGORIES = {
    "last": (BybitProductType.SPOT, *_CONTRACTS),
    "mark": (*_CONTRACTS, BybitProductType.OPTION),
    "index": _CONTRACTS,
    "premium": (BybitProductType.LINEAR,),
}


async def requested_bars(context: DataContext, request: RequestBars) -> list[Bar]:
    """
    Return the closed bars that begin at or after the start and end at or before the end, oldest first.

    Raises
    ------
    BybitConfigError
        If Bybit has no such bars.
    BybitError
        If any page fails.

    """
    start_ms, end_ms = span_ms_of(request)
    return await past_bars(
        context,
        request.bar_type,
        request.params or {},
        start_ms=start_ms,
        end_ms=end_ms,
        limit=request.limit,
    )


async def past_bars(
    context: DataContext,
    bar_type: BarType,
    params: Mapping[str, Any],
    *,
    start_ms: int | None,
    end_ms: int | None,
    limit: int,
    now_ms: int | None = None,
) -> list[Bar]:
    """
    Return closed bars, oldest first.

    Parameters
    ----------
    bar_type : BarType
        What they are published as; see `candle_price_of` for the price they are of.
    start_ms, end_ms : int or None
        The earliest beginning and the latest end of a bar, epoch milliseconds.
    limit : int
        Keep the newest only, this many; 0 keeps all.
    now_ms : int, optional
        When it is at the venue, epoch milliseconds, where that is known better than by its clock.

    Raises
    ------
    BybitConfigError
        If Bybit has no such bars.
    BybitError
        If any page fails.

    """
    instrument, category = context.instrument(bar_type.instrument_id)
    interval = interval_of(bar_type)
    price = candle_price_of(bar_type, params)
    check_category(f"bars of the {price} price", category, *_CATEGORIES[price])
    latest = context.http.server_time_ms() if now_ms is None else now_ms
    latest = latest if end_ms is None else min(latest, end_ms)
    candles = await context.http.get_klines(
        category,
        instrument.raw_symbol.value,
        interval,
        price=price,
        start_ms=start_ms,
        end_ms=latest,
        # The last one may still form, or reach beyond the end.
        limit=limit + 1 if limit else None,
    )
    closed = [each for each in candles if close_ms(int(each.start_time), interval) <= latest]
    on_close = context.config.bars_timestamp_on_close
    bars = past_bars_of(instrument, bar_type, closed, interval, on_close=on_close)
    return bars[-limit:] if limit else bars
