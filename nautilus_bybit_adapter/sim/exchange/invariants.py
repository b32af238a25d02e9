"""The proof that an account adds up and the books hold exactly the open orders."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from .account import Account, LedgerError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .floor import TradedMarket
    from .interest import Interest
    from .register import Register


def prove(account: Account, register: Register, markets: Mapping[tuple[str, str], TradedMarket]) -> None:
    """Check every figure of the venue against its executions.

    Raises
    ------
    LedgerError
        Naming the first figure that disagrees.
    """
    account.check()
    _prove_added_margin(account)
    _prove_spot_is_paid(account, markets)
    filled = Counter(account.carried.filled)
    for execution in account.executions:
        filled[execution.order.order_id] += execution.lots
    resting: set[str] = set()
    for order in register.orders.values():
        if filled[order.order_id] != order.filled:
            raise LedgerError(f"{order.order_id} filled {order.filled} lots, executions say {filled}")
        waiting = register.waiting.get(order.instrument.key, {})
        places = (order.order_id in register.open_orders, order.order_id in waiting)
        if places != (order.is_open, order.is_waiting):
            raise LedgerError(f"{order.order_id} is {order.status} but filed elsewhere")
    for market in markets.values():
        for side in market.book.sides():
            side.check()
            resting.update(order.order_id for order in side.orders())
    if resting != register.open_orders.keys():
        raise LedgerError(f"open but not in a book: {register.open_orders.keys() ^ resting}")
    by_market = {ident: order for orders in register.open_in.values() for ident, order in orders.items()}
    if by_market != register.open_orders:
        raise LedgerError(f"open in no market: {by_market.keys() ^ register.open_orders.keys()}")


def prove_interest(account: Account, interest: Interest) -> None:
    """Check that every charge of interest is in the ledger once, and nothing else as interest.

    Raises
    ------
    LedgerError
        Naming the charges that disagree.
    """
    charged = Counter((each.at_ms, each.coin, each.cost) for each in interest.charges if each.cost)
    booked = Counter((e.at_ms, e.coin, -e.cash_flow) for e in account.ledger if e.kind == "INTEREST")
    if charged != booked:
        raise LedgerError(f"interest charged {charged - booked}, booked {booked - charged}")
    if charged and max(Counter((at_ms, coin) for at_ms, coin, _ in charged).values()) > 1:
        raise LedgerError("interest of one hour and coin was charged twice")


def _prove_added_margin(account: Account) -> None:
    for (symbol, _), slot in account.positions.items():
        may_hold = slot.size and account.margin_mode == "ISOLATED_MARGIN"
        # A funding may have been paid out of the margin, but of no more than all of it.
        if (slot.added_margin and not may_hold) or slot.added_margin < -slot.cost:
            raise LedgerError(f"{symbol} holds {slot.added_margin} of added margin")


def _prove_spot_is_paid(account: Account, markets: Mapping[tuple[str, str], TradedMarket]) -> None:
    settles = {market.instrument.settle for market in markets.values() if market.instrument.is_derivative}
    for coin, balance in account.balances.items():
        if balance < 0 and coin not in settles:
            raise LedgerError(f"{balance} {coin} without a loan")
        if account.debts[coin] < 0:
            raise LedgerError(f"a debt of {account.debts[coin]} {coin}")
