"""What a strategy may do with a parent at work, and what becomes of it when the algorithm or its data go away."""

from __future__ import annotations

from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from nautilus_trader.model.data import CustomData, DataType
from nautilus_trader.model.enums import AggressorSide, OmsType, OrderSide, OrderStatus
from nautilus_trader.model.enums import TimeInForce as Tif
from nautilus_trader.model.events import OrderModifyRejected
from nautilus_trader.model.identifiers import PositionId
from nautilus_trader.model.objects import Price, Quantity
from smart_limit_market import (
    INSTRUMENT_ID,
    SMART_LIMIT,
    Market,
    Outcomes,
    Trader,
    at,
    buys,
    changes,
    sells,
    snapshot,
    trade,
)

from nautilus_bybit_adapter import BybitBookStatus
from nautilus_bybit_adapter.nt1.algo import Outcome, SmartLimitModify, SmartLimitOrderError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")

D = Decimal
BIDS = [("100.0", "1"), ("99.9", "2"), ("99.8", "50")]
ASKS = [("100.2", "1"), ("100.3", "2"), ("100.4", "50")]


@contextmanager
def done(data: list[Any], *cues: Any, **settings: Any) -> Iterator[Outcomes]:
    yield from Market(data, list(cues), **settings).run()


def still(from_ms: int, until_ms: int, step_ms: int = 100) -> list[Any]:
    return [changes(ms, bids=[BIDS[-1]]) for ms in range(from_ms, until_ms + 1, step_ms)]


def quiet(until_ms: int) -> list[Any]:
    return [snapshot(0, BIDS, ASKS), *still(100, until_ms)]


def falls(ms: int, size: str) -> Any:
    return trade(ms, "100.0", size, AggressorSide.SELLER)


def modify(**values: str) -> Callable[[Trader], None]:
    def act(trader: Trader) -> None:
        assert trader.order is not None
        request = SmartLimitModify(
            client_order_id=trader.order.client_order_id,
            quantity=Quantity.from_str(values["quantity"]) if "quantity" in values else None,
            price=Price.from_str(values["price"]) if "price" in values else None,
        )
        trader.msgbus.send(endpoint="SMART_LIMIT.modify", msg=request)

    return act


# -- modified ------------------------------------------------------------------------------------------


def test_a_parent_made_smaller_executes_no_more_than_that() -> None:
    data = [*quiet(500), falls(550, "0.1"), *still(600, 4_000)]
    cues = [buys("0.500", horizon_secs=2.0), (1_000, modify(quantity="0.300"))]
    with done(data, *cues, latency_ms=20) as it:
        it.check()
        assert it.report.outcome is Outcome.FILLED
        assert it.report.quantity.as_decimal() == D("0.300")
        assert [str(child.quantity) for child in it.children] == ["0.500", "0.200", "0.200"]


def test_a_parent_made_larger_executes_it_all() -> None:
    cues = [buys("0.500", horizon_secs=1.0), (500, modify(quantity="0.800"))]
    with done(quiet(4_000), *cues) as it:
        it.check()
        assert it.report.filled_qty.as_decimal() == D("0.800")


def test_a_new_limit_moves_the_child() -> None:
    def submit(trader: Trader) -> None:
        trader.limit(OrderSide.BUY, "0.500", "99.7", horizon_secs=2.0)

    with done(quiet(4_000), (10, submit), (500, modify(price="99.9"))) as it:
        assert it.parent.price == Price.from_str("99.9")
        assert it.report.amends == 1
        assert str(it.children[0].price) == "99.9"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (
            {"quantity": "0.100"},
            "'quantity' is 0.1; it must be a multiple of 0.001 above the 0.1 executed",
        ),
        ({"price": "99.9"}, "'price' is 99.9 for a market order"),
        ({}, "neither 'quantity' nor 'price' is given"),
    ],
)
def test_a_change_that_cannot_be_is_refused_in_words(values: dict[str, str], said: str) -> None:
    heard: list[str] = []

    def act(trader: Trader) -> None:
        with pytest.raises(SmartLimitOrderError) as refused:
            modify(**values)(trader)
        heard.append(str(refused.value))

    data = [*quiet(500), falls(550, "0.1"), *still(600, 3_000)]
    with done(data, buys("0.500", horizon_secs=1.0), (800, act)) as it:
        it.check()
        assert said in heard[0]
        assert it.report.outcome is Outcome.FILLED


