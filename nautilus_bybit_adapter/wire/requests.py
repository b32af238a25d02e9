"""What we send to create, amend and cancel orders.

A field that is `None` is left out. Decimals are strings, as the venue demands; `position_idx`,
`trigger_direction` and `is_leverage` are JSON numbers, `reduce_only` and `close_on_trigger` booleans.

Source: Bybit V5 "Place Order", "Amend Order", "Cancel Order", "Cancel All Orders", "Set Leverage".
"""

from __future__ import annotations

import msgspec


class PlaceOrder(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True, forbid_unknown_fields=True
):
    """An order to create; `trigger_price` makes it conditional.

    `qty` counts base coins (inverse: USD; a spot market buy: see `market_unit`).
    """

    category: str
    symbol: str
    side: str
    order_type: str
    qty: str
    price: str | None = None
    time_in_force: str | None = None
    order_link_id: str | None = None
    market_unit: str | None = None
    is_leverage: int | None = None
    order_filter: str | None = None
    position_idx: int | None = None
    reduce_only: bool | None = None
    close_on_trigger: bool | None = None
    trigger_price: str | None = None
    trigger_direction: int | None = None
    trigger_by: str | None = None
    take_profit: str | None = None
    stop_loss: str | None = None
    tp_trigger_by: str | None = None
    sl_trigger_by: str | None = None
    tpsl_mode: str | None = None
    tp_order_type: str | None = None
    sl_order_type: str | None = None
    tp_limit_price: str | None = None
    sl_limit_price: str | None = None
    order_iv: str | None = None
    mmp: bool | None = None
    smp_type: str | None = None
    slippage_tolerance_type: str | None = None
    slippage_tolerance: str | None = None
    bbo_side_type: str | None = None
    bbo_level: str | None = None
    rpi_taker_access: bool | None = None


class AmendOrder(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True, forbid_unknown_fields=True
):
    """What to change of an order; name it by `order_id` (which wins) or `order_link_id`.

    `qty` is the new total, filled part included. `take_profit` or `stop_loss` `"0"` removes it.
    """

    category: str
    symbol: str
    order_id: str | None = None
    order_link_id: str | None = None
    qty: str | None = None
    price: str | None = None
    order_iv: str | None = None
    trigger_price: str | None = None
    trigger_by: str | None = None
    take_profit: str | None = None
    stop_loss: str | None = None
    tp_trigger_by: str | None = None
    sl_trigger_by: str | None = None
    tpsl_mode: str | None = None
    tp_limit_price: str | None = None
    sl_limit_price: str | None = None


class CancelOrder(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True, forbid_unknown_fields=True
):
    """The order to cancel, by `order_id` (which wins) or `order_link_id`; spot may need `order_filter`."""

    category: str
    symbol: str
    order_id: str | None = None
    order_link_id: str | None = None
    order_filter: str | None = None


class CancelAllOrders(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True, forbid_unknown_fields=True
):
    """Which orders to cancel; linear and inverse need a symbol, base coin or settle coin."""

    category: str
    symbol: str | None = None
    base_coin: str | None = None
    settle_coin: str | None = None
    order_filter: str | None = None
    stop_order_type: str | None = None


class SetLeverage(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True, forbid_unknown_fields=True
):
    """Leverage of a symbol, as decimal strings; both sides are equal in one-way mode."""

    category: str
    symbol: str
    buy_leverage: str
    sell_leverage: str


def encode(request: msgspec.Struct) -> bytes:
    """Return the request as the JSON bytes that are signed and sent."""
    return msgspec.json.encode(request)
