"""Stakes for a fixed time: bought, held to maturity, given back early or bought again.

At maturity principal and interest go to the funding wallet, or into a new position of the same product when
the position reinvests. Source: Bybit V5 Earn, Fixed Term.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal
from typing import TYPE_CHECKING

from nautilus_bybit_adapter.sim.exchange.amounts import EIGHT_PLACES, ZERO
from nautilus_bybit_adapter.sim.exchange.errors import VenueError
from nautilus_bybit_adapter.sim.exchange.funding_wallet import FUND

from .products import HOUR_MS

if TYPE_CHECKING:
    from nautilus_bybit_adapter.sim.exchange.funding_wallet import FundingWallet

DAY_MS = 24 * HOUR_MS
YEAR_DAYS = 365
SAVING, POOL = "FixedTermSaving", "FundPool"
CATEGORIES = (SAVING, POOL, "FundPoolPremium")
STAKE, REDEEM = "Stake", "Redeem"
ACTIVE, REDEEMED = "Active", "Redeemed"
_SUBSCRIBED, _RETURNED = "FIXED_STAKING_SUBSCRIPTION", "FIXED_STAKING_REDEMPTION"


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedTerm:
    """One product; `early_apr` is None where nothing is given back before maturity."""

    product_id: str
    category: str
    coin: str
    days: int
    apr: Decimal
    least: Decimal
    most: Decimal
    early_apr: Decimal | None
    places: int = 8

    def interest(self, amount: Decimal, apr: Decimal, held_days: int) -> Decimal:
        """Return what `amount` earns in some days."""
        return (amount * apr * held_days / YEAR_DAYS).quantize(EIGHT_PLACES, ROUND_DOWN)

    @property
    def reinvests(self) -> bool:
        """Whether positions may be bought again at maturity."""
        return self.category != SAVING


@dataclass(slots=True, kw_only=True)
class FixedPosition:
    """One stake."""

    position_id: str
    product: FixedTerm
    amount: Decimal
    auto: bool
    since_ms: int
    status: str = ACTIVE
    earned: Decimal = ZERO

    @property
    def due_ms(self) -> int:
        """Maturity, ms."""
        return self.since_ms + self.product.days * DAY_MS

    @property
    def interest(self) -> Decimal:
        """What it earns until maturity."""
        return self.product.interest(self.amount, self.product.apr, self.product.days)


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedOrder:
    """A stake or what ended one."""

    order_id: str
    link_id: str
    kind: str
    position: FixedPosition
    amount: Decimal
    account: str
    at_ms: int


def default_fixed_terms() -> tuple[FixedTerm, ...]:
    """Return what the venue offers."""
    d = Decimal
    rows = [
        ("1001", SAVING, "USDT", 7, "0.05", "10", "100000", None),
        ("1002", SAVING, "BTC", 30, "0.012", "0.001", "10", "0"),
        ("2001", POOL, "USDT", 30, "0.07", "100", "500000", "0.01"),
        ("2002", POOL, "ETH", 14, "0.025", "0.01", "500", "0.005"),
    ]
    return tuple(
        FixedTerm(
            product_id=i,
            category=c,
            coin=coin,
            days=days,
            apr=d(apr),
            least=d(lo),
            most=d(hi),
            early_apr=None if early is None else d(early),
        )
        for i, c, coin, days, apr, lo, hi, early in rows
    )


@dataclass(slots=True)
class FixedTermBook:
    """Everything staked for a fixed time.

    Parameters
    ----------
    wallet : FundingWallet
        Where the coins come from and go to.
    """

    wallet: FundingWallet
    products: tuple[FixedTerm, ...] = field(default_factory=default_fixed_terms)
    positions: dict[str, FixedPosition] = field(default_factory=dict)
    orders: dict[str, FixedOrder] = field(default_factory=dict)
    _numbers: int = 0

    def product(self, category: str, product_id: str) -> FixedTerm:
        """Product by category and id, or 180007."""
        for product in self.products:
            if (product.category, product.product_id) == (category, product_id):
                return product
        raise VenueError(180007, "Product does not exist.")

    def stake(
        self, product: FixedTerm, amount: Decimal, account: str, link_id: str, now_ms: int, *, auto: bool
    ) -> FixedOrder:
        """Buy a position.

        Raises
        ------
        VenueError
            180025 for a known `orderLinkId`, 180013 above the bound, 180006 below, 180016 without the balance.
        """
        if any(order.link_id == link_id for order in self.orders.values()):
            raise VenueError(180025, "The order exists.")
        if amount > product.most:
            raise VenueError(180013, "The amount exceeds the maximum stake amount.")
        if amount < product.least:
            raise VenueError(180006, "The amount is below the minimum stake amount.")
        if auto and not product.reinvests:
            raise VenueError(180001, "The product does not support auto-reinvest.")
        if amount > self.wallet.free(account, product.coin):
            raise VenueError(180016, "Insufficient balance.")
        self.wallet.pay(account, product.coin, -amount, _SUBSCRIBED)
        return self._buy(product, amount, account, link_id, now_ms, auto=auto)

    def redeem(self, position: FixedPosition, now_ms: int) -> tuple[Decimal, Decimal]:
        """Give a position back before maturity and return the principal and what it earned.

        Raises
        ------
        VenueError
            180029 when the product allows none.
        """
        apr = position.product.early_apr
        if apr is None or position.status != ACTIVE:
            raise VenueError(180029, "Redemption is not allowed.")
        held_days = max(0, (now_ms - position.since_ms) // DAY_MS)
        earned = position.product.interest(position.amount, apr, held_days)
        self._return(position, earned, now_ms)
        return position.amount, earned

    def find(self, category: str, product_id: str, position_id: str) -> FixedPosition:
        """Position by its ids, or 180020."""
        found = self.positions.get(position_id)
        if found is None or (found.product.category, found.product.product_id) != (category, product_id):
            raise VenueError(180020, "Position not found.")
        return found

    def advance(self, now_ms: int) -> None:
        """End what has matured by `now_ms`."""
        for position in list(self.positions.values()):
            if position.status == ACTIVE and position.due_ms <= now_ms:
                due_ms, amount = position.due_ms, position.amount + position.interest
                self._return(position, position.interest, due_ms, pays=not position.auto)
                if position.auto:
                    self._buy(position.product, amount, FUND, "", due_ms, auto=True)
                self.advance(now_ms)

    def _return(self, position: FixedPosition, earned: Decimal, at_ms: int, *, pays: bool = True) -> None:
        position.status, position.earned = REDEEMED, earned
        if pays:
            self.wallet.pay(FUND, position.product.coin, position.amount + earned, _RETURNED)
        self._note(REDEEM, position, position.amount + earned, FUND, "", at_ms)

    def _buy(
        self, product: FixedTerm, amount: Decimal, account: str, link_id: str, now_ms: int, *, auto: bool
    ) -> FixedOrder:
        position = FixedPosition(
            position_id=self._ident(), product=product, amount=amount, auto=auto, since_ms=now_ms
        )
        self.positions[position.position_id] = position
        return self._note(STAKE, position, amount, account, link_id, now_ms)

    def _note(
        self, kind: str, position: FixedPosition, amount: Decimal, account: str, link_id: str, at_ms: int
    ) -> FixedOrder:
        order = FixedOrder(
            order_id=self._ident(),
            link_id=link_id,
            kind=kind,
            position=position,
            amount=amount,
            account=account,
            at_ms=at_ms,
        )
        self.orders[order.order_id] = order
        return order

    def _ident(self) -> str:
        self._numbers += 1
        return str(920_000_000_000 + self._numbers)
