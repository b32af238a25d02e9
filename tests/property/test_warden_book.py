"""The C++ book and walk are the exact Python ones, however they were fed, and the framework's book agrees."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nautilus_trader.model.book import OrderBook
from nautilus_trader.model.data import OrderBookDelta, OrderBookDeltas
from nautilus_trader.model.enums import BookAction, BookType, OrderSide
from nautilus_trader.model.identifiers import InstrumentId

from nautilus_bybit_adapter.nt1.layout import DIGITS
from nautilus_bybit_adapter.nt1.warden_feed import feed
from nautilus_bybit_adapter.warden import FastWarden, Side
from nautilus_bybit_adapter.warden.reference import SCALE, ReferenceBook

if TYPE_CHECKING:
    from fractions import Fraction

BTC = InstrumentId.from_str("BTCUSDT-LINEAR.BYBIT")
ID = BTC.value


class Batch(NamedTuple):
    """One feed of (price, size) mantissas."""

    is_snapshot: bool
    bids: list[tuple[int, int]]
    asks: list[tuple[int, int]]


# A narrow range of prices, so that levels meet, vanish, lock and cross; sizes of very different magnitudes.
PRICES = st.integers(1, 60)
SIZES = st.one_of(st.just(0), st.integers(1, 9), st.integers(1, 10**9))
LEVELS = st.lists(st.tuples(PRICES, SIZES), max_size=25)
BATCHES = st.lists(st.builds(Batch, st.booleans(), LEVELS, LEVELS), min_size=1, max_size=8)
PRECISIONS = st.tuples(st.integers(0, 8), st.integers(0, 8))


def columns(levels: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    table = np.array(levels, dtype=np.int64).reshape(-1, 2)
    return np.ascontiguousarray(table[:, 0]), np.ascontiguousarray(table[:, 1])


def feed_arrays(warden: FastWarden, batch: Batch, precisions: tuple[int, int]) -> None:
    apply = warden.apply_snapshot if batch.is_snapshot else warden.apply_levels
    apply(ID, *columns(batch.bids), *columns(batch.asks), *precisions, 1)


def feed_reference(book: ReferenceBook, batch: Batch, precisions: tuple[int, int]) -> None:
    if batch.is_snapshot:
        book.clear()
    book.set_levels(book.bids, batch.bids, precisions)
    book.set_levels(book.asks, batch.asks, precisions)


def framework_deltas(batch: Batch, precisions: tuple[int, int]) -> OrderBookDeltas | None:
    deltas = [OrderBookDelta.clear(BTC, 0, 0, 0)] if batch.is_snapshot else []
    for side, levels in ((OrderSide.BUY, batch.bids), (OrderSide.SELL, batch.asks)):
        for price, size in levels:
            action = BookAction.DELETE if size == 0 else BookAction.UPDATE
            raws = [
                mantissa * 10 ** (DIGITS - precision)
                for mantissa, precision in zip((price, size), precisions, strict=True)
            ]
            deltas.append(
                OrderBookDelta.from_raw(
                    BTC, action, side, raws[0], precisions[0], raws[1], precisions[1], 0, 0, 0, 1, 1
                )
            )
    return OrderBookDeltas(BTC, deltas) if deltas else None


def assert_near(got: float, exact: Fraction | None, scale: float = 0.0) -> None:
    if exact is None:
        assert math.isnan(got)
    else:
        assert got == pytest.approx(float(exact), rel=1e-9, abs=1e-12 * scale)


@given(batches=BATCHES, precisions=PRECISIONS)
def test_the_book_is_the_reference_book(batches: list[Batch], precisions: tuple[int, int]) -> None:
    warden, book = FastWarden(), ReferenceBook()
    for batch in batches:
        feed_arrays(warden, batch, precisions)
        feed_reference(book, batch, precisions)
        assert warden.raw_levels(ID) == book.raw_levels()


@given(batches=BATCHES, precisions=PRECISIONS)
def test_deltas_make_the_same_book_as_arrays(batches: list[Batch], precisions: tuple[int, int]) -> None:
    by_arrays, by_memory, by_fallback = FastWarden(), FastWarden(), FastWarden()
    for batch in batches:
        deltas = framework_deltas(batch, precisions)
        feed_arrays(by_arrays, batch, precisions)
        if deltas is None:
            continue
        feed(by_memory, deltas)
        feed(by_fallback, deltas, None)
        assert by_memory.raw_levels(ID) == by_arrays.raw_levels(ID) == by_fallback.raw_levels(ID)


@given(batches=BATCHES, precisions=PRECISIONS)
def test_the_framework_keeps_the_same_book(batches: list[Batch], precisions: tuple[int, int]) -> None:
    warden, framework = FastWarden(), OrderBook(BTC, BookType.L2_MBP)
    scale = SCALE // 10**DIGITS
    for batch in batches:
        deltas = framework_deltas(batch, precisions)
        if deltas is None:
            continue
        feed(warden, deltas)
        framework.apply_deltas(deltas)
        bids, asks = warden.raw_levels(ID)
        for ours, theirs in ((bids, framework.bids()), (asks, framework.asks())):
            assert [price for price, _ in ours] == [level.price.raw * scale for level in theirs]
            sizes = [sum(order.size.raw for order in level.orders()) * scale for level in theirs]
            assert [size for _, size in ours] == sizes


@given(
    batch=st.builds(Batch, st.just(value=True), LEVELS, LEVELS),
    precisions=PRECISIONS,
    side=st.sampled_from(Side),
    share=st.floats(1e-6, 1.2),
)
def test_the_walk_is_the_reference_walk(
    batch: Batch, precisions: tuple[int, int], side: Side, share: float
) -> None:
    warden, book = FastWarden(), ReferenceBook()
    feed_arrays(warden, batch, precisions)
    feed_reference(book, batch, precisions)
    depth = sum((book.asks if side is Side.BUY else book.bids).values()) / SCALE
    quantity = depth * share or 1.0
    got, exact = warden.walk(ID, side, quantity), book.walk(side, quantity)
    assert (got.sufficient, got.levels_used) == (exact.sufficient, exact.levels_used)
    assert_near(got.filled_quantity, exact.filled_quantity)
    assert_near(got.average_price, exact.average_price)
    assert_near(got.worst_price, exact.worst_price)
    # On a crossed book the way to the mid and the way back may cancel: the parts set the tolerance.
    parts = abs(got.best_ask - got.best_bid) / got.mid * 1e4 + got.slippage_touch_bps
    assert_near(got.slippage_mid_bps, exact.slippage_mid_bps, parts if got.best_ask < got.best_bid else 0.0)
    assert_near(got.slippage_touch_bps, exact.slippage_touch_bps)
    assert_near(got.mid, exact.mid)
    assert_near(got.best_bid, exact.best_bid)
    assert_near(got.best_ask, exact.best_ask)
    exponent = book.impact_exponent(side, quantity)
    assert warden.impact_exponent(ID, side, quantity) == pytest.approx(exponent, abs=1e-9, nan_ok=True)


@given(batch=st.builds(Batch, st.just(value=True), LEVELS, LEVELS), precisions=PRECISIONS)
def test_every_cumulative_depth_ends_at_its_level(batch: Batch, precisions: tuple[int, int]) -> None:
    warden, book = FastWarden(), ReferenceBook()
    feed_arrays(warden, batch, precisions)
    feed_reference(book, batch, precisions)
    cumulative = 0
    for count, (price, size) in enumerate(book.raw_levels()[1], start=1):
        cumulative += size
        walk = warden.walk(ID, Side.BUY, cumulative / SCALE)
        assert walk.sufficient
        assert walk.levels_used == count
        assert walk.worst_price == price / SCALE
    if cumulative:
        assert not warden.walk(ID, Side.BUY, cumulative / SCALE * 1.000001).sufficient


@given(
    before=st.builds(Batch, st.just(value=True), LEVELS, LEVELS),
    batch=st.builds(Batch, st.booleans(), LEVELS, LEVELS),
    bad=st.tuples(st.sampled_from([-5, 0, 10]), st.integers(-9, 9)).filter(
        lambda level: level[0] <= 0 or level[1] < 0
    ),
    data=st.data(),
)
def test_a_refused_feed_changes_nothing(
    before: Batch, batch: Batch, bad: tuple[int, int], data: st.DataObject
) -> None:
    warden = FastWarden()
    feed_arrays(warden, before, (1, 3))
    kept = warden.raw_levels(ID)
    side = data.draw(st.sampled_from([batch.bids, batch.asks]))
    side.insert(data.draw(st.integers(0, len(side))), bad)
    with pytest.raises(ValueError, match=r"_(prices|sizes)\[\d+\] is -?\d+; a (price|size) must be"):
        feed_arrays(warden, batch, (1, 3))
    assert warden.raw_levels(ID) == kept
