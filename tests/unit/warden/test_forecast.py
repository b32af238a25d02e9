"""The forecast is the walk of the book, and refuses to be a number where the depth ends."""

from __future__ import annotations

import math

import numpy as np
import pytest

from nautilus_bybit_adapter.warden import FastWarden, Side, UnknownBookError, forecast

ID = "BTCUSDT-LINEAR.BYBIT"


def ints(*values: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array(values, dtype=np.int64)


@pytest.fixture
def warden() -> FastWarden:
    warden = FastWarden()
    warden.apply_snapshot(ID, ints(1000, 990), ints(5, 20), ints(1001, 1002, 1010), ints(1, 2, 7), 1, 0, 42)
    return warden


def test_a_buy_within_the_depth(warden: FastWarden) -> None:
    result = forecast(warden, ID, Side.BUY, 2.0)
    assert result.sufficient_depth
    assert not result.is_insufficient
    assert result.average_price == pytest.approx(100.15, rel=1e-15)
    assert result.worst_price == 100.2
    assert result.levels_used == 2
    assert result.mid == 100.05
    assert result.expected_slippage_mid_bps == pytest.approx((100.15 - 100.05) / 100.05 * 1e4, rel=1e-9)
    assert result.expected_slippage_touch_bps == pytest.approx((100.15 - 100.1) / 100.1 * 1e4, rel=1e-9)
    assert result.spread_bps == pytest.approx(0.1 / 100.05 * 1e4, rel=1e-9)
    assert result.impact_exponent == pytest.approx(math.log2((100.375 - 100.05) / 0.1), rel=1e-9)
    assert (result.instrument_id, result.side, result.quantity) == (ID, Side.BUY, 2.0)
    assert result.book_ts_ns == 42


def test_a_sell_walks_the_bids(warden: FastWarden) -> None:
    result = forecast(warden, ID, Side.SELL, 25.0)
    assert result.average_price == pytest.approx(99.2, rel=1e-15)
    assert result.expected_slippage_mid_bps == pytest.approx((100.05 - 99.2) / 100.05 * 1e4, rel=1e-9)
    assert math.isnan(result.impact_exponent)


def test_insufficient_depth_is_no_number(warden: FastWarden) -> None:
    result = forecast(warden, ID, Side.BUY, 10.5)
    assert result.is_insufficient
    assert result.visible_quantity == 10.0
    assert result.levels_used == 3
    for value in (
        result.expected_slippage_mid_bps,
        result.expected_slippage_touch_bps,
        result.average_price,
        result.worst_price,
        result.impact_exponent,
    ):
        assert math.isnan(value)
    assert result.mid == 100.05


def test_a_crossed_book_says_so(warden: FastWarden) -> None:
    assert not forecast(warden, ID, Side.BUY, 1.0).is_crossed
    warden.apply_levels(ID, ints(1003), ints(1), ints(), ints(), 1, 0, 43)
    crossed = forecast(warden, ID, Side.BUY, 1.0)
    assert crossed.is_crossed
    assert crossed.spread_bps < 0


def test_an_empty_book_is_insufficient_not_an_error(warden: FastWarden) -> None:
    warden.clear(ID)
    result = forecast(warden, ID, Side.SELL, 1.0)
    assert result.is_insufficient
    assert result.visible_quantity == 0.0
    assert math.isnan(result.spread_bps)
    assert not result.is_crossed


def test_an_unknown_instrument_is_an_error(warden: FastWarden) -> None:
    with pytest.raises(UnknownBookError, match=r"no book for ETHUSDT-LINEAR.BYBIT"):
        forecast(warden, "ETHUSDT-LINEAR.BYBIT", Side.BUY, 1.0)
