from __future__ import annotations

from typing import Any

import pytest
from nautilus_trader.model.data import Bar, BarType
from nautilus_trader.model.instruments import CryptoPerpetual

from nautilus_bybit_adapter.nt1.mapping.bars import past_bars_of
from nautilus_bybit_adapter.nt1.streams import BarStream
from nautilus_bybit_adapter.wire.public_topics import Candle, KlineMessage
from nautilus_bybit_adapter.wire.series import BybitKline

MINUTE = 60_000
TYPE = BarType.from_str("BTCUSDT-LINEAR.BYBIT-1-MINUTE-LAST-EXTERNAL")


class Desk:
    """A stream, what it has published and what it has missed."""

    def __init__(self, instrument: CryptoPerpetual, *, on_close: bool = True) -> None:
        self.instrument = instrument
        self.out: list[Any] = []
        self.missed: list[tuple[int, int]] = []
        self.stream = BarStream(
            instrument,
            "1",
            self.out.append,
            on_close=on_close,
            on_missed=lambda _stream, first, last: self.missed.append((first, last)),
        )
        self.stream.bar_types.append(TYPE)

    def candle(self, number: int, *, confirm: bool = True) -> None:
        start = number * MINUTE
        row = Candle(start, start + MINUTE - 1, "1", "1.0", "3.0", "0.5", "2.0", "7.5", "0", confirm)
        self.stream.on_message(KlineMessage("kline.1.BTCUSDT", start, [row]), 9)

    def minutes(self) -> list[float]:
        return [bar.ts_event / 10**6 / MINUTE for bar in self.out]


def test_a_forming_bar_is_never_published(perpetual: CryptoPerpetual) -> None:
    desk = Desk(perpetual)
    desk.candle(1, confirm=False)
    assert desk.out == []
    desk.candle(1)
    (bar,) = desk.out
    assert isinstance(bar, Bar)
    assert [str(each) for each in (bar.open, bar.high, bar.low, bar.close, bar.volume)] == [
        "1.0",
        "3.0",
        "0.5",
        "2.0",
        "7.500",
    ]


@pytest.mark.parametrize(("on_close", "minute"), [(True, 6), (False, 5)])
def test_the_time_of_a_bar_is_its_end_or_its_beginning(
    perpetual: CryptoPerpetual, on_close: bool, minute: int
) -> None:
    desk = Desk(perpetual, on_close=on_close)
    desk.candle(5)
    assert desk.minutes() == [minute]
    assert desk.out[0].ts_init == 9


def test_each_bar_comes_once(perpetual: CryptoPerpetual) -> None:
    desk = Desk(perpetual)
    for number in (5, 5, 4, 6, 6):
        desk.candle(number)
    assert desk.minutes() == [6, 7]


def test_bars_that_were_missed_come_before_those_after_them(perpetual: CryptoPerpetual) -> None:
    desk = Desk(perpetual)
    desk.candle(5)
    desk.stream.on_stale(1)
    desk.candle(8)
    desk.candle(9)
    assert desk.missed == [(6 * MINUTE, 8 * MINUTE)]
    assert desk.minutes() == [6]
    rows = [BybitKline(str(n * MINUTE), "1.0", "3.0", "0.5", "2.0", "1") for n in (6, 7)]
    desk.stream.fill(past_bars_of(perpetual, TYPE, rows, "1", on_close=True))
    assert desk.minutes() == [6, 7, 8, 9, 10]
    desk.candle(10)
    assert desk.minutes()[-1] == 11


def test_bars_that_cannot_be_read_hold_up_nothing(perpetual: CryptoPerpetual) -> None:
    desk = Desk(perpetual)
    desk.candle(5)
    desk.candle(8)
    desk.stream.fill([])
    assert desk.minutes() == [6, 9]
