"""The algorithm on the framework's backtest engine, on books made for the purpose."""

from __future__ import annotations

from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from nautilus_trader.model.data import QuoteTick
from nautilus_trader.model.enums import (
    AggressorSide,
    BookType,
    LiquiditySide,
    OmsType,
    OrderSide,
    OrderStatus,
    OrderType,
)
from nautilus_trader.model.enums import TimeInForce as Tif
from nautilus_trader.model.events import (
    OrderAccepted,
    OrderCanceled,
    OrderDenied,
    OrderFilled,
    OrderInitialized,
    OrderRejected,
    OrderUpdated,
)
from nautilus_trader.model.objects import Price, Quantity
from nautilus_trader.test_kit.stubs.events import TestEventStubs
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

from nautilus_bybit_adapter.nt1.algo import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

# The backtest engine asks pandas for times in ways that the next pandas drops: the framework's to mend.
pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")

D = Decimal
BIDS = [("100.0", "1"), ("99.9", "2"), ("99.8", "50")]
ASKS = [("100.2", "1"), ("100.3", "2"), ("100.4", "50")]


@contextmanager
def done(data: list[Any], *cues: Any, **settings: Any) -> Iterator[Outcomes]:
    yield from Market(data, list(cues), **settings).run()


def still(from_ms: int, until_ms: int, step_ms: int = 100) -> list[Any]:
    """Updates that change nothing near the touch."""
    return [changes(ms, bids=[BIDS[-1]]) for ms in range(from_ms, until_ms + 1, step_ms)]


def quiet(until_ms: int) -> list[Any]:
    return [snapshot(0, BIDS, ASKS), *still(100, until_ms)]


def kinds(events: list[Any]) -> list[type]:
    return [type(event) for event in events]


def test_an_urgent_order_within_the_guard_goes_to_the_market_as_it_is() -> None:
    with done(quiet(500), buys("2.000", urgency="now")) as it:
        it.check()
        assert it.parent.status == OrderStatus.FILLED
        assert it.children == []
        assert it.report.outcome is Outcome.FILLED
        # 1 at 100.2 and 1 at 100.3 against a mid of 100.1.
        assert it.report.avg_px == D("100.25")
        assert it.report.arrival_mid == D("100.1")
        assert it.report.expected_slippage_bps == pytest.approx(14.985014985)
        assert it.report.cost_bps == pytest.approx(14.985014985)
        assert [str(money) for money in it.report.commissions] == ["0.11027500 USDT"]
        assert it.trader.reports == [it.report]


@pytest.mark.parametrize("quantity", ["3.500", "60.000"], ids=["over the guard", "more than the depth"])
def test_the_guard_sends_no_market_order_but_capped_ones(quantity: str) -> None:
    asks = [("100.2", "1"), ("100.3", "1"), ("110.0", "50")]
    data = [snapshot(0, BIDS, asks), *still(100, 3_000)]
    cue = buys(quantity, urgency="now", horizon_secs=1.5)
    with done(data, cue, venue={"liquidity_consumption": True}) as it:
        it.check()
        assert {order.order_type for order in it.children} == {OrderType.LIMIT}
        assert it.parent.status == OrderStatus.CANCELED
        prices = [order.price.as_decimal() for order in it.children if order.time_in_force == Tif.IOC]
        assert set(prices) == {D("100.3")}
        assert all(
            D(str(fill.last_px)) <= D("100.3") for fill in it.trader.seen if isinstance(fill, OrderFilled)
        )
        assert it.report.outcome is Outcome.PARTIAL
        assert "left a remainder" in it.report.reason


def test_a_passive_order_fills_at_the_touch_as_maker() -> None:
    data = [*quiet(1_000), trade(1_050, "100.0", "3", AggressorSide.SELLER), *still(1_100, 1_500)]
    with done(data, buys("0.500")) as it:
        it.check()
        (child,) = it.children
        assert child.is_post_only
        assert child.liquidity_side == LiquiditySide.MAKER
        assert child.avg_px == 100.0
        assert it.report.outcome is Outcome.FILLED
        assert it.report.cost_bps == pytest.approx(-9.99000999)
        assert it.report.children == 1


