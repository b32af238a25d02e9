"""Deltas reach the book the same way through memory and through arrays."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from nautilus_trader.model.data import OrderBookDelta, OrderBookDeltas, TradeTick
from nautilus_trader.model.enums import AggressorSide, BookAction, OrderSide
from nautilus_trader.model.identifiers import InstrumentId, TradeId

from nautilus_bybit_adapter.nt1.layout import DIGITS, LAYOUT, TRADE_LAYOUT
from nautilus_bybit_adapter.nt1.warden_feed import deltas_to_arrays, feed, feed_trades
from nautilus_bybit_adapter.warden import FastWarden, Side
from nautilus_bybit_adapter.warden.features import FEATURES

if TYPE_CHECKING:
    from nautilus_bybit_adapter._ext import DeltaLayout

BTC = InstrumentId.from_str("BTCUSDT-LINEAR.BYBIT")
ETH = InstrumentId.from_str("ETHUSDT-LINEAR.BYBIT")
ONE = 10**DIGITS
BUY, SELL = OrderSide.BUY, OrderSide.SELL
ADD, UPDATE, DELETE = BookAction.ADD, BookAction.UPDATE, BookAction.DELETE


def delta(action: BookAction, side: OrderSide, price: int, size: int, **changes: Any) -> OrderBookDelta:
    values = {
        "instrument_id": BTC,
        "action": action,
        "side": side,
        "price_raw": price * ONE // 10,
        "price_prec": 1,
        "size_raw": size * ONE // 1000,
        "size_prec": 3,
        "order_id": 0,
        "flags": 0,
        "sequence": 1,
        "ts_event": 7,
        "ts_init": 8,
    }
    return OrderBookDelta.from_raw(**{**values, **changes})


def clear() -> OrderBookDelta:
    return OrderBookDelta.clear(BTC, sequence=1, ts_event=5, ts_init=6)


def batch(*deltas: OrderBookDelta) -> OrderBookDeltas:
    return OrderBookDeltas(BTC, list(deltas))


both_ways = pytest.mark.parametrize("layout", [LAYOUT, None], ids=["memory", "arrays"])


@both_ways
def test_each_action_does_what_it_says(layout: DeltaLayout | None) -> None:
    warden = FastWarden()
    feed(warden, batch(delta(ADD, BUY, 100, 5), delta(ADD, BUY, 99, 6), delta(ADD, SELL, 101, 7)), layout)
    feed(
        warden, batch(delta(UPDATE, BUY, 100, 8), delta(DELETE, BUY, 99, 1), delta(ADD, SELL, 103, 9)), layout
    )
    assert warden.raw_levels("BTCUSDT-LINEAR.BYBIT") == (
        [(10**17, 8 * 10**13)],
        [(101 * 10**15, 7 * 10**13), (103 * 10**15, 9 * 10**13)],
    )
    assert warden.last_update_ns("BTCUSDT-LINEAR.BYBIT") == 7
    feed(warden, batch(clear()), layout)
    assert warden.raw_levels("BTCUSDT-LINEAR.BYBIT") == ([], [])
    assert warden.last_update_ns("BTCUSDT-LINEAR.BYBIT") == 5


@both_ways
def test_a_clear_in_the_middle_leaves_what_follows(layout: DeltaLayout | None) -> None:
    warden = FastWarden()
    feed(warden, batch(delta(ADD, BUY, 100, 5)), layout)
    feed(
        warden,
        batch(
            delta(ADD, SELL, 120, 1),
            clear(),
            delta(ADD, BUY, 90, 2),
            delta(ADD, BUY, 95, 3),
            delta(ADD, BUY, 91, 4),
            delta(DELETE, BUY, 95, 3),
        ),
        layout,
    )
    assert warden.raw_levels("BTCUSDT-LINEAR.BYBIT") == (
        [(91 * 10**15, 4 * 10**13), (90 * 10**15, 2 * 10**13)],
        [],
    )


@both_ways
@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (delta(ADD, SELL, -5, 1), "price"),
        (delta(ADD, SELL, 0, 1), "price"),
        (delta(ADD, OrderSide.NO_ORDER_SIDE, 5, 1), "side"),
        (delta(ADD, SELL, 101, 1, instrument_id=ETH), "ETHUSDT|another instrument"),
    ],
)
def test_a_bad_delta_leaves_the_book_as_it_was(
    bad: OrderBookDelta, message: str, layout: DeltaLayout | None
) -> None:
    warden = FastWarden()
    with pytest.raises(ValueError, match=message):
        feed(warden, batch(delta(ADD, BUY, 100, 5), bad), layout)
    assert warden.instruments() == []
    feed(warden, batch(delta(ADD, BUY, 100, 5)), layout)
    with pytest.raises(ValueError, match=message):
        feed(warden, batch(clear(), delta(ADD, BUY, 99, 5), bad), layout)
    assert warden.raw_levels("BTCUSDT-LINEAR.BYBIT") == ([(10**17, 5 * 10**13)], [])


def test_a_capsule_for_another_instrument_is_refused() -> None:
    capsule = OrderBookDelta.capsule_from_list([delta(ADD, BUY, 100, 5)])
    assert LAYOUT is not None
    for wrong in (
        "ETHUSDT-LINEAR.BYBIT",
        "BTCUSDT-LINEAR",
        "BTCUSDT-LINEAR.BYBIT2",
        "",
        "BTCUSDT-LINEARxBYBIT",
    ):
        with pytest.raises(ValueError, match=r"deltas\[0\] is for BTCUSDT-LINEAR.BYBIT"):
            FastWarden().apply_deltas_capsule(wrong, capsule, layout=LAYOUT)


def test_an_empty_capsule_changes_nothing() -> None:
    warden = FastWarden()
    assert LAYOUT is not None
    warden.apply_deltas_capsule("BTCUSDT-LINEAR.BYBIT", OrderBookDelta.capsule_from_list([]), layout=LAYOUT)
    assert warden.instruments() == []


def test_arrays_are_exact_at_mixed_precisions() -> None:
    fine = delta(ADD, SELL, 0, 0, price_raw=ONE // 10**8, price_prec=8, size_raw=3, size_prec=DIGITS)
    arrays = deltas_to_arrays(
        [fine, delta(ADD, BUY, 0, 0, price_raw=ONE, price_prec=0, size_raw=5, size_prec=9)]
    )
    assert (arrays.price_precision, arrays.size_precision, arrays.is_snapshot) == (8, DIGITS, False)
    assert arrays.ask_prices.tolist() == [1]
    assert arrays.bid_prices.tolist() == [10**8]
    assert arrays.ask_sizes.tolist() == [3]
    assert arrays.bid_sizes.dtype == np.int64


def test_arrays_refuse_what_does_not_fit() -> None:
    with pytest.raises(ValueError, match="deltas is empty"):
        deltas_to_arrays([])
    huge = delta(ADD, BUY, 0, 1, price_raw=10**7 * ONE + 1, price_prec=DIGITS)
    if DIGITS == 16:
        with pytest.raises(ValueError, match="more than 64 bits at 16 decimals"):
            deltas_to_arrays([huge])


def test_the_fed_book_can_be_walked() -> None:
    warden = FastWarden()
    feed(warden, batch(clear(), delta(ADD, BUY, 1000, 5000), delta(ADD, SELL, 1001, 5000)))
    walk = warden.walk("BTCUSDT-LINEAR.BYBIT", Side.BUY, 5.0)
    assert walk.sufficient
    assert (walk.best_bid, walk.best_ask, walk.average_price) == (100.0, 100.1, 100.1)
    assert math.isnan(warden.walk("BTCUSDT-LINEAR.BYBIT", Side.BUY, 5.001).average_price)


def trade(price: int, size: int, aggressor: AggressorSide, **changes: Any) -> TradeTick:
    values = {
        "instrument_id": BTC,
        "price_raw": price * ONE // 10,
        "price_prec": 1,
        "size_raw": size * ONE // 1000,
        "size_prec": 3,
        "aggressor_side": aggressor,
        "trade_id": TradeId("1"),
        "ts_event": 9,
        "ts_init": 10,
    }
    return TradeTick.from_raw(**{**values, **changes})


def trade_flow(warden: FastWarden) -> float:
    return float(warden.features(BTC.value, Side.BUY, 0.001)[FEATURES.index("trade_flow_5s")])


@pytest.mark.parametrize("layout", [TRADE_LAYOUT, None], ids=["memory", "one by one"])
def test_trades_move_the_flow_by_their_aggressor(layout: DeltaLayout | None) -> None:
    flows = []
    for aggressor in (AggressorSide.BUYER, AggressorSide.SELLER, AggressorSide.NO_AGGRESSOR):
        warden = FastWarden()
        feed(warden, batch(delta(ADD, BUY, 100, 5), delta(ADD, SELL, 101, 7)))
        feed_trades(warden, [trade(101, 3, aggressor), trade(101, 2, aggressor, ts_event=0)], layout)
        flows.append(trade_flow(warden))
    assert flows == pytest.approx([math.log(1 + 5 / 6), -math.log(1 + 5 / 6), 0.0])


def test_no_trades_change_nothing() -> None:
    warden = FastWarden()
    feed_trades(warden, [])
    feed_trades(warden, [], None)
    assert warden.instruments() == []


@pytest.mark.parametrize("layout", [TRADE_LAYOUT, None], ids=["memory", "one by one"])
def test_trades_of_two_instruments_are_refused(layout: DeltaLayout | None) -> None:
    mixed = [trade(1, 1, AggressorSide.BUYER), trade(1, 1, AggressorSide.BUYER, instrument_id=ETH)]
    warden = FastWarden()
    with pytest.raises(ValueError, match=r"trades are for BTCUSDT-LINEAR.BYBIT, ETHUSDT-LINEAR.BYBIT"):
        feed_trades(warden, mixed, layout)
    assert warden.instruments() == []


def test_a_capsule_of_another_instrument_is_refused_whole() -> None:
    assert TRADE_LAYOUT is not None
    warden = FastWarden()
    capsule = TradeTick.capsule_from_list(
        [trade(1, 1, AggressorSide.BUYER), trade(1, 1, AggressorSide.BUYER, instrument_id=ETH)]
    )
    with pytest.raises(ValueError, match=r"trades\[1\] is for ETHUSDT-LINEAR.BYBIT; it must be for BTCUSDT"):
        warden.apply_trades_capsule(BTC.value, capsule, TRADE_LAYOUT)
    assert warden.instruments() == []
