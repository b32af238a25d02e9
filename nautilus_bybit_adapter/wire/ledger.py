"""The account's transaction log.

Source: Bybit V5 "Get Transaction Log".
"""

from __future__ import annotations

import msgspec

from nautilus_bybit_adapter.wire.words import SideText


class BybitTransaction(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One change of a balance, in units of `currency` where nothing else is said.

    Attributes
    ----------
    id, symbol, category, currency : str
        Its id, the instrument, and the coin that changed.
    side : str
        A word of `Side`, or `None`.
    transaction_time : str
        Epoch milliseconds.
    type, trans_sub_type : str
        What it was, such as `TRADE`, `SETTLEMENT` or `TRANSFER_IN`.
    qty, size : str
        Quantity (signed on spot), and the position after it (signed): base coins, for inverse USD.
    trade_price : str
        In the quote coin.
    funding : str
        Funding, positive where received.
    fee, fee_rate : str
        Fee, positive where paid; its rate is a fraction.
    cash_flow, change, cash_balance : str
        Movement, movement with funding and less the fee, and the balance after it.
    bonus_change : str
        Of it a bonus.
    trade_id, order_id, order_link_id : str
        Ids of the execution and of the order, the venue's and ours.
    extra_fees : str
        Fees beside the venue's own.
    """

    id: str
    type: str
    currency: str
    change: str
    transaction_time: str
    symbol: str = ""
    category: str = ""
    side: SideText = ""
    trans_sub_type: str = ""
    qty: str = ""
    size: str = ""
    trade_price: str = ""
    funding: str = ""
    fee: str = ""
    cash_flow: str = ""
    cash_balance: str = ""
    fee_rate: str = ""
    bonus_change: str = ""
    trade_id: str = ""
    order_id: str = ""
    order_link_id: str = ""
    extra_fees: str = ""
