from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from nautilus_trader.core import nautilus_pyo3
from nautilus_trader.model.currencies import USDT
from nautilus_trader.model.objects import Money, Quantity

from nautilus_bybit_adapter import BybitMarginAction
from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.nt1.mapping.margin_actions import MarginRequest, parse_margin_action


@pytest.mark.parametrize(
    ("params", "request_"),
    [
        ({}, None),
        ({"action": None}, None),
        (
            {"action": "borrow", "coin": "USDT", "amount": "10.5"},
            MarginRequest(BybitMarginAction.BORROW, "USDT", Decimal("10.5")),
        ),
        (
            {"action": nautilus_pyo3.BybitMarginAction.REPAY, "coin": "USDT"},
            MarginRequest(BybitMarginAction.REPAY, "USDT", None),
        ),
        (
            {"action": BybitMarginAction.REPAY, "coin": "USDT", "amount": Money("2.5", USDT)},
            MarginRequest(BybitMarginAction.REPAY, "USDT", Decimal("2.5")),
        ),
        (
            {"action": BybitMarginAction.BORROW, "coin": "BTC", "amount": Quantity.from_str("0.10")},
            MarginRequest(BybitMarginAction.BORROW, "BTC", Decimal("0.10")),
        ),
        (
            {"action": "get_borrow_amount", "coin": "BTC"},
            MarginRequest(BybitMarginAction.GET_BORROW_AMOUNT, "BTC", None),
        ),
    ],
)
def test_params_name_an_action(params: dict[str, Any], request_: MarginRequest | None) -> None:
    assert parse_margin_action(params) == request_


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        (
            {"action": "lend", "coin": "BTC"},
            "action 'lend' is not known: borrow, repay, get_borrow_amount are",
        ),
        ({"action": "borrow", "coin": "BTC"}, "amount is missing: action borrow needs one"),
        ({"action": "borrow", "amount": 1}, "coin None of action borrow is not allowed"),
        ({"action": "repay", "coin": "BTC", "amount": "-1"}, "amount '-1' of action repay is not allowed"),
        (
            {"action": "repay", "coin": "BTC", "amount": "much"},
            "amount 'much' of action repay is not allowed",
        ),
        ({"action": "repay", "coin": "BTC", "amount": "Infinity"}, "amount 'Infinity'"),
        ({"action": "repay", "coin": "BTC", "ammount": "1"}, "params ammount are not known"),
        ({"action": "get_borrow_amount", "coin": "BTC", "amount": 1}, "amount 1 has no meaning"),
    ],
)
def test_what_is_no_action_is_named(params: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BybitConfigError, match=sentence):
        parse_margin_action(params)
