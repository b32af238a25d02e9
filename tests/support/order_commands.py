"""Orders and commands as a strategy makes them, for the tests of what becomes of them."""

from __future__ import annotations

from typing import Any

from nautilus_trader.common.component import TestClock
from nautilus_trader.common.factories import OrderFactory
from nautilus_trader.core.uuid import UUID4
from nautilus_trader.execution.messages import ModifyOrder, SubmitOrder
from nautilus_trader.model.enums import OrderSide, TriggerType
from nautilus_trader.model.identifiers import ClientOrderId, InstrumentId, PositionId, StrategyId, TraderId
from nautilus_trader.model.objects import Price, Quantity
from nautilus_trader.model.orders import Order

LINEAR = InstrumentId.from_str("BTCUSDT-LINEAR.BYBIT")
SPOT = InstrumentId.from_str("BTCUSDT-SPOT.BYBIT")
INVERSE = InstrumentId.from_str("BTCUSD-INVERSE.BYBIT")
OPTION = InstrumentId.from_str("BTC-27MAR26-70000-P-USDT-OPTION.BYBIT")
TRADER, STRATEGY = TraderId("T-001"), StrategyId("S-001")
FACTORY = OrderFactory(TRADER, STRATEGY, TestClock())
QTY, PX = Quantity.from_str("0.010"), Price.from_str("60000.1")
TRIGGER = Price.from_str("59000.5")


def submit(
    order: Order, params: dict[str, object] | None = None, position_id: PositionId | None = None
) -> SubmitOrder:
    return SubmitOrder(TRADER, STRATEGY, order, UUID4(), 0, params=params, position_id=position_id)


def limit(instrument_id: InstrumentId = LINEAR, **options: Any) -> Order:
    return FACTORY.limit(
        instrument_id, OrderSide.BUY, QTY, PX, client_order_id=ClientOrderId("c-1"), **options
    )


def market(instrument_id: InstrumentId = LINEAR, **options: Any) -> Order:
    return FACTORY.market(instrument_id, OrderSide.SELL, QTY, client_order_id=ClientOrderId("c-1"), **options)


def conditional(
    kind: str,
    side: OrderSide = OrderSide.BUY,
    instrument_id: InstrumentId = LINEAR,
    trigger_type: TriggerType = TriggerType.DEFAULT,
    **options: Any,
) -> Order:
    prices = {"price": PX} if kind.startswith("limit") or kind == "stop_limit" else {}
    order: Order = getattr(FACTORY, kind)(
        instrument_id, side, QTY, trigger_price=TRIGGER, trigger_type=trigger_type,
        client_order_id=ClientOrderId("c-1"), **prices, **options,
    )  # fmt: skip
    return order


def modify(
    quantity: Quantity | None = None,
    price: Price | None = None,
    trigger: Price | None = None,
    params: dict[str, object] | None = None,
) -> ModifyOrder:
    return ModifyOrder(
        TRADER,
        STRATEGY,
        LINEAR,
        ClientOrderId("c-1"),
        None,
        quantity,
        price,
        trigger,
        UUID4(),
        0,
        params=params,
    )
