"""The funding wallet beside the unified account, and transfers between the two.

Source: Bybit V5 Create Internal Transfer; codes of the asset family.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from .amounts import ZERO
from .errors import VenueError

if TYPE_CHECKING:
    from .exchange import Exchange

UNIFIED, FUND = "UNIFIED", "FUND"
ACCOUNT_TYPES = (UNIFIED, FUND)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """One finished transfer."""

    ident: str
    coin: str
    amount: Decimal
    source: str
    target: str
    at_ms: int


class FundingWallet:
    """Balances outside the unified account.

    Parameters
    ----------
    exchange : Exchange
        The unified account's side.

    Attributes
    ----------
    balances : dict of str to Decimal
        Coins in the funding wallet.
    transfers : dict of str to Transfer
        Finished transfers by `transferId`, oldest first.
    """

    def __init__(self, exchange: Exchange) -> None:
        self.balances: defaultdict[str, Decimal] = defaultdict(Decimal)
        self.transfers: dict[str, Transfer] = {}
        self._exchange = exchange

    def balance(self, account_type: str, coin: str) -> Decimal:
        """Amount of `coin` in an account."""
        return (
            self._exchange.account.balances.get(coin, ZERO)
            if account_type == UNIFIED
            else self.balances[coin]
        )

    def free(self, account_type: str, coin: str) -> Decimal:
        """Amount of `coin` that may leave an account."""
        if account_type == UNIFIED:
            return max(ZERO, self._exchange.risk.spendable(coin))
        return self.balances[coin]

    def pay(self, account_type: str, coin: str, amount: Decimal, kind: str) -> None:
        """Change an account by `amount`, negative when it pays; `kind` names the ledger entry."""
        if account_type == UNIFIED:
            self._exchange.transfer(coin, amount, kind)
        else:
            self.balances[coin] += amount

    def transfer(self, transfer: Transfer) -> None:
        """Move a coin between the accounts.

        Raises
        ------
        VenueError
            131214 when the id was used before, 131212 when the source has too little.
        """
        if transfer.ident in self.transfers:
            raise VenueError(131214, "transferId existed")
        if transfer.amount > self.free(transfer.source, transfer.coin):
            raise VenueError(131212, "Insufficient balance")
        self.pay(transfer.source, transfer.coin, -transfer.amount, "TRANSFER_OUT")
        self.pay(transfer.target, transfer.coin, transfer.amount, "TRANSFER_IN")
        self.transfers[transfer.ident] = transfer
