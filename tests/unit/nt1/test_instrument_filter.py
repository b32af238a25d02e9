from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from bybit_rows import INVERSE_ROW, LINEAR_ROW, OPTION_ROW, SPOT_ROW
from nautilus_trader.model.enums import OptionKind

from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.nt1.instrument_filter import FILTER_NAMES, parse_filter
from nautilus_bybit_adapter.wire.instruments import BybitInstrument

EVERY_ROW: dict[str, BybitInstrument] = {
    "spot": SPOT_ROW,
    "linear": LINEAR_ROW,
    "inverse": INVERSE_ROW,
    "option": OPTION_ROW,
}
DELIVERY_MS = 1_774_598_400_000  # 2026-03-27 08:00 UTC


def taken(filters: dict[str, Any] | None) -> set[str]:
    wanted = parse_filter(filters)
    return {name for name, row in EVERY_ROW.items() if wanted.takes(row)}


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (None, {"spot", "linear", "inverse", "option"}),
        ({"base_coin": "ETH"}, set()),
        ({"base_coin": ("BTC", "ETH")}, {"spot", "linear", "inverse", "option"}),
        ({"quote_coin": "USDT"}, {"spot", "linear", "option"}),
        ({"settle_coin": ["BTC"]}, {"spot", "inverse"}),
        ({"symbols": ["BTCUSD"]}, {"inverse"}),
        ({"status": "PreLaunch"}, set()),
        ({"status": ["PreLaunch", "Trading"]}, {"spot", "linear", "inverse", "option"}),
        ({"option_base_coin": "ETH"}, {"spot", "linear", "inverse"}),
        ({"base_coin": "ETH", "option_base_coin": "BTC"}, {"option"}),
        ({"option_kind": "call"}, {"spot", "linear", "inverse"}),
        ({"option_kind": OptionKind.PUT}, {"spot", "linear", "inverse", "option"}),
        ({"expiry_from": DELIVERY_MS}, {"spot", "linear", "inverse", "option"}),
        ({"expiry_from": DELIVERY_MS + 1}, {"spot", "linear", "inverse"}),
        ({"expiry_until": "2026-03-26"}, {"spot", "linear", "inverse"}),
        ({"expiry_until": "2026-03-27"}, {"spot", "linear", "inverse", "option"}),
        ({"expiry_until": date(2026, 3, 27)}, {"spot", "linear", "inverse", "option"}),
        ({"expiry_until": "2026-03-27T07:59:59+00:00"}, {"spot", "linear", "inverse"}),
        ({"expiry_until": datetime(2026, 3, 27, 8, tzinfo=UTC)}, {"spot", "linear", "inverse", "option"}),
        ({"strike_min": "70000"}, {"spot", "linear", "inverse", "option"}),
        ({"strike_min": "70000.5"}, {"spot", "linear", "inverse"}),
        ({"strike_max": Decimal(70000)}, {"spot", "linear", "inverse", "option"}),
        ({"strike_max": 69999}, {"spot", "linear", "inverse"}),
        ({"strike_max": None}, {"spot", "linear", "inverse", "option"}),
    ],
)
def test_what_a_filter_takes(filters: dict[str, Any] | None, expected: set[str]) -> None:
    assert taken(filters) == expected


def test_expiry_bounds_hold_for_dated_futures_too() -> None:
    row: BybitInstrument = msgspec.structs.replace(LINEAR_ROW, delivery_time="1793347200000")
    assert parse_filter({"expiry_from": "2026-10-30"}).takes(row)
    assert not parse_filter({"expiry_until": "2026-10-29"}).takes(row)


def test_an_option_whose_strike_defies_reading_is_left_to_the_mapping() -> None:
    odd = msgspec.structs.replace(OPTION_ROW, symbol="BTC-27MAR26")
    assert parse_filter({"strike_min": "1"}).takes(odd)


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        ({"colour": "red"}, f"'colour' is not known: {', '.join(FILTER_NAMES)} are"),
        ({"base_coin": 5}, "base_coin is 5: a text or a list of texts"),
        ({"symbols": []}, r"symbols is \[\]"),
        ({"status": "Open"}, "status is 'Open': PreLaunch, Trading, Delivering, Closed are allowed"),
        ({"option_kind": "X"}, "option_kind is 'X': CALL and PUT"),
        ({"expiry_from": "soon"}, "expiry_from is 'soon': an ISO 8601"),
        ({"expiry_from": -1}, "expiry_from is -1"),
        ({"strike_min": "many"}, "strike_min is 'many': a number from 0"),
        ({"strike_max": -5}, "strike_max is -5"),
        ({"strike_min": 5, "strike_max": 4}, "strike_min is after strike_max"),
        ({"expiry_from": "2026-02-01", "expiry_until": "2026-01-01"}, "expiry_from is after expiry_until"),
    ],
)
def test_a_filter_that_is_wrong_is_named(filters: dict[str, Any], said: str) -> None:
    with pytest.raises(BybitConfigError, match=said):
        parse_filter(filters)
