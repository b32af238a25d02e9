"""Snapshot and deltas of a depth topic rebuild the venue's book, with `u` rising by one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nautilus_bybit_adapter.sim.exchange.exchange import Exchange, ExchangeConfig
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
