from __future__ import annotations

import pytest

from nautilus_bybit_adapter.errors import BybitDecodeError
from nautilus_bybit_adapter.wire.codec import decode_public
from nautilus_bybit_adapter.wire.public_topics import (
    AdlAlertMessage,
    InsuranceMessage,
    KlineMessage,
    LiquidationsMessage,
    PriceLimitMessage,
    RpiBookMessage,
)

KLINE = (
    b'{"topic":"kline.5.BTCUSDT","data":[{"start":1672324800000,"end":1672325099999,"interval":"5",'
    b'"open":"16649.5","close":"16677","high":"16677","low":"16608","volume":"2.081","turnover":"34666.4005",'
    b'"confirm":false,"timestamp":1672324988882}],"ts":1672324988882,"type":"snapshot"}'
)
LIQUIDATION = (
    b'{"topic":"allLiquidation.ROSEUSDT","type":"snapshot","ts":1739502303204,'
    b'"data":[{"T":1739502302929,"s":"ROSEUSDT","S":"Sell","v":"20000","p":"0.04499"}]}'
)
PRICE_LIMIT = (
    b'{"topic":"priceLimit.BTCUSDT","data":{"symbol":"BTCUSDT","buyLmt":"114450.00","sellLmt":"103550.00"},'
    b'"ts":1750059683782}'
)
INSURANCE = (
    b'{"topic":"insurance.USDT","type":"delta","ts":1747722930000,"data":[{"coin":"USDT","symbols":"GRIFFAINUSDT",'
    b'"balance":"25040.88","updateTime":1747722930000}]}'
)
ADL = (
    b'{"topic":"adlAlert.USDT","type":"snapshot","ts":1757736794000,"data":[{"c":"USDT","s":"FWOGUSDT",'
    b'"b":44401.20,"mb":44401.2,"i_pr":"-0.36","pr":0,"adl_tt":"10000","adl_sr":"-0.25"}]}'
)
RPI = (
    b'{"topic":"orderbook.rpi.BTCUSDT","type":"delta","ts":1,"data":{"s":"BTCUSDT","b":[["1","2","3"]],"a":[],'
    b'"u":4,"seq":5},"cts":6}'
)


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        (KLINE, KlineMessage),
        (LIQUIDATION, LiquidationsMessage),
        (PRICE_LIMIT, PriceLimitMessage),
        (INSURANCE, InsuranceMessage),
        (ADL, AdlAlertMessage),
        (RPI, RpiBookMessage),
    ],
)
def test_every_public_topic_is_read(payload: bytes, kind: type) -> None:
    assert isinstance(decode_public(payload, "linear"), kind)


def test_a_candle_tells_whether_it_is_closed() -> None:
    message = decode_public(KLINE, "linear")
    assert isinstance(message, KlineMessage)
    (candle,) = message.data
    assert (candle.start, candle.end, candle.close, candle.confirm) == (
        1672324800000,
        1672325099999,
        "16677",
        False,
    )


def test_numbers_where_the_venue_promises_texts_keep_their_digits() -> None:
    message = decode_public(ADL, "linear")
    assert isinstance(message, AdlAlertMessage)
    (alert,) = message.data
    assert (alert.b, alert.mb, alert.i_pr, alert.pr) == ("44401.20", "44401.2", "-0.36", "0")
    insurance = decode_public(INSURANCE, "linear")
    assert isinstance(insurance, InsuranceMessage)
    assert insurance.data[0].update_time == "1747722930000"


def test_a_book_of_retail_orders_has_levels_of_three() -> None:
    message = decode_public(RPI, "spot")
    assert isinstance(message, RpiBookMessage)
    assert (message.is_snapshot, message.data.b, message.data.u) == (False, [("1", "2", "3")], 4)


@pytest.mark.parametrize("topic", [b"kline.5.X", b"allLiquidation.X", b"orderbook.rpi.X", b"adlAlert.USDT"])
def test_a_topic_without_its_data_is_refused(topic: bytes) -> None:
    with pytest.raises(BybitDecodeError, match=topic.decode()):
        decode_public(b'{"topic":"' + topic + b'","ts":1,"type":"snapshot"}', "linear")
