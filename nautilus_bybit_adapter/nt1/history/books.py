"""Order-book archives as rows of deltas: at every line the book is the venue's, or empty."""

from __future__ import annotations

from collections.abc import Iterator

from nautilus_bybit_adapter._ext import DeltaRows, FrameDispatcher, FrameLines
from nautilus_bybit_adapter.errors import BybitDecodeError, BybitHistoryError
from nautilus_bybit_adapter.history.blocks import TextBlocks
from nautilus_bybit_adapter.history.report import LoadReport
from nautilus_bybit_adapter.history.sources import Source, first_lines
from nautilus_bybit_adapter.nt1.custom_data import BybitBookStatus
from nautilus_bybit_adapter.nt1.history.market import HistoryMarket, needed_types
from nautilus_bybit_adapter.nt1.history.streams import HistoryBookStream
from nautilus_bybit_adapter.nt1.mapping.identifiers import MS_TO_NS
from nautilus_bybit_adapter.nt1.mapping.market import deltas_of
from nautilus_bybit_adapter.wire.codec import decode_public
from nautilus_bybit_adapter.wire.market import OrderbookMessage


class BookGaps:
    """
    What is told of one book, kept in a report.

    Parameters
    ----------
    report : LoadReport
        Where to keep it.

    """

    def __init__(self, report: LoadReport) -> None:
        self._report = report
        self.line = 0
        self.reason = ""

    def on_status(self, status: BybitBookStatus) -> None:
        """Take what a stream tells."""
        if status.status == "LIVE":
            self._report.end_gap(status.ts_init)
            return
        self.reason = status.reason
        if status.reason != "disconnected":
            self._report.add_gap(self.line, status.ts_init, status.reason)


class BookArchiveRows:
    """
    The deltas of an order-book archive, a block of rows at a time.

    Where frames are missing, a line is no frame, or the book is crossed, the book is emptied by a CLEAR and the
    report names the line; rows come again with the next snapshot. ``ts_event`` is when the matching engine made the
    frame (``cts``), ``ts_init`` when it was pushed (``ts``).

    Parameters
    ----------
    source : Source
        The archive.
    market : HistoryMarket
        Its instrument.
    report : LoadReport
        Takes what is missing.
    blocks : TextBlocks
        The archive's text.

    Attributes
    ----------
    rows : DeltaRows
        The rows of the last block.

    """

    def __init__(self, source: Source, market: HistoryMarket, report: LoadReport, blocks: TextBlocks) -> None:
        self._source = source
        self._market = market
        self._report = report
        self._blocks = blocks
        self._gaps = BookGaps(report)
        self.topic = topic_of(source)
        types = needed_types()
        self.rows = DeltaRows(types)
        depth = int(self.topic.split(".")[1])
        self._stream = HistoryBookStream(types, market, self.topic, depth, self.rows, self._gaps.on_status)
        dispatcher = FrameDispatcher()
        dispatcher.add(self._stream.feed)
        self._lines = FrameLines(dispatcher, is_stamped=False)

    def __iter__(self) -> Iterator[DeltaRows]:
        """
        Give out `rows` once for each block that has some; they are gone with the next block.

        Raises
        ------
        BybitHistoryError
            If the file is damaged, holds another market's frames or numbers, or is no archive.

        """
        for block in self._blocks:
            self._lines.feed(block)
            self._run()
            if len(self.rows):
                yield self.rows
                self.rows.clear()
        self._lines.finish()
        self._run()
        if len(self.rows):
            yield self.rows
            self.rows.clear()

    def _run(self) -> None:
        while (left := self._lines.run()) is not None:
            self._gaps.line = self._lines.count
            self._take(left[1])
        self._report.lines = self._lines.count
        self._report.late_rows = self.rows.late_count

    def _take(self, frame: bytes) -> None:
        """Decide on a line that C++ has left."""
        if not frame.strip():
            return
        try:
            message = decode_public(frame, self._source.category)
        except BybitDecodeError as e:
            self._refuse(f"no frame: {e}")
            return
        if not isinstance(message, OrderbookMessage):
            self._refuse("no order-book frame")
            return
        if message.topic != self.topic:
            raise self._error(f"topic {message.topic!r} in an archive of {self.topic!r}")
        live = self._stream.feed.is_live
        self._gaps.reason = ""
        sound = self._stream.on_message(message, self.rows.stamp(message.ts * MS_TO_NS))
        if self._gaps.reason == "unreadable":
            self._explain(message)
        self._report.dropped_lines += not sound or not (live or self._stream.feed.is_live)

    def _refuse(self, reason: str) -> None:
        """Empty the book: whatever this line was, the book is not known after it."""
        if not self.rows.last_ns:
            raise self._error(f"{reason}; an order-book archive begins with a frame")
        self._report.dropped_lines += 1
        if self._stream.feed.is_live:
            self._report.add_gap(self._lines.count, self.rows.last_ns, "unreadable")
        self._stream.on_stale(self.rows.last_ns)

    def _explain(self, message: OrderbookMessage) -> None:
        """Say which number is none of the instrument's: every later frame would be refused as well."""
        try:
            deltas_of(self._market, message.data, snapshot=message.is_snapshot, ts_event=0, ts_init=0)
        except BybitDecodeError as e:
            raise self._error(f"{e}; is {self._market.id} of these decimals the market of this file?") from e

    def _error(self, reason: str) -> BybitHistoryError:
        return BybitHistoryError(str(self._source.path), self._lines.count, reason)


def topic_of(source: Source) -> str:
    """
    Return the topic of an archive's first frame.

    Raises
    ------
    BybitHistoryError
        If it is no order-book frame of the source's symbol.

    """
    lines = first_lines(source.path, 1)
    if not lines:
        raise BybitHistoryError(str(source.path), 0, "is empty")
    try:
        message = decode_public(lines[0].encode(), source.category)
    except BybitDecodeError as e:
        raise BybitHistoryError(str(source.path), 1, f"no order-book frame: {e}") from e
    if not isinstance(message, OrderbookMessage):
        raise BybitHistoryError(str(source.path), 1, "no order-book frame")
    if message.data.s != source.symbol:
        raise BybitHistoryError(
            str(source.path), 1, f"a frame of {message.data.s!r} in a file of {source.symbol!r}"
        )
    return message.topic
