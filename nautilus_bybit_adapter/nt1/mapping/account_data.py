"""Execution and position rows as the package's own data about the account."""

from __future__ import annotations

from decimal import Decimal

from nautilus_trader.model.identifiers import InstrumentId, PositionId

from nautilus_bybit_adapter.errors import BybitDecodeError
from nautilus_bybit_adapter.nt1.custom_data import (
    BybitAdlRank,
    BybitForcedFill,
    BybitFunding,
    BybitPositionUpdate,
)
from nautilus_bybit_adapter.nt1.mapping.custom import decimal_of, decimal_or_none
from nautilus_bybit_adapter.nt1.mapping.identifiers import MS_TO_NS
from nautilus_bybit_adapter.wire.enums import ExecType, PositionIdx
from nautilus_bybit_adapter.wire.orders import BybitExecution
from nautilus_bybit_adapter.wire.positions import BybitPosition

FORCED_KIND: dict[str, str] = {
    ExecType.BUST_TRADE: "LIQUIDATION",
    ExecType.ADL_TRADE: "ADL",
    ExecType.DELIVERY: "DELIVERY",
    ExecType.SETTLE: "SETTLEMENT",
}
_LEG: dict[int, str] = {PositionIdx.BUY_SIDE: "LONG", PositionIdx.SELL_SIDE: "SHORT"}
_POSITION_SIDE = {"Buy": "LONG", "Sell": "SHORT"}
_ORDER_SIDE = {"Buy": "BUY", "Sell": "SELL"}


def venue_position_id(
    instrument_id: InstrumentId, position_idx: int, *, hedging: bool = False
) -> PositionId | None:
    """
    Return the framework's id of a position.

    A leg in hedge mode has one of its own. In one-way mode the framework nets by itself (``None``), except for a
    client that keeps positions apart (``hedging``): then the one position of the instrument is named.
    """
    name = _LEG.get(position_idx, "NET" if hedging else "")
    return PositionId(f"{instrument_id}-{name}") if name else None


def funding_of(row: BybitExecution, instrument_id: InstrumentId, currency: str, ts_init: int) -> BybitFunding:
    """Return a funding payment; raises `BybitDecodeError`. A row states what was paid, this what was received."""
    return BybitFunding(
        instrument_id=instrument_id,
        execution_id=row.exec_id,
        position_side=_word(row.side, _POSITION_SIDE),
        size=decimal_of(row.exec_qty, "execQty"),
        rate=decimal_or_none(row.fee_rate, "feeRate"),
        amount=-decimal_of(row.exec_fee or "0", "execFee"),
        currency=currency,
        mark_price=decimal_or_none(row.mark_price or row.exec_price, "markPrice"),
        ts_event=int(row.exec_time) * MS_TO_NS,
        ts_init=ts_init,
    )


def fee_of(execution: BybitExecution, coin: str) -> Decimal:
    """Return the fee with the taxes on it that are charged in `coin`, in units of it; raises `BybitDecodeError`."""
    fee = decimal_of(execution.exec_fee or "0", "execFee")
    return sum(
        (decimal_of(tax.fee, "fee") for tax in execution.taxes if tax.fee_coin == coin and tax.fee), fee
    )


def forced_fill_of(
    row: BybitExecution, instrument_id: InstrumentId, currency: str, ts_init: int
) -> BybitForcedFill:
    """Return what says that a fill was the venue's doing; raises `BybitDecodeError`."""
    return BybitForcedFill(
        instrument_id=instrument_id,
        execution_id=row.exec_id,
        order_id=row.order_id,
        kind=_word(row.exec_type, FORCED_KIND),
        side=_word(row.side, _ORDER_SIDE),
        quantity=decimal_of(row.exec_qty, "execQty"),
        price=decimal_of(row.exec_price, "execPrice"),
        fee=fee_of(row, currency),
        currency=currency,
        ts_event=int(row.exec_time) * MS_TO_NS,
        ts_init=ts_init,
    )


def position_update_of(row: BybitPosition, instrument_id: InstrumentId, ts_init: int) -> BybitPositionUpdate:
    """Return a position push; raises `BybitDecodeError`. Zero prices are absent ones."""
    size = decimal_of(row.size or "0", "size")
    position_id = venue_position_id(instrument_id, row.position_idx)
    return BybitPositionUpdate(
        instrument_id=instrument_id,
        position_id=position_id.value if position_id is not None else None,
        position_side=_word(row.side, _POSITION_SIDE) if size else "FLAT",
        size=size,
        entry_price=_price(row.entry),
        mark_price=_price(row.mark_price),
        liquidation_price=_price(row.liq_price),
        break_even_price=_price(row.break_even_price),
        leverage=decimal_or_none(row.leverage, "leverage"),
        value=decimal_or_none(row.position_value, "positionValue"),
        initial_margin=decimal_or_none(row.position_im, "positionIM"),
        maintenance_margin=decimal_or_none(row.position_mm, "positionMM"),
        unrealized_pnl=decimal_or_none(row.unrealised_pnl, "unrealisedPnl"),
        realized_pnl=decimal_or_none(row.cur_realised_pnl, "curRealisedPnl"),
        cumulative_realized_pnl=decimal_or_none(row.cum_realised_pnl, "cumRealisedPnl"),
        take_profit=_price(row.take_profit),
        stop_loss=_price(row.stop_loss),
        trailing_stop=_price(row.trailing_stop),
        adl_rank=row.adl_rank_indicator,
        status=row.position_status,
        sequence=row.seq,
        ts_event=int(row.updated_time or "0") * MS_TO_NS,
        ts_init=ts_init,
    )


def adl_rank_of(row: BybitPosition, instrument_id: InstrumentId, ts_init: int) -> BybitAdlRank:
    """Return a position's rank for deleveraging."""
    position_id = venue_position_id(instrument_id, row.position_idx)
    return BybitAdlRank(
        instrument_id=instrument_id,
        position_id=position_id.value if position_id is not None else None,
        rank=row.adl_rank_indicator,
        ts_event=int(row.updated_time or "0") * MS_TO_NS,
        ts_init=ts_init,
    )


def _price(text: str) -> Decimal | None:
    return decimal_or_none(text, "price") or None


def _word(word: str, table: dict[str, str]) -> str:
    try:
        return table[word]
    except KeyError:
        allowed = ", ".join(table)
        raise BybitDecodeError(f"{word!r} is not known: {allowed} are") from None
