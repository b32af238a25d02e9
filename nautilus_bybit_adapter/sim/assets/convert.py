"""Conversions of one coin into another at the venue's index prices.

A quote stands for 15 seconds and is carried out at its rate, once. Source: Bybit V5 Convert.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal
from typing import TYPE_CHECKING

from nautilus_bybit_adapter.sim.exchange.amounts import EIGHT_PLACES
from nautilus_bybit_adapter.sim.exchange.errors import VenueError
from nautilus_bybit_adapter.sim.exchange.funding_wallet import FUND, UNIFIED

if TYPE_CHECKING:
    from nautilus_bybit_adapter.sim.exchange.funding_wallet import FundingWallet

QUOTE_MS = 15_000
# Wallets of a conversion, as this family names them.
WALLETS = {"eb_convert_funding": FUND, "eb_convert_uta": UNIFIED}
OPEN, SUCCESS = "init", "success"
BAD_PARAM, NO_BALANCE, NO_QUOTE, EXPIRED, USED = 790000, 700001, 700004, 700005, 700007


@dataclass(slots=True, kw_only=True)
class Conversion:
    """A quote, and what became of it."""

    quote_id: str
    request_id: str
    wallet: str
    source: str
    target: str
    rate: Decimal
    paid: Decimal
    bought: Decimal
    created_ms: int
    status: str = OPEN

    @property
    def expires_ms(self) -> int:
        """Time after which it is not carried out any more, ms."""
        return self.created_ms + QUOTE_MS


@dataclass(slots=True)
class ConvertDesk:
    """Quotes and carries them out.

    Parameters
    ----------
    wallet : FundingWallet
        Where coins come from and go to.
    """

    wallet: FundingWallet
    quotes: dict[str, Conversion] = field(default_factory=dict)

    def quote(
        self, *, wallet: str, source: str, target: str, paid: Decimal, request_id: str, now_ms: int
    ) -> Conversion:
        """Offer `target` for `paid` of `source`.

        Raises
        ------
        VenueError
            790000 when one of the coins has no price or nothing would be bought.
        """
        prices = self.wallet.price(source), self.wallet.price(target)
        if source == target or not all(prices):
            raise VenueError(BAD_PARAM, f"{source} cannot be converted into {target}")
        rate = (prices[0] / prices[1]).quantize(Decimal("1E-12"), ROUND_DOWN)
        bought = (paid * rate).quantize(EIGHT_PLACES, ROUND_DOWN)
        if not bought:
            raise VenueError(BAD_PARAM, "the amount is too small to be converted")
        ident = f"{1_010_000_000_000_000_000 + now_ms}{len(self.quotes):06d}"
        quoted = Conversion(
            quote_id=ident,
            request_id=request_id,
            wallet=wallet,
            source=source,
            target=target,
            rate=rate,
            paid=paid,
            bought=bought,
            created_ms=now_ms,
        )
        self.quotes[ident] = quoted
        return quoted

    def execute(self, quote_id: str, now_ms: int) -> Conversion:
        """Carry a quote out.

        Raises
        ------
        VenueError
            When it is unknown, expired or used, or the wallet has too little.
        """
        quoted = self.quotes.get(quote_id)
        if quoted is None:
            raise VenueError(NO_QUOTE, "The quote does not exist.")
        if quoted.status != OPEN:
            raise VenueError(USED, "The quote has been used.")
        if now_ms > quoted.expires_ms:
            raise VenueError(EXPIRED, "The quote has expired.")
        account = WALLETS[quoted.wallet]
        if quoted.paid > self.wallet.free(account, quoted.source):
            raise VenueError(NO_BALANCE, "Insufficient balance.")
        self.wallet.pay(account, quoted.source, -quoted.paid, "CONVERT")
        self.wallet.pay(account, quoted.target, quoted.bought, "CONVERT")
        quoted.status = SUCCESS
        return quoted
