"""The exchange as a client sees it: place, amend, cancel, and what is told afterwards."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from . import catalogue
from .account import Account
from .admission import MOVED_CATEGORIES, Admission
from .engine import Engine
from .errors import VenueError, bad_param
from .fees import FeeRates, default_fees
from .fields import Params, read_category, read_text
from .floor import TradedMarket, link_underlyings
from .forced import Delivered, ForcedCloses
from .funding import Funding
from .identity import Identity
from .inputs import Inputs, taken
from .instruments import LINEAR, SPOT, Instrument, default_catalogue
from .invariants import prove
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
    from collections.abc import Callable, Collection, Mapping

    from .events import Sink
    from .market import Market
    from .orders import Order
    from .positions import Position

# How often time alone is looked at for prices and margins.
LOOK_INTERVAL_MS = 50


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
    settings : PositionSettings
        Leverage, position mode and margin mode.
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
            self.account, self.register, self.markets, self._tell_position, self.risk.available
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
        self._forced = ForcedCloses(
            self.register,
            self._engine,
            triggers,
            self._settlement,
            self.risk,
            self.settings,
            self.markets,
            now_ms,
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

    def advance(self, now_ms: int) -> None:
        """Do what time brings by `now_ms`: funding, released orders, liquidation."""
        if self.funding.is_due(now_ms):
            self.settle_due_funding(now_ms)
        if 0 <= now_ms - self._looked_ms < LOOK_INTERVAL_MS:
            return
        self._looked_ms = now_ms
        if self._triggers.due() is not None:
            self.release_due()
        if self._forced.is_due():
            self.liquidate_due()

    @taken
    def settle_due_funding(self, now_ms: int) -> None:
        """Settle every funding whose time has come by `now_ms`."""
        self.funding.advance(now_ms)

    @taken
    def release_due(self) -> None:
        """Release the waiting orders whose mark or index price time has brought."""
        self._follow()

    @taken
    def settle_funding(self, symbol: str, rate: Decimal | None = None, category: str = LINEAR) -> None:
        """Settle the funding of a market now, at its present rate unless `rate` is given."""
        market = self.market({"category": category, "symbol": symbol})
        self.funding.settle(market, self.now_ms(), rate)

    @taken
    def liquidate(self, symbol: str, category: str = LINEAR) -> None:
        """Take over the positions of a symbol now, as if its margin were lost."""
        self._forced.liquidate(self.market({"category": category, "symbol": symbol}))

    @taken
    def liquidate_due(self) -> None:
        """Liquidate, largest first, while the account does not cover its maintenance margin."""
        while self._forced.is_due():
            self._forced.liquidate_largest()

    @taken
    def adl(self, symbol: str, qty: Decimal, category: str = LINEAR) -> None:
        """Close up to `qty` of a position against a bankrupt one now."""
        self._forced.deleverage(self.market({"category": category, "symbol": symbol}), qty)

    @taken
    def deliver(self, symbol: str, category: str = LINEAR) -> None:
        """Deliver a dated contract or an option now; it takes no order afterwards."""
        self._forced.deliver(self.market({"category": category, "symbol": symbol}))

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
