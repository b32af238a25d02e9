"""Names of public topics."""

from __future__ import annotations

from nautilus_trader.model.instruments import Instrument


def book_topic(instrument: Instrument, depth: int) -> str:
    """Return the order-book topic of `depth` levels a side."""
    return f"orderbook.{depth}.{instrument.raw_symbol.value}"


def trade_topic(instrument: Instrument) -> str:
    """Return the topic of public trades."""
    return f"publicTrade.{instrument.raw_symbol.value}"
