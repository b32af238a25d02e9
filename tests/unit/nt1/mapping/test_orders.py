from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from nautilus_trader.common.component import TestClock
from nautilus_trader.common.factories import OrderFactory
from nautilus_trader.core.uuid import UUID4
from nautilus_trader.execution.messages import CancelOrder, ModifyOrder, SubmitOrder
from nautilus_trader.model.enums import OrderSide, TimeInForce, TrailingOffsetType, TriggerType
from nautilus_trader.model.identifiers import ClientOrderId, InstrumentId, PositionId, StrategyId, TraderId
from nautilus_trader.model.objects import Price, Quantity
from nautilus_trader.model.orders import Order

from nautilus_bybit_adapter.nt1.mapping.order_params import BybitOrderParams, OrderNotSupportedError
from nautilus_bybit_adapter.nt1.mapping.orders import build_amend, build_cancel, build_place

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
        # Spot has no such flag, and a sale of what is held needs none.
        (market(SPOT, reduce_only=True), SPOT_MARKET),
    ],
)
def test_an_order_becomes_this_request(order: Order, expected: dict[str, object]) -> None:
    assert msgspec.json.decode(msgspec.json.encode(build_place(submit(order)))) == expected


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


def sent(order: Order, params: dict[str, object] | None = None, **options: Any) -> dict[str, Any]:
    request: dict[str, Any] = msgspec.json.decode(
        msgspec.json.encode(build_place(submit(order, params), **options))
    )
    return request


@pytest.mark.parametrize(
    ("kind", "side", "order_type", "direction"),
    [
        ("stop_market", OrderSide.BUY, "Market", 1),
        ("stop_market", OrderSide.SELL, "Market", 2),
        ("stop_limit", OrderSide.BUY, "Limit", 1),
        ("stop_limit", OrderSide.SELL, "Limit", 2),
        ("market_if_touched", OrderSide.BUY, "Market", 2),
        ("market_if_touched", OrderSide.SELL, "Market", 1),
        ("limit_if_touched", OrderSide.BUY, "Limit", 2),
        ("limit_if_touched", OrderSide.SELL, "Limit", 1),
    ],
)
def test_trigger_direction_is_right_for_all_four_types_and_sides(
    kind: str, side: OrderSide, order_type: str, direction: int
) -> None:
    request = sent(conditional(kind, side))
    expected = {"orderType": order_type, "triggerDirection": direction, "triggerPrice": "59000.5"}
    assert {name: request[name] for name in expected} == expected
    assert ("price" in request) == (order_type == "Limit")


@pytest.mark.parametrize(
    ("trigger_type", "word"),
    [
        (TriggerType.DEFAULT, "LastPrice"),
        (TriggerType.LAST_PRICE, "LastPrice"),
        (TriggerType.MARK_PRICE, "MarkPrice"),
        (TriggerType.INDEX_PRICE, "IndexPrice"),
    ],
)
def test_trigger_type_reaches_the_wire(trigger_type: TriggerType, word: str) -> None:
    assert sent(conditional("stop_market", trigger_type=trigger_type))["triggerBy"] == word


def test_a_conditional_spot_order_says_so_and_has_no_direction() -> None:
    request = sent(conditional("stop_market", instrument_id=SPOT))
    assert (request["orderFilter"], request["marketUnit"]) == ("StopOrder", "baseCoin")
    assert not {"triggerDirection", "triggerBy"} & set(request)
    cancel = CancelOrder(TRADER, STRATEGY, SPOT, ClientOrderId("c-1"), None, UUID4(), 0)
    assert build_cancel(cancel, conditional("stop_limit", instrument_id=SPOT)).order_filter == "StopOrder"
    assert build_cancel(cancel, limit(SPOT)).order_filter is None


def test_a_quote_quantity_is_an_amount_of_the_quote_coin() -> None:
    assert sent(market(SPOT, quote_quantity=True))["marketUnit"] == "quoteCoin"


def test_the_framework_ends_an_order_that_is_good_till_a_date() -> None:
    order = limit(time_in_force=TimeInForce.GTD, expire_time=datetime(2030, 1, 1, tzinfo=UTC))
    assert sent(order)["timeInForce"] == "GTC"