def test_a_passive_sell_rests_at_the_ask() -> None:
    data = [*quiet(1_000), trade(1_050, "100.2", "3", AggressorSide.BUYER), *still(1_100, 1_500)]
    with done(data, sells("0.500")) as it:
        it.check()
        assert it.children[0].avg_px == 100.2
        assert it.report.cost_bps == pytest.approx(-9.99000999)


def test_it_follows_the_touch_by_amending_the_same_order() -> None:
    data = [
        *quiet(1_000),
        changes(1_050, bids=[("100.1", "1")]),
        *still(1_100, 2_000),
        changes(2_050, bids=[("100.1", "0"), ("100.0", "0")]),
        *still(2_100, 3_000),
        trade(3_050, "99.9", "3", AggressorSide.SELLER),
        *still(3_100, 3_500),
    ]
    with done(data, buys("0.500", improve_from_ticks=0)) as it:
        it.check()
        (child,) = it.children
        updates = [event for event in child.events if isinstance(event, OrderUpdated)]
        assert [str(event.price) for event in updates] == ["100.1", "99.9"]
        assert len({event.venue_order_id for event in updates} | {child.venue_order_id}) == 1
        assert it.report.amends == 2
        assert it.report.avg_px == D("99.9")


def test_quick_moves_of_the_touch_are_followed_at_intervals() -> None:
    data = quiet(1_000)
    for number in range(50):
        size = "0" if number % 2 else "1"
        data.append(changes(1_010 + 10 * number, bids=[("100.1", size)]))
    data += still(1_600, 2_000)
    with done(data, buys("0.500", horizon_secs=60), config={"min_reprice_interval_ms": 200}) as it:
        assert 1 <= it.report.amends <= 4


def test_at_the_deadline_the_rest_crosses() -> None:
    data = [
        *quiet(500),
        trade(550, "100.0", "0.2", AggressorSide.SELLER),
        *still(600, 4_000),
    ]
    with done(data, buys("0.500", horizon_secs=2.0)) as it:
        it.check()
        peg, cross = it.children
        assert peg.status == OrderStatus.CANCELED
        assert peg.filled_qty.as_decimal() == D("0.200")
        assert cross.time_in_force == Tif.IOC
        assert cross.quantity.as_decimal() == D("0.300")
        assert cross.liquidity_side == LiquiditySide.TAKER
        assert it.report.outcome is Outcome.FILLED
        assert it.report.avg_px == (D("100.0") * D("0.2") + D("100.2") * D("0.3")) / D("0.5")


def test_a_strategy_hears_of_no_cancel_when_children_have_executed_all() -> None:
    data = [*quiet(1_000), trade(1_050, "100.0", "3", AggressorSide.SELLER), *still(1_100, 1_500)]
    with done(data, buys("0.500")) as it:
        assert it.parent.status == OrderStatus.CANCELED
        assert kinds(it.trader.events_of(it.parent.client_order_id.value)) == [OrderInitialized]


def test_a_remainder_is_left_on_the_canceled_parent() -> None:
    asks = [("100.2", "0.3"), ("110.0", "50")]
    data = [snapshot(0, BIDS, asks), *still(100, 3_000)]
    with done(data, buys("0.500", horizon_secs=1.0), venue={"liquidity_consumption": True}) as it:
        it.check()
        assert it.report.outcome is Outcome.PARTIAL
        assert it.parent.status == OrderStatus.CANCELED
        assert it.parent.quantity.as_decimal() == D("0.200")
        events = it.trader.events_of(it.parent.client_order_id.value)
        assert kinds(events) == [OrderInitialized, OrderCanceled]
        assert it.report.ts_end <= events[-1].ts_event


