"""Writes down what a run ordered, what it cost and how the book looked around it: the input of `bybit-nt report`."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec
from nautilus_trader.common.actor import Actor
from nautilus_trader.config import ActorConfig, NonNegativeFloat, PositiveFloat, PositiveInt
from nautilus_trader.model.data import DataType
from nautilus_trader.model.enums import (
    BookType,
    LiquiditySide,
    OrderSide,
    order_side_to_str,
    order_type_to_str,
)
from nautilus_trader.model.events import OrderFilled, OrderInitialized, OrderTriggered
from nautilus_trader.model.identifiers import InstrumentId

from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.nt1.algo.report import SmartLimitReport
from nautilus_bybit_adapter.nt1.warden_feed import feed
from nautilus_bybit_adapter.warden import FastWarden, Forecast, Side, UnknownBookError, forecast
from nautilus_bybit_adapter.warden.costs.records import (
    FORMAT,
    ArrivalLine,
    BookLine,
    ForecastLine,
    InstrumentLine,
    Line,
    OrderLine,
    ReportLine,
    RunLine,
    WalkedLine,
)

if TYPE_CHECKING:
    from nautilus_trader.model.book import OrderBook
    from nautilus_trader.model.data import OrderBookDeltas
    from nautilus_trader.model.events import OrderEvent
    from nautilus_trader.model.instruments import Instrument

_BPS = 1e4
_SECOND = 1_000_000_000
_MS = 1_000_000
_TOUCHES = 2_048
_CONDITIONAL = frozenset(
    {"STOP_MARKET", "STOP_LIMIT", "MARKET_IF_TOUCHED", "LIMIT_IF_TOUCHED", "TRAILING_STOP_MARKET"}
)


class RunLogConfig(ActorConfig, frozen=True, kw_only=True):
    """
    Configuration of a `RunLog`.

    Parameters
    ----------
    path : str
        The file to write, ``.jsonl``; one that is there is continued.
    instrument_ids : list of InstrumentId, optional
        Instruments whose books are followed from the start. Others are followed from their first order on, whose own
        costs cannot be measured unless somebody else follows the book already.
    book_depth : int, default 50
        Levels to subscribe to.
    sample_interval_ms : int, default 200
        Least time between two samples of a book.
    sample_levels : int, default 25
        Levels of a side in a sample.
    before_secs : float, default 5
        How much of the book before an order is kept.
    after_secs : float, default 5
        How much after its last event.
    open_secs : float, default 60
        How long the book is sampled for an open order that nothing happens to.
    horizon_ms : int, default 100
        When a forecast is compared with what a market order would have cost.

    """

    path: str
    instrument_ids: list[InstrumentId] | None = None
    book_depth: PositiveInt = 50
    sample_interval_ms: PositiveInt = 200
    sample_levels: PositiveInt = 25
    before_secs: NonNegativeFloat = 5.0
    after_secs: NonNegativeFloat = 5.0
    open_secs: PositiveFloat = 60.0
    horizon_ms: PositiveInt = 100


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

    touches: deque[tuple[int, Decimal, Decimal]] = field(default_factory=lambda: deque(maxlen=_TOUCHES))
    samples: deque[BookLine] = field(default_factory=deque)
    pending: list[_Pending] = field(default_factory=list)
    is_ready: bool = False
    sampled_ns: int = 0
    keep_until_ns: int = 0


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
        market = self._markets.setdefault(deltas.instrument_id, _Market())
        now = self._now
        if market.pending:
            self._settle(market, deltas.instrument_id, now)
        if market.is_ready or any(delta.is_clear for delta in deltas.deltas[:1]):
            market.is_ready = True
            feed(self._warden, deltas)
        book = self.cache.order_book(deltas.instrument_id)
        if book is None:
            return
        bid, ask = book.best_bid_price(), book.best_ask_price()
        if bid is None or ask is None:
            return
        touch = (deltas.ts_event, bid.as_decimal(), ask.as_decimal())
        if not market.touches or market.touches[-1][1:] != touch[1:]:
            market.touches.append(touch)
        if now - market.sampled_ns >= self.config.sample_interval_ms * _MS:
            market.sampled_ns = now
            self._sample(market, deltas.instrument_id, book, now)

    def _sample(self, market: _Market, instrument_id: InstrumentId, book: OrderBook, now: int) -> None:
        most = self.config.sample_levels
        line = BookLine(
            ts_ns=now,
            instrument_id=instrument_id.value,
            bids=tuple((float(level.price), level.size()) for level in book.bids()[:most]),
            asks=tuple((float(level.price), level.size()) for level in book.asks()[:most]),
        )
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
            self._write(WalkedLine(ts_ns=now, client_order_id=each.client_order_id, cost_bps=_number(cost)))

    # -- orders ----------------------------------------------------------------------------------------

    def _on_order(self, event: OrderEvent) -> None:
        market = self._markets.get(event.instrument_id)
        if market is None:
            market = self._follow(event.instrument_id)
        self._keep_book(market, event)
        key = event.client_order_id.value
        if isinstance(event, OrderInitialized):
            parent_id = None if event.exec_spawn_id is None else event.exec_spawn_id.value
            line = self._line(event, parent_id=parent_id if parent_id != key else None)
            self._write(line)
            if line.parent_id is None:
                if line.order_type in _CONDITIONAL:
                    self._waiting.add(key)
                else:
                    self._arrive(market, event)
            return
        if key in self._waiting and isinstance(event, OrderTriggered | OrderFilled):
            self._waiting.discard(key)
            self._arrive(market, event)
        self._write(self._line(event))

    def _on_report(self, report: SmartLimitReport) -> None:
        self._write(ReportLine(ts_ns=report.ts_event, report=SmartLimitReport.to_dict(report)))

    def _arrive(self, market: _Market, event: OrderEvent) -> None:
        order = self.cache.order(event.client_order_id)
        side, quantity = (event.side, event.quantity) if order is None else (order.side, order.quantity)
        touch = self._touch(market, None)
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
        try:
            made = forecast(self._warden, instrument_id.value, side, quantity)
        except UnknownBookError:
            return None
        return forecast_line(made, self.config.horizon_ms * _MS)

    def _line(self, event: OrderEvent, *, parent_id: str | None = None) -> OrderLine:
        """Return an event as a line; only what the event itself carries."""
        terms: dict[str, Any] = {"parent_id": parent_id, "reason": getattr(event, "reason", None) or None}
        if isinstance(event, OrderInitialized):
            terms["side"] = order_side_to_str(event.side)
            terms["order_type"] = order_type_to_str(event.order_type)
            terms["algorithm"] = None if event.exec_algorithm_id is None else event.exec_algorithm_id.value
            terms["price"] = _decimal(event.options.get("price"))
            terms["quantity"] = event.quantity.as_decimal()
        elif isinstance(event, OrderFilled):
            touch = self._touch(self._markets[event.instrument_id], event.ts_event)
            terms["trade_id"] = event.trade_id.value
            terms["last_px"] = event.last_px.as_decimal()
            terms["last_qty"] = event.last_qty.as_decimal()
            terms["fee"] = event.commission.as_decimal()
            terms["fee_currency"] = event.commission.currency.code
            terms["is_maker"] = event.liquidity_side == LiquiditySide.MAKER
            if touch is not None:
                terms["bid"], terms["ask"] = touch
        else:
            price, quantity = getattr(event, "price", None), getattr(event, "quantity", None)
            terms["price"] = None if price is None else price.as_decimal()
            terms["quantity"] = None if quantity is None else quantity.as_decimal()
        return OrderLine(
            ts_ns=self._now,
            event=type(event).__name__,
            client_order_id=event.client_order_id.value,
            instrument_id=event.instrument_id.value,
            **terms,
        )

    def _touch(self, market: _Market, before_ns: int | None) -> tuple[Decimal, Decimal] | None:
        """Return the last touch, or the last before a venue time: what a trade of that time met."""
        for ts_ns, bid, ask in reversed(market.touches):
            if before_ns is None or ts_ns < before_ns:
                return bid, ask
        return market.touches[0][1:] if market.touches else None

    # -- the file --------------------------------------------------------------------------------------

    @property
    def _now(self) -> int:
        now: int = self.clock.timestamp_ns()
        return now

    def _follow(self, instrument_id: InstrumentId) -> _Market:
        market = self._markets[instrument_id] = _Market()
        instrument = self.cache.instrument(instrument_id)
        if instrument is not None:
            self._write(instrument_line(instrument, self._now))
        book = self.cache.order_book(instrument_id)
        if book is not None and book.best_bid_price() is not None and book.best_ask_price() is not None:
            self.on_order_book_deltas(book.to_deltas_c(book.ts_event, book.ts_init))
        self.subscribe_order_book_deltas(instrument_id, BookType.L2_MBP, depth=self.config.book_depth)
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


def instrument_line(instrument: Instrument, now_ns: int) -> InstrumentLine:
    """Return what the log says of an instrument; `now_ns` is UNIX nanoseconds."""
    base = instrument.get_base_currency()
    return InstrumentLine(
        ts_ns=now_ns,
        instrument_id=instrument.id.value,
        base=None if base is None else base.code,
        quote=instrument.quote_currency.code,
        price_increment=instrument.price_increment.as_decimal(),
        size_increment=instrument.size_increment.as_decimal(),
        multiplier=instrument.multiplier.as_decimal(),
        is_inverse=instrument.is_inverse,
        maker_fee=Decimal(instrument.maker_fee),
        taker_fee=Decimal(instrument.taker_fee),
    )


def forecast_line(made: Forecast, horizon_ns: int) -> ForecastLine:
    """Return a forecast as the log has it: `None` where it has no number."""
    return ForecastLine(
        horizon_ns=horizon_ns,
        sufficient_depth=made.sufficient_depth,
        walk_bps=_number(made.expected_slippage_mid_bps),
        expected_bps=_number(made.expected_slippage_mid_bps),
    )


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


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _decimal(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))
