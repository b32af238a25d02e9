"""The exchange as a client sees it: place, amend, cancel, and what is told afterwards."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from . import catalogue
from .account import Account, LedgerError
from .admission import Admission
from .amounts import parse_amount
from .engine import Engine
from .errors import VenueError, bad_param
from .fees import FeeRates, default_fees
from .floor import TradedMarket, link_underlyings
from .identity import Identity
from .instruments import LINEAR, Instrument, default_catalogue
from .reporting import Reporter
from .requests import (
    OrderRequest,
    Params,
    read_category,
    read_link_id,
    read_order,
    read_text,
)
from .risk import Risk
from .settlement import Settlement, Step

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .events import Sink
    from .orders import Order

MAX_OPEN_ORDERS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeConfig:
    """What the exchange starts with.

    Parameters
    ----------
    instruments : tuple of Instrument
        The catalogue.
    balances : mapping of str to Decimal
        Coins of the account.
    fees : mapping of str to FeeRates
        Fee rates by category.
    collateral : mapping of str to Decimal
        Share of a coin's value that backs positions, by coin.
    leverage : Decimal
        Leverage of each symbol at the start.
    uid : int
        User id, part of the envelope ids.
    smp_group : int or str
        What orders show as `smpGroup`; older answers carry the number 0, newer ones a string.
    seed : int
        Seed of the ids.
    """

    instruments: tuple[Instrument, ...] = field(default_factory=default_catalogue)
    balances: Mapping[str, Decimal] = field(
        default_factory=lambda: {"USDT": Decimal(100_000), "BTC": Decimal(1), "ETH": Decimal(10)}
    )
    fees: Mapping[str, FeeRates] = field(default_factory=default_fees)
    collateral: Mapping[str, Decimal] = field(
        default_factory=lambda: catalogue.default_catalogue().collateral
    )
    leverage: Decimal = Decimal(10)
    uid: int = 386825804
    smp_group: int | str = 0
    seed: int = 1


class Exchange:
    """One account on a few markets; synchronous, and told the time.

    Parameters
    ----------
    config : ExchangeConfig
        What it starts with.
    now_ms : callable
        Returns the venue's time in ms.
    sink : callable
        Receives every event, in order.

    Attributes
    ----------
    markets : dict
        Markets by `(category, symbol)`.
    orders, open_orders : dict of str to Order
        All orders, and the open ones, by `orderId`.
    """

    def __init__(self, config: ExchangeConfig, now_ms: Callable[[], int], sink: Sink) -> None:
        self.config = config
        self.now_ms = now_ms
        self.started_ms = now_ms()
        self.account = Account(config.balances, config.fees, config.leverage, config.instruments)
        self.orders: dict[str, Order] = {}
        self.open_orders: dict[str, Order] = {}
        self.by_link: dict[tuple[str, str], Order] = {}
        self._identity = Identity(config.seed, now_ms())
        self._settlement = Settlement(self.account, self._identity, now_ms, self._publish)
        self._engine = Engine(self._settlement, now_ms)
        self.markets: dict[tuple[str, str], TradedMarket] = {
            it.key: TradedMarket(it, self._identity, self._engine, self._settlement, now_ms)
            for it in config.instruments
        }
        link_underlyings(self.markets)
        self.risk = Risk(self.account, self.markets, self.open_orders, config.collateral)
        self._admission = Admission(self.risk, self._engine, self._settlement)
        self._reporter = Reporter(
            self.account, self.risk, self.markets, now_ms, sink, uid=config.uid, smp_group=config.smp_group
        )

    def market(self, params: Params) -> TradedMarket:
        """Market that `category` and `symbol` of `params` name, or 10001."""
        category, symbol = read_category(params), read_text(params, "symbol")
        market = self.markets.get((category, symbol))
        if market is None:
            raise bad_param(f"params error: symbol invalid {symbol}".rstrip())
        market.asked()
        return market

    def place(self, params: Params) -> Order:
        """Accept a new order and match it.

        Returns
        -------
        Order
            The accepted order, perhaps already ended.

        Raises
        ------
        VenueError
            When Bybit would answer the request with an error code.
        """
        market = self.market(params)
        request = read_order(params, market)
        self._check_new(market.instrument, request)
        order = self._admission.new_order(market, request, self.now_ms())
        self._admission.check_funds(market, order)
        self._remember(order)
        with self._settlement.step():
            self._engine.submit(market, order)
        return order

    def amend(self, params: Params) -> Order:
        """Change quantity or price of an open order.

        The place in the queue is kept only when the quantity falls at an unchanged price.

        Raises
        ------
        VenueError
            When the order is gone or the change is not allowed.
        """
        market = self.market(params)
        order = self._open_order(params, "replace")
        ticks, lots = self._admission.amended(market, order, params)
        with self._settlement.step():
            if ticks == order.ticks and lots < order.lots:
                order.lots = lots
                market.next_seq()
                market.touched(self.now_ms())
                self._settlement.told(order)
            else:
                market.book.side(order.side).remove(order)
                market.next_seq()
                market.touched(self.now_ms())
                order.ticks, order.lots = ticks, lots
                self._engine.submit(market, order)
        return order

    def cancel(self, params: Params) -> Order:
        """Cancel an open order.

        Raises
        ------
        VenueError
            When the order is unknown or has ended.
        """
        market = self.market(params)
        order = self._open_order(params, "cancel")
        with self._settlement.step():
            self._engine.withdraw(market, order, cancel_type="CancelByUser", reason="EC_PerCancelRequest")
        return order

    def cancel_all(self, params: Params) -> list[Order]:
        """Cancel the open orders that `symbol`, `baseCoin` or `settleCoin` select."""
        category = read_category(params)
        symbol, base, settle = (read_text(params, name) for name in ("symbol", "baseCoin", "settleCoin"))
        if category == LINEAR and not (symbol or base or settle):
            raise bad_param("params error: symbol, baseCoin or settleCoin is required")
        if symbol:
            self.market(params)
        orders = [
            order
            for order in self.risk.open_of(category)
            if _selected(order.instrument, symbol, base, settle)
        ]
        with self._settlement.step():
            for order in orders:
                market = self.markets[order.instrument.key]
                self._engine.withdraw(market, order, cancel_type="CancelByUser", reason="EC_PerCancelRequest")
        return orders

    def set_leverage(self, params: Params) -> None:
        """Set the leverage of a linear symbol; the same again is 110043."""
        market = self.market(params)
        if not market.instrument.is_linear:
            raise bad_param("Illegal category")
        buy, sell = (parse_amount(params.get(name)) for name in ("buyLeverage", "sellLeverage"))
        if buy is None or sell is None or buy != sell or buy < 1:
            raise bad_param("params error: buyLeverage and sellLeverage must be equal and at least 1")
        if buy > market.instrument.max_leverage:
            raise VenueError(
                110013,
                f"cannot set leverage [{buy * 100:.0f}] gt maxLeverage "
                f"[{market.instrument.max_leverage * 100:.0f}] by risk limit",
            )
        position = self.account.position(market.instrument.symbol)
        if position.leverage == buy:
            raise VenueError(110043, "leverage not modified")
        position.leverage = buy
        position.updated_ms = self.now_ms()
        self._reporter.tell_position(market, position.updated_ms)

    def check(self) -> None:
        """Prove that the account adds up and the books hold exactly the open orders.

        Raises
        ------
        LedgerError
            Naming the first figure that disagrees.
        """
        self.account.check()
        filled: Counter[str] = Counter()
        for execution in self.account.executions:
            filled[execution.order.order_id] += execution.lots
        for order in self.orders.values():
            if filled[order.order_id] != order.filled:
                raise LedgerError(f"{order.order_id} filled {order.filled} lots, executions say {filled}")
        resting: set[str] = set()
        for market in self.markets.values():
            for side in (market.book.bids, market.book.asks):
                side.check()
                resting.update(order.order_id for order in side.orders())
        if resting != self.open_orders.keys():
            raise LedgerError(f"open but not in a book: {self.open_orders.keys() ^ resting}")

    def find(self, category: str, order_id: str, link_id: str) -> Order | None:
        """Order by `orderId`, else the newest by `orderLinkId`."""
        order = self.orders.get(order_id) if order_id else self.by_link.get((category, link_id))
        return order if order is not None and order.instrument.category == category else None

    def _check_new(self, it: Instrument, request: OrderRequest) -> None:
        if request.link_id and (it.category, request.link_id) in self.by_link:
            if it.is_linear:
                raise VenueError(110072, "OrderLinkedID is duplicate")
            raise VenueError(170141, "Duplicate clientOrderId.")
        if len(self.risk.open_of(it.category, it.symbol)) >= MAX_OPEN_ORDERS:
            raise VenueError(110020 if it.is_linear else 170810, "Active orders exceed the limit of 500.")

    def _remember(self, order: Order) -> None:
        order.order_id = self._identity.order_id(order.instrument.category)
        order.number = len(self.orders) + 1
        self.orders[order.order_id] = self.open_orders[order.order_id] = order
        if order.link_id:
            self.by_link[order.instrument.category, order.link_id] = order

    def _open_order(self, params: Params, verb: str) -> Order:
        category, order_id = read_category(params), read_text(params, "orderId")
        link_id = read_link_id(params)
        if not order_id and not link_id:
            raise bad_param("params error: OrderId or orderLinkId is required")
        order = self.find(category, order_id, link_id)
        if order is not None and order.is_open and order.instrument.symbol == params.get("symbol"):
            return order
        if category == LINEAR:
            raise VenueError(110001, f"order not exists or too late to {verb}")
        if order is None:
            raise VenueError(170213, "Order does not exist.")
        if order.status == "Filled":
            raise VenueError(170139, "Order has been filled.")
        raise VenueError(170142, "Order has been canceled.")

    def _publish(self, step: Step) -> None:
        for order_id, order in step.orders.items():
            if not order.is_open:
                self.open_orders.pop(order_id, None)
        self._reporter.report(step)


def _selected(it: Instrument, symbol: str, base: str, settle: str) -> bool:
    if symbol:
        return it.symbol == symbol
    if base:
        return it.base == base
    return not settle or it.settle == settle
