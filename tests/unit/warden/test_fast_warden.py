"""Bad input is one clear sentence and changes nothing; odd books have defined answers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from nautilus_bybit_adapter.warden import FastWarden, Side, UnknownBookError, Walk

ID = "BTCUSDT-LINEAR.BYBIT"
GOOD: dict[str, Any] = {
    "instrument_id": ID,
    "bid_prices": np.array([1000], dtype=np.int64),
    "bid_sizes": np.array([1], dtype=np.int64),
    "ask_prices": np.array([1001], dtype=np.int64),
    "ask_sizes": np.array([1], dtype=np.int64),
    "price_precision": 1,
    "size_precision": 3,
    "ts_event": 1,
}


def read_only(*values: int) -> np.ndarray:
    array = np.array(values, dtype=np.int64)
    array.flags.writeable = False
    return array


@pytest.mark.parametrize("method", ["apply_snapshot", "apply_levels"])
@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        (
            {"bid_prices": [1000]},
            TypeError,
            "bid_prices is of type list; it must be a 1-D C-contiguous int64",
        ),
        ({"bid_sizes": None}, TypeError, "bid_sizes is of type NoneType"),
        ({"ask_prices": np.array([1.0])}, ValueError, "ask_prices has dtype float64"),
        ({"ask_sizes": np.array([1], dtype=np.int32)}, ValueError, "ask_sizes has dtype int32"),
        ({"ask_sizes": np.array([1], dtype=">i8")}, ValueError, "ask_sizes has dtype >i8"),
        ({"ask_sizes": np.array([1], dtype=np.uint64)}, ValueError, "ask_sizes has dtype uint64"),
        ({"bid_prices": np.ones((1, 1), dtype=np.int64)}, ValueError, "bid_prices has 2 dimensions"),
        ({"bid_prices": np.array(5, dtype=np.int64)}, ValueError, "bid_prices has 0 dimensions"),
        ({"bid_prices": np.arange(9, dtype=np.int64)[::2]}, ValueError, "bid_prices is strided"),
        (
            {"bid_prices": np.frombuffer(b"x" * 17, np.int64, 2, 1)},
            ValueError,
            "bid_prices is strided or unal",
        ),
        (
            {"bid_sizes": np.array([1, 2], dtype=np.int64)},
            ValueError,
            "bid_sizes has 2 entries; it must have as",
        ),
        ({"ask_sizes": np.array([-1], dtype=np.int64)}, ValueError, r"ask_sizes\[0\] is -1; a size must be"),
        (
            {"ask_prices": np.array([-7], dtype=np.int64)},
            ValueError,
            r"ask_prices\[0\] is -7; a price must be",
        ),
        ({"ask_prices": np.array([0], dtype=np.int64)}, ValueError, r"ask_prices\[0\] is 0; a price must be"),
        ({"price_precision": 17}, ValueError, "price_precision is 17; it must be between 0 and 16"),
        ({"size_precision": -1}, ValueError, "size_precision is -1; it must be between 0 and 16"),
        ({"ts_event": -1}, ValueError, "ts_event is -1; it must be at least 0 ns"),
    ],
)
def test_bad_arrays_are_refused_whole(
    method: str, changes: dict[str, Any], error: type[Exception], message: str
) -> None:
    warden = FastWarden()
    with pytest.raises(error, match=message):
        getattr(warden, method)(**{**GOOD, **changes})
    assert warden.instruments() == []
    warden.apply_snapshot(**GOOD)
    kept = warden.raw_levels(ID)
    with pytest.raises(error, match=message):
        getattr(warden, method)(**{**GOOD, **changes})
    assert warden.raw_levels(ID) == kept
    assert warden.last_update_ns(ID) == 1


def test_read_only_and_empty_arrays_are_fine() -> None:
    warden = FastWarden()
    warden.apply_snapshot(
        **{**GOOD, "bid_prices": read_only(5), "ask_prices": read_only(), "ask_sizes": read_only()}
    )
    assert warden.raw_levels(ID) == ([(5 * 10**15, 10**13)], [])


@pytest.mark.parametrize("quantity", [0.0, -0.0, -1.0, math.nan, math.inf, -math.inf, 1e-17])
@pytest.mark.parametrize("method", ["walk", "impact_exponent"])
def test_a_quantity_must_be_one(method: str, quantity: float) -> None:
    warden = FastWarden()
    warden.apply_snapshot(**GOOD)
    with pytest.raises(ValueError, match="quantity is"):
        getattr(warden, method)(ID, Side.BUY, quantity)


@pytest.mark.parametrize("side", ["BUY", 1, None])
def test_a_side_must_be_one(side: Any) -> None:
    warden = FastWarden()
    warden.apply_snapshot(**GOOD)
    with pytest.raises(TypeError, match=r"it must be Side.BUY or Side.SELL"):
        warden.walk(ID, side, 1.0)


def test_an_unknown_instrument_is_a_key_error_that_reads() -> None:
    warden = FastWarden()
    calls: list[Any] = [
        lambda: warden.walk("X", Side.BUY, 1.0),
        lambda: warden.impact_exponent("X", Side.BUY, 1.0),
        lambda: warden.levels("X", 1),
        lambda: warden.raw_levels("X"),
        lambda: warden.last_update_ns("X"),
        lambda: warden.clear("X"),
    ]
    for call in calls:
        with pytest.raises(KeyError) as caught:
            call()
        assert type(caught.value) is UnknownBookError
        assert str(caught.value) == "There is no book for X; apply a snapshot or deltas for it first."


def test_books_are_apart_and_forgotten_on_request() -> None:
    warden = FastWarden()
    warden.apply_snapshot(**GOOD)
    warden.apply_levels(**{**GOOD, "instrument_id": "A.BYBIT", "ts_event": 9})
    assert warden.instruments() == ["A.BYBIT", ID]
    warden.clear("A.BYBIT")
    assert warden.raw_levels("A.BYBIT") == ([], [])
    assert warden.raw_levels(ID) != ([], [])
    assert "A.BYBIT" in warden
    warden.reset()
    assert warden.instruments() == []
    assert ID not in warden


def test_levels_are_floats_best_first() -> None:
    warden = FastWarden()
    prices = np.array([990, 1000, 995], dtype=np.int64)
    warden.apply_snapshot(**{**GOOD, "bid_prices": prices, "bid_sizes": np.array([1, 2, 3], dtype=np.int64)})
    bid_prices, bid_sizes, ask_prices, ask_sizes = warden.levels(ID, 2)
    assert bid_prices.tolist() == [100.0, 99.5]
    assert bid_sizes.tolist() == [0.002, 0.003]
    assert (ask_prices.tolist(), ask_sizes.tolist()) == ([100.1], [0.001])
    assert bid_prices.dtype == np.float64
    assert [len(column) for column in warden.levels(ID, 10**9)] == [3, 3, 1, 1]
    for depth in (0, -1):
        with pytest.raises(ValueError, match="at least 1 level"):
            warden.levels(ID, depth)


def test_ten_thousand_levels() -> None:
    warden = FastWarden()
    count = 10_000
    prices = np.arange(1, count + 1, dtype=np.int64)
    ones = np.ones(count, dtype=np.int64)
    warden.apply_levels(ID, prices, ones, prices + count, ones, 2, 0, 1)
    walk = warden.walk(ID, Side.SELL, float(count))
    assert walk.sufficient
    assert walk.levels_used == count
    assert walk.worst_price == 0.01
    assert not warden.walk(ID, Side.BUY, count + 0.5).sufficient


def test_a_walk_cannot_be_changed_and_shows_itself() -> None:
    warden = FastWarden()
    warden.apply_snapshot(**GOOD)
    walk = warden.walk(ID, Side.BUY, 0.001)
    assert isinstance(walk, Walk)
    with pytest.raises(AttributeError):
        walk.mid = 1.0  # type: ignore[misc]  # the point of the test
    assert repr(walk).startswith("Walk(sufficient=True, filled_quantity=0.001, average_price=100.1")