def test_a_post_only_rejection_is_answered_at_the_new_touch() -> None:
    data = [
        *quiet(1_000),
        # While the order is on its way the market falls through its price.
        changes(1_030, bids=[("100.0", "0"), ("99.9", "0")], asks=[("99.9", "1"), ("100.2", "0")]),
        *still(1_100, 2_000),
        trade(2_050, "99.8", "60", AggressorSide.SELLER),
        *still(2_100, 3_000),
    ]
    with done(data, buys("0.500", 1_010), latency_ms=50) as it:
        it.check()
        first, second = it.children
        assert first.status == OrderStatus.REJECTED
        assert any(isinstance(event, OrderRejected) and event.due_post_only for event in first.events)
        assert second.price.as_decimal() == D("99.8")
        assert it.report.outcome is Outcome.FILLED


def test_canceling_the_parent_cancels_a_partly_filled_child() -> None:
    data = [*quiet(500), trade(550, "100.0", "0.2", AggressorSide.SELLER), *still(600, 3_000)]
    with done(data, buys("0.500"), (1_000, Trader.cancel), latency_ms=20) as it:
        it.check()
        (child,) = it.children
        assert child.status == OrderStatus.CANCELED
        assert it.parent.status == OrderStatus.CANCELED
        assert it.report.outcome is Outcome.CANCELED
        assert it.report.filled_qty.as_decimal() == D("0.200")
        assert it.parent.quantity.as_decimal() == D("0.300")
        assert it.net_position == D("0.200")


def test_a_fill_on_its_way_when_the_parent_is_canceled_is_accounted() -> None:
    data = [
        *quiet(500),
        trade(1_010, "100.0", "0.2", AggressorSide.SELLER),
        *still(1_100, 3_000),
    ]
    with done(data, buys("0.500"), (1_000, Trader.cancel), latency_ms=50) as it:
        it.check()
        assert it.report.outcome is Outcome.CANCELED
        assert it.report.filled_qty.as_decimal() == D("0.200")


def test_canceling_before_the_child_is_accepted_leaves_nothing_open() -> None:
    with done(quiet(2_000), buys("0.500", 500), (510, Trader.cancel), latency_ms=50) as it:
        it.check()
        (child,) = it.children
        assert OrderAccepted in kinds(child.events)
        assert child.status == OrderStatus.CANCELED
        assert it.report.outcome is Outcome.CANCELED


def test_canceling_all_orders_of_the_strategy_ends_the_execution() -> None:
    cancel_all = (1_000, lambda trader: trader.cancel_all_orders(INSTRUMENT_ID))
    with done(quiet(3_000), buys("0.500"), cancel_all) as it:
        it.check()
        assert len(it.children) == 1
        assert it.report.outcome is Outcome.CANCELED


