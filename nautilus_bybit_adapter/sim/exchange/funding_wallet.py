"""The funding wallet beside the unified account, and transfers between the two.

Source: Bybit V5 Create Internal Transfer; codes of the asset family.
"""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from .amounts import ZERO
from .errors import VenueError
from .retention import FILLS_KEPT_MS

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


@dataclass(frozen=True, slots=True, kw_only=True)
class FundEntry:
    """One change of the funding wallet, with the balance after it."""

    number: int
    coin: str
    amount: Decimal
    balance: Decimal
    kind: str
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
    history : deque of FundEntry
        Changes of the funding wallet in the last two years, oldest first.
    entered : int
        How many changes there have been, the forgotten ones too.
    """

    def __init__(self, exchange: Exchange) -> None:
        self.balances: defaultdict[str, Decimal] = defaultdict(Decimal)
        self.transfers: dict[str, Transfer] = {}
        self.history: deque[FundEntry] = deque()
        self.entered = 0
        self._exchange = exchange

    @property
    def started_ms(self) -> int:
        """When the venue was started first, ms."""
        return self._exchange.started_ms

    def balance(self, account_type: str, coin: str) -> Decimal:
        """Amount of `coin` in an account."""
        return (
            self._exchange.account.balances.get(coin, ZERO)
            if account_type == UNIFIED
            else self.balances[coin]
        )

    def price(self, coin: str) -> Decimal:
        """Dollars for one `coin`, 0 when it has no price."""
        return self._exchange.risk.price(coin)

    def free(self, account_type: str, coin: str) -> Decimal:
        """Amount of `coin` that may leave an account."""
        if account_type == UNIFIED:
            return max(ZERO, self._exchange.risk.spendable(coin))
        return self.balances[coin]

    def pay(self, account_type: str, coin: str, amount: Decimal, kind: str) -> None:
        """Change an account by `amount`, negative when it pays; `kind` names the ledger entry."""
        if account_type == UNIFIED:
            self._exchange.transfer(coin, amount, kind)
            return
        self.balances[coin] += amount
        self.entered += 1
        now_ms = self._exchange.now_ms()
        while self.history and self.history[0].at_ms < now_ms - FILLS_KEPT_MS:
            self.history.popleft()
        self.history.append(
            FundEntry(
                number=self.entered,
                coin=coin,
                amount=amount,
                balance=self.balances[coin],
                kind=kind,
                at_ms=now_ms,
            )
        )

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
