from __future__ import annotations

import pytest
from nautilus_trader.model.instruments import CryptoPerpetual

from nautilus_bybit_adapter.errors import BybitDecodeError
from nautilus_bybit_adapter.nt1.mapping.derivatives import (
    funding_rate_of,
    moment_ns_of,
    option_quote_of,
    past_funding_of,
    reference_price_of,
)
from nautilus_bybit_adapter.wire.market import BybitTicker
from nautilus_bybit_adapter.wire.series import BybitFundingRate


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        (None, None),
        ("", None),
        ("0", None),
        ("1791244800000", 1_791_244_800_000_000_000),
        ("2026-12-25T08:00:00Z", 1_798_185_600_000_000_000),
    ],
)
def test_moments(text: str | None, moment: int | None) -> None:
    assert moment_ns_of(text) == moment


def test_a_moment_that_is_none_is_refused() -> None:
    with pytest.raises(BybitDecodeError, match="tomorrow"):
        moment_ns_of("tomorrow")


@pytest.mark.parametrize(
    ("text", "shown"), [("100", "100.0"), ("85927.54", "85927.54"), ("0.12345", "0.12345")]
)
def test_a_reference_price_keeps_its_decimals(perpetual: CryptoPerpetual, text: str, shown: str) -> None:
    assert str(reference_price_of(perpetual, text)) == shown


def test_a_funding_rate_that_is_none_is_refused(perpetual: CryptoPerpetual) -> None:
    with pytest.raises(BybitDecodeError, match="funding rate"):
        funding_rate_of(perpetual, BybitTicker(symbol="X", funding_rate="x"), 1, 2)


def test_past_funding_happened_when_it_was_settled(perpetual: CryptoPerpetual) -> None:
    row = BybitFundingRate(symbol="BTCUSDT", funding_rate="-0.0001", funding_rate_timestamp="1791244800000")
    update = past_funding_of(perpetual, row)
    assert (str(update.rate), update.ts_event, update.ts_init) == (
        "-0.0001",
        1_791_244_800_000_000_000,
        1_791_244_800_000_000_000,
    )


@pytest.mark.parametrize("name", ["bid_price", "ask_price", "bid_size", "ask_size"])
@pytest.mark.parametrize("text", ["1,5", "nan", "1e9999", "-"])
def test_a_touch_that_is_no_number_is_refused(perpetual: CryptoPerpetual, name: str, text: str) -> None:
    touch = {"bid_price": "100.5", "bid_size": "1", "ask_price": "101.0", "ask_size": "2", name: text}
    with pytest.raises(BybitDecodeError):
        option_quote_of(perpetual, BybitTicker(symbol="BTC-4DEC26-86000-C-USDT", **touch), 1, 2)


def test_beside_an_empty_side_a_price_that_cannot_be_told_is_nothing_to_complain_of(
    perpetual: CryptoPerpetual,
) -> None:
    touch = {"bid_price": "", "bid_size": "", "ask_price": "100.123456789", "ask_size": "2"}
    assert option_quote_of(perpetual, BybitTicker(symbol="BTC-4DEC26-86000-C-USDT", **touch), 1, 2) is None


@pytest.mark.parametrize("text", ["", "0", "0.0", None])
def test_an_empty_side_is_no_quote(perpetual: CryptoPerpetual, text: str | None) -> None:
    touch = {"bid_price": "100.5", "bid_size": "1", "ask_price": "101.0", "ask_size": "2"}
    ticker = BybitTicker(symbol="BTC-4DEC26-86000-C-USDT", **touch)
    assert option_quote_of(perpetual, ticker, 1, 2) is not None
    empty = BybitTicker(symbol="BTC-4DEC26-86000-C-USDT", **touch | {"bid_size": text})
    assert option_quote_of(perpetual, empty, 1, 2) is None
