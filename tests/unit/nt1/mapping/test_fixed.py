from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nautilus_trader.model.currencies import USDT
from nautilus_trader.model.objects import Currency, Money, Price, Quantity

from nautilus_bybit_adapter.errors import BybitDecodeError
from nautilus_bybit_adapter.nt1.mapping.fixed import (
    _rounded_money_of,
    currency_of,
    decimals_of,
    money_of,
    price_of,
    quantity_of,
)


@given(mantissa=st.integers(0, 10**13), precision=st.integers(0, 9), padding=st.text("0", max_size=4))
def test_a_decimal_string_keeps_every_digit(mantissa: int, precision: int, padding: str) -> None:
    text = f"{Decimal(mantissa).scaleb(-precision):f}"
    padded = text + padding if "." in text else text
    assert price_of(padded, precision) == Price.from_str(text)
    assert quantity_of(padded, precision).as_decimal() == Quantity.from_str(text).as_decimal()
    assert price_of(padded, precision).precision == precision


@pytest.mark.parametrize("text", ["0.123", "1e-9", "abc", "", "NaN", "Infinity", "1e14", "-1e14"])
def test_what_does_not_fit_is_refused_and_named(text: str) -> None:
    with pytest.raises(BybitDecodeError, match="price"):
        price_of(text, 2)


def test_the_message_holds_the_value_and_what_is_allowed() -> None:
    with pytest.raises(BybitDecodeError, match=r"quantity '0\.0005' has more than the 3 decimals"):
        quantity_of("0.0005", 3)


@pytest.mark.parametrize("text", ["-0.001", "4e13"])
def test_a_quantity_that_would_end_the_process_is_refused(text: str) -> None:
    with pytest.raises(BybitDecodeError, match="outside 0 to 34028236692093"):
        quantity_of(text, 3)


@pytest.mark.parametrize("text", ["1e14", "NaN", "many"])
def test_an_amount_that_would_end_the_process_is_refused(text: str) -> None:
    with pytest.raises(BybitDecodeError, match="amount"):
        money_of(text, USDT)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("19993.54", "19993.54000000"),
        ("", "0.00000000"),
        ("-5.46785468", "-5.46785468"),
        ("123456789012.12345678", "123456789012.12345678"),
        ("0.000000000000000000", "0.00000000"),
        ("0.123456785", "0.12345678"),
        ("0.123456786", "0.12345679"),
    ],
)
def test_money_is_exact_to_the_decimals_of_its_currency(text: str, expected: str) -> None:
    assert money_of(text, USDT).as_decimal() == Decimal(expected)


@given(
    text=st.from_regex(r"-?[0-9]{1,14}(\.[0-9]{0,20})?", fullmatch=True)
    | st.text("0123456789.-eE+ ٣", max_size=8)
)
def test_money_that_needs_no_rounding_is_what_rounding_would_give(text: str) -> None:
    assert amount_or_error(money_of, text) == amount_or_error(_rounded_money_of, text)


def amount_or_error(read: Callable[[str, Currency], Money], text: str) -> Money | str:
    try:
        return read(text, USDT)
    except BybitDecodeError as e:
        return str(e)


def test_a_coin_nobody_registered_has_eight_decimals() -> None:
    assert currency_of("USDT") == USDT
    assert currency_of("SOMENEWCOIN").precision == 8


@pytest.mark.parametrize(
    ("step", "decimals"), [("0.10", 1), ("0.000001", 6), ("1", 0), ("10", 0), ("0.5", 1)]
)
def test_an_increment_needs_so_many_decimals(step: str, decimals: int) -> None:
    assert decimals_of(step) == decimals
