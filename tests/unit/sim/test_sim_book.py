from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nautilus_bybit_adapter.sim.exchange.book import BUY, SELL, BookSide
from nautilus_bybit_adapter.sim.exchange.instruments import default_catalogue
from nautilus_bybit_adapter.sim.exchange.orders import Order

if TYPE_CHECKING:
    from collections.abc import Iterator

LINEAR = default_catalogue()[0]


def order(ticks: int, lots: int, side: str = BUY) -> Order:
    return Order(
        instrument=LINEAR, order_id=f"{ticks}/{lots}", link_id="", side=side, order_type="Limit", tif="GTC",
        ticks=ticks, lots=lots, created_ms=0, last_price="",
    )  # fmt: skip


@pytest.fixture
def bids() -> Iterator[BookSide]:
    side = BookSide(BUY)
    for ticks, lots in ((100, 10), (99, 20), (97, 5)):
        side.set_anonymous(ticks, lots)
    yield side
    side.check()


def test_best_price_comes_first(bids: BookSide) -> None:
    assert bids.prices() == [100, 99, 97]
    asks = BookSide(SELL)
    for ticks in (103, 101, 102):
        asks.set_anonymous(ticks, 1)
    assert asks.prices() == [101, 102, 103]


def test_an_order_rests_behind_what_is_shown(bids: BookSide) -> None:
    mine = order(100, 3)
    bids.rest(mine)
    assert mine.ahead == 10
    assert bids.top(1) == {100: 13}
    assert bids.anonymous_at(100) == 10


def test_later_size_joins_behind(bids: BookSide) -> None:
    mine = order(100, 3)
    bids.rest(mine)
    bids.set_anonymous(100, 50)
    assert mine.ahead == 10


@pytest.mark.parametrize(
    ("before", "joined_behind", "falls_to", "ahead"),
    [
        (10, 0, 4, 4),  # everything stands before it, so the whole fall does too
        (10, 10, 10, 5),  # half of the fall of 10 was before it
        (10, 5, 14, 10),  # a third of a lot rounds down: no progress
        (10, 20, 0, 0),
    ],
)
def test_a_fall_takes_its_share_before_the_order(
    before: int, joined_behind: int, falls_to: int, ahead: int
) -> None:
    side = BookSide(BUY)
    side.set_anonymous(100, before)
    mine = order(100, 3)
    side.rest(mine)
    side.set_anonymous(100, before + joined_behind)
    side.set_anonymous(100, falls_to)
    assert mine.ahead == ahead
    side.check()


def test_trades_take_from_the_head_of_the_queue(bids: BookSide) -> None:
    mine = order(100, 3)
    bids.rest(mine)
    bids.set_anonymous(100, 30)
    bids.take_anonymous(100, 4)
    assert (mine.ahead, bids.anonymous_at(100)) == (6, 26)
    front = bids.front()
    assert front is not None
    assert (front.order, front.lots) == (None, 6)
    bids.take_anonymous(100, 6)
    front = bids.front()
    assert front is not None
    assert front.order is mine


def test_two_orders_keep_their_turn_with_size_between_them(bids: BookSide) -> None:
    first, second = order(100, 3), order(100, 4)
    bids.rest(first)
    bids.set_anonymous(100, 12)
    bids.rest(second)
    bids.take_anonymous(100, 10)
    assert (first.ahead, second.ahead) == (0, 2)
    bids.remove(first)
    front = bids.front()
    assert front is not None
    assert (front.order, front.lots) == (None, 2)


def test_an_emptied_level_goes_away_and_an_own_order_keeps_it(bids: BookSide) -> None:
    bids.set_anonymous(99, 0)
    assert bids.prices() == [100, 97]
    mine = order(97, 1)
    bids.rest(mine)
    bids.set_anonymous(97, 0)
    assert bids.prices() == [100, 97]
    assert bids.best_anonymous() == 100
    bids.remove(mine)
    assert bids.prices() == [100]
    assert list(bids.orders()) == []


def test_a_limit_bounds_what_a_taker_meets(bids: BookSide) -> None:
    assert bids.front(101) is None
    front = bids.front(100)
    assert front is not None
    assert front.ticks == 100
