"""What a run of the strategy in `examples/` decided and got, in a form that two processes can compare."""

from __future__ import annotations

import json
from decimal import Decimal

from nautilus_trader.cache.base import CacheFacade
from nautilus_trader.model.currencies import BTC, USDT
from nautilus_trader.model.enums import order_side_to_str
from nautilus_trader.model.identifiers import InstrumentId, Symbol
from nautilus_trader.model.instruments import CurrencyPair
from nautilus_trader.model.objects import Price, Quantity
from order_flow import OrderFlow


def spot_instrument() -> CurrencyPair:
    return CurrencyPair(
        instrument_id=InstrumentId.from_str("BTCUSDT-SPOT.BYBIT"),
        raw_symbol=Symbol("BTCUSDT"),
        base_currency=BTC,
        quote_currency=USDT,
        price_precision=2,
        size_precision=6,
        price_increment=Price.from_str("0.01"),
        size_increment=Quantity.from_str("0.000001"),
        maker_fee=Decimal("0.001"),
        taker_fee=Decimal("0.001"),
        ts_event=0,
        ts_init=0,
    )


def told(strategy: OrderFlow, cache: CacheFacade) -> str:
    """Return decisions and orders as JSON: numbers without trailing zeros, which differ by instrument."""
    decisions = [
        (
            order_side_to_str(each.side),
            f"{each.volume.normalize():f}",
            f"{each.price.as_decimal().normalize():f}",
        )
        for each in strategy.decisions
    ]
    orders = [
        {
            "side": order_side_to_str(order.side),
            "price": f"{order.price.as_decimal().normalize():f}",
            "status": order.status_string(),
            "filled": float(order.filled_qty),
            "decision": order.tags[0],
        }
        for order in cache.orders(strategy_id=strategy.id)
        if order.tags
    ]
    return json.dumps({"decisions": decisions, "orders": orders})
