"""Bybit's decimal strings as the framework's fixed-point objects, exactly.

Nothing here passes through a binary float: a string becomes a ``Decimal``, the ``Decimal`` an integer of the
framework's raw scale.
"""

from __future__ import annotations

import re
from decimal import Context, Decimal, localcontext

from nautilus_trader.core import nautilus_pyo3
from nautilus_trader.model.enums import CurrencyType
from nautilus_trader.model.objects import MONEY_MAX, PRICE_MAX, QUANTITY_MAX, Currency, Money, Price, Quantity

from nautilus_bybit_adapter.errors import BybitDecodeError

RAW_DECIMALS: int = nautilus_pyo3.FIXED_PRECISION
# The framework ends the whole process on a number beyond these, so nothing beyond them may reach it.
PRICE_LIMIT, QUANTITY_LIMIT, MONEY_LIMIT = Decimal(PRICE_MAX), Decimal(QUANTITY_MAX), Decimal(MONEY_MAX)
# What a decimal looks like, and no longer than any number of the venue's; a Decimal takes far more than that.
_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]{1,4})?")
_LONGEST_DECIMAL = 64
# As many digits as a decimal may have: nothing is rounded away before it is looked at.
_EXACT = Context(prec=2 * _LONGEST_DECIMAL)
_POWERS = tuple(10**exponent for exponent in range(RAW_DECIMALS + 1))
_SAFE_DIGITS = 12  # every number of so many digits before its point is within all three limits
COIN_DECIMALS = 8  # Bybit's ledger, and what the framework gives a coin it has not met before


def raw_of(text: str | Decimal, precision: int, what: str, least: Decimal, most: Decimal) -> int:
    """
    Return a decimal as the framework's raw integer.

    Raises
    ------
    BybitDecodeError
        If ``text`` is no decimal, lies outside ``least`` to ``most``, or holds more decimals than ``precision``:
        rounding it would invent a value.

    """
    if isinstance(text, str) and text.isascii():
        # Far from any limit nothing but the decimals of plain digits is left to be checked.
        whole, point, fraction = text.partition(".")
        if whole.isdigit() and len(whole) <= _SAFE_DIGITS:
            if not point:
                return int(whole) * _POWERS[RAW_DECIMALS]
            if fraction.isdigit() and len(fraction) <= RAW_DECIMALS:
                raw = int(whole + fraction) * _POWERS[RAW_DECIMALS - len(fraction)]
                if not raw % _POWERS[RAW_DECIMALS - precision]:
                    return raw
    return _raw_of_decimal(text, precision, what, least, most)


def _raw_of_decimal(text: str | Decimal, precision: int, what: str, least: Decimal, most: Decimal) -> int:
    if isinstance(text, str) and (len(text) > _LONGEST_DECIMAL or not _DECIMAL.fullmatch(text)):
        raise BybitDecodeError(f"{what} {text!r} is not a decimal number")
    try:
        value = Decimal(text)
        if not least <= value <= most:
            raise BybitDecodeError(f"{what} {text!r} is outside {least:f} to {most:f}")
        scaled = _EXACT.scaleb(value, precision)
        mantissa = int(scaled)
    except (ArithmeticError, ValueError) as e:
        raise BybitDecodeError(f"{what} {text!r} is not a decimal number") from e
    if mantissa != scaled:
        raise BybitDecodeError(
            f"{what} {text!r} has more than the {precision} decimals its instrument allows"
        )
    return int(mantissa * 10 ** (RAW_DECIMALS - precision))


def price_of(text: str | Decimal, precision: int) -> Price:
    """Return a price with ``precision`` decimals; raises `BybitDecodeError`."""
    return Price.from_raw(raw_of(text, precision, "price", -PRICE_LIMIT, PRICE_LIMIT), precision)


def quantity_of(text: str | Decimal, precision: int) -> Quantity:
    """Return a quantity with ``precision`` decimals; raises `BybitDecodeError`."""
    return Quantity.from_raw(raw_of(text, precision, "quantity", Decimal(0), QUANTITY_LIMIT), precision)


