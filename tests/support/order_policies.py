"""The same parent orders through different ways to execute them, on the framework's backtest engine."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from nautilus_trader.backtest.engine import BacktestEngine, BacktestEngineConfig
from nautilus_trader.backtest.models import LatencyModel
from nautilus_trader.config import LoggingConfig, RiskEngineConfig, StrategyConfig
from nautilus_trader.examples.algorithms.twap import TWAPExecAlgorithm
from nautilus_trader.model.book import OrderBook
from nautilus_trader.model.currencies import BTC, ETH, USDT
from nautilus_trader.model.enums import AccountType, BookType, LiquiditySide, OmsType, OrderSide, TimeInForce
from nautilus_trader.model.events import OrderCanceled, OrderFilled, OrderRejected
from nautilus_trader.model.identifiers import ClientOrderId, ExecAlgorithmId, TraderId
from nautilus_trader.model.instruments import Instrument
from nautilus_trader.model.objects import Money, Quantity
from nautilus_trader.trading.strategy import Strategy
from recorded_market import SECOND, TAKER_FEE, VENUE

from nautilus_bybit_adapter import SmartLimitExecAlgorithm, SmartLimitExecAlgorithmConfig

POLICIES = ("market", "smart limit", "limit and wait", "TWAP")
LATENCY_MS = 100
HORIZON_SECS = 15.0
# A parent is judged by what it has done so long after it came.
JUDGED_SECS = 25.0
TWAP_INTERVAL_SECS = 3.0


@dataclass(frozen=True)
class Parent:
    """An order to be executed: when (UNIX ns), which side, how much (base units)."""

    at_ns: int
    is_buy: bool
    quantity: Decimal


@dataclass
class Execution:
    """What became of a parent."""

    parent: Parent
    arrival_mid: Decimal = Decimal(0)
    filled: Decimal = Decimal(0)
    value: Decimal = Decimal(0)
    fees: Decimal = Decimal(0)
    maker: Decimal = Decimal(0)
    end_price: Decimal | None = None

    @property
    def completion(self) -> float:
        return float(self.filled / self.parent.quantity)

    @property
    def cost_bps(self) -> float:
        """Cost against the mid at arrival with fees; what is left is priced where it would trade at the end."""
        quantity, mid = self.parent.quantity, self.arrival_mid
        left = quantity - self.filled
        value, fees = self.value, self.fees
        if left > 0:
            assert self.end_price is not None
            value += left * self.end_price
            fees += left * self.end_price * TAKER_FEE
        paid = value - quantity * mid
        return float(((paid if self.parent.is_buy else -paid) + fees) / (quantity * mid) * 10_000)


def make_parents(
    instrument: Instrument, data: Sequence[Any], notional: int, every_secs: float, seed: int
) -> list[Parent]:
    """Return parents of one notional (quote units) at even times and random sides over the data."""
    rng = random.Random(seed)  # noqa: S311  (sides of orders, not a secret)
    first, last = data[0].ts_init, data[-1].ts_init
    mid = next(item.deltas[1].order.price.as_decimal() for item in data if hasattr(item, "deltas"))
    quantity = Decimal(notional) if instrument.is_inverse else Decimal(notional) / mid
    quantity = Quantity(quantity, instrument.size_precision).as_decimal()
    step, start = int(every_secs * SECOND), first + 5 * SECOND
    stop = last - int(JUDGED_SECS * SECOND)
    return [Parent(at, rng.random() < 0.5, quantity) for at in range(start, stop, step)]


class Executor(Strategy):
    """Sends each parent by one policy, and writes its fills down."""

    def __init__(self, instrument: Instrument, parents: Sequence[Parent], policy: str, tag: str) -> None:
        super().__init__(StrategyConfig(order_id_tag=tag))
        self.instrument = instrument
        self.executions = [Execution(parent) for parent in parents]
        self.policy = policy
        self._book = OrderBook(instrument.id, BookType.L2_MBP)
        self._owner: dict[ClientOrderId, int] = {}

    def on_start(self) -> None:
        self.subscribe_order_book_deltas(self.instrument.id, BookType.L2_MBP, managed=False)
        for number, execution in enumerate(self.executions):
            at = execution.parent.at_ns
            self.clock.set_time_alert_ns(f"in-{number}", at, lambda _e, n=number: self._begin(n))
            end = at + int(JUDGED_SECS * SECOND)
            self.clock.set_time_alert_ns(f"end-{number}", end, lambda _e, n=number: self._judge(n))

    def on_order_book_deltas(self, deltas: Any) -> None:
        self._book.apply_deltas(deltas)

    def on_order_event(self, event: Any) -> None:
        order = self.cache.order(event.client_order_id)
        if order is None:
            return
        number = self._owner.get(order.exec_spawn_id or order.client_order_id)
        if number is None:
            return
        if isinstance(event, OrderFilled):
            self._fill(self.executions[number], event)
        elif self.policy == "limit and wait" and isinstance(event, OrderCanceled):
            self._take(number, order.leaves_qty.as_decimal())
        elif self.policy == "limit and wait" and isinstance(event, OrderRejected):
            self._join(number)

    def _fill(self, execution: Execution, event: OrderFilled) -> None:
        quantity, price = event.last_qty.as_decimal(), event.last_px.as_decimal()
        fee = event.commission.as_decimal()
        # Contracts counted in quote units pay their fee in base units, for `quantity / price` of them.
        in_quote = fee * price * price if self.instrument.is_inverse else fee
        execution.filled += quantity
        execution.value += quantity * price
        execution.fees += in_quote
        if event.liquidity_side == LiquiditySide.MAKER:
            execution.maker += quantity

    def _begin(self, number: int) -> None:
        bid, ask = self._book.best_bid_price(), self._book.best_ask_price()
        execution = self.executions[number]
        execution.arrival_mid = (bid.as_decimal() + ask.as_decimal()) / 2
        if self.policy == "market":
            self._take(number, execution.parent.quantity)
        elif self.policy == "limit and wait":
            self._join(number)
            at = self.clock.timestamp_ns() + int(HORIZON_SECS * SECOND)
            self.clock.set_time_alert_ns(f"over-{number}", at, lambda _e: self._give_up(number))
        else:
            self._delegate(number)

    def _delegate(self, number: int) -> None:
        is_twap = self.policy == "TWAP"
        params: dict[str, Any] = {"horizon_secs": HORIZON_SECS}
        if is_twap:
            params["interval_secs"] = TWAP_INTERVAL_SECS
        parent = self.executions[number].parent
        order = self.order_factory.market(
            self.instrument.id,
            OrderSide.BUY if parent.is_buy else OrderSide.SELL,
            self._quantity(parent.quantity),
            time_in_force=TimeInForce.IOC,
            exec_algorithm_id=ExecAlgorithmId("TWAP" if is_twap else "SMART_LIMIT"),
            exec_algorithm_params=params,
        )
        self._send(number, order)

    def _take(self, number: int, quantity: Decimal) -> None:
        side = OrderSide.BUY if self.executions[number].parent.is_buy else OrderSide.SELL
        order = self.order_factory.market(
            self.instrument.id, side, self._quantity(quantity), time_in_force=TimeInForce.IOC
        )
        self._send(number, order)

    def _join(self, number: int) -> None:
        execution = self.executions[number]
        is_buy = execution.parent.is_buy
        price = self._book.best_bid_price() if is_buy else self._book.best_ask_price()
        order = self.order_factory.limit(
            self.instrument.id,
            OrderSide.BUY if is_buy else OrderSide.SELL,
            self._quantity(execution.parent.quantity - execution.filled),
            price,
            post_only=True,
        )
        self._send(number, order)

    def _give_up(self, number: int) -> None:
        for order in self.cache.orders_open():
            if self._owner.get(order.client_order_id) == number:
                self.cancel_order(order)

    def _send(self, number: int, order: Any) -> None:
        self._owner[order.client_order_id] = number
        self.submit_order(order)

    def _quantity(self, quantity: Decimal) -> Quantity:
        return Quantity(quantity, self.instrument.size_precision)

    def _judge(self, number: int) -> None:
        execution = self.executions[number]
        left = execution.parent.quantity - execution.filled
        if left > 0:
            side = OrderSide.BUY if execution.parent.is_buy else OrderSide.SELL
            average = self._book.get_avg_px_for_quantity(self._quantity(left), side)
            execution.end_price = Decimal(str(average))


def execute(
    instrument: Instrument,
    data: list[Any],
    tasks: Sequence[tuple[str, Sequence[Parent]]],
    config: dict[str, Any] | None = None,
) -> list[list[Execution]]:
    """Run each task, a policy and its parents, over one market; return what became of each task's parents.

    All are executed side by side and each as if it were alone: what one takes is not taken from the others, and they
    do not share the algorithm's budget of requests.
    """
    engine = BacktestEngine(
        BacktestEngineConfig(
            trader_id=TraderId("TESTER-001"),
            logging=LoggingConfig(bypass_logging=True),
            risk_engine=RiskEngineConfig(bypass=True),
        )
    )
    engine.add_venue(
        venue=VENUE,
        oms_type=OmsType.NETTING,
        account_type=AccountType.MARGIN,
        starting_balances=[Money(10**12, USDT), Money(10**9, BTC), Money(10**9, ETH)],
        book_type=BookType.L2_MBP,
        latency_model=LatencyModel(base_latency_nanos=LATENCY_MS * 1_000_000),
        trade_execution=True,
        queue_position=True,
    )
    engine.add_instrument(instrument)
    engine.add_data(data, validate=False)
    settings: dict[str, Any] = {
        "instrument_ids": [instrument.id],
        "book_depth": 200,
        "max_amends_per_sec": 10_000,
    }
    engine.add_exec_algorithm(
        SmartLimitExecAlgorithm(SmartLimitExecAlgorithmConfig(**{**settings, **(config or {})}))
    )
    engine.add_exec_algorithm(TWAPExecAlgorithm())
    executors = [
        Executor(instrument, parents, policy, f"{number:03d}")
        for number, (policy, parents) in enumerate(tasks)
    ]
    engine.add_strategies(executors)
    try:
        engine.run()
        return [executor.executions for executor in executors]
    finally:
        engine.dispose()
