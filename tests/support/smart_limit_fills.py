"""Fills of children, as short as a test wants them."""

from __future__ import annotations

from decimal import Decimal

from nautilus_bybit_adapter.nt1.algo.course import SmartLimitFill


def fill_of(
    child_id: str,
    trade_id: str,
    quantity: Decimal,
    price: Decimal = Decimal(100),
    commission: Decimal = Decimal(0),
) -> SmartLimitFill:
    return SmartLimitFill(
        ts_event=0,
        child_id=child_id,
        trade_id=trade_id,
        price=price,
        quantity=quantity,
        is_maker=True,
        commission=commission,
        currency="USDT",
        mid=None,
    )
