"""Mark and index prices, funding and greeks, from whole tickers."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from nautilus_trader.model.data import (
    FundingRateUpdate,
    IndexPriceUpdate,
    MarkPriceUpdate,
    OptionGreeks,
    QuoteTick,
)
from nautilus_trader.model.instruments import Instrument
from nautilus_trader.model.objects import Price

from nautilus_bybit_adapter.errors import BybitDecodeError
from nautilus_bybit_adapter.nt1.mapping.bars import decimals_in
from nautilus_bybit_adapter.nt1.mapping.fixed import price_of, quantity_of
from nautilus_bybit_adapter.nt1.mapping.identifiers import MS_TO_NS
from nautilus_bybit_adapter.wire.market import BybitTicker
from nautilus_bybit_adapter.wire.series import BybitFundingRate

_MINUTES_AN_HOUR = 60
_MOST_PRICE_DECIMALS = 16


def reference_price_of(instrument: Instrument, text: str) -> Price:
    """Return a mark or index price, which may be finer than the instrument's prices; raises `BybitDecodeError`."""
    least = reference_precision_of(instrument)
    return price_of(text, min(max(least, decimals_in([text])), _MOST_PRICE_DECIMALS))


def reference_precision_of(instrument: Instrument) -> int:
    """Return the least decimals of an instrument's mark and index prices."""
    scale = str((instrument.info or {}).get("price_scale") or "0")
    return min(max(instrument.price_precision, int(scale) if scale.isdigit() else 0), _MOST_PRICE_DECIMALS)


def mark_price_of(
    instrument: Instrument, ticker: BybitTicker, ts_event: int, ts_init: int
) -> MarkPriceUpdate | None:
    """Return the mark price; ``None`` where the category has none."""
    if not ticker.mark_price:
        return None
    price = reference_price_of(instrument, ticker.mark_price)
    return MarkPriceUpdate(instrument.id, price, ts_event, ts_init)


def index_price_of(
    instrument: Instrument, ticker: BybitTicker, ts_event: int, ts_init: int
) -> IndexPriceUpdate | None:
    """Return the index price; ``None`` where the category has none."""
    if not ticker.index_price:
        return None
    price = reference_price_of(instrument, ticker.index_price)
    return IndexPriceUpdate(instrument.id, price, ts_event, ts_init)


def funding_rate_of(
    instrument: Instrument, ticker: BybitTicker, ts_event: int, ts_init: int
) -> FundingRateUpdate | None:
    """Return the funding rate of the present interval; ``None`` for what pays none, such as dated futures."""
    if not ticker.funding_rate:
        return None
    hours = ticker.funding_interval_hour
    return FundingRateUpdate(
        instrument.id,
        _decimal(ticker.funding_rate, "funding rate"),
        ts_event,
        ts_init,
        interval=int(hours) * _MINUTES_AN_HOUR if hours and hours.isdigit() else None,
        next_funding_ns=moment_ns_of(ticker.next_funding_time),
    )


def past_funding_of(instrument: Instrument, row: BybitFundingRate) -> FundingRateUpdate:
    """Return a settled funding rate; both its times are that of the settlement."""
    minutes = (instrument.info or {}).get("funding_interval") or None
    settled = int(row.funding_rate_timestamp) * MS_TO_NS
    return FundingRateUpdate(
        instrument.id, _decimal(row.funding_rate, "funding rate"), settled, settled, interval=minutes
    )


def option_quote_of(
    instrument: Instrument, ticker: BybitTicker, ts_event: int, ts_init: int
) -> QuoteTick | None:
    """Return the touch of an option's ticker; ``None`` while a side is empty. Raises `BybitDecodeError`."""
    texts = (ticker.bid_price, ticker.ask_price, ticker.bid_size, ticker.ask_size)
    # An empty side comes first: a price that cannot be told is nothing to complain of while there is no quote.
    if any(_is_nothing(text) for text in texts):
        return None
    bid, ask, bid_size, ask_size = (text or "" for text in texts)
    prices = [price_of(text, instrument.price_precision) for text in (bid, ask)]
    sizes = [quantity_of(text, instrument.size_precision) for text in (bid_size, ask_size)]
    return QuoteTick(instrument.id, *prices, *sizes, ts_event, ts_init)


def _is_nothing(text: str | None) -> bool:
    try:
        return not text or not Decimal(text)
    except ArithmeticError as e:
        raise BybitDecodeError(f"{text!r} of a quote is not a decimal number") from e


def greeks_of(
    instrument: Instrument, ticker: BybitTicker, ts_event: int, ts_init: int
) -> OptionGreeks | None:
    """Return an option's greeks, which the framework has as binary floats; Bybit gives no rho (0)."""
    if not ticker.delta:
        return None
    return OptionGreeks(
        instrument.id,
        float(ticker.delta),
        float(ticker.gamma or 0),
        float(ticker.vega or 0),
        float(ticker.theta or 0),
        0.0,
        _float_or_none(ticker.mark_price_iv or ticker.mark_iv),
        _float_or_none(ticker.bid_iv or ticker.bid1_iv),
        _float_or_none(ticker.ask_iv or ticker.ask1_iv),
        _float_or_none(ticker.underlying_price),
        _float_or_none(ticker.open_interest),
        ts_event,
        ts_init,
    )


def moment_ns_of(text: str | None) -> int | None:
    """
    Return a moment as UNIX nanoseconds; ``None`` for an absent one, such as the delivery of a perpetual.

    REST writes epoch milliseconds, the socket the delivery of dated futures as an ISO date.

    Raises
    ------
    BybitDecodeError
        If it is neither.

    """
    if not text or text == "0":
        return None
    if text.isdigit():
        return int(text) * MS_TO_NS
    try:
        return int(datetime.fromisoformat(text).timestamp()) * 1_000_000_000
    except ValueError as e:
        raise BybitDecodeError(f"moment {text!r} is neither epoch milliseconds nor an ISO date") from e


def _decimal(text: str, what: str) -> Decimal:
    try:
        return Decimal(text)
    except ArithmeticError as e:
        raise BybitDecodeError(f"{what} {text!r} is not a decimal number") from e


def _float_or_none(text: str | None) -> float | None:
    return float(text) if text else None
