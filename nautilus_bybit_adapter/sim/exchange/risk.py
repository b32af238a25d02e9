"""What the account can still afford: one margin account over all coins and categories, or one per coin.

Every coin with a collateral ratio backs every position with its dollar value times the ratio, at index
prices. Losses and margins are in the settle coin of their contract and count at its full dollar value. Long
options are paid and need no margin; their value is equity that backs nothing. In isolated margin each position is
backed by its own margin in its settle coin, and by nothing else; in portfolio margin all positions of a coin are
margined together. Source: Bybit V5 Get Wallet Balance and the
glossary of the unified account.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from .amounts import ZERO
from .instruments import INVERSE, LINEAR, SPOT
from .margin import (
    LEAST_REFERENCE_RATE,
    isolated_im,
    isolated_mm,
    position_im,
    position_mm,
    short_option_im,
    short_option_mm,
)
from .market import Market
from .order_margins import OrderMargins
from .portfolio import portfolio_margin
from .tiers import tier_of

if TYPE_CHECKING:
    from .account import Account
    from .orders import Order
    from .positions import Position
    from .tiers import RiskTier

SETTLE = "USDT"
# Coins that pay for spot orders only as far as the margin of positions leaves them.
STABLE_COINS = ("USDT", "USDC")
ISOLATED, PORTFOLIO = "ISOLATED_MARGIN", "PORTFOLIO_MARGIN"
# Margin of a loan is its value over this.
SPOT_LEVERAGE = 3
Markets = Mapping[tuple[str, str], Market]


@dataclass(slots=True)
class CoinMargin:
    """Figures of all contracts that settle in one coin, in that coin."""

    unrealised: Decimal = ZERO
    option_value: Decimal = ZERO
    position_im: Decimal = ZERO
    position_mm: Decimal = ZERO
    order_im: Decimal = ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The account in dollars: `margin` is what collateral coins hold, `haircut` what of it does not count."""

    wallet: Decimal
    equity: Decimal
    unrealised: Decimal
    margin: Decimal
    haircut: Decimal
    initial: Decimal
    maintenance: Decimal
    locked: Decimal

    @property
    def backing(self) -> Decimal:
        """What backs positions."""
        return self.margin - self.haircut

    @property
    def available(self) -> Decimal:
        """What new orders may use as margin; negative when positions are under water."""
        return self.backing - self.initial - self.locked


