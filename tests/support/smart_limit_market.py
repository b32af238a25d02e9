"""A venue in the framework's own backtest engine, and a strategy that orders on cue."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from nautilus_trader.backtest.engine import BacktestEngine, BacktestEngineConfig
from nautilus_trader.backtest.models import LatencyModel
from nautilus_trader.common.actor import Actor
from nautilus_trader.config import LoggingConfig, RiskEngineConfig
from nautilus_trader.model.currencies import BTC, USDT
from nautilus_trader.model.data import BookOrder, DataType, OrderBookDelta, OrderBookDeltas, TradeTick
from nautilus_trader.model.enums import (
    AccountType,
    AggressorSide,
    BookAction,
    BookType,
    OmsType,
    OrderSide,
    RecordFlag,
    TimeInForce,
)
from nautilus_trader.model.identifiers import ExecAlgorithmId, InstrumentId, Symbol, TradeId, TraderId, Venue
from nautilus_trader.model.instruments import CryptoPerpetual
from nautilus_trader.model.objects import Money, Price, Quantity
from nautilus_trader.trading.strategy import Strategy

from nautilus_bybit_adapter.nt1.algo import (
    SmartLimitExecAlgorithm,
    SmartLimitExecAlgorithmConfig,
    SmartLimitReport,
)

if TYPE_CHECKING:
    from nautilus_trader.model.events import OrderEvent
    from nautilus_trader.model.orders import Order

MS = 1_000_000
START = 1_723_161_256_000 * MS
# Not BYBIT: a backtest tells the whole process to calculate the accounts of its venue, live ones included.
INSTRUMENT_ID = InstrumentId(Symbol("BTCUSDT-LINEAR"), Venue("BACKTEST"))
SMART_LIMIT = ExecAlgorithmId("SMART_LIMIT")

type Levels = Iterable[tuple[str, str]]
type Cue = tuple[int, Callable[[Trader], None]]


def perpetual(min_notional: str = "5") -> CryptoPerpetual:
    return CryptoPerpetual(
        instrument_id=INSTRUMENT_ID,
        raw_symbol=Symbol("BTCUSDT"),
        base_currency=BTC,
        quote_currency=USDT,
        settlement_currency=USDT,
        is_inverse=False,
        price_precision=1,
        price_increment=Price.from_str("0.1"),
        size_precision=3,
        size_increment=Quantity.from_str("0.001"),
        max_quantity=Quantity.from_str("100.000"),
        min_quantity=Quantity.from_str("0.001"),
        min_notional=Money(Decimal(min_notional), USDT),
        maker_fee=Decimal("0.0002"),
        taker_fee=Decimal("0.00055"),
        ts_event=0,
        ts_init=0,
    )


def at(milliseconds: int) -> int:
    return START + milliseconds * MS


def _delta(
    action: BookAction, side: OrderSide, price: str, size: str, *, flags: int, ts: int
) -> OrderBookDelta:
    order = BookOrder(side, Price(Decimal(price), 1), Quantity(Decimal(size), 3), 0)
    return OrderBookDelta(INSTRUMENT_ID, action, order, flags, 0, ts, ts)


def snapshot(ms: int, bids: Levels, asks: Levels) -> OrderBookDeltas:
    ts = at(ms)
    deltas = [OrderBookDelta.clear(INSTRUMENT_ID, 0, ts, ts)]
    rows = [(OrderSide.BUY, *level) for level in bids] + [(OrderSide.SELL, *level) for level in asks]
    for number, (side, price, size) in enumerate(rows, 1):
        flags = RecordFlag.F_LAST if number == len(rows) else 0
        deltas.append(_delta(BookAction.ADD, side, price, size, flags=flags, ts=ts))
    return OrderBookDeltas(INSTRUMENT_ID, deltas)


def changes(ms: int, bids: Levels = (), asks: Levels = ()) -> OrderBookDeltas:
    """Levels by price; size 0 deletes."""
    ts = at(ms)
    rows = [(OrderSide.BUY, *level) for level in bids] + [(OrderSide.SELL, *level) for level in asks]
    deltas = [
        _delta(
            BookAction.UPDATE if Decimal(size) else BookAction.DELETE,
            side,
            price,
            size,
            flags=RecordFlag.F_LAST if number == len(rows) else 0,
            ts=ts,
        )
        for number, (side, price, size) in enumerate(rows, 1)
    ]
    return OrderBookDeltas(INSTRUMENT_ID, deltas)


def trade(ms: int, price: str, size: str, aggressor: AggressorSide) -> TradeTick:
    ts = at(ms)
    trade_id = TradeId(f"{ms}-{price}-{size}")
    return TradeTick(
        INSTRUMENT_ID, Price(Decimal(price), 1), Quantity(Decimal(size), 3), aggressor, trade_id, ts, ts
    )


class Trader(Strategy):
    """Does what it is told at the times it is told, and writes down what it sees."""

    def __init__(self, cues: list[Cue]) -> None:
        super().__init__()
        self.cues = cues
        self.seen: list[OrderEvent] = []
        self.reports: list[SmartLimitReport] = []
        self.order: Order | None = None

    def on_start(self) -> None:
        self.subscribe_data(DataType(SmartLimitReport))
        for number, (ms, act) in enumerate(self.cues):
            if ms < 0:
                act(self)
            else:
                self.clock.set_time_alert_ns(f"cue-{number}", at(ms), lambda _event, act=act: act(self))

    def on_data(self, data: Any) -> None:
        assert isinstance(data, SmartLimitReport)
        self.reports.append(data)

    def on_order_event(self, event: OrderEvent) -> None:
        self.seen.append(event)

    def market(self, side: OrderSide, quantity: str, **params: Any) -> Order:
        order = self.order_factory.market(
            INSTRUMENT_ID,
            side,
            Quantity.from_str(quantity),
            time_in_force=TimeInForce.IOC,
            exec_algorithm_id=SMART_LIMIT,
            exec_algorithm_params=params or None,
        )
        return self._submit(order)

    def limit(
        self, side: OrderSide, quantity: str, price: str, *, post_only: bool = False, **params: Any
    ) -> Order:
        order = self.order_factory.limit(
            INSTRUMENT_ID,
            side,
            Quantity.from_str(quantity),
            Price.from_str(price),
            post_only=post_only,
            exec_algorithm_id=SMART_LIMIT,
            exec_algorithm_params=params or None,
        )
        return self._submit(order)

    def _submit(self, order: Order) -> Order:
        self.order = order
        self.submit_order(order)
        return order

    def cancel(self) -> None:
        assert self.order is not None
        self.cancel_order(self.order)

    def events_of(self, client_order_id: str) -> list[OrderEvent]:
        return [event for event in self.seen if event.client_order_id.value == client_order_id]


def buys(quantity: str, at_ms: int = 1, **params: Any) -> Cue:
    return at_ms, lambda trader: trader.market(OrderSide.BUY, quantity, **params)


def sells(quantity: str, at_ms: int = 1, **params: Any) -> Cue:
    return at_ms, lambda trader: trader.market(OrderSide.SELL, quantity, **params)


@dataclass
class Outcomes:
    engine: BacktestEngine
    trader: Trader
    algorithm: SmartLimitExecAlgorithm

    @property
    def parent(self) -> Order:
        assert self.trader.order is not None
        return self.trader.order

    @property
    def report(self) -> SmartLimitReport:
        return self.algorithm.reports[self.parent.client_order_id]

    @property
    def children(self) -> list[Order]:
        orders = self.engine.cache.orders_for_exec_spawn(self.parent.client_order_id)
        spawned = [order for order in orders if order.is_spawned]
        return sorted(spawned, key=lambda order: int(order.client_order_id.value.rpartition("-E")[2]))

    @property
    def net_position(self) -> Decimal:
        net: Decimal = self.engine.portfolio.net_position(INSTRUMENT_ID)
        return net

    def check(self) -> None:
        """What holds at the end of every execution."""
        cache = self.engine.cache
        assert cache.orders_open() == []
        assert cache.orders_inflight() == []
        assert all(order.is_closed for order in cache.orders())
        filled = sum(
            (order.filled_qty.as_decimal() for order in [*self.children, self.parent]), start=Decimal(0)
        )
        assert filled <= self.report.quantity.as_decimal()
        assert self.report.filled_qty.as_decimal() == filled
        sign = 1 if self.report.side == OrderSide.BUY else -1
        assert self.net_position == sign * filled


@dataclass
class Market:
    """What the backtest is made of."""

    data: list[Any]
    cues: list[Cue]
    config: dict[str, Any] = field(default_factory=dict)
    instrument: CryptoPerpetual = field(default_factory=perpetual)
    latency_ms: int = 0
    oms_type: OmsType = OmsType.NETTING
    until_ms: int | None = None
    venue: dict[str, Any] = field(default_factory=dict)
    risk: RiskEngineConfig = field(default_factory=RiskEngineConfig)
    away_ms: tuple[int, int] | None = None
    """From when until when the algorithm is stopped."""
    actors: list[Actor] = field(default_factory=list)

    def run(self) -> Iterator[Outcomes]:
        """Yield the finished backtest, and dispose of it."""
        engine = BacktestEngine(
            BacktestEngineConfig(
                trader_id=TraderId("TESTER-001"),
                logging=LoggingConfig(bypass_logging=True),
                risk_engine=self.risk,
            )
        )
        engine.add_venue(
            venue=INSTRUMENT_ID.venue,
            oms_type=self.oms_type,
            account_type=AccountType.MARGIN,
            starting_balances=[Money(100_000_000, USDT)],
            latency_model=LatencyModel(base_latency_nanos=self.latency_ms * MS) if self.latency_ms else None,
            **{"book_type": BookType.L2_MBP, **self.venue},
        )
        engine.add_instrument(self.instrument)
        engine.add_data(self.data)
        settings: dict[str, Any] = {"instrument_ids": [INSTRUMENT_ID], **self.config}
        algorithm = SmartLimitExecAlgorithm(SmartLimitExecAlgorithmConfig(**settings))
        trader = Trader(self.cues)
        for actor in self.actors:
            engine.add_actor(actor)
        engine.add_exec_algorithm(algorithm)
        if self.away_ms is not None:
            stops, starts = self.away_ms
            self.cues.append((stops, lambda _trader: algorithm.stop()))
            self.cues.append((starts, lambda _trader: algorithm.resume()))
        engine.add_strategy(trader)
        try:
            engine.run(end=None if self.until_ms is None else at(self.until_ms))
            yield Outcomes(engine, trader, algorithm)
        finally:
            engine.dispose()


def recorded(name: str) -> Path:
    """Return a recording, or skip the test."""
    root = Path(
        os.environ.get("BYBIT_NT_DATA", Path(__file__).resolve().parents[2] / ".." / "shared" / "data")
    )
    path = root / name
    if not path.exists():
        pytest.skip(f"the recording {name} is not there")
    return path


def frames(path: Path, seconds: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (receive time in ns, V5 frame) of the first seconds of a recording."""
    first = None
    with gzip.open(path, "rt") as lines:
        for line in lines:
            stamp, _, text = line.partition(" ")
            first = first or int(stamp)
            if int(stamp) > first + seconds * 1_000 * MS:
                return
            yield int(stamp), json.loads(text)


def data_of(path: Path, seconds: int) -> list[Any]:
    """Return the book and the trades of a recording as the framework's data."""
    out: list[Any] = []
    for received, frame in frames(path, seconds):
        ms = (received - START) // MS
        kind, _, _ = frame["topic"].partition(".")
        if kind == "publicTrade":
            for row in frame["data"]:
                aggressor = AggressorSide.BUYER if row["S"] == "Buy" else AggressorSide.SELLER
                tick = trade(ms, row["p"], row["v"], aggressor)
                out.append(tick)
        elif frame["topic"].startswith("orderbook.200"):
            make = snapshot if frame["type"] == "snapshot" else changes
            rows = frame["data"]
            if rows["b"] or rows["a"]:
                out.append(make(ms, rows["b"], rows["a"]))
    return out
