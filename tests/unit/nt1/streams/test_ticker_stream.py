from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from nautilus_trader.model.data import (
    CustomData,
    DataType,
    FundingRateUpdate,
    IndexPriceUpdate,
    MarkPriceUpdate,
    OptionGreeks,
    QuoteTick,
)
from nautilus_trader.model.instruments import CryptoPerpetual

from nautilus_bybit_adapter.nt1.custom_data import BybitOpenInterest, BybitTicker
from nautilus_bybit_adapter.nt1.streams import TickerKind, TickerStream
from nautilus_bybit_adapter.wire.market import BybitTicker as Row
from nautilus_bybit_adapter.wire.market import TickerMessage

SNAPSHOT = Row(
    symbol="BTCUSDT",
    last_price="100.1",
    mark_price="100.12",
    index_price="100.123",
    funding_rate="0.0001",
    funding_interval_hour="8",
    next_funding_time="1791244800000",
    open_interest="5",
    open_interest_value="500",
)


def build(perpetual: CryptoPerpetual, *kinds: TickerKind) -> tuple[TickerStream, list[Any]]:
    out: list[Any] = []
    stream = TickerStream(perpetual, out.append)
    for kind in kinds:
        stream.add(kind, 1)
    return stream, out


def frame(stream: TickerStream, row: Row, kind: str = "delta", ts: int = 7) -> None:
    assert stream.on_message(TickerMessage(f"tickers.{row.symbol}", ts, row, kind), 9)


def test_partial_deltas_merge_into_what_is_known(perpetual: CryptoPerpetual) -> None:
    stream, out = build(perpetual)
    stream.tickers.add(DataType(BybitTicker))
    frame(stream, SNAPSHOT, "snapshot")
    frame(stream, Row(symbol="BTCUSDT", last_price="100.2"), ts=8)
    last = out[-1].data
    assert isinstance(out[-1], CustomData)
    assert (last.last_price, last.mark_price, last.funding_rate) == (
        Decimal("100.2"),
        Decimal("100.12"),
        Decimal("0.0001"),
    )
    assert (last.funding_interval_hours, last.next_funding_ns) == (8, 1791244800000 * 10**6)
    assert (last.ts_event, last.ts_init) == (8 * 10**6, 9)


def test_prices_are_published_when_they_change(perpetual: CryptoPerpetual) -> None:
    stream, out = build(perpetual, TickerKind.MARK_PRICE, TickerKind.INDEX_PRICE)
    frame(stream, SNAPSHOT, "snapshot")
    assert [(type(each), str(each.value)) for each in out] == [
        (MarkPriceUpdate, "100.12"),
        (IndexPriceUpdate, "100.123"),
    ]
    frame(stream, Row(symbol="BTCUSDT", last_price="1"))
    frame(stream, Row(symbol="BTCUSDT", mark_price="100.12"))
    assert len(out) == 2
    frame(stream, Row(symbol="BTCUSDT", mark_price="100.2"))
    assert (type(out[-1]), str(out[-1].value)) == (MarkPriceUpdate, "100.2")


def test_funding_keeps_its_interval_and_next_time_across_deltas(perpetual: CryptoPerpetual) -> None:
    stream, out = build(perpetual, TickerKind.FUNDING_RATE)
    frame(stream, SNAPSHOT, "snapshot")
    frame(stream, Row(symbol="BTCUSDT", last_price="1"))
    frame(stream, Row(symbol="BTCUSDT", funding_rate="-0.0002"))
    frame(stream, Row(symbol="BTCUSDT", next_funding_time="1791273600000"))
    assert [(each.rate, each.interval, each.next_funding_ns) for each in out] == [
        (Decimal("0.0001"), 480, 1791244800000 * 10**6),
        (Decimal("-0.0002"), 480, 1791244800000 * 10**6),
        (Decimal("-0.0002"), 480, 1791273600000 * 10**6),
    ]
    assert {type(each) for each in out} == {FundingRateUpdate}


