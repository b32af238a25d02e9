"""Orders and executions, as REST items and WebSocket pushes carry them.

Prices, sizes and times are the venue's strings; an absent decimal is `""`. REST and WebSocket spell some
values differently (`avgPrice` is `""` or `"0"`), so both mean "none".

Source: Bybit V5 "Get Open & Closed Orders", "Get Trade History", "Private: Order", "Private: Execution".
"""

from __future__ import annotations

import msgspec


class BybitOrder(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One order, from `/v5/order/realtime`, `/v5/order/history` or the `order` topic.

    Times are epoch milliseconds in strings. `category` is `""` in REST items, whose page carries it.
    """

    symbol: str
    order_id: str
    order_status: str
    side: str
    order_type: str
    qty: str
    order_link_id: str
    category: str = ""
    price: str = ""
    avg_price: str = ""
    leaves_qty: str = ""
    leaves_value: str = ""
    cum_exec_qty: str = "0"
    cum_exec_value: str = "0"
    cum_exec_fee: str = ""
    cum_fee_detail: dict[str, str] = {}
    fee_currency: str = ""
    time_in_force: str = ""
    cancel_type: str = ""
    reject_reason: str = ""
    stop_order_type: str = ""
    create_type: str = ""
    place_type: str = ""
    market_unit: str = ""
    is_leverage: str = ""
    position_idx: int = 0
    reduce_only: bool = False
    close_on_trigger: bool = False
    trigger_price: str = ""
    trigger_by: str = ""
    trigger_direction: int = 0
    take_profit: str = ""
    stop_loss: str = ""
    tpsl_mode: str = ""
    tp_trigger_by: str = ""
    sl_trigger_by: str = ""
    tp_limit_price: str = ""
    sl_limit_price: str = ""
    parent_order_link_id: str = ""
    last_price_on_created: str = ""
    order_iv: str = ""
    block_trade_id: str = ""
    closed_pnl: str = ""
    smp_type: str = ""
    smp_group: str = ""
    smp_order_id: str = ""
    slippage_tolerance: str = ""
    slippage_tolerance_type: str = ""
    created_time: str = ""
    updated_time: str = ""


class BybitExecution(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One execution, from `/v5/execution/list` or the `execution` topic.

    Not every row is a fill: `exec_type` `Funding` is cash only. `exec_fee` is positive where paid, negative
    for a rebate. `exec_time` is epoch milliseconds in a string.
    """

    symbol: str
    order_id: str
    exec_id: str
    exec_type: str
    side: str
    exec_price: str
    exec_qty: str
    exec_time: str
    order_link_id: str
    category: str = ""
    exec_fee: str = ""
    exec_fee_v2: str = ""
    fee_currency: str = ""
    fee_rate: str = ""
    exec_value: str = ""
    exec_pnl: str = ""
    order_price: str = ""
    order_qty: str = ""
    leaves_qty: str = ""
    closed_size: str = ""
    order_type: str = ""
    stop_order_type: str = ""
    create_type: str = ""
    market_unit: str = ""
    is_leverage: str = ""
    is_maker: bool = False
    mark_price: str = ""
    index_price: str = ""
    underlying_price: str = ""
    mark_iv: str = ""
    trade_iv: str = ""
    block_trade_id: str = ""
    seq: int = 0


class BybitOrderResponse(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The ids in the answer to an order request: the request was received, not yet accepted by the book."""

    order_id: str = ""
    order_link_id: str = ""