def money_of(text: str | Decimal, currency: Currency) -> Money:
    """
    Return an amount in a currency, rounded half-even to the currency's decimals.

    Bybit states some amounts with 18 decimals (borrowed interest); the framework's money has the currency's.

    Raises
    ------
    BybitDecodeError
        If ``text`` is no decimal or is too large for the framework.

    """
    if isinstance(text, str) and text.isascii():
        # A fee or a balance has rarely more decimals than its currency: then nothing is to be rounded.
        digits = text.removeprefix("-")
        whole, point, fraction = digits.partition(".")
        is_plain = whole.isdigit() and (not point or fraction.isdigit())
        if is_plain and len(whole) <= _SAFE_DIGITS and len(fraction) <= currency.precision:
            raw = int(whole + fraction) * _POWERS[RAW_DECIMALS - len(fraction)]
            return Money.from_raw(raw if digits is text else -raw, currency)
    return _rounded_money_of(text, currency)


def _rounded_money_of(text: str | Decimal, currency: Currency) -> Money:
    with localcontext() as context:
        context.prec = 60
        try:
            amount = Decimal(text or "0")
            if abs(amount) > MONEY_LIMIT:
                raise BybitDecodeError(f"amount {text!r} is beyond {MONEY_LIMIT:f}")
            quantum = Decimal(1).scaleb(-currency.precision)
            mantissa = int(amount.quantize(quantum).scaleb(currency.precision))
        except (ArithmeticError, ValueError) as e:
            raise BybitDecodeError(f"amount {text!r} is not a decimal number") from e
    return Money.from_raw(mantissa * 10 ** (RAW_DECIMALS - currency.precision), currency)


class _Currencies(dict[str, Currency]):
    """Registered currencies by code: one of these is never replaced, so it may be remembered."""

    def __missing__(self, code: str) -> Currency:
        known = Currency.from_str(code, strict=True)
        if known is None:
            # Not remembered, since it may still be registered, with other decimals.
            return new_currency(code, COIN_DECIMALS)
        self[code] = known
        return known


# A registered currency by its code, or a crypto currency of 8 decimals under that code.
CURRENCIES = _Currencies()


def currency_of(code: str) -> Currency:
    """Return a registered currency, or a crypto currency of 8 decimals under that code."""
    return CURRENCIES[code]


_CRYPTO = CurrencyType.CRYPTO
_PYO3_CRYPTO = nautilus_pyo3.CurrencyType.CRYPTO


def new_currency(code: str, precision: int) -> Currency:
    """
    Return a crypto currency that is not registered yet.

    Raises
    ------
    BybitDecodeError
        If ``code`` is empty or not printable ASCII.

    """
    if not code or not code.isascii() or not code.isprintable() or " " in code:
        raise BybitDecodeError(f"coin {code!r} is not made of printable ASCII")
    # By position: the names of these five would take as long as all the rest.
    return Currency(code, precision, 0, code, _CRYPTO)


def register_currency(code: str, precision: int) -> Currency:
    """
    Make a crypto currency known to both halves of the framework, which know none of its code, and return it.

    The framework's own function of this name looks up the currency's type by its name each time, which takes four
    times as long as all the rest.

    Raises
    ------
    BybitDecodeError
        If ``code`` is empty or not printable ASCII.

    """
    currency = new_currency(code, precision)
    Currency.register(currency, overwrite=False)
    nautilus_pyo3.Currency.register(
        nautilus_pyo3.Currency(code, precision, 0, code, _PYO3_CRYPTO), overwrite=False
    )
    CURRENCIES[code] = currency
    return currency


def decimals_of(step: str) -> int:
    """Return how many decimals an increment like ``"0.10"`` or ``"0.000001"`` really needs."""
    whole, _, fraction = step.partition(".")
    if whole.isdigit() and (not fraction or fraction.isdigit()):
        return len(fraction.rstrip("0"))
    exponent = Decimal(step).normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