def test_a_dated_future_has_no_funding(perpetual: CryptoPerpetual) -> None:
    stream, out = build(perpetual, TickerKind.FUNDING_RATE)
    frame(
        stream,
        Row(symbol="BTCUSDT", funding_rate="", next_funding_time="", delivery_time="2026-12-25T08:00:00Z"),
        "snapshot",
    )
    frame(stream, Row(symbol="BTCUSDT", funding_rate=""))
    assert out == []


def test_an_option_has_quotes_and_greeks(perpetual: CryptoPerpetual) -> None:
    stream, out = build(perpetual, TickerKind.QUOTE, TickerKind.GREEKS)
    row = Row(
        symbol="BTC-1",
        bid_price="5.0",
        bid_size="1",
        ask_price="0",
        ask_size="0",
        bid_iv="0.5",
        ask_iv="0",
        mark_price_iv="0.55",
        delta="0.25",
        gamma="0.1",
        vega="2",
        theta="-3",
        underlying_price="90000.5",
        open_interest="7",
    )
    frame(stream, row, "snapshot")
    (greeks,) = out
    assert isinstance(greeks, OptionGreeks)
    assert (greeks.delta, greeks.gamma, greeks.vega, greeks.theta, greeks.rho) == (0.25, 0.1, 2, -3, 0)
    assert (greeks.mark_iv, greeks.bid_iv, greeks.underlying_price) == (0.55, 0.5, 90000.5)
    frame(
        stream,
        Row(**{**{f: getattr(row, f) for f in row.__struct_fields__}, "ask_price": "5.5", "ask_size": "2"}),
        "snapshot",
    )
    assert [type(each) for each in out] == [OptionGreeks, QuoteTick], "greeks that stay are no news"
    assert str(out[-1].ask_price) == "5.5"


def test_open_interest_is_published_when_it_changes(perpetual: CryptoPerpetual) -> None:
    stream, out = build(perpetual)
    data_type = DataType(BybitOpenInterest, {"instrument_id": perpetual.id})
    stream.open_interest.add(data_type)
    frame(stream, SNAPSHOT, "snapshot")
    frame(stream, Row(symbol="BTCUSDT", last_price="1"))
    frame(stream, Row(symbol="BTCUSDT", open_interest="6"))
    assert [(each.data.open_interest, each.data.value) for each in out] == [(5, 500), (6, 500)]
    assert {each.data_type for each in out} == {data_type}


def test_what_is_known_reaches_a_late_subscription(perpetual: CryptoPerpetual) -> None:
    stream, out = build(perpetual, TickerKind.MARK_PRICE)
    frame(stream, SNAPSHOT, "snapshot")
    stream.add(TickerKind.INDEX_PRICE, 33)
    stream.add(TickerKind.INDEX_PRICE, 44)
    assert [(type(each), each.ts_init) for each in out] == [(MarkPriceUpdate, 9), (IndexPriceUpdate, 33)]
    stream.remove(TickerKind.INDEX_PRICE)
    frame(stream, Row(symbol="BTCUSDT", index_price="1"))
    assert len(out) == 2


@pytest.mark.parametrize("kind", [TickerKind.MARK_PRICE, TickerKind.FUNDING_RATE])
def test_after_a_lost_socket_a_snapshot_comes_first(perpetual: CryptoPerpetual, kind: TickerKind) -> None:
    stream, out = build(perpetual, kind)
    frame(stream, SNAPSHOT, "snapshot")
    stream.on_stale(1)
    frame(stream, Row(symbol="BTCUSDT", mark_price="1", funding_rate="1"))
    assert len(out) == 1
    frame(stream, SNAPSHOT, "snapshot")
    assert len(out) == 2


def test_it_is_wanted_while_anything_is_subscribed(perpetual: CryptoPerpetual) -> None:
    stream, _ = build(perpetual, TickerKind.MARK_PRICE)
    stream.tickers.add(DataType(BybitTicker))
    stream.remove(TickerKind.MARK_PRICE)
    assert stream.is_wanted
    stream.tickers.remove(DataType(BybitTicker))
    assert not stream.is_wanted
