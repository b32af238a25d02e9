"""Orders and executions, as REST items and WebSocket pushes carry them.

Prices, sizes and times are the venue's strings; an absent decimal is `""`. REST and WebSocket spell some
values differently (`avgPrice` is `""` or `"0"`), so both mean "none". Quantities count base coins, for inverse
contracts USD; prices and values are in the quote coin, values of inverse contracts in the base coin.

Source: Bybit V5 "Place Order", "Get Open & Closed Orders", "Get Trade History", "Pre Check Order",
"Get Borrow Quota (Spot)", "Private: Order", "Private: Execution".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from nautilus_bybit_adapter.wire.words import (
    CancelTypeText,
    CreateTypeText,
    ExecTypeText,
    OrderStatusText,
    OrderTypeText,
    SideText,
    StopOrderTypeText,
    TimeInForceText,
    TriggerByText,
)

if TYPE_CHECKING:
    from collections.abc import Sequence


class ExtraFee(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A fee beside the venue's own, such as a tax: `fee` in units of `fee_coin`, `fee_rate` a fraction."""

    fee_coin: str = ""
    fee_type: str = ""
    sub_fee_type: str = ""
    fee_rate: str = ""
    fee: str = ""


_EXTRA_FEES = msgspec.json.Decoder(list[ExtraFee])


