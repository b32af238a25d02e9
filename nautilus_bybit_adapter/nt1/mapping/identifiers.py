"""Instrument ids: Bybit's symbol and category as one name, ``BTCUSDT-LINEAR.BYBIT``."""

from __future__ import annotations

import functools

from nautilus_trader.model.identifiers import ClientId, InstrumentId, Symbol, Venue

from nautilus_bybit_adapter.constants import BYBIT
from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.wire.enums import BybitProductType

BYBIT_VENUE: Venue = Venue(BYBIT)
BYBIT_CLIENT_ID: ClientId = ClientId(BYBIT)
MS_TO_NS = 1_000_000
_ENDINGS = {category: f"-{category.name}" for category in BybitProductType}


@functools.lru_cache(maxsize=4_096)
def instrument_id_of(symbol: str, category: BybitProductType) -> InstrumentId:
    """Return the framework's id of a symbol in a category."""
    return InstrumentId(Symbol(symbol + _ENDINGS[category]), BYBIT_VENUE)


@functools.lru_cache(maxsize=4_096)
def symbol_of(instrument_id: InstrumentId) -> tuple[str, BybitProductType]:
    """
    Return Bybit's symbol and category of an instrument id.

    Raises
    ------
    BybitConfigError
        If the id does not end with a category.

    """
    symbol, _, suffix = instrument_id.symbol.value.rpartition("-")
    try:
        category = BybitProductType[suffix]
    except KeyError:
        category = None
    if not symbol or category is None:
        allowed = ", ".join(f"-{each.name}" for each in BybitProductType)
        raise BybitConfigError(
            f"instrument_id {instrument_id.value!r} names no Bybit category: its symbol ends with one of {allowed}, "
            f"as in BTCUSDT-LINEAR.{BYBIT}"
        )
    return symbol, category
