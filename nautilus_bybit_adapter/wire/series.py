"""Series of market data over time: candles, funding, open interest, account ratios, volatility, deliveries.

Source: Bybit V5 "Get Kline", "Get Mark Price Kline", "Get Index Price Kline", "Get Premium Index Price Kline",
"Get Funding Rate History", "Get Open Interest", "Get Long Short Ratio", "Get Historical Volatility",
"Get Delivery Price".
"""

from __future__ import annotations

import msgspec


class BybitKline(msgspec.Struct, frozen=True, array_like=True):
    """One candle; the newest one still forms.

    Attributes
    ----------
    start_time : str
        Its first moment, epoch milliseconds.
    open, high, low, close : str
        Prices in the quote coin; fractions of the index price where the candle is one of the premium.
    volume : str
        Base coins, for inverse USD; `""` in candles of mark, index and premium.
    turnover : str
        Quote coins, for inverse base coins; `""` in candles of mark, index and premium.
    """

    start_time: str
    open: str
    high: str
    low: str
    close: str
    volume: str = ""
    turnover: str = ""


class BybitFundingRate(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A funding rate that was settled: a fraction of the position's value, positive where longs paid.

    `funding_rate_timestamp` is epoch milliseconds in a string.
    """

    symbol: str
    funding_rate: str
    funding_rate_timestamp: str


class BybitOpenInterest(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Open interest in base coins (inverse: USD) at `timestamp`, epoch milliseconds in a string.

    `open_interest` counts both sides, `single_open_interest` one.
    """

    open_interest: str
    timestamp: str
    single_open_interest: str = ""


class BybitLongShortRatio(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Shares of accounts that are long and short, as fractions, at `timestamp` (epoch ms in a string)."""

    symbol: str
    buy_ratio: str
    sell_ratio: str
    timestamp: str


class BybitHistoricalVolatility(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Realised volatility of the last `period` days, an annualised fraction, at `time` (epoch ms in a string)."""

    period: int
    value: str
    time: str


class BybitOptionDelivery(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A price at which the options of a coin were delivered, in the quote coin; the time is epoch ms in a string."""

    delivery_price: str
    delivery_time: str


class IndexComponent(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A market an index is made of: its price, and its share of the index as a fraction.

    `equivalent_price` is the price times the multiplier, in the quote coin of the index.
    """

    exchange: str
    spot_pair: str
    price: str = ""
    equivalent_price: str = ""
    multiplier: str = ""
    weight: str = ""


class BybitIndexComponents(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An index price and what it is made of; `update_time` is epoch milliseconds in a string."""

    index_name: str
    last_price: str
    components: list[IndexComponent]
    update_time: str = ""


class BybitDeliveryPrice(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The price a dated contract was delivered at, in its quote coin; `delivery_time` is epoch ms in a string."""

    symbol: str
    delivery_price: str
    delivery_time: str
