from __future__ import annotations

from typing import Any

import msgspec
import pytest
from nautilus_trader.common.component import TestClock
from nautilus_trader.common.factories import OrderFactory
from nautilus_trader.core.uuid import UUID4
from nautilus_trader.execution.messages import CancelOrder, ModifyOrder, SubmitOrder
from nautilus_trader.model.enums import OrderSide, TimeInForce
from nautilus_trader.model.identifiers import ClientOrderId, InstrumentId, StrategyId, TraderId
from nautilus_trader.model.objects import Price, Quantity
from nautilus_trader.model.orders import Order

from nautilus_bybit_adapter.nt1.mapping.orders import (
    OrderNotSupportedError,
    build_amend,
    build_cancel,
    build_place,
)

LINEAR = InstrumentId.from_str("BTCUSDT-LINEAR.BYBIT")
SPOT = InstrumentId.from_str("BTCUSDT-SPOT.BYBIT")
TRADER, STRATEGY = TraderId("T-001"), StrategyId("S-001")
FACTORY = OrderFactory(TRADER, STRATEGY, TestClock())
QTY, PX = Quantity.from_str("0.010"), Price.from_str("60000.1")


def submit(order: Order, params: dict[str, object] | None = None) -> SubmitOrder:
    return SubmitOrder(TRADER, STRATEGY, order, UUID4(), 0, params=params)


def limit(instrument_id: InstrumentId = LINEAR, **options: Any) -> Order:
    return FACTORY.limit(
        instrument_id, OrderSide.BUY, QTY, PX, client_order_id=ClientOrderId("c-1"), **options
    )


def market(instrument_id: InstrumentId = LINEAR, **options: Any) -> Order:
    return FACTORY.market(instrument_id, OrderSide.SELL, QTY, client_order_id=ClientOrderId("c-1"), **options)


BASE = {"category": "linear", "symbol": "BTCUSDT", "orderLinkId": "c-1", "qty": "0.010", "positionIdx": 0}
BUY_LIMIT = BASE | {"side": "Buy", "orderType": "Limit", "price": "60000.1", "timeInForce": "GTC"}
SELL_MARKET = BASE | {"side": "Sell", "orderType": "Market", "timeInForce": "IOC"}
SPOT_MARKET = {key: value for key, value in SELL_MARKET.items() if key != "positionIdx"} | {
    "category": "spot", "marketUnit": "baseCoin",
}  # fmt: skip


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (limit(), BUY_LIMIT),
        (limit(time_in_force=TimeInForce.IOC), BUY_LIMIT | {"timeInForce": "IOC"}),
        (limit(time_in_force=TimeInForce.FOK), BUY_LIMIT | {"timeInForce": "FOK"}),
        (limit(post_only=True), BUY_LIMIT | {"timeInForce": "PostOnly"}),
        (limit(reduce_only=True), BUY_LIMIT | {"reduceOnly": True}),
        (market(), SELL_MARKET),
        (market(time_in_force=TimeInForce.IOC), SELL_MARKET),
        (market(reduce_only=True), SELL_MARKET | {"reduceOnly": True}),
        (market(SPOT), SPOT_MARKET),
    ],
)
def test_an_order_becomes_this_request(order: Order, expected: dict[str, object]) -> None:
    assert msgspec.json.decode(msgspec.json.encode(build_place(submit(order)))) == expected


@pytest.mark.parametrize(
    ("order", "params", "sentence"),
    [
        (
            limit(time_in_force=TimeInForce.DAY),
            None,
            "time_in_force DAY is not supported: GTC, IOC and FOK are",
        ),
        (limit(time_in_force=TimeInForce.IOC, post_only=True), None, "post_only with time_in_force IOC"),
        (market(time_in_force=TimeInForce.FOK), None, "time_in_force FOK of a MARKET order"),
        (market(quote_quantity=True), None, "quote_quantity"),
        (limit(SPOT, reduce_only=True), None, "reduce_only does not exist on SPOT"),
        (limit(display_qty=QTY), None, "display_qty"),
        (limit(), {"mystery": 1}, "params key 'mystery' is not known: is_leverage is allowed"),
        (limit(), {"is_leverage": True}, "is_leverage is for SPOT only"),
        (limit(SPOT), {"is_leverage": "yes"}, "is_leverage 'yes' is not True or False"),
        (
            FACTORY.stop_market(LINEAR, OrderSide.BUY, QTY, PX),
            None,
            "order_type STOP_MARKET is not supported: MARKET and LIMIT are",
        ),
        (
            FACTORY.limit(LINEAR, OrderSide.BUY, QTY, PX, client_order_id=ClientOrderId("no spaces")),
            None,
            "client_order_id 'no spaces'",
        ),
    ],
)
def test_what_cannot_be_sent_is_refused_and_named(
    order: Order, params: dict[str, object] | None, sentence: str
) -> None:
    with pytest.raises(OrderNotSupportedError) as refusal:
        build_place(submit(order, params))
    assert sentence in str(refusal.value)


def modify(quantity: Quantity | None, price: Price | None, trigger: Price | None = None) -> ModifyOrder:
    return ModifyOrder(
        TRADER, STRATEGY, LINEAR, ClientOrderId("c-1"), None, quantity, price, trigger, UUID4(), 0
    )


def test_an_amendment_names_only_what_changes() -> None:
    request = build_amend(modify(None, PX))
    assert msgspec.json.decode(msgspec.json.encode(request)) == {
        "category": "linear", "symbol": "BTCUSDT", "orderLinkId": "c-1", "price": "60000.1",
    }  # fmt: skip
    assert build_amend(modify(QTY, None)).qty == "0.010"


@pytest.mark.parametrize(
    ("command", "word"), [(modify(None, None), "both None"), (modify(QTY, PX, PX), "trigger")]
)
def test_an_amendment_that_cannot_be_is_refused(command: ModifyOrder, word: str) -> None:
    with pytest.raises(OrderNotSupportedError, match=word):
        build_amend(command)


def test_a_cancel_goes_by_our_own_id() -> None:
    command = CancelOrder(TRADER, STRATEGY, SPOT, ClientOrderId("c-1"), None, UUID4(), 0)
    request = build_cancel(command)
    assert (request.category, request.order_link_id, request.order_id) == ("spot", "c-1", None)
