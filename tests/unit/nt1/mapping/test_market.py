from __future__ import annotations

from decimal import Decimal

import pytest
from bybit_rows import LINEAR_ROW
from hypothesis import given, settings
from hypothesis import strategies as st
from nautilus_trader.model.book import OrderBook
from nautilus_trader.model.data import OrderBookDeltas
from nautilus_trader.model.enums import AggressorSide, BookAction, BookType, OrderSide, RecordFlag
from nautilus_trader.model.instruments import CryptoPerpetual
from nautilus_trader.model.objects import Price, Quantity

from nautilus_bybit_adapter.errors import BybitDecodeError
from nautilus_bybit_adapter.nt1.mapping.instruments import linear_instrument
from nautilus_bybit_adapter.nt1.mapping.market import clear_of, deltas_of, past_trade_of, quote_of, trade_of
from nautilus_bybit_adapter.wire.market import BybitRecentTrade, OrderbookData, PublicTrade

SNAPSHOT, LAST = RecordFlag.F_SNAPSHOT.value, RecordFlag.F_LAST.value


def book(bids: list[tuple[str, str]], asks: list[tuple[str, str]]) -> OrderbookData:
    return OrderbookData(s="BTCUSDT", b=bids, a=asks, u=5, seq=77)


def shape(deltas: OrderBookDeltas) -> list[tuple[BookAction, OrderSide, str, str, int]]:
    return [
        (each.action, each.order.side, str(each.order.price), str(each.order.size), each.flags)
        for each in deltas.deltas
    ]


def test_a_snapshot_clears_and_adds(perpetual: CryptoPerpetual) -> None:
    frame = book([("100.00", "1.5")], [("100.10", "2")])
    deltas = deltas_of(perpetual, frame, snapshot=True, ts_event=3, ts_init=4)
    assert deltas is not None
    first, *rest = deltas.deltas
    assert (first.action, first.flags) == (BookAction.CLEAR, SNAPSHOT)
    assert [(each.action, each.order.side, each.flags) for each in rest] == [
        (BookAction.ADD, OrderSide.BUY, SNAPSHOT),
        (BookAction.ADD, OrderSide.SELL, SNAPSHOT | LAST),
    ]
    assert rest[0].order.price == Price.from_str("100.0")
    assert rest[0].order.size == Quantity.from_str("1.500")
    assert {(each.sequence, each.ts_event, each.ts_init) for each in deltas.deltas} == {(77, 3, 4)}


def test_a_delta_updates_and_deletes(perpetual: CryptoPerpetual) -> None:
    frame = book([("100.00", "1.5"), ("99.9", "0")], [("100.10", "0")])
    deltas = deltas_of(perpetual, frame, snapshot=False, ts_event=3, ts_init=4)
    assert deltas is not None
    assert shape(deltas) == [
        (BookAction.UPDATE, OrderSide.BUY, "100.0", "1.500", 0),
        (BookAction.DELETE, OrderSide.BUY, "99.9", "0.000", 0),
        (BookAction.DELETE, OrderSide.SELL, "100.1", "0.000", LAST),
    ]


def test_an_empty_delta_is_nothing_and_an_empty_snapshot_an_empty_book(perpetual: CryptoPerpetual) -> None:
    assert deltas_of(perpetual, book([], []), snapshot=False, ts_event=3, ts_init=4) is None
    emptied = deltas_of(perpetual, book([], []), snapshot=True, ts_event=3, ts_init=4)
    assert emptied is not None
    assert [(each.action, each.flags) for each in emptied.deltas] == [(BookAction.CLEAR, SNAPSHOT | LAST)]


def test_a_lone_clear_empties_the_book(perpetual: CryptoPerpetual) -> None:
    kept = OrderBook(perpetual.id, BookType.L2_MBP)
    filled = deltas_of(
        perpetual, book([("100.0", "1")], [("100.1", "1")]), snapshot=True, ts_event=1, ts_init=1
    )
    kept.apply_deltas(filled)
    kept.apply_deltas(clear_of(perpetual.id, 2))
    assert kept.best_bid_price() is None
    assert kept.best_ask_price() is None


LEVELS = st.dictionaries(st.integers(1, 30), st.integers(0, 5), max_size=12)


@settings(deadline=None)
@given(frames=st.lists(st.tuples(st.booleans(), LEVELS, LEVELS), max_size=12))
def test_the_frameworks_book_is_the_venues(
    frames: list[tuple[bool, dict[int, int], dict[int, int]]],
) -> None:
    perpetual = linear_instrument(LINEAR_ROW, None, 1)
    kept = OrderBook(perpetual.id, BookType.L2_MBP)
    bids: dict[int, int] = {}
    asks: dict[int, int] = {}
    for number, (snapshot, bid_changes, ask_changes) in enumerate(frames):
        if snapshot:
            bids.clear()
            asks.clear()
            bid_changes = {price: size for price, size in bid_changes.items() if size}  # noqa: PLW2901 - a snapshot
            ask_changes = {price: size for price, size in ask_changes.items() if size}  # noqa: PLW2901 - has no zeros
        bids.update(bid_changes)
        asks.update(ask_changes)
        frame = book(
            [(f"{100 - price / 10:.1f}", str(size)) for price, size in bid_changes.items()],
            [(f"{100 + price / 10:.1f}", str(size)) for price, size in ask_changes.items()],
        )
        deltas = deltas_of(perpetual, frame, snapshot=snapshot, ts_event=number, ts_init=number)
        if deltas is not None:
            kept.apply_deltas(deltas)
    for side, levels, sign in ((kept.bids(), bids, -1), (kept.asks(), asks, 1)):
        found = [(level.price.as_decimal(), Decimal(str(level.size()))) for level in side]
        expected = [
            (100 + sign * Decimal(price) / 10, Decimal(size))
            for price, size in sorted(levels.items())
            if size
        ]
        assert found == expected


def test_a_quote_is_the_touch(perpetual: CryptoPerpetual) -> None:
    quote = quote_of(perpetual, book([("100.0", "1")], [("100.1", "2")]), 3, 4)
    assert quote is not None
    assert (str(quote.bid_price), str(quote.ask_price)) == ("100.0", "100.1")
    assert (str(quote.bid_size), str(quote.ask_size)) == ("1.000", "2.000")
    assert quote_of(perpetual, book([("100.0", "1")], []), 3, 4) is None


@pytest.mark.parametrize(
    ("side", "aggressor"),
    [("Buy", AggressorSide.BUYER), ("Sell", AggressorSide.SELLER), ("", AggressorSide.NO_AGGRESSOR)],
)
def test_a_trade_has_the_takers_side(perpetual: CryptoPerpetual, side: str, aggressor: AggressorSide) -> None:
    live = trade_of(perpetual, PublicTrade(T=5, s="BTCUSDT", S=side, v="0.004", p="86346.90", i="t-1"), 9)
    past = past_trade_of(
        perpetual,
        BybitRecentTrade(
            exec_id="t-1", symbol="BTCUSDT", price="86346.90", size="0.004", side=side, time="5"
        ),
        9,
    )
    assert live == past
    assert (live.aggressor_side, live.ts_event, str(live.price)) == (aggressor, 5_000_000, "86346.9")


def test_a_size_that_does_not_fit_is_refused(perpetual: CryptoPerpetual) -> None:
    with pytest.raises(BybitDecodeError, match="quantity"):
        deltas_of(perpetual, book([("100.0", "0.0001")], []), snapshot=False, ts_event=1, ts_init=1)
