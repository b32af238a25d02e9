from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from nautilus_trader.model.book import OrderBook
from nautilus_trader.model.enums import BookType
from smart_limit_market import INSTRUMENT_ID, changes, snapshot

from nautilus_bybit_adapter import BybitBookStatus
from nautilus_bybit_adapter.nt1.algo.arrival import Arrival
from nautilus_bybit_adapter.nt1.algo.book import BookFeed
from nautilus_bybit_adapter.warden import FastWarden
from nautilus_bybit_adapter.warden.placement import Touch
from nautilus_bybit_adapter.warden.policy import (
    Decision,
    Outlook,
    Preferences,
    Route,
    RouteCosts,
    Urgency,
    fill_probability,
)

D = Decimal
BIDS = [("100.0", "0.5"), ("99.8", "2")]
ASKS = [("100.2", "0.5"), ("100.5", "2")]
PREFERENCES = Preferences(Urgency.NORMAL, threshold=0.01, cap_bps=10.0, horizon_secs=15.0)


def followed() -> BookFeed:
    feed = BookFeed(INSTRUMENT_ID, FastWarden())
    feed.apply(snapshot(0, BIDS, ASKS), 0)
    return feed


def test_a_book_begins_with_a_snapshot() -> None:
    feed = BookFeed(INSTRUMENT_ID, FastWarden())
    feed.apply(changes(0, bids=[("100.0", "1")]), 5)
    assert (feed.is_ready, feed.updated_ns) == (False, 0)
    feed.apply(snapshot(1, BIDS, ASKS), 7)
    assert (feed.is_ready, feed.updated_ns) == (True, 7)
    assert feed.touch == Touch(D("100.0"), D("100.2"))


@pytest.mark.parametrize(
    ("price", "leaves", "is_buy", "touch"),
    [
        ("100.0", "0.5", True, Touch(D("99.8"), D("100.2"))),
        ("100.2", "0.5", False, Touch(D("100.0"), D("100.5"))),
        # Others are there too, or it is not there at all.
        ("100.0", "0.4", True, Touch(D("100.0"), D("100.2"))),
        ("100.0", "0.6", True, Touch(D("100.0"), D("100.2"))),
        ("99.8", "2", True, Touch(D("100.0"), D("100.2"))),
        ("100.1", "0.5", True, Touch(D("100.0"), D("100.2"))),
    ],
)
def test_one_s_own_order_does_not_make_the_touch(
    price: str, leaves: str, touch: Touch, *, is_buy: bool
) -> None:
    assert followed().touch_without(D(price), D(leaves), is_buy=is_buy) == touch


def test_alone_on_its_side_it_leaves_none() -> None:
    feed = BookFeed(INSTRUMENT_ID, FastWarden())
    feed.apply(snapshot(0, BIDS[:1], ASKS), 0)
    assert feed.touch_without(D("100.0"), D("0.5"), is_buy=True) == Touch(None, D("100.2"))


def test_the_touch_follows_the_deltas() -> None:
    feed = followed()
    assert feed.touch.bid == D("100.0")
    feed.apply(changes(1, bids=[("100.1", "1")]), 1)
    assert feed.touch.bid == D("100.1")
    assert feed.levels(1) == (((D("100.1"), D("1.000")),), ((D("100.2"), D("0.500")),))


def test_it_starts_from_another_s_book_unless_it_has_one() -> None:
    book = OrderBook(INSTRUMENT_ID, BookType.L2_MBP)
    feed = BookFeed(INSTRUMENT_ID, FastWarden())
    feed.seed(None, 1)
    feed.seed(book, 1)
    assert not feed.is_ready
    book.apply_deltas(snapshot(0, BIDS, ASKS))
    feed.seed(book, 2)
    assert (feed.is_ready, feed.touch) == (True, Touch(D("100.0"), D("100.2")))
    book.apply_deltas(changes(1, bids=[("100.1", "1")]))
    feed.seed(book, 3)
    assert feed.touch.bid == D("100.0")


def test_a_young_book_is_forecast_by_its_walk() -> None:
    told = followed().outlook(is_buy=True, quantity=D(1))
    assert told.sufficient_depth
    # 0.5 at 100.2 and 0.5 at 100.5 against a mid of 100.1.
    assert told.walk_bps == pytest.approx(24.975024975)
    assert told.walk_bps == told.expected_bps <= told.q90_bps <= told.q95_bps
    assert not told.uses_model


def test_a_book_tells_how_probably_a_resting_order_fills() -> None:
    feed = followed()
    told = feed.outlook(is_buy=True, quantity=D(1))
    assert 0 < told.fill_probability < 1
    assert told.fill_horizon_ns == 1_000_000_000
    longer = [
        fill_probability(told, PREFERENCES),
        fill_probability(told, replace(PREFERENCES, horizon_secs=60.0)),
    ]
    assert told.fill_probability < longer[0] < longer[1] <= 1


def test_of_too_thin_a_book_it_tells_how_much_there_is() -> None:
    told = followed().outlook(is_buy=True, quantity=D(10))
    assert not told.sufficient_depth
    assert told.filled_fraction == 0.25


def test_it_is_distrusted_while_any_depth_is() -> None:
    def status(depth: int, word: str) -> BybitBookStatus:
        return BybitBookStatus(
            instrument_id=INSTRUMENT_ID,
            depth=depth,
            status=word,
            reason="gap",
            gap_count=1,
            crossed_count=0,
            unreadable_count=0,
            ts_event=0,
            ts_init=0,
        )

    feed = followed()
    feed.on_status(status(50, "STALE"))
    feed.on_status(status(1, "LIVE"))
    assert feed.is_distrusted
    feed.on_status(status(50, "LIVE"))
    assert not feed.is_distrusted


def test_an_arrival_survives_the_cache_and_nonsense_is_an_empty_one() -> None:
    outlook = Outlook(
        sufficient_depth=False,
        expected_bps=1.5,
        walk_bps=1.5,
        q90_bps=2.0,
        q95_bps=2.5,
        spread_bps=0.1,
    )
    arrival = Arrival(
        mid=D("100.1"),
        bids=((D("100.0"), D("0.5")),),
        outlook=outlook,
        decision=Decision(Route.CAPPED, "because", RouteCosts(1.0, 2.0, 3.0, 0.5), is_guarded=True),
        params={"is_leverage": True},
    )
    packed = arrival.to_bytes()
    # The probability of a fill that no model tells is not a number, and equal to nothing.
    again = Arrival.from_bytes(packed)
    assert (again.mid, again.bids, again.decision, again.params) == (
        arrival.mid,
        arrival.bids,
        arrival.decision,
        arrival.params,
    )
    for nothing in (None, b"", b"\x00nonsense"):
        assert Arrival.from_bytes(nothing) == Arrival()
