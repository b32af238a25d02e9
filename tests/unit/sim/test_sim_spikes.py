"""Every price releases what waits for it, in the order of the tape, however short it lasted."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.sim.conftest import Desk

if TYPE_CHECKING:
    from collections.abc import Iterable

MARKET = {"orderType": "Market", "qty": "0.1"}
LINEAR = {"category": "linear", "symbol": "BTCUSDT"}
D = Decimal


def new_desk() -> Desk:
    desk = Desk()
    desk.market.set_book([("86000.0", "9")], [("86000.1", "9")])
    desk.market.trade("Buy", "86000.1", "0.001")
    desk.told.clear()
    return desk


def prints(desk: Desk, prices: Iterable[str]) -> None:
    """Let trades at several prices happen in one step of the market."""
    with desk.exchange._settlement.step():
        for price in prices:
            desk.market.trade("Buy", price, "0.001")


def wait_for(desk: Desk, price: str, direction: int, **fields: Any) -> Any:
    return desk.place(**MARKET, **fields, triggerPrice=price, triggerDirection=direction)


def test_a_spike_within_a_step_releases_an_order() -> None:
    desk = new_desk()
    order = wait_for(desk, "86100", 1)
    untouched = wait_for(desk, "86150", 1)
    prints(desk, ["86050", "86120", "86000.1"])
    assert (order.status, untouched.status) == ("Filled", "Untriggered")


def test_orders_go_in_the_order_of_the_prices_that_release_them() -> None:
    desk = new_desk()
    later = wait_for(desk, "85900", 2, side="Sell")
    sooner = wait_for(desk, "86100", 1)
    prints(desk, ["86110", "85890", "86000.1"])
    told = [row["orderId"] for row in desk.rows("order") if row["orderStatus"] == "Triggered"]
    assert told == [sooner.order_id, later.order_id]
    desk.exchange.check()


def test_a_trailing_stop_follows_every_print() -> None:
    desk = new_desk()
    desk.place(**MARKET)
    desk.exchange.trading_stop(LINEAR | {"tpslMode": "Full", "trailingStop": "50", "positionIdx": 0})
    prints(desk, ["86070", "86015", "86090"])
    assert not desk.exchange.account.position("BTCUSDT").size, "it fell 55 below its best print"


def test_a_print_before_a_stop_was_set_does_not_release_it() -> None:
    desk = new_desk()
    with desk.exchange._settlement.step():
        desk.market.trade("Sell", "85800", "0.001")
        desk.market.trade("Buy", "86000.1", "0.001")
        order = desk.place(**MARKET, stopLoss="85900")
    assert order.status == "Filled"
    assert desk.exchange.account.position("BTCUSDT").size == D("0.1")


def test_the_mark_is_seen_each_time_it_moves() -> None:
    desk = new_desk()
    order = wait_for(desk, "86200", 1, triggerBy="MarkPrice")
    desk.market.lay({862_500: 900}, {862_501: 900})
    desk.market.lay({860_000: 900}, {860_001: 900})
    assert order.status == "Filled"


def test_the_index_is_seen_each_time_it_moves() -> None:
    desk = new_desk()
    order = wait_for(desk, "86200", 1, triggerBy="IndexPrice")
    desk.market.follow_index(862_500.0)
    desk.market.follow_index(860_000.0)
    assert order.status == "Filled"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(-30, 30), min_size=1, max_size=8),
    st.lists(st.tuples(st.integers(1, 25), st.sampled_from([1, 2])), min_size=1, max_size=6),
)
def test_an_order_is_released_exactly_when_a_print_reaches_it(
    path: list[int], triggers: list[tuple[int, int]]
) -> None:
    desk = new_desk()
    price = D("86000.1")
    waiting = []
    for away, direction in triggers:
        at = price + away if direction == 1 else price - away
        waiting.append((at, direction, wait_for(desk, str(at), direction)))
    seen = [price + step for step in path]
    prints(desk, map(str, seen))
    for at, direction, order in waiting:
        reached = any(each >= at if direction == 1 else each <= at for each in seen)
        # What a released order itself trades at may release others.
        assert order.status == "Filled" if reached else order.status in {"Untriggered", "Filled"}
    if not any(order.status == "Filled" for _, _, order in waiting):
        assert desk.market.last_ticks == int(seen[-1] * 10)
    desk.exchange.check()
