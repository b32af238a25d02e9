from __future__ import annotations

import json

import msgspec
import pytest
from bybit_answers import fits, wire_types
from bybit_request_fields import BODIES
from bybit_shapes import parse

from nautilus_bybit_adapter.wire import (
    AmendOrder,
    CancelOrder,
    OrderType,
    PlaceOrder,
    Side,
    account_requests,
    asset_requests,
    earn_requests,
    requests,
)
from nautilus_bybit_adapter.wire.requests import encode


def test_only_what_was_given_is_sent_and_with_its_own_type() -> None:
    request = PlaceOrder(
        category="linear",
        symbol="BTCUSDT",
        side=Side.BUY,
        order_type=OrderType.LIMIT,
        qty="0.001",
        price="77392.30",
        position_idx=0,
        reduce_only=False,
        trigger_direction=1,
        order_link_id="mine-1",
    )
    assert json.loads(encode(request)) == {
        "category": "linear",
        "symbol": "BTCUSDT",
        "side": "Buy",
        "orderType": "Limit",
        "qty": "0.001",
        "price": "77392.30",
        "positionIdx": 0,
        "reduceOnly": False,
        "triggerDirection": 1,
        "orderLinkId": "mine-1",
    }


def test_names_that_are_easy_to_get_wrong() -> None:
    request = AmendOrder(
        category="linear", symbol="X", tpsl_mode="Full", tp_limit_price="1", sl_trigger_by="MarkPrice"
    )
    assert set(json.loads(encode(request))) == {
        "category",
        "symbol",
        "tpslMode",
        "tpLimitPrice",
        "slTriggerBy",
    }


def test_a_request_does_not_change() -> None:
    request = CancelOrder(category="spot", symbol="BTCUSDT", order_id="1")
    with pytest.raises(AttributeError):
        request.order_id = "2"  # type: ignore[misc]  # the point of the test


@pytest.mark.parametrize("path", BODIES)
def test_a_request_has_the_fields_the_venue_takes(path: str) -> None:
    struct, text = BODIES[path]
    shape = parse(text)
    types = wire_types(struct)
    needed = {each.encode_name for each in msgspec.structs.fields(struct) if each.required}
    assert types.keys() == shape.required.keys() | shape.optional.keys()
    assert needed == shape.required.keys()
    for name, hint in types.items():
        assert fits(hint, (shape.required | shape.optional)[name]), name


def test_every_request_is_held_against_a_list() -> None:
    sent = {
        each
        for module in (requests, account_requests, asset_requests, earn_requests)
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, msgspec.Struct) and each is not msgspec.Struct
    }
    inside: set[type[msgspec.Struct]] = {account_requests.InterestCard, asset_requests.DemoAmount}
    assert {struct for struct, _ in BODIES.values()} == sent - inside


def test_what_is_not_asked_for_is_not_sent() -> None:
    request = account_requests.SetTradingStop(
        category="linear", symbol="BTCUSDT", tpsl_mode="Full", position_idx=0, take_profit="0"
    )
    assert encode(request) == (
        b'{"category":"linear","symbol":"BTCUSDT","tpslMode":"Full","positionIdx":0,"takeProfit":"0"}'
    )
    modify = account_requests.ModifyEarnPosition(product_id=8, position_id=1, auto_reinvest=0)
    assert b'"category":"OnChain"' in encode(modify)
    assert b'"autoReinvest":0' in encode(modify)
