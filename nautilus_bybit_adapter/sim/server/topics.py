"""The public topics: what a subscriber is sent first and what is pushed when.

Source: Bybit V5 WebSocket public topics.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from nautilus_bybit_adapter.sim.exchange.candles import INTERVALS, Candle, candle_start
from nautilus_bybit_adapter.sim.exchange.chart import candle_at
from nautilus_bybit_adapter.sim.exchange.depth import intervals
from nautilus_bybit_adapter.sim.exchange.instruments import INVERSE, LINEAR, OPTION, SPOT

from .facts_api import price_limit_row
from .frames import book_frame, full_frame, kline_frame, rpi_frame, ticker_frame
from .pools import AdlTopic, InsuranceTopic
from .tickers import topic_ticker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nautilus_bybit_adapter.sim.exchange.depth import DepthFeed
    from nautilus_bybit_adapter.sim.exchange.exchange import Exchange
    from nautilus_bybit_adapter.sim.exchange.floor import TradedMarket

Frame = dict[str, Any]
STATUS_PATH, STATUS_TOPIC = "misc/status", "system.status"
TOUCH_REPEAT_MS = 3000
KLINE_INTERVAL_MS = 1000
PRICE_LIMIT_INTERVAL_MS = 300
TICKER_INTERVAL_MS = {LINEAR: 100, INVERSE: 100, OPTION: 100, SPOT: 50}
_CONTRACTS = (LINEAR, INVERSE)
_NO_OPTIONS = (SPOT, LINEAR, INVERSE)


class Topic(Protocol):
    """One topic with subscribers."""

    def opening(self, now_ms: int) -> Frame | None:
        """Return what a new subscriber is sent after the acknowledgement."""

    def due(self, now_ms: int) -> Iterator[Frame]:
        """Frames that are due for every subscriber."""

    def close(self) -> None:
        """Forget the subscribers: the last one has left."""


class EventTopic:
    """A topic that is pushed from outside, when something happens."""

    def opening(self, now_ms: int) -> Frame | None:
        """Nothing is repeated for a new subscriber."""
        del now_ms
        return None

    def due(self, now_ms: int) -> Iterator[Frame]:
        """Nothing is due by time."""
        del now_ms
        yield from ()

    def close(self) -> None:
        """Nothing is kept."""


class BookTopic:
    """`orderbook.{depth}`; level 1 is sent whole and repeated after three seconds."""

    def __init__(self, market: TradedMarket, feed: DepthFeed, now_ms: int) -> None:
        self._market, self._feed = market, feed
        self._pushed_ms = now_ms

    def opening(self, now_ms: int) -> Frame | None:
        """Snapshot of the window as of the last push; nothing before the contract trades."""
        if self._market.is_silent:
            return None
        self._feed.refresh()
        self._feed.live = True
        return book_frame(self._market, self._feed, None, now_ms)

    def due(self, now_ms: int) -> Iterator[Frame]:
        """One delta, or the snapshot of level 1; a snapshot when the contract begins to trade."""
        if self._market.is_silent:
            return
        if not self._feed.live and (first := self.opening(now_ms)) is not None:
            yield first
        if now_ms - self._pushed_ms < self._feed.interval_ms:
            return
        changes = self._feed.advance()
        touch = self._feed.depth == 1
        if changes is None and not (touch and now_ms - self._pushed_ms >= TOUCH_REPEAT_MS):
            return
        # On a grid, so that a push that comes late does not put off all that follow.
        self._pushed_ms = now_ms - (now_ms - self._pushed_ms) % self._feed.interval_ms
        yield book_frame(self._market, self._feed, None if touch else changes, now_ms)

    def close(self) -> None:
        """Let the window move on by itself."""
        self._feed.live = False


class RpiTopic:
    """`orderbook.rpi`."""

    def __init__(self, market: TradedMarket, now_ms: int) -> None:
        self._market, self._feed = market, market.rpi_feed
        self._pushed_ms = now_ms

    def opening(self, now_ms: int) -> Frame | None:
        """Snapshot of the window as of the last push; nothing before the contract trades."""
        if self._market.is_silent:
            return None
        self._feed.refresh()
        self._feed.live = True
        return rpi_frame(self._market, None, now_ms)

    def due(self, now_ms: int) -> Iterator[Frame]:
        """One delta; a snapshot when the contract begins to trade."""
        if self._market.is_silent:
            return
        if not self._feed.live and (first := self.opening(now_ms)) is not None:
            yield first
        if now_ms - self._pushed_ms >= self._feed.interval_ms and (changes := self._feed.advance()):
            self._pushed_ms = now_ms
            yield rpi_frame(self._market, changes, now_ms)

    def close(self) -> None:
        """Let the window move on by itself."""
        self._feed.live = False


class FullTopic(BookTopic):
    """`orderbook.full`: deltas to the snapshot of `/v5/market/full_orderbook`."""

    def opening(self, now_ms: int) -> Frame | None:
        """Return nothing: the client asks the REST path for its snapshot."""
        super().opening(now_ms)
        return None

    def due(self, now_ms: int) -> Iterator[Frame]:
        """One delta."""
        if now_ms - self._pushed_ms >= self._feed.interval_ms and (changes := self._feed.advance()):
            self._pushed_ms = now_ms
            yield full_frame(self._market, changes, now_ms)


class TickerTopic(EventTopic):
    """`tickers`: changed fields on linear and inverse, everything on spot and option."""

    def __init__(self, market: TradedMarket, now_ms: int) -> None:
        self._market = market
        self._known = topic_ticker(market, now_ms)
        self._pushed_ms = now_ms

    def opening(self, now_ms: int) -> Frame | None:
        """Snapshot as of the last push."""
        return ticker_frame(self._market, "snapshot", self._known, now_ms)

    def due(self, now_ms: int) -> Iterator[Frame]:
        """Return the ticker when it changed."""
        category = self._market.instrument.category
        if now_ms - self._pushed_ms < TICKER_INTERVAL_MS[category]:
            return
        data = topic_ticker(self._market, now_ms)
        changed = {key: value for key, value in data.items() if self._known.get(key) != value}
        if not changed:
            return
        self._known, self._pushed_ms = data, now_ms
        if category in _CONTRACTS:
            yield ticker_frame(self._market, "delta", {"symbol": data["symbol"], **changed}, now_ms)
        else:
            yield ticker_frame(self._market, "snapshot", data, now_ms)


class KlineTopic(EventTopic):
    """`kline.{interval}`: the forming candle every second, each candle once with `confirm`."""

    def __init__(self, exchange: Exchange, market: TradedMarket, interval: str) -> None:
        self._exchange, self._market, self._interval = exchange, market, interval
        self._pushed_ms = exchange.now_ms()
        self._last_start: int | None = None

    def due(self, now_ms: int) -> Iterator[Frame]:
        """Return the candle that has ended, then the forming one."""
        if now_ms - self._pushed_ms < KLINE_INTERVAL_MS:
            return
        self._pushed_ms = now_ms
        start = candle_start(now_ms, self._interval)
        if self._last_start is not None and self._last_start < start:
            yield self._frame(self._last_start, now_ms, confirm=True)
        self._last_start = start
        yield self._frame(start, now_ms, confirm=False)

    def _frame(self, start_ms: int, now_ms: int, *, confirm: bool) -> Frame:
        candle: Candle = candle_at(self._exchange, self._market, self._interval, start_ms)
        return kline_frame(self._market, self._interval, start_ms, candle, now_ms, confirm=confirm)


class PriceLimitTopic(EventTopic):
    """`priceLimit`."""

    def __init__(self, market: TradedMarket, now_ms: int) -> None:
        self._market = market
        self._pushed_ms = now_ms
        self._known: dict[str, str] = {}

    def opening(self, now_ms: int) -> Frame | None:
        """Return the present limits."""
        self._known = price_limit_row(self._market)
        return {"topic": f"priceLimit.{self._known['symbol']}", "data": self._known, "ts": now_ms}

    def due(self, now_ms: int) -> Iterator[Frame]:
        """Return the limits when they changed."""
        if now_ms - self._pushed_ms < PRICE_LIMIT_INTERVAL_MS:
            return
        row = price_limit_row(self._market)
        if row != self._known:
            self._known, self._pushed_ms = row, now_ms
            yield {"topic": f"priceLimit.{row['symbol']}", "data": row, "ts": now_ms}


def make_topic(exchange: Exchange, category: str, name: str) -> Topic | None:
    """Return the topic that `name` is on the socket of `category`; None when it is none."""
    if not is_served(category, name):
        return None
    if category == STATUS_PATH:
        return EventTopic()
    kind, variant, symbol = _parts(name)
    if kind == "publicTrade":
        bases = {market.instrument.base for key, market in exchange.markets.items() if key[0] == OPTION}
        known = symbol in bases if category == OPTION else (category, symbol) in exchange.markets
        return EventTopic() if known else None
    if kind in {"insurance", "adlAlert"}:
        return _pool_topic(exchange, kind, symbol) if symbol in _POOLS[category] else None
    market = exchange.markets.get((category, symbol))
    return None if market is None else _market_topic(exchange, market, kind, variant)


def _market_topic(exchange: Exchange, market: TradedMarket, kind: str, variant: str) -> Topic:
    if kind == "kline":
        return KlineTopic(exchange, market, variant)
    if kind == "orderbook":
        return _book_topic(market, variant, exchange.now_ms())
    return _BY_SYMBOL[kind](market, exchange.now_ms())


def _pool_topic(exchange: Exchange, kind: str, pool: str) -> Topic:
    make = InsuranceTopic if kind == "insurance" else AdlTopic
    return make(exchange, pool, exchange.now_ms())


def named_markets(exchange: Exchange, category: str, name: str) -> list[TradedMarket]:
    """Markets whose state a topic shows."""
    kind, _, symbol = _parts(name)
    if category == OPTION and kind == "publicTrade":
        return [m for key, m in exchange.markets.items() if key[0] == OPTION and m.instrument.base == symbol]
    market = exchange.markets.get((category, symbol))
    return [] if market is None else [market]


def is_served(category: str, name: str) -> bool:
    """Whether a category has topics like `name`, whatever its symbol."""
    kind, variant, symbol = _parts(name)
    if category == STATUS_PATH:
        return name == STATUS_TOPIC
    if not symbol or category not in CATEGORIES.get(kind, ()):
        return False
    if kind == "orderbook":
        return variant in depths(category)
    return kind != "kline" or variant in INTERVALS


def _parts(name: str) -> tuple[str, str, str]:
    kind, _, rest = name.partition(".")
    if kind not in {"orderbook", "kline"}:
        return kind, "", rest
    variant, _, symbol = rest.partition(".")
    return kind, variant, symbol


def _book_topic(market: TradedMarket, variant: str, now_ms: int) -> Topic:
    if variant == "rpi":
        return RpiTopic(market, now_ms)
    if variant == "full":
        return FullTopic(market, market.full_feed, now_ms)
    return BookTopic(market, market.feeds[int(variant)], now_ms)


def depths(category: str) -> set[str]:
    """Variants of `orderbook` that a category has."""
    named = {SPOT: {"rpi", "full"}, LINEAR: {"rpi"}, INVERSE: {"rpi"}, OPTION: set[str]()}
    return {str(depth) for depth, _ in intervals(category)} | named[category]


_BY_SYMBOL: dict[str, Callable[[TradedMarket, int], Topic]] = {
    "tickers": TickerTopic,
    "priceLimit": PriceLimitTopic,
    "allLiquidation": lambda _market, _now_ms: EventTopic(),
}
CATEGORIES: dict[str, tuple[str, ...]] = {
    "orderbook": (*_NO_OPTIONS, OPTION),
    "kline": _NO_OPTIONS,
    "tickers": (*_NO_OPTIONS, OPTION),
    "publicTrade": (*_NO_OPTIONS, OPTION),
    "priceLimit": _NO_OPTIONS,
    "allLiquidation": _CONTRACTS,
    "insurance": _CONTRACTS,
    "adlAlert": _CONTRACTS,
}
_POOLS = {LINEAR: ("USDT", "USDC"), INVERSE: ("inverse",)}
