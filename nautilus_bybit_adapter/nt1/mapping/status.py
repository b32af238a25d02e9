"""What an instrument's status at Bybit is to the framework."""

from __future__ import annotations

from typing import NamedTuple

from nautilus_trader.model.data import InstrumentStatus
from nautilus_trader.model.enums import MarketStatusAction
from nautilus_trader.model.identifiers import InstrumentId

from nautilus_bybit_adapter.wire.enums import InstrumentStatus as BybitStatus
from nautilus_bybit_adapter.wire.instruments import BybitInstrument

ENDED = (MarketStatusAction.CLOSE, MarketStatusAction.NOT_AVAILABLE_FOR_TRADING)
_ACTIONS = {
    BybitStatus.PRE_LAUNCH: MarketStatusAction.PRE_OPEN,
    BybitStatus.TRADING: MarketStatusAction.TRADING,
    BybitStatus.DELIVERING: MarketStatusAction.CLOSE,
    BybitStatus.CLOSED: MarketStatusAction.NOT_AVAILABLE_FOR_TRADING,
}


class Standing(NamedTuple):
    """An instrument's status: the framework's action, and Bybit's own words for it."""

    action: MarketStatusAction
    reason: str


GONE = Standing(MarketStatusAction.NOT_AVAILABLE_FOR_TRADING, "no longer listed")


def standing_of(row: BybitInstrument) -> Standing:
    """
    Return the status of an instrument.

    A perpetual that trades and has a time of delivery is going to be delisted then: PRE_CLOSE.

    Source: Bybit V5 market/instrument
    """
    delivery = getattr(row, "delivery_time", "")
    is_perpetual = getattr(row, "contract_type", "").endswith("Perpetual")
    if row.status == BybitStatus.TRADING and is_perpetual and delivery not in {"", "0"}:
        return Standing(MarketStatusAction.PRE_CLOSE, f"Trading until its delisting at {delivery} ms")
    action = _ACTIONS.get(BybitStatus(row.status)) if row.status in set(BybitStatus) else None
    return Standing(action or MarketStatusAction.NONE, row.status)


def status_of(instrument_id: InstrumentId, standing: Standing, ts: int) -> InstrumentStatus:
    """Return a status as the framework's event; ``ts`` is when it was seen, UNIX nanoseconds."""
    trades = standing.action in {MarketStatusAction.TRADING, MarketStatusAction.PRE_CLOSE}
    return InstrumentStatus(
        instrument_id=instrument_id,
        action=standing.action,
        ts_event=ts,
        ts_init=ts,
        reason=standing.reason,
        is_trading=trades,
        is_quoting=trades,
    )
