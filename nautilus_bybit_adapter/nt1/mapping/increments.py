"""Increments and bounds as the venue's price and lot filters state them.

They repeat from row to row, and the framework's numbers never change, so each is made once.

Source: Bybit V5 "Get Instruments Info".
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import lru_cache
from typing import NamedTuple

from nautilus_trader.model.objects import Money, Price, Quantity

from nautilus_bybit_adapter.errors import BybitDecodeError
from nautilus_bybit_adapter.nt1.mapping.fixed import (
    PRICE_LIMIT,
    QUANTITY_LIMIT,
    RAW_DECIMALS,
    currency_of,
    decimals_of,
    money_of,
    price_of,
    quantity_of,
)
from nautilus_bybit_adapter.nt1.mapping.identifiers import MS_TO_NS
from nautilus_bybit_adapter.wire.instruments import PriceFilter

MOST_REMEMBERED = 16_384
_LATEST_MS = 253_402_300_799_999  # the end of the year 9999


@lru_cache(MOST_REMEMBERED)
def places_of(step: str, name: str) -> int:
    """Return the decimals of an increment, which is a positive number."""
    value = fraction_of(step, name)
    places = decimals_of(step) if value > 0 else -1
    if not 0 <= places <= RAW_DECIMALS:
        raise BybitDecodeError(f"{name} {step!r} is not above 0 with at most {RAW_DECIMALS} decimals")
    return places


class PriceGrid(NamedTuple):
    """
    What a price filter allows.

    Parameters
    ----------
    places : int
        Decimals of a price.
    increment : Price
        The tick.
    lowest, highest : Price or None
        The outermost prices on the grid within the bounds; None for no bound.

    """

    places: int
    increment: Price
    lowest: Price | None
    highest: Price | None


class QuantityGrid(NamedTuple):
    """
    What a lot filter allows, but for the largest quantity, which many a row has for itself.

    Parameters
    ----------
    places : int
        Decimals of a quantity.
    increment : Quantity
        The step.
    least : Quantity or None
        The smallest quantity on the grid that is not below the bound; None for no bound.

    """

    places: int
    increment: Quantity
    least: Quantity | None


@lru_cache(MOST_REMEMBERED)
def price_grid(prices: PriceFilter) -> PriceGrid:
    """Return the grid of prices; a bound of 0 or nothing is none, nor is one beyond the framework's numbers."""
    tick = prices.tick_size
    places = places_of(tick, "tickSize")
    return PriceGrid(
        places,
        price_of(tick, places),
        _price_bound(prices.min_price, places, ROUND_CEILING, "minPrice"),
        _price_bound(prices.max_price, places, ROUND_FLOOR, "maxPrice"),
    )


@lru_cache(MOST_REMEMBERED)
def quantity_grid(step: str, least: str, step_name: str) -> QuantityGrid:
    """Return the grid of quantities; `step_name` is the step's field, for the error."""
    places = places_of(step, step_name)
    return QuantityGrid(
        places, quantity_of(step, places), _quantity_bound(least, places, ROUND_CEILING, "minOrderQty")
    )


@lru_cache(MOST_REMEMBERED)
def listed_price(text: str, places: int) -> Price:
    """Return a price that is on the grid of `places` decimals."""
    return price_of(text, places)


@lru_cache(MOST_REMEMBERED)
def most_quantity(text: str, places: int) -> Quantity | None:
    """Return the largest quantity on the grid not above a bound; one beyond the framework's bounds nothing."""
    return _quantity_bound(text, places, ROUND_FLOOR, "maxOrderQty")


def _quantity_bound(text: str, places: int, rounding: str, name: str) -> Quantity | None:
    if not text:
        return None
    try:
        bound = quantity_of(text, places)
    except BybitDecodeError:
        value = _on_grid(text, places, rounding, QUANTITY_LIMIT, name)
        bound = None if value is None else quantity_of(value, places)
    return bound if bound is not None and bound.raw else None


def _price_bound(text: str, places: int, rounding: str, name: str) -> Price | None:
    if not text:
        return None
    try:
        bound = price_of(text, places)
    except BybitDecodeError:
        value = _on_grid(text, places, rounding, PRICE_LIMIT, name)
        bound = None if value is None else price_of(value, places)
    return bound if bound is not None and bound.raw else None


def _on_grid(text: str, places: int, rounding: str, limit: Decimal, name: str) -> Decimal | None:
    value = fraction_of(text, name)
    return None if value > limit else value.quantize(Decimal(1).scaleb(-places), rounding=rounding)


@lru_cache(MOST_REMEMBERED)
def least_notional(text: str, coin: str) -> Money | None:
    """Return the least value of an order in the quote coin; 0 and nothing are no bound."""
    return money_of(text, currency_of(coin)) if text and fraction_of(text, "minNotionalValue") else None


@lru_cache(MOST_REMEMBERED)
def fraction_of(text: str, name: str) -> Decimal:
    """Return a finite decimal; `name` is the field, for the error."""
    try:
        value = Decimal(text)
    except ArithmeticError:
        value = Decimal("nan")
    if not value.is_finite():
        raise BybitDecodeError(f"{name} {text!r} is not a decimal number")
    return value


def instant_ns(text: str, name: str) -> int:
    """Return epoch nanoseconds of epoch milliseconds in a string, 0 for an empty one."""
    if not text:
        return 0
    if not text.isascii() or not text.isdigit() or int(text) > _LATEST_MS:
        raise BybitDecodeError(f"{name} {text!r} is not a time in epoch milliseconds")
    return int(text) * MS_TO_NS


def delivery_ns(text: str) -> int:
    """Return the instant of delivery, which a contract that delivers must have."""
    at_ns = instant_ns(text, "deliveryTime")
    if not at_ns:
        raise BybitDecodeError(f"deliveryTime {text!r} is not a time, and this contract delivers")
    return at_ns
