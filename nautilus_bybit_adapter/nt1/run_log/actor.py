"""The actor that writes the log of a run."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import msgspec
from nautilus_trader.common.actor import Actor
from nautilus_trader.model.book import OrderBook
from nautilus_trader.model.data import DataType
from nautilus_trader.model.enums import BookType, OrderSide
from nautilus_trader.model.events import (
    OrderCanceled,
    OrderExpired,
    OrderFilled,
    OrderInitialized,
    OrderRejected,
    OrderTriggered,
)

from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.nt1.algo.report import SmartLimitReport
from nautilus_bybit_adapter.nt1.run_log.lines import (
    Touch,
    book_line,
    forecast_line,
    instrument_line,
    number,
    order_line,
)
from nautilus_bybit_adapter.nt1.warden_feed import feed, feed_trade
from nautilus_bybit_adapter.warden import FastWarden, Side, UnknownBookError, forecast
from nautilus_bybit_adapter.warden.costs.records import (
    FORMAT,
    ArrivalLine,
    BookLine,
    ForecastLine,
    Line,
    ReportLine,
    RunLine,
    WalkedLine,
)

if TYPE_CHECKING:
    from nautilus_trader.model.data import OrderBookDeltas, TradeTick
    from nautilus_trader.model.events import OrderEvent
    from nautilus_trader.model.identifiers import InstrumentId

    from nautilus_bybit_adapter.nt1.run_log.config import RunLogConfig

_BPS = 1e4
_SECOND = 1_000_000_000
_MS = 1_000_000
_TOUCHES = 2_048
_CONDITIONAL = frozenset(
    {"STOP_MARKET", "STOP_LIMIT", "MARKET_IF_TOUCHED", "LIMIT_IF_TOUCHED", "TRAILING_STOP_MARKET"}
)
_ENDS = (OrderCanceled, OrderExpired, OrderRejected)


@dataclass(slots=True)
class _Pending:
    """A forecast that waits for what it is compared with."""

    client_order_id: str
    side: Side
    quantity: float
    mid: float
    due_ns: int


@dataclass(slots=True)
class _Market:
    """What is kept of one instrument."""

    book: OrderBook
    touches: deque[tuple[int, Touch | None]] = field(default_factory=lambda: deque(maxlen=_TOUCHES))
    samples: deque[BookLine] = field(default_factory=deque)
    pending: list[_Pending] = field(default_factory=list)
    is_ready: bool = False
    sampled_ns: int = 0
    keep_until_ns: int = 0

    def apply(self, deltas: OrderBookDeltas) -> None:
        """Follow the book, and keep the touch where it changed; None where a side is empty."""
        self.book.apply_deltas(deltas)
        bid, ask = self.book.best_bid_price(), self.book.best_ask_price()
        touch = None if bid is None or ask is None else (bid.as_decimal(), ask.as_decimal())
        if self.touch != touch or not self.touches:
            self.touches.append((deltas.ts_event, touch))

    @property
    def touch(self) -> Touch | None:
        """The last touch."""
        return self.touches[-1][1] if self.touches else None

    def touch_before(self, ts_ns: int) -> Touch | None:
        """Return the last touch before a time of the venue: what a trade of that time met."""
        for at_ns, touch in reversed(self.touches):
            if at_ns < ts_ns:
                return touch
        return self.touches[0][1] if self.touches else None


class RunLog(Actor):
    """
    Logs a run, live or backtest: every order event, reports of smart limits, forecasts, and the book around orders.

    Every line is handed to the operating system at once, so a killed process loses none but the one it was writing.
    A disk that fails is logged once and ends the log, never the trading.

    Parameters
    ----------
    config : RunLogConfig
        What to log, and where to.

    Raises
    ------
    BybitConfigError
        On start, if the file cannot be opened.

    """

    def __init__(self, config: RunLogConfig) -> None:
        super().__init__(config)
        self._file: BinaryIO | None = None
        self._warden = FastWarden()
        self._markets: dict[InstrumentId, _Market] = {}
        self._waiting: set[str] = set()

    # -- life ------------------------------------------------------------------------------------------

    def on_start(self) -> None:
        """Open the file and listen."""
        self._file = _opened(Path(self.config.path))
        is_live = type(self.clock).__name__ == "LiveClock"
        stage = "live" if is_live else "backtest"
        self._write(RunLine(ts_ns=self._now, format=FORMAT, trader_id=self.trader_id.value, stage=stage))
        self.msgbus.subscribe(topic="events.order.*", handler=self._on_order)
        self.msgbus.subscribe(topic=f"data.{DataType(SmartLimitReport).topic}", handler=self._on_report)
        for instrument_id in self.config.instrument_ids or []:
            self._follow(instrument_id)

    def on_stop(self) -> None:
        """Stop listening and close the file."""
        self.msgbus.unsubscribe(topic="events.order.*", handler=self._on_order)
        self.msgbus.unsubscribe(topic=f"data.{DataType(SmartLimitReport).topic}", handler=self._on_report)
        if self._file is not None:
            self._file.close()
            self._file = None

    def on_reset(self) -> None:
        """Forget every book."""
        self._warden = FastWarden()
        self._markets.clear()
        self._waiting.clear()

    # -- the book --------------------------------------------------------------------------------------

    def on_order_book_deltas(self, deltas: OrderBookDeltas) -> None:
        """Follow the book: settle forecasts that are due, keep the touch, take a sample."""
        market = self._markets.get(deltas.instrument_id)
        if market is None or not (market.is_ready or deltas.deltas[0].is_clear):
            return  # changes alone, as a late subscriber gets them, make no book
        now = self._now
        if market.pending:
            self._settle(market, deltas.instrument_id, now)
        try:
            feed(self._warden, deltas)
        except ValueError as e:
            self.log.error(f"The log of the run cannot follow {deltas.instrument_id}: {e}")
            market.is_ready = False
            return
        market.is_ready = True
        market.apply(deltas)
        if market.touch is not None and now - market.sampled_ns >= self.config.sample_interval_ms * _MS:
            market.sampled_ns = now
            self._sample(market, now)

    def on_trade_tick(self, tick: TradeTick) -> None:
        """Let the forecast know of a trade."""
        feed_trade(self._warden, tick)

    def _sample(self, market: _Market, now: int) -> None:
        line = book_line(market.book, self.config.sample_levels, now)
        if now <= market.keep_until_ns:
            self._write(line)
            return
        market.samples.append(line)
        while market.samples[0].ts_ns < now - self.config.before_secs * _SECOND:
            market.samples.popleft()

    def _settle(self, market: _Market, instrument_id: InstrumentId, now: int) -> None:
        """Walk the book as it stood before these deltas, for forecasts whose horizon ended with it."""
        due = [each for each in market.pending if each.due_ns <= now]
        for each in due:
            market.pending.remove(each)
            walk = self._warden.walk(instrument_id.value, each.side, each.quantity)
            sign = 1 if each.side is Side.BUY else -1
            cost = sign * (walk.average_price - each.mid) / each.mid * _BPS
            self._write(WalkedLine(ts_ns=now, client_order_id=each.client_order_id, cost_bps=number(cost)))

    # -- orders ----------------------------------------------------------------------------------------

    def _on_order(self, event: OrderEvent) -> None:
        market = self._markets.get(event.instrument_id)
        if market is None:
            market = self._follow(event.instrument_id)
        self._keep_book(market, event)
        key = event.client_order_id.value
        if isinstance(event, OrderInitialized):
            parent_id = None if event.exec_spawn_id is None else event.exec_spawn_id.value
            line = order_line(event, self._now, parent_id=parent_id if parent_id != key else None)
            self._write(line)
            if line.parent_id is None and line.order_type in _CONDITIONAL:
                self._waiting.add(key)
            elif line.parent_id is None:
                self._arrive(market, event)
            return
        if key in self._waiting and isinstance(event, OrderTriggered | OrderFilled):
            self._waiting.discard(key)
            self._arrive(market, event)
        touch = None
        if isinstance(event, OrderFilled):
            touch = market.touch_before(event.ts_event)
        elif isinstance(event, _ENDS):
            touch = market.touch
        self._write(order_line(event, self._now, touch=touch))

    def _on_report(self, report: SmartLimitReport) -> None:
        self._write(ReportLine(ts_ns=report.ts_event, report=report.to_dict()))

    def _arrive(self, market: _Market, event: OrderEvent) -> None:
        order = self.cache.order(event.client_order_id)
        side, quantity = (event.side, event.quantity) if order is None else (order.side, order.quantity)
        touch = market.touch
        now = self._now
        expected = None
        if touch is not None and market.is_ready:
            way = Side.BUY if side == OrderSide.BUY else Side.SELL
            size = float(quantity)
            expected = self._forecast(event.instrument_id, way, size)
            mid = float(touch[0] + touch[1]) / 2
            due = now + self.config.horizon_ms * _MS
            market.pending.append(_Pending(event.client_order_id.value, way, size, mid, due))
        self._write(
            ArrivalLine(
                ts_ns=now,
                client_order_id=event.client_order_id.value,
                instrument_id=event.instrument_id.value,
                bid=None if touch is None else touch[0],
                ask=None if touch is None else touch[1],
                forecast=expected,
            )
        )

    def _forecast(self, instrument_id: InstrumentId, side: Side, quantity: float) -> ForecastLine | None:
        horizon_ns = self.config.horizon_ms * _MS
        try:
            made = forecast(self._warden, instrument_id.value, side, quantity, horizon_ns)
        except UnknownBookError:
            return None
        return forecast_line(made, horizon_ns)

    # -- the file --------------------------------------------------------------------------------------

    @property
    def _now(self) -> int:
        now: int = self.clock.timestamp_ns()
        return now

    def _follow(self, instrument_id: InstrumentId) -> _Market:
        market = self._markets[instrument_id] = _Market(OrderBook(instrument_id, BookType.L2_MBP))
        instrument = self.cache.instrument(instrument_id)
        if instrument is not None:
            self._write(instrument_line(instrument, self._now))
            self._warden.set_contract(
                instrument_id.value, float(instrument.multiplier), bool(instrument.is_inverse)
            )
        book = self.cache.order_book(instrument_id)
        if book is not None and book.best_bid_price() is not None and book.best_ask_price() is not None:
            self.on_order_book_deltas(book.to_deltas_c(book.ts_event, book.ts_init))
        # A managed subscription would put an empty book in place of the one that a strategy may have.
        self.subscribe_order_book_deltas(
            instrument_id, BookType.L2_MBP, depth=self.config.book_depth, managed=False
        )
        self.subscribe_trade_ticks(instrument_id)
        return market

    def _keep_book(self, market: _Market, event: OrderEvent) -> None:
        """Write the samples from before, and more from now on."""
        order = self.cache.order(event.client_order_id)
        is_over = order is not None and order.is_closed
        more = self.config.after_secs if is_over else max(self.config.open_secs, self.config.after_secs)
        market.keep_until_ns = self._now + int(more * _SECOND)
        while market.samples:
            self._write(market.samples.popleft())

    def _write(self, line: Line) -> None:
        if self._file is None:
            return
        raw = msgspec.json.encode(line) + b"\n"
        try:
            is_whole = self._file.write(raw) == len(raw)
            failure = "the disk is full"
        except OSError as e:
            is_whole, failure = False, e.strerror or str(e)
        if not is_whole:
            self.log.error(f"The log of the run ends here: {self.config.path}: {failure}")
            self._file.close()
            self._file = None


def _opened(path: Path) -> BinaryIO:
    """Open a log to continue it; a line that was torn is ended first."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("ab+", buffering=0)
        if file.tell():
            file.seek(-1, 2)
            if file.read(1) != b"\n":
                file.write(b"\n")
    except OSError as e:
        raise BybitConfigError(f"path {str(path)!r} cannot be written: {e.strerror or e}") from e
    return file
