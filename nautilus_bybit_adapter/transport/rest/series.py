"""Series of market data over any span: candles, funding, open interest, account ratios, volatility.

Source: Bybit V5 "Get Kline", "Get Mark Price Kline", "Get Index Price Kline", "Get Premium Index Price Kline",
"Get Funding Rate History", "Get Open Interest", "Get Long Short Ratio", "Get Historical Volatility".
"""

from __future__ import annotations

from nautilus_bybit_adapter.constants import MAX_STATISTICS_WINDOW_MS
from nautilus_bybit_adapter.transport.paging import Listing
from nautilus_bybit_adapter.transport.rest.reads import RestReads, checked
from nautilus_bybit_adapter.wire.enums import KlineInterval, KlinePrice, StatisticsPeriod
from nautilus_bybit_adapter.wire.envelope import bare_page
from nautilus_bybit_adapter.wire.series import (
    BybitFundingRate,
    BybitHistoricalVolatility,
    BybitKline,
    BybitLongShortRatio,
    BybitOpenInterest,
)

_KLINE_PATHS = {
    KlinePrice.LAST: "/v5/market/kline",
    KlinePrice.MARK: "/v5/market/mark-price-kline",
    KlinePrice.INDEX: "/v5/market/index-price-kline",
    KlinePrice.PREMIUM: "/v5/market/premium-index-price-kline",
}
_KLINE_PAGE = 1000
_OPTION_KLINE_PAGE = 500

_FUNDING = Listing(
    path="/v5/market/funding/history",
    row_type=BybitFundingRate,
    is_private=False,
    page_rows=200,
    time_field="funding_rate_timestamp",
)
_OPEN_INTEREST = Listing(
    path="/v5/market/open-interest",
    row_type=BybitOpenInterest,
    is_private=False,
    page_rows=200,
    time_field="timestamp",
)
_LONG_SHORT_RATIO = Listing(
    path="/v5/market/account-ratio",
    row_type=BybitLongShortRatio,
    is_private=False,
    page_rows=500,
    time_field="timestamp",
)
_VOLATILITY = Listing(
    path="/v5/market/historical-volatility",
    row_type=BybitHistoricalVolatility,
    is_private=False,
    span_ms=MAX_STATISTICS_WINDOW_MS,
    time_field="time",
    page_of=bare_page,
)


class SeriesMethods(RestReads):
    """Market data over time; all public.

    Every series comes oldest first, each moment once, and whole whatever its span: as many requests are made
    as it takes. `start_ms` and `end_ms` are epoch milliseconds, both included; without an end it reaches up to
    now. `limit` keeps the newest rows only. Without a start and a limit the venue's newest page comes.
    """

    async def get_klines(
        self,
        category: str,
        symbol: str,
        interval: str,
        *,
        price: str = KlinePrice.LAST,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int | None = None,
    ) -> list[BybitKline]:
        """Return candles, oldest first; up to now, the last one still forms.

        Parameters
        ----------
        category : str
            `spot` (last price only), `linear`, `inverse` or `option` (mark price only).
        symbol : str
            The venue's symbol.
        interval : str
            A word of `KlineInterval`: minutes such as `1` or `60`, or `D`, `W`, `M`.
        price : str
            A word of `KlinePrice`: `last`, `mark`, `index` or `premium` (linear only).
        start_ms, end_ms : int or None
            Bounds of the candles' start times, epoch milliseconds, both included.
        limit : int or None
            Keep the newest candles only, this many.

        Raises
        ------
        BybitConfigError
            If interval or price is no such word, the start after the end, or the limit below 1.
        BybitError
            If any page fails.
        """
        checked("interval", interval, KlineInterval)
        checked("price", price, KlinePrice)
        listing = Listing(
            path=_KLINE_PATHS[KlinePrice(price)],
            row_type=BybitKline,
            is_private=False,
            page_rows=_OPTION_KLINE_PAGE if category == "option" else _KLINE_PAGE,
            time_field="start_time",
            start_name="start",
            end_name="end",
        )
        parameters = {"category": category, "symbol": symbol, "interval": interval}
        return await self._series(listing, parameters, start_ms, end_ms, limit)

    async def get_funding_history(
        self,
        category: str,
        symbol: str,
        *,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int | None = None,
    ) -> list[BybitFundingRate]:
        """Return the funding rates settled for a perpetual, oldest first; `linear` and `inverse` only."""
        parameters = {"category": category, "symbol": symbol}
        return await self._series(_FUNDING, parameters, start_ms, end_ms, limit)

    async def get_open_interest(
        self,
        category: str,
        symbol: str,
        period: str,
        *,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int | None = None,
    ) -> list[BybitOpenInterest]:
        """Return open interest, oldest first, in steps of `period`, a word of `StatisticsPeriod`."""
        checked("period", period, StatisticsPeriod)
        parameters = {"category": category, "symbol": symbol, "intervalTime": period}
        return await self._series(_OPEN_INTEREST, parameters, start_ms, end_ms, limit)

    async def get_long_short_ratio(
        self,
        category: str,
        symbol: str,
        period: str,
        *,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int | None = None,
    ) -> list[BybitLongShortRatio]:
        """Return shares of long and short accounts, oldest first, in steps of `period` (`StatisticsPeriod`)."""
        checked("period", period, StatisticsPeriod)
        parameters = {"category": category, "symbol": symbol, "period": period}
        return await self._series(_LONG_SHORT_RATIO, parameters, start_ms, end_ms, limit)

    async def get_historical_volatility(
        self,
        base_coin: str,
        *,
        quote_coin: str | None = None,
        period_days: int | None = None,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int | None = None,
    ) -> list[BybitHistoricalVolatility]:
        """Return the hourly values of an option coin's realised volatility, oldest first.

        Parameters
        ----------
        base_coin : str
            Such as `BTC`.
        quote_coin : str or None
            `USD` or `USDT`.
        period_days : int or None
            Over how many days it is taken: 7, 14, 21, 30, 60, 90, 180 or 270; by default 7.
        start_ms, end_ms : int or None
            Epoch milliseconds; neither for the venue's latest values.
        limit : int or None
            Keep the newest rows only, this many.
        """
        parameters = {
            "category": "option",
            "baseCoin": base_coin,
            "quoteCoin": quote_coin,
            "period": period_days,
        }
        if start_ms is None and end_ms is not None:
            # The venue takes both or none.
            start_ms = end_ms - MAX_STATISTICS_WINDOW_MS
        return await self._history(_VOLATILITY, parameters, start_ms, end_ms, limit)
