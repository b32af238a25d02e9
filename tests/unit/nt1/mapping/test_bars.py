from __future__ import annotations

from datetime import UTC, datetime

import pytest
from nautilus_trader.model.data import BarType
from nautilus_trader.model.instruments import CryptoPerpetual

from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.nt1.mapping.bars import (
    INTERVALS,
    candle_price_of,
    close_ms,
    interval_of,
    past_bars_of,
)
from nautilus_bybit_adapter.wire.enums import KlineInterval
from nautilus_bybit_adapter.wire.series import BybitKline


def bar_type(spec: str) -> BarType:
    return BarType.from_str(f"BTCUSDT-LINEAR.BYBIT-{spec}-EXTERNAL")


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("spec", "word"),
    [
        ("1-MINUTE-LAST", "1"),
        ("3-MINUTE-LAST", "3"),
        ("5-MINUTE-LAST", "5"),
        ("15-MINUTE-LAST", "15"),
        ("30-MINUTE-LAST", "30"),
        ("1-HOUR-LAST", "60"),
        ("2-HOUR-LAST", "120"),
        ("4-HOUR-LAST", "240"),
        ("6-HOUR-LAST", "360"),
        ("12-HOUR-LAST", "720"),
        ("1-DAY-LAST", "D"),
        ("1-WEEK-LAST", "W"),
        ("1-MONTH-LAST", "M"),
    ],
)
def test_every_interval_has_bybits_word(spec: str, word: str) -> None:
    assert interval_of(bar_type(spec)) == word


def test_no_interval_of_bybits_is_left_out() -> None:
    assert set(INTERVALS.values()) == set(KlineInterval)


@pytest.mark.parametrize(
    "spec", ["2-MINUTE-LAST", "3-HOUR-LAST", "2-DAY-LAST", "1-SECOND-LAST", "100-TICK-LAST"]
)
def test_another_interval_is_refused_with_those_there_are(spec: str) -> None:
    with pytest.raises(BybitConfigError, match="1, 2, 4, 6 and 12 hours"):
        interval_of(bar_type(spec))


@pytest.mark.parametrize(
    ("spec", "params", "price"),
    [
        ("1-MINUTE-LAST", {}, "last"),
        ("1-MINUTE-MARK", {}, "mark"),
        ("1-MINUTE-LAST", {"price": "index"}, "index"),
        ("1-MINUTE-MID", {"price": "premium"}, "premium"),
    ],
)
def test_the_price_of_a_bar(spec: str, params: dict[str, str], price: str) -> None:
    assert candle_price_of(bar_type(spec), params) == price


@pytest.mark.parametrize(
    ("spec", "params", "allowed"),
    [
        ("1-MINUTE-BID", {}, "LAST and MARK"),
        ("1-MINUTE-LAST", {"price": "bid"}, "last, mark, index, premium"),
    ],
)
def test_another_price_is_refused(spec: str, params: dict[str, str], allowed: str) -> None:
    with pytest.raises(BybitConfigError, match=allowed):
        candle_price_of(bar_type(spec), params)


@pytest.mark.parametrize(
    ("start", "interval", "end"),
    [
        ("2026-01-31T00:00", "1", "2026-01-31T00:01"),
        ("2026-01-31T00:00", "720", "2026-01-31T12:00"),
        ("2026-01-31T00:00", "D", "2026-02-01T00:00"),
        ("2026-11-23T00:00", "W", "2026-11-30T00:00"),
        ("2026-02-01T00:00", "M", "2026-03-01T00:00"),
        ("2026-12-01T00:00", "M", "2027-01-01T00:00"),
    ],
)
def test_a_candle_ends_where_the_next_begins(start: str, interval: str, end: str) -> None:
    assert close_ms(ms(start), interval) == ms(end)


@pytest.mark.parametrize("on_close", [True, False])
def test_past_bars_could_be_known_at_their_end(perpetual: CryptoPerpetual, on_close: bool) -> None:
    kind = bar_type("1-HOUR-LAST")
    rows = [BybitKline("7200000", "1.0", "3.0", "0.5", "2.0", "1.5", "9")]
    (bar,) = past_bars_of(perpetual, kind, rows, "60", on_close=on_close)
    assert bar.ts_init == 10_800_000 * 10**6
    assert bar.ts_event == (bar.ts_init if on_close else 7_200_000 * 10**6)
    assert str(bar.volume) == "1.500"


def test_finer_prices_of_the_past_are_kept(perpetual: CryptoPerpetual) -> None:
    rows = [
        BybitKline("0", "1.0", "1.0", "1.0", "1.0", "0.12345"),
        BybitKline("60000", "1.001", "1.25", "-0.0001", "1.0"),
    ]
    first, second = past_bars_of(perpetual, bar_type("1-MINUTE-LAST"), rows, "1", on_close=True)
    assert [str(each) for each in (second.open, second.high, second.low)] == ["1.0010", "1.2500", "-0.0001"]
    assert (str(first.open), str(first.volume), str(second.volume)) == ("1.0000", "0.12345", "0.00000")
