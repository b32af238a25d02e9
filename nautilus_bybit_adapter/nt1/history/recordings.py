"""Recordings as rows: the objects that a live node made of the same frames at the same times."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from nautilus_trader.core.data import Data
from nautilus_trader.model.data import BarType, OrderBookDelta, TradeTick

from nautilus_bybit_adapter._ext import DeltaRows, FrameDispatcher, FrameLines, TradeRows
from nautilus_bybit_adapter.errors import BybitDecodeError, BybitHistoryError
from nautilus_bybit_adapter.history.blocks import TextBlocks
from nautilus_bybit_adapter.history.frames import GAP_TOPIC, deepest_book, parse_gap, topic_in
from nautilus_bybit_adapter.history.report import LoadReport
from nautilus_bybit_adapter.history.sources import Source
from nautilus_bybit_adapter.nt1.history.arrow import batch_of, batch_of_objects, delta_schema, trade_schema
from nautilus_bybit_adapter.nt1.history.bar_types import bar_type_of
from nautilus_bybit_adapter.nt1.history.books import BookGaps
from nautilus_bybit_adapter.nt1.history.market import HistoryMarket, needed_types
from nautilus_bybit_adapter.nt1.history.streams import HistoryBookStream, trade_feed_of
from nautilus_bybit_adapter.nt1.streams.bars import BarStream
from nautilus_bybit_adapter.nt1.streams.native import NativeBookStream
from nautilus_bybit_adapter.nt1.streams.stream import PublicStream
from nautilus_bybit_adapter.nt1.streams.ticker import TickerKind, TickerStream
from nautilus_bybit_adapter.nt1.streams.trades import TradeStream
from nautilus_bybit_adapter.wire.codec import MarketMessage, decode_public
from nautilus_bybit_adapter.wire.control import ControlMessage
from nautilus_bybit_adapter.wire.enums import BybitProductType
from nautilus_bybit_adapter.wire.messages import UnknownMessage

_TICKER_KINDS = (TickerKind.MARK_PRICE, TickerKind.INDEX_PRICE, TickerKind.FUNDING_RATE)


class RecordingRows:
    """
    Everything of one instrument that is in a recording.

    Its deepest order book becomes deltas, level 1 quotes, ``publicTrade`` trades, ``kline`` bars, and ``tickers``
    mark prices, index prices and funding rates; other topics are passed over.

    Parameters
    ----------
    source : Source
        The recording.
    market : HistoryMarket
        Its instrument.
    report : LoadReport
        Takes what is missing.
    blocks : TextBlocks
        The recording's text.

    """

    def __init__(self, source: Source, market: HistoryMarket, report: LoadReport, blocks: TextBlocks) -> None:
        self._source = source
        self._market = market
        self._report = report
        self._blocks = blocks
        self._types = needed_types()
        self._gaps = BookGaps(report)
        self._deltas = DeltaRows(self._types)
        self._trades = TradeRows(self._types)
        self._schemas = (delta_schema(market), trade_schema(market))
        self._objects: dict[str, list[Data]] = {}
        self._streams: dict[str, PublicStream | None] = {}
        self._depth = deepest_book(source.path)
        self._dispatcher = FrameDispatcher()
        self._lines = FrameLines(self._dispatcher, is_stamped=True)
        self._last_ns = 0

    def __iter__(self) -> Iterator[tuple[type, str, Any]]:
        """
        Give out some rows of a class at a time, under the instrument's id or the bar type.

        Raises
        ------
        BybitHistoryError
            If the file is damaged, or its lines are no frames with the time of their receipt.

        """
        for block in self._blocks:
            self._lines.feed(block)
            self._run()
            yield from self._filled()
        if not self._blocks.is_torn:
            self._lines.finish()
        self._run()
        self._report.is_torn = self._blocks.is_torn
        yield from self._filled()

    def _filled(self) -> Iterator[tuple[type, str, Any]]:
        classes = (OrderBookDelta, TradeTick)
        for data_cls, rows, schema in zip(classes, (self._deltas, self._trades), self._schemas, strict=True):
            if len(rows):
                yield data_cls, self._market.id.value, batch_of(rows, schema)
                rows.clear()
        objects, self._objects = self._objects, {}
        for found in objects.values():
            data_cls = type(found[0])
            yield data_cls, identifier_of(found[0]), batch_of_objects(found, data_cls)

    def _run(self) -> None:
        while (left := self._lines.run()) is not None:
            self._gaps.line = self._lines.count
            self._take(*left)
        self._report.lines = self._lines.count
        self._report.late_rows = self._deltas.late_count + self._trades.late_count

    def _take(self, received_ns: int, frame: bytes) -> None:
        """Decide on a line that C++ has left."""
        if not frame.strip():
            return
        if not received_ns:
            raise self._error(f"receive time in nanoseconds expected, got {frame[:30]!r}")
        received_ns = self._last_ns = max(self._last_ns, received_ns)
        name = topic_in(frame).decode(errors="replace")
        if name in self._streams and self._streams[name] is None:
            return
        try:
            message = decode_public(frame, self._source.category)
        except BybitDecodeError as e:
            raise self._error(f"no frame: {e}") from e
        topic = getattr(message, "topic", "")
        if topic == GAP_TOPIC:
            self._on_gap(frame, received_ns)
            return
        if topic not in self._streams:
            # C++ learns of a topic by its first frame.
            self._streams[topic] = self._stream_of(topic)
            if self._dispatcher.on_frame(frame, received_ns):
                return
        stream = self._streams[topic]
        if stream is not None and not isinstance(message, UnknownMessage | ControlMessage):
            self._hand_over(stream, message, received_ns)

    def _hand_over(self, stream: PublicStream, message: MarketMessage, received_ns: int) -> None:
        """Let a stream decide on a frame that C++ has left."""
        is_book = isinstance(stream, HistoryBookStream)
        self._gaps.reason = ""
        try:
            sound = stream.on_message(message, self._deltas.stamp(received_ns) if is_book else received_ns)
        except BybitDecodeError as e:
            raise self._error(f"{message.topic}: {e}") from e
        self._report.dropped_lines += not sound
        if self._gaps.reason == "unreadable":
            raise self._error(
                f"a number of {message.topic} is none of {self._market.id}, which has {self._market.price_precision} "
                f"decimals of price and {self._market.size_precision} of size"
            )

    def _on_gap(self, frame: bytes, received_ns: int) -> None:
        try:
            mark = parse_gap(frame)
        except msgspec.MsgspecError as e:
            raise self._error(f"no mark of a gap: {e}") from e
        since_ns = mark.since_ns or received_ns
        self._report.add_gap(self._lines.count, since_ns, mark.reason, received_ns if mark.since_ns else 0)
        self._lose_all(received_ns)

    def _lose_all(self, received_ns: int) -> None:
        for stream in self._streams.values():
            if stream is not None:
                is_book = isinstance(stream, HistoryBookStream)
                stream.on_stale(self._deltas.stamp(received_ns) if is_book else received_ns)

    def _stream_of(self, topic: str) -> PublicStream | None:
        kind, _, rest = topic.partition(".")
        if not topic.endswith(f".{self._market.raw_symbol.value}"):
            raise self._error(f"topic {topic!r} in a recording of {self._source.symbol}")
        match kind:
            case "orderbook":
                return self._book_stream(topic, rest.partition(".")[0])
            case "publicTrade" if self._source.category is not BybitProductType.OPTION:
                self._dispatcher.add(trade_feed_of(self._types, self._market, topic, self._trades))
                return TradeStream(self._market, self._append_trade)
            case "kline":
                return self._bar_stream(rest.partition(".")[0])
            case "tickers":
                stream = TickerStream(self._market, self._publish)
                for ticker_kind in _TICKER_KINDS:
                    stream.add(ticker_kind, 0)
                return stream
            case _:
                return None

    def _book_stream(self, topic: str, depth: str) -> PublicStream | None:
        if not depth.isdecimal():
            return None
        self._depth = self._depth or int(depth)
        if int(depth) not in {1, self._depth}:
            return None
        if int(depth) == 1:
            touch = NativeBookStream(self._types, self._market, topic, 1, self._publish)
            touch.quotes_wanted = True
            self._dispatcher.add(touch.feed)
            return touch
        book = HistoryBookStream(
            self._types, self._market, topic, self._depth, self._deltas, self._gaps.on_status
        )
        self._dispatcher.add(book.feed)
        return book

    def _bar_stream(self, interval: str) -> BarStream:
        bars = BarStream(
            self._market,
            interval,
            self._publish,
            on_close=True,
            # What was not recorded cannot be asked for.
            on_missed=lambda stream, _start, _end: stream.fill([]),
        )
        bars.bar_types.append(BarType.from_str(bar_type_of(self._market.id.value, interval)))
        return bars

    def _append_trade(self, trade: Data) -> None:
        """Take a trade of a frame that C++ has left."""
        self._trades.append(TradeTick.capsule_from_list([trade]))

    def _publish(self, datum: Data) -> None:
        key = f"{type(datum).__name__} {identifier_of(datum)}"
        self._objects.setdefault(key, []).append(datum)

    def _error(self, reason: str) -> BybitHistoryError:
        return BybitHistoryError(str(self._source.path), self._lines.count, reason)


def identifier_of(datum: Data) -> str:
    """Return under which name the framework's catalogue keeps a datum."""
    return str(datum.bar_type) if hasattr(datum, "bar_type") else str(datum.instrument_id.value)
