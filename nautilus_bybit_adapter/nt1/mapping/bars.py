"""Bybit's candles as framework bars."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from nautilus_trader.model.data import Bar, BarType
from nautilus_trader.model.enums import BarAggregation, PriceType, price_type_to_str
from nautilus_trader.model.instruments import Instrument

from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.nt1.mapping.fixed import price_of, quantity_of
from nautilus_bybit_adapter.nt1.mapping.identifiers import MS_TO_NS
from nautilus_bybit_adapter.wire.public_topics import Candle
from nautilus_bybit_adapter.wire.series import BybitKline

_MINUTE_MS = 60_000
_MINUTES = {1: "1", 3: "3", 5: "5", 15: "15", 30: "30"}
_HOURS = {1: "60", 2: "120", 4: "240", 6: "360", 12: "720"}
INTERVALS: dict[tuple[BarAggregation, int], str] = {
    **{(BarAggregation.MINUTE, step): word for step, word in _MINUTES.items()},
    **{(BarAggregation.HOUR, step): word for step, word in _HOURS.items()},
    (BarAggregation.DAY, 1): "D",
    (BarAggregation.WEEK, 1): "W",
    (BarAggregation.MONTH, 1): "M",
}
"""Bybit's word for each kind of bar; 60 minutes are one hour."""

_FIXED_MS = {"D": 1440 * _MINUTE_MS, "W": 7 * 1440 * _MINUTE_MS}
_PRICES = {PriceType.LAST: "last", PriceType.MARK: "mark"}
_NAMED_PRICES = ("last", "mark", "index", "premium")
_MONTHS = 12


def interval_of(bar_type: BarType) -> str:
    """
    Return Bybit's word for a bar type's interval.

    Raises
    ------
    BybitConfigError
        If Bybit has no such candles.

    """
    word = INTERVALS.get((bar_type.spec.aggregation, bar_type.spec.step))
    if word is None:
        raise BybitConfigError(
            f"bar type {bar_type} is not served: Bybit has bars of 1, 3, 5, 15 and 30 minutes, "
            "1, 2, 4, 6 and 12 hours, a day, a week and a month"
        )
    return word


def candle_price_of(bar_type: BarType, params: Mapping[str, Any]) -> str:
    """
    Return which price the bars are of: ``last``, ``mark``, ``index`` or ``premium``.

    ``params["price"]`` says so; without it the price type does (LAST or MARK). Index and premium have no price type
    in the framework: ask for them under a bar type that is used for nothing else.

    Raises
    ------
    BybitConfigError
        If there are no such bars.

    """
    named = params.get("price")
    if named is None:
        price = _PRICES.get(bar_type.spec.price_type)
        if price is None:
            raise BybitConfigError(
                f"price type {price_type_to_str(bar_type.spec.price_type)} of {bar_type} is not served: "
                "LAST and MARK are"
            )
        return price
    if named not in _NAMED_PRICES:
        raise BybitConfigError(f"params['price'] {named!r} is not known: {', '.join(_NAMED_PRICES)} are")
    return str(named)


def close_ms(start_ms: int, interval: str) -> int:
    """Return when a candle ends and the next begins, epoch milliseconds."""
    if interval != "M":
        return start_ms + (_FIXED_MS.get(interval) or int(interval) * _MINUTE_MS)
    start = datetime.fromtimestamp(start_ms / 1000, UTC)
    year, month = divmod(start.year * _MONTHS + start.month, _MONTHS)
    return int(datetime(year, month + 1, 1, tzinfo=UTC).timestamp() * 1000)


def decimals_in(texts: Iterable[str]) -> int:
    """Return the decimals of the longest fraction."""
    return max((len(text.partition(".")[2]) for text in texts), default=0)


def bar_of(instrument: Instrument, bar_type: BarType, candle: Candle, ts_init: int, *, on_close: bool) -> Bar:
    """
    Return a closed candle of the stream.

    Parameters
    ----------
    on_close : bool
        Whether ``ts_event`` is the end of the candle, rather than its beginning.

    Raises
    ------
    BybitDecodeError
        If a price is no decimal of the instrument's precision.

    Source: Bybit V5 websocket/public/kline

    """
    ts_event = (candle.end + 1 if on_close else candle.start) * MS_TO_NS
    prices = [
        price_of(text, instrument.price_precision)
        for text in (candle.open, candle.high, candle.low, candle.close)
    ]
    # Sums of sizes; those of old trades may have been finer.
    size_precision = max(instrument.size_precision, decimals_in([candle.volume]))
    return Bar(bar_type, *prices, quantity_of(candle.volume, size_precision), ts_event, ts_init)


def past_bars_of(
    instrument: Instrument,
    bar_type: BarType,
    candles: Sequence[BybitKline],
    interval: str,
    *,
    on_close: bool,
) -> list[Bar]:
    """
    Return candles of a REST answer; ``ts_init`` is the end of each, for that is when it could be known.

    All have the same precision: the instrument's, or a finer one where a price needs it (before a change of the
    increment, and in candles of index and premium).

    Raises
    ------
    BybitDecodeError
        If a number is no decimal.

    Source: Bybit V5 market/kline, mark-kline, index-kline, premium-index-kline

    """
    price_precision = max(
        instrument.price_precision,
        decimals_in(text for each in candles for text in (each.open, each.high, each.low, each.close)),
    )
    size_precision = max(instrument.size_precision, decimals_in(each.volume for each in candles))
    bars = []
    for each in candles:
        start = int(each.start_time)
        end_ns = close_ms(start, interval) * MS_TO_NS
        prices = [price_of(text, price_precision) for text in (each.open, each.high, each.low, each.close)]
        volume = quantity_of(each.volume or "0", size_precision)
        bars.append(Bar(bar_type, *prices, volume, end_ns if on_close else start * MS_TO_NS, end_ns))
    return bars
