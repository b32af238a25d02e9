"""FastWarden's kernels beside the same in plain Python."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable

import numpy as np
from edge import Result

from nautilus_bybit_adapter.warden import FastWarden, Side
from nautilus_bybit_adapter.warden.reference import ReferenceBook

KEY = "BTCUSDT-LINEAR.BYBIT"
LEVELS = 200
ROUNDS = 5


def _levels(chance: random.Random, sign: int) -> tuple[list[int], list[int]]:
    start = 600_000 + (sign > 0)
    return [start + sign * step for step in range(LEVELS)], [chance.randrange(1, 5000) for _ in range(LEVELS)]


def _timed(action: Callable[[], object], times: int) -> float:
    start = time.perf_counter_ns()
    for _ in range(times):
        action()
    return (time.perf_counter_ns() - start) / times


def _compare(name: str, ours: Callable[[], object], peer: Callable[[], object], peer_times: int) -> Result:
    mine, peers = [], []
    for _ in range(ROUNDS):
        mine.append(_timed(ours, 20_000))
        peers.append(_timed(peer, peer_times))
    ours_ns, peer_ns = statistics.median(mine), statistics.median(peers)
    return Result(name, "ns", ours_ns, peer_ns, peer_ns / ours_ns, (max(mine) - min(mine)) / ours_ns)


def run(progress: Callable[[str], None]) -> list[Result]:
    """Return every line of this bench."""
    chance = random.Random(3)  # noqa: S311 - the same book each time
    bids, asks = _levels(chance, -1), _levels(chance, 1)
    warden, reference = FastWarden(), ReferenceBook()
    bid_prices, bid_sizes = (np.array(column, dtype=np.int64) for column in bids)
    ask_prices, ask_sizes = (np.array(column, dtype=np.int64) for column in asks)
    warden.apply_snapshot(KEY, bid_prices, bid_sizes, ask_prices, ask_sizes, 1, 3, 1)
    for side, (prices, sizes) in ((reference.bids, bids), (reference.asks, asks)):
        reference.set_levels(side, zip(prices, sizes, strict=True), (1, 3))
    results = []
    for levels in (1, 10, 100):
        quantity = sum(asks[1][:levels]) / 1000 - 0.0005
        results.append(
            _compare(
                f"walk of {levels} levels",
                lambda quantity=quantity: warden.walk(KEY, Side.BUY, quantity),  # type: ignore[misc]
                lambda quantity=quantity: reference.walk(Side.BUY, quantity),  # type: ignore[misc]
                200,
            )
        )
        progress(f"{results[-1].name}: {results[-1].ours:,.0f} ns")
    return results
