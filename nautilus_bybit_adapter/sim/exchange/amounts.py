"""Exact decimal amounts: how they are parsed, rounded and written."""

from __future__ import annotations

import re
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from functools import lru_cache

ZERO = Decimal(0)
EIGHT_PLACES = Decimal("1E-8")
_NUMBER = re.compile(r"\d{1,16}(\.\d{1,16})?")


def coin_amount(value: Decimal) -> Decimal:
    """Round half-up to the 8 decimals in which every coin amount is booked."""
    return value.quantize(EIGHT_PLACES, ROUND_HALF_UP)


def truncated(value: Decimal, places: int) -> Decimal:
    """Cut `value` to `places` decimals towards zero."""
    return value.quantize(Decimal(1).scaleb(-places), ROUND_DOWN)


def plain(value: Decimal) -> str:
    """Write without exponent and trailing zeros, as Bybit's private frames do."""
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def parse_amount(text: object) -> Decimal | None:
    """Read a non-negative decimal string of at most 16+16 digits; None when it is not one."""
    if not isinstance(text, str) or not _NUMBER.fullmatch(text):
        return None
    return Decimal(text)


@lru_cache(maxsize=65536)
def padded(units: int, step: Decimal, places: int) -> str:
    """Write `units * step` with exactly `places` decimals."""
    return f"{units * step:.{places}f}"


@lru_cache(maxsize=65536)
def stripped(units: int, step: Decimal) -> str:
    """Write `units * step` without trailing zeros."""
    return plain(units * step)
