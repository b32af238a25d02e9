"""The exchange as a client sees it: place, amend, cancel, and what is told afterwards."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from .account import Account
from .admission import MOVED_CATEGORIES, Admission
from .clockwork import Clockwork
from .engine import Engine
from .errors import VenueError, bad_param
from .exchange_config import ExchangeConfig
from .fields import Params, read_category, read_text
from .floor import TradedMarket, link_underlyings
from .forced import Delivered, ForcedCloses
from .funding import Funding
from .identity import Identity
from .inputs import Inputs, taken
from .instruments import SPOT
from .invariants import prove
from .isolated import IsolatedMargin
from .loans import Loans
from .order_desk import OrderDesk
from .position_settings import PositionSettings
from .register import Register
from .reporting import Reporter
from .requests import read_position_idx
from .risk import Risk
from .settlement import Settlement, Step
from .stops import Stops
from .trading_stop import set_trading_stop
from .triggers import Triggers

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from decimal import Decimal

    from .events import Sink
    from .market import Market
    from .orders import Order
    from .positions import Position

__all__ = ["Exchange", "ExchangeConfig"]


class Exchange(Clockwork):
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
    settings : PositionSettings
        Leverage, position mode and margin mode.
    isolated : IsolatedMargin
        Margin of isolated positions.
    loans : Loans
        Spot margin.
    funding : Funding
        Funding rates that were settled.
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
        self.settings = PositionSettings(
            self.account, self.register, self.markets, self._tell_position, self.risk
        )
        self._admission = Admission(self.risk, self._engine, self._settlement)
        triggers = Triggers(self.register, self.markets, self._settlement, self._engine, self._admission)
        self._triggers = triggers
        self.stops = Stops(
            self.register, triggers, self._settlement, self.markets, position=self.position, now_ms=now_ms
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
            settings=self.settings,
        )
        self.loans = Loans(self.account, self.risk, now_ms, self._reporter.tell_wallet)
        self._admission.loans = self.loans
        self.funding = Funding(self._settlement, self.settings, self.markets, now_ms)
        self.isolated = IsolatedMargin(self.risk, self.settings, self._tell_margin)
        self._forced = ForcedCloses(
            self.register,
            self._engine,
            triggers,
            self._settlement,
            self.risk,
            self.settings,
            self.markets,
            now_ms,
            self.isolated,
        )
        self._desk = OrderDesk(
            register=self.register,
            markets=self.markets,
            market=self.market,
            settlement=self._settlement,
            engine=self._engine,
            triggers=triggers,
            admission=self._admission,
            risk=self.risk,
            settings=self.settings,
            now_ms=now_ms,
        )
        self._unfinished: deque[Step] = deque()
        self._is_following = False
        self._looked_ms = 0

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
        """Accept a new order and match it, or hold it until its trigger price.

        Returns
        -------
        Order
            The accepted order, perhaps already ended.

        Raises
        ------
        VenueError
            When Bybit would answer the request with an error code.
        """
        if self.market(params).instrument.key in self._forced.delivered:
            raise VenueError(110074, "This contract is not live")
        return self._desk.place(params)

    @taken
    def amend(self, params: Params) -> Order:
        """Change quantity, price, trigger price, take profit or stop loss of an order that has not ended.

        Raises
        ------
        VenueError
            When the order is gone or the change is not allowed.
        """
        return self._desk.amend(params)

    @taken
    def cancel(self, params: Params) -> Order:
        """Cancel an order that has not ended.

        Raises
        ------
        VenueError
            When the order is unknown or has ended.
        """
        return self._desk.cancel(params)

    @taken
    def cancel_all(self, params: Params) -> list[Order]:
        """Cancel the orders that `symbol`, `baseCoin` or `settleCoin` and `orderFilter` select."""
        return self._desk.cancel_all(params)

    def rehearse(self, params: Params) -> Order:
        """Return the order that `place` would accept, without placing it.

        Raises
        ------
        VenueError
            When `place` would raise it.
        """
        return self._desk.rehearse(params)

    @taken
    def cancel_for(self, cancel_type: str, categories: Collection[str]) -> list[Order]:
        """Cancel every order of some categories on the venue's own account, e.g. as `CancelByDCP`."""
        return self._desk.cancel_for(cancel_type, categories)

    @property
    def delivered(self) -> dict[tuple[str, str], Delivered]:
        """What has been delivered, by category and symbol."""
        return self._forced.delivered

    @taken
    def trading_stop(self, params: Params) -> None:
        """Set take profit, stop loss and trailing stop of a position.

        Raises
        ------
        VenueError
            34040 when nothing would change, 10001 when the position is flat or a price is wrong.
        """
        market = self.market(params)
        if market.instrument.is_spot:
            raise bad_param("Illegal category")
        index = read_position_idx(params, hedged=self.settings.is_hedged(market.instrument))
        with self._settlement.step():
            set_trading_stop(self.stops, market, self.position(market, index), index, params)

    def position(self, market: Market, position_idx: int = 0) -> Position:
        """Position slot of a market: 0 one-way, 1 the long and 2 the short leg."""
        return self.account.position(market.instrument.symbol, position_idx)

    @taken
    def set_leverage(self, params: Params) -> None:
        """Set the leverage of a symbol; the same again is 110043."""
        self.settings.set_leverage(self.market(params), params)

    @taken
    def add_margin(self, params: Params) -> Position:
        """Carry out `/v5/position/add-margin` and return the position."""
        return self.isolated.add(self.market(params), params)

    @taken
    def set_auto_add_margin(self, params: Params) -> None:
        """Carry out `/v5/position/set-auto-add-margin`."""
        self.isolated.set_auto_add(self.market(params), params)

    @taken
    def switch_mode(self, params: Params) -> None:
        """Switch symbols between one-way and hedge mode (`/v5/position/switch-mode`)."""
        self.settings.switch_mode(params)

    @taken
    def set_margin_mode(self, params: Params) -> list[dict[str, str]]:
        """Set the margin mode of the account; return Bybit's `reasons`, empty when it was set."""
        return self.settings.set_margin_mode(params)

    @taken
    def set_limit_px_action(self, category: str, *, modify: bool) -> None:
        """Say whether a price beyond the band is moved to it or refused."""
        names = {SPOT} if category == SPOT else set(MOVED_CATEGORIES)
        if modify:
            self._admission.moves_prices |= names
        else:
            self._admission.moves_prices -= names

    @taken
    def borrow(self, params: Params) -> dict[str, str]:
        """Carry out `/v5/account/borrow`."""
        return self.loans.borrow(params)

    @taken
    def repay(self, params: Params) -> dict[str, str]:
        """Carry out `/v5/account/no-convert-repay`."""
        return self.loans.repay(params)

    @taken
    def repay_converting(self, params: Params) -> dict[str, str]:
        """Carry out `/v5/account/repay`."""
        return self.loans.repay_converting(params)

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
        prove(self.account, self.register, self.markets)

    def find(self, category: str, order_id: str, link_id: str) -> Order | None:
        """Order by `orderId`, else the newest by `orderLinkId`."""
        return self.register.find(category, order_id, link_id)

    def _tell_position(self, market: TradedMarket) -> None:
        self._reporter.tell_position(market, self.now_ms())

    def _tell_margin(self, market: TradedMarket) -> None:
        self._tell_position(market)
        self._reporter.tell_wallet([market.instrument.settle], self.now_ms())

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
