"""The framework's things as lines of the log."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from nautilus_trader.model.enums import LiquiditySide, TimeInForce, order_side_to_str, order_type_to_str
from nautilus_trader.model.events import OrderFilled, OrderInitialized

from nautilus_bybit_adapter.warden.costs.records import BookLine, ForecastLine, InstrumentLine, OrderLine

if TYPE_CHECKING:
    from nautilus_trader.model.book import OrderBook
    from nautilus_trader.model.events import OrderEvent
    from nautilus_trader.model.instruments import Instrument

    from nautilus_bybit_adapter.warden import Forecast

_AT_ONCE = (TimeInForce.IOC, TimeInForce.FOK)

type Touch = tuple[Decimal, Decimal]
"""Best bid and best ask."""


def instrument_line(instrument: Instrument, now_ns: int) -> InstrumentLine:
    """Return what the log says of an instrument; `now_ns` is UNIX nanoseconds."""
    base = instrument.get_base_currency()
    return InstrumentLine(
        ts_ns=now_ns,
        instrument_id=instrument.id.value,
        base=None if base is None else base.code,
        quote=instrument.quote_currency.code,
        price_increment=instrument.price_increment.as_decimal(),
        size_increment=instrument.size_increment.as_decimal(),
        multiplier=instrument.multiplier.as_decimal(),
        is_inverse=instrument.is_inverse,
        maker_fee=Decimal(instrument.maker_fee),
        taker_fee=Decimal(instrument.taker_fee),
    )


def forecast_line(made: Forecast, horizon_ns: int) -> ForecastLine:
    """Return a forecast as the log has it: `None` where it has no number; a bare walk has no quantiles."""
    return ForecastLine(
        horizon_ns=horizon_ns,
        sufficient_depth=made.sufficient_depth,
        walk_bps=number(made.walk_slippage_mid_bps),
        expected_bps=number(made.expected_slippage_mid_bps),
        q90_bps=number(made.q90_slippage_mid_bps),
        q95_bps=number(made.q95_slippage_mid_bps),
        passive_fill_probability=number(made.passive_fill_probability),
        uses_model=made.uses_model,
    )


def order_line(
    event: OrderEvent, now_ns: int, *, parent_id: str | None = None, touch: Touch | None = None
) -> OrderLine:
    """Return an order's event as a line; `touch` is what a fill met."""
    terms: dict[str, Any] = {"parent_id": parent_id, "reason": getattr(event, "reason", None) or None}
    if touch is not None:
        terms["bid"], terms["ask"] = touch
    if isinstance(event, OrderInitialized):
        algorithm = event.exec_algorithm_id
        terms["side"] = order_side_to_str(event.side)
        terms["order_type"] = order_type_to_str(event.order_type)
        terms["algorithm"] = None if algorithm is None else algorithm.value
        price = event.options.get("price")
        terms["price"] = None if price is None else Decimal(str(price))
        terms["quantity"] = event.quantity.as_decimal()
        terms["is_resting"] = price is not None and event.time_in_force not in _AT_ONCE
    elif isinstance(event, OrderFilled):
        terms["trade_id"] = event.trade_id.value
        terms["last_px"] = event.last_px.as_decimal()
        terms["last_qty"] = event.last_qty.as_decimal()
        terms["fee"] = event.commission.as_decimal()
        terms["fee_currency"] = event.commission.currency.code
        terms["is_maker"] = event.liquidity_side == LiquiditySide.MAKER
    else:
        price, quantity = getattr(event, "price", None), getattr(event, "quantity", None)
        terms["price"] = None if price is None else price.as_decimal()
        terms["quantity"] = None if quantity is None else quantity.as_decimal()
    return OrderLine(
        ts_ns=now_ns,
        event=type(event).__name__,
        client_order_id=event.client_order_id.value,
        instrument_id=event.instrument_id.value,
        **terms,
    )


def book_line(book: OrderBook, levels: int, now_ns: int) -> BookLine:
    """Return the best levels of a book."""
    return BookLine(
        ts_ns=now_ns,
        instrument_id=book.instrument_id.value,
        bids=tuple((float(level.price), level.size()) for level in book.bids()[:levels]),
        asks=tuple((float(level.price), level.size()) for level in book.asks()[:levels]),
    )


def number(value: float) -> float | None:
    """Return a value, or None for what is no number."""
    return value if math.isfinite(value) else None
