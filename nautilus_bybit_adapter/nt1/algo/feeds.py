"""The market data that executions follow: subscriptions, books, and whether they can be trusted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from nautilus_trader.model.data import DataType
from nautilus_trader.model.enums import BookType

from nautilus_bybit_adapter.nt1.algo.book import BookFeed, touch_of_quote
from nautilus_bybit_adapter.nt1.algo.execution import ChildKind
from nautilus_bybit_adapter.nt1.algo.moves import View
from nautilus_bybit_adapter.nt1.custom_data import BybitBookStatus
from nautilus_bybit_adapter.nt1.warden_feed import feed_trade
from nautilus_bybit_adapter.warden import FastWarden
from nautilus_bybit_adapter.warden.model import read_model
from nautilus_bybit_adapter.warden.placement import Touch

if TYPE_CHECKING:
    from collections.abc import Callable

    from nautilus_trader.execution.algorithm import ExecAlgorithm
    from nautilus_trader.model.data import OrderBookDeltas, TradeTick
    from nautilus_trader.model.identifiers import InstrumentId

    from nautilus_bybit_adapter.nt1.algo.run import Run

_SECOND = 1_000_000_000


class MarketFeeds:
    """The books of the instruments that are traded, or were asked for in advance.

    Parameters
    ----------
    algorithm : ExecAlgorithm
        Whose subscriptions they are; its configuration says how deep, and how old a book may be.
    on_status : Callable[[InstrumentId], None]
        Told when it has changed whether a book can be trusted.

    Raises
    ------
    ModelError
        If the configured file holds no coefficients.
    OSError
        If it cannot be read.

    """

    def __init__(self, algorithm: ExecAlgorithm, on_status: Callable[[InstrumentId], None]) -> None:
        self.warden = _warden_of(algorithm.config.coefficients)
        self._algorithm = algorithm
        self._on_status = on_status
        self._max_age_ns = int(algorithm.config.max_book_age_secs * _SECOND)
        self._feeds: dict[InstrumentId, BookFeed] = {}

    def of(self, instrument_id: InstrumentId) -> BookFeed:
        """Return the feed of an instrument, subscribed to if it was not."""
        feed = self._feeds.get(instrument_id)
        if feed is None:
            feed = self._feeds[instrument_id] = BookFeed(instrument_id, self.warden)
            instrument = self._algorithm.cache.instrument(instrument_id)
            if instrument is not None:
                self.warden.set_contract(
                    instrument_id.value, float(instrument.multiplier), instrument.is_inverse
                )
            self._algorithm.msgbus.subscribe(topic=_status_topic(instrument_id), handler=self._note_status)
            # A managed subscription would put an empty book in place of the one that a strategy may have.
            self._algorithm.subscribe_order_book_deltas(
                instrument_id, BookType.L2_MBP, depth=self._algorithm.config.book_depth, managed=False
            )
            self._algorithm.subscribe_trade_ticks(instrument_id)
        feed.seed(self._algorithm.cache.order_book(instrument_id), self._algorithm.clock.timestamp_ns())
        return feed

    def apply(self, deltas: OrderBookDeltas) -> bool:
        """Follow a book; returns whether it is one of these."""
        feed = self._feeds.get(deltas.instrument_id)
        if feed is not None:
            feed.apply(deltas, self._algorithm.clock.timestamp_ns())
        return feed is not None

    def on_trade(self, trade: TradeTick) -> None:
        """Let the forecast know of a trade."""
        if trade.instrument_id in self._feeds:
            feed_trade(self.warden, trade)

    def view(self, run: Run, amend_from_ns: int = 0) -> View:
        """Return the market as an execution sees it."""
        feed, cache, now = run.feed, self._algorithm.cache, self._algorithm.clock.timestamp_ns()
        if not feed.is_ready:
            feed.seed(cache.order_book(feed.instrument_id), now)
        if not feed.is_ready:
            quote = cache.quote_tick(feed.instrument_id)
            is_old = quote is not None and now > quote.ts_init + self._max_age_ns
            return View(touch_of_quote(quote), is_book_ready=False, is_stale=is_old)
        return View(
            _touch(run),
            is_book_ready=True,
            is_stale=feed.is_distrusted or now > self.stale_from_ns(run),
            amend_from_ns=amend_from_ns,
        )

    def stale_from_ns(self, run: Run) -> int:
        """Return when what is known of a market is too old, UNIX nanoseconds."""
        return run.feed.updated_ns + self._max_age_ns

    def close(self) -> None:
        """Give every book up: what comes while the algorithm does not run is lost to it."""
        for feed in self._feeds.values():
            self._algorithm.msgbus.unsubscribe(
                topic=_status_topic(feed.instrument_id), handler=self._note_status
            )
            self._algorithm.unsubscribe_order_book_deltas(feed.instrument_id)
            self._algorithm.unsubscribe_trade_ticks(feed.instrument_id)
            if feed.follows_quotes:
                self._algorithm.unsubscribe_quote_ticks(feed.instrument_id)
        self.forget()

    def forget(self) -> None:
        """Drop every book."""
        self._feeds.clear()
        self.warden.reset()

    def _note_status(self, status: BybitBookStatus) -> None:
        self._feeds[status.instrument_id].on_status(status)
        self._on_status(status.instrument_id)


def _touch(run: Run) -> Touch:
    child = run.execution.open_child
    if child is None or child.kind is not ChildKind.PEG or child.price is None:
        return run.feed.touch
    return run.feed.touch_without(child.price, child.leaves, is_buy=run.plan.terms.is_buy)


def _status_topic(instrument_id: InstrumentId) -> str:
    return f"data.{DataType(BybitBookStatus, {'instrument_id': instrument_id}).topic}"


def _warden_of(coefficients: str | None) -> FastWarden:
    warden = FastWarden(use_default_model=coefficients is None)
    if coefficients is not None:
        warden.load_model(read_model(Path(coefficients)))
    return warden
