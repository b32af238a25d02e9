"""The reference agrees with sums done by hand: an oracle needs one too."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

from nautilus_bybit_adapter.warden import Side
from nautilus_bybit_adapter.warden.reference import ReferenceBook, raw_quantity


@pytest.fixture
def book() -> ReferenceBook:
    book = ReferenceBook()
    book.set_levels(book.bids, [(100, 4), (99, 4), (98, 0)], (0, 0))
    book.set_levels(book.asks, [(102, 1), (104, 3)], (0, 0))
    return book


def test_a_buy_by_hand(book: ReferenceBook) -> None:
    walk = book.walk(Side.BUY, 2.0)
    assert (walk.sufficient, walk.levels_used, walk.worst_price) == (True, 2, Fraction(104))
    assert walk.average_price == 103
    assert walk.mid == 101
    assert walk.slippage_mid_bps == Fraction(2, 101) * 10_000
    assert walk.slippage_touch_bps == Fraction(1, 102) * 10_000


def test_a_sell_by_hand(book: ReferenceBook) -> None:
    walk = book.walk(Side.SELL, 8.0)
    assert walk.average_price == Fraction(199, 2)
    assert walk.slippage_mid_bps == Fraction(3, 202) * 10_000
    assert not book.walk(Side.SELL, 8.1).sufficient


def test_the_exponent_by_hand(book: ReferenceBook) -> None:
    assert book.impact_exponent(Side.BUY, 1.0) == 1.0
    assert math.isnan(book.impact_exponent(Side.BUY, 2.5))


def test_a_size_of_zero_deletes(book: ReferenceBook) -> None:
    book.set_levels(book.asks, [(102, 0)], (0, 0))
    assert book.raw_levels()[1] == [(104 * 10**16, 3 * 10**16)]
    book.clear()
    assert book.raw_levels() == ([], [])


def test_a_float_stands_for_its_neighbours() -> None:
    raw, slack = raw_quantity(12345.678)
    assert 0 < abs(raw - 12345678 * 10**13) <= slack
    assert raw_quantity(1e-16) == (1, 0)
    assert raw_quantity(1e300) == (10**38, 0)


@pytest.mark.parametrize("quantity", [0.0, -1.0, math.nan, math.inf, 1e-17])
def test_a_quantity_must_be_one(quantity: float) -> None:
    with pytest.raises(ValueError, match="quantity is"):
        raw_quantity(quantity)
