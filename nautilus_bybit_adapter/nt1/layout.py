"""Proof that the C++ side reads the framework's book deltas as the framework wrote them.

The framework keeps deltas as C structs whose raw prices are 128 or 64 bits wide depending on how it was
built. The proof runs once, on import: known deltas go through a capsule and what C++ decodes is compared
field by field with what the objects say. Without a proof books are fed through Python arrays.
"""

from __future__ import annotations

import warnings
from typing import Any

from nautilus_trader.core import nautilus_pyo3
from nautilus_trader.model.data import OrderBookDelta
from nautilus_trader.model.enums import BookAction, OrderSide
from nautilus_trader.model.identifiers import InstrumentId

from nautilus_bybit_adapter.warden import DeltaLayout, decode_deltas, first_instrument_id

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
