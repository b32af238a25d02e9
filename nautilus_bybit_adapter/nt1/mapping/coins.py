"""How many decimals a coin needs."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from nautilus_bybit_adapter.nt1.mapping.fixed import COIN_DECIMALS, RAW_DECIMALS, decimals_of
from nautilus_bybit_adapter.wire.instruments import (
    BybitInstrument,
    BybitInstrumentSpot,
)


def coins_of(rows: Iterable[BybitInstrument]) -> set[str]:
    """Return every coin the rows name."""
    found: set[str] = set()
    for row in rows:
        found.add(row.base_coin)
        found.add(row.quote_coin)
        if not isinstance(row, BybitInstrumentSpot):
            found.add(row.settle_coin)
    return found


def precisions_of(rows: Iterable[BybitInstrument], coins: AbstractSet[str]) -> dict[str, int]:
    """
    Return the decimals of the given coins.

    Eight, as in the venue's ledger, or as many more as a spot pair trades the coin in: ``basePrecision`` is the step
    of the base coin, ``quotePrecision`` that of the quote coin. Never more than the framework has.
    """
    found = dict.fromkeys(coins, COIN_DECIMALS)
    if found:
        for row in rows:
            if isinstance(row, BybitInstrumentSpot):
                _widen(found, row.base_coin, row.lot_size_filter.base_precision)
                _widen(found, row.quote_coin, row.lot_size_filter.quote_precision)
    return found


def _widen(found: dict[str, int], coin: str, step: str) -> None:
    if coin not in found or not step:
        return
    try:
        places = decimals_of(step)
    except ArithmeticError:
        return  # the row's own mapping says what is wrong with it
    found[coin] = min(max(places, found[coin]), RAW_DECIMALS)
