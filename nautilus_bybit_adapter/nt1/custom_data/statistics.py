"""Statistics of a contract."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from nautilus_trader.model.identifiers import InstrumentId

from nautilus_bybit_adapter.nt1.custom_data.base import BybitData, serializable


@serializable
@dataclass(frozen=True, slots=True, kw_only=True)
class BybitOpenInterest(BybitData):
    """
    Open interest of both sides, in base coins (inverse: USD).

    ``value`` is in the quote coin (inverse: base coin), ``None`` in history, which has no values.

    Source: Bybit V5 websocket/public/ticker and market/open-interest
    """

    instrument_id: InstrumentId
    open_interest: Decimal
    value: Decimal | None = None
    ts_event: int
    ts_init: int


@serializable
@dataclass(frozen=True, slots=True, kw_only=True)
class BybitLongShortRatio(BybitData):
    """
    Shares of accounts that are long and short, as fractions of all that hold a position.

    ``period`` is Bybit's word for the span of one value: ``5min``, ``15min``, ``30min``, ``1h``, ``4h`` or ``1d``.

    Source: Bybit V5 market/long-short-ratio
    """

    instrument_id: InstrumentId
    period: str
    buy_ratio: Decimal
    sell_ratio: Decimal
    ts_event: int
    ts_init: int