def test_canceling_the_child_itself_ends_the_execution() -> None:
    def cancel_child(trader: Trader) -> None:
        (child,) = trader.cache.orders_open()
        trader.cancel_order(child)

    with done(quiet(3_000), buys("0.500"), (1_000, cancel_child)) as it:
        it.check()
        assert len(it.children) == 1
        assert it.report.outcome is Outcome.CANCELED


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"urgncy": "now"}, "'urgncy' ('now'); allowed are 'urgency', 'horizon_secs', 'deadline_ns',"),
        ({"urgency": "soon"}, "'urgency' is 'soon'; it must be 'passive', 'normal' or 'now'"),
        ({"horizon_secs": -1}, "'horizon_secs' is -1; it must be above 0 and at most 86400"),
        ({"horizon_secs": "15"}, "'horizon_secs' is '15'"),
        (
            {"max_cross_bps": 101.0},
            "'max_cross_bps' is 101.0; it must be above 0 and at most 100, the slippage guard",
        ),
        ({"max_cross_bps": float("nan")}, "'max_cross_bps' is nan"),
        ({"horizon_secs": True}, "'horizon_secs' is True"),
        ({"horizon_secs": 1, "deadline_ns": at(9)}, "'horizon_secs' and 'deadline_ns' are both given"),
        ({"deadline_ns": at(0)}, f"'deadline_ns' is {at(0)}; it must be UNIX nanoseconds after {at(1)}"),
        ({"slices": 0}, "'slices' is 0; it must be a whole number from 1 to 1000"),
        ({"size_jitter": 1.5}, "'size_jitter' is 1.5; it must be a number from 0 to 0.9"),
        ({"time_jitter": "1"}, "'time_jitter' is '1'; it must be a number from 0 to 10"),
        ({"improve_from_ticks": 2.5}, "'improve_from_ticks' is 2.5; it must be a whole number from 0"),
    ],
)
def test_bad_parameters_are_denied_in_words(params: dict[str, Any], said: str) -> None:
    with done(quiet(500), buys("0.500", **params)) as it:
        it.check()
        assert it.parent.status == OrderStatus.DENIED
        (denied,) = [event for event in it.trader.seen if isinstance(event, OrderDenied)]
        assert said in denied.reason
        assert it.report.outcome is Outcome.DENIED
        assert it.children == []


def test_orders_it_cannot_execute_are_denied() -> None:
    def order(trader: Trader, **changes: Any) -> None:
        kwargs: dict[str, Any] = {"exec_algorithm_id": SMART_LIMIT, "instrument_id": INSTRUMENT_ID}
        kwargs |= {"order_side": OrderSide.BUY, "quantity": Quantity.from_str("0.5"), **changes}
        make = trader.order_factory.limit if "price" in changes else trader.order_factory.market
        trader.submit_order(make(**kwargs))

    price = Price.from_str("100.0")
    cues = [
        (10, lambda trader: order(trader, time_in_force=Tif.FOK)),
        (20, lambda trader: order(trader, price=price, display_qty=Quantity.from_str("0.1"))),
        (30, lambda trader: order(trader, quote_quantity=True)),
        (
            40,
            lambda trader: order(
                trader, price=price, post_only=True, exec_algorithm_params={"urgency": "now"}
            ),
        ),
    ]
    with done(quiet(500), *cues) as it:
        reasons = [event.reason for event in it.trader.seen if isinstance(event, OrderDenied)]
        assert len(reasons) == 4
        for reason, word in zip(reasons, ["FOK", "display_qty", "quote units", "post-only"], strict=True):
            assert word in reason
        assert all(order.is_closed for order in it.engine.cache.orders())


def test_an_order_list_is_denied_as_a_whole() -> None:
    def submit(trader: Trader) -> None:
        orders = trader.order_factory.bracket(
            INSTRUMENT_ID,
            OrderSide.BUY,
            Quantity.from_str("0.5"),
            sl_trigger_price=Price.from_str("90.0"),
            tp_price=Price.from_str("110.0"),
            entry_exec_algorithm_id=SMART_LIMIT,
        )
        trader.submit_order_list(orders)

    with done(quiet(500), (10, submit)) as it:
        assert len([event for event in it.trader.seen if isinstance(event, OrderDenied)]) == 3


def test_the_risk_engine_may_refuse_the_very_first_order() -> None:
    asks = [("100.2", "500")]
    with done([snapshot(0, BIDS, asks), *still(100, 500)], buys("200.000", urgency="now")) as it:
        it.check()
        assert it.parent.status == OrderStatus.DENIED
        assert it.report.outcome is Outcome.DENIED
        assert "quantity" in it.report.reason.lower()


def test_an_order_from_on_start_is_denied_and_not_lost() -> None:
    with done(quiet(500), buys("0.500", -1)) as it:
        assert it.parent.status == OrderStatus.DENIED
        assert "is not running" in it.report.reason


