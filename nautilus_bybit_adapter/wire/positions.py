"""Positions, as REST items and WebSocket pushes carry them.

Source: Bybit V5 "Get Position Info", "Private: Position".
"""

from __future__ import annotations

import msgspec


class BybitPosition(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One position slot; flat when `size` is zero (`side` is then `""`).

    REST calls the entry price `avgPrice`, the WebSocket `entryPrice`: read `entry`.
    """

    symbol: str
    side: str
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
    position_status: str = ""
    risk_id: int = 0
    risk_limit_value: str = ""
    trade_mode: int = 0
    auto_add_margin: int = 0
    adl_rank_indicator: int = 0
    is_reduce_only: bool = False
    seq: int = -1
    open_time: int = 0
    created_time: str = ""
    updated_time: str = ""

    @property
    def entry(self) -> str:
        """The average entry price under either name; `""` where neither is present."""
        return self.avg_price or self.entry_price
