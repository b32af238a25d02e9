"""Feeds FastWarden with the framework's book deltas and trades."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from nautilus_trader.model.data import OrderBookDelta, TradeTick
from nautilus_trader.model.enums import AggressorSide, BookAction, OrderSide

from nautilus_bybit_adapter.nt1.layout import DIGITS, LAYOUT, TRADE_LAYOUT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nautilus_trader.model.data import OrderBookDeltas
    from numpy.typing import NDArray

    from nautilus_bybit_adapter.warden import DeltaLayout, FastWarden

_INT64_MAX = 2**63 - 1


@dataclass(frozen=True, slots=True)
class DeltaArrays:
    """The deltas of one instrument as `FastWarden` takes them.

    Parameters
    ----------
    is_snapshot : bool
        Whether the levels replace the book: a CLEAR came before them.
    bid_prices, bid_sizes, ask_prices, ask_sizes : int64 arrays, shapes (b,), (b,), (a,), (a,)
        Mantissas; size 0 deletes.
    price_precision, size_precision : int
        Decimals of the mantissas.
    ts_event : int
        Event time of the last delta, UNIX nanoseconds.

    """

    is_snapshot: bool
    bid_prices: NDArray[np.int64]
    bid_sizes: NDArray[np.int64]
    ask_prices: NDArray[np.int64]
    ask_sizes: NDArray[np.int64]
    price_precision: int
    size_precision: int
    ts_event: int


def deltas_to_arrays(deltas: Sequence[OrderBookDelta]) -> DeltaArrays:
    """Turn deltas into arrays, exactly.

    Parameters
    ----------
    deltas : Sequence[OrderBookDelta]
        At least one, all of one instrument. What comes before the last CLEAR has no effect and is left out.

    Raises
    ------
    ValueError
        If there are no deltas, they are of several instruments, a level has no side, or a mantissa needs more
        than 64 bits.

    """
    if not deltas:
        raise ValueError("deltas is empty; it must hold at least one delta")
    instruments = sorted({delta.instrument_id.value for delta in deltas})
    if len(instruments) > 1:
        raise ValueError(f"deltas are for {', '.join(instruments)}; they must be for one instrument")
    clears = [index for index, delta in enumerate(deltas) if delta.action == BookAction.CLEAR]
    sides = _sides(deltas[clears[-1] + 1 :] if clears else deltas)
    levels = sides[OrderSide.BUY] + sides[OrderSide.SELL]
    price_unit, price_precision = _unit([price for price, _ in levels], "price")
    size_unit, size_precision = _unit([size for _, size in levels], "size")
    bids, asks = (
        np.array([(p // price_unit, s // size_unit) for p, s in side], dtype=np.int64).reshape(-1, 2)
        for side in sides.values()
    )
    return DeltaArrays(
        is_snapshot=bool(clears),
        bid_prices=np.ascontiguousarray(bids[:, 0]),
        bid_sizes=np.ascontiguousarray(bids[:, 1]),
        ask_prices=np.ascontiguousarray(asks[:, 0]),
        ask_sizes=np.ascontiguousarray(asks[:, 1]),
        price_precision=price_precision,
        size_precision=size_precision,
        ts_event=deltas[-1].ts_event,
    )


def _sides(deltas: Sequence[OrderBookDelta]) -> dict[int, list[tuple[int, int]]]:
    sides: dict[int, list[tuple[int, int]]] = {OrderSide.BUY: [], OrderSide.SELL: []}
    for delta in deltas:
        order = delta.order
        if order.side not in sides:
            raise ValueError(f"a delta is for side {order.side}; it must be for BUY (1) or SELL (2)")
        size = 0 if delta.action == BookAction.DELETE else order.size.raw
        sides[order.side].append((order.price.raw, size))
    return sides


def _unit(raws: list[int], name: str) -> tuple[int, int]:
    """Return the largest power of ten that divides every raw value, and the decimals it leaves."""
    unit = 10**DIGITS
    digits = 0
    while any(raw % unit for raw in raws):
        unit //= 10
        digits += 1
    for raw in raws:
        if abs(raw // unit) > _INT64_MAX:
            raise ValueError(f"{name} raw {raw} needs more than 64 bits at {digits} decimals")
    return unit, digits


def feed(warden: FastWarden, deltas: OrderBookDeltas, layout: DeltaLayout | None = LAYOUT) -> None:
    """Apply the framework's deltas to the book of their instrument.

    Parameters
    ----------
    warden : FastWarden
        Holder of the books.
    deltas : OrderBookDeltas
        Deltas of one instrument.
    layout : DeltaLayout, optional
        How to read them from memory; with None they go through Python arrays. The default is what was proved.

    Raises
    ------
    ValueError
        If a delta holds what no book takes, such as a price that is not above 0; the book stays as it was.

    """
    instrument_id: str = deltas.instrument_id.value
    records: list[OrderBookDelta] = deltas.deltas
    if layout is not None:
        warden.apply_deltas_capsule(instrument_id, OrderBookDelta.capsule_from_list(records), layout)
        return
    arrays = deltas_to_arrays(records)
    apply = warden.apply_snapshot if arrays.is_snapshot else warden.apply_levels
    apply(
        instrument_id,
        arrays.bid_prices,
        arrays.bid_sizes,
        arrays.ask_prices,
        arrays.ask_sizes,
        arrays.price_precision,
        arrays.size_precision,
        arrays.ts_event,
    )


def feed_trade(warden: FastWarden, trade: TradeTick) -> None:
    """Take one trade into the features of its instrument; one without an aggressor is left out.

    Parameters
    ----------
    warden : FastWarden
        Holder of the books.
    trade : TradeTick

    """
    if trade.aggressor_side == AggressorSide.NO_AGGRESSOR:
        return
    warden.apply_trade(
        trade.instrument_id.value,
        trade.aggressor_side == AggressorSide.BUYER,
        trade.price.as_double(),
        trade.size.as_double(),
        trade.ts_event or trade.ts_init,
    )


def feed_trades(
    warden: FastWarden, trades: Sequence[TradeTick], layout: DeltaLayout | None = TRADE_LAYOUT
) -> None:
    """Take trades of one instrument into its features.

    Parameters
    ----------
    warden : FastWarden
        Holder of the books.
    trades : Sequence[TradeTick]
        In their order; none is fine.
    layout : DeltaLayout, optional
        How to read them from memory; with None they go one by one. The default is what was proved.

    Raises
    ------
    ValueError
        If they are of several instruments; none is taken then.

    """
    instruments = sorted({trade.instrument_id.value for trade in trades})
    if len(instruments) > 1:
        raise ValueError(f"trades are for {', '.join(instruments)}; they must be for one instrument")
    if layout is None:
        for trade in trades:
            feed_trade(warden, trade)
    elif trades:
        warden.apply_trades_capsule(instruments[0], TradeTick.capsule_from_list(list(trades)), layout)
