from __future__ import annotations

from typing import Any, Literal

import pytest
from nautilus_trader.model.data import OrderBookDeltas, OrderBookDepth10, QuoteTick
from nautilus_trader.model.enums import BookAction, RecordFlag
from nautilus_trader.model.instruments import CryptoPerpetual

from nautilus_bybit_adapter.nt1.custom_data import BybitBookStatus
from nautilus_bybit_adapter.nt1.streams import BookStream
from nautilus_bybit_adapter.wire.market import OrderbookData, OrderbookMessage

LAST, SNAPSHOT = RecordFlag.F_LAST.value, RecordFlag.F_SNAPSHOT.value
Levels = list[tuple[str, str]]


class Desk:
    """A stream and everything it has published."""

    def __init__(self, instrument: CryptoPerpetual, depth: int = 50, *wanted: str) -> None:
        self.out: list[Any] = []
        self.statuses: list[BybitBookStatus] = []
        self.depth = depth
        self.stream = BookStream(instrument, depth, self.out.append, self.statuses.append)
        for name in wanted or ("deltas",):
            setattr(self.stream, f"{name}_wanted", True)

    def frame(self, u: int, bids: Levels, asks: Levels, kind: Literal["snapshot", "delta"] = "delta") -> bool:
        data = OrderbookData(s="BTCUSDT", b=bids, a=asks, u=u, seq=u)
        topic = f"orderbook.{self.depth}.BTCUSDT"
        return self.stream.on_message(OrderbookMessage(topic, kind, 5, data, 4), 10)

    def snapshot(self, u: int = 10, bid: str = "100.0", ask: str = "100.5") -> bool:
        return self.frame(u, [(bid, "1"), ("99.0", "2")], [(ask, "1"), ("101.0", "2")], "snapshot")

    def of(self, kind: type) -> list[Any]:
        return [item for item in self.out if isinstance(item, kind)]

    def told(self) -> list[tuple[str, str]]:
        return [(status.status, status.reason) for status in self.statuses]


def actions(deltas: OrderBookDeltas) -> list[BookAction]:
    return [delta.action for delta in deltas.deltas]


@pytest.mark.parametrize(("u", "kind"), [(900, "snapshot"), (1, "snapshot"), (1, "delta")])
def test_a_snapshot_or_u_1_replaces_the_book(
    perpetual: CryptoPerpetual, u: int, kind: Literal["snapshot", "delta"]
) -> None:
    desk = Desk(perpetual)
    desk.snapshot(10)
    assert desk.frame(u, [("98.0", "1")], [("98.1", "1")], kind)
    assert actions(desk.out[-1]) == [BookAction.CLEAR, BookAction.ADD, BookAction.ADD]


def test_a_gap_stops_the_deltas_until_a_snapshot(perpetual: CryptoPerpetual) -> None:
    desk = Desk(perpetual)
    desk.snapshot(10)
    assert desk.frame(11, [("100.0", "3")], [])
    assert not desk.frame(13, [("100.0", "4")], [])
    (cleared,) = desk.out[-1].deltas
    assert (cleared.action, cleared.flags) == (BookAction.CLEAR, SNAPSHOT | LAST)
    published = len(desk.out)
    assert desk.frame(14, [("100.0", "5")], [])
    assert len(desk.out) == published
    assert desk.snapshot(20)
    assert actions(desk.out[-1])[0] == BookAction.CLEAR
    assert desk.told() == [("LIVE", "snapshot"), ("STALE", "gap"), ("LIVE", "snapshot")]
    assert (desk.statuses[1].gap_count, desk.statuses[1].depth) == (1, 50)


def test_the_last_delta_of_every_message_is_flagged(perpetual: CryptoPerpetual) -> None:
    desk = Desk(perpetual)
    desk.snapshot(10)
    desk.frame(11, [("100.0", "0"), ("99.5", "1")], [("100.6", "1")])
    desk.stream.on_stale(20)
    for number, deltas in enumerate(desk.of(OrderBookDeltas)):
        flags = [delta.flags for delta in deltas.deltas]
        base = 0 if number == 1 else SNAPSHOT
        assert flags == [base] * (len(flags) - 1) + [base | LAST]


def test_the_touch_never_reaches_a_deeper_book(perpetual: CryptoPerpetual) -> None:
    desk = Desk(perpetual, 1, "quotes")
    desk.frame(10, [("100.0", "1")], [("100.5", "2")], "snapshot")
    desk.frame(10, [("100.0", "1")], [("100.5", "2")], "snapshot")
    desk.frame(12, [("100.1", "1")], [("100.5", "2")], "snapshot")
    desk.stream.on_stale(20)
    assert [str(quote.bid_price) for quote in desk.of(QuoteTick)] == ["100.0", "100.1"]
    assert not desk.of(OrderBookDeltas)