def test_the_framework_s_own_modify_is_refused_and_changes_nothing() -> None:
    def act(trader: Trader) -> None:
        assert trader.order is not None
        trader.modify_order(trader.order, quantity=Quantity.from_str("0.300"))

    with done(quiet(4_000), buys("0.500", horizon_secs=1.0), (500, act)) as it:
        it.check()
        assert any(isinstance(event, OrderModifyRejected) for event in it.trader.seen)
        assert it.report.filled_qty.as_decimal() == D("0.500")


# -- positions -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("urgency", ["passive", "now"])
def test_a_parent_that_names_a_position_closes_that_one(urgency: str) -> None:
    def close(trader: Trader) -> None:
        (position,) = trader.cache.positions_open()
        order = trader.order_factory.market(
            INSTRUMENT_ID,
            OrderSide.SELL,
            Quantity.from_str("0.500"),
            exec_algorithm_id=SMART_LIMIT,
            time_in_force=Tif.IOC,
            exec_algorithm_params={"horizon_secs": 1.0, "urgency": urgency},
        )
        trader.submit_order(order, position_id=position.id)

    data = quiet(6_000)
    with done(data, buys("0.500", urgency="now"), (1_000, close), oms_type=OmsType.HEDGING) as it:
        (position,) = it.engine.cache.positions()
        assert position.is_closed


def test_children_carry_the_position_and_the_params_of_their_parent() -> None:
    def submit(trader: Trader) -> None:
        order = trader.order_factory.market(
            INSTRUMENT_ID,
            OrderSide.BUY,
            Quantity.from_str("0.500"),
            exec_algorithm_id=SMART_LIMIT,
            exec_algorithm_params={"horizon_secs": 1.0},
            tags=["entry"],
        )
        trader.submit_order(order, position_id=PositionId("P-1"), params={"is_leverage": True})
        trader.order = order

    with done(quiet(4_000), (10, submit), oms_type=OmsType.HEDGING) as it:
        assert [child.tags for child in it.children] == [["entry"], ["entry"]]
        (position,) = it.engine.cache.positions()
        assert position.id == PositionId("P-1")
        assert position.quantity.as_decimal() == D("0.500")


# -- stopped and started again -------------------------------------------------------------------------


KEEP = {"children_on_stop": "keep"}


def test_after_a_stop_the_child_is_taken_up_again_and_nothing_is_doubled() -> None:
    # The algorithm misses the fill of 0.2, and the fall of the book.
    data = [*quiet(500), falls(1_550, "0.2"), *still(600, 9_000)]
    data.append(snapshot(2_600, BIDS, ASKS))
    cues = [buys("0.500", horizon_secs=5.0)]
    with done(sorted(data, key=lambda d: d.ts_init), *cues, config=KEEP, away_ms=(1_000, 2_500)) as it:
        it.check()
        assert [str(child.quantity) for child in it.children] == ["0.500", "0.300"]
        assert it.report.outcome is Outcome.FILLED
        assert it.report.arrival_mid == D("100.1")
        assert it.report.ts_start == at(1)
        assert [fill.quantity for fill in it.report.fills] == [D("0.2"), D("0.3")]
        assert {child.client_order_id.value[-3:] for child in it.children} == {"-E1", "-E2"}


