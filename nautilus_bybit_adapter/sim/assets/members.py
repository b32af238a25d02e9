"""Sub accounts: wallets the main account moves coins and positions to, and the keys it made for them.

A sub account holds what it was given and trades nothing itself; the venue lets nobody in with its keys.
Source: Bybit V5 User, Create Universal Transfer and Move Position.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from nautilus_bybit_adapter.sim.exchange.amounts import ZERO
from nautilus_bybit_adapter.sim.exchange.errors import VenueError

if TYPE_CHECKING:
    from nautilus_bybit_adapter.sim.exchange.funding_wallet import FundingWallet

NORMAL, FROZEN = 1, 4
MOST_MEMBERS = 1000


@dataclass(slots=True, kw_only=True)
class SubKey:
    """A key of a sub account."""

    ident: str
    api_key: str
    note: str
    is_read_only: bool
    permissions: dict[str, list[str]]
    ips: list[str]
    created_ms: int


@dataclass(slots=True, kw_only=True)
class SubMember:
    """One sub account."""

    uid: int
    name: str
    kind: int
    remark: str
    status: int = NORMAL
    balances: defaultdict[tuple[str, str], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    positions: defaultdict[tuple[str, str], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    keys: dict[str, SubKey] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether it holds nothing any more."""
        return not any(self.balances.values()) and not any(self.positions.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class UniversalTransfer:
    """One finished transfer between accounts."""

    ident: str
    coin: str
    amount: Decimal
    source: tuple[int, str]
    target: tuple[int, str]
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One leg of a position that changed hands; a row of `/v5/position/move-history`."""

    block_id: str
    at_ms: int
    row: dict[str, Any]


@dataclass(slots=True)
class SubMembers:
    """The sub accounts of the main account.

    Parameters
    ----------
    main_uid : int
        The main account.
    wallet : FundingWallet
        Its wallets.
    """

    main_uid: int
    wallet: FundingWallet
    members: dict[int, SubMember] = field(default_factory=dict)
    transfers: dict[str, UniversalTransfer] = field(default_factory=dict)
    moves: list[Move] = field(default_factory=list)
    _numbers: int = 0

    def create(self, name: str, kind: int, remark: str) -> SubMember:
        """Make a sub account.

        Raises
        ------
        VenueError
            20004 when the name is taken, 20002 when there are too many.
        """
        if any(member.name == name for member in self.members.values()):
            raise VenueError(20004, "The username already exists.")
        if len(self.members) >= MOST_MEMBERS:
            raise VenueError(20002, "The number of sub accounts reached its limit.")
        member = SubMember(uid=self.main_uid + self.number(), name=name, kind=kind, remark=remark)
        self.members[member.uid] = member
        return member

    def find(self, uid: object) -> SubMember:
        """Sub account by its uid.

        Raises
        ------
        VenueError
            20001 when there is none.
        """
        text = str(uid)
        found = self.members.get(int(text)) if text.isdecimal() and len(text) < len("1" * 16) else None
        if found is None:
            raise VenueError(20001, "The sub account does not exist.")
        return found

    def key(self, api_key: str) -> tuple[SubMember, SubKey]:
        """Sub account and key by the key.

        Raises
        ------
        VenueError
            20022 when there is none.
        """
        for member in self.members.values():
            if api_key in member.keys:
                return member, member.keys[api_key]
        raise VenueError(20022, "The API key does not exist.")

    def transfer(self, done: UniversalTransfer) -> None:
        """Move a coin between accounts.

        Raises
        ------
        VenueError
            131214 when the id was used before, 131212 when the source has too little.
        """
        if done.ident in self.transfers:
            raise VenueError(131214, "transferId existed")
        if done.amount > self._free(done.source, done.coin):
            raise VenueError(131212, "Insufficient balance")
        self._pay(done.source, done.coin, -done.amount, "TRANSFER_OUT")
        self._pay(done.target, done.coin, done.amount, "TRANSFER_IN")
        self.transfers[done.ident] = done

    def number(self) -> int:
        """Return the next of the numbers that ids are made of."""
        self._numbers += 1
        return self._numbers

    def _free(self, where: tuple[int, str], coin: str) -> Decimal:
        uid, account = where
        if uid == self.main_uid:
            return self.wallet.free(account, coin)
        return self.find(uid).balances.get((account, coin), ZERO)

    def _pay(self, where: tuple[int, str], coin: str, amount: Decimal, kind: str) -> None:
        uid, account = where
        if uid == self.main_uid:
            self.wallet.pay(account, coin, amount, kind)
        else:
            self.find(uid).balances[account, coin] += amount
