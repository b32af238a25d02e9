"""Stakes of the account: orders, positions and yield, moved along by the venue's clock.

A flexible stake earns from the full hour after it, hour by hour; what it earned is paid every day at 00:30
UTC, and at once with a redemption. Source: Bybit V5 Earn.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal
from typing import TYPE_CHECKING

from nautilus_bybit_adapter.sim.exchange.amounts import EIGHT_PLACES, ZERO
from nautilus_bybit_adapter.sim.exchange.errors import VenueError

from .fixed_term import FixedTermBook
from .products import FLEXIBLE, HOUR_MS, MINUTE_MS, Product, default_products
from .real_assets import AssetBook
from .token import TokenBook

if TYPE_CHECKING:
    from nautilus_bybit_adapter.sim.exchange.funding_wallet import FundingWallet

DAY_MS = 24 * HOUR_MS
PAYOUT_MS = 30 * MINUTE_MS
YEAR_HOURS = 24 * 365
STAKE, REDEEM = "Stake", "Redeem"
PENDING, SUCCESS = "Pending", "Success"
# An `orderLinkId` may be used again after this time, ms.
LINK_ID_MS = 30 * MINUTE_MS
_KINDS = {
    (FLEXIBLE, STAKE): "FLEXIBLE_STAKING_SUBSCRIPTION",
    (FLEXIBLE, REDEEM): "FLEXIBLE_STAKING_REDEMPTION",
}


@dataclass(slots=True, kw_only=True)
class EarnOrder:
    """A stake or a redemption."""

    order_id: str
    link_id: str
    product: Product
    kind: str
    amount: Decimal
    account_type: str
    position_id: str
    created_ms: int
    due_ms: int
    status: str = PENDING
    updated_ms: int = 0


@dataclass(slots=True, kw_only=True)
class EarnPosition:
    """What is staked in one product; on-chain stakes are positions of their own."""

    position_id: str
    product: Product
    order_id: str
    amount: Decimal = ZERO
    frozen: Decimal = ZERO
    unpaid: Decimal = ZERO
    total: Decimal = ZERO
    accrued_ms: int = 0
    settle_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Yield:
    """Yield of one hour, or the payment of a day."""

    number: int
    position: EarnPosition
    amount: Decimal
    staked: Decimal
    at_ms: int


@dataclass(slots=True)
class EarnBook:
    """Everything staked.

    Parameters
    ----------
    wallet : FundingWallet
        Where the coins come from and go to.
    products : tuple of Product
        What is offered.

    Attributes
    ----------
    fixed, token, assets : FixedTermBook, TokenBook, AssetBook
        What is staked for a fixed time, in BYUSDT and in real-world assets.
    """

    wallet: FundingWallet
    products: tuple[Product, ...] = field(default_factory=default_products)
    orders: dict[str, EarnOrder] = field(default_factory=dict)
    positions: dict[str, EarnPosition] = field(default_factory=dict)
    hourly: list[Yield] = field(default_factory=list)
    paid: list[Yield] = field(default_factory=list)
    _numbers: int = 0
    fixed: FixedTermBook = field(init=False)
    token: TokenBook = field(init=False)
    assets: AssetBook = field(init=False)

    def __post_init__(self) -> None:
        self.fixed = FixedTermBook(self.wallet)
        self.token = TokenBook(self.wallet)
        self.assets = AssetBook(self.wallet, self.wallet.started_ms)

    def product(self, category: str, product_id: str) -> Product:
        """Product by category and id.

        Raises
        ------
        VenueError
            180007 when there is none.
        """
        for product in self.products:
            if (product.category, product.product_id) == (category, product_id):
                return product
        raise VenueError(180007, "Product does not exist.")

    def stake(
        self, product: Product, amount: Decimal, account_type: str, link_id: str, now_ms: int
    ) -> EarnOrder:
        """Take a stake out of an account.

        Raises
        ------
        VenueError
            180013 above the product's bound, 180006 below, 180016 without the balance.
        """
        self._check_link(link_id, now_ms)
        if amount > product.most:
            raise VenueError(180013, "The amount exceeds the maximum stake amount.")
        if amount < product.least:
            raise VenueError(180006, "The amount is below the minimum stake amount.")
        if amount > self.wallet.free(account_type, product.coin):
            raise VenueError(180016, "Insufficient balance.")
        self.wallet.pay(account_type, product.coin, -amount, _kind(product, STAKE))
        position = self._position(product)
        order = self._order(product, STAKE, amount, account_type, link_id, position, now_ms)
        position.order_id = position.order_id or order.order_id
        position.settle_ms = position.settle_ms or order.due_ms
        self.advance(now_ms)
        return order

    def redeem(
        self,
        position: EarnPosition | None,
        amount: Decimal,
        account_type: str,
        link_id: str,
        now_ms: int,
    ) -> EarnOrder:
        """Ask for a stake back; a flexible one comes at once, with the yield not paid yet.

        Raises
        ------
        VenueError
            180020 without a position, 180014 for more than is there.
        """
        self._check_link(link_id, now_ms)
        if position is None:
            raise VenueError(180020, "Position not found.")
        self.advance(now_ms)
        if amount > position.amount - position.frozen:
            raise VenueError(180014, "The redeem amount is invalid.")
        position.frozen += amount
        order = self._order(position.product, REDEEM, amount, account_type, link_id, position, now_ms)
        self.advance(now_ms)
        return order

    def find_position(self, category: str, product_id: str, position_id: str = "") -> EarnPosition | None:
        """Position by its id, else the newest of a product."""
        if position_id:
            found = self.positions.get(position_id)
            return found if found is not None and found.product.category == category else None
        of_product = [
            p
            for p in self.positions.values()
            if (p.product.category, p.product.product_id) == (category, product_id)
        ]
        return of_product[-1] if of_product else None

    def advance(self, now_ms: int) -> None:
        """Carry out what is due, and accrue and pay what was earned until `now_ms`."""
        for position in list(self.positions.values()):
            self._accrue(position, now_ms)
        for order in list(self.orders.values()):
            if order.status == PENDING and order.due_ms <= now_ms:
                self._finish(order)
        self.fixed.advance(now_ms)
        self.token.advance(now_ms)

    def _finish(self, order: EarnOrder) -> None:
        position = self.positions[order.position_id]
        if order.kind == STAKE:
            position.amount += order.amount
            position.accrued_ms = position.accrued_ms or order.due_ms // HOUR_MS * HOUR_MS + HOUR_MS
        else:
            position.amount -= order.amount
            position.frozen -= order.amount
            paid, position.unpaid = position.unpaid, ZERO
            position.total += paid
            self.wallet.pay(
                order.account_type,
                order.product.coin,
                order.amount + paid,
                _kind(order.product, REDEEM),
            )
            if paid:
                self._note(self.paid, position, paid, order.due_ms)
        order.status, order.updated_ms = SUCCESS, order.due_ms

    def _accrue(self, position: EarnPosition, now_ms: int) -> None:
        while position.accrued_ms and position.accrued_ms + HOUR_MS <= now_ms:
            self._pay_out(position, position.accrued_ms + HOUR_MS)
            position.accrued_ms += HOUR_MS
            earned = (position.amount * position.product.apr / YEAR_HOURS).quantize(EIGHT_PLACES, ROUND_DOWN)
            if earned:
                position.unpaid += earned
                self._note(self.hourly, position, earned, position.accrued_ms)
        self._pay_out(position, now_ms)

    def _pay_out(self, position: EarnPosition, now_ms: int) -> None:
        """Pay what a day has earned, half an hour after its end."""
        payout = position.accrued_ms + PAYOUT_MS
        if position.accrued_ms % DAY_MS == 0 and payout <= now_ms and position.unpaid:
            self._note(self.paid, position, position.unpaid, payout)
            self.wallet.pay("FUND", position.product.coin, position.unpaid, "EARN_INTEREST")
            position.total += position.unpaid
            position.unpaid = ZERO

    def _note(self, where: list[Yield], position: EarnPosition, amount: Decimal, at_ms: int) -> None:
        self._numbers += 1
        where.append(
            Yield(number=self._numbers, position=position, amount=amount, staked=position.amount, at_ms=at_ms)
        )

    def _position(self, product: Product) -> EarnPosition:
        known = self.find_position(product.category, product.product_id)
        if known is not None and product.category == FLEXIBLE:
            return known
        position = EarnPosition(position_id=self._ident(), product=product, order_id="")
        self.positions[position.position_id] = position
        return position

    def _order(
        self,
        product: Product,
        kind: str,
        amount: Decimal,
        account_type: str,
        link_id: str,
        position: EarnPosition,
        now_ms: int,
    ) -> EarnOrder:
        minutes = product.stake_minutes if kind == STAKE else product.redeem_minutes
        order = EarnOrder(
            order_id=self._ident(),
            link_id=link_id,
            product=product,
            kind=kind,
            amount=amount,
            account_type=account_type,
            position_id=position.position_id,
            created_ms=now_ms,
            due_ms=now_ms + minutes * MINUTE_MS,
            updated_ms=now_ms,
        )
        self.orders[order.order_id] = order
        return order

    def _check_link(self, link_id: str, now_ms: int) -> None:
        for order in self.orders.values():
            if order.link_id == link_id and now_ms - order.created_ms < LINK_ID_MS:
                raise VenueError(180031, "Duplicate order.")

    def _ident(self) -> str:
        self._numbers += 1
        return str(910_000_000_000 + self._numbers)


def _kind(product: Product, order_kind: str) -> str:
    suffix = "SUBSCRIPTION" if order_kind == STAKE else "REDEMPTION"
    return _KINDS.get((product.category, order_kind), f"ONCHAINEARN_{suffix}")
