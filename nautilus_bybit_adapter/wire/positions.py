"""Positions, as REST items and WebSocket pushes carry them, and what closing them brought.

Source: Bybit V5 "Get Position Info", "Get Closed PnL", "Private: Position".
"""

from __future__ import annotations

import msgspec

from nautilus_bybit_adapter.wire.words import ExecTypeText, OrderTypeText, PositionStatusText, SideText


class BybitPosition(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One position slot; flat when `size` is zero (`side` is then `""`).

    Amounts without another unit are in the settlement coin.

    Attributes
    ----------
    category, symbol : str
        Of the instrument; the category is filled in where REST rows lack it.
    side, position_idx : str, int
        A word of `Side` and a number of `PositionIdx`.
    size : str
        Base coins, for inverse USD.
    avg_price, entry_price : str
        Average entry price: REST calls it the former, the WebSocket the latter. Read `entry`.
    session_avg_price, break_even_price, mark_price, liq_price, bust_price : str
        Entry price of the settlement session, price without loss, mark, liquidation and bankruptcy price.
    leverage : str
        A multiple; `""` where the account's margin is a portfolio's.
    position_value, position_balance : str
        Value, and margin of an isolated position.
    position_im, position_mm, position_im_by_mp, position_mm_by_mp : str
        Initial and maintenance margin, by entry and by mark price.
    unrealised_pnl, cur_realised_pnl, cum_realised_pnl : str
        Open profit, profit realised by this position, and by all before it.
    take_profit, stop_loss, trailing_stop : str
        Trigger prices, and the distance of the trailing stop in the quote coin.
    tpsl_mode, position_status : str
        `Full` or `Partial`, and a word of `PositionStatus`.
    risk_id, risk_limit_value : int, str
        Risk tier, and its greatest position value.
    trade_mode, auto_add_margin, adl_rank_indicator : int
        No longer used (0), 1 where margin is added automatically, and its rank for deleveraging.
    is_reduce_only : bool
        Whether the venue lets it only shrink.
    leverage_sys_updated_time, mmr_sys_updated_time : str
        When the venue changed, or will change, leverage or margin rate; epoch milliseconds.
    seq : int
        Orders it against executions; -1 where it never traded.
    open_time, created_time, updated_time : int, str, str
        Epoch milliseconds.
    delta, gamma, vega, theta : str
        Greeks of an option position, in units of its coins.
    net_delta_ratio : str
        Net delta of a delta-neutral pair, a fraction.
    """

    symbol: str
    side: SideText
    size: str
    category: str = ""
    position_idx: int = 0
    avg_price: str = ""
    entry_price: str = ""
    session_avg_price: str = ""
    break_even_price: str = ""
    mark_price: str = ""
    liq_price: str = ""
    bust_price: str = ""
    leverage: str = ""
    position_value: str = ""
    position_balance: str = ""
    position_im: str = msgspec.field(name="positionIM", default="")
    position_mm: str = msgspec.field(name="positionMM", default="")
    position_im_by_mp: str = msgspec.field(name="positionIMByMp", default="")
    position_mm_by_mp: str = msgspec.field(name="positionMMByMp", default="")
    unrealised_pnl: str = ""
    cur_realised_pnl: str = ""
    cum_realised_pnl: str = ""
    take_profit: str = ""
    stop_loss: str = ""
    trailing_stop: str = ""
    tpsl_mode: str = ""
    position_status: PositionStatusText = ""
    risk_id: int = 0
    risk_limit_value: str = ""
    trade_mode: int = 0
    auto_add_margin: int = 0
    adl_rank_indicator: int = 0
    is_reduce_only: bool = False
    leverage_sys_updated_time: str = ""
    mmr_sys_updated_time: str = ""
    seq: int = -1
    open_time: int = 0
    created_time: str = ""
    updated_time: str = ""
    delta: str = ""
    gamma: str = ""
    vega: str = ""
    theta: str = ""
    net_delta_ratio: str = ""

    @property
    def entry(self) -> str:
        """The average entry price under either name; `""` where neither is present."""
        return self.avg_price or self.entry_price


class BybitClosedPnl(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What an order that closed a position, or a part of it, brought.

    Attributes
    ----------
    symbol, order_id : str
        Of the closing order.
    side, order_type, exec_type : str
        Words of `Side` (of the closing order), `OrderType` and `ExecType`.
    qty, closed_size : str
        Ordered and closed quantity: base coins, for inverse USD.
    order_price, avg_entry_price, avg_exit_price : str
        Prices in the quote coin.
    cum_entry_value, cum_exit_value, closed_pnl, open_fee, close_fee : str
        Values, profit after fees, and fees, in the settlement coin.
    fill_count : str
        Number of fills.
    leverage : str
        A multiple.
    created_time, updated_time : str
        Epoch milliseconds.
    """

    symbol: str
    order_id: str
    side: SideText
    closed_size: str
    closed_pnl: str
    qty: str = ""
    order_price: str = ""
    order_type: OrderTypeText = ""
    exec_type: ExecTypeText = ""
    cum_entry_value: str = ""
    avg_entry_price: str = ""
    cum_exit_value: str = ""
    avg_exit_price: str = ""
    fill_count: str = ""
    leverage: str = ""
    open_fee: str = ""
    close_fee: str = ""
    created_time: str = ""
    updated_time: str = ""


class BybitClosedOption(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A position in an option that was closed or delivered.

    `qty` counts base coins; prices, fees and `total_pnl` are in the settlement coin, times epoch milliseconds.
    """

    symbol: str
    side: SideText
    qty: str
    total_pnl: str
    open_time: int = 0
    close_time: int = 0
    avg_entry_price: str = ""
    avg_exit_price: str = ""
    delivery_price: str = ""
    total_open_fee: str = ""
    total_close_fee: str = ""
    delivery_fee: str = ""


class BybitSymbolSetting(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Leverage of a position slot, whether there is a position or not.

    `leverage` is a multiple, `side` a word of `Side`, `position_idx` a number of `PositionIdx`.
    """

    symbol: str
    leverage: str
    side: SideText = ""
    position_idx: int = 0


class BybitMovedPosition(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One account's part in a move of a position between accounts of the user.

    Attributes
    ----------
    block_trade_id, order_id, exec_id : str
        The move, and the order and the execution that stand for it.
    user_id : int
        Whose part.
    category, symbol, side : str
        What was bought or sold.
    price, qty, exec_fee : str
        In the quote coin; in base coins, for inverse USD; in the settlement coin.
    status, reject_party : str
        `Processing`, `Filled` or `Rejected`, and who rejected it: `Taker`, `Maker` or `bybit`.
    result_code, result_message : int, str
        Why it failed; 0 where it did not.
    created_at, updated_at : int
        Epoch milliseconds.
    """

    block_trade_id: str
    category: str
    symbol: str
    side: SideText
    price: str
    qty: str
    status: str
    created_at: int
    order_id: str = ""
    user_id: int = 0
    exec_fee: str = ""
    exec_id: str = ""
    result_code: int = 0
    result_message: str = ""
    updated_at: int = 0
    reject_party: str = ""
