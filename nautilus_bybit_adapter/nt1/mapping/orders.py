"""Framework commands as Bybit requests; what Bybit cannot do is refused here, before anything is sent."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from nautilus_trader.execution.messages import CancelOrder as CancelCommand
from nautilus_trader.execution.messages import ModifyOrder, SubmitOrder
from nautilus_trader.model.enums import (
    OrderSide,
    OrderType,
    TimeInForce,
    TriggerType,
    order_type_to_str,
    time_in_force_to_str,
    trigger_type_to_str,
)
from nautilus_trader.model.identifiers import PositionId
from nautilus_trader.model.orders import Order

from nautilus_bybit_adapter.nt1.mapping.identifiers import symbol_of
from nautilus_bybit_adapter.nt1.mapping.order_params import (
    NO_PARAMS,
    BybitOrderParams,
    OrderNotSupportedError,
    parse_amended_params,
    parse_order_params,
)
from nautilus_bybit_adapter.wire.enums import (
    BybitProductType,
    MarketUnit,
    OrderFilter,
    PositionIdx,
    TriggerBy,
    TriggerDirection,
)
from nautilus_bybit_adapter.wire.requests import AmendOrder, CancelOrder, PlaceOrder

# Source: Bybit V5 order/create-order; 36 is documented, 45 is what the venue enforces.
LINK_ID = re.compile(r"[0-9A-Za-z_-]{1,45}")
# Bybit has no order that expires by itself: the framework cancels a GTD order at its time.
LIMIT_TIME_IN_FORCE = {
    TimeInForce.GTC: "GTC",
    TimeInForce.GTD: "GTC",
    TimeInForce.IOC: "IOC",
    TimeInForce.FOK: "FOK",
}
STOPS = frozenset({OrderType.STOP_MARKET, OrderType.STOP_LIMIT})
CONDITIONALS = STOPS | {OrderType.MARKET_IF_TOUCHED, OrderType.LIMIT_IF_TOUCHED}
LIMITS = frozenset({OrderType.LIMIT, OrderType.STOP_LIMIT, OrderType.LIMIT_IF_TOUCHED})
PLAIN = frozenset({OrderType.MARKET, OrderType.LIMIT})
SUPPORTED = CONDITIONALS | {OrderType.MARKET, OrderType.LIMIT}
TRIGGERS = {
    TriggerType.DEFAULT: TriggerBy.LAST_PRICE,
    TriggerType.LAST_PRICE: TriggerBy.LAST_PRICE,
    TriggerType.MARK_PRICE: TriggerBy.MARK_PRICE,
    TriggerType.INDEX_PRICE: TriggerBy.INDEX_PRICE,
}
# The first order of each kind that needed no more than numbers and a name; the others differ in these alone, and what
# was refused of the first would have been refused of all.
_built: dict[tuple[Any, ...], PlaceOrder] = {}


def build_place(command: SubmitOrder, *, hedged: bool = False) -> PlaceOrder:
    """
    Return the request of a submit command.

    Parameters
    ----------
    command : SubmitOrder
        The framework's command.
    hedged : bool
        Whether the symbol has a long and a short position side by side.

    Source: Bybit V5 order/create-order

    Raises
    ------
    OrderNotSupportedError
        If the order has a type, time in force, trigger, quantity unit or parameter that cannot be sent.

    """
    order: Order = command.order
    if command.params or hedged or order.order_type not in PLAIN:
        return _build_anew(command, hedged=hedged)
    kind = (
        order.instrument_id,
        order.order_type,
        order.side,
        order.time_in_force,
        order.is_post_only,
        order.is_reduce_only,
        order.is_quote_quantity,
    )
    like_it = _built.get(kind)
    limit = order.order_type == OrderType.LIMIT
    if (
        like_it is None
        or not LINK_ID.fullmatch(order.client_order_id.value)
        or (limit and order.display_qty is not None)
    ):
        like_it = _build_anew(command, hedged=False)
        _built[kind] = like_it
        return like_it
    return msgspec.structs.replace(
        like_it,
        qty=str(order.quantity),
        price=str(order.price) if limit else None,
        order_link_id=order.client_order_id.value,
    )


def _build_anew(command: SubmitOrder, *, hedged: bool) -> PlaceOrder:
    order: Order = command.order
    symbol, category = symbol_of(order.instrument_id)
    _check_order(order, category)
    params = parse_order_params(command.params, order, category)
    _check_reduce_only(order, category, params)
    is_limit = order.order_type in LIMITS
    by_venue = params.bbo_side_type is not None or params.order_iv is not None
    return PlaceOrder(
        category=category.value,
        symbol=symbol,
        side="Buy" if order.side == OrderSide.BUY else "Sell",
        order_type="Limit" if is_limit else "Market",
        qty=str(order.quantity),
        price=str(order.price) if is_limit and not by_venue else None,
        time_in_force=_time_in_force(order, params),
        order_link_id=order.client_order_id.value,
        reduce_only=True if order.is_reduce_only and category is not BybitProductType.SPOT else None,
        position_idx=position_idx_of(order, category, params, command.position_id, hedged=hedged),
        market_unit=_market_unit(order, category),
        is_leverage=1 if params.is_leverage else None,
        order_filter=_order_filter(order, category),
        **(_trigger(order, category) if order.order_type in CONDITIONALS else {}),
        **(_plain(params) if params is not NO_PARAMS else {}),
    )


def build_amend(command: ModifyOrder, order: Order) -> AmendOrder:
    """
    Return the request of a modify command, which names only what changes.

    Source: Bybit V5 order/amend-order

    Raises
    ------
    OrderNotSupportedError
        If nothing is to change, or the order has nothing like what is to change.

    """
    symbol, category = symbol_of(command.instrument_id)
    changes = parse_amended_params(command.params, category)
    if command.trigger_price is not None and order.order_type not in CONDITIONALS:
        raise OrderNotSupportedError(
            f"trigger_price {command.trigger_price} cannot be amended: a {_kind(order)} order has none"
        )
    if command.price is not None and order.order_type not in LIMITS:
        raise OrderNotSupportedError(
            f"price {command.price} cannot be amended: a {_kind(order)} order has none"
        )
    if command.quantity is None and command.price is None and command.trigger_price is None and not changes:
        raise OrderNotSupportedError(
            "quantity, price and trigger_price are all None: an amendment changes at least one of them"
        )
    return AmendOrder(
        category=category.value,
        symbol=symbol,
        order_link_id=command.client_order_id.value,
        qty=_text(command.quantity),
        price=_text(command.price),
        trigger_price=_text(command.trigger_price),
        **changes,
    )


def build_cancel(command: CancelCommand, order: Order | None = None) -> CancelOrder:
    """
    Return the request of a cancel command, by the framework's own order id.

    Source: Bybit V5 order/cancel-order
    """
    symbol, category = symbol_of(command.instrument_id)
    return CancelOrder(
        category=category.value,
        symbol=symbol,
        order_link_id=command.client_order_id.value,
        order_filter=_order_filter(order, category) if order is not None else None,
    )


def position_idx_of(
    order: Order,
    category: BybitProductType,
    params: BybitOrderParams,
    position_id: PositionId | None,
    *,
    hedged: bool,
) -> int | None:
    """
    Return which position an order belongs to; ``None`` on spot.

    In hedge mode it is the one the params or the position id name, else the one the order opens, or that it reduces.

    Raises
    ------
    OrderNotSupportedError
        If the params name a position that the mode, the side or the position id contradicts.

    """
    if category is BybitProductType.SPOT:
        return None
    if not hedged:
        if params.position_idx:
            raise OrderNotSupportedError(
                f"params position_idx {params.position_idx} is not allowed in one-way mode: 0 is"
            )
        return None if category is BybitProductType.OPTION else PositionIdx.ONE_WAY
    opens_long = (order.side == OrderSide.BUY) != order.is_reduce_only
    derived = PositionIdx.BUY_SIDE if opens_long else PositionIdx.SELL_SIDE
    suffix = position_id.value.rpartition("-")[2] if position_id is not None else ""
    named = {"LONG": PositionIdx.BUY_SIDE, "SHORT": PositionIdx.SELL_SIDE}.get(suffix)
    wanted = params.position_idx or named or derived
    if order.is_reduce_only and wanted != derived:
        raise OrderNotSupportedError(
            f"position_idx {int(wanted)} is not allowed for a reduce_only {order.side_string()}: {int(derived)} is"
        )
    return int(wanted)


# -- parts -------------------------------------------------------------------------------------------------


def _check_order(order: Order, category: BybitProductType) -> None:
    if order.order_type == OrderType.TRAILING_STOP_MARKET:
        raise OrderNotSupportedError(
            f"order_type {_kind(order)} is not supported: Bybit trails the stop of a position, which "
            "BybitHTTPClient.set_trading_stop sets"
        )
    if order.order_type not in SUPPORTED:
        allowed = ", ".join(sorted(order_type_to_str(each) for each in SUPPORTED))
        raise OrderNotSupportedError(f"order_type {_kind(order)} is not supported: {allowed} are")
    if not LINK_ID.fullmatch(order.client_order_id.value):
        raise OrderNotSupportedError(
            f"client_order_id {order.client_order_id.value!r} cannot be an orderLinkId: "
            "1 to 45 of the characters 0-9 A-Z a-z - _ can"
        )
    if order.is_quote_quantity and (
        category is not BybitProductType.SPOT or order.order_type != OrderType.MARKET
    ):
        raise OrderNotSupportedError(
            f"quote_quantity is not supported for a {_kind(order)} order on {category.name}: "
            "MARKET orders on SPOT have it"
        )
    if order.order_type in CONDITIONALS and category is BybitProductType.OPTION:
        raise OrderNotSupportedError(
            f"order_type {_kind(order)} does not exist on OPTION: LIMIT and MARKET do"
        )
    if order.order_type in LIMITS and order.display_qty is not None:
        raise OrderNotSupportedError(
            f"display_qty {order.display_qty} is not supported: None is, since Bybit has no iceberg orders"
        )


def _check_reduce_only(order: Order, category: BybitProductType, params: BybitOrderParams) -> None:
    """
    Refuse what would not be a reduction on spot.

    Bybit has no such flag there, and needs none for a sale out of what is held: without borrowing it ends at zero.
    """
    if category is not BybitProductType.SPOT or not order.is_reduce_only:
        return
    if order.side == OrderSide.BUY:
        raise OrderNotSupportedError("reduce_only True is not allowed for a BUY on SPOT: a SELL can reduce")
    if params.is_leverage:
        raise OrderNotSupportedError(
            "params is_leverage True is not allowed with reduce_only on SPOT: a SELL that borrows nothing is"
        )


def _time_in_force(order: Order, params: BybitOrderParams) -> str:
    name = time_in_force_to_str(order.time_in_force)
    if order.order_type not in LIMITS:
        # A market order is immediate-or-cancel on Bybit, whatever is asked for.
        if order.time_in_force not in {TimeInForce.GTC, TimeInForce.GTD, TimeInForce.IOC}:
            raise OrderNotSupportedError(
                f"time_in_force {name} of a {_kind(order)} order is not supported: GTC, GTD and IOC are"
            )
        return "IOC"
    if order.is_post_only or params.rpi:
        if order.time_in_force not in {TimeInForce.GTC, TimeInForce.GTD}:
            word = "post_only" if order.is_post_only else "params rpi"
            raise OrderNotSupportedError(
                f"{word} with time_in_force {name} is a contradiction: GTC and GTD are allowed"
            )
        return "RPI" if params.rpi else "PostOnly"
    if order.time_in_force not in LIMIT_TIME_IN_FORCE:
        raise OrderNotSupportedError(f"time_in_force {name} is not supported: GTC, GTD, IOC and FOK are")
    return LIMIT_TIME_IN_FORCE[order.time_in_force]


def _market_unit(order: Order, category: BybitProductType) -> str | None:
    """Name the coin of a spot market order's quantity: without it the venue takes a buy's for the quote coin."""
    if category is not BybitProductType.SPOT or order.order_type in LIMITS:
        return None
    return MarketUnit.QUOTE_COIN if order.is_quote_quantity else MarketUnit.BASE_COIN


def _order_filter(order: Order, category: BybitProductType) -> str | None:
    """Name the kind of a conditional spot order, which the venue takes for a plain one otherwise."""
    is_conditional = category is BybitProductType.SPOT and order.order_type in CONDITIONALS
    return OrderFilter.STOP_ORDER if is_conditional else None


def _trigger(order: Order, category: BybitProductType) -> dict[str, Any]:
    trigger_by = TRIGGERS.get(order.trigger_type)
    if trigger_by is None:
        raise OrderNotSupportedError(
            f"trigger_type {trigger_type_to_str(order.trigger_type)} is not supported: "
            "LAST_PRICE, MARK_PRICE and INDEX_PRICE are"
        )
    if category is BybitProductType.SPOT:
        if trigger_by is not TriggerBy.LAST_PRICE:
            raise OrderNotSupportedError(
                f"trigger_type {trigger_type_to_str(order.trigger_type)} does not exist on SPOT: LAST_PRICE does"
            )
        return {"trigger_price": str(order.trigger_price)}
    # A stop buys what rises and sells what falls; what is to be touched lies on the other side.
    rises = (order.side == OrderSide.BUY) == (order.order_type in STOPS)
    return {
        "trigger_price": str(order.trigger_price),
        "trigger_direction": int(TriggerDirection.RISE if rises else TriggerDirection.FALL),
        "trigger_by": trigger_by.value,
    }


def _plain(params: BybitOrderParams) -> dict[str, Any]:
    """Return the params that go into the request as they are."""
    elsewhere = {"is_leverage", "position_idx", "rpi"}
    return {name: value for name, value in params.to_dict().items() if name not in elsewhere}


def _kind(order: Order) -> str:
    return str(order_type_to_str(order.order_type))


def _text(value: object) -> str | None:
    return None if value is None else str(value)
