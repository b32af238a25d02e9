"""Snapshot and deltas of a depth topic rebuild the venue's book, with `u` rising by one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nautilus_bybit_adapter.sim.exchange.book import BookSide
from nautilus_bybit_adapter.sim.exchange.change_log import LOG_LENGTH
from nautilus_bybit_adapter.sim.exchange.depth import Window
from nautilus_bybit_adapter.sim.exchange.exchange import Exchange, ExchangeConfig
from nautilus_bybit_adapter.sim.exchange.orders import Order
from nautilus_bybit_adapter.sim.server.frames import book_frame

LEVEL = st.tuples(st.sampled_from(["Buy", "Sell"]), st.integers(0, 90), st.integers(0, 5))
STEPS = st.lists(st.lists(LEVEL, max_size=12), min_size=1, max_size=25)


class Client:
    """A client that does what Bybit's documentation says and nothing else."""

    def __init__(self) -> None:
        self.sides: dict[str, dict[str, str]] = {"b": {}, "a": {}}
        self.u = 0

    def on_frame(self, frame: dict[str, Any]) -> None:
        data = frame["data"]
        if frame["type"] == "snapshot":
            self.sides = {"b": {}, "a": {}}
        else:
            assert data["u"] == self.u + 1
        self.u = data["u"]
        for name, levels in self.sides.items():
            for price, size in data[name]:
                if size == "0":
                    del levels[price]
                else:
                    levels[price] = size


@pytest.mark.parametrize(("category", "depth"), [("linear", 50), ("spot", 50), ("linear", 200)])
@settings(max_examples=60, deadline=None)
@given(steps=STEPS)
def test_deltas_rebuild_the_window(
    category: str, depth: int, steps: list[list[tuple[str, int, int]]]
) -> None:
    exchange = Exchange(ExchangeConfig(), lambda: 1_700_000_000_000, lambda _event: None)
    market = exchange.markets[category, "BTCUSDT"]
    it, feed, client = market.instrument, market.feeds[depth], Client()
    market.set_levels({860_000 - i: 7 for i in range(70)}, {860_001 + i: 7 for i in range(70)})
    feed.advance()
    client.on_frame(book_frame(market, feed, None, 0))
    for step in steps:
        bids = {860_000 - away: lots for side, away, lots in step if side == "Buy"}
        asks = {860_001 + away: lots for side, away, lots in step if side == "Sell"}
        market.set_levels(bids, asks)
        changes = feed.advance()
        if changes is not None:
            client.on_frame(book_frame(market, feed, changes, 0))
        for name, side in (("b", market.book.bids), ("a", market.book.asks)):
            wanted = {it.price_text(t): it.qty_text(lots) for t, lots in side.top(depth).items()}
            assert client.sides[name] == wanted


ACTION = st.tuples(st.sampled_from(["size", "rest", "fill", "end"]), st.integers(0, 12), st.integers(0, 5))


@pytest.mark.parametrize("side", ["Buy", "Sell"])
@settings(max_examples=120, deadline=None)
@given(looks=st.lists(st.lists(ACTION, max_size=8), min_size=1, max_size=20), depth=st.integers(1, 6))
def test_a_window_moved_on_by_changes_is_the_top_of_the_book(
    side: str, looks: list[list[tuple[str, int, int]]], depth: int
) -> None:
    it = Exchange(ExchangeConfig(), lambda: 1, lambda _event: None).markets["linear", "BTCUSDT"].instrument
    book = BookSide(side)
    window, resting = Window(book, depth), list[Order]()
    for actions in looks:
        before = window.levels()
        for action, ticks, lots in actions:
            if action == "size":
                book.set_anonymous(100 + ticks, lots)
            elif action == "rest":
                order = Order(
                    instrument=it, order_id="", link_id="", side=side, order_type="Limit", tif="GTC",
                    ticks=100 + ticks, lots=lots + 1, created_ms=0, last_price="",
                )  # fmt: skip
                book.rest(order)
                resting.append(order)
            elif resting and action == "fill":
                order = resting[ticks % len(resting)]
                order.filled = min(order.filled + lots, order.lots - 1)
            elif resting:
                book.remove(resting.pop(ticks % len(resting)))
        wanted = book.top(depth)
        changes = window.advance()
        assert list(window.levels().items()) == list(wanted.items())
        assert changes == {
            ticks: wanted.get(ticks, 0)
            for ticks in {**before, **wanted}
            if before.get(ticks, 0) != wanted.get(ticks, 0)
        }
        left = [ticks for ticks in changes if not changes[ticks]]
        stay = [ticks for ticks in changes if changes[ticks]]
        assert list(changes) == book.ordered(left) + book.ordered(stay)


def test_a_window_left_behind_looks_at_the_whole_side() -> None:
    book = BookSide("Sell")
    window, idle = Window(book, 5), Window(book, 5)
    window.advance()
    idle.advance()
    for turn in range(3 * LOG_LENGTH):
        book.set_anonymous(100 + turn % 9, 1 + turn // 9 % 7)
        window.advance()
    assert book.log.forgotten
    idle.advance()
    assert idle.levels() == window.levels() == book.top(5)
