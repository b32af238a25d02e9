"""The margin actions a strategy asks for with the params of `query_account`."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from nautilus_bybit_adapter.errors import BybitConfigError


class BybitMarginAction(StrEnum):
    """What `query_account` does beside reading the balances, as ``params={"action": ...}``."""

    BORROW = "borrow"
    REPAY = "repay"
    GET_BORROW_AMOUNT = "get_borrow_amount"


@dataclass(frozen=True, slots=True)
class MarginRequest:
    """An action on a coin; ``amount`` in units of the coin, ``None`` for all of a debt."""

    action: BybitMarginAction
    coin: str
    amount: Decimal | None


def parse_margin_action(params: dict[str, Any]) -> MarginRequest | None:
    """
    Return the action that params ask for, ``None`` where they ask for none.

    Raises
    ------
    BybitConfigError
        If the action is not known, a key is missing or not known, or the amount is no positive number.

    """
    if params.get("action") is None:
        return None
    allowed = ", ".join(BybitMarginAction)
    try:
        action = BybitMarginAction(str(params["action"]))
    except ValueError:
        raise BybitConfigError(f"action {params['action']!r} is not known: {allowed} are") from None
    unknown = sorted(set(params) - {"action", "coin", "amount"})
    if unknown:
        raise BybitConfigError(f"params {', '.join(unknown)} are not known: action, coin and amount are")
    coin = params.get("coin")
    if not coin or not isinstance(coin, str):
        raise BybitConfigError(f"coin {coin!r} of action {action} is not allowed: a name such as USDT is")
    amount = _amount(action, params.get("amount"))
    return MarginRequest(action, coin, amount)


def _amount(action: BybitMarginAction, value: Any) -> Decimal | None:
    if value is None:
        if action is BybitMarginAction.BORROW:
            raise BybitConfigError("amount is missing: action borrow needs one, in units of the coin")
        return None
    if action is BybitMarginAction.GET_BORROW_AMOUNT:
        raise BybitConfigError(f"amount {value!r} has no meaning with action {action}")
    text = str(value.as_decimal()) if hasattr(value, "as_decimal") else str(value)
    try:
        amount = Decimal(text)
    except ArithmeticError:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount <= 0:
        raise BybitConfigError(f"amount {value!r} of action {action} is not allowed: a number above 0 is")
    return amount
