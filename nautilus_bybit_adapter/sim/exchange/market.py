"""One market: its instrument, book, tape, statistics and counters."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from .book import BUY, Book
from .candles import Candles
from .depth import PUSH_INTERVAL_MS, DepthFeed
from .orders import PublicTrade

if TYPE_CHECKING:
    from decimal import Decimal

    from .identity import Identity
    from .instruments import Instrument

TAPE_LENGTH = 1000
FIRST_SEQ = 9_688_000_000


class Market:
    """State of one symbol.

    Parameters
    ----------
    instrument : Instrument
        What is traded.
    identity : Identity
        Source of trade ids.
    """

    def __init__(self, instrument: Instrument, identity: Identity) -> None:
        self.instrument = instrument
        self.book = Book()
        self.feeds = {depth: DepthFeed(self.book, depth) for depth in PUSH_INTERVAL_MS}
        self.tape: deque[PublicTrade] = deque(maxlen=TAPE_LENGTH)
        self.candles = Candles()
        self.seq = FIRST_SEQ + instrument.symbol_id * 1_000_000
        self.changed_ms = 0
        self.last_ticks = self.start_ticks = int(instrument.reference_price / instrument.tick)
        self.high_ticks = self.low_ticks = self.last_ticks
        self.volume_lots = 0
        self.turnover = 0
        self._identity = identity
        self._mark_ticks = self.last_ticks
        self._mark_version = -1
        self._tick_direction = "ZeroPlusTick"

    @property
    def mark_ticks(self) -> int:
        """Mark price: the middle of the anonymous book, kept while one side is empty."""
        if self._mark_version != self.book.version:
            self._mark_version = self.book.version
            twice = self.book.mid_twice()
            if twice is not None:
                self._mark_ticks = (twice + 1) // 2
        return self._mark_ticks

    @property
    def mark(self) -> Decimal:
        """Mark price in quote coin (the index price is the same)."""
        return self.instrument.price(self.mark_ticks)

    @property
    def index_ticks(self) -> int:
        """Index price; the middle of the book stands for it."""
        return self.mark_ticks

    @property
    def tick_direction(self) -> str:
        """Direction of the last trade, as `L` of public trades."""
        return self._tick_direction

    def next_seq(self) -> int:
        """Advance the cross sequence shared by books, trades and executions."""
        self.seq += 1
        return self.seq

    def touched(self, now_ms: int) -> None:
        """Note that the book changed at `now_ms`."""
        self.book.version += 1
        self.changed_ms = now_ms

    def band(self) -> tuple[int, int]:
        """Highest buy and lowest sell price in ticks that the price limit allows.

        The term for the 30 s premium is left out: index and mark are the middle of the book here.
        """
        mark, tick = self.mark, self.instrument.tick
        return (
            int(mark * (1 + self.instrument.ratio_x) / tick),
            -int(-(mark * (1 - self.instrument.ratio_x)) // tick),
        )

    def print_trade(self, side: str, ticks: int, lots: int, now_ms: int) -> PublicTrade:
        """Put a trade on the tape and into the statistics; `side` is the taker's."""
        if ticks > self.last_ticks:
            self._tick_direction = "PlusTick"
        elif ticks < self.last_ticks:
            self._tick_direction = "MinusTick"
        elif not self._tick_direction.startswith("Zero"):
            self._tick_direction = "Zero" + self._tick_direction
        self.last_ticks = ticks
        self.high_ticks = max(self.high_ticks, ticks)
        self.low_ticks = min(self.low_ticks, ticks)
        self.volume_lots += lots
        self.turnover += ticks * lots
        self.candles.add(now_ms, ticks, lots)
        trade = PublicTrade(
            trade_id=self._identity.trade_id(self.instrument.category),
            at_ms=now_ms,
            seq=self.seq,
            side=side,
            ticks=ticks,
            lots=lots,
            tick_direction=self._tick_direction,
        )
        self.tape.append(trade)
        return trade

    def touch_price(self, taker_side: str) -> int | None:
        """Best price a taker of `taker_side` meets, in ticks."""
        return self.book.asks.best if taker_side == BUY else self.book.bids.best
