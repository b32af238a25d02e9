"""How many decimals a coin needs."""

from __future__ import annotations

from collections.abc import Iterable

from nautilus_bybit_adapter.nt1.mapping.fixed import COIN_DECIMALS, RAW_DECIMALS, decimals_of
from nautilus_bybit_adapter.wire.instruments import (
    BybitInstrument,
    BybitInstrumentSpot,
)


def precisions_of(rows: Iterable[BybitInstrument]) -> dict[str, int]:
    """
    Return the decimals of every coin the rows name.

    Eight, as in the venue's ledger, or as many more as a spot pair trades the coin in: ``basePrecision`` is the step
    of the base coin, ``quotePrecision`` that of the quote coin. Never more than the framework has.
    """
    found: dict[str, int] = {}
    for row in rows:
        if isinstance(row, BybitInstrumentSpot):
            lot = row.lot_size_filter
            _widen(found, row.base_coin, lot.base_precision)
            _widen(found, row.quote_coin, lot.quote_precision)
            continue
        found.setdefault(row.base_coin, COIN_DECIMALS)
        found.setdefault(row.quote_coin, COIN_DECIMALS)
        found.setdefault(row.settle_coin, COIN_DECIMALS)
    return found


def _widen(found: dict[str, int], coin: str, step: str) -> None:
    try:
        places = decimals_of(step) if step else 0
    except ArithmeticError:
        places = 0  # the row's own mapping says what is wrong with it
    found[coin] = min(max(places, found.get(coin, COIN_DECIMALS)), RAW_DECIMALS)