def test_a_child_that_was_filled_meanwhile_is_accounted_and_ends_it() -> None:
    data = [*quiet(500), falls(1_550, "5"), *still(600, 9_000)]
    with done(
        sorted(data, key=lambda d: d.ts_init), buys("0.500"), config=KEEP, away_ms=(1_000, 2_500)
    ) as it:
        it.check()
        assert len(it.children) == 1
        assert it.report.outcome is Outcome.FILLED


def test_a_deadline_that_passed_meanwhile_is_kept_at_once() -> None:
    data = [*quiet(9_000), snapshot(4_600, BIDS, ASKS)]
    cues = [buys("0.500", horizon_secs=2.0)]
    with done(sorted(data, key=lambda d: d.ts_init), *cues, config=KEEP, away_ms=(1_000, 4_500)) as it:
        it.check()
        assert it.report.outcome is Outcome.FILLED
        assert it.report.fills[0].ts_event < at(5_500)


def test_canceling_a_parent_while_the_algorithm_is_away_cancels_its_child() -> None:
    cues = [buys("0.500", horizon_secs=60.0), (1_500, Trader.cancel)]
    with done(quiet(9_000), *cues, config=KEEP, away_ms=(1_000, 2_500)) as it:
        (child,) = it.children
        assert child.status == OrderStatus.CANCELED
        assert it.parent.status == OrderStatus.CANCELED
        assert it.report.outcome is Outcome.CANCELED
        assert it.report.arrival_mid == D("100.1")


def test_an_order_that_comes_after_a_start_is_executed_as_ever() -> None:
    data = [*quiet(9_000), snapshot(2_600, BIDS, ASKS)]
    cues = [sells("0.500", 3_000, horizon_secs=1.0)]
    with done(sorted(data, key=lambda d: d.ts_init), *cues, config=KEEP, away_ms=(1_000, 2_500)) as it:
        it.check()
        assert it.report.outcome is Outcome.FILLED


# -- data that go away ---------------------------------------------------------------------------------


def test_a_silent_feed_takes_the_child_off_until_it_speaks_again() -> None:
    data = [*quiet(1_000), *still(5_000, 9_000)]
    cues = [buys("0.500", horizon_secs=8.0)]
    with done(data, *cues, config={"max_book_age_secs": 1.0}) as it:
        it.check()
        first, second, *_ = it.children
        assert first.status == OrderStatus.CANCELED
        assert first.ts_last <= at(2_001)
        assert second.ts_init == at(5_000)


def test_a_feed_that_stays_silent_ends_it_after_the_deadline() -> None:
    data = [*quiet(1_000), changes(60_000, bids=[BIDS[-1]])]
    config = {"max_book_age_secs": 1.0, "book_timeout_secs": 2.0}
    with done(data, buys("0.500", horizon_secs=8.0), config=config) as it:
        it.check()
        assert it.report.outcome is Outcome.UNFILLED
        assert it.report.reason == "the book could not be trusted when the deadline had passed"
        assert it.report.ts_end == at(10_001)


def test_a_book_that_its_client_distrusts_is_sat_out() -> None:
    def says(status: str) -> Callable[[Trader], None]:
        def act(trader: Trader) -> None:
            datum = BybitBookStatus(
                instrument_id=INSTRUMENT_ID,
                depth=50,
                status=status,
                reason="gap",
                gap_count=1,
                crossed_count=0,
                unreadable_count=0,
                ts_event=trader.clock.timestamp_ns(),
                ts_init=trader.clock.timestamp_ns(),
            )
            data_type = DataType(BybitBookStatus, {"instrument_id": INSTRUMENT_ID})
            trader.msgbus.send(endpoint="DataEngine.process", msg=CustomData(data_type, datum))

        return act

    cues = [buys("0.500", horizon_secs=4.0), (1_000, says("STALE")), (2_000, says("LIVE"))]
    with done(quiet(9_000), *cues) as it:
        it.check()
        first, second, *_ = it.children
        assert (first.status, first.ts_last) == (OrderStatus.CANCELED, at(1_000))
        assert second.ts_init == at(2_000)
