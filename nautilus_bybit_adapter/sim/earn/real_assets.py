"""Shares of real-world assets, bought and sold at their net asset value.

It grows with the rate of the product from the venue's start on. Source: Bybit V5 Earn, RWA.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from nautilus_bybit_adapter.sim.exchange.amounts import ZERO, truncated
from nautilus_bybit_adapter.sim.exchange.errors import VenueError

from .products import HOUR_MS
from .shares import Orders, ShareOrder

if TYPE_CHECKING:
    from nautilus_bybit_adapter.sim.exchange.funding_wallet import FundingWallet

DAY_MS = 24 * HOUR_MS
STAKE, REDEEM = "Stake", "Redeem"
_YEAR_DAYS = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class RealWorldAsset:
    """One product."""

    product_id: int
    coin: str
    asset: str
    manager: str
    apr: Decimal
    first_nav: Decimal
    least: Decimal
    least_shares: Decimal
    redeem_fee: Decimal
    amount_places: int = 4
    share_places: int = 6

    def nav(self, started_ms: int, now_ms: int) -> Decimal:
        """Net asset value of a share; it steps at midnight UTC."""
        days = max(0, now_ms // DAY_MS - started_ms // DAY_MS)
        grown = self.first_nav * (1 + self.apr * days / _YEAR_DAYS)
        return truncated(grown, self.share_places)


def default_assets() -> tuple[RealWorldAsset, ...]:
    """Return what the venue offers."""
    d = Decimal
    rows = [(1001, "USDC", "0.055", "1.025"), (1002, "USDT", "0.048", "10.4")]
    return tuple(
        RealWorldAsset(
            product_id=i,
            coin=coin,
            asset=f"SIM{coin[3]}BF",
            manager="Simulated",
            apr=d(apr),
            first_nav=d(nav),
            least=d(10),
            least_shares=d("0.1"),
            redeem_fee=d("0.001"),
        )
        for i, coin, apr, nav in rows
    )


@dataclass(slots=True)
class AssetBook:
    """Shares of real-world assets the account holds.

    Parameters
    ----------
    wallet : FundingWallet
        Where the coins come from and go to.
    started_ms : int
        When the first net asset value was set, ms.
    """

    wallet: FundingWallet
    started_ms: int
    products: tuple[RealWorldAsset, ...] = field(default_factory=default_assets)
    shares: dict[int, Decimal] = field(default_factory=dict)
    orders: Orders = field(default_factory=lambda: Orders("550e8400-e29b-41d4-a716-"))

    def product(self, product_id: object) -> RealWorldAsset:
        """Product by id, or 180007."""
        for product in self.products:
            if str(product.product_id) == str(product_id):
                return product
        raise VenueError(180007, "Product does not exist.")

    def nav(self, product: RealWorldAsset, now_ms: int) -> Decimal:
        """Net asset value of a product now."""
        return product.nav(self.started_ms, now_ms)

    def trade(
        self, product: RealWorldAsset, kind: str, amount: Decimal, account: str, link_id: str, now_ms: int
    ) -> ShareOrder:
        """Buy shares for `amount` of the coin, or sell `amount` shares.

        Raises
        ------
        VenueError
            180006 below the minimum, 180016 without the balance, 180012 without the shares.
        """
        self.orders.check(link_id)
        nav = self.nav(product, now_ms)
        if kind == STAKE:
            received, fee = self._buy(product, amount, account, nav), ZERO
        else:
            received, fee = self._sell(product, amount, account, nav)
        order = ShareOrder(
            order_id=self.orders.next_id(),
            link_id=link_id,
            kind=kind,
            product_id=str(product.product_id),
            paid=amount,
            received=received,
            fee=fee,
            account=account,
            at_ms=now_ms,
        )
        return self.orders.note(order)

    def _buy(self, product: RealWorldAsset, amount: Decimal, account: str, nav: Decimal) -> Decimal:
        if amount < product.least:
            raise VenueError(180006, "The amount is below the minimum stake amount.")
        if amount > self.wallet.free(account, product.coin):
            raise VenueError(180016, "Insufficient balance.")
        bought = truncated(amount / nav, product.share_places)
        self.wallet.pay(account, product.coin, -amount, "STRUCTURE_PRODUCT_SUBSCRIPTION")
        self.shares[product.product_id] = self.shares.get(product.product_id, ZERO) + bought
        return bought

    def _sell(
        self, product: RealWorldAsset, shares: Decimal, account: str, nav: Decimal
    ) -> tuple[Decimal, Decimal]:
        if shares < product.least_shares:
            raise VenueError(180006, "The shares are below the minimum.")
        if shares > self.shares.get(product.product_id, ZERO):
            raise VenueError(180012, "Insufficient shares.")
        worth = truncated(shares * nav, product.amount_places)
        fee = truncated(worth * product.redeem_fee, product.amount_places)
        self.shares[product.product_id] -= shares
        self.wallet.pay(account, product.coin, worth - fee, "STRUCTURE_PRODUCT_REDEMPTION")
        return worth - fee, fee
