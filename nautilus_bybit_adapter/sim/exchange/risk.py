"""What the account can still afford.

Only USDT backs linear positions here: other coins are spot holdings without collateral value, and the wallet
answer says so (`marginCollateral` false).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from .amounts import ZERO
from .instruments import LINEAR, SPOT
from .margin import order_im, position_im, position_mm
from .market import Market

if TYPE_CHECKING:
    from decimal import Decimal

    from .account import Account
    from .orders import Order

SETTLE = "USDT"
Markets = Mapping[tuple[str, str], Market]


class Risk:
    """Margin and free balances of the account at present prices.

    Parameters
    ----------
    account : Account
        Balances and positions.
    markets : mapping
        Markets by category and symbol.
    open_orders : mapping of str to Order
        Open orders by id.
    waiting : callable, optional
        Orders that hold spot funds while they wait for a price.
    """

    def __init__(
        self,
        account: Account,
        markets: Markets,
        open_orders: Mapping[str, Order],
        waiting: Callable[[], Iterable[Order]] = tuple,
    ) -> None:
        self._waiting = waiting
        self._account = account
        self._markets = markets
        self._open_orders = open_orders

    @property
    def taker_rate(self) -> Decimal:
        """Taker fee of linear fills."""
        return self._account.rates[LINEAR].taker

    def open_of(self, category: str, symbol: str | None = None) -> list[Order]:
        """Open orders of a category, of one symbol when it is given."""
        return [
            order
            for order in self._open_orders.values()
            if order.instrument.category == category and symbol in {None, order.instrument.symbol}
        ]

    def unrealised(self) -> Decimal:
        """Open result of all linear positions in USDT."""
        return sum(
            (p.unrealised(self._markets[LINEAR, s].mark) for s, p in self._account.positions.items()), ZERO
        )

    def positions_im(self) -> Decimal:
        """Return the initial margin of all positions in USDT."""
        return sum(
            (
                position_im(p, self._markets[LINEAR, s].mark, self.taker_rate)
                for s, p in self._account.positions.items()
            ),
            ZERO,
        )

    def positions_mm(self) -> Decimal:
        """Maintenance margin of all positions in USDT."""
        total = ZERO
        for symbol, position in self._account.positions.items():
            market = self._markets[LINEAR, symbol]
            total += position_mm(position, market.mark, market.instrument.mmr, self.taker_rate)
        return total

    def orders_im(self) -> Decimal:
        """Return the initial margin of all open linear orders in USDT."""
        symbols = {order.instrument.symbol for order in self.open_of(LINEAR)}
        return sum((self.order_margin(symbol) for symbol in symbols), ZERO)

    def order_margin(self, symbol: str, extra: Order | None = None, without: Order | None = None) -> Decimal:
        """Return the initial margin of a symbol's open orders: that of the more expensive side.

        Orders that would only close the position cost nothing.
        """
        orders = [order for order in self.open_of(LINEAR, symbol) if order is not without]
        if extra is not None:
            orders.append(extra)
        return max(self._side_margin(symbol, side, orders) for side in ("Buy", "Sell"))

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

    def available(self) -> Decimal:
        """USDT that new linear orders may use as margin."""
        return (
            self._account.balances[SETTLE]
            + self.unrealised()
            - self.positions_im()
            - self.orders_im()
            - self.locked(SETTLE)
        )

    def spendable(self, coin: str, without: Order | None = None) -> Decimal:
        """Amount of `coin` a spot order may use."""
        free = self._account.balances[coin] - self.locked(coin, without)
        if coin != SETTLE:
            return free
        held = self.locked(coin) - self.locked(coin, without)
        return min(free, self.available() + held)

    def usd_value(self, coin: str, amount: Decimal) -> Decimal:
        """Worth of `amount` of `coin`; a USDT is a dollar, a coin without a market is worth nothing."""
        if coin == SETTLE:
            return amount
        market = self._markets.get((SPOT, coin + SETTLE)) or self._markets.get((LINEAR, coin + SETTLE))
        return ZERO if market is None else amount * market.mark

    def _side_margin(self, symbol: str, side: str, orders: Iterable[Order]) -> Decimal:
        mine = [order for order in orders if order.side == side and not order.reduce_only]
        lots = sum(order.lots - order.filled for order in mine)
        if not lots:
            return ZERO
        it = mine[0].instrument
        position = self._account.position(symbol)
        opening = it.qty(lots) - position.would_close(side, it.qty(lots))
        # Whole numbers first: hundreds of orders are summed on every private push.
        units = sum(order.ticks * (order.lots - order.filled) for order in mine)
        value = it.value(units, 1) * opening / it.qty(lots)
        return order_im(value, position.leverage, self.taker_rate)


def _locked_coin(order: Order) -> str:
    return order.instrument.quote if order.is_buy else order.instrument.base
