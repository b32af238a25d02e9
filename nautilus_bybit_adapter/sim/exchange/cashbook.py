"""The ledger as Bybit's transaction log shows it.

Source: Bybit V5 Get Transaction Log.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from .amounts import ZERO, plain
from .wire import extra_fees_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from .account import Account, LedgerEntry

# Kinds that have no contract or pair behind them.
_BARE = {"symbol": "", "side": "None", "tradePrice": "", "feeRate": "", "tradeId": "", "orderId": ""}


def sizes_after(account: Account) -> dict[str, Decimal]:
    """Signed position after each derivative's execution, by execution id."""
    running: defaultdict[tuple[str, int], Decimal] = defaultdict(lambda: ZERO)
    running.update((slot, traded.size) for slot, traded in account.carried.traded.items())
    sizes = {}
    for fill in account.executions:
        it = fill.order.instrument
        if it.category != "spot":
            slot = (it.symbol, fill.order.position_idx)
            if fill.moves_position:
                qty = it.qty(fill.lots)
                running[slot] += qty if fill.side == "Buy" else -qty
            sizes[fill.exec_id] = running[slot]
    return sizes


def log_row(entry: LedgerEntry, uid: int, sizes: Mapping[str, Decimal]) -> dict[str, Any]:
    """Item of `/v5/account/transaction-log`."""
    row = {
        **_BARE,
        "id": f"{uid}_{entry.coin}_{entry.number}",
        "category": "",
        "transactionTime": str(entry.at_ms),
        "type": entry.kind,
        "transSubType": "",
        "qty": plain(abs(entry.cash_flow)),
        "size": "",
        "currency": entry.coin,
        "funding": plain(entry.funding) if entry.funding else "",
        "fee": plain(entry.fee),
        "cashFlow": plain(entry.cash_flow),
        "change": plain(entry.change),
        "cashBalance": plain(entry.balance),
        "bonusChange": "",
        "orderLinkId": "",
        "extraFees": "",
    }
    fill = entry.execution
    if fill is None:
        return row
    order, it = fill.order, fill.order.instrument
    spot = it.category == "spot"
    signed = spot and entry.cash_flow < 0
    return row | {
        "symbol": it.symbol,
        "category": it.category,
        "side": fill.side,
        "qty": plain(-abs(entry.cash_flow) if signed else entry.cash_flow if spot else it.qty(fill.lots)),
        "size": "" if spot else plain(sizes.get(fill.exec_id, ZERO)),
        "tradePrice": plain(it.price(fill.ticks)),
        "feeRate": plain(fill.fee_rate),
        "tradeId": fill.exec_id,
        "orderId": order.order_id,
        "orderLinkId": order.link_id,
        "extraFees": extra_fees_text(fill) if entry.tax else "",
    }