class BybitOrder(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One order, from `/v5/order/realtime`, `/v5/order/history` or the `order` topic.

    Attributes
    ----------
    category, symbol : str
        Of the instrument; the category is filled in where REST rows lack it.
    order_id, order_link_id : str
        The venue's id and ours.
    order_status : str
        A word of `OrderStatus`.
    side, order_type, time_in_force : str
        Words of `Side`, `OrderType` and `TimeInForce`; a market order is always `IOC`.
    qty, leaves_qty, cum_exec_qty : str
        Ordered, open and filled quantity; for a spot market buy `qty` counts quote coins (see `market_unit`).
    leaves_value, cum_exec_value : str
        Estimated open and filled value.
    price, avg_price : str
        Limit price (of a market order: its protection), and average price of the fills.
    cum_exec_fee : str
        Fees so far, in `fee_currency`; REST may leave the coin to `cum_fee_detail`.
    cum_fee_detail : dict of str to str
        Fees so far by coin, in units of the coin.
    cancel_type, reject_reason : str
        A word of `CancelType`, and the venue's reason (`EC_NoError` where all is well).
    stop_order_type, create_type, place_type : str
        A word of `StopOrderType`, one of `CreateType`, and for options `iv` or `price`.
    market_unit : str
        Coin of a spot market order's quantity: a word of `MarketUnit`.
    is_leverage : str
        Whether a spot order borrows: `"1"` or `"0"`.
    position_idx : int
        A number of `PositionIdx`.
    reduce_only, close_on_trigger : bool
        Whether it may only shrink the position, and whether it frees margin to close it.
    trigger_price, trigger_by, trigger_direction : str, str, int
        When a conditional order starts: price, a word of `TriggerBy`, a number of `TriggerDirection`.
    take_profit, stop_loss, tp_limit_price, sl_limit_price : str
        Trigger and limit prices of the attached exits.
    tpsl_mode, tp_trigger_by, sl_trigger_by, oco_trigger_by : str
        `Full` or `Partial`, words of `TriggerBy`, and which leg of an OCO pair triggered.
    parent_order_link_id : str
        Our id of the order an exit belongs to.
    last_price_on_created, base_price : str
        Last price when it was created; spot calls it the latter.
    order_iv : str
        Implied volatility an option order is priced by, a fraction.
    block_trade_id : str
        The block trade it is part of.
    closed_pnl : str
        Profit of the position it closed, in the settlement coin.
    smp_type, smp_group, smp_order_id : str
        Self-match prevention: a word of `SmpType`, the group, the order it was cancelled for.
    slippage_tolerance, slippage_tolerance_type : str
        Greatest slippage of a market order, in ticks (`TickSize`) or percent (`Percent`).
    rpi_taker_access : bool
        Whether it may trade with retail-price-improvement quotes.
    rpi_matched_qty : str
        The quantity that did.
    extra_fees : str or list of ExtraFee
        Fees beside the venue's own.
    created_time, updated_time : str
        Epoch milliseconds.
    """

    symbol: str
    order_id: str
    order_status: OrderStatusText
    side: SideText
    order_type: OrderTypeText
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
    time_in_force: TimeInForceText = ""
    cancel_type: CancelTypeText = ""
    reject_reason: str = ""
    stop_order_type: StopOrderTypeText = ""
    create_type: CreateTypeText = ""
    place_type: str = ""
    market_unit: str = ""
    is_leverage: str = ""
    position_idx: int = 0
    reduce_only: bool = False
    close_on_trigger: bool = False
    trigger_price: str = ""
    trigger_by: TriggerByText = ""
    trigger_direction: int = 0
    take_profit: str = ""
    stop_loss: str = ""
    tpsl_mode: str = ""
    tp_trigger_by: TriggerByText = ""
    sl_trigger_by: TriggerByText = ""
    oco_trigger_by: str = ""
    tp_limit_price: str = ""
    sl_limit_price: str = ""
    parent_order_link_id: str = ""
    last_price_on_created: str = ""
    base_price: str = ""
    order_iv: str = ""
    block_trade_id: str = ""
    closed_pnl: str = ""
    smp_type: str = ""
    smp_group: str = ""
    smp_order_id: str = ""
    slippage_tolerance: str = ""
    slippage_tolerance_type: str = ""
    rpi_taker_access: bool = False
    rpi_matched_qty: str = ""
    extra_fees: str | list[ExtraFee] = ""
    created_time: str = ""
    updated_time: str = ""


class BybitExecution(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One execution, from `/v5/execution/list` or the `execution` topic.

    Attributes
    ----------
    category, symbol : str
        Of the instrument; the category is filled in where REST rows lack it.
    order_id, order_link_id, exec_id : str
        Ids of the order, the venue's and ours, and of the execution.
    exec_type : str
        A word of `ExecType`; not every row is a fill: `Funding` is cash only.
    side, order_type, stop_order_type, create_type : str
        Words of `Side`, `OrderType`, `StopOrderType` and `CreateType`.
    exec_price, exec_qty, exec_value : str
        Price, quantity and value of the fill.
    exec_time : str
        Epoch milliseconds.
    exec_fee, exec_fee_v2, fee_currency, fee_rate : str
        Fee in units of the coin, positive where paid and negative for a rebate; its rate is a fraction.
    exec_pnl : str
        Profit of the part of the position it closed, in the settlement coin.
    order_price, order_qty, leaves_qty : str
        Of the order: its price, quantity and what is still open.
    closed_size : str
        The quantity by which it shrank the position.
    market_unit, is_leverage, is_maker : str, str, bool
        Coin of a spot market order's quantity, whether it borrows, whether it made the market.
    mark_price, index_price, underlying_price : str
        At the time of the fill.
    mark_iv, trade_iv : str
        Implied volatilities of an option, fractions.
    block_trade_id : str
        The block trade it is part of.
    extra_fees : str or list of ExtraFee
        Fees beside the venue's own: REST sends text, the WebSocket a list.
    seq : int
        Orders it against books and positions; fills of one sweep share it.
    """

    symbol: str
    order_id: str
    exec_id: str
    exec_type: ExecTypeText
    side: SideText
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
    order_type: OrderTypeText = ""
    stop_order_type: StopOrderTypeText = ""
    create_type: CreateTypeText = ""
    market_unit: str = ""
    is_leverage: str = ""
    is_maker: bool = False
    mark_price: str = ""
    index_price: str = ""
    underlying_price: str = ""
    mark_iv: str = ""
    trade_iv: str = ""
    block_trade_id: str = ""
    extra_fees: str | list[ExtraFee] = ""
    seq: int = 0

    @property
    def taxes(self) -> Sequence[ExtraFee]:
        """Fees beside the venue's own; none where their text cannot be read, so that the fill itself is not lost."""
        if not isinstance(self.extra_fees, str):
            return self.extra_fees
        try:
            return _EXTRA_FEES.decode(self.extra_fees) if self.extra_fees else ()
        except msgspec.DecodeError:
            return ()


class BybitOrderResponse(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The ids in the answer to an order request: the request was received, not yet accepted by the book."""

    order_id: str = ""
    order_link_id: str = ""


class BatchItem(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What a batch answers for one of its orders; `create_at` is epoch milliseconds in a string."""

    category: str = ""
    symbol: str = ""
    order_id: str = ""
    order_link_id: str = ""
    create_at: str = ""


class BatchCode(msgspec.Struct, frozen=True, kw_only=True):
    """The code and text beside a `BatchItem`; 0 is success."""

    code: int
    msg: str = ""


class BybitOrderPrecheck(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Margin rates of the account before and after an order, in ten-thousandths; the ids are of no order."""

    pre_imr_e4: int
    pre_mmr_e4: int
    post_imr_e4: int
    post_mmr_e4: int
    order_id: str = ""
    order_link_id: str = ""


class BybitBorrowQuota(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How much of a spot pair can be traded with a loan.

    `max_trade_qty` counts base coins and `max_trade_amount` quote coins with borrowing, the `spot_` pair without;
    `borrow_coin` is what would be borrowed.
    """

    symbol: str
    side: SideText
    max_trade_qty: str
    max_trade_amount: str
    spot_max_trade_qty: str = ""
    spot_max_trade_amount: str = ""
    borrow_coin: str = ""
