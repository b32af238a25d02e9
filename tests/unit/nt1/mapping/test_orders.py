from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nautilus_trader.core.uuid import UUID4
from nautilus_trader.execution.messages import CancelOrder, ModifyOrder, SubmitOrder
from nautilus_trader.model.enums import OrderSide, TimeInForce, TriggerType
from nautilus_trader.model.identifiers import ClientOrderId, PositionId
from nautilus_trader.model.objects import Price, Quantity
from nautilus_trader.model.orders import Order
from order_commands import (
    FACTORY,
    LINEAR,
    OPTION,
    PX,
    QTY,
    SPOT,
    STRATEGY,
    TRADER,
    TRIGGER,
    conditional,
    limit,
    market,
    modify,
    submit,
)

from nautilus_bybit_adapter.nt1.mapping.order_params import BybitOrderParams, OrderNotSupportedError
from nautilus_bybit_adapter.nt1.mapping.orders import _build_anew, build_amend, build_cancel, build_place
from nautilus_bybit_adapter.wire.requests import PlaceOrder

BASE = {"category": "linear", "symbol": "BTCUSDT", "orderLinkId": "c-1", "qty": "0.010", "positionIdx": 0}
BUY_LIMIT = BASE | {"side": "Buy", "orderType": "Limit", "price": "60000.1", "timeInForce": "GTC"}
SELL_MARKET = BASE | {"side": "Sell", "orderType": "Market", "timeInForce": "IOC"}
SPOT_MARKET = {key: value for key, value in SELL_MARKET.items() if key != "positionIdx"} | {
    "category": "spot", "marketUnit": "baseCoin",
}  # fmt: skip


@given(data=st.data())
def test_an_order_like_an_earlier_one_becomes_the_request_it_would_have_been_alone(
    data: st.DataObject,
) -> None:
    draw = data.draw
    is_limit = draw(st.booleans())
    instrument_id = draw(st.sampled_from([LINEAR, SPOT, OPTION]))
    options: dict[str, Any] = {
        "time_in_force": draw(
            st.sampled_from([TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK, TimeInForce.DAY])
        ),
        "reduce_only": draw(st.booleans()),
    }
    if is_limit:
        options["post_only"] = draw(st.booleans())
        options["display_qty"] = draw(st.sampled_from([None, Quantity.from_str("0.005")]))
    else:
        options["quote_quantity"] = draw(st.booleans())
    for _ in range(2):
        terms: list[Any] = [instrument_id, draw(st.sampled_from([OrderSide.BUY, OrderSide.SELL]))]
        terms.append(Quantity.from_str(draw(st.sampled_from(["0.010", "1.5", "7"]))))
        if is_limit:
            terms.append(Price.from_str(draw(st.sampled_from(["60000.1", "2.5"]))))
        name = ClientOrderId(draw(st.sampled_from(["c-1", "O-2", "with space"])))
        order = getattr(FACTORY, "limit" if is_limit else "market")(*terms, client_order_id=name, **options)
        params: dict[str, object] = {"smp_type": "CancelMaker"} if draw(st.booleans()) else {}
        command = submit(order, params)
        hedged = draw(st.booleans())
        assert outcome(build_place, command, hedged=hedged) == outcome(_build_anew, command, hedged=hedged)


def outcome(build: Callable[..., PlaceOrder], command: SubmitOrder, **options: bool) -> PlaceOrder | str:
    try:
        return build(command, **options)
    except OrderNotSupportedError as e:
        return str(e)


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


def test_a_cancel_goes_by_our_own_id() -> None:
    command = CancelOrder(TRADER, STRATEGY, SPOT, ClientOrderId("c-1"), None, UUID4(), 0)
    request = build_cancel(command)
    assert (request.category, request.order_link_id, request.order_id) == ("spot", "c-1", None)


@pytest.mark.parametrize("side", [OrderSide.BUY, OrderSide.SELL])
@pytest.mark.parametrize(("in_quote", "unit"), [(False, "baseCoin"), (True, "quoteCoin")])
def test_edge_19_a_spot_market_order_always_names_the_coin_of_its_quantity(
    side: OrderSide, in_quote: bool, unit: str
) -> None:
    order = FACTORY.market(SPOT, side, QTY, quote_quantity=in_quote)
    assert sent(order)["marketUnit"] == unit
