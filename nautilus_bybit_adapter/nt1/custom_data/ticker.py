"""Bybit's ticker, whole."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from nautilus_trader.model.identifiers import InstrumentId

from nautilus_bybit_adapter.nt1.custom_data.base import BybitData, serializable


@serializable
@dataclass(frozen=True, slots=True, kw_only=True)
class BybitTicker(BybitData):
    """
    Everything a ticker tells; ``None`` where the category has no such figure.

    Prices and ``basis`` count in the quote coin, sizes, volumes and open interest in the base coin (inverse: USD),
    turnovers and values in the quote coin (inverse: base coin). Rates, changes and volatilities are fractions.
    ``funding_interval_hours`` is in hours, ``next_funding_ns`` and ``delivery_ns`` are UNIX nanoseconds. Spot has
    no touch, mark, index, funding or open interest here.

    Source: Bybit V5 websocket/public/ticker
    """

    instrument_id: InstrumentId
    last_price: Decimal | None = None
    mark_price: Decimal | None = None
    index_price: Decimal | None = None
    bid_price: Decimal | None = None
    bid_size: Decimal | None = None
    ask_price: Decimal | None = None
    ask_size: Decimal | None = None
    prev_price_24h: Decimal | None = None
    prev_price_1h: Decimal | None = None
    price_change_24h: Decimal | None = None
    high_price_24h: Decimal | None = None
    low_price_24h: Decimal | None = None
    volume_24h: Decimal | None = None
    turnover_24h: Decimal | None = None
    open_interest: Decimal | None = None
    open_interest_value: Decimal | None = None
    funding_rate: Decimal | None = None
    funding_cap: Decimal | None = None
    funding_interval_hours: int | None = None
    next_funding_ns: int | None = None
    basis: Decimal | None = None
    basis_rate: Decimal | None = None
    delivery_ns: int | None = None
    predicted_delivery_price: Decimal | None = None
    usd_index_price: Decimal | None = None
    underlying_price: Decimal | None = None
    mark_iv: Decimal | None = None
    bid_iv: Decimal | None = None
    ask_iv: Decimal | None = None
    delta: Decimal | None = None
    gamma: Decimal | None = None
    vega: Decimal | None = None
    theta: Decimal | None = None
    ts_event: int
    ts_init: int