def test_stopping_withdraws_the_child() -> None:
    with done(quiet(1_000), buys("0.500", horizon_secs=60)) as it:
        it.check()
        assert it.report.outcome is Outcome.CANCELED
        assert "the algorithm was stopped" in it.report.reason


def test_a_limit_order_never_trades_beyond_its_price() -> None:
    def submit(trader: Trader) -> None:
        trader.limit(OrderSide.BUY, "0.500", "100.1", horizon_secs=1.0)

    with done(quiet(3_000), (10, submit)) as it:
        it.check()
        assert it.report.outcome is Outcome.UNFILLED
        assert "100.2 is beyond the limit 100.1" in it.report.reason
        assert [str(order.price) for order in it.children] == ["100.0"]


def test_a_limit_below_the_touch_rests_at_its_price() -> None:
    def submit(trader: Trader) -> None:
        trader.limit(OrderSide.BUY, "0.500", "99.7", horizon_secs=1.0)

    with done(quiet(3_000), (10, submit)) as it:
        it.check()
        assert [str(order.price) for order in it.children] == ["99.7"]


def test_an_order_waits_for_the_first_snapshot() -> None:
    data = [*still(100, 900), snapshot(1_000, BIDS, ASKS), *still(1_100, 2_000)]
    with done(data, buys("0.500", 200, urgency="now")) as it:
        it.check()
        assert it.report.outcome is Outcome.FILLED
        assert it.report.expected_slippage_bps == pytest.approx(9.99000999)


def test_without_any_book_the_order_is_denied_in_time() -> None:
    data = still(100, 9_000)
    with done(data, buys("0.500", 200)) as it:
        it.check()
        assert it.parent.status == OrderStatus.DENIED
        assert it.report.reason == "no order book and no quote arrived in time"


def test_a_late_subscription_starts_from_the_book_that_the_strategy_has() -> None:
    subscribe = (-1, lambda trader: trader.subscribe_order_book_deltas(INSTRUMENT_ID, BookType.L2_MBP))
    with done(
        quiet(2_000), subscribe, buys("2.000", 500, urgency="now"), config={"instrument_ids": None}
    ) as it:
        it.check()
        assert it.report.expected_slippage_bps == pytest.approx(14.985014985)
        book = it.engine.cache.order_book(INSTRUMENT_ID)
        assert str(book.best_ask_price()) == "100.2", "the strategy's book is left as it was"


def test_a_market_order_that_a_venue_lets_hang_is_reported_and_not_repeated() -> None:
    def submit(trader: Trader) -> None:
        order = trader.order_factory.market(
            INSTRUMENT_ID,
            OrderSide.BUY,
            Quantity.from_str("2.000"),
            exec_algorithm_id=SMART_LIMIT,
            exec_algorithm_params={"urgency": "now"},
        )
        trader.submit_order(order)
        trader.order = order

    # The book is deep enough when the order leaves and not when it arrives.
    data = [*quiet(500), snapshot(520, BIDS, [("100.2", "0.5")])]
    data += [changes(ms, bids=[BIDS[-1]]) for ms in range(600, 60_000, 100)]
    with done(data, (510, submit), latency_ms=50) as it:
        assert it.report.outcome is Outcome.PARTIAL
        assert it.report.filled_qty.as_decimal() == D("0.500")
        assert "MAY STILL BE OPEN" in it.report.reason
        assert it.net_position == D("0.500")


