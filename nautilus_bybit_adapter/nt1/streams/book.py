"""The topic ``orderbook.{depth}.{symbol}``."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from nautilus_trader.model.instruments import Instrument

from nautilus_bybit_adapter.errors import BybitDecodeError
from nautilus_bybit_adapter.nt1.custom_data import BybitBookStatus
from nautilus_bybit_adapter.nt1.mapping.identifiers import MS_TO_NS
from nautilus_bybit_adapter.nt1.mapping.market import (
    SHOWN_LEVELS,
    clear_of,
    deltas_of,
    depth10_of,
    quote_of,
)
from nautilus_bybit_adapter.nt1.streams.stream import Publish
from nautilus_bybit_adapter.state.book import BookAction, BookSequencer
from nautilus_bybit_adapter.state.ladder import BookLadder
from nautilus_bybit_adapter.wire.codec import MarketMessage
from nautilus_bybit_adapter.wire.market import Level, OrderbookMessage
from nautilus_bybit_adapter.wire.messages import UnknownMessage

OnBookStatus = Callable[[BybitBookStatus], None]


class BookStream:
    """
    An order-book topic: deltas, the ten best levels, and quotes where it is the depth-1 topic.

    A book is either the venue's or empty. A gap in ``u``, a crossed book or a frame that cannot be applied empties
    it, and nothing comes until the next snapshot.

    Parameters
    ----------
    instrument : Instrument
        The instrument of the topic.
    depth : int
        Levels a side; 1 is a stream of snapshots.
    publish : Publish
        Takes the data.
    on_status : OnBookStatus, optional
        Is told when the book becomes the venue's, and when it ceases to be.

    Attributes
    ----------
    deltas_wanted, depths_wanted, quotes_wanted : bool
        What is subscribed.
    unreadable_count : int
        Frames that could not be applied.

    """

    def __init__(
        self, instrument: Instrument, depth: int, publish: Publish, on_status: OnBookStatus | None = None
    ) -> None:
        self._instrument = instrument
        self._depth = depth
        self._sequencer = BookSequencer()
        self._ladder = BookLadder()
        self._publish = publish
        self._on_status = on_status
        self.deltas_wanted = False
        self.depths_wanted = False
        self.quotes_wanted = False
        self.unreadable_count = 0
        self._is_live = False
        self._has_book = False
        self._shown: list[list[tuple[float, float]]] = [[], []]

    @property
    def is_wanted(self) -> bool:
        """Whether anything is subscribed to this topic."""
        return self.deltas_wanted or self.depths_wanted or self.quotes_wanted

    @property
    def gap_count(self) -> int:
        """How often frames were missing."""
        return self._sequencer.gap_count

    @property
    def crossed_count(self) -> int:
        """How often the book was crossed."""
        return self._sequencer.crossed_count

    def await_snapshot(self) -> None:
        """Take nothing but a snapshot next, for what has been subscribed just now."""
        self._sequencer.on_lost()
        self._shown = [[], []]

    def on_instrument(self, instrument: Instrument) -> None:
        """Take the instrument as it is from now on."""
        if instrument.id == self._instrument.id:
            self._instrument = instrument

    def on_message(self, message: MarketMessage | UnknownMessage, ts_init: int) -> bool:
        """Publish a frame; return False when the topic has to be subscribed anew."""
        if not isinstance(message, OrderbookMessage):
            return True
        action = self._sequencer.on_update(
            message.data.u, is_snapshot=message.is_snapshot, depth=self._depth, now_ns=ts_init
        )
        if action in {BookAction.GAP, BookAction.OVERDUE}:
            self._lose(action.value, ts_init)
            return False
        if action in {BookAction.REPEAT, BookAction.DROP_STALE}:
            return True
        is_snapshot = action is BookAction.APPLY_SNAPSHOT
        try:
            self._track(message, is_snapshot=is_snapshot)
            if self._ladder.is_crossed:
                self._sequencer.on_crossed()
                self._lose("crossed", ts_init)
                return False
            self._hand_over(message, ts_init, is_snapshot=is_snapshot)
        except (BybitDecodeError, ValueError):
            self.unreadable_count += 1
            self._lose("unreadable", ts_init)
            return False
        return True

    def on_stale(self, ts: int) -> None:
        """Empty the book: no book is better than a wrong one."""
        self._lose("disconnected", ts)

    def _track(self, message: OrderbookMessage, *, is_snapshot: bool) -> None:
        if is_snapshot:
            self._ladder.replace(message.data.b, message.data.a)
        else:
            self._ladder.apply(message.data.b, message.data.a)

    def _hand_over(self, message: OrderbookMessage, ts_init: int, *, is_snapshot: bool) -> None:
        ts_event = (message.cts or message.ts) * MS_TO_NS
        deltas = (
            deltas_of(
                self._instrument, message.data, snapshot=is_snapshot, ts_event=ts_event, ts_init=ts_init
            )
            if self.deltas_wanted
            else None
        )
        if not self._is_live:
            self._is_live = True
            self._tell("LIVE", "snapshot", ts_init)
        if deltas is not None:
            self._has_book = True
            self._publish(deltas)
        if self.depths_wanted:
            best = (self._ladder.best_bids(SHOWN_LEVELS), self._ladder.best_asks(SHOWN_LEVELS))
            self._show(*best, message.data.seq, ts_event, ts_init)
        # A changed level need not be the touch: quotes come from snapshots alone.
        if self.quotes_wanted and is_snapshot:
            quote = quote_of(self._instrument, message.data, ts_event, ts_init)
            if quote is not None:
                self._publish(quote)

    def _show(
        self, bids: Sequence[Level], asks: Sequence[Level], sequence: int, ts_event: int, ts_init: int
    ) -> None:
        """Publish the best levels where they have changed."""
        # Compared as numbers: a level may be written in more than one way.
        shown = [[(float(price), float(size)) for price, size in side] for side in (bids, asks)]
        if shown != self._shown:
            self._shown = shown
            self._publish(depth10_of(self._instrument, bids, asks, sequence, ts_event, ts_init))

    def _lose(self, reason: str, ts: int) -> None:
        self._sequencer.on_lost()
        self._ladder.clear()
        self._shown = [[], []]
        if self._has_book:
            self._has_book = False
            self._publish(clear_of(self._instrument.id, ts))
        if self._is_live or reason != "disconnected":
            self._is_live = False
            self._tell("STALE", reason, ts)

    def _tell(self, status: str, reason: str, ts: int) -> None:
        if self._on_status is not None:
            self._on_status(
                BybitBookStatus(
                    instrument_id=self._instrument.id,
                    depth=self._depth,
                    status=status,
                    reason=reason,
                    gap_count=self.gap_count,
                    crossed_count=self.crossed_count,
                    unreadable_count=self.unreadable_count,
                    ts_event=ts,
                    ts_init=ts,
                )
            )
