"""Proof that the C++ side reads the framework's book deltas and trades as the framework wrote them.

The framework keeps deltas as C structs whose raw prices are 128 or 64 bits wide depending on how it was
built. The proof runs once, on import: known deltas go through a capsule and what C++ decodes is compared
field by field with what the objects say. Without a proof books are fed through Python arrays.
"""

from __future__ import annotations

import warnings
from typing import Any

from nautilus_trader.core import nautilus_pyo3
from nautilus_trader.model.data import OrderBookDelta, TradeTick
from nautilus_trader.model.enums import AggressorSide, BookAction, OrderSide
from nautilus_trader.model.identifiers import InstrumentId, TradeId

from nautilus_bybit_adapter.warden import DeltaLayout, decode_deltas, decode_trades, first_instrument_id

DIGITS: int = nautilus_pyo3.FIXED_PRECISION
"""Decimals of the framework's raw prices and sizes."""

_U64_MAX = 2**64 - 1


def known_deltas() -> list[OrderBookDelta]:
    """Return deltas that differ in every field, with each action, both sides and the ends of every range."""
    one = 10**DIGITS
    btc = InstrumentId.from_str("BTCUSDT-LINEAR.BYBIT")
    eth = InstrumentId.from_str("ETHUSDT-SPOT.BYBIT")
    # The largest price is beyond 64 bits in a 128-bit build: both halves of the integer are looked at.
    largest = 17_014_118_346_046 * one if DIGITS > 9 else 9_223_372_036 * one  # noqa: PLR2004  (64-bit digits)
    buy, sell = OrderSide.BUY, OrderSide.SELL
    rows: list[tuple[Any, ...]] = [
        (btc, BookAction.ADD, buy, 61_800 * one + 2 * one // 10, 1, 3 * one // 1000, 3, 7, 0, 1, 2, 3),
        (btc, BookAction.ADD, sell, largest, 0, one, 0, _U64_MAX, 255, _U64_MAX, _U64_MAX, _U64_MAX),
        (btc, BookAction.UPDATE, buy, -5 * one, 2, 40 * one, 4, 0, 32, 0, 0, 0),
        (
            eth,
            BookAction.DELETE,
            sell,
            one // 10**8,
            8,
            0,
            5,
            2**63,
            128,
            2**63,
            1_723_161_256_612_000_000,
            9,
        ),
        (eth, BookAction.UPDATE, sell, 0, DIGITS, largest, DIGITS, 11, 64, 12, 13, 14),
    ]
    clear = OrderBookDelta.clear(btc, sequence=21, ts_event=22, ts_init=23)
    return [*(OrderBookDelta.from_raw(*row) for row in rows), clear]


def fields_of(delta: OrderBookDelta) -> tuple[int, ...]:
    """Return the fields of a delta in the order of `decode_deltas`, without the two addresses."""
    # A cleared book's delta has no order to the outside, and an order of zeros in memory.
    order = delta.order
    levels = (0, 0, 0, 0, 0, 0)
    if order is not None:
        price, size = order.price, order.size
        levels = (order.side, price.raw, price.precision, size.raw, size.precision, order.order_id)
    return (delta.action, *levels, delta.flags, delta.sequence, delta.ts_event, delta.ts_init)


def proves(layout: DeltaLayout, deltas: list[OrderBookDelta]) -> bool:
    """Return whether C++ reads `deltas` with `layout` exactly as the objects say they are.

    Nothing is looked up at an address before every plain number has matched.
    """
    # Twice the deltas and half of them read: the wrong layout's larger stride stays inside the block as well.
    capsule = OrderBookDelta.capsule_from_list(deltas + deltas)
    decoded = decode_deltas(capsule, layout, len(deltas))
    if [tuple(row[2:]) for row in decoded] != [fields_of(delta) for delta in deltas]:
        return False
    addresses: dict[str, tuple[int, int]] = {}
    for delta, row in zip(deltas, decoded, strict=True):
        if addresses.setdefault(delta.instrument_id.value, row[:2]) != row[:2]:
            return False
    symbols = {symbol for symbol, _ in addresses.values()}
    if len(symbols) != len(addresses) or any(0 in pair for pair in addresses.values()):
        return False
    return first_instrument_id(capsule, layout) == deltas[0].instrument_id.value


def known_trades() -> list[TradeTick]:
    """Return trades that differ in every field, with each aggressor and the ends of the ranges."""
    one = 10**DIGITS
    btc = InstrumentId.from_str("BTCUSDT-LINEAR.BYBIT")
    eth = InstrumentId.from_str("ETHUSDT-SPOT.BYBIT")
    largest = 17_014_118_346_046 * one if DIGITS > 9 else 9_223_372_036 * one  # noqa: PLR2004  (64-bit digits)
    rows: list[tuple[Any, ...]] = [
        (btc, 61_800 * one + 3 * one // 10, 1, 2 * one // 1000, 3, AggressorSide.BUYER, TradeId("1"), 2, 3),
        (btc, largest, 0, largest, 0, AggressorSide.SELLER, TradeId("a" * 36), _U64_MAX, 5),
        (eth, one // 10**8, 8, one, DIGITS, AggressorSide.NO_AGGRESSOR, TradeId("b"), 2**63, _U64_MAX),
    ]
    return [TradeTick.from_raw(*row) for row in rows]


def proves_trades(layout: DeltaLayout, trades: list[TradeTick]) -> bool:
    """Return whether C++ reads `trades` with `layout` exactly as the objects say they are."""
    # As for deltas: half of them are read, which stays inside the block with either stride.
    decoded = decode_trades(TradeTick.capsule_from_list(trades + trades), layout, len(trades))
    if [row[2:] for row in decoded] != [trade_fields_of(trade) for trade in trades]:
        return False
    addresses: dict[str, tuple[int, int]] = {}
    for trade, row in zip(trades, decoded, strict=True):
        if addresses.setdefault(trade.instrument_id.value, row[:2]) != row[:2]:
            return False
    return len(set(addresses.values())) == len(addresses)


def trade_fields_of(trade: TradeTick) -> tuple[int, ...]:
    """Return the fields of a trade in the order of `decode_trades`, without the two addresses."""
    price, size = trade.price, trade.size
    numbers = (price.raw, price.precision, size.raw, size.precision)
    return (*numbers, trade.aggressor_side, trade.ts_event, trade.ts_init)


def prove_trade_layout(layout: DeltaLayout | None) -> DeltaLayout | None:
    """Return the layout proved for deltas if it is that of trades too, else None."""
    return layout if layout is not None and proves_trades(layout, known_trades()) else None


def prove_layout() -> DeltaLayout | None:
    """Return the layout that the installed framework uses, or None with one warning if it is neither."""
    deltas = known_deltas()
    for layout in (DeltaLayout.RAW128, DeltaLayout.RAW64):
        if proves(layout, deltas):
            return layout
    warnings.warn(
        "The installed nautilus_trader keeps book deltas in an unknown memory layout; FastWarden is fed"
        " through Python arrays instead, which is slower.",
        RuntimeWarning,
        stacklevel=2,
    )
    return None


LAYOUT: DeltaLayout | None = prove_layout()
"""The proved layout of this installation."""

LAYOUT_PROVED: bool = LAYOUT is not None
"""Whether deltas may be read from memory."""

TRADE_LAYOUT: DeltaLayout | None = prove_trade_layout(LAYOUT)
"""The layout, if trades may be read from memory with it; without it they go to FastWarden one by one."""