def test_a_fill_that_comes_after_the_end_is_reported_again() -> None:
    def late_fill(trader: Trader) -> None:
        (child,) = [order for order in trader.cache.orders() if order.is_spawned]
        fill = TestEventStubs.order_filled(
            child,
            trader.cache.instrument(INSTRUMENT_ID),
            strategy_id=trader.id,
            account_id=child.account_id,
            venue_order_id=child.venue_order_id,
            last_qty=Quantity.from_str("0.100"),
            last_px=Price.from_str("100.0"),
        )
        trader.msgbus.send("ExecEngine.process", fill)

    with done(quiet(3_000), buys("0.500"), (1_000, Trader.cancel), (2_000, late_fill)) as it:
        assert it.net_position == D("0.100")
        first, second = it.trader.reports
        assert (first.filled_qty.as_decimal(), first.revision) == (D(0), 0)
        assert (second.filled_qty.as_decimal(), second.revision) == (D("0.100"), 1)
        assert second.outcome is Outcome.CANCELED
        assert len(it.children) == 1


def test_children_of_a_reduce_only_order_are_reduce_only() -> None:
    def submit(trader: Trader) -> None:
        order = trader.order_factory.market(
            INSTRUMENT_ID,
            OrderSide.SELL,
            Quantity.from_str("0.500"),
            reduce_only=True,
            exec_algorithm_id=SMART_LIMIT,
            exec_algorithm_params={"horizon_secs": 1.0},
        )
        trader.submit_order(order)
        trader.order = order

    with done(quiet(4_000), buys("0.500", urgency="now"), (500, submit)) as it:
        assert len(it.children) == 2
        assert all(child.is_reduce_only for child in it.children)
        assert it.net_position == 0


def test_under_hedging_all_children_make_one_position() -> None:
    data = [*quiet(500), trade(550, "100.0", "0.2", AggressorSide.SELLER), *still(600, 4_000)]
    with done(data, buys("0.500", horizon_secs=2.0), oms_type=OmsType.HEDGING) as it:
        it.check()
        assert len(it.children) == 2
        (position,) = it.engine.cache.positions()
        assert position.quantity.as_decimal() == D("0.500")


def test_with_quotes_only_it_rests_at_the_quote_and_follows_it() -> None:
    def quote(ms: int, bid: str, ask: str) -> QuoteTick:
        prices = (Price.from_str(bid), Price.from_str(ask))
        size = Quantity.from_str("1.000")
        return QuoteTick(INSTRUMENT_ID, *prices, size, size, at(ms), at(ms))

    data: list[Any] = [quote(ms, "100.0", "100.2") for ms in range(0, 2_000, 100)]
    data += [quote(ms, "100.1", "100.2") for ms in range(2_000, 4_000, 100)]
    data += [quote(ms, "99.9", "100.0") for ms in range(4_000, 5_000, 100)]
    subscribe = (-1, lambda trader: trader.subscribe_quote_ticks(INSTRUMENT_ID))
    venue = {"book_type": BookType.L1_MBP}
    config = {"book_timeout_secs": 0.5}
    with done(data, subscribe, buys("0.500", 200), venue=venue, config=config) as it:
        it.check()
        (child,) = it.children
        assert child.avg_px == 100.1
        assert it.report.amends == 1
        assert it.report.arrival_mid == D("100.1")
        assert it.report.expected_slippage_bps is None


def test_two_orders_at_once_are_accounted_apart() -> None:
    data = [*quiet(1_000), trade(1_050, "100.0", "0.3", AggressorSide.SELLER), *still(1_100, 5_000)]
    cues = [buys("0.500", horizon_secs=2.0), buys("0.700", 2, horizon_secs=2.0)]
    with done(data, *cues) as it:
        reports = list(it.algorithm.reports.values())
        assert [report.filled_qty.as_decimal() for report in reports] == [D("0.500"), D("0.700")]
        assert it.net_position == D("1.200")
        assert it.engine.cache.orders_open() == []


def test_a_venue_that_answers_within_the_call_is_no_trouble() -> None:
    data = [*quiet(500), trade(550, "100.0", "0.2", AggressorSide.SELLER), *still(600, 4_000)]
    with done(data, buys("0.500", horizon_secs=2.0), venue={"use_message_queue": False}) as it:
        it.check()
        assert it.report.outcome is Outcome.FILLED
        assert len(it.children) == 2
