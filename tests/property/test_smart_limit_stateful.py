"""Smart limits through a backtest that Hypothesis makes up as it goes: never over, and every child ends."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from nautilus_trader.backtest.engine import BacktestEngine, BacktestEngineConfig
from nautilus_trader.backtest.models import LatencyModel
from nautilus_trader.common.enums import ComponentState
from nautilus_trader.config import LoggingConfig, RiskEngineConfig
from nautilus_trader.model.currencies import USDT
from nautilus_trader.model.data import CustomData, DataType
from nautilus_trader.model.enums import AccountType, AggressorSide, BookType, OmsType, OrderSide
from nautilus_trader.model.identifiers import TraderId
from nautilus_trader.model.objects import Money, Quantity
from nautilus_trader.model.orders import Order
from smart_limit_market import INSTRUMENT_ID, MS, Trader, changes, perpetual, snapshot, trade

from nautilus_bybit_adapter import BybitBookStatus
from nautilus_bybit_adapter.nt1.algo import (
    Outcome,
    SmartLimitExecAlgorithm,
    SmartLimitExecAlgorithmConfig,
    SmartLimitModify,
    SmartLimitOrderError,
)

pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")

D = Decimal
LOT = D("0.001")
sizes = st.integers(1, 4_000).map(lambda lots: lots * LOT)
sides = st.sampled_from([OrderSide.BUY, OrderSide.SELL])
params = st.fixed_dictionaries(
    {
        "urgency": st.sampled_from(["passive", "passive", "normal", "now"]),
        "horizon_secs": st.sampled_from([0.3, 2.0, 9.0]),
    },
    optional={"slices": st.integers(1, 5), "improve_from_ticks": st.integers(0, 4)},
)


class SmartLimits(RuleBasedStateMachine):
    """A market, a trader and an algorithm that may be stopped, on one engine that goes on and on."""

    def __init__(self) -> None:
        super().__init__()
        self.now_ms = 0
        self.mid = 1_000
        self.most: dict[Order, Decimal] = {}
        self.engine = BacktestEngine(
            BacktestEngineConfig(
                trader_id=TraderId("TESTER-001"),
                logging=LoggingConfig(bypass_logging=True),
                risk_engine=RiskEngineConfig(bypass=True),
            )
        )

    @initialize(latency_ms=st.sampled_from([0, 5, 60, 300]), consumes=st.booleans(), queues=st.booleans())
    def open(self, latency_ms: int, *, consumes: bool, queues: bool) -> None:
        engine = self.engine
        engine.add_venue(
            venue=INSTRUMENT_ID.venue,
            oms_type=OmsType.NETTING,
            account_type=AccountType.MARGIN,
            starting_balances=[Money(100_000_000, USDT)],
            book_type=BookType.L2_MBP,
            latency_model=LatencyModel(base_latency_nanos=latency_ms * MS) if latency_ms else None,
            liquidity_consumption=consumes,
            queue_position=queues,
        )
        engine.add_instrument(perpetual())
        self.trader = Trader([])
        self.algorithm = SmartLimitExecAlgorithm(
            SmartLimitExecAlgorithmConfig(
                instrument_ids=[INSTRUMENT_ID],
                children_on_stop="keep",
                max_book_age_secs=2.0,
                book_timeout_secs=1.0,
            )
        )
        engine.add_exec_algorithm(self.algorithm)
        engine.add_strategy(self.trader)
        self.play([self.book(1, [500], [500])])

    def play(self, data: list[Any]) -> None:
        self.engine.add_data(data)
        self.engine.run(streaming=True)
        self.engine.clear_data()

    def book(self, spread: int, bids: list[int], asks: list[int]) -> Any:
        """Return a whole book some time later: sizes in lots from the touch outwards."""
        return snapshot(
            self.now_ms,
            [(str(D(self.mid - level) / 10), str(size * LOT)) for level, size in enumerate(bids)],
            [(str(D(self.mid + spread + level) / 10), str(size * LOT)) for level, size in enumerate(asks)],
        )

    @rule(
        step=st.integers(1, 700),
        move=st.integers(-4, 4),
        spread=st.integers(1, 5),
        bids=st.lists(st.integers(1, 4_000), min_size=1, max_size=4),
        asks=st.lists(st.integers(1, 4_000), min_size=1, max_size=4),
        print_lots=st.integers(0, 5_000),
        is_sell=st.booleans(),
    )
    def go_on(
        self,
        step: int,
        move: int,
        spread: int,
        bids: list[int],
        asks: list[int],
        print_lots: int,
        *,
        is_sell: bool,
    ) -> None:
        self.now_ms += step
        self.mid += move
        data = [self.book(spread, bids, asks)]
        if print_lots:
            self.now_ms += 1
            price = str(D(self.mid if is_sell else self.mid + spread) / 10)
            side = AggressorSide.SELLER if is_sell else AggressorSide.BUYER
            data.append(trade(self.now_ms, price, str(print_lots * LOT), side))
        self.play(data)

    @rule(step=st.integers(1_000, 6_000))
    def silence(self, step: int) -> None:
        self.now_ms += step
        self.play([changes(self.now_ms, bids=[("1.0", "1")])])

    @rule(side=sides, quantity=sizes, how=params)
    def order(self, side: OrderSide, quantity: Decimal, how: dict[str, Any]) -> None:
        parent = self.trader.market(side, str(quantity), **how)
        self.most[parent] = quantity

    @rule(side=sides, quantity=sizes, away=st.integers(-5, 5), post_only=st.booleans(), how=params)
    def limit(
        self, side: OrderSide, quantity: Decimal, away: int, how: dict[str, Any], *, post_only: bool
    ) -> None:
        price = str(D(self.mid + away) / 10)
        if post_only:
            how = {**how, "urgency": "passive"}
        parent = self.trader.limit(side, str(quantity), price, post_only=post_only, **how)
        self.most[parent] = quantity

    def _pick(self, data: st.DataObject) -> Order:
        return data.draw(st.sampled_from(list(self.most)), "parent")

    @precondition(lambda self: self.most)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        parent = self._pick(data)
        if not parent.is_closed:
            self.trader.cancel_order(parent)

    @precondition(lambda self: self.engine.cache.orders_open())
    @rule(data=st.data())
    def cancel_child(self, data: st.DataObject) -> None:
        self.trader.cancel_order(data.draw(st.sampled_from(self.engine.cache.orders_open()), "child"))

    @precondition(lambda self: self.most and self.algorithm.state == ComponentState.RUNNING)
    @rule(data=st.data(), quantity=sizes)
    def change(self, data: st.DataObject, quantity: Decimal) -> None:
        parent = self._pick(data)
        request = SmartLimitModify(
            client_order_id=parent.client_order_id, quantity=Quantity.from_str(str(quantity))
        )
        try:
            self.trader.msgbus.send(endpoint="SMART_LIMIT.modify", msg=request)
        except SmartLimitOrderError:
            return
        self.most[parent] = max(self.most[parent], quantity)

    @rule()
    def stop_or_go_on(self) -> None:
        if self.algorithm.state == ComponentState.RUNNING:
            self.algorithm.stop()
        else:
            self.algorithm.resume()

    @rule(is_live=st.booleans())
    def say_of_the_book(self, *, is_live: bool) -> None:
        now = self.trader.clock.timestamp_ns()
        datum = BybitBookStatus(
            instrument_id=INSTRUMENT_ID,
            depth=50,
            status="LIVE" if is_live else "STALE",
            reason="snapshot" if is_live else "gap",
            gap_count=0,
            crossed_count=0,
            unreadable_count=0,
            ts_event=now,
            ts_init=now,
        )
        data_type = DataType(BybitBookStatus, {"instrument_id": INSTRUMENT_ID})
        self.trader.msgbus.send(endpoint="DataEngine.process", msg=CustomData(data_type, datum))

    def _family(self, parent: Order) -> list[Order]:
        return self.engine.cache.orders_for_exec_spawn(parent.client_order_id)

    @invariant()
    def no_more_than_the_parent_is_executed_or_worked(self) -> None:
        for parent, most in self.most.items():
            sent = [each for each in self._family(parent) if each.is_spawned or not each.is_active_local]
            filled = sum((each.filled_qty.as_decimal() for each in sent), D(0))
            worked = sum((each.leaves_qty.as_decimal() for each in sent if not each.is_closed), D(0))
            assert filled + worked <= most, (filled, worked, most)

    def teardown(self) -> None:
        if not hasattr(self, "algorithm"):
            self.engine.dispose()
            return
        try:
            self._wind_up()
        finally:
            self.engine.dispose()

    def _wind_up(self) -> None:
        if self.algorithm.state != ComponentState.RUNNING:
            self.algorithm.resume()
        self.say_of_the_book(is_live=True)
        calm = []
        for _ in range(400):
            self.now_ms += 100
            calm.append(self.book(2, [90_000], [90_000]))
        self.play(calm)
        cache = self.engine.cache
        assert cache.orders_open() == []
        assert cache.orders_inflight() == []
        for parent, most in self.most.items():
            report = self.algorithm.reports[parent.client_order_id]
            filled = sum((each.filled_qty.as_decimal() for each in self._family(parent)), D(0))
            assert parent.is_closed
            assert report.filled_qty.as_decimal() == filled <= report.quantity.as_decimal() <= most
            assert sum((fill.quantity for fill in report.fills), D(0)) == filled
            if report.outcome is Outcome.FILLED:
                assert filled == report.quantity.as_decimal()
            elif filled > 0 and not parent.filled_qty.as_decimal():
                left = report.quantity.as_decimal() - filled
                assert parent.quantity.as_decimal() == left, "executed and canceled make the parent"
        net = sum(
            (
                each.filled_qty.as_decimal() * (1 if each.side == OrderSide.BUY else -1)
                for each in cache.orders()
            ),
            D(0),
        )
        assert self.engine.portfolio.net_position(INSTRUMENT_ID) == net


SmartLimits.TestCase.settings = settings(
    max_examples=25,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestSmartLimits = SmartLimits.TestCase


class _Newest:
    """Draws the newest parent."""

    def __init__(self, state: SmartLimits) -> None:
        self._state = state

    def draw(self, _strategy: object, _label: str) -> Order:
        return list(self._state.most)[-1]


def test_a_parent_made_smaller_while_its_child_fills_is_whole_after_a_restart() -> None:
    state = SmartLimits()
    state.open(latency_ms=0, consumes=False, queues=False)
    state.go_on(asks=[1], bids=[1], is_sell=False, move=0, print_lots=0, spread=1, step=1)
    how = {"urgency": "now", "horizon_secs": 0.3}
    state.limit(away=0, how=how, post_only=False, quantity=50 * LOT, side=OrderSide.SELL)
    state.change(data=_Newest(state), quantity=1 * LOT)
    state.stop_or_go_on()
    state.teardown()


def test_a_parent_that_went_to_the_venue_itself_cannot_be_changed_after_a_restart() -> None:
    state = SmartLimits()
    state.open(latency_ms=0, consumes=False, queues=False)
    state.order(how={"urgency": "now", "horizon_secs": 0.3}, quantity=1 * LOT, side=OrderSide.BUY)
    state.stop_or_go_on()
    state.stop_or_go_on()
    (parent,) = state.most
    with pytest.raises(SmartLimitOrderError, match="is at the venue or ending; it is too late"):
        state.algorithm.modify(
            SmartLimitModify(client_order_id=parent.client_order_id, quantity=Quantity.from_str(str(2 * LOT)))
        )
    state.teardown()
