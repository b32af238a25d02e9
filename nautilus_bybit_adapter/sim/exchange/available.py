"""The proof that nothing is spent or held that the account does not have, unless it was lent.

What can be proved at any moment: coins that spot orders hold are there, and in isolated margin every coin covers the
margins of its positions and orders. In the other modes a price may take the account under water until it is
liquidated, and so may what is charged for holding a position or a loan. What the account itself does may not, but for
what its fills cost: their fees, and how far from the mark they were.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .account import LedgerError
from .amounts import ZERO

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from .account import Account
    from .floor import TradedMarket
    from .risk import Risk

Prices = tuple[tuple["Decimal", "Decimal"], ...]
# Charges that nobody asks for: they may come when nothing is free.
CHARGES = frozenset({"SETTLEMENT", "INTEREST", "LIQUIDATION", "ADL", "DELIVERY"})


class AvailableProof:
    """Looks at what is free, each time an account is checked.

    Parameters
    ----------
    account : Account
        Balances, debts and the ledger.
    risk : Risk
        Knows what is held and what is available.
    markets : mapping
        Markets by category and symbol.
    """

    def __init__(self, account: Account, risk: Risk, markets: Mapping[tuple[str, str], TradedMarket]) -> None:
        self._account = account
        self._risk = risk
        self._markets = markets
        self._seen: tuple[Prices, str, int] | None = None
        self._free = ZERO
        self._fills = 0

    def prove(self) -> None:
        """Check what is free.

        Raises
        ------
        LedgerError
            Naming the coin whose orders hold more than there is, or what became negative without a price, a charge
            or a loan.
        """
        self._prove_held()
        if self._risk.is_isolated:
            self._prove_isolated()
        # What a spot order holds is proved by itself: sold, it backs no less than before.
        totals = self._risk.totals()
        available, seen = totals.available + totals.locked, self._moment()
        if seen == self._seen and self._free >= 0 > available + self._cost_of_fills():
            raise LedgerError(f"{available} dollars are available, though no price has moved")
        self._seen, self._free, self._fills = seen, available, len(self._account.executions)

    def _moment(self) -> tuple[Prices, str, int]:
        """Return what may change the available balance without a request: prices, the margin mode's rules, charges."""
        prices = tuple((market.mark, market.index) for market in self._markets.values())
        charges = sum(entry.kind in CHARGES for entry in self._account.ledger)
        return prices, self._risk.margin_mode, charges

    def _cost_of_fills(self) -> Decimal:
        """Return dollars that fills since the last look may have cost at once, with margin beyond their orders."""
        cost = ZERO
        for fill in self._account.executions[self._fills :]:
            market = self._markets[fill.order.instrument.key]
            it, ticks, order = market.instrument, market.mark_ticks, fill.order
            away = 2 * abs(fill.value - it.value(ticks, fill.lots))
            if not it.is_spot:
                # The margin of a market order was that of its protection price.
                missing = abs(it.value(ticks, fill.lots) - it.value(fill.order_ticks or ticks, fill.lots))
                away += missing / self._account.position(it.symbol, order.position_idx).leverage
            cost += self._risk.usd_value(fill.fee_coin, abs(fill.fee))
            cost += self._risk.usd_value(it.settle, away)
        return cost

    def _prove_held(self) -> None:
        for coin, balance in list(self._account.balances.items()):
            held = self._risk.locked_without_loan(coin)
            # What contracts have lost may eat into a coin that orders hold: it is a liability then.
            lost = max(ZERO, -self._account.realised[coin])
            if held > max(ZERO, balance) + lost:
                raise LedgerError(f"orders hold {held} {coin} of {balance}")

    def _prove_isolated(self) -> None:
        for coin in list(self._account.balances):
            if not self._account.debts[coin] and (free := self._risk.free(coin)) < 0:
                raise LedgerError(f"{free} {coin} are free in isolated margin")
