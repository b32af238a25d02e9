"""The streams of live topics, with rows in place of a bus."""

from __future__ import annotations

from collections.abc import Callable

from nautilus_trader.core.data import Data
from nautilus_trader.model.data import OrderBookDelta

from nautilus_bybit_adapter._ext import (
    BookFeed,
    DeltaRows,
    FrameworkTypes,
    TradeFeed,
    TradeRows,
    history_book_feed,
    history_trade_feed,
)
from nautilus_bybit_adapter.nt1.history.market import HistoryMarket
from nautilus_bybit_adapter.nt1.streams.book import OnBookStatus
from nautilus_bybit_adapter.nt1.streams.native import NativeBookStream


class HistoryBookStream(NativeBookStream):
    """
    An order-book topic of history: what a live stream would have published, as rows.

    Parameters
    ----------
    types : FrameworkTypes
        How objects are made.
    market : HistoryMarket
        The instrument.
    topic : str
        Bybit's topic.
    depth : int
        Levels a side.
    rows : DeltaRows
        Takes the rows.
    on_status : OnBookStatus
        Is told when the book becomes the venue's, and when it ceases to be.

    """

    def __init__(
        self,
        types: FrameworkTypes,
        market: HistoryMarket,
        topic: str,
        depth: int,
        rows: DeltaRows,
        on_status: OnBookStatus,
    ) -> None:
        self._rows = rows
        super().__init__(types, market, topic, depth, self._append, on_status)
        self.deltas_wanted = True

    def _build_feed(
        self,
        types: FrameworkTypes,
        instrument: HistoryMarket,
        topic: str,
        depth: int,
        publish: Callable[[Data], None],
    ) -> BookFeed:
        return history_book_feed(
            types=types,
            instrument=instrument.capsule(),
            topic=topic,
            price_precision=instrument.price_precision,
            size_precision=instrument.size_precision,
            depth=depth,
            rows=self._rows,
            publish=publish,
            on_live=self._on_live,
            on_applied=self._on_applied,
        )

    def _append(self, deltas: Data) -> None:
        """Take what Python made of a frame that C++ has left."""
        self._rows.append(OrderBookDelta.capsule_from_list(deltas.deltas))


def trade_feed_of(types: FrameworkTypes, market: HistoryMarket, topic: str, rows: TradeRows) -> TradeFeed:
    """Return the C++ side of a trade topic, which fills rows."""
    return history_trade_feed(
        types=types,
        instrument=market.capsule(),
        topic=topic,
        price_precision=market.price_precision,
        size_precision=market.size_precision,
        symbol=market.raw_symbol.value,
        rows=rows,
        publish=_publish_nothing,
    )


def _publish_nothing(_data: Data) -> None:
    """Rows take everything."""