@pytest.mark.parametrize(
    ("bids", "asks"),
    [([("100.5", "1")], []), ([("103.0", "1")], []), ([], [("100.0", "1")]), ([], [("99.5", "1")])],
)
def test_a_crossed_book_is_never_published(perpetual: CryptoPerpetual, bids: Levels, asks: Levels) -> None:
    desk = Desk(perpetual, 50, "deltas", "depths")
    desk.snapshot(10)
    desk.out.clear()
    assert not desk.frame(11, bids, asks)
    (cleared,) = desk.out
    assert actions(cleared) == [BookAction.CLEAR]
    assert desk.told()[-1] == ("STALE", "crossed")
    assert desk.stream.crossed_count == 1
    assert desk.frame(12, [("90.0", "1")], [])
    assert len(desk.out) == 1, "nothing before a snapshot"


def test_a_crossed_snapshot_is_no_book(perpetual: CryptoPerpetual) -> None:
    desk = Desk(perpetual)
    assert not desk.snapshot(10, bid="101.0", ask="100.5")
    assert not desk.out
    assert desk.snapshot(11)
    assert desk.told() == [("STALE", "crossed"), ("LIVE", "snapshot")]


def test_deleting_the_touch_uncovers_the_next_level(perpetual: CryptoPerpetual) -> None:
    desk = Desk(perpetual)
    desk.snapshot(10)
    assert desk.frame(11, [("100.0", "0")], [("99.5", "1")]), "99.0 is the best bid by now"
    assert not desk.frame(12, [("99.5", "1")], [])


@pytest.mark.parametrize("level", [("100.05", "1"), ("99.9", "0.00001"), ("nonsense", "1")])
def test_a_frame_that_cannot_be_applied_costs_the_book_not_its_truth(
    perpetual: CryptoPerpetual, level: tuple[str, str]
) -> None:
    desk = Desk(perpetual)
    desk.snapshot(10)
    assert not desk.frame(11, [level], [])
    assert actions(desk.out[-1]) == [BookAction.CLEAR]
    assert desk.told()[-1] == ("STALE", "unreadable")
    assert desk.stream.unreadable_count == 1
    assert desk.snapshot(12)
    assert desk.told()[-1] == ("LIVE", "snapshot")


def test_a_lost_socket_empties_the_book_once(perpetual: CryptoPerpetual) -> None:
    desk = Desk(perpetual)
    desk.stream.on_stale(1)
    assert not desk.told(), "nothing was known before"
    desk.snapshot(10)
    desk.stream.on_stale(2)
    desk.stream.on_stale(3)
    assert desk.told() == [("LIVE", "snapshot"), ("STALE", "disconnected")]
    assert [actions(deltas) for deltas in desk.out[1:]] == [[BookAction.CLEAR]]


def test_ten_levels_are_shown_when_they_change(perpetual: CryptoPerpetual) -> None:
    desk = Desk(perpetual, 50, "depths")
    bids = [(f"{100 - n / 10:.1f}", "1") for n in range(12)]
    asks = [(f"{100.1 + n / 10:.1f}", "2") for n in range(3)]
    desk.frame(10, bids, asks, "snapshot")
    desk.frame(11, [("98.9", "5")], [])
    (depth,) = desk.of(OrderBookDepth10)
    assert not desk.of(OrderBookDeltas)
    assert [str(order.price) for order in depth.bids] == [f"{100 - n / 10:.1f}" for n in range(10)]
    assert [str(order.price) for order in depth.asks][:3] == ["100.1", "100.2", "100.3"]
    assert (depth.ask_counts, depth.bid_counts) == ([1, 1, 1] + [0] * 7, [1] * 10)
    assert (depth.flags, depth.sequence, depth.ts_event, depth.ts_init) == (
        SNAPSHOT | LAST,
        10,
        4_000_000,
        10,
    )
    desk.frame(12, [("100.0", "0")], [])
    assert str(desk.of(OrderBookDepth10)[-1].bids[9].price) == "99.0"


def test_what_is_subscribed_later_begins_with_a_snapshot(perpetual: CryptoPerpetual) -> None:
    desk = Desk(perpetual, 1, "quotes")
    desk.frame(10, [("100.0", "1")], [("100.5", "2")], "snapshot")
    desk.stream.deltas_wanted = True
    desk.stream.await_snapshot()
    desk.frame(10, [("100.0", "1")], [("100.5", "2")], "snapshot")
    (deltas,) = desk.of(OrderBookDeltas)
    assert actions(deltas) == [BookAction.CLEAR, BookAction.ADD, BookAction.ADD]
    assert desk.told() == [("LIVE", "snapshot")]
