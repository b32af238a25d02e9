"""How many decimals a coin needs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from types import MappingProxyType

from nautilus_bybit_adapter.nt1.mapping.fixed import COIN_DECIMALS, RAW_DECIMALS, decimals_of
from nautilus_bybit_adapter.wire.coin_info import BybitCoinInfo
from nautilus_bybit_adapter.wire.instruments import (
    BybitInstrument,
    BybitInstrumentSpot,
)

# A count of decimals, and none that could be too long to be one.
_WHOLE = re.compile("[0-9]{1,3}")
NOTHING_TOLD: Mapping[str, int] = MappingProxyType({})


def coins_of(rows: Iterable[BybitInstrument]) -> set[str]:
    """Return every coin the rows name."""
    found: set[str] = set()
    for row in rows:
        found.add(row.base_coin)
        found.add(row.quote_coin)
        if not isinstance(row, BybitInstrumentSpot):
            found.add(row.settle_coin)
    return found


def accuracies_of(rows: Iterable[BybitCoinInfo]) -> dict[str, int]:
    """
    Return the decimals each coin moves in: of its chains the one with the most.

    A chain whose ``minAccuracy`` is no whole number tells nothing, and a coin without any other has no entry.

    Source: Bybit V5 asset/coin/query-info
    """
    found: dict[str, int] = {}
    for row in rows:
        told = [int(text) for chain in row.chains if _WHOLE.fullmatch(text := chain.min_accuracy)]
        if told:
            found[row.coin] = max(found.get(row.coin, 0), *told)
    return found


def precisions_of(
    rows: Iterable[BybitInstrument], coins: AbstractSet[str], accuracies: Mapping[str, int] = NOTHING_TOLD
) -> dict[str, int]:
    """
    Return the decimals of the given coins.

    As many as the coin moves in on the chain with the most (``accuracies``, from `accuracies_of`), or as a spot pair
    trades it in: ``basePrecision`` is the step of the base coin, ``quotePrecision`` that of the quote coin. Never
    fewer than eight, which the venue's ledger keeps of balances and fees whatever a chain moves: fewer would round
    them away. Never more than the framework has.
    """
    found = {coin: min(max(COIN_DECIMALS, accuracies.get(coin, 0)), RAW_DECIMALS) for coin in coins}
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
