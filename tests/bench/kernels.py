"""FastWarden's kernels beside the same in plain Python, and updates of a book beside the framework's own book."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain

import numpy as np
from edge import Result
from forecast_twin import made_model
from nautilus_trader.model.book import OrderBook
from nautilus_trader.model.data import BookOrder, OrderBookDelta, OrderBookDeltas
from nautilus_trader.model.enums import BookAction, BookType, OrderSide
from nautilus_trader.model.identifiers import InstrumentId
from nautilus_trader.model.objects import Price, Quantity

from nautilus_bybit_adapter.nt1.layout import LAYOUT
from nautilus_bybit_adapter.warden import FastWarden, Side
from nautilus_bybit_adapter.warden.feature_state import FeatureState
from nautilus_bybit_adapter.warden.features import feature_vector
from nautilus_bybit_adapter.warden.model import Model
from nautilus_bybit_adapter.warden.reference import ReferenceBook

KEY = "BTCUSDT-LINEAR.BYBIT"
INSTRUMENT = InstrumentId.from_str(KEY)
LEVELS = 200
ROUNDS = 5


def _levels(chance: random.Random, sign: int) -> tuple[list[int], list[int]]:
    start = 600_000 + (sign > 0)
    return [start + sign * step for step in range(LEVELS)], [chance.randrange(1, 5000) for _ in range(LEVELS)]


def _timed(action: Callable[[], object], times: int) -> float:
    # CPU time: nothing here waits, and what else runs on the machine does not count.
    start = time.process_time_ns()
    for _ in range(times):
        action()
    return (time.process_time_ns() - start) / times


def _compare(name: str, ours: Callable[[], object], peer: Callable[[], object], peer_times: int) -> Result:
    mine, peers = [], []
    for _ in range(ROUNDS):
        mine.append(_timed(ours, 20_000))
        peers.append(_timed(peer, peer_times))
    ours_ns, peer_ns = statistics.median(mine), statistics.median(peers)
    return Result(name, "ns", ours_ns, peer_ns, peer_ns / ours_ns, (max(mine) - min(mine)) / ours_ns)


def _walks(warden: FastWarden, reference: ReferenceBook, ask_sizes: list[int]) -> Iterator[Result]:
    for levels in (1, 10, 100):
        quantity = sum(ask_sizes[:levels]) / 1000 - 0.0005
        yield _compare(
            f"walk of {levels} levels",
            lambda quantity=quantity: warden.walk(KEY, Side.BUY, quantity),  # type: ignore[misc]
            lambda quantity=quantity: reference.walk(Side.BUY, quantity),  # type: ignore[misc]
            200,
        )


def _deltas(chance: random.Random, count: int) -> list[OrderBookDelta]:
    """Return changes near the best prices, a fifth of them deletions."""
    deltas = []
    for _ in range(count):
        depth = min(LEVELS - 1, int(chance.expovariate(1 / 20)))
        is_bid, is_gone = chance.random() < 0.5, chance.random() < 0.2
        price = 600_000 - depth if is_bid else 600_001 + depth
        size = 0 if is_gone else chance.randrange(1, 5000)
        side = OrderSide.BUY if is_bid else OrderSide.SELL
        action = BookAction.DELETE if is_gone else BookAction.UPDATE
        order = BookOrder(side, Price(price / 10, 1), Quantity(size / 1000, 3), 0)
        deltas.append(OrderBookDelta(INSTRUMENT, action, order, 0, 0, 1_000_000_000, 1_000_000_000))
    return deltas


def _updates(warden: FastWarden, chance: random.Random) -> Iterator[Result]:
    """Feed one message over and over: every level is a change, and features follow it."""
    assert LAYOUT is not None
    layout, framework = LAYOUT, OrderBook(INSTRUMENT, BookType.L2_MBP)
    for count in (1, 10, 50, 200):
        deltas = _deltas(chance, count)
        capsule = OrderBookDelta.capsule_from_list(deltas)
        whole = OrderBookDeltas(INSTRUMENT, deltas)
        result = _compare(
            f"update of a book, {count} levels, per level",
            lambda capsule=capsule: warden.apply_deltas_capsule(KEY, capsule, layout),  # type: ignore[misc]
            lambda whole=whole: framework.apply_deltas(whole),  # type: ignore[misc]
            2_000,
        )
        yield replace(result, ours=result.ours / count, peer=(result.peer or 0.0) / count)


def _state_of(warden: FastWarden) -> FeatureState:
    """Return the reference of the features, fed like the warden: a second of books, a trade each."""
    state = FeatureState()
    bid_prices, bid_sizes, ask_prices, ask_sizes = warden.levels(KEY, LEVELS)
    bids = list(zip(bid_prices.tolist(), bid_sizes.tolist(), strict=True))
    asks = list(zip(ask_prices.tolist(), ask_sizes.tolist(), strict=True))
    none = np.array([], dtype=np.int64)
    for step in range(20):
        now = 2_000_000_000 + step * 60_000_000
        state.on_trade(now, step % 2 == 0, asks[0][0], 0.5)
        warden.apply_trade(KEY, step % 2 == 0, asks[0][0], 0.5, now)
        state.on_book(now, bids, asks)
        warden.apply_levels(KEY, none, none, none, none, 1, 3, now)
    return state


def _forecasts(warden: FastWarden, model: Model, quantity: float) -> Iterator[Result]:
    state = _state_of(warden)

    def in_python() -> float:
        vector = feature_vector(state, 1, quantity)
        assert vector is not None
        values = np.array(vector.values)
        notional = state.notional(quantity, state.mid or 1.0)
        return sum(
            weight * line.at(cell.standardise(values))
            for cell, weight in model.blend(100.0, notional)
            for line in (cell.mean, cell.q90, cell.q95)
        )

    def with_shape() -> None:
        warden.forecast(KEY, Side.BUY, quantity)
        warden.topology(KEY, Side.BUY, quantity)
        warden.depth_surface_curvature(KEY, Side.BUY)

    yield _compare(
        "all features, 200 levels",
        lambda: warden.features(KEY, Side.BUY, quantity),
        lambda: feature_vector(state, 1, quantity),
        100,
    )
    yield _compare("forecast, 200 levels", lambda: warden.forecast(KEY, Side.BUY, quantity), in_python, 100)
    yield _compare("forecast, geometry and topology, 200 levels", with_shape, in_python, 100)


def run(progress: Callable[[str], None]) -> list[Result]:
    """Return every line of this bench."""
    chance = random.Random(3)  # noqa: S311 - the same book each time
    bids, asks = _levels(chance, -1), _levels(chance, 1)
    warden, reference = FastWarden(use_default_model=False), ReferenceBook()
    model = made_model(1, (100, 500, 1_000), (1e4, 1e5, 1e6))
    warden.load_model(model)
    bid_prices, bid_sizes = (np.array(column, dtype=np.int64) for column in bids)
    ask_prices, ask_sizes = (np.array(column, dtype=np.int64) for column in asks)
    warden.apply_snapshot(KEY, bid_prices, bid_sizes, ask_prices, ask_sizes, 1, 3, 1)
    for side, (prices, sizes) in ((reference.bids, bids), (reference.asks, asks)):
        reference.set_levels(side, zip(prices, sizes, strict=True), (1, 3))
    results = []
    quantity = sum(asks[1][:100]) / 1000 - 0.0005
    for result in chain(
        _walks(warden, reference, asks[1]), _forecasts(warden, model, quantity), _updates(warden, chance)
    ):
        results.append(result)
        progress(f"{result.name}: {result.ours:,.0f} ns")
    return results