class Risk:
    """Margin and free balances of the account at present prices.

    Parameters
    ----------
    account : Account
        Balances and positions.
    markets : mapping
        Markets by category and symbol.
    open_in : mapping
        Open orders by id, by category and symbol; only of markets that have any.
    collateral : mapping of str to Decimal
        Share of a coin's value that backs positions, by coin.
    waiting : callable, optional
        Orders that hold spot funds while they wait for a price.

    Attributes
    ----------
    order_margins : OrderMargins
        What the open orders of derivatives need.
    """

    def __init__(
        self,
        account: Account,
        markets: Markets,
        open_in: Mapping[tuple[str, str], Mapping[str, Order]],
        collateral: Mapping[str, Decimal],
        waiting: Callable[[], Iterable[Order]] = tuple,
    ) -> None:
        self._waiting = waiting
        self._account = account
        self._markets = markets
        self._open_in = open_in
        self._collateral = collateral
        self._by_symbol = {key[1]: market for key, market in markets.items() if key[0] != SPOT}
        self.order_margins = OrderMargins(account, self._by_symbol, open_in)

    def enlist(self, market: Market) -> None:
        """Reckon with a market that was not there at the start."""
        if market.instrument.is_derivative:
            self._by_symbol[market.instrument.symbol] = market

    @property
    def taker_rate(self) -> Decimal:
        """Taker fee of linear and inverse fills, with the tax on it."""
        rate, tax = self._account.rates[LINEAR].taker, self._account.fee_terms.tax
        return max(rate, LEAST_REFERENCE_RATE) * (1 + tax) if tax else rate

    @property
    def margin_mode(self) -> str:
        """Bybit's `marginMode` of the account."""
        return self._account.margin_mode

    @property
    def is_isolated(self) -> bool:
        """Whether every position has a margin of its own."""
        return self._account.margin_mode == ISOLATED

    @property
    def is_portfolio(self) -> bool:
        """Whether all positions of a coin are margined together."""
        return self._account.margin_mode == PORTFOLIO

    def ratio(self, coin: str) -> Decimal:
        """Share of the coin's value that backs positions; 0 when it is no collateral."""
        return ZERO if coin in self._account.not_collateral else self._collateral.get(coin, ZERO)

    def is_collateral(self, coin: str) -> bool:
        """Whether the coin can be collateral at all."""
        return bool(self._collateral.get(coin, ZERO))

    def price(self, coin: str) -> Decimal:
        """Dollars per coin: index of its market; a USDT is a dollar, a coin without a market is worth nothing."""
        if coin == SETTLE:
            return Decimal(1)
        for key in ((SPOT, coin + SETTLE), (LINEAR, coin + SETTLE), (INVERSE, coin + "USD")):
            market = self._markets.get(key)
            if market is not None:
                return market.index
        return Decimal(1) if coin in STABLE_COINS else ZERO

    def usd_value(self, coin: str, amount: Decimal) -> Decimal:
        """Worth of `amount` of `coin` in dollars."""
        return amount * self.price(coin)

    def open_of(self, category: str, symbol: str | None = None) -> list[Order]:
        """Open orders of a category, of one symbol when it is given."""
        if symbol is not None:
            return list(self._open_in.get((category, symbol), {}).values())
        return [
            order for key, orders in self._open_in.items() if key[0] == category for order in orders.values()
        ]

    def held(self) -> Iterator[tuple[Market, Position]]:
        """Positions that are not flat, with their markets."""
        for (symbol, _), position in self._account.positions.items():
            if position.size:
                yield self._by_symbol[symbol], position

    def position_margins(self, market: Market, position: Position) -> tuple[Decimal, Decimal]:
        """Return the initial and maintenance margin of a position in its settle coin."""
        it, mark = market.instrument, market.mark
        if not it.is_option:
            tier, rate = self.tier(market, position), self.taker_rate
            if self.is_isolated:
                return isolated_im(position, rate), isolated_mm(position, tier, rate)
            return (
                position_im(position, mark, rate),
                position_mm(position, mark, tier.mmr, rate, tier.deduction),
            )
        if position.size >= 0:
            return ZERO, ZERO
        qty = -position.size
        return short_option_im(it, qty, mark, market.index), short_option_mm(qty, mark, market.index)

    def slot(self, order: Order) -> Position:
        """Position slot an order belongs to."""
        return self._account.position(order.instrument.symbol, order.position_idx)

    def tier(self, market: Market, position: Position) -> RiskTier:
        """Risk tier of a position by its value: at the mark price, in isolated margin at its entry."""
        value = position.cost if self.is_isolated else position.value(market.mark)
        return tier_of(market.instrument, value)

    def exposure(self, market: Market, slot: Position, extra: Order | None = None) -> Decimal:
        """Value a position may reach when its orders are filled; `extra` is one that is not placed yet."""
        it = market.instrument
        orders = [o for o in self.open_of(it.category, it.symbol) if o.position_idx == slot.index]
        if extra is not None:
            orders.append(extra)
        reached = slot.value(market.mark)
        for side in ("Buy", "Sell"):
            mine = [order for order in orders if order.side == side and not order.only_closes]
            opening = self.order_margins.opening(it.symbol, slot.index, mine)[1]
            reached = max(reached, opening + (slot.value(market.mark) if slot.side == side else ZERO))
        return reached

    def positions_sheet(self) -> defaultdict[str, CoinMargin]:
        """Figures of all positions by settle coin, as if there were no orders."""
        sheet: defaultdict[str, CoinMargin] = defaultdict(CoinMargin)
        for market, position in self.held():
            coin = sheet[market.instrument.settle]
            if market.instrument.is_option:
                coin.option_value += position.size * market.mark
            else:
                coin.unrealised += position.unrealised(market.mark)
            initial, maintenance = self.position_margins(market, position)
            coin.position_im += initial
            coin.position_mm += maintenance
        return sheet

    def sheet(self) -> defaultdict[str, CoinMargin]:
        """Figures of all positions and orders by settle coin."""
        sheet = self.positions_sheet()
        for key in self._open_in:
            if key[0] != SPOT:
                sheet[self._by_symbol[key[1]].instrument.settle].order_im += self.order_margins.known(key)
        return sheet

    def totals(self, sheet: Mapping[str, CoinMargin] | None = None) -> Totals:
        """Return the account in dollars."""
        sheet, locked = self.sheet() if sheet is None else sheet, self._all_locked()
        figures: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
        for coin in {**self._account.balances, **sheet}:
            price, of = self.price(coin), sheet.get(coin) or CoinMargin()
            debt = self._account.debts.get(coin, ZERO)
            balance = self._account.balances.get(coin, ZERO) - debt
            figures["initial"] += debt * price / SPOT_LEVERAGE
            backed = (balance + of.unrealised) * price
            ratio = self.ratio(coin)
            figures["wallet"] += balance * price
            figures["equity"] += backed + of.option_value * price
            figures["unrealised"] += of.unrealised * price
            if ratio or backed < 0:
                figures["margin"] += backed
                figures["haircut"] += max(ZERO, backed) * (1 - ratio)
                figures["locked"] += locked[coin] * price * ratio
            figures["initial"] += of.order_im * price
            if not self.is_portfolio:
                figures["initial"] += of.position_im * price
                figures["maintenance"] += of.position_mm * price
            elif of.option_value:
                figures["margin"] += of.option_value * price
        if self.is_portfolio:
            whole = portfolio_margin(self)
            figures["initial"] += whole.initial
            figures["maintenance"] += whole.maintenance
        names = ("wallet", "equity", "unrealised", "margin", "haircut", "initial", "maintenance", "locked")
        return Totals(**{name: figures[name] for name in names})

    def unrealised(self, coin: str = SETTLE) -> Decimal:
        """Open result of the contracts that settle in `coin`; options count by their value instead."""
        return self.sheet()[coin].unrealised

    def orders_im(self, coin: str = SETTLE) -> Decimal:
        """Return the initial margin of the open orders that settle in `coin`."""
        return self.sheet()[coin].order_im

    def affords(self, order: Order, replaced: Order | None = None) -> bool:
        """Whether margin is left for a derivative's order; `replaced` is the order it stands in for."""
        it = order.instrument
        before = self.order_margins.known(it.key)
        need = self.order_margins.reckon(it.symbol, extra=order, without=replaced) - before
        if need <= 0:
            return True
        if self.is_isolated:
            return need <= self.free(it.settle)
        return self.usd_value(it.settle, need) <= self.available()

    def locked(self, coin: str, without: Order | None = None) -> Decimal:
        """Amount of `coin` that open spot orders hold."""
        return sum(
            (
                order.held_value if order.is_buy else order.held_qty
                for order in (*self.open_of(SPOT), *self._waiting())
                if order is not without and _locked_coin(order) == coin
            ),
            ZERO,
        )

    def locked_without_loan(self, coin: str, without: Order | None = None) -> Decimal:
        """Amount of `coin` that open spot orders hold which may not borrow what they lack."""
        return sum(
            (
                order.held_value if order.is_buy else order.held_qty
                for order in (*self.open_of(SPOT), *self._waiting())
                if order is not without and order.is_leverage != "1" and _locked_coin(order) == coin
            ),
            ZERO,
        )

    def _all_locked(self) -> defaultdict[str, Decimal]:
        """Amounts that open spot orders hold, by coin."""
        held: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
        for order in (*self.open_of(SPOT), *self._waiting()):
            held[_locked_coin(order)] += order.held_value if order.is_buy else order.held_qty
        return held

    def available(self) -> Decimal:
        """Dollars that new orders may use as margin."""
        return self.totals().available

    def free(self, coin: str, without: Order | None = None) -> Decimal:
        """Amount of `coin` that no isolated position and no order holds; negative when they hold too much."""
        of = self.sheet()[coin]
        held = of.position_im + of.order_im + self.locked(coin, without)
        return self._account.balances[coin] - self._account.debts.get(coin, ZERO) - held

    def falls_short(self, coin: str) -> bool:
        """Whether the margin of what settles in `coin` is more than the account has for it."""
        return self.free(coin) < 0 if self.is_isolated else self.available() < 0

    def spendable(self, coin: str, without: Order | None = None) -> Decimal:
        """Amount of `coin` a spot order may use.

        A dollar coin that backs positions is limited by what they leave; selling another coin turns it into
        collateral of no smaller share, so all that is free of it may be sold.
        """
        if self.is_isolated:
            return self.free(coin, without)
        free = self._account.balances[coin] - self.locked(coin, without)
        if coin not in STABLE_COINS:
            return free
        held = self.locked(coin) - self.locked(coin, without)
        return min(free, self.available() / self.price(coin) + held)


def _locked_coin(order: Order) -> str:
    return order.instrument.quote if order.is_buy else order.instrument.base