@pytest.mark.parametrize(
    ("order", "params", "fields"),
    [
        (limit(), {"take_profit": "61000", "stop_loss": Price.from_str("59000.0")},
         {"takeProfit": "61000", "stopLoss": "59000.0"}),
        (limit(), {"tp_trigger_price": "61000"}, {"takeProfit": "61000"}),
        (limit(), {"take_profit": "61000", "tpsl_mode": "partial", "tp_order_type": "Limit", "tp_limit_price": "60900"},
         {"tpslMode": "Partial", "tpOrderType": "Limit", "tpLimitPrice": "60900"}),
        (limit(), {"stop_loss": "1", "sl_trigger_by": "MarkPrice"}, {"slTriggerBy": "MarkPrice"}),
        (limit(), {"bbo_side_type": "queue", "bbo_level": 1}, {"bboSideType": "Queue", "bboLevel": "1"}),
        (limit(), {"smp_type": "CancelBoth"}, {"smpType": "CancelBoth"}),
        (limit(), {"rpi": True}, {"timeInForce": "RPI"}),
        (limit(SPOT), {"is_leverage": True}, {"isLeverage": 1}),
        (market(), {"slippage_tolerance_type": "Percent", "slippage_tolerance": "0.5"},
         {"slippageToleranceType": "Percent", "slippageTolerance": "0.5"}),
        (market(), {"rpi_taker_access": True}, {"rpiTakerAccess": True}),
        (market(reduce_only=True), {"close_on_trigger": True}, {"closeOnTrigger": True}),
        (limit(OPTION), {"order_iv": "0.65", "mmp": True}, {"orderIv": "0.65", "mmp": True}),
    ],
)  # fmt: skip
def test_params_reach_the_wire(order: Order, params: dict[str, object], fields: dict[str, object]) -> None:
    request = sent(order, params)
    assert {name: request[name] for name in fields} == fields


@pytest.mark.parametrize("params", [{"bbo_side_type": "Queue", "bbo_level": "2"}])
def test_the_venue_prices_an_order_that_joins_its_book(params: dict[str, object]) -> None:
    assert "price" not in sent(limit(), params)
    assert "price" not in sent(limit(OPTION), {"order_iv": "0.6"})


def test_typed_params_are_the_same_as_a_dict() -> None:
    typed = BybitOrderParams(stop_loss="59000", sl_trigger_by="IndexPrice")
    assert typed.to_dict() == {"stop_loss": "59000", "sl_trigger_by": "IndexPrice"}
    assert sent(limit(), typed.to_dict()) == BUY_LIMIT | {"stopLoss": "59000", "slTriggerBy": "IndexPrice"}


@pytest.mark.parametrize(
    ("side", "reduce_only", "position_id", "params", "idx"),
    [
        (OrderSide.BUY, False, None, None, 1),
        (OrderSide.SELL, False, None, None, 2),
        (OrderSide.SELL, True, None, None, 1),
        (OrderSide.BUY, True, None, None, 2),
        (OrderSide.SELL, False, "BTCUSDT-LINEAR.BYBIT-LONG", None, 1),
        (OrderSide.BUY, False, "BTCUSDT-LINEAR.BYBIT-SHORT", None, 2),
        (OrderSide.SELL, False, None, {"position_idx": 1}, 1),
    ],
)
def test_hedge_mode_names_the_position(
    side: OrderSide,
    reduce_only: bool,
    position_id: str | None,
    params: dict[str, object] | None,
    idx: int,
) -> None:
    order = FACTORY.market(LINEAR, side, QTY, reduce_only=reduce_only)
    command = submit(order, params, PositionId(position_id) if position_id else None)
    assert build_place(command, hedged=True).position_idx == idx


