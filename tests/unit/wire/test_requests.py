from __future__ import annotations

import json

import pytest

from nautilus_bybit_adapter.wire import AmendOrder, CancelOrder, OrderType, PlaceOrder, Side
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
