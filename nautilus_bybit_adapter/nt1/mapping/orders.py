"""Framework commands as Bybit requests; what Bybit cannot do is refused here, before anything is sent."""

from __future__ import annotations

import re

from nautilus_trader.execution.messages import CancelOrder as CancelCommand
from nautilus_trader.execution.messages import ModifyOrder, SubmitOrder
from nautilus_trader.model.enums import (
    OrderSide,
    OrderType,
    TimeInForce,
    order_type_to_str,
    time_in_force_to_str,
)
from nautilus_trader.model.orders import Order

from nautilus_bybit_adapter.nt1.mapping.identifiers import symbol_of
from nautilus_bybit_adapter.wire.enums import BybitProductType
from nautilus_bybit_adapter.wire.requests import AmendOrder, CancelOrder, PlaceOrder

# Source: Bybit V5 order/create-order; 36 is documented, 45 is what the venue enforces.
LINK_ID = re.compile(r"[0-9A-Za-z_-]{1,45}")
LIMIT_TIME_IN_FORCE = {TimeInForce.GTC: "GTC", TimeInForce.IOC: "IOC", TimeInForce.FOK: "FOK"}
KNOWN_PARAMS = frozenset({"is_leverage"})


class OrderNotSupportedError(ValueError):
    """Bybit, or this version, has no such order; the message names the field, its value and what is allowed."""


def build_place(command: SubmitOrder) -> PlaceOrder:
    """
    Return the request of a submit command.

    Source: Bybit V5 order/create-order

    Raises
    ------
    OrderNotSupportedError
        If the order has a type, time in force, quantity unit or parameter that cannot be sent.

    """
    order: Order = command.order
    symbol, category = symbol_of(order.instrument_id)
    _check_order(order, category)
    params = _check_params(command.params, category)
    is_limit = order.order_type == OrderType.LIMIT
    return PlaceOrder(
        category=category.value,
        symbol=symbol,
        side="Buy" if order.side == OrderSide.BUY else "Sell",
        order_type="Limit" if is_limit else "Market",
        qty=str(order.quantity),
        price=str(order.price) if is_limit else None,
        time_in_force=_time_in_force(order),
        order_link_id=order.client_order_id.value,
        reduce_only=True if order.is_reduce_only else None,
        position_idx=None if category is BybitProductType.SPOT else 0,
        # Without it the venue reads the quantity of a spot market buy as an amount of the quote coin.
        market_unit="baseCoin" if category is BybitProductType.SPOT and not is_limit else None,
        is_leverage=1 if params.get("is_leverage") else None,
    )


def build_amend(command: ModifyOrder) -> AmendOrder:
    """
    Return the request of a modify command.

    Source: Bybit V5 order/amend-order

    Raises
    ------
    OrderNotSupportedError
        If nothing is to change, or a trigger price is to.

    """
    symbol, category = symbol_of(command.instrument_id)
    if command.trigger_price is not None:
        raise OrderNotSupportedError(
            f"trigger_price {command.trigger_price} cannot be amended: conditional orders are not supported"
        )
    if command.quantity is None and command.price is None:
        raise OrderNotSupportedError(
            "quantity and price are both None: an amendment changes at least one of them"
        )
    return AmendOrder(
        category=category.value,
        symbol=symbol,
        order_link_id=command.client_order_id.value,
        qty=str(command.quantity) if command.quantity is not None else None,
        price=str(command.price) if command.price is not None else None,
    )


def build_cancel(command: CancelCommand) -> CancelOrder:
    """
    Return the request of a cancel command, by the framework's own order id.

    Source: Bybit V5 order/cancel-order
    """
    symbol, category = symbol_of(command.instrument_id)
    return CancelOrder(category=category.value, symbol=symbol, order_link_id=command.client_order_id.value)


def _check_order(order: Order, category: BybitProductType) -> None:
    if order.order_type not in {OrderType.MARKET, OrderType.LIMIT}:
        raise OrderNotSupportedError(
            f"order_type {order_type_to_str(order.order_type)} is not supported: MARKET and LIMIT are"
        )
    if not LINK_ID.fullmatch(order.client_order_id.value):
        raise OrderNotSupportedError(
            f"client_order_id {order.client_order_id.value!r} cannot be an orderLinkId: "
            "1 to 45 of the characters 0-9 A-Z a-z - _ can"
        )
    if order.is_quote_quantity:
        raise OrderNotSupportedError(
            "quote_quantity is not supported: give the quantity in the base currency"
        )
    if order.is_reduce_only and category is BybitProductType.SPOT:
        raise OrderNotSupportedError("reduce_only does not exist on SPOT, where there are no positions")
    if order.order_type == OrderType.LIMIT and order.display_qty is not None:
        raise OrderNotSupportedError(
            f"display_qty {order.display_qty} is not supported: Bybit has no iceberg orders"
        )


def _time_in_force(order: Order) -> str:
    name = time_in_force_to_str(order.time_in_force)
    if order.order_type == OrderType.MARKET:
        # A market order is immediate-or-cancel on Bybit, whatever is asked for.
        if order.time_in_force not in {TimeInForce.GTC, TimeInForce.IOC}:
            raise OrderNotSupportedError(
                f"time_in_force {name} of a MARKET order is not supported: GTC and IOC are"
            )
        return "IOC"
    if order.is_post_only:
        if order.time_in_force != TimeInForce.GTC:
            raise OrderNotSupportedError(
                f"post_only with time_in_force {name} is a contradiction: GTC is allowed"
            )
        return "PostOnly"
    if order.time_in_force not in LIMIT_TIME_IN_FORCE:
        raise OrderNotSupportedError(f"time_in_force {name} is not supported: GTC, IOC and FOK are")
    return LIMIT_TIME_IN_FORCE[order.time_in_force]


def _check_params(params: dict[str, object] | None, category: BybitProductType) -> dict[str, object]:
    params = params or {}
    unknown = sorted(set(params) - KNOWN_PARAMS)
    if unknown:
        raise OrderNotSupportedError(
            f"params key {unknown[0]!r} is not known: {', '.join(sorted(KNOWN_PARAMS))} is allowed"
        )
    leverage = params.get("is_leverage", False)
    if not isinstance(leverage, bool):
        raise OrderNotSupportedError(f"params is_leverage {leverage!r} is not True or False")
    if leverage and category is not BybitProductType.SPOT:
        raise OrderNotSupportedError("params is_leverage is for SPOT only")
    return params
