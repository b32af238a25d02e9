"""Which markets move: all that somebody follows, and the others only so far that their quotes keep up.

The synthetic flow of a market runs while one of its topics is subscribed, a request named it within the last
minute, or the account ever had an order in it. Other markets show one quote per side, brought to the coin's
price every few seconds; the first request or subscription lays the whole book before it is answered.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile
from typing import TYPE_CHECKING

from .flow import lay_auction_book, lay_quiet_book
from .latent import CoinPrice, LaterPrice
from .options import OptionFlow
from .synthetic import SyntheticFlow, lot_value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from nautilus_bybit_adapter.sim.exchange.exchange import Exchange
    from nautilus_bybit_adapter.sim.exchange.floor import TradedMarket
    from nautilus_bybit_adapter.sim.exchange.instruments import Instrument
    from nautilus_bybit_adapter.sim.exchange.orders import Order

    from .flow import Flow, RestingFlow
    from .params import FlowParams

AWAKE_MS = 60_000
REQUOTE_MS = 5_000
LOOK_MS = 1_000
# Statuses in which nobody trades any more.
OVER = ("Delivering", "Closed")
IDLE = ("PreLaunch", *OVER)
# How often the index of a moving market is told.
FOLLOW_MS = 100
# Value of the one quote per side of a market that stands still.
STILL_VALUE = 10_000
BUSY_COINS = ("BTC", "ETH")
# Parts of the full rates at which quieter markets run.
DATED_PACE, SMALL_PACE = 0.2, 0.4
_STALE_PART = 0.0005


class LazyFlow:
    """The flow of one market, still while nobody looks.

    Parameters
    ----------
    market : TradedMarket
        The market.
    make : callable
        Makes the flow at a time in ms, with its book laid.
    index : callable
        Returns the outside index in ticks at a time in ms; None when the market has no index of its own.
    now_ms : callable
        The venue's clock, ms.
    """

    def __init__(
        self,
        market: TradedMarket,
        make: Callable[[int], RestingFlow],
        index: Callable[[int], float | None],
        now_ms: Callable[[], int],
    ) -> None:
        self.market = market
        self._index = index
        self._followed_ms = 0
        self.kept = False
        self.is_awake = False
        self._make = make
        self._now_ms = now_ms
        self._flow: RestingFlow | None = None
        market.on_ask = self.wake

    @property
    def is_wanted(self) -> bool:
        """Whether somebody follows the market."""
        market = self.market
        return self.kept or market.watchers > 0 or self._now_ms() - market.asked_ms < AWAKE_MS

    def wake(self) -> None:
        """Lay the book and run, from now on; a market that was delivered stays as it is."""
        if self.is_awake or self.market.inputs.is_taking or self.market.status in IDLE:
            return
        self.is_awake = True
        now_ms = self._now_ms()
        self._follow(now_ms)
        if self._flow is None:
            self._flow = self._make(now_ms)
            self._flow.begin(now_ms)
        else:
            self._flow.resume(now_ms)
        self._follow_price()

    def advance(self, now_ms: int) -> None:
        """Run up to `now_ms`."""
        if self.is_awake and self._flow is not None:
            self._flow.advance(now_ms)
            if now_ms - self._followed_ms >= FOLLOW_MS:
                self._follow(now_ms)

    def quote(self) -> None:
        """Show one quote per side around the present price, in place of a whole book."""
        market = self.market
        if market.status == "PreLaunch":
            return
        market.quote(self._index(self._now_ms()), max(1, int(STILL_VALUE / lot_value(market))))
        self._follow_price()

    def rest(self) -> None:
        """Stand still until somebody looks again."""
        self.is_awake = False
        if any(side.anonymous() for side in (self.market.book.rpi_bids, self.market.book.rpi_asks)):
            self.market.lay_rpi({}, {})
        self.quote()

    def _follow(self, now_ms: int) -> None:
        self._followed_ms = now_ms
        index = self._index(now_ms)
        if index is not None:
            self.market.follow_index(index)

    def _follow_price(self) -> None:
        market = self.market
        if abs(market.last_ticks - market.mark_ticks) > _STALE_PART * market.mark_ticks + 1:
            market.take("Buy", 1)


class Schedule:
    """Flows of all markets.

    Parameters
    ----------
    exchange : Exchange
        Whose markets move.
    now_ms : callable
        The venue's clock, ms.
    seed : int
        Seed of the synthetic flow.
    params : FlowParams
        Its shape.
    is_quiet : bool
        Whether markets without a recording stand still with a static book.
    recorded : mapping
        Flows of recordings by category and symbol; they always run.
    is_new : bool
        Whether the books are to be laid; otherwise the prices go on where the exchange stands.
    """

    def __init__(
        self,
        exchange: Exchange,
        now_ms: Callable[[], int],
        *,
        seed: int,
        params: FlowParams,
        is_quiet: bool,
        recorded: Mapping[tuple[str, str], Flow],
        is_new: bool = True,
    ) -> None:
        self._exchange = exchange
        self._now_ms = now_ms
        self._seed = seed
        self._params = params
        self._recorded = list(recorded.values())
        self._coins: dict[str, CoinPrice] = {}
        self._lazy: dict[tuple[str, str], LazyFlow] = {}
        self._orders_seen = 0
        self._looked_ms = 0
        self._turn = 0
        self._is_quiet = is_quiet
        self._known: set[tuple[str, str]] = set(recorded)
        self._meet(is_new=is_new)
        exchange.inputs.ahead = self._ask

    def _meet(self, *, is_new: bool) -> None:
        """Let the markets move that are not known yet."""
        for key, market in self._exchange.markets.items():
            if key in self._known:
                continue
            self._known.add(key)
            if not self._is_quiet:
                self._lazy[key] = self._lazy_flow(market)
                if is_new and market.gathers:
                    lay_auction_book(market)
                elif is_new:
                    self._lazy[key].quote()
            elif is_new and not market.is_silent:
                lay_quiet_book(market)

    def begin(self, now_ms: int) -> None:
        """Let time start at `now_ms`."""
        for flow in self._recorded:
            flow.begin(now_ms)
        for coin in self._coins.values():
            coin.begin(now_ms)
        self._looked_ms = now_ms

    def advance(self, now_ms: int) -> None:
        """Apply everything that happens up to `now_ms`.

        Raises
        ------
        ReplayError
            At the first damaged line of a recording; the recordings end there.
        """
        try:
            for flow in self._recorded:
                flow.advance(now_ms)
        except Exception:
            self._recorded.clear()
            raise
        if len(self._exchange.markets) > len(self._known):
            self._meet(is_new=True)
        for lazy in self._lazy.values():
            if lazy.is_awake and lazy.market.status not in OVER:
                lazy.advance(now_ms)
        if now_ms - self._looked_ms >= LOOK_MS:
            self._look(now_ms)

    def awake(self) -> list[tuple[str, str]]:
        """Category and symbol of the markets whose synthetic flow runs."""
        return [key for key, lazy in self._lazy.items() if lazy.is_awake]

    def _ask(self, category: object, symbol: object) -> None:
        """Wake a market before the request that names it is carried out."""
        lazy = self._lazy.get((str(category), str(symbol)))
        if lazy is not None:
            lazy.market.asked()

    def _lazy_flow(self, market: TradedMarket) -> LazyFlow:
        it, params = market.instrument, pace(market.instrument, self._params)
        if it.is_option:
            return LazyFlow(
                market,
                lambda now: OptionFlow(market, self._seed, params, now),
                lambda _now: None,
                self._now_ms,
            )
        coin = self._price_for(market)
        start = float(it.index_price / it.tick)
        return LazyFlow(
            market,
            lambda now: SyntheticFlow(market, self._seed, params, now, coin),
            lambda now: start * coin.at(now).lagged,
            self._now_ms,
        )

    def _price_for(self, market: TradedMarket) -> CoinPrice | LaterPrice:
        it, coin = market.instrument, self._coin(market)
        launched = it.listing.launch_time
        if not launched.isdecimal() or int(launched) < self._exchange.started_ms:
            return coin
        return LaterPrice(coin, coin.at(self._now_ms()).lagged * float(it.index_price / market.index))

    def _coin(self, market: TradedMarket) -> CoinPrice:
        name = market.instrument.base
        if name not in self._coins:
            level = float(market.index / market.instrument.index_price)
            self._coins[name] = CoinPrice(self._seed, name, self._params, self._now_ms(), level)
        return self._coins[name]

    def _look(self, now_ms: int) -> None:
        """Once a second: keep what was traded, let rest what nobody follows, move some of the still quotes."""
        parts = max(1, (now_ms - self._looked_ms) // LOOK_MS)
        self._looked_ms = now_ms
        self._keep_traded()
        for key, lazy in list(self._lazy.items()):
            if lazy.market.status in OVER:
                del self._lazy[key]
            elif lazy.is_awake and not lazy.is_wanted:
                lazy.rest()
        still = [lazy for lazy in self._lazy.values() if not lazy.is_awake]
        rounds = REQUOTE_MS // LOOK_MS
        for _ in range(min(parts, rounds)):
            self._turn = (self._turn + 1) % rounds
            for lazy in still[self._turn :: rounds]:
                lazy.quote()

    def _keep_traded(self) -> None:
        register, seen = self._exchange.register, self._orders_seen
        newest_first = takewhile(lambda order: order.number > seen, reversed(register.orders.values()))
        for key in _keys(reversed([*newest_first])):
            if key in self._lazy:
                self._lazy[key].kept = True
                self._lazy[key].wake()
        self._orders_seen = register.entered


def pace(it: Instrument, params: FlowParams) -> FlowParams:
    """Rates of one market: full on perpetuals and spot of the busy coins, a part of them elsewhere."""
    factor = 1.0
    if it.is_derivative and not it.is_perpetual:
        factor = DATED_PACE
    elif it.base not in BUSY_COINS:
        factor = SMALL_PACE
    if it.is_option or factor == 1.0:
        return params
    return replace(
        params,
        adds_per_s=params.adds_per_s * factor,
        cancels_per_s=params.cancels_per_s * factor,
        markets_per_s=params.markets_per_s * factor,
    )


def _keys(orders: Iterable[Order]) -> dict[tuple[str, str], None]:
    return dict.fromkeys(order.instrument.key for order in orders)