@pytest.mark.parametrize(
    ("order", "params", "sentence"),
    [
        (
            limit(time_in_force=TimeInForce.DAY),
            None,
            "time_in_force DAY is not supported: GTC, GTD, IOC and FOK are",
        ),
        (limit(time_in_force=TimeInForce.IOC, post_only=True), None, "post_only with time_in_force IOC"),
        (limit(time_in_force=TimeInForce.IOC), {"rpi": True}, "params rpi with time_in_force IOC"),
        (market(time_in_force=TimeInForce.FOK), None, "time_in_force FOK of a MARKET order"),
        (market(quote_quantity=True), None, "quote_quantity is not supported for a MARKET order on LINEAR"),
        (limit(SPOT, quote_quantity=True), None, "quote_quantity is not supported for a LIMIT order on SPOT"),
        (
            limit(SPOT, reduce_only=True),
            None,
            "reduce_only True is not allowed for a BUY on SPOT: a SELL can reduce",
        ),
        (
            market(SPOT, reduce_only=True),
            {"is_leverage": True},
            "params is_leverage True is not allowed with reduce_only: a SELL on SPOT without borrowing",
        ),
        (limit(display_qty=QTY), None, "display_qty"),
        (
            conditional("stop_market", instrument_id=OPTION),
            None,
            "order_type STOP_MARKET does not exist on OPTION",
        ),
        (
            conditional("stop_market", trigger_type=TriggerType.BID_ASK),
            None,
            "trigger_type BID_ASK is not supported: LAST_PRICE, MARK_PRICE and INDEX_PRICE are",
        ),
        (
            conditional("stop_market", instrument_id=SPOT, trigger_type=TriggerType.MARK_PRICE),
            None,
            "trigger_type MARK_PRICE does not exist on SPOT: LAST_PRICE does",
        ),
        (
            FACTORY.trailing_stop_market(
                LINEAR,
                OrderSide.SELL,
                QTY,
                trailing_offset=Decimal(100),
                trailing_offset_type=TrailingOffsetType.PRICE,
            ),
            None,
            "order_type TRAILING_STOP_MARKET is not supported: Bybit trails the stop of a position",
        ),
        (
            FACTORY.market_to_limit(LINEAR, OrderSide.BUY, QTY),
            None,
            "order_type MARKET_TO_LIMIT is not supported: LIMIT, LIMIT_IF_TOUCHED, MARKET",
        ),
        (limit(), {"mystery": 1}, "params key 'mystery' is not known: bbo_level, bbo_side_type"),
        (limit(), {"is_leverage": True}, "params is_leverage True is not allowed on LINEAR: it is on SPOT"),
        (limit(SPOT), {"is_leverage": "yes"}, "params is_leverage 'yes' is not allowed: True and False are"),
        (limit(), {"position_idx": 3}, "params position_idx 3 is not allowed: 0, 1 and 2 are"),
        (limit(), {"position_idx": 1}, "params position_idx 1 is not allowed in one-way mode: 0 is"),
        (limit(), {"order_iv": "0.6"}, "params order_iv '0.6' is not allowed on LINEAR: it is on OPTION"),
        (limit(), {"take_profit": 61000.5}, "params take_profit 61000.5 is not allowed: a positive decimal"),
        (limit(), {"take_profit": "-1"}, "params take_profit '-1' is not allowed: a positive decimal"),
        (limit(), {"take_profit": "NaN"}, "params take_profit 'NaN' is not allowed: a positive decimal"),
        (
            limit(),
            {"take_profit": "1", "tp_trigger_price": "2"},
            "params tp_trigger_price '2' contradicts take_profit '1': give one of them",
        ),
        (
            limit(),
            {"tp_trigger_by": "LastPrice"},
            "params tp_trigger_by needs take_profit, which is not given",
        ),
        (
            limit(),
            {"take_profit": "1", "tp_trigger_by": "Bid"},
            "params tp_trigger_by 'Bid' is not allowed: LastPrice, MarkPrice and IndexPrice are",
        ),
        (limit(), {"tpsl_mode": "Full"}, "params tpsl_mode needs take_profit or stop_loss"),
        (
            limit(),
            {"take_profit": "1", "tp_order_type": "Limit"},
            "params tp_order_type 'Limit' needs tp_limit_price",
        ),
        (
            limit(),
            {"take_profit": "1", "tp_limit_price": "1"},
            "params tp_limit_price needs tp_order_type 'Limit'",
        ),
        (
            limit(),
            {"take_profit": "1", "tp_order_type": "Limit", "tp_limit_price": "1"},
            "params tp_order_type 'Limit' needs tpsl_mode 'Partial'; it is None",
        ),
        (limit(reduce_only=True), {"stop_loss": "1"}, "params stop_loss '1' is not allowed with reduce_only"),
        (
            market(SPOT),
            {"stop_loss": "1"},
            "params stop_loss '1' is not allowed on SPOT but for LIMIT orders",
        ),
        (market(), {"bbo_side_type": "Queue", "bbo_level": "1"}, "is allowed for LIMIT orders only"),
        (limit(), {"bbo_side_type": "Queue"}, "params bbo_side_type needs bbo_level, which is not given"),
        (limit(), {"bbo_level": "6"}, "params bbo_level '6' is not allowed: 1, 2, 3, 4 and 5 are"),
        (
            limit(post_only=True),
            {"bbo_side_type": "Counterparty", "bbo_level": "1"},
            "params bbo_side_type 'Counterparty' is not allowed with post_only: Queue is",
        ),
        (market(), {"rpi": True}, "params rpi True is allowed for LIMIT orders only"),
        (limit(), {"rpi": True, "rpi_taker_access": True}, "contradict each other"),
        (market(), {"slippage_tolerance": "1"}, "are given together or not at all"),
        (
            limit(),
            {"slippage_tolerance_type": "Percent", "slippage_tolerance": "1"},
            "params slippage_tolerance '1' is allowed for MARKET orders only",
        ),
        (
            market(),
            {"slippage_tolerance_type": "TickSize", "slippage_tolerance": "0.5"},
            "params slippage_tolerance '0.5' is not allowed: 1 to 10000 whole ticks are",
        ),
        (
            market(),
            {"slippage_tolerance_type": "Percent", "slippage_tolerance": "10.01"},
            "params slippage_tolerance '10.01' is not allowed: 0.01 to 10 percent with two decimals is",
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


def test_a_reduce_only_order_cannot_name_the_position_it_would_grow() -> None:
    order = FACTORY.market(LINEAR, OrderSide.SELL, QTY, reduce_only=True)
    with pytest.raises(
        OrderNotSupportedError, match="position_idx 2 is not allowed for a reduce_only SELL: 1 is"
    ):
        build_place(submit(order, {"position_idx": 2}), hedged=True)


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


@pytest.mark.parametrize(
    ("order", "command", "changes"),
    [
        (limit(), modify(price=PX), {"price": "60000.1"}),
        (limit(), modify(quantity=QTY), {"qty": "0.010"}),
        (conditional("stop_limit"), modify(trigger=TRIGGER), {"triggerPrice": "59000.5"}),
        (conditional("stop_market"), modify(trigger=TRIGGER), {"triggerPrice": "59000.5"}),
        (
            limit(),
            modify(params={"stop_loss": "58000", "take_profit": 0}),
            {"stopLoss": "58000", "takeProfit": "0"},
        ),
    ],
)
def test_an_amendment_names_only_what_changes(
    order: Order, command: ModifyOrder, changes: dict[str, str]
) -> None:
    assert msgspec.json.decode(msgspec.json.encode(build_amend(command, order))) == {
        "category": "linear", "symbol": "BTCUSDT", "orderLinkId": "c-1",
    } | changes  # fmt: skip


@pytest.mark.parametrize(
    ("order", "command", "sentence"),
    [
        (limit(), modify(), "quantity, price and trigger_price are all None"),
        (limit(), modify(trigger=TRIGGER), "trigger_price 59000.5 cannot be amended: a LIMIT order has none"),
        (
            conditional("stop_market"),
            modify(price=PX),
            "price 60000.1 cannot be amended: a STOP_MARKET order",
        ),
        (
            limit(),
            modify(params={"smp_type": "None"}),
            "params smp_type cannot be amended: order_iv, sl_limit_price",
        ),
        (limit(), modify(params={"order_iv": "1"}), "params order_iv '1' is not allowed on LINEAR"),
        (limit(), modify(params={"stop_loss": 0.5}), "params stop_loss 0.5 is not allowed"),
    ],
)
def test_an_amendment_that_cannot_be_is_refused(order: Order, command: ModifyOrder, sentence: str) -> None:
    with pytest.raises(OrderNotSupportedError) as refusal:
        build_amend(command, order)
    assert sentence in str(refusal.value)


def test_a_cancel_goes_by_our_own_id() -> None:
    command = CancelOrder(TRADER, STRATEGY, SPOT, ClientOrderId("c-1"), None, UUID4(), 0)
    request = build_cancel(command)
    assert (request.category, request.order_link_id, request.order_id) == ("spot", "c-1", None)
