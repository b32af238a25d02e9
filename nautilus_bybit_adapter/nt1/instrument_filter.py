"""Which instruments to load, as the framework's provider configuration says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from nautilus_trader.model.enums import OptionKind

from nautilus_bybit_adapter.errors import BybitConfigError, BybitDecodeError
from nautilus_bybit_adapter.nt1.mapping.instruments import option_terms
from nautilus_bybit_adapter.wire.enums import InstrumentStatus
from nautilus_bybit_adapter.wire.instruments import (
    BybitInstrument,
    BybitInstrumentOption,
    BybitInstrumentSpot,
)

_KINDS = {"CALL": OptionKind.CALL, "PUT": OptionKind.PUT}
_COINS = ("base_coin", "quote_coin", "settle_coin", "option_base_coin")
_TRADING = (InstrumentStatus.TRADING,)


@dataclass(frozen=True, kw_only=True)
class InstrumentFilter:
    """
    What a row must be like to be loaded; nothing given takes every instrument that trades.

    Parameters
    ----------
    base_coin, quote_coin, settle_coin : tuple[str, ...]
        Coins of which the row must have one; spot pairs have no settle coin and are not asked for it.
    status : tuple[str, ...]
        `InstrumentStatus` values; by default ``Trading`` only.
    symbols : tuple[str, ...]
        The venue's symbols, such as ``BTCUSDT``.
    option_base_coin : tuple[str, ...]
        Coins whose options are loaded, instead of ``base_coin``; with neither, every coin that has options.
    option_kind : OptionKind or None
        Calls or puts only.
    expiry_from_ms, expiry_until_ms : int or None
        The first and the last delivery of options and dated futures, epoch milliseconds, both included.
    strike_min, strike_max : Decimal or None
        The lowest and the highest strike of options in the quote coin, both included.

    """

    base_coin: tuple[str, ...] = ()
    quote_coin: tuple[str, ...] = ()
    settle_coin: tuple[str, ...] = ()
    status: tuple[str, ...] = _TRADING
    symbols: tuple[str, ...] = ()
    option_base_coin: tuple[str, ...] = ()
    option_kind: OptionKind | None = None
    expiry_from_ms: int | None = None
    expiry_until_ms: int | None = None
    strike_min: Decimal | None = None
    strike_max: Decimal | None = None

    @cached_property
    def _is_narrow(self) -> bool:
        return any(
            getattr(self, each.name) not in {None, ()} for each in fields(self) if each.name != "status"
        )

    def takes(self, item: BybitInstrument) -> bool:
        """Return whether a row is wanted."""
        if item.status not in self.status:
            return False
        return not self._is_narrow or (
            _is_one_of(item.symbol, self.symbols)
            and _is_one_of(item.base_coin, self._base_coins_of(item))
            and _is_one_of(item.quote_coin, self.quote_coin)
            and (
                isinstance(item, BybitInstrumentSpot)
                or (_is_one_of(item.settle_coin, self.settle_coin) and self._takes_expiry(item.delivery_time))
            )
            and (not isinstance(item, BybitInstrumentOption) or self._takes_option(item))
        )

    def _base_coins_of(self, item: BybitInstrument) -> tuple[str, ...]:
        if isinstance(item, BybitInstrumentOption) and self.option_base_coin:
            return self.option_base_coin
        return self.base_coin

    def _takes_expiry(self, delivery_time: str) -> bool:
        if not delivery_time.isdigit() or delivery_time == "0":
            return True
        at_ms = int(delivery_time)
        return (self.expiry_from_ms is None or at_ms >= self.expiry_from_ms) and (
            self.expiry_until_ms is None or at_ms <= self.expiry_until_ms
        )

    def _takes_option(self, item: BybitInstrumentOption) -> bool:
        if self.option_kind is self.strike_min is self.strike_max is None:
            return True
        try:
            text, kind = option_terms(item)
            strike = Decimal(text)
        except (BybitDecodeError, ArithmeticError):
            return True  # what is wrong with it is said where it is mapped
        return (
            self.option_kind in {None, kind}
            and (self.strike_min is None or strike >= self.strike_min)
            and (self.strike_max is None or strike <= self.strike_max)
        )


FILTER_NAMES = (
    *_COINS,
    "status",
    "symbols",
    "option_kind",
    "expiry_from",
    "expiry_until",
    "strike_min",
    "strike_max",
)


def parse_filter(filters: Mapping[str, Any] | None) -> InstrumentFilter:
    """
    Return the filter of a provider configuration.

    Parameters
    ----------
    filters : Mapping, optional
        ``base_coin``, ``quote_coin``, ``settle_coin``, ``option_base_coin``, ``symbols`` and ``status`` take a text or
        several; ``option_kind`` is ``CALL`` or ``PUT``; ``expiry_from`` and ``expiry_until`` take an ISO 8601 date
        or time (UTC where no zone is given; the day of ``expiry_until`` is included), a `datetime` or epoch
        milliseconds; ``strike_min`` and ``strike_max`` take a decimal number.

    Raises
    ------
    BybitConfigError
        Naming the filter, its value and what is allowed.

    """
    given = dict(filters or {})
    values: dict[str, Any] = {}
    for name, value in given.items():
        if name not in FILTER_NAMES:
            raise BybitConfigError(f"instrument filter {name!r} is not known: {', '.join(FILTER_NAMES)} are")
        if value is not None:
            values.update(_parsed(name, value))
    _check_order(values, "expiry_from_ms", "expiry_until_ms")
    _check_order(values, "strike_min", "strike_max")
    return InstrumentFilter(**values)


def _parsed(name: str, value: Any) -> dict[str, Any]:
    if name in _COINS or name == "symbols":
        return {name: _texts(name, value)}
    if name == "status":
        return {name: _statuses(value)}
    if name == "option_kind":
        return {name: _kind(value)}
    if name.startswith("expiry"):
        return {f"{name}_ms": _instant_ms(name, value, end_of_day=name == "expiry_until")}
    return {name: _strike(name, value)}


def _texts(name: str, value: Any) -> tuple[str, ...]:
    texts = (value,) if isinstance(value, str) else value
    if (
        isinstance(texts, (list, tuple, set, frozenset))
        and texts
        and all(isinstance(each, str) and each for each in texts)
    ):
        return tuple(texts)
    raise BybitConfigError(f"instrument filter {name} is {value!r}: a text or a list of texts is allowed")


def _statuses(value: Any) -> tuple[str, ...]:
    texts = _texts("status", value)
    for text in texts:
        if text not in set(InstrumentStatus):
            allowed = ", ".join(InstrumentStatus)
            raise BybitConfigError(f"instrument filter status is {text!r}: {allowed} are allowed")
    return texts


def _kind(value: Any) -> OptionKind:
    if isinstance(value, OptionKind):
        return value
    kind = _KINDS.get(value.upper()) if isinstance(value, str) else None
    if kind is None:
        raise BybitConfigError(f"instrument filter option_kind is {value!r}: CALL and PUT are allowed")
    return kind


def _instant_ms(name: str, value: Any, *, end_of_day: bool) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        at = None
    if isinstance(at, date) and not isinstance(at, datetime):
        at, value = datetime(at.year, at.month, at.day, tzinfo=UTC), at.isoformat()
    if not isinstance(at, datetime):
        raise BybitConfigError(
            f"instrument filter {name} is {value!r}: an ISO 8601 date or time, a datetime or epoch "
            "milliseconds is allowed"
        )
    at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    is_day = isinstance(value, str) and len(value) == len("2026-03-27")
    return round(at.timestamp() * 1000) + (DAY_MS - 1 if is_day and end_of_day else 0)


DAY_MS = 24 * 3600 * 1000


def _strike(name: str, value: Any) -> Decimal:
    try:
        strike = Decimal(str(value))
    except ArithmeticError:
        strike = Decimal("nan")
    if not strike.is_finite() or strike < 0:
        raise BybitConfigError(f"instrument filter {name} is {value!r}: a number from 0 is allowed")
    return strike


def _check_order(values: Mapping[str, Any], low: str, high: str) -> None:
    if values.get(low) is not None and values.get(high) is not None and values[low] > values[high]:
        raise BybitConfigError(
            f"instrument filter {low.removesuffix('_ms')} is after {high.removesuffix('_ms')}: "
            "no instrument can be both"
        )


def _is_one_of(text: str, allowed: tuple[str, ...]) -> bool:
    return not allowed or text in allowed
