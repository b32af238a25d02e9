"""Liquidations, price bands and the insurance pools."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from nautilus_trader.model.identifiers import InstrumentId

from nautilus_bybit_adapter.nt1.custom_data.base import BybitData, serializable


@serializable
@dataclass(frozen=True, slots=True, kw_only=True)
class BybitLiquidation(BybitData):
    """
    A position that the venue took over.

    ``position_side`` is ``LONG`` or ``SHORT``, ``size`` counts base coins (inverse: USD), ``price`` is the bankruptcy
    price in the quote coin.

    Source: Bybit V5 websocket/public/all-liquidation
    """

    instrument_id: InstrumentId
    position_side: str
    size: Decimal
    price: Decimal
    ts_event: int
    ts_init: int


@serializable
@dataclass(frozen=True, slots=True, kw_only=True)
class BybitPriceLimit(BybitData):
    """
    The highest price a buy order may have and the lowest a sell order may have, in the quote coin.

    Source: Bybit V5 websocket/public/order-price-limit
    """

    instrument_id: InstrumentId
    highest_bid: Decimal
    lowest_ask: Decimal
    ts_event: int
    ts_init: int


@serializable
@dataclass(frozen=True, slots=True, kw_only=True)
class BybitInsurance(BybitData):
    """
    The balance of an insurance pool, in ``coin``; ``symbols`` are the contracts it covers, comma-separated.

    Source: Bybit V5 websocket/public/insurance-pool
    """

    pool: str
    coin: str
    symbols: str
    balance: Decimal
    ts_event: int
    ts_init: int


@serializable
@dataclass(frozen=True, slots=True, kw_only=True)
class BybitAdlAlert(BybitData):
    """
    An insurance pool against the ratios that start and end auto-deleveraging.

    ``balance`` is in ``coin``; the ratios are fractions.

    Source: Bybit V5 websocket/public/adl-alert
    """

    pool: str
    coin: str
    symbol: str
    balance: Decimal
    pool_pnl_ratio: Decimal | None = None
    drawdown_ratio: Decimal | None = None
    trigger_ratio: Decimal | None = None
    stop_ratio: Decimal | None = None
    ts_event: int
    ts_init: int
