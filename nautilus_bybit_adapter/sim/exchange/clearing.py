"""The parts of an exchange put together, and what it does of its own accord.

Time brings fundings, released orders and liquidations; fundings, liquidations, deleveraging and deliveries can
also be forced at any moment.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from .account import Account
from .admission import Admission
from .auction import Auctions
from .available import AvailableProof
from .deliveries import Deliveries
from .engine import Engine
from .errors import bad_param
from .fields import Params, read_category, read_text
from .floor import TradedMarket, link_underlying
from .forced import Delivered, ForcedCloses
from .funding import Funding
from .identity import Identity
from .inputs import Inputs, taken
from .instruments import LINEAR
from .interest import Interest
from .invariants import prove, prove_interest
from .isolated import IsolatedMargin
from .loans import Loans
from .mmp import MarketMakerProtection
from .moves import Moves
from .order_desk import OrderDesk
from .position_settings import PositionSettings
from .register import Register
from .reporting import Reporter
from .retention import forget_fills
from .risk import Risk
from .settlement import Settlement, Step
from .stops import Stops
from .triggers import Triggers

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from .events import Sink
    from .exchange_config import ExchangeConfig
    from .instruments import Instrument
    from .market import Market
    from .positions import Position

# How often time alone is looked at for prices and margins.
LOOK_INTERVAL_MS = 50


class Clearing:
    """Markets, account and ledger of an exchange, and the events no client asks for.

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
    interest : Interest
        What loans have cost.
    mmp : MarketMakerProtection
        Limits of quotes of options.
    funding : Funding
        Funding rates that were settled.
    """

    def __init__(self, config: ExchangeConfig, now_ms: Callable[[], int], sink: Sink) -> None:
        self.config = config
        self.sink = sink
        self.inputs = Inputs(now_ms)
        self.now_ms = now_ms = self.inputs.now_ms
        self.started_ms = now_ms()
        self.account = Account(
            config.balances, config.fees, config.leverage, config.instruments, config.fee_terms
        )
        self._identity = Identity(config.seed, now_ms())
        self.register = Register(self._identity)
        self._settlement = Settlement(self.account, self._identity, now_ms, self._publish)
        self._engine = Engine(self._settlement, now_ms)
        self.markets: dict[tuple[str, str], TradedMarket] = {
            it.key: TradedMarket(it, self._identity, self._engine, self._settlement, self.inputs)
            for it in config.instruments
        }
        for market in self.markets.values():
            link_underlying(market, self.markets)
        self.risk = Risk(
            self.account,
            self.markets,
            self.register.open_in,
            config.collateral,
            self.register.holding,
        )
        self.account.price = self.risk.price
        self.account.held_by_orders = self.risk.locked_without_loan
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
        self.interest = Interest(self.account, config.seed, now_ms, self._reporter.tell_wallet)
        self.mmp = MarketMakerProtection(self.register, self._engine, self._settlement, self.markets, now_ms)
        self._admission.mmp = self.mmp
        self.isolated = IsolatedMargin(self.risk, self.settings, self._tell_margin)
        self.funding = Funding(self._settlement, self.settings, self.markets, now_ms, self.isolated)
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
        self._deliveries = Deliveries(self._forced, self.markets, self._enlist)
        self.auctions = Auctions(self.markets, self._settlement, self.risk, now_ms)
        self._moves = Moves(self.register, self._settlement, self.settings, self.risk, now_ms)
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
            rpi_maker=config.rpi_maker,
            auctions=self.auctions,
        )
        self._available = AvailableProof(self.account, self.risk, self.markets)
        self._unfinished: deque[Step] = deque()
        self._is_following = False
        self._looked_ms = 0
        # Last, as an auction that is over by now is matched here.
        self.auctions.advance(now_ms())

    @property
    def input_target(self) -> str:
        """What its inputs are told apart by."""
        return "exchange"

    def market(self, params: Params) -> TradedMarket:
        """Market that `category` and `symbol` of `params` name, or 10001."""
        category, symbol = read_category(params), read_text(params, "symbol")
        market = self.markets.get((category, symbol))
        if market is None:
            raise bad_param(f"params error: symbol invalid {symbol}".rstrip())
        market.asked()
        return market

    def position(self, market: Market, position_idx: int = 0) -> Position:
        """Position slot of a market: 0 one-way, 1 the long and 2 the short leg."""
        return self.account.position(market.instrument.symbol, position_idx)

    @property
    def delivered(self) -> dict[tuple[str, str], Delivered]:
        """What has been delivered, by category and symbol."""
        return self._forced.delivered

    def advance(self, now_ms: int) -> None:
        """Do what time brings by `now_ms`: funding, interest, deliveries, released orders, liquidation."""
        if self.funding.is_due(now_ms):
            self.settle_due_funding(now_ms)
        if self.interest.is_due(now_ms):
            self.charge_due_interest(now_ms)
        if self._deliveries.is_due(now_ms):
            self.deliver_due(now_ms)
        if self.auctions.is_due(now_ms):
            self.begin_due_phases(now_ms)
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
    def charge_due_interest(self, now_ms: int) -> None:
        """Charge the interest of every hour that has passed by `now_ms`."""
        self.interest.advance(now_ms)

    @taken
    def deliver_due(self, now_ms: int) -> None:
        """Deliver and close every contract whose time has come by `now_ms`, and list what follows it."""
        self._deliveries.advance(now_ms)

    @taken
    def begin_due_phases(self, now_ms: int) -> None:
        """Begin every phase before a launch whose time has come by `now_ms`, and match where an auction ends."""
        self.auctions.advance(now_ms)

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
        """Liquidate while the account, or an isolated position, does not cover its maintenance margin."""
        while self._forced.is_due():
            self._forced.liquidate_next()

    @taken
    def adl(self, symbol: str, qty: Decimal, category: str = LINEAR) -> None:
        """Close up to `qty` of a position against a bankrupt one now."""
        self._forced.deleverage(self.market({"category": category, "symbol": symbol}), qty)

    @taken
    def deliver(self, symbol: str, category: str = LINEAR) -> None:
        """Deliver a dated contract or an option now; it takes no order afterwards."""
        self._forced.deliver(self.market({"category": category, "symbol": symbol}))
        self._deliveries.noticed()

    def check(self) -> None:
        """Prove that the account adds up and the books hold exactly the open orders.

        Raises
        ------
        LedgerError
            Naming the first figure that disagrees.
        """
        prove(self.account, self.register, self.markets)
        prove_interest(self.account, self.interest)
        self.risk.order_margins.prove()
        self._available.prove()

    def _enlist(self, it: Instrument) -> None:
        """Open a market for an instrument that was not there at the start."""
        market = TradedMarket(it, self._identity, self._engine, self._settlement, self.inputs)
        self.markets[it.key] = market
        link_underlying(market, self.markets)
        self.account.enlist(it)
        self.risk.enlist(market)

    def _tell_position(self, market: TradedMarket) -> None:
        self._reporter.tell_position(market, self.now_ms())

    def _tell_margin(self, market: TradedMarket) -> None:
        self._tell_position(market)
        self._reporter.tell_wallet([market.instrument.settle], self.now_ms())

    def _publish(self, step: Step) -> None:
        for order in step.orders.values():
            self.register.file(order)
            self.account.order_margins.pop(order.instrument.key, None)
        if step.has_news:
            self._reporter.report(step)
        if step.trades:
            self._triggers.see(step.trades)
        if step.executions:
            forget_fills(self.account, self.register, self.now_ms())
            self._unfinished.append(step)
        if not self._is_following:
            self._follow()

    def _follow(self) -> None:
        """Let fills set and end stops, and prices release orders, until nothing follows any more."""
        self._is_following = True
        try:
            while True:
                if self._unfinished:
                    step = self._unfinished.popleft()
                    self.mmp.after(step)
                    self.stops.after(step)
                elif not self._triggers.release_due():
                    return
        finally:
            self._is_following = False
