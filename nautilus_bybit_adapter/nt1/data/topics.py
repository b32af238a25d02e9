"""Names of public topics."""

from __future__ import annotations

from nautilus_trader.model.instruments import Instrument


def book_topic(instrument: Instrument, depth: int) -> str:
    """Return the order-book topic of `depth` levels a side."""
    return f"orderbook.{depth}.{instrument.raw_symbol.value}"


def trade_topic(instrument: Instrument) -> str:
    """Return the topic of public trades."""
    return f"publicTrade.{instrument.raw_symbol.value}"


def option_trade_topic(instrument: Instrument) -> str:
    """Return the topic of the public trades of all options on the same coin, which begins their symbols."""
    return f"publicTrade.{instrument.raw_symbol.value.partition('-')[0]}"


def ticker_topic(instrument: Instrument) -> str:
    """Return the topic of the ticker."""
    return f"tickers.{instrument.raw_symbol.value}"


def kline_topic(instrument: Instrument, interval: str) -> str:
    """Return the topic of candles of an interval, in Bybit's word for it."""
    return f"kline.{interval}.{instrument.raw_symbol.value}"


def rpi_book_topic(instrument: Instrument) -> str:
    """Return the topic of the book with retail-price-improvement orders."""
    return f"orderbook.rpi.{instrument.raw_symbol.value}"


def liquidation_topic(instrument: Instrument) -> str:
    """Return the topic of liquidations."""
    return f"allLiquidation.{instrument.raw_symbol.value}"


def price_limit_topic(instrument: Instrument) -> str:
    """Return the topic of the prices orders may have."""
    return f"priceLimit.{instrument.raw_symbol.value}"
