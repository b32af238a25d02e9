"""What we send to create, amend and cancel orders.

A field that is `None` is left out. Decimals are strings, as the venue demands; `position_idx`,
`trigger_direction` and `is_leverage` are JSON numbers, `reduce_only` and `close_on_trigger` booleans.

Source: Bybit V5 "Place Order", "Amend Order", "Cancel Order", "Cancel All Orders", "Batch Place Order".
"""

from __future__ import annotations

import msgspec


class PlaceOrder(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True, forbid_unknown_fields=True
):
    """An order to create; `trigger_price` makes it conditional.

    Attributes
    ----------
    category, symbol : str
        Of the instrument.
    side, order_type, time_in_force : str
        Words of `Side`, `OrderType` and `TimeInForce`; by default `GTC`, market orders are always `IOC`.
    qty : str
        Base coins, for inverse USD; of a spot market buy quote coins, unless `market_unit` says otherwise.
    price : str or None
        Limit price in the quote coin.
    order_link_id : str or None
        Our id, at most 36 of `0-9 A-Z a-z - _`; options need one.
    market_unit : str or None
        Coin of a spot market order's quantity: a word of `MarketUnit`.
    is_leverage : int or None
        1 where a spot order may borrow.
    order_filter : str or None
        Spot: a word of `OrderFilter`.
    position_idx : int or None
        A number of `PositionIdx`; hedge mode needs it.
    reduce_only, close_on_trigger : bool or None
        Whether it may only shrink the position, and whether it frees margin to close it.
    trigger_price, trigger_direction, trigger_by : str, int, str or None
        When it starts: price, a number of `TriggerDirection`, a word of `TriggerBy` (by default the last price).
    take_profit, stop_loss, tp_limit_price, sl_limit_price : str or None
        Trigger and limit prices of attached exits.
    tp_trigger_by, sl_trigger_by, tp_order_type, sl_order_type, tpsl_mode : str or None
        What triggers them, `Market` or `Limit`, and `Full` or `Partial`; limit exits need `Partial`.
    order_iv : str or None
        Options: implied volatility to price it by, a fraction; it wins over the price.
    mmp : bool or None
        Options: whether market-maker protection watches it.
    smp_type : str or None
        A word of `SmpType`.
    slippage_tolerance_type, slippage_tolerance : str or None
        Greatest slippage of a market order: `TickSize` (1 to 10000 ticks) or `Percent` (0.01 to 10 percent).
    bbo_side_type, bbo_level : str or None
        Price it at a level (`1` to `5`) of the own side (`Queue`) or the other (`Counterparty`).
    rpi_taker_access : bool or None
        Whether it may trade with retail-price-improvement quotes.
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

    `qty` is the new total, filled part included, in the unit it was placed with. `take_profit` or `stop_loss`
    `"0"` removes it. Prices are in the quote coin, `order_iv` is a fraction; see `PlaceOrder`.
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


def encode(request: msgspec.Struct) -> bytes:
    """Return the request as the JSON bytes that are signed and sent."""
    return msgspec.json.encode(request)
