"""The exchange as a client sees it: place, amend, cancel, and what is told afterwards."""

from __future__ import annotations

from collections import Counter, deque
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
from .inputs import Inputs, taken
from .instruments import SPOT, Instrument, default_catalogue
from .register import Register
from .reporting import Reporter
from .requests import (
    OrderRequest,
    Params,
    read_category,
    read_link_id,
    read_order,
    read_position_idx,
    read_text,
)
from .risk import Risk
from .selection import is_filter_named, read_selection
from .settlement import Settlement, Step
from .stops import Stops
from .trading_stop import set_trading_stop
from .triggers import Triggers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .events import Sink
    from .market import Market
    from .orders import Order
    from .positions import Position

MAX_OPEN_ORDERS = 500
MAX_CONDITIONALS = 10
MAX_SPOT_CONDITIONALS = 30


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
    register : Register
        All orders, by id and by what they are doing.
    stops : Stops
        What protects positions.
    """

    def __init__(self, config: ExchangeConfig, now_ms: Callable[[], int], sink: Sink) -> None:
        self.config = config
        self.sink = sink
        self.inputs = Inputs(now_ms)
        self.now_ms = now_ms = self.inputs.now_ms
        self.started_ms = now_ms()
        self.account = Account(config.balances, config.fees, config.leverage, config.instruments)
        self._identity = Identity(config.seed, now_ms())
        self.register = Register(self._identity)
        self._settlement = Settlement(self.account, self._identity, now_ms, self._publish)
        self._engine = Engine(self._settlement, now_ms)
        self.markets: dict[tuple[str, str], TradedMarket] = {
            it.key: TradedMarket(it, self._identity, self._engine, self._settlement, self.inputs)
            for it in config.instruments
        }
        link_underlyings(self.markets)
        self.risk = Risk(
            self.account,
            self.markets,
            self.register.open_orders,
            config.collateral,
            self.register.holding,
        )
        self._admission = Admission(self.risk, self._engine, self._settlement)
        self._triggers = Triggers(
            self.register, self.markets, self._settlement, self._engine, self._admission
        )
        self.stops = Stops(
            self.register,
            self._triggers,
            self._settlement,
            self.markets,
            position=self.position,
            now_ms=now_ms,
        )
        self._reporter = Reporter(
            self.account,
            self.risk,
            self.markets,
            now_ms,
            sink,
            uid=config.uid,
            smp_group=config.smp_group,
            stops=self.stops,
        )
        self._unfinished: deque[Step] = deque()
        self._is_following = False

    @property
    def input_target(self) -> str:
        """What its inputs are told apart by."""
        return "exchange"

    @property
    def orders(self) -> dict[str, Order]:
        """All orders by `orderId`."""
        return self.register.orders

    @property
    def open_orders(self) -> dict[str, Order]:
        """Orders in a book by `orderId`."""
        return self.register.open_orders

    def market(self, params: Params) -> TradedMarket:
        """Market that `category` and `symbol` of `params` name, or 10001."""
        category, symbol = read_category(params), read_text(params, "symbol")
        market = self.markets.get((category, symbol))
        if market is None:
            raise bad_param(f"params error: symbol invalid {symbol}".rstrip())
        market.asked()
        return market

    @taken
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
        if order.trigger is None or order.filter_kind == "tpslOrder":
            self._admission.check_funds(market, order)
        with self._settlement.step():
            if order.trigger is None:
                self.register.enter(order)
                self._engine.submit(market, order)
            else:
                self._triggers.hold(order)
        return order

    @taken
    def amend(self, params: Params) -> Order:
        """Change quantity, price, trigger price, take profit or stop loss of an order that has not ended.

        The place in the queue is kept only when the quantity falls at an unchanged price.

        Raises
        ------
        VenueError
            When the order is gone or the change is not allowed.
        """
        market = self.market(params)
        order = self._live_order(params, "replace")
        with self._settlement.step():
            if order.is_waiting:
                self._triggers.amend(market, order, params)
                return order
            ticks, lots, order.protection = self._admission.amended(market, order, params)
            if ticks == order.ticks and lots <= order.lots:
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

    @taken
    def cancel(self, params: Params) -> Order:
        """Cancel an open order.

        Raises
        ------
        VenueError
            When the order is unknown or has ended.
        """
        market = self.market(params)
        order = self._live_order(params, "cancel")
        with self._settlement.step():
            self._withdraw(market, order)
        return order

    @taken
    def cancel_all(self, params: Params) -> list[Order]:
        """Cancel the orders that `symbol`, `baseCoin` or `settleCoin` and `orderFilter` select."""
        wanted = read_selection(params)
        if wanted.symbol:
            self.market(params)
        orders = [order for order in self.register.live(wanted.category) if wanted.takes(order)]
        with self._settlement.step():
            for order in orders:
                if order.is_live:
                    self._withdraw(self.markets[order.instrument.key], order)
        return orders

    def _withdraw(self, market: TradedMarket, order: Order) -> None:
        if order.is_open:
            self._engine.withdraw(market, order, cancel_type="CancelByUser", reason="EC_PerCancelRequest")
            return
        self._triggers.withdraw(order, "CancelByUser")
        sibling = self.orders.get(order.sibling_id)
        if sibling is not None and sibling.is_waiting and not order.instrument.is_linear:
            self._triggers.withdraw(sibling, "CancelByUser")

    @taken
    def trading_stop(self, params: Params) -> None:
        """Set take profit, stop loss and trailing stop of a position.

        Raises
        ------
        VenueError
            34040 when nothing would change, 10001 when the position is flat or a price is wrong.
        """
        market = self.market(params)
        if not market.instrument.is_linear:
            raise bad_param("Illegal category")
        position_idx = read_position_idx(params, hedged=False)
        with self._settlement.step():
            set_trading_stop(self.stops, market, self.position(market, position_idx), position_idx, params)

    def position(self, market: Market, position_idx: int = 0) -> Position:
        """Position of a market and a leg."""
        del position_idx
        return self.account.position(market.instrument.symbol)

    @taken
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

    @taken
    def transfer(self, coin: str, amount: Decimal, kind: str) -> None:
        """Book `amount` of `coin` coming in, negative when it goes out, as an entry of `kind`; tell the wallet."""
        now_ms = self.now_ms()
        self.account.enter(now_ms, coin, kind, cash_flow=amount)
        self._reporter.tell_wallet([coin], now_ms)

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
        for order in self.orders.values():
            waiting = self.register.waiting.get(order.instrument.key, {})
            places = (order.order_id in self.open_orders, order.order_id in waiting)
            if places != (order.is_open, order.is_waiting):
                raise LedgerError(f"{order.order_id} is {order.status} but filed elsewhere")
        if resting != self.open_orders.keys():
            raise LedgerError(f"open but not in a book: {self.open_orders.keys() ^ resting}")

    def find(self, category: str, order_id: str, link_id: str) -> Order | None:
        """Order by `orderId`, else the newest by `orderLinkId`."""
        return self.register.find(category, order_id, link_id)

    def _check_new(self, it: Instrument, request: OrderRequest) -> None:
        if request.link_id and (it.category, request.link_id) in self.register.by_link:
            if it.is_linear:
                raise VenueError(110072, "OrderLinkedID is duplicate")
            raise VenueError(170141, "Duplicate clientOrderId.")
        if request.trigger is not None:
            kinds = [o.stop_kind for o in self.register.waiting_of(it.key)]
            if kinds.count(request.stop_kind) >= (
                MAX_CONDITIONALS if it.is_linear else MAX_SPOT_CONDITIONALS
            ):
                raise VenueError(
                    110009 if it.is_linear else 170810, "The number of stop orders exceeds the limit."
                )
        elif len(self.risk.open_of(it.category, it.symbol)) >= MAX_OPEN_ORDERS:
            raise VenueError(110020 if it.is_linear else 170810, "Active orders exceed the limit of 500.")

    def _live_order(self, params: Params, verb: str) -> Order:
        category, order_id = read_category(params), read_text(params, "orderId")
        link_id = read_link_id(params)
        if not order_id and not link_id:
            raise bad_param("params error: OrderId or orderLinkId is required")
        order = self.find(category, order_id, link_id)
        named = order is not None and order.instrument.symbol == params.get("symbol")
        if order is not None and order.is_live and named and is_filter_named(order, params, verb):
            return order
        if category != SPOT:
            raise VenueError(110001, f"order not exists or too late to {verb}")
        if order is None or order.is_live:
            raise VenueError(170213, "Order does not exist.")
        if order.status == "Filled":
            raise VenueError(170139, "Order has been filled.")
        raise VenueError(170142, "Order has been canceled.")

    def _publish(self, step: Step) -> None:
        for order in step.orders.values():
            self.register.file(order)
        self._reporter.report(step)
        if step.executions:
            self._unfinished.append(step)
        if not self._is_following:
            self._follow()

    def _follow(self) -> None:
        """Let fills set and end stops, and prices release orders, until nothing follows any more."""
        self._is_following = True
        try:
            while True:
                if self._unfinished:
                    self.stops.after(self._unfinished.popleft())
                elif not self._triggers.release_due():
                    return
        finally:
            self._is_following = False
