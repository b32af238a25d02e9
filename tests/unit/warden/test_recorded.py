"""A recorded market keeps a sane book, and the C++ one is the exact one all along."""

from __future__ import annotations

import gzip
import json
import os
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from nautilus_bybit_adapter.warden import FastWarden, Side
from nautilus_bybit_adapter.warden.reference import ReferenceBook

if TYPE_CHECKING:
    from collections.abc import Iterator

DATA = Path(os.environ.get("BYBIT_NT_DATA", Path(__file__).resolve().parents[4] / "shared" / "data"))
FRAMES = DATA / "linear_BTCUSDT_2024-08-08.frames.gz"
ID = "BTCUSDT-LINEAR.BYBIT"
PRECISIONS = (1, 3)

pytestmark = pytest.mark.skipif(
    not FRAMES.exists(), reason=f"the recording {FRAMES.name} is absent; name its folder with BYBIT_NT_DATA"
)


def book_frames() -> Iterator[dict[str, Any]]:
    with gzip.open(FRAMES, "rt") as lines:
        for line in lines:
            if '"orderbook.200.' in line:
                yield json.loads(line.split(" ", 1)[1])


def mantissas(levels: list[list[str]]) -> list[tuple[int, int]]:
    return [
        (int(Decimal(price).scaleb(PRECISIONS[0])), int(Decimal(size).scaleb(PRECISIONS[1])))
        for price, size in levels
    ]


def arrays(levels: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    table = np.array(levels, dtype=np.int64).reshape(-1, 2)
    return np.ascontiguousarray(table[:, 0]), np.ascontiguousarray(table[:, 1])


def assert_same_walks(warden: FastWarden, book: ReferenceBook) -> None:
    for side in Side:
        for quantity in (0.001, 1.0, 7.5, 40.0, 1e5):
            got, exact = warden.walk(ID, side, quantity), book.walk(side, quantity)
            assert (got.sufficient, got.levels_used) == (exact.sufficient, exact.levels_used)
            if exact.slippage_mid_bps is not None:
                assert got.slippage_mid_bps == pytest.approx(float(exact.slippage_mid_bps), rel=1e-9)
            assert warden.impact_exponent(ID, side, quantity) == pytest.approx(
                book.impact_exponent(side, quantity), abs=1e-9, nan_ok=True
            )


def test_the_recording_is_followed_exactly() -> None:
    warden, book = FastWarden(), ReferenceBook()
    count = 0
    for count, frame in enumerate(book_frames(), start=1):
        bids, asks = mantissas(frame["data"]["b"]), mantissas(frame["data"]["a"])
        snapshot = frame["type"] == "snapshot"
        apply = warden.apply_snapshot if snapshot else warden.apply_levels
        apply(ID, *arrays(bids), *arrays(asks), *PRECISIONS, frame["ts"] * 1_000_000)
        if snapshot:
            book.clear()
        book.set_levels(book.bids, bids, PRECISIONS)
        book.set_levels(book.asks, asks, PRECISIONS)
        best_bid, _, best_ask, _ = warden.levels(ID, 1)
        assert best_bid[0] < best_ask[0]
        assert warden.last_update_ns(ID) == frame["ts"] * 1_000_000
        if count % 100 == 0:
            assert warden.raw_levels(ID) == book.raw_levels()
            assert_same_walks(warden, book)
    assert count > 6_000


def test_the_cost_of_size_only_grows() -> None:
    warden = FastWarden()
    for frame in book_frames():
        bids, asks = mantissas(frame["data"]["b"]), mantissas(frame["data"]["a"])
        warden.apply_snapshot(ID, *arrays(bids), *arrays(asks), *PRECISIONS, 1)
        break
    for side in Side:
        costs = [warden.walk(ID, side, 0.01 * 2**step).slippage_mid_bps for step in range(12)]
        assert all(smaller <= larger for smaller, larger in pairwise(costs))
