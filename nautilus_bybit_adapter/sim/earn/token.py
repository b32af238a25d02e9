"""BYUSDT: minted one to one out of the flexible savings in USDT and burnt into the unified account.

It earns hourly; what a day earned becomes tokens at its end. Source: Bybit V5 Earn, BYUSDT.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal
from typing import TYPE_CHECKING

from nautilus_bybit_adapter.sim.exchange.amounts import EIGHT_PLACES, ZERO
from nautilus_bybit_adapter.sim.exchange.errors import VenueError
from nautilus_bybit_adapter.sim.exchange.funding_wallet import UNIFIED

from .products import FLEXIBLE, HOUR_MS
from .shares import Orders, ShareOrder

if TYPE_CHECKING:
    from nautilus_bybit_adapter.sim.exchange.funding_wallet import FundingWallet

    from .book import EarnBook

DAY_MS = 24 * HOUR_MS
TOKEN = "BYUSDT"  # noqa: S105 - a coin
TOKEN_COIN, SAVINGS_PRODUCT = "USDT", "428"
TOKEN_APR, REDEEM_FEE, TOKEN_QUOTA = Decimal("0.06"), Decimal("0.001"), Decimal(1_000_000)
TOKEN_PLACES = 4
MINT, REDEEM = "Mint", "Redeem"
_YEAR_HOURS = 365 * 24


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenYield:
    """What the tokens earned in an hour."""

    number: int
    held: Decimal
    amount: Decimal
    at_ms: int


@dataclass(slots=True)
class TokenBook:
    """The account's BYUSDT.

    Parameters
    ----------
    wallet : FundingWallet
        Where USDT goes.
    """

    wallet: FundingWallet
    held: Decimal = ZERO
    total: Decimal = ZERO
    orders: Orders = field(default_factory=lambda: Orders("9985caf3-7b24-452e-bb28-"))
    hourly: list[TokenYield] = field(default_factory=list)
    daily: list[TokenYield] = field(default_factory=list)
    unpaid: Decimal = ZERO
    accrued_ms: int = 0

    def mint(self, savings: EarnBook, amount: Decimal, link_id: str, now_ms: int) -> ShareOrder:
        """Turn flexible savings into tokens.

        Raises
        ------
        VenueError
            180016 when the savings are too small, 180015 beyond the quota.
        """
        self.orders.check(link_id)
        self.advance(now_ms)
        position = savings.find_position(FLEXIBLE, SAVINGS_PRODUCT)
        if position is None or amount > position.amount - position.frozen:
            raise VenueError(180016, "Insufficient balance.")
        if amount > TOKEN_QUOTA - self.held:
            raise VenueError(180015, "The quota of the product is used up.")
        position.amount -= amount
        self.held += amount
        self.accrued_ms = self.accrued_ms or now_ms // HOUR_MS * HOUR_MS + HOUR_MS
        return self._done(MINT, amount, amount, ZERO, FLEXIBLE, link_id, now_ms)

    def redeem(self, amount: Decimal, link_id: str, now_ms: int) -> ShareOrder:
        """Turn tokens into USDT of the unified account.

        Raises
        ------
        VenueError
            180014 for more than is held.
        """
        self.orders.check(link_id)
        self.advance(now_ms)
        if amount > self.held:
            raise VenueError(180014, "The redeem amount is invalid.")
        fee = (amount * REDEEM_FEE).quantize(EIGHT_PLACES, ROUND_DOWN)
        self.held -= amount
        self.wallet.pay(UNIFIED, TOKEN_COIN, amount - fee, "FLEXIBLE_STAKING_REDEMPTION")
        return self._done(REDEEM, amount, amount - fee, fee, UNIFIED, link_id, now_ms)

    def advance(self, now_ms: int) -> None:
        """Accrue by the hour; what a day earned becomes tokens at its end."""
        while self.accrued_ms and self.accrued_ms + HOUR_MS <= now_ms:
            self.accrued_ms += HOUR_MS
            earned = (self.held * TOKEN_APR / _YEAR_HOURS).quantize(EIGHT_PLACES, ROUND_DOWN)
            if earned:
                self.unpaid += earned
                self._note(self.hourly, earned)
            if self.accrued_ms % DAY_MS == 0 and self.unpaid:
                self._note(self.daily, self.unpaid)
                self.held += self.unpaid
                self.total += self.unpaid
                self.unpaid = ZERO

    def _note(self, where: list[TokenYield], amount: Decimal) -> None:
        where.append(TokenYield(number=len(where) + 1, held=self.held, amount=amount, at_ms=self.accrued_ms))

    def _done(
        self,
        kind: str,
        paid: Decimal,
        received: Decimal,
        fee: Decimal,
        account: str,
        link_id: str,
        now_ms: int,
    ) -> ShareOrder:
        return self.orders.note(
            ShareOrder(
                order_id=self.orders.next_id(),
                link_id=link_id,
                kind=kind,
                product_id="1",
                paid=paid,
                received=received,
                fee=fee,
                account=account,
                at_ms=now_ms,
            )
        )
